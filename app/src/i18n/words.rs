use super::{Said, Text};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// What there is to say of something: one of the app's texts, in the language of whoever reads it, or words that were found elsewhere and are what they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub enum Words {
    /// A text, as it was for its reader.
    Told(String),
    /// For programs and operators, in English.
    Plain(String),
    /// A text.
    #[serde(skip)]
    Said(Said),
}

impl Words {
    /// In the reader's language, as far as it is known there.
    pub fn text(&self) -> String {
        match self {
            Self::Said(said) => said.text(),
            Self::Told(text) | Self::Plain(text) => text.clone(),
        }
    }

    /// The same in a language, where no context tells which.
    #[cfg(feature = "ssr")]
    pub fn within(&self, language: super::Language) -> String {
        match self {
            Self::Said(said) => said.within(language),
            Self::Told(text) | Self::Plain(text) => text.clone(),
        }
    }

    /// Whether they are in every language.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Said(_))
    }
}

/// What is sent are words, not which text it is: a tab that was opened before the server was updated has other texts. The server knows who reads them.
impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (at, name) = if matches!(self, Self::Plain(_)) { (1, "Plain") } else { (0, "Told") };
        serializer.serialize_newtype_variant("Words", at, name, &self.text())
    }
}

/// For programs, and for logs: in English. A page says [`Words::text`].
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(said) => said.fmt(f),
            Self::Told(text) | Self::Plain(text) => f.write_str(text),
        }
    }
}

impl From<Text> for Words {
    fn from(text: Text) -> Self {
        Self::Said(Said::new(text.0, &[], None))
    }
}

impl From<Said> for Words {
    fn from(said: Said) -> Self {
        Self::Said(said)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::Plain(text)
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}
