//! Boards that are made of others: once, or kept up to date.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, get, patch, post, rows_of},
    harness::{LeaderPort, eventually},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr};

async fn combine(at: SocketAddr, body: Value) -> Answer {
    admin(at, "POST", "/api/combine", body.to_string()).await
}

/// Has boards combined, and waits until it is done.
async fn combined(at: SocketAddr, body: Value) -> Value {
    let asked = combine(at, body).await;
    assert_eq!(asked.status, 202, "{}", asked.text());
    let state = async || admin(at, "GET", asked.header("location"), "").await.json();
    eventually("the job is over", async || !["waiting", "running"].contains(&state().await["state"].as_str().unwrap())).await;
    state().await
}

async fn send(at: SocketAddr, board: &str, player: &str, score: f64) -> Answer {
    admin(at, "POST", &format!("/api/boards/{board}/scores"), json!({ "playerId": player, "score": score }).to_string()).await
}

async fn submit(at: SocketAddr, board: &str, scores: &[(&str, f64)]) {
    for (player, score) in scores {
        let answer = send(at, board, player, *score).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

/// Rank, player and score, the way they are written.
async fn rows(at: SocketAddr, board: &str) -> Vec<String> {
    let board = get(at, &format!("/api/boards/{board}/entries")).await.json();
    let text = |row: &Value| format!("{} {} {}", row["rank"], row["playerId"].as_str().unwrap_or_default(), row["score"]);
    board["entries"].as_array().into_iter().flatten().map(text).collect()
}

async fn becomes(at: SocketAddr, board: &str, expected: &[&str]) {
    eventually(&format!("{board} is {expected:?}"), async || rows(at, board).await == expected).await;
}

#[tokio::test]
async fn boards_are_combined_into_a_new_one() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "a" })).await;
    create_board(at, json!({ "id": "b", "decimals": 2 })).await;
    submit(at, "a", &[("ada", 10.0), ("bob", 8.0), ("bob", 12.0)]).await;
    submit(at, "b", &[("ada", 4.5), ("eve", 30.25)]).await;
    let done = combined(at, json!({ "into": "sum", "parts": [{ "board": "a" }, { "board": "b", "weight": 0.5 }] })).await;
    assert_eq!(
        (&done["kind"], &done["board"], &done["state"], &done["result"]["entries"]),
        (&json!("combine"), &json!("sum"), &json!("done"), &json!(3)),
        "{done}"
    );
    assert_eq!(rows(at, "sum").await, ["1 eve 15.13", "2 ada 12.25", "3 bob 12.0"]);
    let both = json!({ "into": "both", "parts": [{ "board": "a" }, { "board": "b" }], "players": "all", "by": "min", "rules": { "decimals": 0, "title": "Both" } });
    combined(at, both).await;
    assert_eq!(rows(at, "both").await, ["1 ada 5"]);
    assert_eq!(get(at, "/api/boards/both").await.json()["title"], "Both");
    combined(at, json!({ "into": "most", "parts": [{ "board": "a", "weight": -1 }, { "board": "b" }], "by": "max", "rules": { "direction": "asc" } })).await;
    assert_eq!(rows(at, "most").await, ["1 bob -12.0", "2 ada 4.5", "3 eve 30.25"]);
    // It is a board like any other: whoever comes level later is behind.
    submit(at, "sum", &[("joe", 15.13), ("bob", 16.0)]).await;
    assert_eq!(rows(at, "sum").await, ["1 bob 16.0", "2 eve 15.13", "3 joe 15.13", "4 ada 12.25"]);
    submit(at, "a", &[("ada", 500.0)]).await;
    assert_eq!(rows(at, "sum").await[3], "4 ada 12.25", "it does not follow");
    let log = admin(at, "GET", "/api/boards/sum/log?limit=10", "").await.json();
    let kinds: Vec<&str> = log["records"].as_array().unwrap().iter().map(|record| record["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"combine"), "{log}");
    server.stop().await;
}

#[tokio::test]
async fn what_can_not_be_combined_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "a" })).await;
    let follows = combined(at, json!({ "into": "f", "parts": [{ "board": "a" }], "follow": true })).await;
    assert_eq!(follows["state"], "done", "{follows}");
    for (body, field, says) in [
        (json!({ "into": "n", "parts": [] }), "parts", "1 to 16"),
        (json!({ "into": "n", "parts": [{ "board": "a" }, { "board": "a" }] }), "parts", "only once"),
        (json!({ "into": "n", "parts": [{ "board": "none" }] }), "parts", "no such board"),
        (json!({ "into": "n", "parts": [{ "board": "f" }] }), "parts", "follows others"),
        (json!({ "into": "n", "parts": [{ "board": "a", "weight": 0 }] }), "parts", "not 0"),
        (json!({ "into": "n", "parts": [{ "board": "a", "weight": 0.0001 }] }), "parts", "3 decimals"),
        (json!({ "into": "n", "parts": [{ "board": "a" }], "rules": { "windows": ["daily"] } }), "windows", "alone"),
        (
            json!({ "into": "n", "parts": [{ "board": "a" }], "rules": { "tiebreaks": [{ "name": "t" }] } }),
            "tiebreaks",
            "without tiebreaks",
        ),
        (json!({ "into": "n", "parts": [{ "board": "a" }], "rules": { "id": "m" } }), "id", "into"),
        (json!({ "into": "N", "parts": [{ "board": "a" }] }), "board", "a-z"),
        (json!({ "into": "n", "parts": [{ "board": "a" }], "by": "mean" }), "request", "mean"),
        (json!({ "into": "n" }), "parts", "1 to 16"),
    ] {
        let about = body.to_string();
        assert_problem(&combine(at, body).await, 422, "invalid", field, says, &about);
    }
    let good = json!({ "into": "n", "parts": [{ "board": "a" }] });
    assert_problem(
        &combine(at, json!({ "into": "a", "parts": [{ "board": "f" }] })).await,
        422,
        "invalid",
        "parts",
        "follows",
        "both wrong",
    );
    assert_problem(&combine(at, json!({ "into": "main", "parts": [{ "board": "a" }] })).await, 409, "exists", "id", "", "it is there");
    assert_problem(&post(at, "/api/combine", good.to_string()).await, 401, "unauthorized", "", "", "without the key");
    assert_eq!(get(at, "/api/boards/n").await.status, 404, "nothing was founded");
    server.stop().await;
}

