//! What is on a card, as an SVG text. `run`: a card of a run of the game.

mod run;

pub use run::run_card;

use super::text::{At, Font, Fonts, cut, set, width};
use crate::boards::{glance::Glance, periods::spoken};
use app::{
    components::label,
    i18n::{Language, number, t, within},
    protocol::Row,
};

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
/// How much larger it is on a card.
const MARK_SCALE: f32 = 1.25;

/// A card, for readers of a language; in English where there are no fonts for its words.
pub fn card(glance: &Glance, language: Language, fonts: &dyn Fonts) -> String {
    let is_shown = within(language, || fonts.has(&facts(glance)) && fonts.has(t::board::EMPTY.text()));
    let language = if is_shown { language } else { Language::English };
    let side = Side { is_right: language.direction() == "rtl" };
    let (head, rows) = within(language, || (head(glance, side, fonts), rows(glance, side, fonts)));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{head}{rows}</svg>"#,
    )
}

/// The side that lines start at: the left, or where a language is read from there, the right. Places are told from that side.
#[derive(Clone, Copy)]
struct Side {
    is_right: bool,
}

impl Side {
    /// A text that starts at `x`.
    fn start(self, x: f32, y: f32) -> At {
        if self.is_right { At::End(WIDTH as f32 - x, y) } else { At::Start(x, y) }
    }

    /// A text that ends at `x`.
    fn end(self, x: f32, y: f32) -> At {
        if self.is_right { At::Start(WIDTH as f32 - x, y) } else { At::End(x, y) }
    }

    /// Where something of this width that starts at `x` has its left edge.
    fn left(self, x: f32, width: f32) -> f32 {
        if self.is_right { WIDTH as f32 - x - width } else { x }
    }
}

/// Brand, facts and title.
fn head(glance: &Glance, side: Side, fonts: &dyn Fonts) -> String {
    brand(&facts(glance), &glance.title, side, fonts)
}

/// Brand, some words, and a title.
fn brand(facts: &str, title: &str, side: Side, fonts: &dyn Fonts) -> String {
    let brand = set("LeaderPort", side.start(118.0, 76.0), BRAND, TEXT, fonts);
    let facts = set(&cut(facts, 760.0, FACTS, fonts), side.end(RIGHT, 76.0), FACTS, SOFT, fonts);
    let room = RIGHT - MARGIN;
    let font = if width(title, TITLE, fonts) <= room { TITLE } else { LONG_TITLE };
    let title = set(&cut(title, room, font, fonts), side.start(MARGIN, 162.0), font, TEXT, fonts);
    let mark = side.left(MARGIN, 32.0 * MARK_SCALE);
    format!(r#"<g transform="translate({mark} 46) scale({MARK_SCALE})">{MARK}</g>{brand}{facts}{title}"#)
}

/// How many players, and when.
fn facts(glance: &Glance) -> String {
    let moment = &glance.moment;
    let (players, window) = (t::board::players(moment.total), label(&moment.window).replace('-', " "));
    if moment.window.is_all() {
        return format!("{} · {window}", players.text());
    }
    format!("{} · {window} · {}", players.text(), spoken(&moment.period))
}

/// The rows in their frame, or a word in place of them.
fn rows(glance: &Glance, side: Side, fonts: &dyn Fonts) -> String {
    let (length, height) = (RIGHT - MARGIN, ROW * ROWS as f32);
    let frame = format!(
        r#"<rect x="{MARGIN}" y="{TOP}" width="{length}" height="{height}" rx="20" fill="{SURFACE}" stroke="{LINE}" stroke-width="1.5"/>"#
    );
    if glance.rows.is_empty() {
        let middle = At::Middle(WIDTH as f32 / 2.0, TOP + height / 2.0 + 12.0);
        return frame + &set(t::board::EMPTY.text(), middle, NAME, SOFT, fonts);
    }
    let ranks = glance.rows.iter().map(|row| width(&number(row.rank), RANK, fonts));
    let widest = ranks.fold(28.0, f32::max);
    let lines = (1..ROWS).map(|index| format!("M{MARGIN} {}H{RIGHT}", TOP + ROW * index as f32)).collect::<String>();
    let row = |(index, row): (usize, &Row)| {
        let y = TOP + ROW * index as f32;
        let light = match glance.about.as_ref() == Some(&row.player_id) {
            true => format!(r#"<rect x="{MARGIN}" y="{y}" width="{length}" height="{ROW}" rx="20" fill="{LIGHT}"/>"#),
            false => String::new(),
        };
        light + &self::row(row, y, widest + GAP, side, fonts)
    };
    let rows = glance.rows.iter().take(ROWS as usize).enumerate().map(row).collect::<String>();
    format!(r#"{frame}<path d="{lines}" stroke="{LINE}" stroke-width="1.5"/>{rows}"#)
}

/// A row whose top is at `y`; the ranks need so much room.
fn row(row: &Row, y: f32, ranks: f32, side: Side, fonts: &dyn Fonts) -> String {
    let base = y + BASE;
    let score = row.score.text();
    let end = RIGHT - GAP;
    let start = MARGIN + 20.0 + ranks + 24.0;
    let name = cut(&row.face.name, end - start - width(&score, SCORE, fonts) - GAP, NAME, fonts);
    let name = set(&name, side.start(start, base), NAME, TEXT, fonts);
    let score = set(&score, side.end(end, base), SCORE, TEXT, fonts);
    rank(row.rank, side.left(MARGIN + 20.0, ranks), y, ranks, fonts) + &name + &score
}

/// A rank, in a frame of its medal's colour where there is a medal.
fn rank(rank: u64, x: f32, y: f32, width: f32, fonts: &dyn Fonts) -> String {
    let medal = usize::try_from(rank).ok().and_then(|rank| MEDALS.get(rank.checked_sub(1)?));
    let frame = medal.map(|colour| {
        let y = y + 14.0;
        format!(r#"<rect x="{x}" y="{y}" width="{width}" height="46" rx="23" fill="none" stroke="{colour}" stroke-width="2.5"/>"#)
    });
    let number = set(&number(rank), At::Middle(x + width / 2.0, y + 48.0), RANK, medal.unwrap_or(&SOFT), fonts);
    frame.unwrap_or_default() + &number
}

#[cfg(test)]
mod tests;
