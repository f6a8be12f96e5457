use super::{super::text::tests::Made, *};
use crate::boards::answers::Moment;
use app::model::{BoardId, Face, PlayerId, WindowName};

fn glance(title: &str, rows: &[(u64, &str, Score)]) -> Glance {
    let row = |(rank, name, score): &(u64, &str, Score)| Row {
        rank: *rank,
        player_id: PlayerId::stored(name),
        face: Face::named(*name),
        score: *score,
        tiebreaks: Vec::new(),
    };
    let (board, window) = (BoardId::main(), WindowName::all());
    let moment = Moment { board, window, period: "all".to_owned(), version: 1, total: rows.len() as u64, last_update: 0 };
    Glance { title: title.to_owned(), is_open: true, revision: "r".to_owned(), moment, rows: rows.iter().map(row).collect(), about: None }
}

fn points(units: i64) -> Score {
    Score::unbounded(units, 0)
}

/// What is written on a card, as (text, colour), from the top left on.
fn written(glance: &Glance) -> Vec<(String, String)> {
    let card = card(glance, &Made);
    let texts = card.split("<text ").skip(1).map(|rest| {
        let (attributes, rest) = rest.split_once('>').unwrap();
        let colour = attributes.split("fill=\"").nth(1).unwrap().trim_end_matches('"');
        (rest.split_once('<').unwrap().0.replace('\u{a0}', " "), colour.to_owned())
    });
    texts.collect()
}

fn texts(glance: &Glance) -> Vec<String> {
    written(glance).into_iter().map(|(text, _)| text).collect()
}

#[test]
fn a_card_shows_title_facts_and_rows() {
    let time = |units| Score::unbounded(units, 3);
    let mut laps =
        glance("Lap times", &[(1, "ada", time(60_250)), (2, "bob", time(61_500)), (2, "eve", time(61_500)), (4, "joe", time(1_000_000))]);
    laps.moment.total = 1_234;
    let rows = ["1", "ada", "60.250", "2", "bob", "61.500", "2", "eve", "61.500", "4", "joe", "1,000.000"];
    assert_eq!(texts(&laps), [&["LeaderPort", "1,234 players · All time", "Lap times"], &rows[..]].concat());
    let colours: Vec<_> = written(&laps).into_iter().skip(3).step_by(3).map(|(_, colour)| colour).collect();
    assert_eq!(colours, [MEDALS[0], MEDALS[1], MEDALS[1], SOFT]);
}

#[test]
fn a_board_without_rows_says_so() {
    assert_eq!(texts(&glance("New", &[])), ["LeaderPort", "0 players · All time", "New", "No scores yet. The first one leads."]);
}

#[test]
fn the_window_is_named_as_people_would() {
    let mut glance = glance("t", &[(1, "ada", points(1))]);
    let mut facts = |window: &str, period: &str| {
        glance.moment.window = WindowName::parse(window).unwrap();
        glance.moment.period = period.to_owned();
        texts(&glance).swap_remove(1)
    };
    assert_eq!(facts("daily", "2026-11-21"), "1 player · Daily · 2026-11-21");
    assert_eq!(facts("league-cup", "2026-W47"), "1 player · League cup · 2026-W47");
    assert_eq!(facts("noon", "20261121T110000Z"), "1 player · Noon · 2026-11-21 11:00 UTC");
    assert!(facts("a-window-with-a-name-of-32-chars", "20261121T110000Z").starts_with("1 player · A window"));
}

#[test]
fn long_names_and_titles_are_cut_and_scores_never() {
    let (name, title) = ("n".repeat(64), "t".repeat(100));
    let most = Score::unbounded(-Score::MAX, 0);
    let texts = texts(&glance(&title, &[(1_000_000_000, &name, most), (1_000_000_000, &name, points(1))]));
    assert!(texts[2].ends_with("t…") && texts[2].len() < 100, "{texts:?}");
    assert_eq!((&*texts[3], &*texts[5], &*texts[8]), ("1000000000", "−9,007,199,254,740,991", "1"));
    let lengths = [&texts[4], &texts[7]].map(|name| name.trim_end_matches('…').len());
    assert!(0 < lengths[0] && lengths[0] < lengths[1] && lengths[1] < 64, "{texts:?}");
}

#[test]
fn a_title_that_is_a_little_too_long_is_set_smaller() {
    let size = |title: &str| card(&glance(title, &[]), &Made).split("font-size=\"").nth(3).map(|rest| rest[..2].to_owned());
    assert_eq!((size(&"t".repeat(35)).as_deref(), size(&"t".repeat(36)).as_deref()), (Some("60"), Some("46")));
    assert_eq!(texts(&glance(&"t".repeat(46), &[]))[2], "t".repeat(46));
}
