//! Traces, sent to a collector that is one as far as the program can tell.

use crate::{
    client::{get, send},
    harness::{ADMIN_KEY, Program, eventually},
};
use axum::{Router, body::Bytes, extract::State, routing::post};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{net::TcpListener, time::timeout};

/// The bodies that came.
type Received = Arc<Mutex<Vec<u8>>>;

async fn collector() -> (String, Received) {
    let received = Received::default();
    let take = async |State(received): State<Received>, body: Bytes| received.lock().unwrap().extend_from_slice(&body);
    let app = Router::new().route("/v1/traces", post(take)).with_state(received.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, received)
}

/// Whether these bytes are among those that came: names and ids stand in a span as they are (OTLP, protobuf).
fn has(received: &Received, bytes: &[u8]) -> bool {
    received.lock().unwrap().windows(bytes.len()).any(|window| window == bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_did_is_traced_and_nothing_that_is_nobodys_business() {
    let (folder, (collector, received)) = (tempfile::tempdir().unwrap(), collector().await);
    let server = Program::start_tracing(folder.path(), &collector).await;
    let at = server.address;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let headers = [("traceparent", &*format!("00-{trace}-b7ad6b7169203331-01")), ("authorization", &*format!("Bearer {ADMIN_KEY}"))];
    assert_eq!(send(at, "GET", "/api/boards/main/entries?window=all&players=somebody-s-name", &headers, "").await.status, 200);
    assert_eq!(get(at, "/api/boards/somebody-else").await.status, 404);
    // What was not sent yet is when the program ends.
    assert_eq!(server.end("-TERM").await, Some(0));
    for name in ["GET /api/boards/{board}/entries", "GET /api/boards/{board}", "leaderport_players", "leaderport"] {
        assert!(has(&received, name.as_bytes()), "{name}");
    }
    let id: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect();
    assert!(has(&received, &id), "it goes on with the trace that it is part of");
    for secret in [ADMIN_KEY, "somebody-s-name", "somebody-else"] {
        assert!(!has(&received, secret.as_bytes()), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_in_nobodys_way() {
    let folder = tempfile::tempdir().unwrap();
    // It takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Program::start_tracing(folder.path(), &format!("http://{}", silent.local_addr().unwrap())).await;
    let at = server.address;
    eventually("it answers", async || get(at, "/api/boards/main").await.status == 200).await;
    for _ in 0..3_000 {
        assert_eq!(get(at, "/api/boards/main").await.status, 200);
    }
    let ended = timeout(Duration::from_secs(15), server.end("-TERM")).await.expect("it waits for nobody for long");
    assert_eq!(ended, Some(0));
    let refused = crate::harness::program().args(["--otlp-endpoint", "localhost:4318"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("http: or https: address of a collector"));
}
