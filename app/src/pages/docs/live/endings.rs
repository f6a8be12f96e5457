//! How it ends: close codes and refusals.

use super::section;
use crate::{
    pages::docs::prose::{paragraph, table},
    protocol::Close,
};
use leptos::prelude::*;

/// What happened, for each close code.
fn what(close: Close) -> &'static str {
    match close {
        Close::Draining => "The server is shutting down. A notice has said when to come back.",
        Close::Slow => "What was sent was not read for 10 seconds.",
        Close::Silent => "Nothing was heard for 60 seconds, not even answers to pings.",
        Close::SignedOut => "You have signed out, or may do other things than when you connected; it takes up to a beat to be noticed.",
        Close::Unexpected => {
            "A message that is not of this protocol: not JSON, of no kind that there is, with a member that is unknown, missing or of \
                another type, an id that can't be one. Or binary on a JSON socket, or any message on the plain feed."
        }
        Close::Gone => {
            "On the plain feed: the board was deleted, or is not for everybody any more. With a subprotocol the view is refused instead."
        }
        Close::TooLarge => "A message of more than 16 KiB.",
    }
}

/// Codes of refused views, and what they mean.
pub const REFUSALS: [[&str; 2]; 6] = [
    ["not-found", "There is no such board, window or period, not any more, or it is private and you have no key."],
    ["invalid", "`from`, `len` or `known` is out of bounds."],
    ["too-many-views", "You have 32 views; `unwatch` one of them."],
    ["busy", "The server has as many pages to keep fresh as it can. Ask again after a while."],
    ["unavailable", "The store is away. Ask again after a while."],
    ["internal", "A defect of the server."],
];

/// What the server answers when there is to be no socket, or no stream: status, code, and what it means.
pub const ANSWERS: [[&str; 3]; 10] = [
    ["400", "no-websocket", "`/ws` without a WebSocket handshake."],
    ["400", "no-subprotocol", "Only subprotocols that there are not."],
    ["401", "unauthorized", "A key that is not the key."],
    ["403", "cross-origin", "A page of another origin, with a subprotocol; an operator can allow it by `--allow-origin`."],
    ["404", "not-found", "There is no such board, window or period: the plain feed and events."],
    ["422", "invalid", "A parameter that there is not or that is out of bounds; any parameter on `/ws` with a subprotocol."],
    ["429", "too-many-sockets", "Too many are open from your address."],
    ["503", "busy", "Too many are open in all, or the server has as many pages to keep fresh as it can."],
    ["503", "unavailable", "The store is away. `Retry-After` says when to ask again, as it does for 429 and `busy`."],
    ["500", "internal", "A defect of the server."],
];

/// The tables of all that.
pub fn endings() -> AnyView {
    let codes = Close::ALL.map(|close| {
        let again = if Close::reconnects(close.code()) { "again" } else { "don't" };
        [close.code().to_string(), again.to_owned(), what(close).to_owned()]
    });
    section(
        "close",
        [
            table(["Code", "Connect", "What happened"], codes),
            view! { <h3>"Refused views"</h3> }.into_any(),
            paragraph("The socket stays open. The `code` of `refused`:"),
            table(["Code", "Meaning"], REFUSALS.map(|[code, meaning]| [format!("`{code}`"), meaning.to_owned()])),
            view! { <h3>"Refused before it opens"</h3> }.into_any(),
            paragraph(
                "An HTTP status with problem details (RFC 9457), whose `type` is `urn:leaderport:problem:` and the code. Pages in \
                    browsers are told none of it: their socket closes with 1006, and an `EventSource` gives up.",
            ),
            table(
                ["Status", "Code", "Meaning"],
                ANSWERS.map(|[status, code, meaning]| [status.to_owned(), format!("`{code}`"), meaning.to_owned()]),
            ),
        ],
    )
}
