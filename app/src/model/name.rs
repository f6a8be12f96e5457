use super::{PlayerId, player::check_shown};
use crate::error::AppError;
use serde::Serialize;

/// What a person types as their name: composed (Unicode normalization form C), single spaces within and none at either end, so that one
/// name is one player however it was typed. It is at most 64 bytes long, since the player has it for an [id](PlayerId).
///
/// The server alone knows the finer rules: 1 to 32 characters as people count them, at most 4 marks on each, nothing unassigned or of
/// private use, and what emoji are made with only where it makes one. The browser takes what breaks only those, and the server's answer
/// refuses it: they want tables that a page has no room for.
///
/// Letters of different scripts can look alike: an operator may want names that do to be refused (`PlayerName::looks`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlayerName(PlayerId);

impl PlayerName {
    /// Checks what was typed; the error says which rule it breaks.
    pub fn parse(typed: &str) -> Result<Self, AppError> {
        let typed = typed.trim();
        // First, because line breaks are blanks, too: they would be taken for spaces.
        check_shown(typed)?;
        let name = composed(typed).split_whitespace().collect::<Vec<_>>().join(" ");
        let name = Self(PlayerId::parse(&name)?);
        if name.is_well_made() { Ok(name) } else { Err(AppError::bad_name()) }
    }

    /// A name out of the store, where only names are that were once checked.
    pub fn stored(text: &str) -> Self {
        Self(PlayerId::stored(text))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What the name looks like: two names that share one of these may be taken for each other. By the skeletons of Unicode Technical
    /// Standard 39 (section 4), of the name as it is and in small letters.
    #[cfg(feature = "ssr")]
    pub fn looks(&self) -> Vec<String> {
        let skeleton = |text: &str| unicode_security::skeleton(text).collect::<String>().to_lowercase();
        let mut looks = vec![skeleton(self.as_str()), skeleton(&self.as_str().to_lowercase())];
        looks.dedup();
        looks
    }

    /// The id of the player who is called so.
    pub fn into_id(self) -> PlayerId {
        self.0
    }

    #[cfg(feature = "ssr")]
    fn is_well_made(&self) -> bool {
        rules::is_well_made(self.0.as_str())
    }

    #[cfg(not(feature = "ssr"))]
    fn is_well_made(&self) -> bool {
        true
    }
}

#[cfg(feature = "ssr")]
fn composed(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    text.nfc().collect()
}

#[cfg(all(feature = "hydrate", not(feature = "ssr")))]
fn composed(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFC").into()
}

/// Neither server nor browser: nobody types here.
#[cfg(not(any(feature = "hydrate", feature = "ssr")))]
fn composed(text: &str) -> String {
    text.to_owned()
}

#[cfg(feature = "ssr")]
mod rules {
    use unicode_normalization::char::{canonical_combining_class, is_combining_mark, is_public_assigned};
    use unicode_properties::UnicodeEmoji;
    use unicode_segmentation::UnicodeSegmentation;

    /// The longest name, in grapheme clusters (Unicode Standard Annex 29).
    const MAX_CLUSTERS: usize = 32;

    /// Marks in a row on one letter: Burmese has syllables with four, and no writing that is in use needs more.
    const MAX_MARKS: usize = 4;

    const JOINER: char = '\u{200d}';

    /// The combining class of the signs that take a vowel away, which make conjuncts (Unicode Standard, section 4.3).
    const VIRAMA: u8 = 9;

    pub fn is_well_made(name: &str) -> bool {
        let chars: Vec<char> = name.chars().collect();
        let around = |at: usize| (at.checked_sub(1).and_then(|before| chars.get(before)).copied(), chars.get(at + 1).copied());
        name.graphemes(true).take(MAX_CLUSTERS + 1).count() <= MAX_CLUSTERS
            && !has_pile(&chars)
            && chars.iter().enumerate().all(|(at, &c)| match c {
                JOINER => joins(&chars[..at], around(at).1),
                '\u{fe0e}' | '\u{fe0f}' => selects(around(at)),
                '\u{fe00}'..='\u{fe0d}' | '\u{fffc}' | '\u{fffd}' => false,
                // A flag's tags: only whole flags have come this far.
                '\u{e0020}'..='\u{e007f}' => true,
                c if is_tone(c) => around(at).0.is_none_or(|before| !is_tone(before)),
                c => is_public_assigned(c),
            })
    }

