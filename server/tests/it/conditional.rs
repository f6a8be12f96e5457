//! Conditional reads: who has the newest answer is told so, at once, and nobody is told so wrongly.

use crate::{
    client::{Answer, admin, create_board, delete, get, patch, post, send, submit},
    harness::{ADMIN_KEY, LeaderPort, NOON, Valkey, eventually, kill},
};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::timeout;

const DAY: u64 = 24 * 60 * 60 * 1000;
const PAGE: &str = "/api/boards/main/entries";

/// Every read that has a tag.
const READS: [&str; 10] = [
    "/api/boards/main",
    "/api/boards/main/entries",
    "/api/boards/main/entries?players=ada,bob",
    "/api/boards/main/entries?window=daily&limit=1",
    "/api/boards/main/entries/ada",
    "/api/boards/main/entries/ada/history",
    "/api/boards/main/percentiles",
    "/api/boards/main/periods",
    "/api/leaderboard",
    "/api/leaderboard?limit=1",
];

async fn ask(at: SocketAddr, path: &str, tag: &str) -> Answer {
    send(at, "GET", path, &[("if-none-match", tag)], "").await
}

async fn tag_of(at: SocketAddr, path: &str) -> String {
    let answer = get(at, path).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-cache"), "{path}: {}", answer.text());
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with("W/\"") && tag.ends_with('"'), "{path}: {tag}");
    tag
}

async fn a_board_with_ada(at: SocketAddr) {
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(at, "ada", 5).await;
}

#[tokio::test]
async fn who_has_an_answer_is_not_sent_it_again_until_the_board_moves() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    a_board_with_ada(at).await;
    for path in READS {
        let tag = tag_of(at, path).await;
        for known in [tag.clone(), format!("\"x\", {tag}"), tag.replace("W/", ""), "*".to_owned()] {
            let answer = ask(at, path, &known).await;
            assert_eq!((answer.status.as_u16(), answer.body.len(), answer.header("etag")), (304, 0, &*tag), "{path} {known}");
            let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert!(answer.header("cache-control") == "no-cache" && vary.iter().any(|vary| *vary == "accept-encoding"), "{path} {vary:?}");
        }
        assert_eq!(ask(at, path, "\"x\"").await.status, 200, "{path}");
    }
    let tags = |at| async move {
        let mut tags = Vec::new();
        for path in READS {
            tags.push(tag_of(at, path).await);
        }
        tags
    };
    let first = tags(at).await;
    submit(at, "ada", 6).await;
    let moved = tags(at).await;
    patch(at, "/api/boards/main", json!({ "title": "Another" })).await;
    let edited = tags(at).await;
    for (path, known) in READS.iter().zip(first.iter().zip(&moved).zip(&edited)) {
        let ((first, moved), edited) = known;
        assert!(first != moved && first != edited, "{path}");
        for known in [first, moved] {
            // That of a list of periods follows from what it says, so it may come again.
            assert!(ask(at, path, known).await.status == 200 || known == edited, "{path} {known}");
        }
        assert_eq!(ask(at, path, edited).await.status, 304, "{path}");
    }
    // Each read has a tag of its own.
    let others: std::collections::BTreeSet<_> = edited.iter().collect();
    assert_eq!(others.len(), READS.len());
    server.stop().await;
}

