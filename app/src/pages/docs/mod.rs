//! The documentation: pages to read, whose text is the server's alone.
//!
//! - `document`: what all of them share · `prose`: text with code in it, listings and tables
//! - `index`: `/docs`, with every route of the API · `live`: `/docs/live`, with what goes over the wire in `live/messages.rs` and how it ends in `live/endings.rs`

mod document;
#[cfg(feature = "ssr")]
mod index;
#[cfg(feature = "ssr")]
mod live;
#[cfg(feature = "ssr")]
mod prose;

use document::Document;
use leptos::prelude::*;

/// What there is to read.
#[component]
pub fn Docs() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = document::html(index::text());
    #[cfg(not(feature = "ssr"))]
    let text = document::on_server();
    view! { <Document name="Documentation" text /> }
}

/// The live feed, for third parties.
#[component]
pub fn DocsLive() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let text = document::html(live::text());
    #[cfg(not(feature = "ssr"))]
    let text = document::on_server();
    view! { <Document name="The live feed" text /> }
}
