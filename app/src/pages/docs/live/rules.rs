//! What a client can rely on, and what it must keep to.

use super::section;
use crate::pages::docs::prose::{claims, paragraph, points, table};
use leptos::prelude::*;

/// The promises.
pub fn promises() -> AnyView {
    section(
        "promises",
        [claims(&[
            [
                "State, not events.",
                "A frame takes a page from the state that you have to the newest one. States between are skipped when you are slow; you \
                    never get an old one after a new one.",
            ],
            [
                "Exact.",
                "What a page shows is what the board was at its version, all of it. Pages have frames of their own, and one that did not \
                    change has none, so the pages of a view may be of different versions. Those that changed in one tick have the same \
                    one; until both frames are there, a player who moved from one to the other can be on both, or on neither.",
            ],
            [
                "Versions don't go back.",
                "The one exception is a store that has lost data: then a snapshot comes with a lower version than the frame before it.",
            ],
            [
                "In time.",
                "A page is read at most every 50 ms if it begins within the first 1,000 places, every 500 ms if it is deeper, and only \
                    if the board has moved. `me` comes at most once a second.",
            ],
            [
                "In order.",
                "Messages are taken one after the other. `watching` comes before the first frame of its view. A page that two views of a \
                    socket have is told once.",
            ],
            [
                "Never silent.",
                "`hello` comes every 25 seconds or so when nothing else does. The server also pings; answering is your WebSocket \
                    library's task.",
            ],
            [
                "Slow is not wrong.",
                "A client that doesn't read is owed one state of each page, however long it waits; after 10 seconds it is closed with \
                    3001.",
            ],
            ["A period's end.", "A view without a `period` goes on with the next one: first `closed`, then a snapshot."],
        ])],
    )
}

/// How to go on after a lost connection.
pub fn resume() -> AnyView {
    section(
        "resume",
        [
            paragraph(
                "Keep the `version` and the `digest` of the last frame of each page. After a lost connection, say them in `known`: if \
                    the server still has that state (it keeps the last 32 of a page, for 30 seconds after the last client left), a delta \
                    goes on from there, otherwise a snapshot does. Any server will do, also one that was restarted. If nothing has \
                    changed meanwhile, the delta has no edits.",
            ),
            paragraph(
                "A delta fits the frame before it and nothing else. Should you have lost that one, or the digest not be right, `watch` \
                    again with `null` for that page, and it comes whole. A page that this socket has already and whose `known` is not \
                    `null` just goes on: its next frame comes when it changes.",
            ),
            points(&[
                "Closed with 3000 to 3499, or without a code (1006): connect again. Wait `returnInMs` if there was a notice `draining`; \
                    otherwise a random time up to a bound that doubles with each try, to half a minute or so.",
                "Closed with 3500 to 3999: don't. It would end the same way.",
            ]),
        ],
    )
}

/// The limits.
pub fn limits() -> AnyView {
    section(
        "limits",
        [table(
            ["What", "How much"],
            [
                ["A message that you send", "16 KiB, else 3502; the connection just ends after one of more than 64 KiB"],
                ["Views of a socket", "32, of both kinds"],
                ["Rows of a view", "200"],
                ["Rows of a page", "50"],
                ["Sockets and event streams from one address (of IPv6: from one /64)", "1,000, or `--max-sockets-per-address`"],
                ["Sockets and event streams in all", "10,000, or `--max-sockets`"],
                ["Pages that one server keeps fresh", "10,000"],
                [
                    "Pages of other origins that may connect with a subprotocol",
                    "none, or those that `--allow-origin` names; the plain feed is open to all",
                ],
            ]
            .map(|row| row.map(str::to_owned)),
        )],
    )
}
