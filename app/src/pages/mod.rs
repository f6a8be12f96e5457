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

pub use board::reload_facts;
pub use docs::{Docs, DocsLive};
pub use fragment::{MePage, ProfilePage};
pub use not_found::NotFound;
pub use resource::{Loading, resource};
pub use route::Page;

use leptos::prelude::*;

/// What is shown until a page is there.
fn loading() -> impl IntoView {
    view! {
        <div class="loading" role="status">
            <span class="visually-hidden">{crate::i18n::t::site::LOADING}</span>
            <i class="skeleton"></i>
            <i class="skeleton"></i>
            <i class="skeleton"></i>
        </div>
    }
}
