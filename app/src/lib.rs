//! What server and browser share.
//!
//! # Map
//!
//! - [`model`]: the words of LeaderPort as types that hold only valid values
//! - [`protocol`]: what goes over the wire; [`error`]: what one is told when something can't be done
//! - [`backend`]: what the app needs of the server; [`api`]: the server functions, three-line calls on it
//! - `effect`, `dom`, `clock`, `flat`, `backoff`: small things that many need
//! - [`i18n`]: what pages say, in the language of whoever reads them
//! - [`visitor`]: who looks · [`live`]: the client's socket; [`query`]: what else is asked of the server, and kept for a while;
//!   [`state`]: what a page knows, optimistic scores included
//! - [`markup`]: what pages that change are made of · [`virtual_list`]: lists of millions of rows, of which some dozens are rendered
//! - [`game`]: the rules of the game; `play`: what the browser makes of them · `embeds`: boards within other pages · `offline`: what
//!   there is of pages without a server · `built`: the files of the built front end, `chunk` what divides its module
//! - `devtools`: what developers see of a page, in debug builds
//! - [`pages`] (one route a file), `fragments` (what the server alone writes of them), [`paths`] (their addresses) and [`components`] (one component a file), put together in [`app`] inside [`shell`], with a [`policy`] for browsers

#![allow(
    clippy::redundant_closure,
    reason = "leptos gives closures that are written out in a view one type, and the browser's module one piece of code for all"
)]
// Types of views nest deeply.
#![recursion_limit = "1024"]

#[cfg(feature = "ssr")]
pub mod admin;
pub mod api;
pub mod app;
pub mod backend;
mod backoff;
#[cfg(feature = "ssr")]
pub mod built;
mod chunk;
#[cfg(feature = "hydrate")]
mod clock;
pub mod components;
#[cfg(feature = "hydrate")]
mod dashboard;
#[cfg(all(debug_assertions, any(feature = "hydrate", test)))]
mod devtools;
#[cfg(feature = "hydrate")]
mod dom;
mod effect;
#[cfg(feature = "ssr")]
pub mod embeds;
pub mod error;
mod flat;
#[cfg(feature = "ssr")]
mod fragments;
pub mod game;
pub mod i18n;
pub mod live;
pub mod markup;
pub mod model;
#[cfg(any(feature = "hydrate", feature = "ssr"))]
pub mod offline;
pub mod pages;
pub mod paths;
#[cfg(feature = "hydrate")]
mod play;
#[cfg(feature = "ssr")]
pub mod policy;
pub mod protocol;
pub mod query;
#[cfg(feature = "ssr")]
mod shell;
pub mod state;
pub mod virtual_list;
pub mod visitor;

pub use app::App;
#[cfg(feature = "ssr")]
pub use shell::shell;

/// Every route of the app, for the server's router. They are looked for once: as long as leptos looks, resources of pages that any
/// server of the process renders are never loaded, and those pages never come.
#[cfg(feature = "ssr")]
pub fn routes() -> Vec<leptos_axum::AxumRouteListing> {
    static ROUTES: std::sync::LazyLock<Vec<leptos_axum::AxumRouteListing>> =
        std::sync::LazyLock::new(|| leptos_axum::generate_route_list(App));
    ROUTES.clone()
}
