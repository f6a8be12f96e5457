//! Webhooks, told to a real receiver: what, when again, by whom, and where to not.

mod receiver;

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, patch, send},
    harness::{ADMIN_KEY, LeaderPort, NOON, Program, Valkey, eventually},
};
use futures::future::join_all;
use receiver::{Receiver, status};
use serde_json::{Value, json};
use server::{boards::clock::Clock, config::Config, webhooks::schedule::Schedule};
use standardwebhooks::Webhook;
use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Deliveries may go to this machine, and what does not arrive is soon sent again.
fn eager(config: &mut Config) {
    config.webhook_allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    config.webhooks = Schedule { pauses: vec![Duration::from_millis(20); 3], ..Schedule::default() };
}

async fn start() -> LeaderPort {
    LeaderPort::start_with(eager).await
}

/// Creates a webhook on a board, with these members besides its address; its address in the API, and what it is.
async fn hook(at: SocketAddr, board: &str, url: &str, more: Value) -> (String, Value) {
    let mut setup = json!({ "url": url, "events": ["leader"] });
    setup.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = admin(at, "POST", &format!("/api/boards/{board}/webhooks"), setup.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    (answer.header("location").to_owned(), answer.json())
}

async fn submit(at: SocketAddr, board: &str, scores: &[(&str, i64)]) {
    let all: Vec<_> = scores.iter().map(|(player, score)| json!({ "playerId": player, "score": score })).collect();
    let answer = admin(at, "POST", &format!("/api/boards/{board}/scores"), json!(all).to_string()).await;
    assert_eq!(answer.text().matches("\"accepted\":true").count(), scores.len(), "{}", answer.text());
}

/// Changes an entry so many times, each a version of its own.
async fn change(at: SocketAddr, board: &str, times: usize) {
    for _ in 0..times {
        patch(at, &format!("/api/boards/{board}/entries/ada"), json!({ "add": 1 })).await;
    }
}

async fn deliveries(at: SocketAddr, hook: &str) -> Vec<Value> {
    let answer = admin(at, "GET", &format!("{hook}/deliveries?limit=1000"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["deliveries"].as_array().unwrap().clone()
}

/// Waits until the newest delivery has this state.
async fn newest(at: SocketAddr, hook: &str, state: &str) -> Value {
    let is_so = async || deliveries(at, hook).await.first().is_some_and(|newest| newest["state"] == state);
    eventually(&format!("a delivery is {state}"), is_so).await;
    deliveries(at, hook).await.remove(0)
}

async fn post(at: SocketAddr, path: &str) -> Answer {
    admin(at, "POST", path, "").await
}

#[tokio::test]
async fn what_happens_is_told_and_signed() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b", "title": "Laps", "decimals": 1 })).await;
    submit(at, "b", &[("ada", 5)]).await;
    let (address, made) = hook(at, "b", &receiver.url(), json!({ "events": ["leader", "record"] })).await;
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"), "{made}");
    submit(at, "b", &[("bob", 9)]).await;

    let told = receiver.wait_for(2).await;
    let key = Webhook::new(&secret).unwrap();
    for delivery in &told {
        key.verify(&delivery.body, &delivery.headers).unwrap();
        assert_eq!((&*delivery.path, delivery.header("content-type")), ("/hook", "application/json"));
        assert!(key.verify(&[&delivery.body[..], b" "].concat(), &delivery.headers).is_err(), "the body is signed");
    }
    let leader = told[0].json();
    assert_eq!(
        (&leader["type"], &leader["data"]),
        (
            &json!("leader"),
            &json!({
                "board": "b", "title": "Laps", "version": 2,
                "before": { "rank": 1, "playerId": "ada", "name": "ada", "score": 5.0 },
                "after": { "rank": 1, "playerId": "bob", "name": "bob", "score": 9.0 },
            })
        )
    );
    assert_eq!(told[1].told(), ("record".to_owned(), 2));
    assert_ne!(told[0].header("webhook-id"), told[1].header("webhook-id"));

    // The secret is shown this once; a new one is good at once, and the old one for a while.
    let rotated = patch(at, &address, json!({ "rotateSecret": true })).await["secret"].as_str().unwrap().to_owned();
    assert_ne!(rotated, secret);
    assert_eq!(post(at, &format!("{address}/test")).await.status, 202);
    let tested = receiver.wait_for(3).await.remove(2);
    assert_eq!(tested.told(), ("test".to_owned(), 2));
    for key in [&secret, &rotated] {
        Webhook::new(key).unwrap().verify(&tested.body, &tested.headers).unwrap();
    }
    newest(at, &address, "delivered").await;
    for path in [address.clone(), "/api/boards/b/webhooks".to_owned(), format!("{address}/deliveries")] {
        let shown = admin(at, "GET", &path, "").await.text();
        assert!(!shown.contains("whsec_") && !shown.contains(&secret[6..]), "{shown}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_change_is_told_once_however_much_it_was() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("ada", 100), ("bob", 90), ("eve", 80)]).await;
    hook(at, "b", &receiver.url(), json!({ "events": ["leader", "record", "overtaken"], "places": 2 })).await;
    let names: Vec<String> = (0..50).map(|number| format!("new{number}")).collect();
    let scores: Vec<_> = names.iter().zip(101..).map(|(name, score)| (&**name, score)).collect();
    submit(at, "b", &scores).await;
    submit(at, "b", &[("eve", 500)]).await;
    eventually("eve leads", async || receiver.received().iter().any(|one| one.json()["data"]["after"]["playerId"] == "eve")).await;
    // What was found in one look is sent in this order.
    eventually("all is told", async || receiver.received().iter().any(|one| one.json()["type"] == "overtaken")).await;
    let told: Vec<Value> = receiver.received().iter().map(receiver::Received::json).collect();
    let leaders: Vec<_> = told.iter().filter(|one| one["type"] == "leader").map(|one| one["data"]["after"]["playerId"].clone()).collect();
    assert!(leaders == ["new49", "eve"] || leaders == ["eve"], "{leaders:?}");
    let passed = told.iter().find(|one| one["type"] == "overtaken").unwrap();
    let who: Vec<_> = passed["data"]["players"].as_array().unwrap().iter().map(|one| one["before"]["playerId"].clone()).collect();
    assert_eq!(who, ["ada", "bob"], "{passed}");
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_passed_within_the_first_places_is_told() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("ada", 100), ("bob", 90), ("eve", 80)]).await;
    hook(at, "b", &receiver.url(), json!({ "events": ["overtaken"], "places": 2 })).await;
    submit(at, "b", &[("joe", 85)]).await;
    submit(at, "b", &[("joe", 95)]).await;
    let told = receiver.wait_for(1).await.remove(0).json();
    let players = told["data"]["players"].as_array().unwrap();
    assert_eq!((&told["type"], players.len()), (&json!("overtaken"), 1), "{told}");
    let said = |of: &str| (players[0][of]["playerId"].as_str().unwrap(), players[0][of]["rank"].as_u64().unwrap());
    assert_eq!((said("before"), said("after"), said("by")), (("bob", 2), ("bob", 3), ("joe", 2)), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn what_does_not_arrive_is_sent_again() {
    let receiver = Receiver::answering(|number| status(if number < 2 { 500 } else { 200 })).await;
    let server = start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let (address, made) = hook(at, "b", &receiver.url(), json!({})).await;
    submit(at, "b", &[("ada", 1)]).await;
    let told = receiver.wait_for(3).await;
    let key = Webhook::new(made["secret"].as_str().unwrap()).unwrap();
    for again in &told {
        assert_eq!((again.header("webhook-id"), &again.body), (told[0].header("webhook-id"), &told[0].body));
        key.verify(&again.body, &again.headers).unwrap();
    }
    let delivered = newest(at, &address, "delivered").await;
    let statuses: Vec<_> = delivered["attempts"].as_array().unwrap().iter().map(|attempt| attempt["status"].clone()).collect();
    assert_eq!(json!(statuses), json!([500, 500, 200]), "{delivered}");
    assert_eq!((&delivered["id"], &delivered["type"]), (&json!(told[0].header("webhook-id")), &json!("leader")));
    assert_eq!(admin(at, "GET", &address, "").await.json().get("failingSince"), None, "something has arrived");
    server.stop().await;
}

#[tokio::test]
async fn what_has_failed_is_sent_again_when_somebody_says_so() {
    let receiver = Receiver::answering(|_| {
        axum::response::Response::builder().status(503).header("retry-after", "0.01").body("é".repeat(100_000).into()).unwrap()
    })
    .await;
    let server = start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let (address, _) = hook(at, "b", &receiver.url(), json!({})).await;
    submit(at, "b", &[("ada", 1)]).await;
    let failed = newest(at, &address, "failed").await;
    assert_eq!((failed["attempts"].as_array().unwrap().len(), failed.get("nextAttemptAt")), (4, None), "{failed}");
    let said = failed["attempts"][0]["said"].as_str().unwrap();
    assert!((500..520).contains(&said.len()), "an answer is cut: {}", said.len());
    assert!(admin(at, "GET", &address, "").await.json()["failingSince"].is_number());

    receiver.answer(|_| status(200));
    let id = failed["id"].as_str().unwrap();
    assert_eq!(post(at, &format!("{address}/deliveries/{id}/replay")).await.status, 202);
    let delivered = newest(at, &address, "delivered").await;
    assert_eq!((&delivered["id"], delivered["attempts"].as_array().unwrap().len()), (&failed["id"], 5));
    let told = receiver.received();
    assert_eq!(told[0].header("webhook-id"), told[4].header("webhook-id"));
    for (path, says) in [("/deliveries/msg_0/replay", "no such delivery"), ("/deliveries/../replay", "")] {
        let answer = post(at, &format!("{address}{path}")).await;
        assert!(answer.status == 404 && answer.text().contains(says), "{}", answer.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn who_is_gone_is_told_no_more_until_asked_back() {
    let receiver = Receiver::answering(|_| status(410)).await;
    let server = start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let (address, _) = hook(at, "b", &receiver.url(), json!({})).await;
    submit(at, "b", &[("ada", 1)]).await;
    newest(at, &address, "failed").await;
    let shown = admin(at, "GET", &address, "").await.json();
    assert_eq!((&shown["enabled"], &shown["disabledBecause"]), (&json!(false), &json!("The receiver has answered 410 Gone.")), "{shown}");
    let key = format!("Bearer {ADMIN_KEY}");
    let shown = send(at, "GET", &address, &[("authorization", &*key), ("accept-language", "de")], "").await.json();
    assert_eq!(shown["disabledBecause"], "Der Empfänger hat mit 410 Gone geantwortet.");

    submit(at, "b", &[("bob", 2)]).await;
    submit(at, "b", &[("eve", 3)]).await;
    receiver.answer(|_| status(200));
    let back = patch(at, &address, json!({ "enabled": true })).await;
    assert_eq!((&back["enabled"], back.get("disabledBecause")), (&json!(true), None));
    let told = receiver.wait_for(2).await.remove(1).json();
    assert_eq!((&told["data"]["before"]["playerId"], &told["data"]["after"]["playerId"]), (&json!("ada"), &json!("eve")), "{told}");
    newest(at, &address, "delivered").await;
    server.stop().await;
}

#[tokio::test]
async fn who_does_not_answer_for_long_is_told_no_more() {
    let server = LeaderPort::start_with(|config| {
        eager(config);
        config.webhooks.patience = Duration::ZERO;
    })
    .await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let (address, _) = {
        let receiver = Receiver::start().await;
        hook(at, "b", &receiver.url(), json!({})).await
    };
    submit(at, "b", &[("ada", 1)]).await;
    let is_off = async || admin(at, "GET", &address, "").await.json()["disabledBecause"] == "Nothing has arrived for three days.";
    eventually("it is switched off", is_off).await;
    let attempts = deliveries(at, &address).await[0]["attempts"].as_array().unwrap().clone();
    assert!(attempts.iter().all(|attempt| attempt["status"].is_null() && !attempt["said"].as_str().unwrap().is_empty()), "{attempts:?}");
    assert!(!json!(attempts).to_string().contains("/hook"), "an address may be a secret: {attempts:?}");
    server.stop().await;
}

#[tokio::test]
async fn changes_come_in_the_order_in_which_they_were_made() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("ada", 1)]).await;
    hook(at, "b", &receiver.url(), json!({ "events": ["moderation"] })).await;
    change(at, "b", 40).await;
    patch(at, "/api/boards/b", json!({ "title": "Board" })).await;
    submit(at, "b", &[("ada", 1_000)]).await;
    assert_eq!(delete(at, "/api/boards/b/entries?all=true").await.status, 200);
    let told = receiver.wait_for(42).await;
    let versions: Vec<u64> = told.iter().map(|one| one.told().1).collect();
    assert_eq!(versions, (2..=42).chain([44]).collect::<Vec<_>>());
    let kinds: Vec<_> = told.iter().map(|one| one.json()["data"]["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!((&*kinds[0], &*kinds[40], &*kinds[41]), ("change", "edit", "reset"));
    assert_eq!(told[0].json()["data"]["playerId"], "ada");
    server.stop().await;
}

#[tokio::test]
async fn a_period_that_is_over_is_told_with_its_winners() {
    let now = Arc::new(AtomicU64::new(NOON));
    let clock = now.clone();
    let server = LeaderPort::start_with(move |config| {
        eager(config);
        config.clock = Clock::new(move || clock.load(Ordering::SeqCst));
    })
    .await;
    let (at, receiver) = (server.address, Receiver::start().await);
    create_board(at, json!({ "id": "b", "windows": ["daily"] })).await;
    hook(at, "b", &receiver.url(), json!({ "events": ["period"] })).await;
    submit(at, "b", &[("ada", 5), ("bob", 9), ("eve", 7), ("joe", 1)]).await;
    now.fetch_add(24 * 60 * 60 * 1000, Ordering::SeqCst);
    let told = receiver.wait_for(1).await.remove(0).json();
    let data = &told["data"];
    assert_eq!(
        (&told["type"], &data["window"], &data["period"], &data["total"]),
        (&json!("period"), &json!("daily"), &json!("2026-11-21"), &json!(4)),
        "{told}"
    );
    let first: Vec<_> = data["first"].as_array().unwrap().iter().map(|row| row["playerId"].as_str().unwrap()).collect();
    assert_eq!(first, ["bob", "eve", "ada"]);
    server.stop().await;
}

#[tokio::test]
async fn what_waits_to_be_looked_at_is_told_once_and_in_order() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b", "submitters": "players", "review": { "minScore": 0, "maxScore": 100 } })).await;
    let hold = async |player: &str, score: i64| {
        let body = json!({ "playerId": player, "score": score }).to_string();
        let answer = crate::client::post(at, "/api/boards/b/scores", body).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["held"]["id"].as_str().unwrap().to_owned()
    };
    hold("before", 500).await;
    let (address, _) = hook(at, "b", &receiver.url(), json!({ "events": ["review"] })).await;
    let ids = [hold("ada", 300).await, hold("bob", 200).await, hold("eve", 400).await];
    // What counts is no news of this kind.
    submit(at, "b", &[("joe", 50)]).await;
    let told = async || {
        let all = receiver.received();
        let each = all.iter().flat_map(|delivery| delivery.json()["data"]["submissions"].as_array().unwrap().clone());
        each.collect::<Vec<_>>()
    };
    eventually("three are told", async || told().await.len() >= 3).await;
    let (first, told_ids) = (told().await[0].clone(), told().await.iter().map(|one| one["id"].clone()).collect::<Vec<_>>());
    assert_eq!(told_ids, ids.clone().map(Value::from), "each once, in order, and not what waited before");
    assert_eq!(first, json!({ "id": ids[0], "playerId": "ada", "score": 300, "why": ["high-score"] }));
    // Looked at, it is told no more; what comes then is.
    let decide = json!({ "ids": ids, "decision": "approve" }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/b/review", decide).await.status, 200);
    let last = hold("zed", 900).await;
    eventually("the next is told", async || told().await.len() >= 4).await;
    assert_eq!(told().await.last().unwrap()["id"], json!(last));
    assert_eq!(newest(at, &address, "delivered").await["type"], "review");
    // However many come in the same moment, by whichever way, each is told once.
    let crowd = join_all((0..90).map(async |n| hold(&format!("p{n}"), 200 + n).await)).await;
    eventually("all are told", async || told().await.len() >= 4 + crowd.len()).await;
    let known = |ids: Vec<String>| ids.into_iter().collect::<HashSet<_>>();
    let later: Vec<_> = told().await[4..].iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((later.len(), known(later)), (crowd.len(), known(crowd)));
    server.stop().await;
}

#[tokio::test]
async fn two_servers_tell_once() {
    let valkey = Valkey::start();
    let one = LeaderPort::start_by(&valkey.url(), "two:", eager).await;
    let two = LeaderPort::start_by(&valkey.url(), "two:", eager).await;
    let (at, receiver) = (one.address, Receiver::start().await);
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("ada", 1)]).await;
    let mut addresses = Vec::new();
    for _ in 0..4 {
        addresses.push(hook(at, "b", &receiver.url(), json!({ "events": ["moderation", "record"] })).await.0);
    }
    change(at, "b", 15).await;
    change(two.address, "b", 15).await;
    let all_are_in = async || {
        let mut waiting = 0;
        for address in &addresses {
            let all = deliveries(at, address).await;
            let acts = all.iter().filter(|one| one["type"] == "moderation").count();
            waiting += all.iter().filter(|one| one["state"] != "delivered").count() + (30 - acts);
        }
        waiting == 0
    };
    eventually("all is delivered", all_are_in).await;
    let told = receiver.received();
    let ids: HashSet<_> = told.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(ids.len(), told.len(), "each is sent once");
    let acts = told.iter().filter(|one| one.json()["type"] == "moderation").count();
    assert_eq!(acts, 4 * 30, "and is about something else");
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn nothing_is_lost_when_a_server_goes() {
    let valkey = Valkey::start();
    let receiver = Receiver::answering(|_| status(500)).await;
    // It has many attempts, and long pauses before them.
    let patient = |config: &mut Config| {
        eager(config);
        config.webhooks.pauses = vec![Duration::from_millis(100); 1_000];
    };
    let first = LeaderPort::start_by(&valkey.url(), "r:", patient).await;
    let at = first.address;
    create_board(at, json!({ "id": "b" })).await;
    submit(at, "b", &[("ada", 1)]).await;
    let (address, _) = hook(at, "b", &receiver.url(), json!({ "events": ["moderation", "leader"] })).await;
    change(at, "b", 10).await;
    receiver.wait_for(3).await;
    change(at, "b", 10).await;
    submit(at, "b", &[("bob", 500)]).await;
    first.stop().await;

    let before = receiver.received().len();
    let second = LeaderPort::start_by(&valkey.url(), "r:", patient).await;
    receiver.answer(|_| status(200));
    let at = second.address;
    let is_in = async || {
        let all = deliveries(at, &address).await;
        all.len() == 21 && all.iter().all(|one| one["state"] == "delivered")
    };
    eventually("all has arrived", is_in).await;
    let arrived = receiver.received().split_off(before);
    let versions: HashSet<_> = arrived.iter().map(receiver::Received::told).collect();
    assert!((2..=21).all(|version| versions.contains(&("moderation".to_owned(), version))), "{versions:?}");
    assert!(versions.iter().any(|(event, _)| event == "leader"), "{versions:?}");
    second.stop().await;
}

#[tokio::test]
async fn nothing_private_is_reached() {
    let (receiver, open) = (Receiver::start().await, start().await);
    // A server that may reach none of this machine, and one that may by another network alone.
    let (none, other) = (
        LeaderPort::start().await,
        LeaderPort::start_with(|config| {
            eager(config);
            config.webhook_allow_private = vec!["10.0.0.0/8".parse().unwrap()];
        })
        .await,
    );
    let refused = async |at, url: &str, says: &str| {
        let setup = json!({ "url": url, "events": ["leader"] }).to_string();
        let answer = admin(at, "POST", "/api/boards/main/webhooks", setup).await;
        assert_problem(&answer, 422, "invalid", "url", says, url);
    };
    for url in [
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://224.0.0.1/",
    ] {
        refused(none.address, url, "not public").await;
    }
    refused(none.address, &receiver.url(), "https://").await;
    refused(other.address, &receiver.url(), "not public").await;
    refused(open.address, "https://ada:secret@hooks.example/", "password").await;
    refused(open.address, "javascript:alert(1)", "https://").await;

    // A name is as good as what it leads to when it is connected to.
    let port = receiver.address.port();
    for (server, url) in [(&none, format!("https://localhost:{port}/")), (&other, format!("http://localhost:{port}/"))] {
        let (address, _) = hook(server.address, "main", &url, json!({})).await;
        post(server.address, &format!("{address}/test")).await;
        let is_refused = async || deliveries(server.address, &address).await[0]["attempts"][0]["said"].is_string();
        eventually("it was tried", is_refused).await;
        let tried = deliveries(server.address, &address).await.remove(0);
        assert!(tried["attempts"][0]["said"].as_str().unwrap().contains("no address that deliveries may go to"), "{tried}");
    }
    // Nor does a receiver lead anywhere else.
    let elsewhere = receiver.url();
    let leading = Receiver::answering(move |_| {
        axum::response::Response::builder().status(307).header("location", &*elsewhere).body("".into()).unwrap()
    })
    .await;
    let (address, _) = hook(open.address, "main", &leading.url(), json!({})).await;
    post(open.address, &format!("{address}/test")).await;
    let failed = newest(open.address, &address, "failed").await;
    assert_eq!(failed["attempts"][0]["status"], 307, "{failed}");
    assert_eq!(receiver.received().len(), 0);
    for server in [open, none, other] {
        server.stop().await;
    }
}

#[tokio::test]
async fn chats_get_messages_that_call_nobody() {
    let (server, discord, slack) = (start().await, Receiver::start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b", "title": "Laps" })).await;
    hook(at, "b", &discord.url(), json!({ "format": "discord" })).await;
    hook(at, "b", &slack.url(), json!({ "format": "slack" })).await;
    submit(at, "b", &[("<!channel>", 1_200)]).await;
    let (to_discord, to_slack) = (discord.wait_for(1).await.remove(0).json(), slack.wait_for(1).await.remove(0).json());
    assert_eq!(to_discord, json!({ "content": r"Laps: \<\!channel\> (1,200) takes the lead.", "allowed_mentions": { "parse": [] } }));
    assert_eq!(to_slack["text"], "Laps: &lt;!channel&gt; (1,200) takes the lead.");
    let block = json!({ "type": "plain_text", "text": "Laps: <!channel> (1,200) takes the lead.", "emoji": false });
    assert_eq!(to_slack["blocks"], json!([{ "type": "section", "text": block }]));
    server.stop().await;
}

#[tokio::test]
async fn webhooks_are_checked_and_bounded_and_go_with_their_board() {
    let (server, receiver) = (start().await, Receiver::start().await);
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    for (body, field, says) in [
        (json!({ "url": "https://hooks.example/" }), "events", "at least one"),
        (json!({ "url": "https://hooks.example/", "events": [] }), "events", "at least one"),
        (json!({ "url": "https://hooks.example/", "events": ["leader", "record", "leader"] }), "events", "each once"),
        (json!({ "url": "https://hooks.example/", "events": ["birthday"] }), "events", "leader"),
        (json!({ "events": ["leader"] }), "url", "url is like"),
        (json!({ "url": "https://hooks.example/", "events": ["leader"], "places": 101 }), "places", "1 to 100"),
        (json!({ "url": "https://hooks.example/", "events": ["leader"], "secret": "mine" }), "request", "secret"),
        (json!({ "url": "https://hooks.example/", "events": ["leader"], "rotateSecret": true }), "request", "rotateSecret"),
    ] {
        let answer = admin(at, "POST", "/api/boards/b/webhooks", body.to_string()).await;
        assert_problem(&answer, 422, "invalid", field, says, &body.to_string());
    }
    let body = json!({ "url": "https://hooks.example/", "events": ["leader"] }).to_string();
    assert_problem(&admin(at, "POST", "/api/boards/none/webhooks", body.clone()).await, 404, "not-found", "", "board", "no board");
    assert_eq!(crate::client::post(at, "/api/boards/b/webhooks", body.clone()).await.status, 401);
    let (address, _) = hook(at, "b", &receiver.url(), json!({})).await;
    for _ in 1..20 {
        hook(at, "b", &receiver.url(), json!({ "enabled": false })).await;
    }
    let answer = admin(at, "POST", "/api/boards/b/webhooks", body).await;
    assert_problem(&answer, 422, "invalid", "request", "at most 20", "one too many");
    assert_eq!(admin(at, "GET", "/api/boards/b/webhooks", "").await.json()["webhooks"].as_array().unwrap().len(), 20);

    // Another board of that name has none of them.
    assert_eq!(delete(at, "/api/boards/b").await.status, 204);
    assert_eq!(admin(at, "GET", &address, "").await.status, 404);
    create_board(at, json!({ "id": "b" })).await;
    assert_eq!(admin(at, "GET", "/api/boards/b/webhooks", "").await.json()["webhooks"], json!([]));
    let (address, _) = hook(at, "b", &receiver.url(), json!({})).await;
    submit(at, "b", &[("ada", 1)]).await;
    receiver.wait_for(1).await;
    assert_eq!(delete(at, &address).await.status, 204);
    assert_problem(&delete(at, &address).await, 404, "not-found", "", "no such webhook", "deleted");
    server.stop().await;
}

#[tokio::test]
async fn a_secret_is_in_no_log() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("log");
    let program = Program::start_logging_all(folder.path(), std::fs::File::create(&log).unwrap()).await;
    let at = program.address;
    let (address, made) = hook(at, "main", "https://hooks.example/secret-path", json!({ "enabled": false })).await;
    let rotated = patch(at, &address, json!({ "rotateSecret": true })).await;
    post(at, &format!("{address}/test")).await;
    assert_eq!(program.end("-TERM").await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("webhook created"), "{log}");
    for made in [made, rotated] {
        assert!(!log.contains(&made["secret"].as_str().unwrap()[6..]), "{log}");
    }
    assert!(!log.contains("whsec_") && !log.contains("secret-path"), "{log}");
}
