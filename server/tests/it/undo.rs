//! Undo over HTTP: the log, submissions taken out, removals and resets undone, boards rolled back.

use crate::{
    auth::{admin_key, as_whom, key},
    client::{Answer, admin, assert_problem, create_board, delete, fill, get, next, open, patch, post, rows_of},
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

async fn rows(at: SocketAddr, board: &str) -> Vec<(u64, String, i64)> {
    rows_of(&get(at, &format!("/api/leaderboard?board={board}&limit=1000")).await.json())
}

fn row(rank: u64, player: &str, score: i64) -> (u64, String, i64) {
    (rank, player.to_owned(), score)
}

async fn submit(at: SocketAddr, board: &str, body: Value) -> u64 {
    let answer = admin(at, "POST", &format!("/api/boards/{board}/scores"), body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["version"].as_u64().unwrap()
}

async fn undo(at: SocketAddr, board: &str, version: u64) -> Answer {
    admin(at, "POST", &format!("/api/boards/{board}/undo"), json!({ "version": version }).to_string()).await
}

async fn roll_back(at: SocketAddr, board: &str, body: Value) -> Answer {
    admin(at, "POST", &format!("/api/boards/{board}/rollback"), body.to_string()).await
}

/// All records, newest first, so many at a time.
async fn log(at: SocketAddr, board: &str, query: &str, limit: usize) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin(at, "GET", &format!("/api/boards/{board}/log?limit={limit}{query}{cursor}"), "").await.json();
        let records = page["records"].as_array().unwrap();
        assert!(records.len() <= limit);
        all.extend(records.iter().cloned());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn without_a_best_score_the_one_before_is_back_where_it_was() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "windows": ["daily"] })).await;
    submit(at, "laps", json!({ "playerId": "ada", "score": 50, "metadata": { "car": "red" } })).await;
    submit(at, "laps", json!({ "playerId": "bob", "score": 50 })).await;
    let forged = submit(at, "laps", json!({ "playerId": "ada", "score": 900, "id": "forged-1" })).await;
    submit(at, "laps", json!({ "playerId": "ada", "score": 60 })).await;
    submit(at, "laps", json!({ "playerId": "eve", "score": 55 })).await;
    assert_eq!(rows(at, "laps").await, [row(1, "ada", 900), row(2, "eve", 55), row(3, "bob", 50)]);

    let found = log(at, "laps", "&player=ada", 2).await;
    assert_eq!(found.iter().map(|line| line["score"].as_i64().unwrap()).collect::<Vec<_>>(), [60, 900, 50]);
    assert_eq!((found[1]["id"].as_str(), found[1]["version"].as_u64()), (Some("forged-1"), Some(forged)));
    let mut feed = open(at, "?board=laps").await;
    next(&mut feed).await;
    let answer = delete(at, &format!("/api/boards/laps/submissions/{forged}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!((answer.json()["version"].as_u64(), answer.json()["entries"].as_u64()), (Some(6), Some(2)), "{}", answer.text());
    assert_eq!(answer.json()["changes"][0], json!({ "playerId": "ada", "window": "all", "period": "all", "before": 900, "after": 60 }));
    assert_eq!(rows_of(&next(&mut feed).await)[0], row(1, "ada", 60), "whoever watches sees it");
    assert_eq!(rows(at, "laps").await, [row(1, "ada", 60), row(2, "eve", 55), row(3, "bob", 50)]);
    let today = get(at, "/api/boards/laps/entries?window=daily").await.json();
    assert_eq!((&today["entries"][0]["score"], &today["entries"][0]["attempts"]), (&json!(60), &json!(2)));

    // The last but one as well: the first is back with its place among equals, its time and what it remembers.
    let sixty = log(at, "laps", "&player=ada", 50).await.iter().find(|line| line["score"] == 60).unwrap()["version"].as_u64().unwrap();
    assert_eq!(undo(at, "laps", sixty).await.status, 200);
    assert_eq!(rows(at, "laps").await, [row(1, "eve", 55), row(2, "ada", 50), row(3, "bob", 50)]);
    let ada = get(at, "/api/boards/laps/entries/ada").await.json();
    assert_eq!((&ada["metadata"], &ada["attempts"], &ada["reachedAt"]), (&json!({ "car": "red" }), &json!(1), &json!(NOON)));
    assert_problem(&undo(at, "laps", sixty).await, 409, "not-undoable", "", "undone already, by version 7", "twice");
    // What was undone by mistake is there again.
    assert_eq!(undo(at, "laps", 7).await.status, 200);
    assert_eq!(rows(at, "laps").await[0], row(1, "ada", 60));
    let kinds: Vec<_> = log(at, "laps", "", 3).await.iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["undo", "undo", "undo", "submission", "submission", "submission", "submission", "submission"]);
    server.stop().await;
}

