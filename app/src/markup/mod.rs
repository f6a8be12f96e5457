//! What pages are made of, as values of one type.
//!
//! Views of leptos have a type each, and the browser's module code for each type: for building it, for taking it over from the server,
//! for changing it. The pages that change while one looks, boards above all, are written as [`Markup`]: one piece of code for all of it,
//! in which signals do what they do in views. It is itself a view: pages put it into leptos' ones, and those into it.
//!
//! - `build`: how it is written down · `view`: what leptos is told of it
//! - `html`: what the server writes · `walk`: the browser's way over it
//! - `page`: what the browser makes of markup, `list` of lists, `nodes` of nodes · `root`: where that meets views of leptos

mod build;
#[cfg(feature = "ssr")]
mod html;
#[cfg(any(feature = "hydrate", test))]
mod list;
#[cfg(feature = "hydrate")]
mod nodes;
#[cfg(feature = "hydrate")]
mod page;
#[cfg(feature = "hydrate")]
mod root;
mod view;
#[cfg(feature = "hydrate")]
mod walk;

pub use build::{Tag, Value, each, live, live_of, tag};

use leptos::prelude::AnyView;
use std::borrow::Cow;

/// A piece of a page.
#[derive(Default)]
pub enum Markup {
    /// Nothing at all.
    #[default]
    Nothing,
    /// A text; not an empty one.
    Text(Cow<'static, str>),
    /// An element.
    Tag(Tag),
    /// Pieces one after the other.
    Many(Vec<Markup>),
    /// What is another one whenever the signals change that it is made of.
    Live(Live),
    /// A list of which each item stays what it is wherever it comes.
    Each(Each),
    /// A view of leptos.
    View(AnyView),
}

/// Makes a piece, or says that it is still the one that it made before.
pub struct Live(Box<dyn FnMut() -> Option<Markup> + Send>);

/// Makes items by their numbers, and says which there are.
pub struct Each {
    numbers: Box<dyn Fn() -> Vec<u64> + Send>,
    item: Box<dyn Fn(u64) -> Markup + Send>,
}
