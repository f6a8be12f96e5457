//! Submissions that wait until operators have looked at them.

use crate::{
    auth::{admin_key, as_whom, key, operator},
    client::{Answer, admin, assert_problem, call, create_board, delete, fill, fill_in, get, patch, post, rows_of, says_so},
    harness::{LeaderPort, NOON},
};
use app::{
    api::SubmitScore,
    error::AppError,
    model::{BoardId, Receipt},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

pub const QUEUE: &str = "/api/boards/b/review";

pub async fn board(at: SocketAddr, rules: Value) {
    let mut all = json!({ "id": "b", "submitters": "players", "windows": ["daily"] });
    all.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
    create_board(at, all).await;
}

pub async fn send(at: SocketAddr, submission: Value) -> Answer {
    post(at, "/api/boards/b/scores", submission.to_string()).await
}

/// Sends what is held; its id in the queue.
pub async fn hold(at: SocketAddr, submission: Value, why: &[&str]) -> String {
    let answer = send(at, submission).await;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let answer = answer.json();
    assert_eq!((&answer["accepted"], &answer["held"]["why"]), (&json!(true), &json!(why)), "{answer}");
    answer["held"]["id"].as_str().unwrap().to_owned()
}

/// Sends what counts.
pub async fn count(at: SocketAddr, submission: Value) -> Value {
    let answer = send(at, submission).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn decide(at: SocketAddr, ids: &[&str], decision: &str) -> Vec<Value> {
    let ask = json!({ "ids": ids, "decision": decision, "reason": "seen" });
    let answer = admin(at, "POST", QUEUE, ask.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json().as_array().unwrap().clone()
}

/// Decides about one, which works.
pub async fn decided(at: SocketAddr, id: &str, decision: &str) -> Value {
    let outcome = decide(at, &[id], decision).await.remove(0);
    assert_eq!(outcome["decided"], true, "{outcome}");
    outcome["review"].clone()
}

pub async fn listed(at: SocketAddr, query: &str) -> Vec<(String, String)> {
    let answer = admin(at, "GET", &format!("{QUEUE}?{query}"), "").await.json();
    let one = |review: &Value| (review["playerId"].as_str().unwrap().to_owned(), review["score"].to_string());
    answer["reviews"].as_array().unwrap_or_else(|| panic!("{answer}")).iter().map(one).collect()
}

pub async fn standings(at: SocketAddr) -> Vec<(u64, String, i64)> {
    rows_of(&get(at, "/api/boards/b/entries").await.json())
}

pub fn row(rank: u64, player: &str, score: i64) -> (u64, String, i64) {
    (rank, player.to_owned(), score)
}

pub fn pair(player: &str, score: i64) -> (String, String) {
    (player.to_owned(), score.to_string())
}

#[tokio::test]
async fn what_is_held_does_not_count_until_it_is_approved() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board(at, json!({ "maxScore": 1000, "review": { "minScore": 10, "maxScore": 100 } })).await;
    count(at, json!({ "playerId": "ada", "score": 50 })).await;
    let version = get(at, "/api/boards/b").await.json()["version"].clone();
    assert_problem(&send(at, json!({ "playerId": "bob", "score": 1001 })).await, 422, "invalid", "score", "above", "refused still");
    let high = hold(at, json!({ "playerId": "bob", "score": 101, "metadata": { "car": "red" }, "id": "one" }), &["high-score"]).await;
    now.fetch_add(1, Ordering::SeqCst);
    let low = hold(at, json!({ "playerId": "cyd", "score": 9 }), &["low-score"]).await;
    assert_eq!(high.len(), 32);
    assert_eq!((standings(at).await, &get(at, "/api/boards/b").await.json()["version"]), (vec![row(1, "ada", 50)], &version));
    assert_eq!(listed(at, "").await, [pair("bob", 101), pair("cyd", 9)]);
    assert_eq!(listed(at, "player=cyd").await, [pair("cyd", 9)]);
    assert_eq!(listed(at, "why=high-score").await, [pair("bob", 101)]);
    assert_eq!(get(at, &format!("{QUEUE}/{high}")).await.json()["state"], "waiting");
    // An hour later it counts as of when it came.
    now.fetch_add(3_599_999, Ordering::SeqCst);
    let review = decided(at, &high, "approve").await;
    assert_eq!((&review["state"], &review["decidedBy"], &review["reason"]), (&json!("approved"), &json!("admin key"), &json!("seen")));
    let entry = get(at, "/api/boards/b/entries/bob").await.json();
    assert_eq!((&entry["reachedAt"], &entry["metadata"], &entry["rank"]), (&json!(NOON), &json!({ "car": "red" }), &json!(1)));
    assert_eq!(standings(at).await, [row(1, "bob", 101), row(2, "ada", 50)]);
    // Sent again, it finds its receipt.
    let again = count(at, json!({ "playerId": "bob", "score": 101, "metadata": { "car": "red" }, "id": "one" })).await;
    assert_eq!((&again["replayed"], &again["after"]["score"]), (&json!(true), &json!(101)));
    decided(at, &low, "reject").await;
    let acts = admin(at, "GET", "/api/audit?act=POST&path=/review", "").await.json();
    let act = &acts["acts"][1];
    let states = (&act["before"]["reviews"][0]["state"], &act["after"]["reviews"][0]["review"]["state"]);
    assert_eq!((states, &act["why"]), ((&json!("waiting"), &json!("approved")), &json!("seen")), "{acts}");
    assert_eq!(standings(at).await, [row(1, "bob", 101), row(2, "ada", 50)]);
    let own = get(at, &format!("{QUEUE}/{low}")).await.json();
    assert_eq!(
        own,
        json!({ "id": low, "state": "rejected", "why": ["low-score"], "receivedAt": NOON + 1, "score": 9, "decidedAt": NOON + 3_600_000, "reason": "seen" })
    );
    assert_eq!(
        (listed(at, "").await.len(), listed(at, "state=approved").await, listed(at, "state=rejected").await),
        (0, vec![pair("bob", 101)], vec![pair("cyd", 9)])
    );
    server.stop().await;
}

#[tokio::test]
async fn every_decision_can_be_reversed() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "review": { "maxScore": 100 } })).await;
    count(at, json!({ "playerId": "ada", "score": 50 })).await;
    let id = hold(at, json!({ "playerId": "ada", "score": 200 }), &["high-score"]).await;
    let score = async || standings(at).await[0].2;
    for (decision, shown) in [("reject", 50), ("approve", 200), ("reject", 50), ("approve", 200), ("reject", 50)] {
        decided(at, &id, decision).await;
        assert_eq!(score().await, shown, "{decision}");
        let outcome = decide(at, &[&id], decision).await.remove(0);
        assert!(says_so(&outcome["problem"], 409, "decided", "", "by now"), "{outcome}");
        assert_eq!(score().await, shown, "{decision} twice");
    }
    // Of those that are written together each can be taken out by itself.
    let sent = json!([{ "playerId": "bob", "score": 101 }, { "playerId": "cyd", "score": 102 }, { "playerId": "dan", "score": 5 }]);
    let answer = send(at, sent).await;
    assert_eq!(answer.status, 200);
    let outcomes = answer.json();
    assert_eq!((&outcomes[1]["held"]["why"], &outcomes[2]["after"]["score"]), (&json!(["high-score"]), &json!(5)));
    let ids: Vec<_> = (0..2).map(|n| outcomes[n]["held"]["id"].as_str().unwrap()).collect();
    assert!(decide(at, &ids, "approve").await.iter().all(|outcome| outcome["decided"] == true));
    decided(at, ids[0], "reject").await;
    assert_eq!(standings(at).await, [row(1, "cyd", 102), row(2, "ada", 50), row(3, "dan", 5)]);
    // What was taken out by hand is nothing to be rejected.
    let outcomes = decide(at, &[ids[1], "0123456789abcdef0123456789abcdef", "x"], "reject").await;
    assert_eq!((&outcomes[0]["decided"], &outcomes[1]["problem"]["status"], &outcomes[2]["id"]), (&json!(true), &json!(404), &json!("x")));
    server.stop().await;
}

