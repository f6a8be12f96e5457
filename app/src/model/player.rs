use super::PlayerName;
use crate::{
    error::{AppError, Field},
    i18n::{Text, t},
};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// Who competes: 1–64 bytes of text, given by the integrator or typed by a guest.
///
/// No control characters, and none that are invisible or turn the direction of text: ids that differ in nothing one can
/// see would be two players. (Letters of different scripts can still look alike, and so can one text in two normal forms.) Spaces at either
/// end are refused rather than cut off, because an integrator's ids must come back as they were sent; [`PlayerId::from_input`] is for what
/// people type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlayerId(String);

impl PlayerId {
    /// The longest id, in bytes of UTF-8.
    pub const MAX_LEN: usize = 64;

    /// Checks `text`; the error says which rule it breaks.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Player, message));
        if text.is_empty() {
            return wrong(t::error::NAME_MISSING);
        }
        if text.len() > Self::MAX_LEN {
            return wrong(t::error::NAME_LONG);
        }
        check_shown(text)?;
        if text.chars().all(|c| is_joiner(c) || c.is_whitespace()) {
            return wrong(t::error::NAME_BLANK);
        }
        if text.trim() != text {
            return wrong(t::error::NAME_SPACES);
        }
        Ok(Self(text.to_owned()))
    }

    /// An id out of the store, where only ids are that were once checked. Rules that have become stricter since must not make a
    /// board unreadable.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The same, as a field of what comes from the server.
    pub fn deserialize_stored<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }

    /// The id of whoever typed this as their name.
    pub fn from_input(text: &str) -> Result<Self, AppError> {
        PlayerName::parse(text).map(PlayerName::into_id)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The flags of England, Scotland and Wales: a black flag with tags, the one use that invisible tags have (Unicode Technical Standard 51,
/// RGI_Emoji_Tag_Sequence).
const TAGGED_FLAGS: [&str; 3] = [
    "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "🏴\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Checks that nothing in a text is hidden.
pub(super) fn check_shown(text: &str) -> Result<(), AppError> {
    let hides = text.chars().any(is_hidden)
        && TAGGED_FLAGS.iter().fold(text.to_owned(), |text, flag| text.replace(flag, "🏴")).chars().any(is_hidden);
    let wrong = || AppError::invalid(Field::Player, t::error::NAME_HIDDEN);
    if hides { Err(wrong()) } else { Ok(()) }
}

/// Control characters, and what a row would not show: Unicode's default-ignorable code points (Unicode Standard, section
/// 5.21), the marks that turn the direction of text among them, separators of lines, and the blank letters. Two kinds stay,
/// because emoji are made with them: [joiners](is_joiner).
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// The zero-width joiner and the variation selectors, which show only together with something else.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

impl fmt::Display for PlayerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for PlayerId {
    type Error = AppError;
    fn try_from(text: String) -> Result<Self, AppError> {
        Self::parse(&text)
    }
}

impl From<PlayerId> for String {
    fn from(id: PlayerId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_are_called() {
        for name in ["ada", "Ada Lovelace", "Ζήνων", "小林", "👩‍🚀", TAGGED_FLAGS[0], "a  b", "e\u{301}", &"x".repeat(64)] {
            assert_eq!(PlayerId::parse(name).map(String::from), Ok(name.to_owned()));
        }
        assert_eq!(PlayerId::from_input("  ada ").map(String::from), Ok("ada".to_owned()));
    }

    #[test]
    fn refuses_what_cannot_be_told_apart_or_is_too_long() {
        for name in [
            "",
            " ",
            "ada ",
            " ada",
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            "a\u{200b}b",
            "\u{feff}a",
            "\u{3164}",
            "\u{2800}",
            "\u{200d}",
            "\u{fe0f}\u{200d}",
            "\u{ad}ada",
            "a\u{200c}b",
            "a\u{61c}b",
            "a\u{e0061}",
            "🏴\u{e0067}\u{e0062}\u{e007f}",
            "🏴\u{e0067}\u{e0062}🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
            &"x".repeat(65),
            &"é".repeat(33),
        ] {
            assert!(PlayerId::parse(name).is_err(), "{name:?}");
        }
        assert!(PlayerId::from_input("   ").is_err());
    }
}
