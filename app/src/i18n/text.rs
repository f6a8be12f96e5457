use super::{Language, number, table};
use crate::{markup::Markup, model::Score};
use leptos::{prelude::IntoAttributeValue, tachys::view::IntoRender};
use std::fmt;

/// A text without arguments. In a view it is what whoever reads it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text(pub(super) u16);

impl Text {
    /// In the reader's language.
    pub fn text(self) -> &'static str {
        table::current().line(self.0, None)
    }
}

/// A text with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    id: u16,
    arguments: Vec<String>,
    count: Option<u64>,
}

impl Said {
    pub(super) fn new(id: u16, arguments: &[&str], count: Option<u64>) -> Self {
        Self { id, arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(), count }
    }

    /// In the reader's language.
    pub fn text(&self) -> String {
        self.of(table::current())
    }

    /// In a language.
    #[cfg(feature = "ssr")]
    pub(super) fn within(&self, language: super::Language) -> String {
        self.of(table::of(language))
    }

    fn of(&self, table: &table::Table) -> String {
        let mut text = String::new();
        self.pieces(table, |piece| match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Argument(at) => text.push_str(self.arguments.get(at).map(String::as_str).unwrap_or_default()),
            Piece::Number(number) => text.push_str(&number),
        });
        text
    }

    /// In the reader's language, with markup for its last arguments.
    pub(super) fn around(self, content: Vec<Markup>) -> Markup {
        let mut content: Vec<Option<Markup>> = content.into_iter().map(Some).collect();
        let mut whole = Vec::new();
        self.pieces(table::current(), |piece| {
            whole.extend(match piece {
                Piece::Text(piece) => Some(piece.into()),
                Piece::Argument(at) => match self.arguments.get(at) {
                    Some(argument) => Some(argument.clone().into()),
                    None => content.get_mut(at - self.arguments.len()).and_then(Option::take),
                },
                Piece::Number(number) => Some(number.into()),
            });
        });
        Markup::Many(whole)
    }

    /// The count, or a score: the argument that stands behind the `#`. The browser has only the first, since it writes scores when it is given them.
    fn number(&self, name: &str, language: Language) -> String {
        #[cfg(feature = "ssr")]
        if let Some(score) = name.strip_prefix('#').and_then(|at| self.arguments.get(at.parse::<usize>().ok()?)) {
            return number::spelled(language, score);
        }
        let _ = name;
        number::whole(language, self.count.unwrap_or_default())
    }

    fn pieces(&self, table: &table::Table, mut each: impl FnMut(Piece)) {
        let mut rest = table.line(self.id, self.count);
        while let Some((text, (name, after))) = rest.split_once('{').and_then(|(text, rest)| Some((text, rest.split_once('}')?))) {
            if !text.is_empty() {
                each(Piece::Text(text));
            }
            match name.parse() {
                Ok(at) => each(Piece::Argument(at)),
                Err(_) => each(Piece::Number(self.number(name, table.language))),
            }
            rest = after;
        }
        if !rest.is_empty() {
            each(Piece::Text(rest));
        }
    }
}

/// A score, as a text is given it: on the server, where nobody knows yet who reads it, as programs write it; in the browser as its reader does.
pub fn scored(score: Score) -> String {
    #[cfg(feature = "ssr")]
    return format!("{score:#}");
    #[cfg(not(feature = "ssr"))]
    score.text()
}

/// What a text is put together from.
enum Piece {
    Text(&'static str),
    /// The argument of this number.
    Argument(usize),
    /// A count, or a score, as the language writes it.
    Number(String),
}

/// For programs, and for logs: in English. A page says [`Said::text`].
#[cfg(feature = "ssr")]
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.of(table::of(super::Language::English)))
    }
}

/// For programs, and for logs: in English. A page says [`Text::text`].
#[cfg(feature = "ssr")]
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(table::of(super::Language::English).line(self.0, None))
    }
}

/// The browser has one language.
#[cfg(not(feature = "ssr"))]
impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The browser has one language.
#[cfg(not(feature = "ssr"))]
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl IntoRender for Text {
    type Output = &'static str;

    fn into_render(self) -> &'static str {
        self.text()
    }
}

impl IntoAttributeValue for Text {
    type Output = &'static str;

    fn into_attribute_value(self) -> &'static str {
        self.text()
    }
}

impl IntoRender for Said {
    type Output = String;

    fn into_render(self) -> String {
        self.text()
    }
}

impl IntoAttributeValue for Said {
    type Output = String;

    fn into_attribute_value(self) -> String {
        self.text()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.text().to_owned()
    }
}

impl From<Said> for String {
    fn from(said: Said) -> Self {
        said.text()
    }
}
