//! What is on a card, as an SVG text.

use super::text::{At, Font, Fonts, cut, set, width};
use crate::boards::glance::Glance;
use app::{model::Score, protocol::Row};
use std::borrow::Cow;

/// How wide a card is, in pixels.
pub const WIDTH: u32 = 1200;
/// How high a card is, in pixels.
pub const HEIGHT: u32 = 630;
/// Rows on a card.
pub const ROWS: u32 = 5;

/// Space around everything.
const MARGIN: f32 = 64.0;
/// Where the right margin starts.
const RIGHT: f32 = WIDTH as f32 - MARGIN;
/// Where the rows start.
const TOP: f32 = 200.0;
/// How high a row is.
const ROW: f32 = 74.0;
/// Space between the rows' frame and what is in it, and between the columns.
const GAP: f32 = 28.0;
/// The baseline of a row's texts, from its top.
const BASE: f32 = 49.0;

const TITLE: Font = Font { size: 60.0, bold: true };
const LONG_TITLE: Font = Font { size: 46.0, bold: true };
const BRAND: Font = Font { size: 28.0, bold: true };
const FACTS: Font = Font { size: 26.0, bold: false };
const RANK: Font = Font { size: 30.0, bold: true };
const NAME: Font = Font { size: 34.0, bold: false };
const SCORE: Font = Font { size: 38.0, bold: true };

const GROUND: &str = "#14151a";
const SURFACE: &str = "#1d1f26";
const LINE: &str = "#30333d";
/// Behind the row of whom a card is about.
const LIGHT: &str = "#2f4fd0";
const TEXT: &str = "#eeeef2";
const SOFT: &str = "#a3a4b0";
/// Gold, silver, bronze.
const MEDALS: [&str; 3] = ["#f2c744", "#c3c9d4", "#e0a070"];

/// The brand's mark, 32 units wide.
const MARK: &str =
    r##"<rect width="32" height="32" rx="8" fill="#2f4fd0"/><path d="M6 18h6v8H6zM13 8h6v18h-6zM20 14h6v12h-6z" fill="#fff"/>"##;

/// A card.
pub fn card(glance: &Glance, fonts: &dyn Fonts) -> String {
    let (head, rows) = (head(glance, fonts), rows(glance, fonts));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{head}{rows}</svg>"#,
    )
}

/// Brand, facts and title.
fn head(glance: &Glance, fonts: &dyn Fonts) -> String {
    let brand = set("LeaderPort", At::Start(118.0, 76.0), BRAND, TEXT, fonts);
    let facts = facts(glance);
    let facts = set(&cut(&facts, 760.0, FACTS, fonts), At::End(RIGHT, 76.0), FACTS, SOFT, fonts);
    let room = RIGHT - MARGIN;
    let font = if width(&glance.title, TITLE, fonts) <= room { TITLE } else { LONG_TITLE };
    let title = set(&cut(&glance.title, room, font, fonts), At::Start(MARGIN, 162.0), font, TEXT, fonts);
    format!(r#"<g transform="translate({MARGIN} 46) scale(1.25)">{MARK}</g>{brand}{facts}{title}"#)
}

/// How many players, and when.
fn facts(glance: &Glance) -> String {
    let moment = &glance.moment;
    let count = Score::unbounded(moment.total.try_into().unwrap_or(i64::MAX), 0);
    let players = if moment.total == 1 { "1 player".to_owned() } else { format!("{count} players") };
    if moment.window.is_all() {
        return format!("{players} · All time");
    }
    format!("{players} · {} · {}", words(moment.window.as_str()), when(&moment.period))
}

/// A slug as words.
fn words(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let first = words.chars().next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(words.chars().skip(1)).collect()
}

/// A period's id as people write it: `20261121T110000Z` is a minute in UTC, the others can be read as they are.
fn when(period: &str) -> Cow<'_, str> {
    let [date, time] = [period.get(..8), period.get(9..13)].map(|part| part.filter(|part| part.bytes().all(|b| b.is_ascii_digit())));
    match (date, time, period.len()) {
        (Some(date), Some(time), 16) => {
            Cow::Owned(format!("{}-{}-{} {}:{} UTC", &date[..4], &date[4..6], &date[6..], &time[..2], &time[2..]))
        }
        _ => Cow::Borrowed(period),
    }
}

/// The rows in their frame, or a word in place of them.
fn rows(glance: &Glance, fonts: &dyn Fonts) -> String {
    let (length, height) = (RIGHT - MARGIN, ROW * ROWS as f32);
    let frame = format!(
        r#"<rect x="{MARGIN}" y="{TOP}" width="{length}" height="{height}" rx="20" fill="{SURFACE}" stroke="{LINE}" stroke-width="1.5"/>"#
    );
    if glance.rows.is_empty() {
        let middle = At::Middle(WIDTH as f32 / 2.0, TOP + height / 2.0 + 12.0);
        return frame + &set("No scores yet. The first one leads.", middle, NAME, SOFT, fonts);
    }
    let ranks = glance.rows.iter().map(|row| width(&row.rank.to_string(), RANK, fonts));
    let widest = ranks.fold(28.0, f32::max);
    let lines = (1..ROWS).map(|index| format!("M{MARGIN} {}H{RIGHT}", TOP + ROW * index as f32)).collect::<String>();
    let row = |(index, row): (usize, &Row)| {
        let y = TOP + ROW * index as f32;
        let light = match glance.about.as_ref() == Some(&row.player_id) {
            true => format!(r#"<rect x="{MARGIN}" y="{y}" width="{length}" height="{ROW}" rx="20" fill="{LIGHT}"/>"#),
            false => String::new(),
        };
        light + &self::row(row, y, widest + GAP, fonts)
    };
    let rows = glance.rows.iter().take(ROWS as usize).enumerate().map(row).collect::<String>();
    format!(r#"{frame}<path d="{lines}" stroke="{LINE}" stroke-width="1.5"/>{rows}"#)
}

/// A row whose top is at `y`; the ranks need so much room.
fn row(row: &Row, y: f32, ranks: f32, fonts: &dyn Fonts) -> String {
    let base = y + BASE;
    let score = row.score.to_string();
    let end = RIGHT - GAP;
    let start = MARGIN + 20.0 + ranks + 24.0;
    let name = cut(&row.face.name, end - start - width(&score, SCORE, fonts) - GAP, NAME, fonts);
    let name = set(&name, At::Start(start, base), NAME, TEXT, fonts);
    let score = set(&score, At::End(end, base), SCORE, TEXT, fonts);
    rank(row.rank, MARGIN + 20.0, y, ranks, fonts) + &name + &score
}

/// A rank, in a frame of its medal's colour where there is a medal.
fn rank(rank: u64, x: f32, y: f32, width: f32, fonts: &dyn Fonts) -> String {
    let medal = usize::try_from(rank).ok().and_then(|rank| MEDALS.get(rank.checked_sub(1)?));
    let frame = medal.map(|colour| {
        let y = y + 14.0;
        format!(r#"<rect x="{x}" y="{y}" width="{width}" height="46" rx="23" fill="none" stroke="{colour}" stroke-width="2.5"/>"#)
    });
    let number = set(&rank.to_string(), At::Middle(x + width / 2.0, y + 48.0), RANK, medal.unwrap_or(&SOFT), fonts);
    frame.unwrap_or_default() + &number
}

#[cfg(test)]
mod tests;