#[tokio::test]
async fn what_a_key_has_sent_is_found_by_the_key_once_it_is_approved() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board(at, json!({ "submitters": "servers", "review": { "maxScore": 100, "trustServers": false } })).await;
    let game = key(at, json!({ "label": "game", "scopes": ["submit"] })).await;
    let held = as_whom(at, &game, "POST", "/api/boards/b/scores", &json!({ "playerId": "ada", "score": 500 }).to_string()).await;
    assert_eq!(held.status, 202, "{}", held.text());
    decided(at, held.json()["held"]["id"].as_str().unwrap(), "approve").await;
    assert_eq!(standings(at).await, [row(1, "ada", 500)]);
    let id = admin(at, "GET", "/api/keys", "").await.json()["keys"][0]["id"].clone();
    let log = admin(at, "GET", "/api/boards/b/log?limit=1", "").await.json();
    assert_eq!(log["records"][0]["key"], id, "{log}");
    let purged = admin(at, "POST", "/api/boards/b/purge", json!({ "key": id, "since": 0 }).to_string()).await.json();
    assert_eq!(purged["takenOut"], 1, "{purged}");
    // What came by the key and waits still is rejected, and can't be approved by mistake; what came otherwise waits on.
    let body = json!({ "playerId": "eve", "score": 990 }).to_string();
    let held = as_whom(at, &game, "POST", "/api/boards/b/scores", &body).await.json();
    let other = admin(at, "POST", "/api/boards/b/scores", body).await.json();
    let ask = |dry_run: bool| json!({ "key": id, "since": 0, "dryRun": dry_run, "reason": "the key has leaked" }).to_string();
    for dry_run in [true, false] {
        let purged = admin(at, "POST", "/api/boards/b/purge", ask(dry_run)).await.json();
        assert_eq!(
            (&purged["submissions"], &purged["waiting"], &purged["players"], &purged["more"]),
            (&json!(0), &json!(1), &json!({ "eve": 1 }), &json!(false)),
            "{purged}"
        );
        let became = get(at, &format!("/api/boards/b/review/{}", held["held"]["id"].as_str().unwrap())).await.json();
        let said = if dry_run { (json!("waiting"), Value::Null) } else { (json!("rejected"), json!("the key has leaked")) };
        assert_eq!((became["state"].clone(), became["reason"].clone()), said);
    }
    let left = admin(at, "GET", "/api/boards/b/review", "").await.json();
    assert_eq!(left["reviews"].as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left["reviews"][0]["id"], other["held"]["id"]);
    assert_eq!(standings(at).await, []);
    server.stop().await;
}

