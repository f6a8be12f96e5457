//! On a Valkey in cluster mode (one node that has all slots), where a call that touches two slots fails.

use crate::{
    client::{get, next, open, post, rows_of, submit},
    harness::{LeaderPort, Valkey, eventually},
};
use std::process::Command;
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
    server.stop().await;
}
