use super::{Language, Words, from_typed, number, t, table, within};
use crate::model::Score;
use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn a_reader_has_the_language_that_their_browser_prefers() {
    let accepted = |header| Language::accepted(header).map(Language::code);
    assert_eq!(accepted("de-AT,de;q=0.9,en;q=0.8"), Some("de"));
    assert_eq!(accepted("fr-FR, ja;q=0.3, ar-EG;q=0.7, *;q=0.1"), Some("ar"));
    assert_eq!(accepted("en;q=0, JA"), Some("ja"));
    for nothing in ["", "fr,it;q=0.5", "*", "de;q=x", ",;,", "dexter"] {
        assert_eq!(accepted(nothing), None, "{nothing:?}");
    }
}

#[test]
fn texts_are_put_together_in_the_readers_language() {
    let players = |language, count| within(language, || t::board::players(count).text());
    assert_eq!(players(Language::English, 1), "1 player");
    assert_eq!(players(Language::English, 1_200), "1,200 players");
    assert_eq!(players(Language::German, 1_200), "1.200 Spieler");
    assert_eq!(players(Language::Japanese, 0), "0人");
    let arabic = [0, 1, 2, 3, 11, 100, 1_203].map(|count| players(Language::Arabic, count));
    assert_eq!(arabic, ["لا لاعبين", "لاعب واحد", "لاعبان", "3 لاعبين", "11 لاعبًا", "100 لاعب", "1,203 لاعبين"]);
    assert_eq!(within(Language::German, || t::board::range("1", "50", "60").text()), "1–50 von 60");
    // Programs read English, whoever's page it is for.
    assert_eq!(
        within(Language::German, || t::error::decimals(3).to_string()),
        "This board takes at most 3 digits behind the decimal point."
    );
    // What has braces in it stays what it is.
    assert_eq!(within(Language::English, || t::profile::title("{0}", "{#}").text()), "{#} on {0}");
}

#[test]
fn numbers_are_written_as_cldr_says() {
    use icu_decimal::{DecimalFormatter, input::Decimal};
    for language in Language::ALL {
        let locale: icu_locale_core::Locale = language.code().parse().unwrap();
        let formatter = DecimalFormatter::try_new(locale.into(), Default::default()).unwrap();
        for whole in [0, 7, 999, 1_000, 12_345, 1_234_567, 9_007_199_254_740_991] {
            let written = within(language, || number(whole));
            assert_eq!(written, formatter.format(&Decimal::from(whole)).to_string(), "{language:?}");
            assert_eq!(from_typed(&written, language), whole.to_string());
        }
        let mut parts = Decimal::from(1_234_567);
        parts.multiply_pow10(-2);
        assert_eq!(within(language, || super::decimal(1_234_567, 2)), formatter.format(&parts).to_string());
    }
    assert_eq!(within(Language::Arabic, || super::decimal(-5, 1)), "\u{200e}\u{2212}0.5");
    // What is shown can be typed, also by copying it.
    for language in Language::ALL {
        assert_eq!(from_typed(&within(language, || super::decimal(-12_345, 1)), language), "-1234.5");
    }
}

#[test]
fn a_score_in_a_text_is_written_when_it_is_said() {
    let said = t::error::score_high(Score::new(10_005, 1).unwrap());
    let read = Language::ALL.map(|language| within(language, || said.text()));
    assert!(read[0].ends_with("above 1,000.5.") && read[1].contains(" 1.000,5 "), "{read:?}");
    let range = t::error::score_range(Score::new(-Score::MAX, 0).unwrap(), Score::new(Score::MAX, 0).unwrap());
    assert_eq!(range.to_string(), "A score lies between −9,007,199,254,740,991 and 9,007,199,254,740,991.");
}

