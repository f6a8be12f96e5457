//! On a Valkey in cluster mode (one node that has all slots), where a call that touches two slots fails.

use crate::{
    client::{admin, create_board, delete, get, next, open, patch, post, rows_of, submit},
    harness::{LeaderPort, Valkey, eventually},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, process::Command};
use tempfile::TempDir;
use tokio::net::TcpListener;

#[tokio::test]
async fn everything_keeps_to_one_slot() {
    let folder = TempDir::new().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port().to_string();
    // The cluster bus would be 10,000 ports up, which may be no port at all.
    let bus = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port().to_string();
    let here = ["--bind", "127.0.0.1", "--cluster-announce-ip", "127.0.0.1"];
    let arguments = [&["--port", &port, "--cluster-enabled", "yes", "--cluster-port", &bus][..], &here[..]].concat();
    let _valkey = Valkey::start_with(folder.path(), &arguments);
    let cli =
        |words: &[&str]| String::from_utf8(Command::new("valkey-cli").args(["-p", &port]).args(words).output().unwrap().stdout).unwrap();
    eventually("Valkey answers", || async { cli(&["ping"]).contains("PONG") }).await;
    cli(&["cluster", "addslotsrange", "0", "16383"]);
    eventually("the cluster is whole", || async { cli(&["cluster", "info"]).contains("cluster_state:ok") }).await;

    let server = LeaderPort::start_on(&format!("redis-cluster://127.0.0.1:{port}"), "lp:").await;
    let at = server.address;
    let mut viewer = open(at, "").await;
    submit(at, "ada", 5).await;
    let body = r#"{"player":"bob","score":7,"id":"run-1"}"#;
    assert_eq!(post(at, "/api/score", body).await.status, 200);
    assert_eq!(post(at, "/api/score", body).await.json()["replayed"], true);
    assert_eq!(get(at, "/api/boards/main/entries/bob").await.json()["rank"], 1);
    let expected = [(1, "bob".to_owned(), 7), (2, "ada".to_owned(), 5)];
    while rows_of(&next(&mut viewer).await) != expected {}
    for rules in [
        json!({ "id": "dense", "rankMode": "dense", "windows": ["daily", "weekly", { "name": "noon", "every": "cron", "cron": "0 12 * * *" }] }),
        json!({ "id": "ties", "rankMode": "competition", "keep": "sum", "tiebreaks": [{ "name": "penalty", "direction": "asc" }] }),
    ] {
        every_route(at, rules).await;
    }
    server.stop().await;
}

/// Uses a board in every way there is.
async fn every_route(at: SocketAddr, rules: Value) {
    let board = create_board(at, rules).await;
    let path = format!("/api/boards/{}", board["id"].as_str().unwrap());
    let ties = if board["tiebreaks"] == json!([]) { json!({}) } else { json!({ "penalty": 3 }) };
    let bulk: Vec<_> =
        (0..20).map(|n| json!({ "playerId": format!("p{n}"), "score": n / 2, "tiebreaks": ties, "id": format!("i{n}") })).collect();
    for _ in 0..2 {
        let outcomes = admin(at, "POST", &format!("{path}/scores"), json!(bulk).to_string()).await.json();
        assert!(outcomes.as_array().unwrap().iter().all(|outcome| outcome["accepted"] == true), "{outcomes}");
    }
    patch(at, &path, json!({ "title": "Another", "history": 20 })).await;
    patch(at, &format!("{path}/entries/p3"), json!({ "add": 5, "metadata": { "car": 7 } })).await;
    for query in ["", "?from=3", "?around=p3", "?page_of=p3&limit=5", "?players=p1,p2,p3", "?score_min=2&score_max=6", "?percentile=50"] {
        assert_eq!(get(at, &format!("{path}/entries{query}")).await.status, 200, "{query}");
    }
    for read in ["/entries/p3", "/entries/p3/history", "/periods", ""] {
        assert_eq!(get(at, &format!("{path}{read}")).await.status, 200, "{read}");
    }
    assert_eq!(admin(at, "PUT", "/api/players/p3", r#"{"name":"Three","country":"NZ"}"#).await.status, 200);
    assert_eq!(get(at, &format!("{path}/entries/p3")).await.json()["name"], "Three");
    assert_eq!(admin(at, "GET", "/api/players/p3/export", "").await.json()["boards"].as_array().unwrap().len(), 1);
    assert_eq!(delete(at, "/api/players/p4?log=clear").await.status, 200);
    for removal in ["/entries/p3", "/entries?players=p1,p2", "/entries?score_min=9", "/entries?keep_top=5", "/entries?all=true"] {
        assert_eq!(delete(at, &format!("{path}{removal}")).await.status, 200, "{removal}");
    }
    assert_eq!(get(at, &format!("{path}/entries")).await.json()["total"], 0);
    patch(at, &path, json!({ "windows": [] })).await;
    assert_eq!(delete(at, &path).await.status, 204);
    assert_eq!(get(at, &path).await.status, 404);
}