/// Whoever floods a board with high scores doesn't make them usual, once they are hidden or their scores taken out.
#[tokio::test]
async fn what_operators_have_no_faith_in_says_nothing_of_what_is_usual() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for how in ["nothing", "shadow", "hidden", "purge"] {
        create_board(at, json!({ "id": how, "submitters": "players" })).await;
        fill(at, how, (0..40).map(|n| (format!("p{n}"), 100 + n % 10))).await;
        fill(at, how, (0..60).map(|n| ("mallory".to_owned(), 1_000_000 + n))).await;
        match how {
            "nothing" => {}
            "purge" => {
                let ask = json!({ "playerId": "mallory", "since": 0 }).to_string();
                let (mut taken_out, path) = (0, format!("/api/boards/{how}/purge"));
                while taken_out < 60 {
                    taken_out += admin(at, "POST", &path, ask.clone()).await.json()["takenOut"].as_u64().unwrap();
                }
            }
            state => {
                let path = format!("/api/boards/{how}/entries/mallory/moderation");
                patch(at, &path, json!({ "state": state, "reason": "a flood" })).await;
            }
        }
        patch(at, &format!("/api/boards/{how}"), json!({ "review": { "outliers": "hold" } })).await;
        let send = async |score: i64| {
            post(at, &format!("/api/boards/{how}/scores"), json!({ "playerId": format!("q{score}"), "score": score }).to_string()).await
        };
        let far = send(1_000_001).await;
        assert_eq!(far.status, if how == "nothing" { 200 } else { 202 }, "{how}: {}", far.text());
        assert_eq!(send(105).await.status, 200, "{how}");
    }
    server.stop().await;
}