#[tokio::test]
async fn a_board_follows_its_parts() {
    let (server, other) = LeaderPort::start_two().await;
    let at = server.address;
    create_board(at, json!({ "id": "a" })).await;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "a", &[("ada", 10.0)]).await;
    let body = json!({ "into": "overall", "parts": [{ "board": "a" }, { "board": "b", "weight": 2 }], "follow": true });
    combined(at, body).await;
    assert_eq!(rows(at, "overall").await, ["1 ada 10"]);
    submit(other.address, "b", &[("bob", 6.0), ("ada", 3.0)]).await;
    becomes(at, "overall", &["1 ada 16", "2 bob 12"]).await;
    let history = get(at, "/api/boards/overall/entries/ada/history").await.json();
    let scores: Vec<&Value> = history["points"].as_array().unwrap().iter().map(|point| &point["score"]).collect();
    assert_eq!((scores, &history["attempts"]), (vec![&json!(10), &json!(16)], &json!(2)), "{history}");

    // It takes nothing itself.
    let own = |method: &'static str, path: &'static str, body: &'static str| async move { admin(at, method, path, body).await };
    for answer in [
        send(at, "overall", "eve", 1.0).await,
        own("PATCH", "/api/boards/overall/entries/ada", r#"{"add":1}"#).await,
        own("DELETE", "/api/boards/overall/entries/ada", "").await,
        own("DELETE", "/api/boards/overall/entries?all=true", "").await,
        own("POST", "/api/boards/overall/rebuild", "{}").await,
    ] {
        assert_problem(&answer, 409, "closed", "", "follows others", "a change of its own");
    }

    // Whatever happens to the parts happens to it.
    assert_eq!(admin(at, "DELETE", "/api/boards/b/entries/ada", "").await.status, 200);
    becomes(at, "overall", &["1 bob 12", "2 ada 10"]).await;
    assert_eq!(admin(at, "PATCH", "/api/boards/a/entries/bob", r#"{"score":1}"#).await.status, 200);
    becomes(at, "overall", &["1 bob 13", "2 ada 10"]).await;
    assert_eq!(admin(at, "DELETE", "/api/boards/b/entries?all=true", "").await.status, 200);
    becomes(at, "overall", &["1 ada 10", "2 bob 1"]).await;
    patch(at, "/api/boards/overall", json!({ "archived": true })).await;
    submit(at, "b", &[("eve", 50.0)]).await;
    patch(at, "/api/boards/overall", json!({ "archived": false })).await;
    becomes(at, "overall", &["1 eve 100", "2 ada 10", "3 bob 1"]).await;

    // The server that keeps it up goes; the other one goes on.
    server.stop().await;
    let at = other.address;
    submit(at, "a", &[("ada", 20.0)]).await;
    becomes(at, "overall", &["1 eve 100", "2 ada 20", "3 bob 1"]).await;
    assert_eq!(delete(at, "/api/boards/b").await.status, 204);
    becomes(at, "overall", &["1 ada 20", "2 bob 1"]).await;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("joe", 4.0)]).await;
    becomes(at, "overall", &["1 ada 20", "2 joe 8", "3 bob 1"]).await;
    assert_eq!(delete(at, "/api/boards/overall").await.status, 204);
    create_board(at, json!({ "id": "overall" })).await;
    submit(at, "overall", &[("eve", 1.0)]).await;
    assert_eq!(rows_of(&get(at, "/api/leaderboard?board=overall").await.json()), [(1, "eve".to_owned(), 1)], "another one of that name");
    other.stop().await;
}

