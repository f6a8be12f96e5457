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
    #[expect(clippy::disallowed_methods, reason = "it is another server")]
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
    assert!(has(&received, &bytes_of(trace)), "it goes on with the trace that it is part of");
    for secret in [ADMIN_KEY, "somebody-s-name", "somebody-else"] {
        assert!(!has(&received, secret.as_bytes()), "{secret}");
    }
}

/// The id of a trace, as a span has it.
fn bytes_of(trace: &str) -> Vec<u8> {
    (0..trace.len() / 2).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect()
}

/// Whether a span is linked to one of a trace: in field 13 (`links`), whose length is a byte, with the trace's id first (OTLP, protobuf).
fn is_linked(received: &Received, trace: &str) -> bool {
    let id = [&[0x0a, 16][..], &bytes_of(trace)].concat();
    received.lock().unwrap().windows(2 + id.len()).any(|window| window[0] == 13 << 3 | 2 && window[2..] == id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_is_linked_to_each_request_that_it_is_for() {
    let (folder, (collector, received)) = (tempfile::tempdir().unwrap(), collector().await);
    let server = Program::start_tracing(folder.path(), &collector).await;
    let at = server.address;
    let trace = |n: usize| format!("{:032x}", 0x0af7_6519_16cd_43dd_8448_0000_0000_0000_u128 + n as u128);
    let asks = async |n: usize, method: &str, path: &str, body: String| {
        let parent = format!("00-{}-b7ad6b7169203331-01", trace(n));
        let key = format!("Bearer {ADMIN_KEY}");
        let headers = [("traceparent", &*parent), ("authorization", &*key), ("content-type", "application/json")];
        assert_eq!(send(at, method, path, &headers, body).await.status, 200, "{path}");
    };
    // At once, so that some are written together.
    let submissions = (0..20).map(|n| asks(n, "POST", "/api/score", format!(r#"{{"playerId":"p{n}","score":{n}}}"#)));
    futures::future::join_all(submissions).await;
    asks(20, "PATCH", "/api/boards/main/entries/p3", r#"{"add":1}"#.to_owned()).await;
    asks(21, "GET", "/api/boards/main/entries", String::new()).await;
    assert_eq!(server.end("-TERM").await, Some(0));
    assert!(has(&received, b"commit") && has(&received, &bytes_of(&trace(21))));
    for n in 0..=21 {
        assert_eq!(is_linked(&received, &trace(n)), n < 21, "{n}");
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