#[tokio::test]
async fn removals_and_resets_are_undone() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "keep": "sum" })).await;
    for (player, score) in [("ada", 3), ("bob", 3), ("eve", 1)] {
        submit(at, "b", json!({ "playerId": player, "score": score })).await;
    }
    let all = rows(at, "b").await;
    let removed = delete(at, "/api/boards/b/entries?players=ada,eve").await.json()["version"].as_u64().unwrap();
    // What came since is added to what was removed.
    submit(at, "b", json!({ "playerId": "eve", "score": 1 })).await;
    assert_eq!(undo(at, "b", removed).await.json()["entries"], 2);
    assert_eq!(rows(at, "b").await, [row(1, "ada", 3), row(2, "bob", 3), row(3, "eve", 2)]);

    let reset = delete(at, "/api/boards/b/entries?all=true").await.json()["version"].as_u64().unwrap();
    submit(at, "b", json!({ "playerId": "new", "score": 1 })).await;
    assert_problem(&undo(at, "b", reset).await, 409, "not-undoable", "", "There are entries again", "entries");
    delete(at, "/api/boards/b/entries/new").await;
    assert_problem(&undo(at, "b", 1).await, 409, "not-undoable", "", &format!("it is version {reset}"), "removed by the reset");
    let back = undo(at, "b", reset).await;
    assert_eq!((back.status.as_u16(), &back.json()["entries"]), (200, &json!(3)), "{}", back.text());
    assert_eq!(rows(at, "b").await, [row(1, "ada", 3), row(2, "bob", 3), row(3, "eve", 2)]);
    assert_problem(&undo(at, "b", reset).await, 409, "not-undoable", "", "There are entries again", "twice");
    // Each of those who are back can be undone as before, and the board be rolled back across all of it.
    assert_eq!(undo(at, "b", 3).await.status, 200);
    assert_eq!(rows(at, "b").await[2], row(3, "eve", 1));
    assert_eq!(roll_back(at, "b", json!({ "to": 3 })).await.status, 200);
    assert_eq!(rows(at, "b").await, all);

    let reset = delete(at, "/api/boards/b/entries?all=true").await.json()["version"].as_u64().unwrap();
    now.fetch_add(8 * 24 * 60 * 60 * 1000, Ordering::SeqCst);
    assert_problem(&undo(at, "b", reset).await, 409, "not-undoable", "", "not kept any more", "after a week");
    server.stop().await;
}