#[tokio::test]
async fn gains_are_measured_against_where_the_player_stood() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board(at, json!({ "review": { "maxGain": { "score": 100, "seconds": 60 } } })).await;
    let later = |seconds: u64| now.fetch_add(seconds * 1000, Ordering::SeqCst);
    count(at, json!({ "playerId": "ada", "score": 1000 })).await;
    count(at, json!({ "playerId": "ada", "score": 1060 })).await;
    hold(at, json!({ "playerId": "ada", "score": 1101 }), &["gain"]).await;
    later(61);
    count(at, json!({ "playerId": "ada", "score": 1160 })).await;
    hold(at, json!({ "playerId": "ada", "score": 1161 }), &["gain"]).await;
    count(at, json!({ "playerId": "ada", "score": 1 })).await;
    // On a board that adds up it is what is added, however it comes.
    delete(at, "/api/boards/b").await;
    board(at, json!({ "keep": "sum", "review": { "maxGain": { "score": 100, "seconds": 60 } } })).await;
    hold(at, json!({ "playerId": "eve", "score": 101 }), &["gain"]).await;
    let outcomes =
        send(at, json!([{ "playerId": "eve", "score": 60 }, { "playerId": "eve", "score": 60 }, { "playerId": "eve", "score": 40 }]))
            .await
            .json();
    assert_eq!((&outcomes[1]["held"]["why"], &outcomes[2]["after"]["score"]), (&json!(["gain"]), &json!(100)));
    hold(at, json!({ "playerId": "eve", "score": 1 }), &["gain"]).await;
    later(61);
    count(at, json!({ "playerId": "eve", "score": 100 })).await;
    server.stop().await;
}

#[tokio::test]
async fn outliers_are_flagged_or_held() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "direction": "asc", "review": { "outliers": "flag" } })).await;
    count(at, json!({ "playerId": "first", "score": 1 })).await;
    fill(at, "b", (0..40).map(|n| (format!("p{n}"), 1000 + n))).await;
    // What was read of the newest scores is good for a second.
    crate::harness::eventually("the newest scores are known", async || {
        count(at, json!({ "playerId": "eve", "score": 10 })).await;
        !listed(at, "state=flagged").await.is_empty()
    })
    .await;
    assert_eq!(listed(at, "state=flagged&why=outlier").await[0], pair("eve", 10));
    count(at, json!({ "playerId": "joe", "score": 9000 })).await;
    assert_eq!(listed(at, "state=flagged&player=joe").await, []);
    let flagged = admin(at, "GET", &format!("{QUEUE}?state=flagged&limit=1"), "").await.json();
    let id = flagged["reviews"][0]["id"].as_str().unwrap();
    decided(at, id, "approve").await;
    assert_eq!(get(at, "/api/boards/b/entries/eve").await.json()["score"], 10);
    decided(at, id, "reject").await;
    patch(at, "/api/boards/b", json!({ "review": { "outliers": "hold" } })).await;
    hold(at, json!({ "playerId": "max", "score": 7 }), &["outlier"]).await;
    server.stop().await;
}

#[tokio::test]
async fn proof_is_asked_for_and_kept_for_operators() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let proof = json!({ "url": "https://video.example/7", "note": "at 1:20" });
    board(at, json!({})).await;
    let with = |proof: Value| json!({ "playerId": "ada", "score": 7, "proof": proof });
    assert_problem(&send(at, with(proof.clone())).await, 422, "invalid", "proof", "asks for no proof", "nobody asks");
    patch(at, "/api/boards/b", json!({ "review": { "proof": "required" } })).await;
    assert_problem(&send(at, json!({ "playerId": "ada", "score": 7 })).await, 422, "invalid", "proof", "asks for proof", "none");
    let long = json!({ "url": format!("https://video.example/{}", "7".repeat(256)) });
    for wrong in [
        json!({}),
        json!({ "url": "http://video.example" }),
        long,
        json!({ "note": " " }),
        json!({ "note": "x".repeat(501) }),
        json!([]),
        json!({ "x": 1 }),
    ] {
        assert_problem(&send(at, with(wrong.clone())).await, 422, "invalid", "proof", "", &wrong.to_string());
    }
    // It counts, and operators find what proves it.
    count(at, with(proof.clone())).await;
    let flagged = admin(at, "GET", &format!("{QUEUE}?state=flagged&why=proof"), "").await.json();
    assert_eq!((&flagged["reviews"][0]["proof"], &flagged["reviews"][0]["why"]), (&proof, &json!(["proof"])));
    patch(at, "/api/boards/b", json!({ "review": { "proof": "optional", "everything": true } })).await;
    hold(at, json!({ "playerId": "bob", "score": 8, "proof": { "note": "no video" } }), &["everything"]).await;
    hold(at, json!({ "playerId": "bob", "score": 8 }), &["everything"]).await;
    server.stop().await;
}

