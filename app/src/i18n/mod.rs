//! What pages say, in the language of whoever reads them.
//!
//! Texts are in `locales`, a folder for each language, and have names: [`t`] has an item for each, whose arguments are checked by the compiler
//! (`build.rs` makes them). None is part of the browser's module: a page loads those of its own language beside it, and whatever it says is looked up
//! there. On the server all languages are at hand, and the language is the request's.
//!
//! `language`: which there are, and who reads which · `table`: the texts of one · `text`: one of them · `number`, `moment`: numbers and times ·
//! `words`: what an error says

mod language;
mod moment;
mod number;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod words;

/// Where the server has the files of texts, in addresses.
#[cfg(feature = "ssr")]
pub const FOLDER: &str = "/texts/";

#[cfg(feature = "ssr")]
pub use language::within;
pub use language::{COOKIE, Language, language};
pub use moment::time_of_day;
#[cfg(feature = "ssr")]
pub use moment::{day, minute};
pub(crate) use number::{decimal, written};
pub use number::{from_typed, number};
#[cfg(feature = "hydrate")]
pub use table::load;
#[cfg(feature = "ssr")]
pub use table::{file, file_name};
pub use text::{Said, Text};
pub use words::Words;

/// Every text by its name: one without arguments as a [`Text`], others as functions.
#[allow(missing_docs, reason = "the English text stands above each")]
pub mod t {
    use super::{Said, Text, text::scored};
    use crate::{markup::Markup, model::Score};

    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}
