//! How to begin: what to connect to, and a client that does.

use super::section;
use crate::{
    pages::docs::prose::{listing, paragraph, prose, table},
    protocol::Format,
};
use leptos::prelude::*;

/// The client that the page shows, which is the very file that runs.
const CLIENT: &str = include_str!("../../../../../style/assets/live-client.js");
/// How to use it.
const USE: &str = r#"<script src="http://localhost:3000/live-client.js"></script>
<script>
  watchBoard("ws://localhost:3000/ws", "main", (rows, version, total) => console.table(rows));
</script>"#;
/// A client of the plain feed.
const PLAIN: &str = r#"const socket = new WebSocket("ws://localhost:3000/ws?board=main&limit=10");
socket.onmessage = ({ data }) => console.table(JSON.parse(data).entries);"#;
/// What the plain feed says.
const PLAIN_MESSAGE: &str = r#"{"type": "LEADERBOARD", "board": "main", "version": 41, "total": 3, "lastUpdate": 1795301363073,
 "entries": [{"rank": 1, "playerId": "ada", "name": "ada", "score": 1200}]}"#;

/// How to connect.
pub fn connect() -> AnyView {
    let (json, binary) = (Format::Json.subprotocol(), Format::Binary.subprotocol());
    let forms = [
        [format!("`{json}`"), "text: JSON".to_owned(), "Everybody: what this page is about.".to_owned()],
        [format!("`{binary}`"), "binary: postcard".to_owned(), "LeaderPort's own front end; described at the end.".to_owned()],
        ["none".to_owned(), "text: JSON".to_owned(), "A first look: the plain feed.".to_owned()],
    ];
    section(
        "connect",
        [
            paragraph(
                "The address is `ws://host/ws`, or `wss://host/ws` behind TLS. The subprotocol says what is spoken; offer one, and no \
                    parameters.",
            ),
            table(["Subprotocol", "Messages", "For"], forms),
            paragraph(
                "The plain feed pushes the first rows of a board whole: at the start, and whenever they changed, at most every 50 ms. It \
                    takes no messages; `board` (by default `main`) and `limit` (1 to 100, by default 50) are in the address.",
            ),
            listing(PLAIN),
            listing(PLAIN_MESSAGE),
            paragraph(
                "Private boards are for those who send the key with the handshake: `Authorization: Bearer <key>`. Browsers can't, which \
                    is right, because a key in a page is no secret. Without a header everybody is served what is public or unlisted.",
            ),
        ],
    )
}

/// The client.
pub fn client() -> AnyView {
    section(
        "client",
        [
            view! {
                <p>
                    "It shows the first page of a board, applies what changes, connects again after a random wait that grows, and goes on \
                        from what it has. It is served as "
                    <a href="/live-client.js" rel="external">
                        <code>"/live-client.js"</code>
                    </a>
                    ":"
                </p>
            }
            .into_any(),
            listing(CLIENT),
            paragraph("A page uses it like this; an operator allows pages of other origins by `--allow-origin`."),
            listing(USE),
            paragraph("This very file, running, on the board `main`:"),
            view! {
                <iframe src="/live-client.html" title="The client above, running" {..leptos::attr::loading("lazy")}></iframe>
                <p>
                    <a href="/live-client.html" rel="external">
                        "The same on a page of its own"
                    </a>
                    {prose(", which takes `?board=` with another board's id.")}
                </p>
            }
            .into_any(),
            paragraph(
                "What it leaves out: it doesn't say why a view was refused, takes no notice when the server announces that it goes, \
            and doesn't check digests.",
            ),
        ],
    )
}