#[tokio::test]
async fn a_board_is_rolled_back_to_a_version_and_to_a_time() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "rankMode": "dense" })).await;
    for (player, score) in [("ada", 5), ("bob", 5), ("cyd", 4)] {
        submit(at, "b", json!({ "playerId": player, "score": score })).await;
    }
    let then = rows(at, "b").await;
    now.fetch_add(60_000, Ordering::SeqCst);
    submit(at, "b", json!({ "playerId": "cyd", "score": 9 })).await;
    submit(at, "b", json!({ "playerId": "new", "score": 7 })).await;
    delete(at, "/api/boards/b/entries/bob").await;
    let later = rows(at, "b").await;
    let said = roll_back(at, "b", json!({ "to": "2026-11-21T12:00:30Z", "dryRun": true })).await.json();
    assert_eq!(rows(at, "b").await, later, "a dry run changes nothing");
    assert_eq!(
        (&said["to"], &said["version"], &said["entries"], &said["back"], &said["gone"]),
        (&json!(3), &json!(6), &json!(3), &json!(1), &json!(1))
    );
    let cyd = said["moves"].as_array().unwrap().iter().find(|moved| moved["playerId"] == "cyd").unwrap();
    assert_eq!((&cyd["before"], &cyd["after"]), (&json!({ "score": 9, "rank": 1 }), &json!({ "score": 4, "rank": 3 })));
    assert_eq!(roll_back(at, "b", json!({ "to": "2026-11-21T12:00:30Z" })).await.json()["version"], 7);
    assert_eq!(rows(at, "b").await, then);
    // To the version before it: all of that is there again.
    assert_eq!(roll_back(at, "b", json!({ "to": 6 })).await.status, 200);
    assert_eq!(rows(at, "b").await, later);
    assert_problem(&undo(at, "b", 4).await, 409, "not-undoable", "", "rolled back or rebuilt since", "across a rollback");
    // A rollback is undone like any change.
    assert_eq!(roll_back(at, "b", json!({ "to": 0 })).await.json()["gone"], 3);
    assert_eq!(rows(at, "b").await, []);
    assert_eq!(undo(at, "b", 9).await.json()["entries"], 3);
    assert_eq!(rows(at, "b").await, later);
    server.stop().await;
}