#[tokio::test]
async fn a_submission_is_held_once() {
    let (one, two) = LeaderPort::start_two().await;
    let at = one.address;
    board(at, json!({ "review": { "maxScore": 100 } })).await;
    let sent = |score: i64| json!({ "playerId": "ada", "score": score, "id": "x" });
    let id = hold(at, sent(200), &["high-score"]).await;
    assert_eq!(hold(two.address, sent(200), &["high-score"]).await, id, "on any server");
    for other in [sent(201), sent(1)] {
        assert_problem(&send(at, other).await, 409, "conflict", "id", "", "something else");
    }
    let (a, b) = tokio::join!(
        send(at, json!([sent(200), { "playerId": "bob", "score": 300, "id": "y" }, { "playerId": "bob", "score": 300, "id": "y" }])),
        send(two.address, json!({ "playerId": "bob", "score": 300, "id": "y" }))
    );
    let (a, b) = (a.json(), b.json());
    assert_eq!((&a[0]["held"]["id"], &a[1]["held"]["id"], &a[1]["held"]["id"]), (&json!(id), &a[2]["held"]["id"], &b["held"]["id"]));
    assert_eq!(listed(at, "").await.len(), 2);
    decided(at, &id, "reject").await;
    assert_eq!(hold(at, sent(200), &["high-score"]).await, id, "rejected");
    decided(two.address, &id, "approve").await;
    assert_eq!(count(at, sent(200)).await["replayed"], true);
    assert_problem(&send(at, sent(300)).await, 409, "conflict", "id", "", "approved");
    // What has counted before is not held when it comes again.
    count(at, json!({ "playerId": "cyd", "score": 90, "id": "z" })).await;
    patch(at, "/api/boards/b", json!({ "review": { "everything": true } })).await;
    assert_eq!(count(at, json!({ "playerId": "cyd", "score": 90, "id": "z" })).await["replayed"], true);
    // Nor is what is sent by whom operators keep from that.
    patch(at, "/api/boards/b/entries/dan/moderation", json!({ "state": "banned", "reason": "test" })).await;
    assert_problem(&send(at, json!({ "playerId": "dan", "score": 1 })).await, 403, "barred", "", "", "banned");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_is_refused() {
    let (one, two) = LeaderPort::start_two().await;
    let at = one.address;
    board(at, json!({ "keep": "sum", "review": { "everything": true } })).await;
    let mut counted = 0;
    for n in 0..20 {
        let id = hold(at, json!({ "playerId": "ada", "score": 1, "id": format!("{n}") }), &["everything"]).await;
        let ask = |decision: &str| json!({ "ids": [id], "decision": decision, "state": "waiting", "reason": "seen" }).to_string();
        let (a, b) = tokio::join!(admin(at, "POST", QUEUE, ask("approve")), admin(two.address, "POST", QUEUE, ask("reject")));
        let (a, b) = (a.json()[0].clone(), b.json()[0].clone());
        let refused = if a["decided"] == true { &b } else { &a };
        assert_ne!(a["decided"], b["decided"], "{a} {b}");
        assert!(says_so(&refused["problem"], 409, "decided", "", ""), "{refused}");
        counted += i64::from(a["decided"] == true);
    }
    let total = standings(at).await.first().map_or(0, |row| row.2);
    assert_eq!(total, counted);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn what_can_not_count_goes_on_waiting() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "review": { "everything": true } })).await;
    let id = hold(at, json!({ "playerId": "ada", "score": 50 }), &["everything"]).await;
    patch(at, "/api/boards/b", json!({ "maxScore": 10 })).await;
    let outcome = decide(at, &[&id], "approve").await.remove(0);
    assert!(says_so(&outcome["problem"], 422, "invalid", "score", "above"), "{outcome}");
    assert_eq!(listed(at, "").await, [pair("ada", 50)]);
    patch(at, "/api/boards/b", json!({ "maxScore": null })).await;
    decided(at, &id, "approve").await;
    assert_eq!(standings(at).await, [row(1, "ada", 50)]);
    for (body, field, says) in [
        (json!({ "ids": [], "decision": "approve" }), "ids", "1 to 100"),
        (json!({ "ids": vec!["x"; 101], "decision": "approve" }), "ids", "1 to 100"),
        (json!({ "ids": ["x"], "decision": "reject" }), "reason", "Say why"),
        (json!({ "ids": ["x"], "decision": "reject", "reason": "x".repeat(501) }), "reason", "500"),
        (json!({ "ids": ["x"], "decision": "keep" }), "decision", "approve"),
    ] {
        assert_problem(&admin(at, "POST", QUEUE, body.to_string()).await, 422, "invalid", field, says, &body.to_string());
    }
    for (query, field) in [
        ("state=lost", "state"),
        ("why=x", "why"),
        ("cursor=x", "cursor"),
        ("limit=0", "limit"),
        ("cursor=-1-0123456789abcdef0123456789abcdef", "cursor"),
    ] {
        assert_problem(&admin(at, "GET", &format!("{QUEUE}?{query}"), "").await, 422, "invalid", field, "", query);
    }
    server.stop().await;
}

