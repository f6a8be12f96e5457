use crate::{
    client::{admin, create_board, get, is_ready, next, open, post, rows, rows_of, submit, try_send},
    harness::{LeaderPort, Program, Valkey, embedded_pid, eventually, kill, parent, runs},
};
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;

#[tokio::test]
async fn valkey_goes_and_comes_back_empty() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let url = valkey.url();
    let server = LeaderPort::start_on(&url, "lp:").await;
    let at = server.address;
    submit(at, "ada", 1).await;
    let mut viewer = open(at, "").await;

    kill(valkey.pid(), "-KILL");
    drop(valkey);
    eventually("not ready while Valkey is away", || async { get(at, "/readyz").await.status == 503 }).await;
    assert_eq!(get(at, "/healthz").await.status, 200);
    let refused = post(at, "/api/score", r#"{"playerId":"bob","score":2}"#).await;
    assert_eq!((refused.status.as_u16(), refused.json()["type"].as_str()), (503, Some("urn:leaderport:problem:unavailable")));
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(get(at, "/").await.status, 503);

    // It comes back without its data, and without the function library: both are put there again.
    let valkey = Valkey::start_in(folder.path());
    eventually("ready again", || is_ready(at)).await;
    eventually("submissions are taken again", || async { post(at, "/api/score", r#"{"playerId":"cyd","score":3}"#).await.status == 200 })
        .await;
    // The viewer sees it without doing anything.
    while !rows_of(&next(&mut viewer).await).iter().any(|row| row.1 == "cyd") {}
    server.stop().await;
    drop(valkey);
}

#[tokio::test]
async fn the_embedded_valkey_dies_and_is_started_again_with_its_data() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let at = program.address;
    submit(at, "ada", 1).await;
    let kill_and_wait = async |victim: u32| {
        let pid = embedded_pid(folder.path()).unwrap();
        kill(victim, "-KILL");
        eventually("another Valkey runs", || async { embedded_pid(folder.path()).is_some_and(|now| now != pid) }).await;
        eventually("ready again", || is_ready(at)).await;
        assert!(!runs(pid), "one Valkey at a time");
    };
    kill_and_wait(embedded_pid(folder.path()).unwrap()).await;
    submit(at, "bob", 2).await;
    // The same when it is its keeper that dies.
    kill_and_wait(parent(embedded_pid(folder.path()).unwrap())).await;
    assert_eq!(rows(at).await, [(1, "bob".to_owned(), 2), (2, "ada".to_owned(), 1)]);
    assert_eq!(program.end("-TERM").await, Some(0));
}

/// Submits under an id, again and again until it is acknowledged: a server that is away, or says so, is asked again.
async fn submit_surely(at: SocketAddr, player: &str, id: &str) {
    let body = json!({ "playerId": player, "score": 1, "id": id }).to_string();
    eventually("the submission is acknowledged", || async {
        let answer = try_send(at, "POST", "/api/boards/tally/scores", &[("content-type", "application/json")], body.clone()).await;
        answer.is_ok_and(|answer| {
            assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.text());
            answer.status == 200
        })
    })
    .await;
}

#[tokio::test]
async fn valkey_killed_in_mid_run_loses_nothing_that_was_acknowledged_and_counts_nothing_twice() {
    const TASKS: usize = 8;
    const EACH: usize = 150;
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let at = program.address;
    create_board(at, json!({ "id": "tally", "keep": "sum", "submitters": "players", "windows": ["daily"] })).await;
    let done = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let done = done.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    submit_surely(at, &format!("p{}", n % 5), &format!("{task}-{n}")).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for part in 1..4 {
        eventually("the run goes on", || async { done.load(Ordering::Relaxed) > TASKS * EACH * part / 5 }).await;
        let pid = embedded_pid(folder.path()).unwrap();
        kill(pid, "-KILL");
        eventually("another Valkey runs", || async { embedded_pid(folder.path()).is_some_and(|now| now != pid) }).await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    // Sending all of it once more changes nothing.
    for n in 0..EACH {
        submit_surely(at, &format!("p{}", n % 5), &format!("0-{n}")).await;
    }
    for window in ["all", "daily"] {
        let board = get(at, &format!("/api/boards/tally/entries?window={window}")).await.json();
        for entry in board["entries"].as_array().unwrap() {
            let expected = json!([TASKS * EACH / 5, TASKS * EACH / 5]);
            assert_eq!(json!([entry["score"], entry["attempts"]]), expected, "{window}: {entry}");
        }
        assert_eq!((&board["total"], &board["version"]), (&json!(5), &json!(TASKS * EACH)), "{window}");
    }
    assert_eq!(program.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn a_full_queue_says_busy_and_takes_submissions_again() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let server = LeaderPort::start_on(&valkey.url(), "lp:").await;
    let at = server.address;
    submit(at, "ada", 1).await;
    // While Valkey stands still, a thousand go into each call's queue until it is full; a bulk call is taken whole or not at all.
    kill(valkey.pid(), "-STOP");
    let bulk: Vec<_> = (0..1_000).map(|n| json!({ "playerId": format!("p{n}"), "score": n })).collect();
    let bulk = json!(bulk).to_string();
    let sent: Vec<_> = (0..8)
        .map(|_| {
            let bulk = bulk.clone();
            tokio::spawn(async move { admin(at, "POST", "/api/boards/main/scores", bulk).await })
        })
        .collect();
    let mut busy = 0;
    for answer in sent {
        let answer = answer.await.unwrap();
        assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"), "{}", answer.text());
        busy += usize::from(answer.json()["type"] == "urn:leaderport:problem:busy");
    }
    assert!((3..=4).contains(&busy), "{busy} of 8 found the queue full: it holds four thousand");
    kill(valkey.pid(), "-CONT");
    eventually("submissions are taken again", || async { admin(at, "POST", "/api/boards/main/scores", bulk.clone()).await.status == 200 })
        .await;
    server.stop().await;
}
