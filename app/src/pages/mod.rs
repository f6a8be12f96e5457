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

pub use admin::AdminPage;
pub use board::{BoardPage, reload_facts};
pub use docs::{Docs, DocsLive};
pub use fragment::{MePage, ProfilePage};
pub use lobby::LobbyPage;
pub use not_found::NotFound;
pub use play::PlayPage;
pub use resource::{Loading, resource};

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
