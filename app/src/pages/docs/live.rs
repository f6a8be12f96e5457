//! `/docs/live`: the live feed, for third parties.
//!
//! - `start`: how to connect, and the client · `wire`: the messages, out of the lists in `messages`
//! - `rules`: what can be relied on, and the limits · `events`: the same as events · `endings`: close codes and refusals

mod endings;
mod events;
mod messages;
mod rules;
mod start;
#[cfg(test)]
mod tests;
mod wire;

use super::prose::paragraph;
use leptos::prelude::*;

/// The sections, in order: what links call them, and their titles.
const SECTIONS: [[&str; 2]; 11] = [
    ["connect", "Connect"],
    ["client", "A client in 20 lines"],
    ["send", "What you say"],
    ["receive", "What the server says"],
    ["promises", "What you can rely on"],
    ["resume", "Resuming"],
    ["events", "Server-sent events"],
    ["limits", "Limits"],
    ["close", "Close codes and refusals"],
    ["digest", "The digest"],
    ["binary", "The binary form"],
];

/// The whole text.
pub fn text() -> impl IntoView {
    let contents = SECTIONS.map(|[id, title]| {
        view! {
            <li>
                <a href=format!("#{id}") rel="external">
                    {title}
                </a>
            </li>
        }
    });
    view! {
        <h1>"The live feed"</h1>
        {paragraph(
            "Watch the rows of a board, or how one player stands, in a program of your own. It takes a WebSocket and JSON; the client \
                below is 20 lines long. Whoever wants less takes the plain feed, or server-sent events.",
        )}
        <nav aria-label="On this page">
            <ul>{contents.collect_view()}</ul>
        </nav>
        {start::connect()}
        {start::client()}
        {wire::from_clients()}
        {wire::from_server()}
        {rules::promises()}
        {rules::resume()}
        {events::events()}
        {rules::limits()}
        {endings::endings()}
        {wire::digest()}
        {wire::binary()}
    }
}

/// A section, which links call `id`.
fn section<const N: usize>(id: &'static str, parts: [AnyView; N]) -> AnyView {
    let title = SECTIONS.iter().find(|[known, _]| *known == id).map(|[_, title]| *title);
    view! {
        <section aria-labelledby=id>
            <h2 id=id>{title}</h2>
            {parts.collect_view()}
        </section>
    }
    .into_any()
}
