//! Boards that play by themselves.

use crate::{
    client::{admin, create_board, get},
    harness::{LeaderPort, Program, eventually, program},
};
use serde_json::json;
use server::demo::Demo;
use std::net::SocketAddr;

const BOARDS: [&str; 5] = ["main", "speedrun", "contest", "classroom", "season"];

async fn version(at: SocketAddr, board: &str) -> u64 {
    get(at, &format!("/api/boards/{board}")).await.json()["version"].as_u64().unwrap()
}

#[tokio::test]
async fn the_demo_has_a_past_and_plays_on() {
    let demo = Demo { seed: 1, rate: 0.0, days: 9 };
    let (first, second) =
        LeaderPort::start_two_with(|config| config.demo = Some(demo), |config| config.demo = Some(Demo { rate: 200.0, ..demo })).await;
    let at = first.address;
    for board in BOARDS {
        let page = get(at, &format!("/api/boards/{board}/entries?limit=100")).await.json();
        assert!(page["total"].as_u64().unwrap() > 15, "{board}: {}", page["total"]);
        assert!(page["entries"].as_array().unwrap().iter().all(|entry| entry["name"] != entry["playerId"]), "{board}: all have names");
    }
    let periods = get(at, "/api/boards/main/periods?window=daily").await.json();
    let closed = periods["periods"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|period| period["state"] == "closed" && period["total"].as_u64() > Some(5))
        .count();
    assert!(closed >= 7, "{periods}");
    let waiting = admin(at, "GET", "/api/boards/speedrun/review?state=waiting", "").await.json();
    assert_eq!(waiting["reviews"].as_array().unwrap().len(), 2, "{waiting}");
    let moderated = admin(at, "GET", "/api/boards/main/moderation", "").await.json();
    assert_eq!(moderated["players"][0]["state"], "hidden");
    // The second server found it filled, and is the one that plays.
    let before = version(at, "main").await;
    eventually("somebody plays", || async { version(at, "main").await > before }).await;
    second.stop().await;
    first.stop().await;
}

#[tokio::test]
async fn the_demo_leaves_the_boards_of_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Program::start(folder.path()).await;
    create_board(server.address, json!({ "id": "ours" })).await;
    assert_eq!(server.end("-TERM").await, Some(0));
    let data = folder.path().to_str().unwrap();
    let refused = program().args(["demo", "--listen", "127.0.0.1:0", "--data-dir", data]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("here is “ours”"), "{}", String::from_utf8_lossy(&refused.stderr));
    let server = Program::start(folder.path()).await;
    assert_eq!(get(server.address, "/api/boards/speedrun").await.status, 404);
    assert_eq!(server.end("-TERM").await, Some(0));
}