#[tokio::test]
async fn the_queue_is_read_page_by_page() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "review": { "everything": true } })).await;
    let sent: Vec<_> = (0..1000).map(|n| json!({ "playerId": format!("p{}", n % 100), "score": n })).collect();
    assert_eq!(send(at, json!(sent)).await.status, 200);
    for (filter, all) in [("", 1000), ("&player=p3", 10)] {
        let (mut seen, mut cursor) = (std::collections::BTreeSet::new(), String::new());
        loop {
            let page = admin(at, "GET", &format!("{QUEUE}?limit=90{filter}{cursor}"), "").await.json();
            seen.extend(page["reviews"].as_array().unwrap().iter().map(|review| review["score"].as_i64().unwrap()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen.len(), all);
    }
    // The queue has an end.
    for _ in 0..9 {
        assert_eq!(send(at, json!(sent)).await.status, 200);
    }
    assert_problem(&send(at, json!({ "playerId": "ada", "score": 1 })).await, 503, "review-full", "", "operators", "10,000 wait");
    // A player who is removed from everywhere, and a board that is deleted, leave nothing.
    assert_eq!(delete(at, "/api/players/p3").await.json(), json!({ "playerId": "p3", "boards": ["b"], "entries": 100 }));
    assert_eq!(listed(at, "player=p3").await, []);
    delete(at, "/api/boards/b").await;
    board(at, json!({ "review": { "everything": true } })).await;
    assert_eq!(listed(at, "").await, []);
    hold(at, json!({ "playerId": "ada", "score": 1 }), &["everything"]).await;
    server.stop().await;
}

/// Whoever has a hundred scores wait doesn't keep those of others from it, and has one more wait once operators have looked at one.
#[tokio::test]
async fn no_player_fills_the_queue() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "review": { "everything": true } })).await;
    let sent: Vec<_> = (0..101).map(|n| json!({ "playerId": "ada", "score": n, "id": format!("{n}") })).collect();
    let outcomes = send(at, json!(sent)).await.json();
    let outcomes = outcomes.as_array().unwrap();
    assert!(outcomes[..100].iter().all(|outcome| outcome["held"]["why"] == json!(["everything"])), "{outcomes:?}");
    assert!(says_so(&outcomes[100]["problem"], 429, "too-many-held", "", "of this player"), "{}", outcomes[100]);
    // Her name is the beginning of theirs.
    for other in ["ad", "ada2", "bob"] {
        hold(at, json!({ "playerId": other, "score": 1 }), &["everything"]).await;
    }
    let refused = send(at, sent[100].clone()).await;
    assert_problem(&refused, 429, "too-many-held", "", "operators", "one more");
    assert_eq!(refused.header("retry-after"), "60");
    // What waits already is found, and room is made by looking at some.
    let id = hold(at, sent[7].clone(), &["everything"]).await;
    assert_eq!(outcomes[7]["held"]["id"], json!(id));
    let second = outcomes[8]["held"]["id"].as_str().unwrap();
    for (id, decision, number) in [(&*id, "approve", 100), (second, "reject", 101)] {
        decided(at, id, decision).await;
        hold(at, json!({ "playerId": "ada", "score": number }), &["everything"]).await;
        assert_eq!(send(at, json!({ "playerId": "ada", "score": 200 })).await.status, 429, "{decision}");
    }
    assert_eq!(listed(at, "player=ada&limit=1000").await.len(), 100);
    // A player who is removed from everywhere leaves nothing, also no room that is taken.
    delete(at, "/api/players/ada").await;
    hold(at, json!({ "playerId": "ada", "score": 200 }), &["everything"]).await;
    server.stop().await;
}

