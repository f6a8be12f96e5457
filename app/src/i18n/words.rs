use super::{Said, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What there is to say of something: one of the app's texts, in the language of whoever reads it, or words that were found elsewhere and are what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Words {
    /// A text.
    Said(Said),
    /// For programs and operators, in English.
    Plain(String),
}

impl Words {
    /// In the reader's language, as far as it is known there.
    pub fn text(&self) -> String {
        match self {
            Self::Said(said) => said.text(),
            Self::Plain(text) => text.clone(),
        }
    }
}

/// For programs, and for logs: in English. A page says [`Words::text`].
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(said) => said.fmt(f),
            Self::Plain(text) => f.write_str(text),
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