#[tokio::test]
async fn what_can_not_be_undone_is_refused_and_changes_nothing() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "log": { "count": 1 } })).await;
    submit(at, "b", json!({ "playerId": "ada", "score": 1 })).await;
    patch(at, "/api/boards/b", json!({ "keep": "last" })).await;
    let version = |answer: Answer| answer.json()["version"].as_u64().unwrap();
    let before = version(get(at, "/api/boards/b").await);
    for (method, path, body, status, code, field, says) in [
        ("DELETE", "submissions/0", "", 422, "invalid", "version", "whole number"),
        ("DELETE", "submissions/x", "", 422, "invalid", "version", "whole number"),
        ("DELETE", "submissions/2", "", 404, "not-found", "", "no such record"),
        ("DELETE", "submissions/99", "", 404, "not-found", "", "no such record"),
        ("POST", "undo", r#"{"version":99}"#, 404, "not-found", "", "no such record"),
        ("POST", "undo", r#"{"version":2}"#, 409, "not-undoable", "", "changed no entries"),
        ("POST", "undo", r#"{"version":1}"#, 409, "not-undoable", "", "keep has changed"),
        ("POST", "undo", r#"{"version":"1"}"#, 422, "invalid", "version", "version must be"),
        ("POST", "undo", "{}", 422, "invalid", "version", "missing"),
        ("POST", "rollback", r#"{"to":99}"#, 422, "invalid", "to", "at version 2"),
        ("POST", "rollback", r#"{"to":-1}"#, 422, "invalid", "to", "whole number"),
        ("POST", "rollback", r#"{"to":"yesterday"}"#, 422, "invalid", "to", "a time like"),
        ("POST", "rollback", r#"{"dryRun":true}"#, 422, "invalid", "to", "missing"),
        ("GET", "log?cursor=x", "", 422, "invalid", "cursor", "no cursor"),
        ("GET", "log?limit=0", "", 422, "invalid", "limit", ""),
        ("GET", "log?player=", "", 422, "invalid", "playerId", "missing"),
    ] {
        let answer = admin(at, method, &format!("/api/boards/b/{path}"), body).await;
        assert_problem(&answer, status, code, field, says, &format!("{method} {path} {body}"));
    }
    for (method, path) in [("GET", "log"), ("DELETE", "submissions/1")] {
        assert_eq!(crate::client::send(at, method, &format!("/api/boards/b/{path}"), &[], "").await.status, 401, "{path}");
    }
    assert_eq!(post(at, "/api/boards/b/undo", r#"{"version":1}"#).await.status, 401);
    assert_eq!(post(at, "/api/boards/b/rollback", r#"{"to":0}"#).await.status, 401);
    assert_eq!(undo(at, "none", 1).await.status, 404);
    assert_eq!(version(get(at, "/api/boards/b").await), before);

    // Of a log that is cut off, only what is there can be undone.
    let many: Vec<Value> = (0..600).map(|n| json!({ "playerId": format!("p{n}"), "score": n })).collect();
    for one in &many {
        admin(at, "POST", "/api/boards/b/scores", one.to_string()).await;
    }
    assert_problem(&undo(at, "b", 1).await, 404, "not-found", "", "not kept any more", "cut off");
    assert_problem(&roll_back(at, "b", json!({ "to": 1 })).await, 409, "not-undoable", "", "The log reaches back to", "cut off");
    patch(at, "/api/boards/b", json!({ "archived": true })).await;
    assert_problem(&undo(at, "b", 602).await, 409, "closed", "", "archived", "archived");
    assert_problem(&roll_back(at, "b", json!({ "to": 602 })).await, 409, "closed", "", "archived", "archived");
    server.stop().await;
}

#[tokio::test]
async fn what_somebody_has_submitted_since_a_time_is_purged() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "windows": ["daily"], "keep": "sum" })).await;
    let ask = json!({ "label": "game", "scopes": ["submit", "manage"] });
    let leaked = key(at, ask).await;
    let id = leaked.trim_start_matches("Bearer ").split('_').nth(1).unwrap().to_owned();
    let send = async |who: &str, player: &str, score: i64| {
        let body = json!({ "playerId": player, "score": score }).to_string();
        let answer = as_whom(at, who, "POST", "/api/boards/b/scores", &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    };
    send(&leaked, "ada", 1).await;
    now.store(NOON + 60_000, Ordering::SeqCst);
    send(&admin_key(), "ada", 10).await;
    for (player, score) in [("ada", 100), ("bob", 200), ("bob", 300), ("eve", 400)] {
        send(&leaked, player, score).await;
    }
    let log = admin(at, "GET", "/api/boards/b/log", "").await.json();
    assert_eq!((&log["records"][0]["key"], &log["records"][0]["by"]), (&json!(id), &json!(null)), "{log}");
    assert_eq!((&log["records"][4]["key"], &log["records"][4]["by"]), (&json!(null), &json!("admin key")), "{log}");
    let purge = async |body: Value| {
        let answer = admin(at, "POST", "/api/boards/b/purge", body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let counts = |answer: &Value| ["submissions", "takenOut", "stuck"].map(|name| answer[name].as_u64().unwrap());
    // What was taken out before is not found again.
    assert_eq!(counts(&purge(json!({ "playerId": "eve", "since": NOON })).await), [1, 1, 0]);
    assert_eq!(counts(&purge(json!({ "playerId": "eve", "since": NOON })).await), [0, 0, 0]);
    let before = get(at, "/api/boards/b/entries").await.text();
    let dry = purge(json!({ "key": id, "since": NOON + 60_000, "dryRun": true })).await;
    assert_eq!((counts(&dry), &dry["players"], &dry["more"]), ([3, 0, 0], &json!({ "ada": 1, "bob": 2 }), &json!(false)));
    assert_eq!(get(at, "/api/boards/b/entries").await.text(), before);
    let done = purge(json!({ "key": id, "since": "2026-11-21T12:01:00Z" })).await;
    assert_eq!((counts(&done), &done["more"]), ([3, 3, 0], &json!(false)));
    for window in ["all", "daily"] {
        let left = get(at, &format!("/api/boards/b/entries?window={window}")).await.json();
        assert_eq!(
            (&left["total"], &left["entries"][0]["score"], &left["entries"][0]["attempts"]),
            (&json!(1), &json!(11), &json!(2)),
            "{left}"
        );
    }
    // More than one call takes: newest first, until there are none.
    fill(at, "b", (0..750).map(|n| (format!("p{}", n % 3), 1))).await;
    let purge_all = async |player: &str| {
        let (mut all, mut cursor, mut calls) = ([0; 3], Value::Null, 0);
        loop {
            let answer = purge(json!({ "playerId": player, "since": 0, "cursor": cursor })).await;
            let counts = counts(&answer);
            assert!(counts[0] <= 200 && answer["more"] != answer["nextCursor"].is_null(), "{answer}");
            all = std::array::from_fn(|at| all[at] + counts[at]);
            (calls, cursor) = (calls + 1, answer["nextCursor"].clone());
            if cursor.is_null() {
                assert!(calls > 1);
                return all;
            }
        }
    };
    assert_eq!(purge_all("p0").await, [250, 250, 0]);
    delete(at, "/api/boards/b/entries?all=true").await;
    assert_eq!(purge_all("p1").await, [250, 0, 250], "a reset is in the way");

    for (body, field, says) in [
        (json!({ "since": 0 }), "request", "either playerId or key"),
        (json!({ "playerId": "a", "key": "b", "since": 0 }), "request", "either playerId or key"),
        (json!({ "key": "", "since": 0 }), "key", "1 to 64"),
        (json!({ "playerId": "a" }), "since", "missing"),
        (json!({ "playerId": "a", "since": "noon" }), "since", "since is a time"),
        (json!({ "playerId": "a", "since": 0, "cursor": "x" }), "cursor", "no cursor"),
        (json!({ "playerId": "a", "since": 0, "all": true }), "request", "There is no"),
    ] {
        assert_problem(&admin(at, "POST", "/api/boards/b/purge", body.to_string()).await, 422, "invalid", field, says, &body.to_string());
    }
    server.stop().await;
}

/// However much has happened since: a call that looks no further says where the next one goes on.
#[tokio::test]
async fn what_lies_far_back_in_the_log_is_purged() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "keep": "last", "history": 0 })).await;
    fill(at, "b", (0..12).map(|n| (format!("p{}", n % 2), n))).await;
    for _ in 0..101 {
        fill(at, "b", (0..1_000).map(|n| (format!("q{}", n % 10), n))).await;
    }
    // One of them is out already, and not found again by whoever goes on.
    assert_eq!(delete(at, "/api/boards/b/submissions/12").await.status, 200);
    let purge = async |dry_run: bool, cursor: &Value| {
        let body = json!({ "playerId": "p1", "since": 0, "dryRun": dry_run, "cursor": cursor });
        let answer = admin(at, "POST", "/api/boards/b/purge", body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let counts = |answer: &Value| ["submissions", "takenOut", "stuck"].map(|name| answer[name].as_u64().unwrap());
    for (is_dry, found) in [(true, [6, 0, 0]), (false, [5, 5, 0])] {
        let (mut cursor, mut all, mut calls) = (Value::Null, [0; 3], 0);
        loop {
            let answer = purge(is_dry, &cursor).await;
            all = std::array::from_fn(|at| all[at] + counts(&answer)[at]);
            calls += 1;
            assert_eq!(answer["more"], !answer["nextCursor"].is_null());
            if answer["nextCursor"].is_null() {
                break;
            }
            cursor = answer["nextCursor"].clone();
        }
        assert!(all == found && calls > 1, "{is_dry}: {all:?} in {calls} calls");
    }
    assert_eq!(get(at, "/api/boards/b/entries/p1").await.status, 404);
    server.stop().await;
}

/// Of a change to an entry that was removed afterwards, no entry shows whether it was taken out; once the removal is undone one would.
#[tokio::test]
async fn rolled_back_is_also_what_no_entry_shows() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "negative": true })).await;
    submit(at, "b", json!({ "playerId": "ada", "score": 5 })).await;
    patch(at, "/api/boards/b/entries/ada", json!({ "add": -10 })).await;
    submit(at, "b", json!({ "playerId": "ada", "score": 7 })).await;
    assert_eq!(delete(at, "/api/boards/b/entries/ada").await.status, 200);
    assert_eq!(undo(at, "b", 2).await.status, 200);
    let back = roll_back(at, "b", json!({ "to": 4 })).await.json();
    assert_eq!((&back["entries"], &back["version"]), (&json!(0), &json!(6)), "{back}");
    // Once more, and there is nothing to do.
    assert_eq!(roll_back(at, "b", json!({ "to": 4 })).await.json()["version"], 6);
    // So the change counts again, and what is undone from here on goes by that.
    assert_problem(&undo(at, "b", 4).await, 409, "not-undoable", "", "rolled back or rebuilt since", "across the rollback");
    assert_eq!(roll_back(at, "b", json!({ "to": 2 })).await.json()["back"], 1);
    assert_eq!(rows(at, "b").await, [row(1, "ada", -5)]);
    server.stop().await;
}
