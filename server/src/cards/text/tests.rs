use super::*;

/// Each character is as wide as half its height; what is beyond Latin, Greek and the like is in other families.
pub struct Made;

impl Fonts for Made {
    fn width(&self, run: &Run, font: Font) -> f32 {
        run.text.chars().count() as f32 * font.size / 2.0
    }

    fn family(&self, character: &str) -> Option<String> {
        match character.chars().next()? {
            ..'\u{590}' | '\u{2000}'..'\u{2e80}' => None,
            ..'\u{800}' => Some("Right".to_owned()),
            ..'\u{10000}' => Some("R&D's".to_owned()),
            _ => Some("Emoji".to_owned()),
        }
    }

    fn has(&self, _: &str) -> bool {
        true
    }
}

const FONT: Font = Font { size: 20.0, bold: false };

/// The runs as (text, read from the right, family).
fn shown(text: &str) -> Vec<(String, bool, String)> {
    runs(text, &Made).into_iter().map(|run| (run.text, run.is_rtl, run.family.unwrap_or_default())).collect()
}

#[test]
fn runs_have_one_direction_and_one_family_each() {
    let run = |text: &str, is_rtl, family: &str| (text.to_owned(), is_rtl, family.to_owned());
    assert_eq!(shown(""), []);
    assert_eq!(shown("Ada Lovelace"), [run("Ada Lovelace", false, "")]);
    assert_eq!(shown("小林 👩‍🚀!"), [run("小林", false, "R&D's"), run(" ", false, ""), run("👩‍🚀", false, "Emoji"), run("!", false, "")]);
    // What starts from the right goes on to the left, numbers excepted; the end is at the left.
    assert_eq!(shown("שרה 42"), [run("42", false, ""), run(" ", true, ""), run("שרה", true, "Right")]);
    assert_eq!(shown("שרה…"), [run("…", true, ""), run("שרה", true, "Right")]);
    assert_eq!(shown("ab שרה"), [run("ab ", false, ""), run("שרה", true, "Right")]);
    // Nothing is lost at the end of a paragraph, or of a line.
    assert_eq!(shown("a\u{2029}b").into_iter().map(|run| run.0).collect::<String>(), "a\u{2029}b");
}

#[test]
fn a_text_is_cut_to_the_room_there_is() {
    for (text, room, wanted) in [
        ("Ada", 30.0, "Ada"),
        ("Ada", 29.0, "A…"),
        ("Ada Lovelace", 60.0, "Ada L…"),
        // No space before the ellipsis.
        ("Ada Lovelace", 50.0, "Ada…"),
        // An astronaut is three characters that stay together.
        ("👩‍🚀👩‍🚀👩‍🚀", 80.0, "👩‍🚀👩‍🚀…"),
        ("👩‍🚀👩‍🚀👩‍🚀", 60.0, "👩‍🚀…"),
        ("Ada", 0.0, "…"),
    ] {
        assert_eq!(cut(text, room, FONT, &Made), wanted, "{text} in {room}");
    }
}

#[test]
fn texts_stand_where_they_should() {
    let places = |at| {
        let svg = set("ab小林", at, FONT, "#fff", &Made);
        svg.split("x=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(places(At::Start(100.0, 0.0)), ["100.00", "120.00"]);
    assert_eq!(places(At::Middle(100.0, 0.0)), ["80.00", "100.00"]);
    assert_eq!(places(At::End(100.0, 0.0)), ["60.00", "80.00"]);
}

#[test]
fn nothing_in_a_text_is_taken_for_markup() {
    let svg = set("<b x=\"'\">&amp; \u{0}\u{1f}", At::Start(0.0, 0.0), FONT, "#fff", &Made);
    assert!(svg.ends_with(">&lt;b\u{a0}x=&quot;&#39;&quot;&gt;&amp;amp;\u{a0}\u{fffd}\u{fffd}</text>"), "{svg}");
    assert!(set("\u{ffff}", At::Start(0.0, 0.0), FONT, "#fff", &Made).ends_with(">\u{fffd}</text>"));
    assert!(set("小", At::Start(0.0, 0.0), FONT, "#fff", &Made).contains("font-family=\"'R&amp;D&#39;s'\""));
}
