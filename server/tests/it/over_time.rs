//! A board's activity, and a player on all boards.

use crate::{
    client::{admin, assert_problem, create_board, delete, fill, get, patch, submit},
    harness::{LeaderPort, NOON},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;

async fn read(at: SocketAddr, path: &str) -> Value {
    let answer = get(at, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// Each step that was not idle.
fn busy(activity: &Value) -> Vec<(u64, u64)> {
    let step = |step: &Value| (step["at"].as_u64().unwrap(), step["submissions"].as_u64().unwrap());
    activity["steps"].as_array().unwrap().iter().map(step).filter(|(_, submissions)| *submissions > 0).collect()
}

#[tokio::test]
async fn submissions_are_counted_by_hour_and_day() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let path = "/api/boards/main/activity";
    assert_eq!(busy(&read(at, path).await), []);
    fill(at, "main", (1..=60).map(|n| (format!("p{n}"), n))).await;
    // One that improves nothing counts as well; one that was sent before does not, nor does a change.
    submit(at, "p60", 1).await;
    for _ in 0..2 {
        admin(at, "POST", "/api/boards/main/scores", r#"{"playerId":"ada","score":5,"id":"a1"}"#).await;
    }
    admin(at, "PATCH", "/api/boards/main/entries/ada", r#"{"score":7}"#).await;
    now.fetch_add(3 * HOUR, Ordering::SeqCst);
    submit(at, "bob", 1).await;
    now.fetch_add(DAY, Ordering::SeqCst);
    submit(at, "bob", 2).await;

    let hours = read(at, path).await;
    let (first, last) = (NOON / HOUR * HOUR, (NOON + 3 * HOUR + DAY) / HOUR * HOUR);
    assert_eq!(busy(&hours), [(first, 62), (first + 3 * HOUR, 1), (last, 1)]);
    let steps: Vec<u64> = hours["steps"].as_array().unwrap().iter().map(|step| step["at"].as_u64().unwrap()).collect();
    assert_eq!(steps, (0..50).map(|n| last - (49 - n) * HOUR).collect::<Vec<_>>());
    assert_eq!(hours["nextBefore"], steps[0]);
    let days = read(at, &format!("{path}?step=day&limit=3")).await;
    assert_eq!(busy(&days), [(NOON / DAY * DAY, 63), (NOON / DAY * DAY + DAY, 1)]);
    assert_eq!(days["steps"].as_array().unwrap().len(), 3);
    // Page by page there is nothing missing, and nothing twice.
    let mut pages = Vec::new();
    let mut before = String::new();
    for _ in 0..6 {
        let page = read(at, &format!("{path}?limit=9{before}")).await;
        before = format!("&before={}", page["nextBefore"]);
        pages.splice(0..0, busy(&page));
    }
    assert_eq!(pages, busy(&hours));
    for (query, field) in
        [("step=week", "step"), ("before=x", "before"), ("before=-1", "before"), ("limit=0", "limit"), ("limit=1001", "limit")]
    {
        assert_problem(&get(at, &format!("{path}?{query}")).await, 422, "invalid", field, "", query);
    }

    // Gone with the board; closed to those who may not see it.
    patch(at, "/api/boards/main", json!({ "visibility": "private" })).await;
    assert_eq!(get(at, path).await.status, 404);
    delete(at, "/api/boards/main").await;
    create_board(at, json!({ "id": "main", "submitters": "players" })).await;
    assert_eq!(busy(&read(at, path).await), []);
    server.stop().await;
}

#[tokio::test]
async fn activity_is_kept_for_400_days() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    submit(at, "ada", 1).await;
    let first = format!("/api/boards/main/activity?limit=1&before={}", NOON + HOUR);
    for (later, left) in [(400 * DAY - HOUR, 1), (HOUR, 0)] {
        now.fetch_add(later, Ordering::SeqCst);
        submit(at, "ada", 1).await;
        assert_eq!(busy(&read(at, &first).await).len(), left);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_player_is_found_on_every_board_that_one_may_see() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    for board in ["a1", "b2", "c3"] {
        create_board(at, json!({ "id": board, "title": format!("Board {board}") })).await;
    }
    create_board(at, json!({ "id": "hidden", "visibility": "private" })).await;
    for (board, player, score) in [
        ("a1", "ada", 10),
        ("c3", "bob", 90),
        ("c3", "ada", 30),
        ("hidden", "ada", 40),
        ("c3", "ada", 95),
        ("b2", "eve", 1),
        ("main", "ada", 5),
    ] {
        fill(at, board, [(player.to_owned(), score)]).await;
        now.fetch_add(1_000, Ordering::SeqCst);
    }

    let entries = read(at, "/api/players/ada/entries").await;
    let brief = |entries: &Value| -> Vec<(String, u64, i64)> {
        let one = |entry: &Value| {
            (entry["board"].as_str().unwrap().to_owned(), entry["rank"].as_u64().unwrap(), entry["score"].as_i64().unwrap())
        };
        entries["entries"].as_array().unwrap().iter().map(one).collect()
    };
    let public = [("a1".to_owned(), 1, 10), ("c3".to_owned(), 1, 95), ("main".to_owned(), 1, 5)];
    assert_eq!(brief(&entries), public);
    assert_eq!((&entries["entries"][0]["title"], &entries["nextCursor"]), (&json!("Board a1"), &Value::Null));
    assert_eq!(entries["entries"][1]["total"], 2);
    let own = admin(at, "GET", "/api/players/ada/entries", "").await.json();
    assert_eq!(brief(&own).len(), 4);
    // Page by page the same.
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    for _ in 0..4 {
        let page = read(at, &format!("/api/players/ada/entries?limit=1{cursor}")).await;
        pages.extend(brief(&page));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(pages, public);
    assert_eq!(brief(&read(at, "/api/players/nobody/entries").await), []);

    let moments = |history: &Value| -> Vec<(String, i64)> {
        let one = |point: &Value| (point["board"].as_str().unwrap().to_owned(), point["score"].as_i64().unwrap());
        history["points"].as_array().unwrap().iter().map(one).collect()
    };
    let all = [("main", 5), ("c3", 95), ("c3", 30), ("a1", 10)].map(|(board, score)| (board.to_owned(), score));
    let history = read(at, "/api/players/ada/history").await;
    assert_eq!((moments(&history), &history["nextBefore"]), (all.to_vec(), &Value::Null));
    assert_eq!(history["points"][3]["at"], NOON);
    let newest = read(at, "/api/players/ada/history?limit=2").await;
    assert_eq!(moments(&newest), all[..2]);
    let older = read(at, &format!("/api/players/ada/history?limit=2&before={}", newest["nextBefore"])).await;
    assert_eq!((moments(&older), &older["nextBefore"]), (all[2..].to_vec(), &Value::Null));

    for (path, field) in [
        ("/api/players/ada/entries?cursor=A", "cursor"),
        ("/api/players/ada/entries?limit=x", "limit"),
        ("/api/players/ada/history?before=now", "before"),
        ("/api/players/%20/history", "playerId"),
    ] {
        assert_problem(&get(at, path).await, 422, "invalid", field, "", path);
    }
    server.stop().await;
}

#[tokio::test]
async fn what_was_reached_at_once_is_not_divided() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    for board in ["a1", "b2", "c3"] {
        create_board(at, json!({ "id": board })).await;
        fill(at, board, [("ada".to_owned(), 1)]).await;
    }
    let page = read(at, "/api/players/ada/history?limit=1").await;
    assert_eq!((page["points"].as_array().unwrap().len(), &page["nextBefore"]), (3, &Value::Null));
    server.stop().await;
}
