use super::{Said, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What there is to say of something: one of the app's texts, in the language of whoever reads it, or words that were found elsewhere and are what they are.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(not(feature = "ssr"), derive(Serialize))]
pub enum Words {
    /// A text.
    Said(Said),
    /// For programs and operators, in English; or a text that only the server has, as it was for its reader.
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

    /// The same in a language, where no context tells which.
    #[cfg(feature = "ssr")]
    pub fn within(&self, language: super::Language) -> String {
        match self {
            Self::Said(said) => said.within(language),
            Self::Plain(text) => text.clone(),
        }
    }

    /// Whether they are in every language.
    pub fn is_text(&self) -> bool {
        matches!(self, Self::Said(_))
    }
}

/// Browsers are sent the number of a text that they have, and the words of one that they have not: the server knows who reads them.
#[cfg(feature = "ssr")]
impl Serialize for Words {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// As the browser knows it.
        #[derive(Serialize)]
        #[serde(rename = "Words")]
        enum Sent<'a> {
            Said(&'a Said),
            Plain(&'a str),
        }
        match self {
            Self::Said(said) if said.is_of_server() => Sent::Plain(&said.text()).serialize(serializer),
            Self::Said(said) => Sent::Said(said).serialize(serializer),
            Self::Plain(text) => Sent::Plain(text).serialize(serializer),
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
