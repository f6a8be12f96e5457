use crate::{
    client::{get, post, rows, submit},
    harness::LeaderPort,
};
use serde_json::json;

#[tokio::test]
async fn a_score_comes_in_and_is_ranked() {
    let server = LeaderPort::start().await;
    let at = server.address;
    assert_eq!(
        submit(at, "ada", 1200).await,
        json!({
            "success": true, "improved": true, "before": null, "after": { "score": 1200, "rank": 1 }, "total": 1, "percentile": 100.0,
            "ahead": null, "version": 1, "replayed": false, "windows": [],
        })
    );
    assert_eq!(submit(at, "bob", 1300).await["after"], json!({ "score": 1300, "rank": 1 }));
    assert_eq!(
        submit(at, "ada", 1400).await,
        json!({
            "success": true, "improved": true, "before": { "score": 1200, "rank": 2 }, "after": { "score": 1400, "rank": 1 }, "total": 2,
            "percentile": 100.0, "ahead": null, "version": 3, "replayed": false, "windows": [],
        })
    );
    let board = get(at, "/api/leaderboard").await.json();
    assert_eq!(board["type"], "LEADERBOARD");
    assert_eq!((&board["board"], &board["version"], &board["total"]), (&json!("main"), &json!(3), &json!(2)));
    assert!(board["lastUpdate"].as_u64().unwrap() > 1_600_000_000_000);
    assert_eq!(board["entries"][0], json!({ "rank": 1, "playerId": "ada", "name": "ada", "score": 1400 }));
    let bob = get(at, "/api/boards/main/entries/bob").await.json();
    let reached = &bob["reachedAt"];
    assert_eq!(
        bob,
        json!({
            "board": "main", "window": "all", "period": "all", "version": 3, "total": 2, "lastUpdate": board["lastUpdate"], "rank": 2,
            "playerId": "bob", "name": "bob", "score": 1300, "reachedAt": reached, "attempts": 1, "percentile": 50.0, "metadata": null,
            "page": 1, "ahead": { "playerId": "ada", "name": "ada", "score": 1400, "gap": 100 },
        })
    );
    server.stop().await;
}

#[tokio::test]
async fn a_worse_score_counts_as_an_attempt_and_moves_nobody() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1200).await;
    for (score, version) in [(1200, 2), (1199, 3), (-5, 4)] {
        let receipt = submit(at, "ada", score).await;
        assert_eq!((&receipt["improved"], &receipt["after"]["score"], &receipt["version"]), (&json!(false), &json!(1200), &json!(version)));
    }
    assert_eq!(get(at, "/api/boards/main/entries/ada").await.json()["attempts"], 4);
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), 1200)]);
    server.stop().await;
}

#[tokio::test]
async fn the_same_submission_counts_once() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let body = r#"{"player":"ada","score":1200,"id":"run-1"}"#;
    let first = post(at, "/api/score", body).await.json();
    submit(at, "bob", 1300).await;
    let again = post(at, "/api/score", body).await.json();
    assert_eq!(again["replayed"], true);
    // The receipt is the first one, not what would be true by now.
    assert_eq!((&again["after"], &again["version"]), (&first["after"], &first["version"]));

    for other in [r#"{"player":"ada","score":1201,"id":"run-1"}"#, r#"{"player":"eve","score":1200,"id":"run-1"}"#] {
        let answer = post(at, "/api/score", other).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (409, &json!("urn:leaderport:problem:conflict")));
    }
    assert_eq!(rows(at).await, [(1, "bob".to_owned(), 1300), (2, "ada".to_owned(), 1200)]);
    server.stop().await;
}

#[tokio::test]
async fn a_start_on_existing_data_changes_nothing() {
    let valkey = crate::harness::Valkey::start();
    let server = LeaderPort::start_on(&valkey.url(), "again:").await;
    submit(server.address, "ada", 1200).await;
    let before = get(server.address, "/api/leaderboard").await.body;
    server.stop().await;
    let server = LeaderPort::start_on(&valkey.url(), "again:").await;
    assert_eq!(get(server.address, "/api/leaderboard").await.body, before);
    // Another prefix is another LeaderPort.
    let other = LeaderPort::start_on(&valkey.url(), "other:").await;
    assert_eq!(rows(other.address).await, []);
    other.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn nobody_and_nowhere_are_not_found() {
    let server = LeaderPort::start().await;
    for path in ["/api/boards/main/entries/nobody", "/api/boards/no-such-board/entries/ada", "/api/leaderboard?board=no-such-board"] {
        let answer = get(server.address, path).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["type"]), (404, &json!("urn:leaderport:problem:not-found")), "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn many_at_once_all_count() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            tokio::spawn(async move {
                for n in 0..60_i64 {
                    submit(at, &format!("p{}", n % 20), (n * 7919 + task * 104_729) % 1000).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let best = |player: i64| {
        (0..8).flat_map(|task| (0..60).filter(move |n| n % 20 == player).map(move |n| (n * 7919 + task * 104_729) % 1000)).max().unwrap()
    };
    let mut expected: Vec<i64> = (0..20).map(best).collect();
    expected.sort_by(|a, b| b.cmp(a));
    let rows = rows(at).await;
    assert_eq!(rows.iter().map(|row| row.2).collect::<Vec<_>>(), expected);
    assert!(rows.iter().zip(1..).all(|(row, rank)| row.0 == rank));
    assert!(rows.iter().all(|(_, player, score)| best(player[1..].parse().unwrap()) == *score));
    server.stop().await;
}