/// A flag that says more than that there is a proof gives way to no such one, whoever sends how many of them.
#[tokio::test]
async fn nobody_pushes_out_a_flag_by_sending_proofs() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board(at, json!({ "review": { "outliers": "flag", "proof": "optional" } })).await;
    fill(at, "b", (0..40).map(|n| (format!("q{n}"), 1000 + n % 10))).await;
    // What was read of the newest scores is good for a second.
    crate::harness::eventually("the newest scores are known", async || {
        count(at, json!({ "playerId": "eve", "score": 900_000, "proof": { "note": "at 1:20" } })).await;
        !listed(at, "state=flagged&why=outlier").await.is_empty()
    })
    .await;
    let of_eve = listed(at, "state=flagged&player=eve&why=outlier").await;
    let proofs = async |player: &dyn Fn(u64) -> String, how_many: u64| {
        now.fetch_add(1, Ordering::SeqCst);
        let sent = |n| json!({ "playerId": player(n), "score": 1000 + n % 10, "proof": { "note": n.to_string() } });
        assert_eq!(send(at, json!((0..how_many).map(sent).collect::<Vec<_>>())).await.status, 200);
    };
    // Of one player's the oldest for their proof alone goes: not what they are looked at for, and nobody else's.
    proofs(&|_| "bob".to_owned(), 1).await;
    proofs(&|_| "eve".to_owned(), 150).await;
    assert_eq!(listed(at, "state=flagged&player=eve&limit=1000").await.len(), 100);
    assert_eq!(listed(at, "state=flagged&player=eve&why=outlier&limit=1000").await, of_eve);
    assert_eq!(listed(at, "state=flagged&player=bob").await.len(), 1);
    for crowd in 0..11 {
        proofs(&|n| format!("p{}", crowd * 100 + n % 100), 1000).await;
    }
    let all = async |query: &str| {
        let (mut all, mut cursor) = (0, String::new());
        loop {
            let page = admin(at, "GET", &format!("{QUEUE}?state=flagged&limit=1000{query}{cursor}"), "").await.json();
            all += page["reviews"].as_array().unwrap().len();
            let Some(next) = page["nextCursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    };
    assert_eq!((all("").await, all("&player=bob").await), (10_000, 0));
    assert_eq!(listed(at, "state=flagged&player=eve&why=outlier&limit=1000").await, of_eve);
    // There is room for what says more.
    count(at, json!({ "playerId": "joe", "score": 900_000 })).await;
    assert_eq!((listed(at, "state=flagged&player=joe").await, all("").await), (vec![pair("joe", 900_000)], 10_000));
    server.stop().await;
}

#[tokio::test]
async fn thresholds_are_for_operators_alone() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let rule = json!({ "maxScore": 100, "maxGain": { "score": 5, "seconds": 60 }, "outliers": "hold", "proof": "optional" });
    board(at, json!({ "decimals": 1, "review": rule })).await;
    let viewer = operator(at, "vi", "viewer").await;
    let submits = key(at, json!({ "label": "s", "scopes": ["submit"] })).await;
    let shown = async |who: &str, path: &str| as_whom(at, who, "GET", path, "").await;
    for (who, known) in [("", false), (&submits, false), (&viewer, true), (&admin_key(), true)] {
        let one = shown(who, "/api/boards/b").await;
        let list = shown(who, "/api/boards").await.json();
        let wanted = if known {
            json!({ "maxScore": 100.0, "maxGain": { "score": 5.0, "seconds": 60 }, "outliers": "hold", "proof": "optional" })
        } else {
            json!({ "proof": "optional" })
        };
        assert_eq!((&one.json()["review"], &list["boards"][0]["review"]), (&wanted, &wanted), "{who}");
    }
    // Nor does a cache mix them up.
    let tag = get(at, "/api/boards/b").await.header("etag").to_owned();
    let bearer = admin_key();
    let seen = crate::client::send(at, "GET", "/api/boards/b", &[("authorization", &*bearer), ("if-none-match", &*tag)], "").await;
    assert_eq!(seen.status, 200);
    patch(at, "/api/boards/b", json!({ "review": { "everything": true } })).await;
    assert!(get(at, "/api/boards/b").await.json().get("review").is_none());
    for (rule, says) in [
        (json!({ "maxScore": 1, "minScore": 2 }), "above"),
        (json!({ "maxGain": { "score": 0, "seconds": 60 } }), "maxGain"),
        (json!({ "maxGain": { "score": 1, "seconds": 0 } }), "maxGain"),
        (json!({ "maxScore": 0.25 }), "digit"),
        (json!({ "outliers": "no" }), "outliers"),
        (json!([]), "object"),
        (json!({ "all": true }), "all"),
    ] {
        let answer = admin(at, "PATCH", "/api/boards/b", json!({ "review": rule }).to_string()).await;
        assert_problem(&answer, 422, "invalid", "review", says, &rule.to_string());
    }
    assert!(patch(at, "/api/boards/b", json!({ "review": null })).await.get("review").is_none());
    count(at, json!({ "playerId": "ada", "score": 1 })).await;
    server.stop().await;
}

#[tokio::test]
async fn servers_are_looked_at_unless_they_are_trusted() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at, json!({ "review": { "everything": true, "proof": "required" } })).await;
    let submit = json!({ "playerId": "ada", "score": 1, "proof": { "note": "a run" } }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", submit.clone()).await.status, 202);
    patch(at, "/api/boards/b", json!({ "review": { "everything": true, "proof": "required", "trustServers": true } })).await;
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", submit.clone()).await.status, 200);
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", json!({ "playerId": "ada", "score": 1 }).to_string()).await.status, 200);
    assert_eq!(post(at, "/api/boards/b/scores", submit).await.status, 202);
    server.stop().await;
}

#[tokio::test]
async fn pages_and_the_short_form_say_that_it_waits() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "review": { "everything": true } })).await;
    let answer = post(at, "/api/score", json!({ "playerId": "ada", "score": 1 }).to_string()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["success"], &answer.json()["held"]["why"]),
        (202, &json!(true), &json!(["everything"]))
    );
    let score = SubmitScore { board: BoardId::main(), player: "ada".to_owned(), score: "9".to_owned(), id: "1".to_owned() };
    let answer = call(at, &score).await;
    assert_eq!(answer.status, 200);
    let taken = postcard::from_bytes::<Result<Receipt, AppError>>(&answer.body).unwrap();
    assert!(matches!(taken, Err(AppError::Held { .. })), "{taken:?}");
    let answer = fill_in(at, "/b/main/scores", &[("player", "ada"), ("score", "7")]).await;
    let page = get(at, answer.header("location")).await.text();
    assert!(page.contains("It waits for review"), "{page}");
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0);
    assert!(get(at, "/b/main").await.text().contains("score-form"));
    patch(at, "/api/boards/main", json!({ "review": { "proof": "required" } })).await;
    assert!(!get(at, "/b/main").await.text().contains("score-form"), "what is typed has no proof");
    server.stop().await;
}
