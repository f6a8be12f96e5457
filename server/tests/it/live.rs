use crate::{
    client::{Socket, admin, create_board, delete, get, next, open, patch, rows_of, submit},
    harness::{LeaderPort, PATIENCE, Program, eventually},
};
use futures::{SinkExt, StreamExt};
use serde_json::json;
use std::net::SocketAddr;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{connect_async, tungstenite::Message};

/// The code that the server closes with.
pub async fn close_code(socket: &mut Socket) -> Option<u16> {
    while let Some(message) = timeout(PATIENCE, socket.next()).await.expect("closed in time") {
        match message {
            Ok(Message::Close(frame)) => return frame.map(|frame| frame.code.into()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    None
}

async fn metric(address: SocketAddr, name: &str) -> f64 {
    let text = get(address, "/metrics").await.text();
    let line = text.lines().find(|line| line.starts_with(name));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0.0)
}

#[tokio::test]
async fn every_change_reaches_every_socket() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (mut one, mut two) = (open(at, "").await, open(at, "?board=main&limit=2").await);
    for socket in [&mut one, &mut two] {
        let first = next(socket).await;
        assert_eq!((first["type"].as_str(), first["total"].as_u64(), rows_of(&first)), (Some("LEADERBOARD"), Some(0), vec![]));
    }
    for (player, score) in [("ada", 5), ("bob", 7), ("cyd", 6)] {
        let version = submit(at, player, score).await["version"].as_u64();
        for socket in [&mut one, &mut two] {
            assert_eq!(next(socket).await["version"].as_u64(), version);
        }
    }
    // The same state is what REST answers, and a late comer gets.
    let board = get(at, "/api/leaderboard?limit=2").await.json();
    assert_eq!(next(&mut open(at, "?limit=2").await).await, board);
    assert_eq!(rows_of(&board), [(1, "bob".to_owned(), 7), (2, "cyd".to_owned(), 6)]);
    server.stop().await;
}

#[tokio::test]
async fn two_servers_on_one_valkey_show_the_same() {
    let valkey = crate::harness::Valkey::start();
    let (one, two) = (LeaderPort::start_on(&valkey.url(), "two:").await, LeaderPort::start_on(&valkey.url(), "two:").await);
    let mut viewer = open(two.address, "").await;
    assert_eq!(next(&mut viewer).await["total"], 0);
    submit(one.address, "ada", 5).await;
    assert_eq!(rows_of(&next(&mut viewer).await), [(1, "ada".to_owned(), 5)]);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn what_a_client_sends_closes_its_socket_and_harms_nobody_else() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut bystander = open(at, "").await;
    next(&mut bystander).await;
    for (message, code) in
        [(Message::text("{}"), Some(3500)), (Message::text("not json"), Some(3500)), (Message::binary(vec![0, 159, 146, 150]), Some(3500))]
    {
        let mut socket = open(at, "").await;
        next(&mut socket).await;
        socket.send(message.clone()).await.unwrap();
        assert_eq!(close_code(&mut socket).await, code, "{message:?}");
    }
    // More than the server reads ends the connection without reading on.
    let mut socket = open(at, "").await;
    next(&mut socket).await;
    let _ = socket.send(Message::binary(vec![0; 1 << 20])).await;
    assert_ne!(close_code(&mut socket).await, Some(1000));
    submit(at, "ada", 1).await;
    assert_eq!(next(&mut bystander).await["total"], 1);
    // Operators see whom the server has sent away, and why.
    let told = admin(at, "GET", "/api/live", "").await.json();
    assert_eq!(told["closed"][0], json!({ "code": 3500, "reason": "this feed does not know this message", "clients": 3 }), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn bytes_that_are_no_frame_end_the_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = LeaderPort::start().await;
    let mut raw = TcpStream::connect(server.address).await.unwrap();
    let hello = format!(
        "GET /ws HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        server.address
    );
    raw.write_all(hello.as_bytes()).await.unwrap();
    // Reserved bits set, unmasked: no client sends that.
    raw.write_all(&[0xff; 64]).await.unwrap();
    let mut all = Vec::new();
    timeout(PATIENCE, raw.read_to_end(&mut all)).await.expect("closed in time").ok();
    assert!(all.starts_with(b"HTTP/1.1 101"));
    submit(server.address, "ada", 1).await;
    server.stop().await;
}

#[tokio::test]
async fn a_board_that_does_not_exist_cannot_be_watched() {
    let server = LeaderPort::start().await;
    let refused = connect_async(format!("ws://{}/ws?board=nowhere", server.address)).await;
    assert!(matches!(refused, Err(tokio_tungstenite::tungstenite::Error::Http(response)) if response.status() == 404));
    server.stop().await;
}

#[tokio::test]
async fn a_stopping_server_asks_to_come_back() {
    let server = LeaderPort::start().await;
    let mut socket = open(server.address, "").await;
    next(&mut socket).await;
    let stopping = tokio::spawn(server.stop());
    assert_eq!(close_code(&mut socket).await, Some(3000));
    stopping.await.unwrap();
}

#[tokio::test]
async fn a_board_is_read_for_viewers_not_for_submissions() {
    // A process of its own, because its counters are.
    let folder = tempfile::TempDir::new().unwrap();
    let server = Program::start(folder.path()).await;
    let at = server.address;
    let mut sockets = Vec::new();
    for _ in 0..20 {
        let mut socket = open(at, "").await;
        next(&mut socket).await;
        sockets.push(socket);
    }
    let before = metric(at, "leaderport_live_page_reads_total").await;
    let started = std::time::Instant::now();
    let mut version = 0;
    for n in 1..=200 {
        version = submit(at, "ada", n).await["version"].as_u64().unwrap();
    }
    for socket in &mut sockets {
        while next(socket).await["version"].as_u64().unwrap() < version {}
    }
    // At most one read in each tick of 50 ms, however many sockets and submissions there are.
    let reads = metric(at, "leaderport_live_page_reads_total").await - before;
    let ticks = started.elapsed().as_secs_f64() / 0.05 + 2.0;
    assert!(reads > 0.0 && reads <= ticks, "{reads} reads in {ticks} ticks");
    assert_eq!(metric(at, "leaderport_live_sockets").await, 20.0);
    drop(sockets);
    eventually("all sockets are closed", || async { metric(at, "leaderport_live_sockets").await == 0.0 }).await;
    assert_eq!(server.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn a_view_that_was_left_can_be_opened_again() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for n in 1..4 {
        let mut socket = open(at, "").await;
        let first = next(&mut socket).await;
        assert_eq!(first["version"].as_u64(), Some(n - 1));
        drop(socket);
        // Nobody watches while this changes.
        submit(at, "ada", n as i64).await;
        eventually("REST shows it", || async { get(at, "/api/leaderboard").await.json()["version"].as_u64() == Some(n) }).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_watches_a_board_that_goes_is_told() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (id, goes) in [("deleted", None), ("hidden", Some(json!({ "visibility": "private" })))] {
        create_board(at, json!({ "id": id })).await;
        let mut viewer = open(at, &format!("?board={id}")).await;
        next(&mut viewer).await;
        match goes {
            None => assert_eq!(delete(at, &format!("/api/boards/{id}")).await.status, 204),
            Some(change) => drop(patch(at, &format!("/api/boards/{id}"), change).await),
        }
        assert_eq!(close_code(&mut viewer).await, Some(3501), "{id}");
    }
    server.stop().await;
}
