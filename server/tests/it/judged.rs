//! What guards the writes of judged submissions: what comes at the same time, together, or again is judged as if it had come one after the other.

use crate::{
    client::{admin, assert_problem, delete, get, patch, says_so},
    harness::{LeaderPort, NOON},
    review::{board, count, decided, hold, listed, pair, row, send, standings},
};
use serde_json::{Value, json};
use server::boards::clock::Clock;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::task::JoinSet;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// Two servers on one Valkey, by one clock, and what to turn it by, in seconds.
async fn two() -> (LeaderPort, LeaderPort, impl Fn(u64)) {
    let now = Arc::new(AtomicU64::new(NOON));
    let clock = || {
        let now = now.clone();
        Clock::new(move || now.load(Ordering::SeqCst))
    };
    let (first, second) = (clock(), clock());
    let (one, two) = LeaderPort::start_two_with(|config| config.clock = first, |config| config.clock = second).await;
    (one, two, move |seconds| {
        now.fetch_add(seconds * 1000, Ordering::SeqCst);
    })
}

fn gain(keep: &str) -> Value {
    json!({ "keep": keep, "review": { "maxGain": { "score": 100, "seconds": 60 } } })
}

fn ada(scores: &[i64]) -> Value {
    scores.iter().map(|score| json!({ "playerId": "ada", "score": score })).collect()
}

fn ada_with(id: &str, score: i64) -> Value {
    json!({ "playerId": "ada", "score": score, "id": id })
}

/// What became of those that were sent together: the score that the player stands at with it, or why it waits.
async fn outcomes(at: SocketAddr, submissions: Value) -> Vec<Value> {
    let answer = send(at, submissions).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = |outcome: &Value| outcome.pointer("/after/score").or_else(|| outcome.pointer("/held/why")).cloned();
    answer.json().as_array().unwrap().iter().map(|outcome| told(outcome).unwrap_or_else(|| outcome["problem"]["status"].clone())).collect()
}

/// How many of so many equal submissions of one player, sent one by one to two servers at the same time, count; all others wait for this reason.
async fn crowd(servers: [SocketAddr; 2], score: i64, many: usize) -> usize {
    let mut sent = JoinSet::new();
    for n in 0..many {
        let at = servers[n % 2];
        sent.spawn(async move { send(at, json!({ "playerId": "ada", "score": score })).await });
    }
    let mut counted = 0;
    while let Some(answer) = sent.join_next().await {
        let answer = answer.unwrap();
        match answer.status {
            status if status == 200 => counted += 1,
            _ => assert_eq!((answer.status.as_u16(), &answer.json()["held"]["why"]), (202, &json!(["gain"])), "{}", answer.text()),
        }
    }
    counted
}

