//! The pages: one route a file. `head` is what is said of a page to those who do not look at it.

mod board;
mod docs;
mod head;
mod lobby;
mod me;
mod not_found;
mod profile;

pub use board::{BoardPage, reload_facts};
pub use docs::{Docs, DocsLive};
pub use head::board_path;
pub use lobby::LobbyPage;
pub use me::MePage;
pub use not_found::NotFound;
pub use profile::{ProfilePage, top};

use crate::error::AppError;
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;

/// What the server reads for a page's first paint and the browser takes from there; on the way from page to page the browser asks for
/// it. In postcard, because what reads JSON is a part of the browser's module that nothing else there needs.
pub fn resource<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
) -> Resource<Result<T, AppError>, PostcardCodec>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    Resource::new_with_options(source, fetch, true)
}

/// What is shown until a page is there.
fn loading() -> impl IntoView {
    view! {
        <div class="loading" role="status">
            <span class="visually-hidden">"Loading…"</span>
            <i class="skeleton"></i>
            <i class="skeleton"></i>
            <i class="skeleton"></i>
        </div>
    }
}
