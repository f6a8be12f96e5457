//! The pages: one route a file. `head` is what is said of a page to those who do not look at it, `resource` what it is made from.

mod admin;
mod board;
mod docs;
mod fragment;
mod head;
mod lobby;
mod not_found;
mod play;
mod resource;
mod route;

pub use not_found::NotFound;
pub use resource::loaded;
pub use route::Page;

use crate::markup::{Markup, tag};

/// What is shown until a page is there.
fn loading() -> Markup {
    let line = || tag("i").class("skeleton");
    let text = tag("span").class("visually-hidden").put(crate::i18n::t::site::LOADING);
    tag("div").class("loading").attr("role", "status").put(text).put(line()).put(line()).put(line()).into()
}