/// Some numbers, each following from the one before.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const PARTS: [(&str, i64); 3] = [("a", 1_000), ("b", -500), ("c", 2_250)];

async fn entries(at: SocketAddr, board: &str) -> Vec<Value> {
    get(at, &format!("/api/boards/{board}/entries?limit=1000")).await.json()["entries"].as_array().unwrap().clone()
}

/// What the parts come to, by the plainest way there is: scores in thousandths, players by score, time and id.
async fn naive(at: SocketAddr, by: &str, players: &str) -> Vec<(String, i64, u64)> {
    let mut all: BTreeMap<String, Vec<(i64, u64)>> = BTreeMap::new();
    for (part, weight) in PARTS {
        for entry in entries(at, part).await {
            let player = entry["playerId"].as_str().unwrap().to_owned();
            all.entry(player).or_default().push((entry["score"].as_i64().unwrap() * weight, entry["reachedAt"].as_u64().unwrap()));
        }
    }
    let mut rows = Vec::new();
    for (player, scores) in all {
        if players == "all" && scores.len() < PARTS.len() {
            continue;
        }
        let first = |best: i64| scores.iter().find(|(score, _)| *score == best).unwrap().1;
        let (least, most) = (scores.iter().map(|(score, _)| *score).min().unwrap(), scores.iter().map(|(score, _)| *score).max().unwrap());
        rows.push(match by {
            "min" => (player, least, first(least)),
            "max" => (player, most, first(most)),
            _ => (player, scores.iter().map(|(score, _)| score).sum(), scores.iter().map(|(_, at)| *at).max().unwrap()),
        });
    }
    rows.sort_by(|(a, score_a, at_a), (b, score_b, at_b)| score_b.cmp(score_a).then(at_a.cmp(at_b)).then(a.cmp(b)));
    rows
}

#[tokio::test]
async fn whatever_happens_it_is_what_the_parts_come_to() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (part, _) in PARTS {
        create_board(at, json!({ "id": part, "keep": if part == "b" { "last" } else { "best" } })).await;
    }
    let seed = u64::from(std::process::id());
    let mut chance = Chance(seed);
    let mut happen = async |steps: u64| {
        for _ in 0..steps {
            let (part, player) = (PARTS[chance.below(3) as usize].0, format!("p{:02}", chance.below(25)));
            let path = format!("/api/boards/{part}/entries/{player}");
            let status = match chance.below(20) {
                0 => admin(at, "DELETE", &path, "").await.status,
                1 => admin(at, "DELETE", &format!("/api/boards/{part}/entries?score_min=0&score_max={}", chance.below(4)), "").await.status,
                2 => admin(at, "PATCH", &path, format!(r#"{{"score":{}}}"#, chance.below(30))).await.status,
                _ => send(at, part, &player, chance.below(30) as f64).await.status,
            };
            assert!(!status.is_server_error(), "seed {seed}");
        }
    };
    happen(60).await;
    let boards = [("sums", "sum", "any"), ("least", "min", "all"), ("most", "max", "any")];
    let parts: Vec<Value> = PARTS.iter().map(|(board, weight)| json!({ "board": board, "weight": *weight as f64 / 1_000.0 })).collect();
    for (into, by, players) in boards {
        let body = json!({ "into": into, "parts": parts, "by": by, "players": players, "follow": true, "rules": { "decimals": 3 } });
        assert_eq!(combined(at, body).await["state"], "done", "seed {seed}");
    }
    for _ in 0..3 {
        happen(80).await;
        for (board, by, players) in boards {
            let expected = naive(at, by, players).await;
            eventually(&format!("{board} is what its parts come to; seed {seed}"), async || {
                let row = |entry: &Value| {
                    let score = (entry["score"].as_f64().unwrap() * 1_000.0).round() as i64;
                    (entry["playerId"].as_str().unwrap().to_owned(), score, entry["reachedAt"].as_u64().unwrap())
                };
                entries(at, board).await.iter().map(row).collect::<Vec<_>>() == expected
            })
            .await;
        }
    }
    server.stop().await;
}