#[test]
fn what_is_typed_is_read_as_its_language_writes_numbers() {
    let read = |text, language| from_typed(text, language);
    for (text, plain) in
        [("1,200", "1200"), ("12.5", "12.5"), (" -3 ", "-3"), ("−3", "-3"), ("+7", "7"), ("1.2e3", "1.2e3"), ("1,20", "1,20")]
    {
        assert_eq!(read(text, Language::English), plain);
    }
    for (text, plain) in [("1.200", "1200"), ("1.234,5", "1234.5"), ("0,5", "0.5"), ("1200", "1200")] {
        assert_eq!(read(text, Language::German), plain);
    }
    // Neither 1.5 nor 15: whoever typed it is asked.
    for odd in ["1.5", "1.20", "1.2345", "1.000.00"] {
        assert!(!read(odd, Language::German).contains('.'), "{odd}");
    }
    assert_eq!(read("١٢٠٠.٥", Language::Arabic), "1200.5");
    assert_eq!(read("１２００", Language::Japanese), "1200");
    for nonsense in ["", "abc", "1,2,3", "٣٣٣abc", "--1", "1e", ","] {
        for language in Language::ALL {
            let read = read(nonsense, language);
            assert!(crate::model::Score::parse(&read, 0).is_err(), "{nonsense:?} as {read:?}");
        }
    }
}

#[test]
fn days_are_written_as_readers_write_them() {
    // 2026-11-21 12:00 UTC.
    let at = 1_795_262_400_000;
    let days = Language::ALL.map(|language| within(language, || super::day(at)));
    assert_eq!(days, ["Nov 21, 2026", "21.11.2026", "21\u{200f}/11\u{200f}/2026", "2026/11/21"]);
    let minutes = Language::ALL.map(|language| within(language, || super::minute(at)));
    assert!(minutes.iter().zip(&days).all(|(minute, day)| minute.contains(&**day)), "{minutes:?}");
    assert!(minutes.iter().all(|minute| minute.ends_with("12:00")), "{minutes:?}");
}

/// What stands in the views' sources and reads like a text for people.
fn stragglers(path: &Path, source: &str) -> Vec<String> {
    let views = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut found = Vec::new();
    for line in views.lines().map(str::trim) {
        if line.starts_with("//") || line.starts_with("#[") {
            continue;
        }
        let parts: Vec<&str> = line.split('"').collect();
        for at in (1..parts.len()).step_by(2) {
            let (before, text, after) = (parts[at - 1], parts[at], parts.get(at + 1).copied().unwrap_or_default());
            let is_word = |word: &str| word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic());
            let words = text.split(' ').filter(|word| is_word(word.trim_matches(['.', ',', ':', '!', '…']))).count();
            let is_child = before.ends_with('>') || before.is_empty() && (after.is_empty() || after.starts_with('<'));
            let is_spoken =
                ["aria-label=", "title=", "placeholder=", "alt=", "label=", "heading=", "text="].iter().any(|name| before.ends_with(name));
            let mut letters = text.chars();
            let is_sentence =
                letters.next().is_some_and(|c| c.is_ascii_uppercase()) && letters.next().is_some_and(|c| c.is_ascii_lowercase());
            let is_written = before.ends_with("format!(") && words > 1;
            let is_code = ["curl ", "const ", "default-src "].iter().any(|start| text.starts_with(start));
            if words > 0 && (is_child || is_spoken || is_sentence || is_written) && !is_code && !ALLOWED.contains(&text) {
                found.push(format!("{}: {text:?}", path.display()));
            }
        }
    }
    found
}

/// Names, what keys are called, what the API calls things, examples of what is typed, what boards are called at the first start, and what only programs get wrong.
const ALLOWED: [&str; 45] = [
    "0 18 * * FRI",
    "Ada",
    "ArrowDown",
    "ArrowUp",
    "Deutsch",
    "Emoji",
    "End",
    "English",
    "Enter",
    "Escape",
    "Half a minute of hitting the target. Everybody plays the same game each day, and the server plays each run again.",
    "Home",
    "Ian",
    "Ill",
    "InvalidStateError",
    "LeaderPort",
    "Main board",
    "Math",
    "More taps than half a minute has room for.",
    "NZ",
    "NotAllowedError",
    "Noto Sans",
    "PATCH",
    "PageDown",
    "PageUp",
    "Plain",
    "Ring",
    "SecurityError",
    "Serif",
    "The server did not write what the browser would have.",
    "The taps are not in the order of their times.",
    "Told",
    "Two taps follow one another within less than 50 ms.",
    "UTC",
    "Valkey {}",
    "VmRSS:",
    "Words",
    "daily",
    "leaderport import {} scores.csv",
    "limit must be a whole number from 1 to {}.",
    "main",
    "operator ada",
    "other",
    "overall",
    "penalty",
];

