//! A run of the game, on a card.

use super::{FACTS, GROUND, HEIGHT, LINE, MARGIN, NAME, RIGHT, SOFT, SURFACE, Side, TEXT, TOP, WIDTH, brand};
use crate::cards::text::{At, Font, Fonts, cut, set};
use app::{
    i18n::{Language, day, number, t, within},
    model::Played,
};

const SCORE: Font = Font { size: 132.0, bold: true };

/// The card of a run, for readers of a language; in English where there are no fonts for its words.
pub fn run_card(played: &Played, language: Language, fonts: &dyn Fonts) -> String {
    let said = || (t::game::points(played.score.into()).text(), tally(played), stands(played));
    let is_shown = within(language, || {
        let (points, tally, stands) = said();
        [points, tally, stands].iter().all(|text| fonts.has(text))
    });
    let language = if is_shown { language } else { Language::English };
    let side = Side { is_right: language.direction() == "rtl" };
    within(language, || {
        let (points, tally, stands) = said();
        let (length, height, middle) = (RIGHT - MARGIN, HEIGHT as f32 - TOP - MARGIN, WIDTH as f32 / 2.0);
        let line = |text: &str, y: f32, font: Font, colour: &str| {
            set(&cut(text, length - 48.0, font, fonts), At::Middle(middle, TOP + y), font, colour, fonts)
        };
        let frame = format!(
            r#"<rect x="{MARGIN}" y="{TOP}" width="{length}" height="{height}" rx="20" fill="{SURFACE}" stroke="{LINE}" stroke-width="1.5"/>"#
        );
        let head = brand(&day(played.at), &played.title, side, fonts);
        let lines = line(&played.name, 66.0, NAME, TEXT)
            + &line(&points, 206.0, SCORE, TEXT)
            + &line(&tally, 278.0, FACTS, SOFT)
            + &line(&stands, 326.0, FACTS, SOFT);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"><rect width="{WIDTH}" height="{HEIGHT}" fill="{GROUND}"/>{head}{frame}{lines}</svg>"#
        )
    })
}

fn tally(played: &Played) -> String {
    let (hits, misses) = (t::game::hits(played.hits.into()).text(), t::game::misses(played.misses.into()).text());
    t::game::tally(&hits, &misses, &number(played.best_row.into())).text()
}

fn stands(played: &Played) -> String {
    let (rank, total) = played.rank;
    t::play::stands(&number(rank), &number(total)).text()
}
