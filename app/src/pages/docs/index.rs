//! `/docs`: how to begin, every route of the API, and what calls of others are called here.
//!
//! - `start`: the first board · `runs`: the game's · `embeds`: boards in other pages · `reference`: the routes, out of the API's document · `types`: what goes in and out
//! - `coming_from`: the same calls elsewhere

mod coming_from;
mod embeds;
mod reference;
mod runs;
mod start;
mod types;

use super::prose::{paragraph, prose};
use crate::backend::ApiDocument;
use leptos::prelude::*;
use serde_json::Value;

/// The whole text.
pub fn text() -> impl IntoView {
    let document = use_context::<ApiDocument>().map(|ApiDocument(document)| document).unwrap_or_default();
    view! {
        <h1>"Documentation"</h1>
        <dl>
            <dt>
                <a href="/docs/live" rel="external">
                    "The live feed"
                </a>
            </dt>
            <dd>
                "Ranks as they move, in a program of your own: over a WebSocket or as server-sent events, with a client in 20 lines of \
                    JavaScript."
            </dd>
        </dl>
        {contents(&document)}
        {start::start()}
        {runs::runs()}
        {embeds::embeds()}
        {coming_from::coming_from()}
        {reference::reference(&document)}
        {types::types(&document)}
        {reference::problems(&document)}
    }
}

/// A section, which links call `id`.
fn section(id: &'static str, title: &'static str, parts: impl IntoIterator<Item = AnyView>) -> AnyView {
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {parts.into_iter().collect_view()}
        </section>
    }
    .into_any()
}

/// A link within the page.
fn link(to: &str, text: impl AsRef<str>) -> AnyView {
    view! {
        <a href=format!("#{to}") rel="external">
            {prose(text)}
        </a>
    }
    .into_any()
}

fn contents(document: &Value) -> AnyView {
    let sections = [
        ("start", "First board in five calls"),
        ("runs", "Verified runs"),
        ("embeds", "In other pages"),
        ("coming-from", "Coming from"),
        ("types", "Types"),
        ("problems", "Problems"),
    ];
    let sections = sections.map(|(id, title)| view! { <li>{link(id, title)}</li> }).collect_view();
    let routes =
        reference::routes(document).map(|route| view! { <li>{link(route.id, format!("`{}`", route.title()))}</li> }).collect_view();
    view! {
        <nav aria-label="On this page">
            <ul>{sections} {routes}</ul>
        </nav>
    }
    .into_any()
}

/// A text of the document: its paragraphs.
fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n").filter(|text| !text.trim().is_empty()).map(paragraph).collect_view().into_any()
}
