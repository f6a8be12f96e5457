use super::{
    super::text::{Run, tests::Made},
    *,
};
use crate::boards::answers::Moment;
use app::model::{BoardId, Face, PlayerId, Score, WindowName};

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
    Glance {
        title: title.to_owned(),
        decimals: 0,
        is_open: true,
        revision: "r".to_owned(),
        moment,
        rows: rows.iter().map(row).collect(),
        about: None,
    }
}

fn points(units: i64) -> Score {
    Score::unbounded(units, 0)
}

/// What is written on a card, as (text, colour), from the top left on.
fn written(glance: &Glance) -> Vec<(String, String)> {
    written_in(Language::English, glance, &Made)
}

fn written_in(language: Language, glance: &Glance, fonts: &dyn Fonts) -> Vec<(String, String)> {
    let card = card(glance, language, fonts);
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
    assert_eq!(facts("daily", "2026-11-21"), "1 player · Daily · Nov 21, 2026");
    assert_eq!(facts("league-cup", "2026-W47"), "1 player · League cup · 2026-W47");
    assert_eq!(facts("noon", "20261121T110000Z"), "1 player · Noon · Nov 21, 2026, 11:00 UTC");
    assert!(facts("a-window-with-a-name-of-32-chars", "20261121T110000Z").starts_with("1 player · A window"));
}

#[test]
fn long_names_and_titles_are_cut_and_scores_never() {
    let (name, title) = ("n".repeat(64), "t".repeat(100));
    let most = Score::unbounded(-Score::MAX, 0);
    let texts = texts(&glance(&title, &[(1_000_000_000, &name, most), (1_000_000_000, &name, points(1))]));
    assert!(texts[2].ends_with("t…") && texts[2].len() < 100, "{texts:?}");
    assert_eq!((&*texts[3], &*texts[5], &*texts[8]), ("1,000,000,000", "−9,007,199,254,740,991", "1"));
    let lengths = [&texts[4], &texts[7]].map(|name| name.trim_end_matches('…').len());
    assert!(0 < lengths[0] && lengths[0] < lengths[1] && lengths[1] < 64, "{texts:?}");
}

#[test]
fn a_title_that_is_a_little_too_long_is_set_smaller() {
    let size =
        |title: &str| card(&glance(title, &[]), Language::English, &Made).split("font-size=\"").nth(3).map(|rest| rest[..2].to_owned());
    assert_eq!((size(&"t".repeat(35)).as_deref(), size(&"t".repeat(36)).as_deref()), (Some("60"), Some("46")));
    assert_eq!(texts(&glance(&"t".repeat(46), &[]))[2], "t".repeat(46));
}

#[test]
fn a_card_is_in_its_readers_language() {
    let laps = |rows: &[(u64, &str, Score)]| {
        let mut laps = glance("Lap times", rows);
        (laps.moment.window, laps.moment.period) = (WindowName::parse("daily").unwrap(), "2026-11-21".to_owned());
        laps.moment.total = 1_234;
        laps
    };
    let texts = |language, glance: &Glance| written_in(language, glance, &Made).into_iter().map(|(text, _)| text).collect::<Vec<_>>();
    let rows = [(1_000, "ada", Score::unbounded(-1_234_500, 3))];
    let driven = laps(&rows);
    assert_eq!(
        texts(Language::German, &driven),
        ["LeaderPort", "1.234 Spieler · Täglich · 21.11.2026", "Lap times", "1.000", "ada", "−1.234,500"]
    );
    let empty = texts(Language::German, &laps(&[]));
    assert_eq!(empty.last().unwrap(), "Noch keine Punkte. Wer anfängt, führt.");
    let japanese = texts(Language::Japanese, &driven).concat();
    assert!(japanese.contains("1,234人") && !japanese.contains("player"), "{japanese}");
}

#[test]
fn a_card_that_is_read_from_the_right_starts_there() {
    let places = |language| {
        let card = card(&glance("Lap times", &[(1, "ada", points(5))]), language, &Made);
        let place = |text: &str| {
            let (before, _) = card.split_once(&format!(">{text}<")).unwrap();
            let x = before.rsplit_once("x=\"").unwrap().1;
            x.split('"').next().unwrap().parse::<f32>().unwrap() + text.chars().count() as f32 * 0.5
        };
        ["LeaderPort", "ada", "5"].map(place)
    };
    let ([brand, name, score], [mirrored_brand, mirrored_name, mirrored_score]) = (places(Language::English), places(Language::Arabic));
    assert!(brand < 200.0 && name < 300.0 && score > 1_000.0, "{brand} {name} {score}");
    assert!(mirrored_brand > 900.0 && mirrored_name > 900.0 && mirrored_score < 200.0, "{mirrored_brand} {mirrored_name} {mirrored_score}");
}

#[test]
fn where_there_is_no_font_for_a_language_its_card_is_in_english() {
    /// What a machine has that has no fonts but ours.
    struct Ours;

    impl Fonts for Ours {
        fn width(&self, run: &Run, font: Font) -> f32 {
            Made.width(run, font)
        }

        fn family(&self, character: &str) -> Option<String> {
            Made.family(character)
        }

        fn has(&self, text: &str) -> bool {
            text.chars().all(|c| Made.family(&c.to_string()).is_none())
        }
    }

    let board = glance("小林", &[]);
    let on_it = |language| card(&board, language, &Ours);
    assert_eq!([Language::Arabic, Language::Japanese].map(on_it), [Language::English, Language::English].map(on_it));
    assert_ne!(on_it(Language::German), on_it(Language::English));
    assert_ne!(card(&board, Language::Arabic, &Made), card(&board, Language::English, &Made));
}
