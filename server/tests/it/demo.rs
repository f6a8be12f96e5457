//! Boards that play by themselves.

use crate::{
    client::{admin, create_board, get},
    harness::{LeaderPort, Program, Valkey, eventually, program},
};
use serde_json::json;
use server::demo::Demo;
use std::{
    io::{Read, Write},
    net::SocketAddr,
    os::unix::net::UnixStream,
};

const BOARDS: [&str; 5] = ["main", "speedrun", "contest", "classroom", "season"];

/// Has Valkey do something that no server does.
fn tell(valkey: &Valkey, command: &str) {
    let url = valkey.url();
    let mut socket = UnixStream::connect(url.trim_start_matches("redis+unix://")).unwrap();
    socket.write_all(format!("{command}\r\n").as_bytes()).unwrap();
    let mut answer = [0; 5];
    socket.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"+OK\r\n");
}

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

#[tokio::test]
async fn what_was_interrupted_begins_anew_and_what_is_somebodys_is_left_alone() {
    let valkey = Valkey::start();
    let demo = Demo { seed: 1, rate: 0.0, days: 4 };
    // Filled, and all that happened then.
    let whole = LeaderPort::start_by(&valkey.url(), "whole:", |config| config.demo = Some(demo)).await;
    let version_of_whole = version(whole.address, "season").await;
    whole.stop().await;
    // As it is when the program is killed on the way: a board and some scores, and no mark that it came to its end.
    let begun = LeaderPort::start_by(&valkey.url(), "begun:", |_| {}).await;
    create_board(begun.address, json!({ "id": "season" })).await;
    let score = json!({ "playerId": "leftover", "score": 1 }).to_string();
    assert_eq!(admin(begun.address, "POST", "/api/boards/season/scores", score.clone()).await.status, 200);
    begun.stop().await;
    // Without the mark of a beginning it is somebody's own.
    let refused =
        program().args(["demo", "--listen", "127.0.0.1:0", "--valkey-url", &valkey.url(), "--valkey-prefix", "begun:"]).output().unwrap();
    assert!(String::from_utf8_lossy(&refused.stderr).contains("here is “season”"), "{}", String::from_utf8_lossy(&refused.stderr));
    tell(&valkey, "SET begun:demo begun");
    let again = LeaderPort::start_by(&valkey.url(), "begun:", |config| config.demo = Some(demo)).await;
    let (at, total) = (again.address, async |at: SocketAddr| get(at, "/api/boards/season/entries").await.json()["total"].as_u64().unwrap());
    assert_eq!(get(at, "/api/boards/season/entries/leftover").await.status, 404);
    assert!(total(at).await > 5);
    assert!(version(at, "season").await.abs_diff(version_of_whole) < version_of_whole / 2);
    again.stop().await;
}