#[tokio::test]
async fn what_chance_chooses_and_what_is_not_there_have_no_tags() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 5).await;
    for (path, status) in [("/api/boards/main/entries?sample=true", 200), ("/api/boards/main/entries/eve", 404), ("/api/boards/none", 404)]
    {
        let answer = ask(at, path, "*").await;
        assert_eq!((answer.status.as_u16(), answer.header("etag"), answer.header("cache-control")), (status, "", "no-store"), "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_has_a_receipt_is_never_told_that_nothing_has_changed() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut tag = tag_of(at, PAGE).await;
    for score in 1..=150 {
        assert_eq!(ask(at, PAGE, &tag).await.status, 304);
        // Scores, changes and removals, each known of at once.
        let version = match score % 3 {
            0 => submit(at, "ada", score).await["version"].clone(),
            1 => patch(at, "/api/boards/main/entries/ada", json!({ "score": score })).await["version"].clone(),
            _ => delete(at, "/api/boards/main/entries/ada").await.json()["version"].clone(),
        };
        let answer = ask(at, PAGE, &tag).await;
        assert_eq!(answer.status, 200, "{score}");
        assert!(answer.json()["version"].as_u64() >= version.as_u64(), "{score}");
        tag = answer.header("etag").to_owned();
    }
    server.stop().await;
}

#[tokio::test]
async fn it_takes_no_read_to_say_that_nothing_has_changed() {
    let valkey = Valkey::start();
    let server = LeaderPort::start_on(&valkey.url(), "lp:").await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(at, "ada", 5).await;
    let paths = ["/api/boards/main", PAGE, "/api/boards/main/entries/ada", "/api/leaderboard", "/api/boards/main/entries?window=daily"];
    let mut tags = Vec::new();
    for path in paths {
        let tag = tag_of(at, path).await;
        assert_eq!(ask(at, path, &tag).await.status, 304);
        tags.push(tag);
    }
    // A store that answers nothing.
    kill(valkey.pid(), "-STOP");
    let mut answers = Vec::new();
    for (path, tag) in paths.iter().zip(&tags) {
        answers.push(timeout(Duration::from_secs(5), ask(at, path, tag)).await.map_or(0, |answer| answer.status.as_u16()));
    }
    kill(valkey.pid(), "-CONT");
    assert_eq!(answers, [304; 5]);
    server.stop().await;
}

#[tokio::test]
async fn what_other_servers_write_is_heard_of_also_after_the_line_was_lost() {
    let valkey = Valkey::start();
    let url = valkey.url();
    let (one, other) = (LeaderPort::start_on(&url, "lp:").await, LeaderPort::start_on(&url, "lp:").await);
    let at = one.address;
    for (score, is_lost) in [(1, false), (2, true), (3, false)] {
        let tag = tag_of(at, PAGE).await;
        assert_eq!(ask(at, PAGE, &tag).await.status, 304);
        if is_lost {
            let socket = url.strip_prefix("redis+unix://").unwrap();
            let killed = std::process::Command::new("valkey-cli").args(["-s", socket, "CLIENT", "KILL", "TYPE", "pubsub"]).output();
            assert!(killed.unwrap().status.success());
        }
        submit(other.address, "ada", score).await;
        eventually("it is heard of", || async { ask(at, PAGE, &tag).await.status == 200 }).await;
    }
    for server in [one, other] {
        server.stop().await;
    }
}

#[tokio::test]
async fn another_day_is_another_answer() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    a_board_with_ada(at).await;
    let (today, all) = ("/api/boards/main/entries?window=daily", PAGE);
    let (tag, tag_of_all) = (tag_of(at, today).await, tag_of(at, all).await);
    assert_eq!(ask(at, today, &tag).await.status, 304);
    now.store(NOON + DAY, Ordering::SeqCst);
    let answer = ask(at, today, &tag).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["total"]), (200, &json!(0)));
    // Yesterday is what it was, until it is no longer kept; of it all, nothing has changed but that it may be closed by now.
    let yesterday = "/api/boards/main/entries?window=daily&period=2026-11-21";
    let tag = tag_of(at, yesterday).await;
    assert!([200, 304].contains(&ask(at, all, &tag_of_all).await.status.as_u16()));
    let periods = tag_of(at, "/api/boards/main/periods").await;
    now.store(NOON + 100 * DAY, Ordering::SeqCst);
    // It goes once it was closed, a moment later.
    let is_gone = || async {
        now.fetch_add(1_000, Ordering::SeqCst);
        ask(at, yesterday, &tag).await.status == 404
    };
    eventually("the period is gone", is_gone).await;
    assert_eq!(ask(at, "/api/boards/main/periods", &periods).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_tag_opens_no_private_board() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "visibility": "private" })).await;
    let key = format!("Bearer {ADMIN_KEY}");
    let path = "/api/boards/b/entries";
    let seen = admin(at, "GET", path, "").await;
    let tag = seen.header("etag").to_owned();
    assert_eq!(seen.header("cache-control"), "private, no-cache");
    assert_eq!(ask(at, path, &tag).await.status, 404);
    let known = send(at, "GET", path, &[("if-none-match", &tag), ("authorization", &key)], "").await;
    assert_eq!((known.status.as_u16(), known.header("cache-control")), (304, "private, no-cache"));
    // Archived, it is read as before.
    patch(at, "/api/boards/b", json!({ "visibility": "public", "archived": true })).await;
    let tag = get(at, path).await.header("etag").to_owned();
    assert_eq!(ask(at, path, &tag).await.status, 304);
    // Another board of the same name is another one, at the same version.
    delete(at, "/api/boards/b").await;
    assert_eq!(ask(at, path, &tag).await.status, 404);
    create_board(at, json!({ "id": "b", "archived": true })).await;
    patch(at, "/api/boards/b", json!({ "description": "x" })).await;
    assert_eq!(ask(at, path, &tag).await.status, 200);
    assert_eq!(post(at, "/api/boards/b/scores", r#"{"playerId":"ada","score":1}"#).await.status, 401);
    server.stop().await;
}