#[tokio::test]
async fn of_an_id_that_stands_for_two_things_at_once_one_counts_or_waits() {
    let (one, two) = LeaderPort::start_two().await;
    let at = one.address;
    board(at, json!({ "keep": "sum", "review": { "maxScore": 100 } })).await;
    let (mut counted, mut held) = (0, 0);
    for n in 0..30 {
        let (high, low) = (ada_with(&format!("{n}"), 200), ada_with(&format!("{n}"), 50));
        let (high, low) = match n % 3 {
            // Sent to two servers at the same time, whichever comes first.
            0 | 1 => {
                let servers = if n % 3 == 0 { [at, two.address] } else { [two.address, at] };
                let (high, low) = tokio::join!(send(servers[0], high), send(servers[1], low));
                (high.json(), low.json())
            }
            _ => {
                let sent = if n % 2 == 0 { json!([high, low]) } else { json!([low, high]) };
                let mut both = send(at, sent).await.json().as_array().unwrap().clone();
                let last = both.remove(1);
                if n % 2 == 0 { (both.remove(0), last) } else { (last, both.remove(0)) }
            }
        };
        let (is_held, is_counted) = (high.get("held").is_some(), low.get("after").is_some());
        assert_ne!(is_held, is_counted, "{high} {low}");
        let refused = if is_held { &low } else { &high };
        assert!(says_so(refused.get("problem").unwrap_or(refused), 409, "conflict", "id", ""), "{high} {low}");
        (counted, held) = (counted + i64::from(is_counted), held + usize::from(is_held));
    }
    assert_eq!(listed(at, "limit=1000").await.len(), held);
    assert_eq!(standings(at).await.first().map_or(0, |row| row.2), 50 * counted);
    // What counts is as its receipt says, and what waits as its review: neither is both.
    for server in [at, two.address] {
        for n in 0..30 {
            let (high, low) = (send(server, ada_with(&format!("{n}"), 200)).await, send(server, ada_with(&format!("{n}"), 50)).await);
            assert!(matches!((high.status.as_u16(), low.status.as_u16()), (202, 409) | (409, 200)), "{} {}", high.text(), low.text());
        }
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn what_the_queue_knows_is_answered_in_its_place_whatever_the_rules_are_by_now() {
    let (one, two, later) = two().await;
    let at = one.address;
    board(at, json!({ "keep": "sum", "review": { "maxScore": 100, "proof": "optional" } })).await;
    let waits = hold(at, ada_with("waits", 200), &["high-score"]).await;
    let rejected = hold(at, ada_with("rejected", 201), &["high-score"]).await;
    let approved = hold(at, ada_with("approved", 202), &["high-score"]).await;
    decided(at, &rejected, "reject").await;
    decided(at, &approved, "approve").await;
    let proven = |note: &str| json!({ "playerId": "ada", "score": 8, "id": "proven", "proof": { "note": note } });
    count(at, proven("a run")).await;
    count(at, ada_with("plain", 30)).await;
    let all = json!([
        ada_with("waits", 200),
        ada_with("new", 1),
        ada_with("rejected", 201),
        ada_with("approved", 202),
        ada_with("waits", 7),
        proven("a run"),
        proven("another"),
        ada_with("plain", 30),
        ada_with("plain", 31),
        ada_with("approved", 5)
    ]);
    for (rule, new) in [
        (json!({ "maxScore": 100, "proof": "optional" }), json!(241)),
        // They would count, wait for more, or be refused by now.
        (json!({ "proof": "optional" }), json!(241)),
        (json!({ "proof": "optional", "maxGain": { "score": 1_000_000, "seconds": 60 } }), json!(241)),
        (json!({ "proof": "optional", "everything": true, "maxGain": { "score": 1, "seconds": 60 } }), json!(241)),
        (json!({ "proof": "required" }), json!(422)),
    ] {
        patch(at, "/api/boards/b", json!({ "review": rule })).await;
        let answers = outcomes(at, all.clone()).await;
        let plain = if new == 422 { [json!(422), json!(422)] } else { [json!(240), json!(409)] };
        let proven = [json!(210), json!(409)];
        let known = [json!(["high-score"]), new, json!(["high-score"]), json!(202), json!(409)];
        let expected: Vec<_> = known.into_iter().chain(proven).chain(plain).chain([json!(409)]).collect();
        assert_eq!(answers, expected, "{rule}");
        let again = send(at, ada_with("waits", 200)).await;
        assert_eq!((again.status.as_u16(), &again.json()["held"]["id"]), (202, &json!(waits)));
        assert_eq!(send(at, ada_with("rejected", 201)).await.json()["held"]["id"], rejected);
        assert_eq!(count(at, ada_with("approved", 202)).await["replayed"], true);
    }
    assert_eq!((standings(at).await, listed(at, "").await), (vec![row(1, "ada", 241)], vec![pair("ada", 200)]));

    // For a day. From then on an id that counted may be another's; one that waits, or was rejected, stays.
    later(3 * DAY / 1000);
    patch(at, "/api/boards/b", json!({ "review": { "maxScore": 100, "proof": "optional" } })).await;
    let all = json!([ada_with("approved", 5), ada_with("waits", 200), proven("another"), ada_with("rejected", 7), ada_with("plain", 31)]);
    assert_eq!(outcomes(at, all).await, [json!(246), json!(["high-score"]), json!(254), json!(409), json!(285)]);
    later(3 * DAY / 1000);
    let anew = hold(at, ada_with("approved", 202), &["high-score"]).await;
    assert_ne!(anew, approved);
    assert_eq!(hold(two.address, ada_with("approved", 202), &["high-score"]).await, anew);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn gains_of_what_is_sent_together_are_those_of_one_after_the_other() {
    let (one, two, later) = two().await;
    let at = one.address;
    let wait = json!(["gain"]);
    for (keep, first, then) in [
        ("best", [1000, 1101, 1100, 1090], [json!(1000), wait.clone(), json!(1100), json!(1100)]),
        ("last", [1000, 1101, 1100, 1090], [json!(1000), wait.clone(), json!(1100), json!(1090)]),
        ("sum", [60, 60, 40, 1], [json!(60), wait.clone(), json!(100), wait.clone()]),
    ] {
        board(at, gain(keep)).await;
        assert_eq!(outcomes(at, ada(&first)).await, then, "{keep}");
        // Nor is there a way around by way of another server, or by time that is not over.
        later(59);
        let next = if keep == "sum" { 1 } else { 1101 };
        hold(two.address, json!({ "playerId": "ada", "score": next }), &["gain"]).await;
        later(2);
        let (scores, rest) = match keep {
            "sum" => ([100, 1], [json!(200), wait.clone()]),
            "best" => ([1200, 1201], [json!(1200), wait.clone()]),
            _ => ([1190, 1191], [json!(1190), wait.clone()]),
        };
        assert_eq!(outcomes(two.address, ada(&scores)).await, rest, "{keep}");
        delete(at, "/api/boards/b").await;
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn whoever_sends_many_at_once_gains_no_more_than_by_one() {
    let (one, two, later) = two().await;
    let servers = [one.address, two.address];
    board(servers[0], gain("sum")).await;
    for round in 1..=3 {
        assert_eq!(crowd(servers, 60, 2).await, 1, "of two that are too much together one");
        assert_eq!(crowd(servers, 7, 30).await, 5);
        assert_eq!(standings(servers[1]).await, [row(1, "ada", round * 95)]);
        later(61);
    }
    // What everybody sees is frozen; what goes on behind is judged as ever.
    admin(servers[0], "POST", "/api/boards/b/freeze", "").await;
    let (a, b) = tokio::join!(
        admin(servers[0], "POST", "/api/boards/b/scores", ada(&[60, 30]).to_string()),
        admin(servers[1], "POST", "/api/boards/b/scores", ada(&[60, 30]).to_string())
    );
    let both: Vec<Value> = [a, b].iter().flat_map(|answer| answer.json().as_array().unwrap().clone()).collect();
    let counted: Vec<_> = both.iter().filter(|outcome| outcome.get("after").is_some()).collect();
    let held = both.iter().filter(|outcome| outcome["held"]["why"] == json!(["gain"])).count();
    assert_eq!((counted.len(), held), (2, 2), "{both:?}");
    delete(servers[0], "/api/boards/b/freeze").await;
    assert_eq!(standings(servers[0]).await, [row(1, "ada", 3 * 95 + 90)]);
    delete(servers[0], "/api/boards/b").await;

    // Of two who would begin at once one does, and the other is measured against that.
    board(servers[0], gain("best")).await;
    let mut held = 0;
    for n in 0..20 {
        let by = |score: i64| json!({ "playerId": format!("p{n}"), "score": score });
        let (low, high) = tokio::join!(send(servers[n % 2], by(1000)), send(servers[1 - n % 2], by(1200)));
        assert_eq!(low.status, 200, "{}", low.text());
        assert!(matches!(high.status.as_u16(), 200 | 202), "{}", high.text());
        let now = get(servers[0], &format!("/api/boards/b/entries/p{n}")).await.json()["score"].clone();
        let is_held = high.json()["held"]["why"] == json!(["gain"]);
        assert_eq!(now, if is_held { 1000 } else { 1200 });
        assert!(is_held || high.json()["before"].is_null(), "{}", high.text());
        held += usize::from(is_held);
    }
    assert_eq!(listed(servers[0], "why=gain&limit=1000").await.len(), held);
    for server in [one, two] {
        server.stop().await;
    }
}

#[tokio::test]
async fn what_waits_for_its_score_waits_for_its_gain_as_well() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let rule = |everything: bool| json!({ "maxScore": 50, "everything": everything, "maxGain": { "score": 100, "seconds": 60 } });
    board(at, json!({ "keep": "sum", "review": rule(false) })).await;
    // It is told all reasons, by what was sent before it.
    let both = json!(["high-score", "gain"]);
    assert_eq!(
        outcomes(at, ada(&[60, 40, 45, 60, 15, 55, 1])).await,
        [json!(["high-score"]), json!(40), json!(85), both.clone(), json!(100), both, json!(["gain"])]
    );
    assert_eq!(standings(at).await, [row(1, "ada", 100)]);
    let held = hold(at, ada_with("x", 60), &["high-score", "gain"]).await;
    count(at, json!({ "playerId": "bob", "score": 5, "id": "y" })).await;
    patch(at, "/api/boards/b", json!({ "review": rule(true) })).await;
    hold(at, json!({ "playerId": "bob", "score": 5 }), &["everything"]).await;
    hold(at, ada(&[99])[0].clone(), &["everything", "high-score", "gain"]).await;
    // Nothing of that is asked of what is known.
    assert_eq!(hold(at, ada_with("x", 60), &["high-score", "gain"]).await, held);
    assert_eq!(count(at, json!({ "playerId": "bob", "score": 5, "id": "y" })).await["replayed"], true);
    assert_problem(&send(at, json!({ "playerId": "bob", "score": 6, "id": "y" })).await, 409, "conflict", "id", "", "counted");
    patch(at, "/api/boards/b/entries/dan/moderation", json!({ "state": "banned", "reason": "test" })).await;
    assert_problem(&send(at, json!({ "playerId": "dan", "score": 1 })).await, 403, "barred", "", "", "banned");
    // Whoever is hidden gains as anybody does.
    patch(at, "/api/boards/b/entries/bob/moderation", json!({ "state": "hidden", "reason": "test" })).await;
    patch(at, "/api/boards/b", json!({ "review": rule(false) })).await;
    let bob = |score: i64| json!({ "playerId": "bob", "score": score });
    assert_eq!(outcomes(at, json!([bob(50), bob(45), bob(1)])).await, [json!(55), json!(100), json!(["gain"])]);
    server.stop().await;
}

#[tokio::test]
async fn where_the_first_score_stays_nothing_is_gained() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let rule = json!({ "maxScore": 5000, "maxGain": { "score": 100, "seconds": 60 } });
    board(at, json!({ "keep": "first", "review": rule })).await;
    assert_eq!(outcomes(at, ada(&[1000, 5000, 5001])).await, [json!(1000), json!(1000), json!(["high-score"])]);
    server.stop().await;
}
