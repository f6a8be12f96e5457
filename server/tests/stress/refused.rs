//! Who may not connect, or not watch.

use crate::{
    client::{assert_problem, get, send},
    harness::{LeaderPort, eventually},
    stage::Stage,
    viewer::{connect, hear, message, rows, top},
};
use app::protocol::{ClientMessage, Follow, Format, MAX_VIEWS, ServerMessage, Watch};
use futures::SinkExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio_tungstenite::tungstenite::Error;

/// The status and the code of the problem that a handshake is answered with; none if it is taken.
async fn refusal(at: SocketAddr, subprotocol: &str, headers: &[(&'static str, &str)]) -> Option<(u16, String)> {
    match connect(at, subprotocol, headers).await {
        Ok(_) => None,
        Err(Error::Http(response)) => {
            let problem: Value = serde_json::from_slice(response.body().as_deref().unwrap()).unwrap();
            let code = problem["type"].as_str().unwrap().trim_start_matches("urn:leaderport:problem:").to_owned();
            Some((response.status().as_u16(), code))
        }
        Err(other) => panic!("{other}"),
    }
}

fn is(status: u16, code: &str) -> Option<(u16, String)> {
    Some((status, code.to_owned()))
}

#[tokio::test]
async fn subprotocols_that_nobody_knows() {
    let stage = Stage::new("subprotocols_that_nobody_knows").await;
    assert_eq!(refusal(stage.at, "mqtt", &[]).await, is(400, "no-subprotocol"));
    assert_eq!(refusal(stage.at, "leaderport.bin.v2, soap", &[]).await, is(400, "no-subprotocol"));
    for known in ["leaderport.json.v1", "leaderport.bin.v1", "mqtt, leaderport.json.v1"] {
        assert_eq!(refusal(stage.at, known, &[]).await, None);
    }
    // The plain feed takes a query, the protocol doesn't.
    let query = send(stage.at, "GET", "/ws?board=main", &upgrade(), "").await;
    assert_problem(&query, 422, "invalid", "request", "leave the query out", "a query with a subprotocol");
    let no_handshake = get(stage.at, "/ws").await;
    assert_problem(&no_handshake, 400, "no-websocket", "", "", "no handshake");
    stage.stop().await;
}

fn upgrade() -> [(&'static str, &'static str); 5] {
    [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("sec-websocket-protocol", "leaderport.json.v1"),
    ]
}

#[tokio::test]
async fn pages_of_other_origins() {
    let allow = |config: &mut server::config::Config| config.allow_origin = vec!["https://game.example".to_owned()];
    let stage = Stage::on("pages_of_other_origins", LeaderPort::start_with(allow).await);
    let own = format!("http://{}", stage.at);
    let json = Format::Json.subprotocol();
    for origin in [own.as_str(), "https://game.example", "HTTPS://GAME.EXAMPLE"] {
        assert_eq!(refusal(stage.at, json, &[("origin", origin)]).await, None, "{origin}");
    }
    for origin in ["https://evil.example", "http://game.example", "null", "", "https://game.example.evil.example"] {
        assert_eq!(refusal(stage.at, json, &[("origin", origin)]).await, is(403, "cross-origin"), "{origin}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn more_sockets_than_there_may_be() {
    let limit = |config: &mut server::config::Config| (config.max_sockets, config.max_sockets_per_address) = (5, 3);
    let stage = Stage::on("more_sockets_than_there_may_be", LeaderPort::start_with(limit).await);
    let json = Format::Json.subprotocol();
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(connect(stage.at, json, &[]).await.unwrap());
    }
    assert_eq!(refusal(stage.at, json, &[]).await, is(429, "too-many-sockets"));
    let events = get(stage.at, "/api/boards/main/events").await;
    assert_problem(&events, 429, "too-many-sockets", "", "from this address", "events count too");
    assert_eq!(events.header("retry-after"), "1");
    // Nobody is believed who says that they speak for somebody else.
    assert_eq!(refusal(stage.at, json, &[("x-forwarded-for", "192.0.2.1")]).await, is(429, "too-many-sockets"));
    // Those that are open are none the worse, and one that closes makes room.
    for socket in &mut open {
        assert!(matches!(hear(socket, Format::Json).await, Some(ServerMessage::Hello(_))));
    }
    drop(open.pop());
    eventually("there is room again", || async { connect(stage.at, json, &[]).await.is_ok() }).await;
    stage.stop().await;
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_an_address_of_its_own() {
    let limit = |config: &mut server::config::Config| {
        (config.max_sockets, config.max_sockets_per_address) = (5, 2);
        config.trusted_proxy = vec!["127.0.0.0/8".parse().unwrap()];
    };
    let stage = Stage::on("behind_a_proxy_each_client_has_an_address_of_its_own", LeaderPort::start_with(limit).await);
    let json = Format::Json.subprotocol();
    let mut open = Vec::new();
    for client in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2", "2001:db8::1"] {
        open.push(connect(stage.at, json, &[("x-forwarded-for", client)]).await.unwrap());
    }
    assert_eq!(refusal(stage.at, json, &[("x-forwarded-for", "192.0.2.9")]).await, is(503, "busy"));
    drop(open.pop());
    let client = [("x-forwarded-for", "203.0.113.1, 192.0.2.2")];
    eventually("the total has room, the address hasn't", || async {
        refusal(stage.at, json, &client).await == is(429, "too-many-sockets")
    })
    .await;
    stage.stop().await;
}

#[tokio::test]
async fn views_that_can_not_be() {
    let stage = Stage::new("views_that_can_not_be").await;
    stage.board(json!({ "id": "there" })).await;
    stage.board(json!({ "id": "hidden", "visibility": "private" })).await;
    let mut socket = connect(stage.at, Format::Json.subprotocol(), &[]).await.unwrap();
    hear(&mut socket, Format::Json).await.unwrap();
    let window = |name: &str| crate::stage::window(name);
    let wrong = [
        (top("nowhere"), "not-found"),
        (top("hidden"), "not-found"),
        (Watch { window: window("daily"), ..top("there") }, "not-found"),
        (Watch { period: Some("2020-01-01".to_owned()), ..top("there") }, "not-found"),
        (rows("there", 0, 50), "invalid"),
        (rows("there", u64::MAX, 50), "invalid"),
        (rows("there", 1, 0), "invalid"),
        (rows("there", 1, 201), "invalid"),
    ];
    let watch = |wanted: &Watch| message(Format::Json, &ClientMessage::Watch(wanted.clone()));
    for (wanted, code) in &wrong {
        socket.send(watch(wanted)).await.unwrap();
        match hear(&mut socket, Format::Json).await {
            Some(ServerMessage::Refused(refused)) => assert_eq!((refused.view, refused.code.as_str()), (0, *code), "{wanted:?}"),
            other => panic!("{wanted:?}: {other:?}"),
        }
    }
    let nobody =
        Follow { view: 5, board: top("nowhere").board, window: window("all"), player: app::model::PlayerId::parse("ada").unwrap() };
    socket.send(message(Format::Json, &ClientMessage::Follow(nobody))).await.unwrap();
    assert!(matches!(hear(&mut socket, Format::Json).await, Some(ServerMessage::Refused(refused)) if refused.view == 5));
    // As many as there may be, and one more.
    for view in 0..=MAX_VIEWS as u32 {
        socket.send(watch(&Watch { view, ..top("there") })).await.unwrap();
    }
    let refused = loop {
        if let ServerMessage::Refused(refused) = hear(&mut socket, Format::Json).await.unwrap() {
            break refused;
        }
    };
    assert_eq!((refused.view, refused.code.as_str()), (MAX_VIEWS as u32, "too-many-views"));
    for path in ["/api/boards/nowhere/events", "/api/boards/hidden/events", "/api/boards/there/events?window=daily"] {
        assert_problem(&get(stage.at, path).await, 404, "not-found", "", "", path);
    }
    for (query, field) in
        [("from=0", "from"), ("from=x", "from"), ("len=0", "len"), ("len=201", "len"), ("len=-1", "len"), ("colour=red", "request")]
    {
        let path = format!("/api/boards/there/events?{query}");
        assert_problem(&get(stage.at, &path).await, 422, "invalid", field, "", &path);
    }
    stage.stop().await;
}
