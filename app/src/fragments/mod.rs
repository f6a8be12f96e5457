//! What only the server writes of pages: nobody is to load it a second time as WebAssembly. The browser is given the HTML, with the page
//! or when it comes there from another one.

mod account;
mod boards;
mod found;
mod graph;
mod me;
mod play;
mod profile;

pub use account::said as passkeys_said;

use crate::{
    api::{Fragment, Wanted},
    error::AppError,
};
use leptos::prelude::*;

/// Writes a fragment.
pub async fn write(wanted: &Wanted) -> Result<Fragment, AppError> {
    match wanted {
        Wanted::Profile { board, player } => profile::profile(board, player).await,
        Wanted::Me { query } => me::me(&query.iter().cloned().collect()).await,
        Wanted::Play { board, run } => play::play(board, run).await,
        Wanted::Admin { path, query } => crate::admin::write(path, query).await,
        Wanted::Found { board, period, text } => found::found(board, period, text).await,
    }
}

/// HTML, without the marks that hydration goes by.
pub fn html(view: impl IntoView) -> String {
    view.into_view().to_html().replace("<!>", "")
}

/// A text as HTML, for where leptos writes what it is given as it is (titles, `textarea`): texts are anybody's.
pub fn as_html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
