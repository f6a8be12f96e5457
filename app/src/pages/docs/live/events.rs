//! The feed as server-sent events.

use super::section;
use crate::pages::docs::prose::{listing, paragraph, table};
use leptos::prelude::*;

/// The feed as events.
const EVENTS: &str = r#"curl -N 'localhost:3000/api/boards/main/events?len=10'

event: watching
data: {"watching":{"view":0,"pages":[{"page":7,"from":1}]}}

event: snapshot
data: {"snapshot":{"page":7,"board":"main","window":"all",…}}
id: 41-4757763108637583"#;
/// A client of the events.
const EVENT_SOURCE: &str = r#"const events = new EventSource("/api/boards/main/events?len=10");
events.addEventListener("snapshot", ({ data }) => console.table(JSON.parse(data).snapshot.rows));
events.addEventListener("delta", ({ data }) => console.log(JSON.parse(data).delta.edits));"#;

/// The events.
pub fn events() -> AnyView {
    section(
        "events",
        [
            paragraph(
                "`GET /api/boards/{board}/events` is one view of the same feed: each message is an event that has the name of its kind, \
                    with the whole message as data. There is no `hello`; a comment comes every 25 seconds.",
            ),
            listing(EVENTS),
            listing(EVENT_SOURCE),
            table(
                ["Parameter", "Default", "What it may be"],
                [
                    ["`window`", "`all`", "One of the board's windows."],
                    ["`period`", "the current one", "A period's id."],
                    ["`from`", "1", "The first place, 1 to 2^53."],
                    ["`len`", "50", "Rows, 1 to 200; the pages that they are on come whole."],
                ]
                .map(|row| row.map(str::to_owned)),
            ),
            paragraph(
                "Snapshots and deltas have the id `version-digest`. A client that comes back with it in `Last-Event-ID`, as browsers do \
                    by themselves, gets a delta from there, if its view is one page; of several pages it gets snapshots. The stream ends \
                    when the server goes, after the notice `draining` (with a `retry` of its time), when its view is `refused`, and when \
                    nothing was read for 10 seconds.",
            ),
            paragraph(
                "Pages of other origins can read events if an operator allows them by `--allow-origin`. The key for private boards goes \
                    into the same header, which `EventSource` can't send and `fetch` can.",
            ),
        ],
    )
}