/// What is not said to people who read other languages: `/docs` and the API's own description are for developers, the developer tools are in debug builds
/// alone, and tests say what they like.
const UNSAID: [&str; 6] = ["docs", "docs.rs", "devtools", "schema.rs", "tests", "tests.rs"];

/// The sources in a folder, and below.
fn sources(path: &Path, found: &mut Vec<PathBuf>) {
    if path.file_name().and_then(|name| name.to_str()).is_some_and(|name| UNSAID.contains(&name)) {
        return;
    }
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| sources(&entry.unwrap().path(), found));
    } else if path.extension().is_some_and(|kind| kind == "rs") {
        found.push(path.to_owned());
    }
}

#[test]
fn no_text_is_in_code() {
    let mut paths = Vec::new();
    sources(Path::new("src"), &mut paths);
    // Of the server, what writes for people: all else answers programs.
    for part in ["cards", "status", "offline.rs", "texts.rs", "dashboard.rs", "rest/forms.rs", "rest/own_forms.rs"] {
        sources(&Path::new("../server/src").join(part), &mut paths);
    }
    assert!(paths.len() > 150, "{paths:?}");
    let found: Vec<String> = paths.iter().flat_map(|path| stragglers(path, &fs::read_to_string(path).unwrap())).collect();
    assert!(found.is_empty(), "these belong into app/locales: {found:#?}");
    // It would be seen.
    let view = "view! { <p class=\"big one\">\"Hello there\"</p> }\n\"Some text\"\n<a title=\"more\">";
    assert_eq!(stragglers(Path::new("x"), view).len(), 3);
}

#[test]
fn a_browser_is_sent_words_and_not_which_text_it_is() {
    // What a server of another build calls a text is another one here.
    for (text, words) in
        [(t::error::NO_BOARD, "Diese Bestenliste gibt es nicht."), (t::problem::DECIMALS_RANGE, "Es gibt 0 bis 6 Nachkommastellen.")]
    {
        let sent = within(Language::German, || postcard::to_allocvec(&Words::from(text)).unwrap());
        assert_eq!(postcard::from_bytes::<Words>(&sent).unwrap(), Words::Told(words.to_owned()));
    }
    let plain = Words::from("for programs");
    assert_eq!(postcard::from_bytes::<Words>(&postcard::to_allocvec(&plain).unwrap()).unwrap(), plain);
    // Programs, and what is kept, have it in English.
    assert_eq!(Words::from(t::problem::DECIMALS_RANGE).to_string(), "decimals is 0 to 6.");
    assert_eq!(Words::from(t::problem::part_missing("b")).within(Language::Japanese), "「b」：そのランキングはありません。");
}

#[test]
fn one_is_not_told_as_many_in_english() {
    let same: Vec<_> = lines(Language::English).filter_map(|line| line.split_once('\t')).filter(|(one, other)| one == other).collect();
    assert!(same.is_empty(), "{same:?}");
    let one = |said: super::Said| within(Language::English, || said.text());
    assert_eq!(one(t::desk_entries::entries(1)), "1 entry");
    assert_eq!(one(t::desk_overview::wait(1)), "1 waits");
}

#[test]
fn texts_are_told_from_one_another() {
    // A language that has another one's text in it was not translated; names and signs are the same in all.
    let has_words = |form: &str| form.contains(' ') && form.contains(char::is_alphabetic);
    let is_same =
        |(text, english): &(&str, &str)| text.split('\t').any(|form| has_words(form) && english.split('\t').any(|known| known == form));
    for language in [Language::German, Language::Arabic, Language::Japanese] {
        let same: Vec<_> = lines(language).zip(lines(Language::English)).filter(is_same).collect();
        assert!(lines(language).count() == lines(Language::English).count() && same.len() <= 1, "{language:?}: {same:?}");
    }
    assert!(lines(Language::English).count() > table::file(Language::English).lines().count(), "the server's are among them");
}

/// All texts of a language, as they are written; none is empty.
fn lines(language: Language) -> impl Iterator<Item = &'static str> {
    (0..).map(move |id| table::of(language).line(id, None)).take_while(|line| !line.is_empty())
}