    /// Whether there are too many marks in a row, or some on nothing.
    fn has_pile(chars: &[char]) -> bool {
        let on_nothing = |pair: &[char]| pair[0] == ' ' && is_combining_mark(pair[1]);
        chars.first().is_some_and(|c| is_combining_mark(*c))
            || chars.windows(2).any(on_nothing)
            || chars.windows(MAX_MARKS + 1).any(|row| row.iter().all(|c| is_combining_mark(*c)))
    }

    /// Whether a joiner joins: two emoji into one, or letters whose shape it tells (Unicode Standard Annex 31, rule A2).
    fn joins(before: &[char], after: Option<char>) -> bool {
        let Some(after) = after else { return false };
        let is_virama = |c: &char| canonical_combining_class(*c) == VIRAMA;
        let base = before.iter().rev().find(|c| **c != '\u{fe0f}' && !is_tone(**c));
        before.last().is_some_and(is_virama) && after.is_alphabetic()
            || base.is_some_and(|c| is_picture(*c)) && is_picture(after) && !is_tone(after)
    }

    /// Whether a variation selector selects: how an emoji looks, or a key's cap.
    fn selects((before, after): (Option<char>, Option<char>)) -> bool {
        before.is_some_and(|c| is_picture(c) || is_key(c) && after == Some('\u{20e3}'))
    }

    /// Whether this is an emoji by itself.
    fn is_picture(c: char) -> bool {
        c.is_emoji_char() && !is_key(c) && !matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
    }

    /// What keycaps are made of.
    fn is_key(c: char) -> bool {
        c.is_ascii_digit() || matches!(c, '#' | '*')
    }

    /// A skin's tone.
    fn is_tone(c: char) -> bool {
        matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*, sample::select};
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn what_looks_the_same_is_found() {
        let looks = |name: &str| PlayerName::parse(name).unwrap().looks();
        let alike = |one: &str, two: &str| looks(one).iter().any(|look| looks(two).contains(look));
        for (one, two) in [("paypal", "pаypаl"), ("Ada", "ADA"), ("Ill", "lll"), ("Ian", "ian"), ("rnax", "max"), ("ΟΚ", "OK")] {
            assert!(alike(one, two), "{one} {two}");
        }
        assert!(!alike("ada", "adam") && !alike("小林", "小森"));
    }

    /// Text out of what the rules are about, and of anything.
    fn typed() -> impl Strategy<Value = String> {
        let parts: Vec<char> =
            "ae1# \u{a0}\u{3000}\u{301}\u{323}\u{e47}\u{eb}\u{212b}\u{1112}\u{1161}\u{11ab}\u{200d}\u{fe0f}\u{20e3}❤👩🚀🏽🇳🇿\u{94d}\u{915}"
                .chars()
                .collect();
        vec(prop_oneof![8 => select(parts), 1 => any::<char>()], 0..16).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn one_name_is_one_player_however_it_was_typed(typed in typed()) {
            if let Ok(name) = PlayerName::parse(&typed) {
                let id = name.clone().into_id();
                prop_assert_eq!(PlayerName::parse(id.as_str()), Ok(name.clone()));
                prop_assert_eq!(PlayerName::parse(&typed.nfd().collect::<String>()), Ok(name.clone()));
                prop_assert_eq!(PlayerName::parse(&format!("\u{a0}{typed} ")), Ok(name));
                prop_assert_eq!(PlayerId::parse(id.as_str()), Ok(id.clone()));
            }
        }
    }
}
