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

use document::document;
use leptos::prelude::AnyView;

/// What there is to read.
pub fn docs() -> AnyView {
    #[cfg(feature = "ssr")]
    let text = document::html(index::text());
    #[cfg(not(feature = "ssr"))]
    let text = document::on_server();
    document("Documentation", text)
}

/// The live feed, for third parties.
pub fn docs_live() -> AnyView {
    #[cfg(feature = "ssr")]
    let text = document::html(live::text());
    #[cfg(not(feature = "ssr"))]
    let text = document::on_server();
    document("The live feed", text)
}
