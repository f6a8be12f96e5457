//! Jobs: a board is rebuilt by whichever server is there, goes on where another has left, and leaves nothing half done.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, get, patch, post, rows_of, send},
    harness::{ADMIN_KEY, LeaderPort, Valkey, eventually},
};
use serde_json::{Value, json};
use server::{
    boards::clock::Clock,
    valkey::{
        functions::{
            Store,
            job::{Note, Told},
        },
        keys::Keys,
        pool::Address,
    },
};
use std::{net::SocketAddr, time::Duration};

async fn rebuild(at: SocketAddr, board: &str, body: Value) -> Answer {
    admin(at, "POST", &format!("/api/boards/{board}/rebuild"), body.to_string()).await
}

/// Waits until a job is over.
async fn over(at: SocketAddr, address: &str) -> Value {
    let state = async || admin(at, "GET", address, "").await.json();
    eventually("the job is over", async || !["waiting", "running"].contains(&state().await["state"].as_str().unwrap())).await;
    state().await
}

async fn rows(at: SocketAddr, board: &str) -> Vec<(u64, String, i64)> {
    rows_of(&get(at, &format!("/api/leaderboard?board={board}")).await.json())
}

async fn submit(at: SocketAddr, board: &str, scores: &[(&str, i64)]) {
    for (player, score) in scores {
        let answer =
            admin(at, "POST", &format!("/api/boards/{board}/scores"), json!({ "playerId": player, "score": score }).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

const SCORES: [(&str, i64); 5] = [("ada", 5), ("bob", 9), ("ada", 7), ("bob", 2), ("eve", 7)];

fn row(rank: u64, player: &str, score: i64) -> (u64, String, i64) {
    (rank, player.to_owned(), score)
}

#[tokio::test]
async fn a_board_is_rebuilt_into_a_copy_and_in_place() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &SCORES).await;
    let dry = rebuild(at, "b", json!({ "into": "sums", "rules": { "keep": "sum" }, "dryRun": true })).await;
    assert_eq!(dry.status, 202, "{}", dry.text());
    let dry = over(at, dry.header("location")).await;
    assert_eq!(
        (&dry["state"], &dry["result"]["entries"], &dry["done"], &dry["total"]),
        (&json!("done"), &json!(3), &json!(5), &json!(5)),
        "{dry}"
    );
    assert_eq!(get(at, "/api/boards/sums").await.status, 404, "a dry run makes nothing");

    let made = rebuild(at, "b", json!({ "into": "sums", "rules": { "keep": "sum", "maxScore": 8 } })).await;
    let made = over(at, made.header("location")).await;
    assert_eq!((&made["kind"], &made["board"], &made["result"]["refused"]), (&json!("rebuild"), &json!("b"), &json!(1)), "{made}");
    assert_eq!(rows(at, "sums").await, [row(1, "ada", 12), row(2, "eve", 7), row(3, "bob", 2)]);
    submit(at, "sums", &[("bob", 5)]).await;
    assert_eq!(rows(at, "sums").await, [row(1, "ada", 12), row(2, "eve", 7), row(3, "bob", 7)], "who was first is ahead still");

    patch(at, "/api/boards/b", json!({ "keep": "last" })).await;
    assert_eq!(rows(at, "b").await, [row(1, "bob", 9), row(2, "ada", 7), row(3, "eve", 7)], "an edit moves nobody by itself");
    let said = over(at, rebuild(at, "b", json!({ "dryRun": true })).await.header("location")).await;
    assert_eq!(
        said["result"]["moves"][0],
        json!({ "playerId": "bob", "window": "all", "period": "all", "before": { "score": 9, "rank": 1 }, "after": { "score": 2, "rank": 3 } })
    );
    let done = over(at, rebuild(at, "b", json!({})).await.header("location")).await;
    assert_eq!((&done["result"]["entries"], &done["result"]["version"]), (&json!(1), &json!(7)), "{done}");
    assert_eq!(rows(at, "b").await, [row(1, "ada", 7), row(2, "eve", 7), row(3, "bob", 2)]);
    // It is a change like any other.
    assert_eq!(admin(at, "POST", "/api/boards/b/rollback", r#"{"to":6}"#).await.status, 200);
    assert_eq!(rows(at, "b").await[0], row(1, "bob", 9));
    let all = admin(at, "GET", "/api/jobs", "").await.json();
    assert_eq!(all["jobs"].as_array().unwrap().len(), 4);
    server.stop().await;
}

#[tokio::test]
async fn what_can_not_be_rebuilt_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "decimals": 1, "tiebreaks": [{ "name": "t" }], "log": { "count": 1 } })).await;
    for (body, status, code, field, says) in [
        (json!({ "rules": { "keep": "sum" } }), 422, "invalid", "request", "say into"),
        (json!({ "into": "b" }), 409, "exists", "id", "with this id"),
        (json!({ "into": "B" }), 422, "invalid", "board", "A board's id"),
        (json!({ "into": "c", "rules": { "tiebreaks": [] } }), 422, "invalid", "tiebreaks", "the same tiebreaks"),
        (json!({ "into": "c", "rules": { "id": "d" } }), 422, "invalid", "id", "into"),
        (json!({ "into": "c", "rules": { "keep": "worst" } }), 422, "invalid", "request", "best"),
        (json!({ "x": 1 }), 422, "invalid", "request", "no member `x`"),
    ] {
        assert_problem(&rebuild(at, "b", body.clone()).await, status, code, field, says, &body.to_string());
    }
    assert_problem(&rebuild(at, "none", json!({})).await, 404, "not-found", "", "no such board", "none");
    assert_eq!(get(at, "/api/boards/c").await.status, 404);
    assert_problem(&admin(at, "GET", "/api/jobs/x", "").await, 422, "invalid", "id", "16 hexadecimal", "an id");
    assert_problem(&admin(at, "DELETE", "/api/jobs/0123456789abcdef", "").await, 404, "not-found", "", "no such job", "none");
    assert_eq!(
        (get(at, "/api/jobs").await.status, post(at, "/api/boards/b/rebuild", "{}").await.status),
        (401.try_into().unwrap(), 401.try_into().unwrap())
    );

    // What the copy's scores can't hold ends the job, and the copy goes.
    let scored = admin(at, "POST", "/api/boards/b/scores", r#"{"playerId":"ada","score":1.5,"tiebreaks":{"t":1}}"#).await;
    assert_eq!(scored.status, 200);
    let copy = rebuild(at, "b", json!({ "into": "whole", "rules": { "decimals": 0 } })).await;
    let failed = over(at, copy.header("location")).await;
    assert_eq!((&failed["state"], &failed["problem"]["status"]), (&json!("failed"), &json!(422)), "{failed}");
    // Whoever asks is told why in their language.
    let key = format!("Bearer {ADMIN_KEY}");
    for (language, why) in [("en", "whole numbers"), ("de", "nur ganze Zahlen")] {
        let asked = send(at, "GET", copy.header("location"), &[("authorization", &*key), ("accept-language", language)], "").await.json();
        assert!(asked["problem"]["detail"].as_str().unwrap().contains(why), "{asked}");
    }
    assert_eq!(get(at, "/api/boards/whole").await.status, 404);
    // So does a log that is cut off.
    for n in 0..300 {
        admin(at, "POST", "/api/boards/b/scores", json!({ "playerId": "ada", "score": n, "tiebreaks": { "t": 1 } }).to_string()).await;
    }
    assert_problem(&rebuild(at, "b", json!({})).await, 409, "not-undoable", "", "no longer reaches back", "cut off");
    server.stop().await;
}

