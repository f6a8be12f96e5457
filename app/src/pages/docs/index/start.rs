//! The first board in five calls, as they are typed into a shell. A test runs them.

use super::section;
use crate::pages::docs::prose::{listing, paragraph};
use leptos::prelude::*;

/// Each call with what it is about.
const CALLS: [[&str; 2]; 5] = [
    [
        "Create a board. This takes the key that LeaderPort was started with (`--admin-key`, or `LEADERPORT_ADMIN_KEY`, which is taken to \
            be set here as well). Each day is ranked by itself, too.",
        r#"curl localhost:3000/api/boards \
  -H "Authorization: Bearer $LEADERPORT_ADMIN_KEY" -H 'Content-Type: application/json' \
  -d '{"id": "first", "title": "My first board", "windows": ["daily"]}'"#,
    ],
    [
        "Send scores from your game server: one, or up to 1000 at once. Each has an outcome of its own. Sent again with the same `id`, a \
            score counts once.",
        r#"curl localhost:3000/api/boards/first/scores \
  -H "Authorization: Bearer $LEADERPORT_ADMIN_KEY" -H 'Content-Type: application/json' \
  -d '[{"playerId": "ada", "score": 1200, "id": "game-1-ada"}, {"playerId": "bob", "score": 900}, {"playerId": "eve", "score": 1100}]'"#,
    ],
    ["Read the first page. Reading takes no key.", "curl 'localhost:3000/api/boards/first/entries?limit=10'"],
    ["How does Bob stand, and whom does he pass next?", "curl localhost:3000/api/boards/first/entries/bob"],
    ["Bob with those around him, today.", "curl 'localhost:3000/api/boards/first/entries?window=daily&around=bob&limit=3'"],
];

/// The section.
pub fn start() -> AnyView {
    let calls = CALLS.iter().map(|[about, call]| view! { <li>{paragraph(*about)} {listing(call)}</li> }).collect_view();
    section(
        "start",
        "First board in five calls",
        [
            view! { <ol>{calls}</ol> }.into_any(),
            view! {
                <p>
                    "Open "<a href="/b/first" rel="external"><code>"/b/first"</code></a>
                    " beside it: what you send next moves there as you send it."
                </p>
            }
            .into_any(),
        ],
    )
}
