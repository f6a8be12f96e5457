//! What server and browser share.
//!
//! # Map
//!
//! - [`model`]: the words of LeaderPort as types that hold only valid values
//! - [`protocol`]: what goes over the wire; [`error`]: what one is told when something can't be done
//! - [`backend`]: what the app needs of the server; [`api`]: the server functions, three-line calls on it
//! - [`live`]: the client's socket; [`state`]: what a page knows, optimistic scores included
//! - [`pages`] (one route a file) and [`components`] (one component a file), put together in [`app`] inside [`shell`]

// Types of views nest deeply.
#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod backend;
pub mod components;
pub mod error;
pub mod live;
pub mod model;
pub mod pages;
pub mod protocol;
mod shell;
pub mod state;

pub use app::App;
pub use shell::shell;

/// Every route of the app, for the server's router.
#[cfg(feature = "ssr")]
pub fn routes() -> Vec<leptos_axum::AxumRouteListing> {
    leptos_axum::generate_route_list(App)
}