#[tokio::test]
async fn a_job_goes_on_elsewhere_and_is_one_servers_at_a_time() {
    let valkey = Valkey::start();
    let connect = || async { Store::connect(&Address::Url(valkey.url()), Keys::new("jobs:"), Duration::from_secs(30)).await.unwrap().0 };
    let store = connect().await;
    let first = LeaderPort::start_on(&valkey.url(), "jobs:").await;
    create_board(first.address, json!({ "id": "b" })).await;
    submit(first.address, "b", &SCORES).await;
    first.stop().await;

    // A server that took two jobs and died: another has them once the time is over that they were kept for.
    let clock = Clock::default();
    let ask = |into: &str| {
        let mut rules = serde_json::to_value(app::model::Rules { title: into.to_owned(), archived: false, ..Default::default() }).unwrap();
        rules["keep"] = json!("sum");
        json!({ "board": "b", "into": into, "rules": rules, "dryRun": false, "to": 5 }).to_string()
    };
    let (going, ending) = ("00000000000000aa", "00000000000000bb");
    for (id, into) in [(going, "copy"), (ending, "other")] {
        let rules = app::model::Rules { title: into.to_owned(), archived: true, keep: app::model::Keep::Sum, ..Default::default() };
        assert!(store.create_board(&app::model::BoardId::parse(into).unwrap(), &rules, "r", clock.now_ms(), 5).await.unwrap());
        assert!(store.create_job(id, clock.now_ms(), "rebuild", "b", &ask(into)).await.unwrap());
        let until = clock.now_ms() + 2_000;
        assert!(store.take_job(id, "dead", clock.now_ms(), until).await.unwrap());
        assert!(!store.take_job(id, "second", clock.now_ms(), until).await.unwrap(), "one server's at a time");
    }
    assert!(store.cancel_job(ending).await.unwrap());
    let word = |id: &'static str, token: &'static str| Note { id, token, now_ms: 0, until_ms: 0, steps: [1, 5], end: None };
    assert_eq!(store.note_job(&word(ending, "second")).await.unwrap(), Told::Lost);
    let second = LeaderPort::start_on(&valkey.url(), "jobs:").await;
    let at = second.address;
    let (done, cancelled) = (over(at, &format!("/api/jobs/{going}")).await, over(at, &format!("/api/jobs/{ending}")).await);
    assert_eq!((&done["state"], &cancelled["state"]), (&json!("done"), &json!("cancelled")), "{done} {cancelled}");
    assert_eq!(rows(at, "copy").await, [row(1, "ada", 12), row(2, "bob", 11), row(3, "eve", 7)]);
    assert_eq!(get(at, "/api/boards/other").await.status, 404, "what a cancelled job made is gone");
    assert_eq!(store.note_job(&word(going, "dead")).await.unwrap(), Told::Lost, "whoever comes back is told");
    // What is over stays so.
    assert_eq!(delete(at, &format!("/api/jobs/{going}")).await.json()["state"], "done");
    second.stop().await;
    store.close().await;
}
