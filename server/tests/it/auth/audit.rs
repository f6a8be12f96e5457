//! Who did what.

use super::{PASSWORD, admin_key, as_whom, key, operator, sign_in};
use crate::{
    client::{admin, assert_problem, create_board, fill, get, post, send},
    harness::{ADMIN_KEY, LeaderPort, NOON, eventually},
};
use serde_json::{Value, json};
use server::auth::audit::Kept;
use std::{cell::RefCell, net::SocketAddr, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpStream};

async fn acts(at: SocketAddr, query: &str) -> Vec<Value> {
    let answer = admin(at, "GET", &format!("/api/audit?limit=1000&{query}"), "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["acts"].as_array().unwrap().clone()
}

fn texts(acts: &[Value], member: &str) -> Vec<String> {
    acts.iter().map(|act| act[member].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn every_change_is_recorded_with_what_it_was() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Laps" })).await;
    fill(at, "laps", [("ada".to_owned(), 5), ("bob".to_owned(), 7)]).await;
    let ada = operator(at, "ada", "manager").await;
    let bearer = key(at, json!({ "label": "bot", "scopes": ["manage"] })).await;
    let id = bearer["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    let reason = [("content-type", "application/json"), ("cookie", &*ada), ("x-reason", "too good to be true — says Bob")];
    let edited = send(at, "PATCH", "/api/boards/laps/entries/bob", &reason, r#"{"add":-1}"#).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    assert_eq!(as_whom(at, &bearer, "PATCH", "/api/boards/laps", r#"{"title":"Rounds"}"#).await.status, 200);
    assert_eq!(as_whom(at, &ada, "DELETE", "/api/boards/laps/entries/bob", "").await.status, 200);
    // What fails is one as well; but not what is refused, what changes nothing, and submissions, which the board's own log has.
    assert_eq!(as_whom(at, &ada, "PATCH", "/api/boards/laps/entries/eve", r#"{"metadata":{}}"#).await.status, 404);
    assert_eq!(as_whom(at, &ada, "POST", "/api/boards/laps/rollback", r#"{"to":1,"dryRun":true}"#).await.status, 200);
    assert_eq!(as_whom(at, "", "DELETE", "/api/boards/laps", "").await.status, 401);
    assert_eq!(post(at, "/api/score", r#"{"playerId":"ada","score":1}"#).await.status, 200);

    let all = acts(at, "path=/boards/laps").await;
    assert_eq!(
        texts(&all, "act"),
        [
            "PATCH /api/boards/{board}/entries/{player}",
            "DELETE /api/boards/{board}/entries/{player}",
            "PATCH /api/boards/{board}",
            "PATCH /api/boards/{board}/entries/{player}"
        ]
    );
    assert_eq!(texts(&all, "who"), ["operator ada", "operator ada", &format!("key {id}"), "operator ada"]);
    let [failed, removed, renamed, changed] = &all[..] else { panic!("four: {all:?}") };
    assert_eq!((&failed["status"], &failed["after"]), (&json!(404), &Value::Null));
    assert_eq!((&renamed["before"]["title"], &renamed["after"]["title"]), (&json!("Laps"), &json!("Rounds")));
    let window = &changed["after"]["windows"][0];
    assert_eq!((&window["before"]["score"], &window["after"]["score"]), (&json!(7), &json!(6)), "{changed}");
    assert_eq!(
        (&changed["why"], &changed["from"], &changed["at"]),
        (&json!("too good to be true — says Bob"), &json!("127.0.0.1"), &json!(NOON))
    );
    assert_eq!(changed["requestId"], edited.header("x-request-id"));
    // What happened to entries is in the board's log, by its version.
    let log = admin(at, "GET", "/api/boards/laps/log", "").await.json();
    assert_eq!((&removed["after"]["version"], &log["records"][0]["kind"]), (&log["records"][0]["version"], &json!("remove")));
    server.stop().await;
}

/// A submission by whoever may submit for anybody is in the board's log, with who that was.
#[tokio::test]
async fn whoever_gives_a_friend_a_record_is_named_in_the_log() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "submitters": "players", "review": { "maxScore": 100 } })).await;
    let manager = operator(at, "max", "manager").await;
    let bearer = key(at, json!({ "label": "game", "scopes": ["submit"] })).await;
    let id = bearer["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    let path = "/api/boards/laps/scores";
    for (who, score) in [(&*manager, 1), (&admin_key(), 2), (&bearer, 3), ("", 4)] {
        let answer = as_whom(at, who, "POST", path, &json!({ "playerId": "friend", "score": score }).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    // One that waits at first is theirs as well.
    let held = as_whom(at, &manager, "POST", path, r#"[{"playerId":"friend","score":500}]"#).await.json();
    let decision = json!({ "ids": [held[0]["held"]["id"]], "decision": "approve" }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/laps/review", decision).await.json()[0]["decided"], true);
    let log = admin(at, "GET", "/api/boards/laps/log?order=oldest", "").await.json();
    let by: Vec<_> = log["records"].as_array().unwrap().iter().map(|record| (record["by"].clone(), record["key"].clone())).collect();
    let none = Value::Null;
    let wanted = [
        (json!("operator max"), none.clone()),
        (json!("admin key"), none.clone()),
        (none.clone(), json!(id)),
        (none.clone(), none.clone()),
        (json!("operator max"), none),
    ];
    assert_eq!(by, wanted, "{log}");
    // What they have sent is found by it.
    let purge = json!({ "key": "operator max", "since": 0 }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/laps/purge", purge).await.json()["takenOut"], 2);
    server.stop().await;
}

#[tokio::test]
async fn it_is_filtered_paged_and_exported() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for n in 0..25 {
        create_board(at, json!({ "id": format!("b{n}") })).await;
    }
    let owner = operator(at, "ada", "owner").await;
    assert_eq!(sign_in(at, "eve", PASSWORD).await.status, 401);
    assert_eq!(texts(&acts(at, "act=/api/session").await, "who"), ["anybody", "operator ada"], "tries to sign in, too");
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = as_whom(at, &owner, "GET", &format!("/api/audit?who=admin%20key&act=POST&limit=7{cursor}"), "").await.json();
        seen.extend(texts(page["acts"].as_array().unwrap(), "act"));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 26, "the boards and the operator: {seen:?}");
    assert_eq!(acts(at, &format!("since={}", NOON + 1)).await.len() + acts(at, &format!("until={NOON}")).await.len(), 0);
    let export = as_whom(at, &owner, "GET", "/api/audit/export?path=/api/boards", "").await;
    assert_eq!(export.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = export.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["after"]["id"]), (25, &json!("b24")));
    for (query, field) in
        [("cursor=5", "cursor"), ("cursor=a-b", "cursor"), ("since=now", "since"), ("limit=0", "limit"), ("whom=ada", "request")]
    {
        assert_problem(&admin(at, "GET", &format!("/api/audit?{query}"), "").await, 422, "invalid", field, "", query);
    }
    // Nothing removes a record.
    for method in ["DELETE", "PUT", "PATCH", "POST"] {
        assert_eq!(as_whom(at, &admin_key(), method, "/api/audit", "{}").await.status, 405);
    }
    let long = "x".repeat(501);
    let headers = [("content-type", "application/json"), ("authorization", &*format!("Bearer {ADMIN_KEY}")), ("x-reason", &long)];
    assert_problem(&send(at, "DELETE", "/api/boards/b1", &headers, "").await, 422, "invalid", "reason", "500", "a long reason");
    assert_eq!(admin(at, "GET", "/api/boards/b1", "").await.status, 200, "nothing is done then");
    server.stop().await;
}

/// Tries are recorded as long as they are looked at, and leave the record of what was done alone.
#[tokio::test]
async fn nobody_drives_out_a_change_by_trying() {
    let server = LeaderPort::start_with(|config| {
        config.trusted_proxy = vec!["127.0.0.1/32".parse().unwrap()];
        config.kept = Kept { acts: 100, tries: 100, ..Kept::default() };
    })
    .await;
    let at = server.address;
    create_board(at, json!({ "id": "laps" })).await;
    let refused = async || {
        let metrics = get(at, "/metrics").await.text();
        let line = metrics.lines().find(|line| line.starts_with("leaderport_refusals_total{code=\"too-many-tries\"}")).map(str::to_owned);
        line.map_or(0, |line| line.split(' ').nth(1).unwrap().parse::<u64>().unwrap())
    };
    let before = refused().await;
    let mut tries = 0;
    for n in 0..25 {
        let address = format!("198.51.100.{n}");
        let headers = [("content-type", "application/json"), ("x-forwarded-for", &*address)];
        for _ in 0..21 {
            let answer = send(at, "POST", "/api/setup", &headers, r#"{"token":"guessed","name":"eve","password":"guessed too"}"#).await;
            tries += usize::from(answer.status == 401);
        }
    }
    assert_eq!(tries, 25 * 20);
    let all = acts(at, "").await;
    assert_eq!(texts(&all, "act").last().map(String::as_str), Some("POST /api/boards"), "the oldest of all is there still");
    // Valkey drops what is oldest by the hundred.
    assert!((100..=300).contains(&(all.len() - 1)), "{} tries are kept", all.len() - 1);
    assert!(all.iter().all(|act| act["status"] != 429), "what is too much is not looked at, nor recorded");
    assert!(refused().await >= before + 25, "but counted");
    // Both are one list, page by page, from either end.
    create_board(at, json!({ "id": "rounds" })).await;
    for order in ["newest", "oldest"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = admin(at, "GET", &format!("/api/audit?order={order}&limit=40{cursor}"), "").await.json();
            seen.extend(texts(page["acts"].as_array().unwrap(), "requestId"));
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut whole = texts(&acts(at, &format!("order={order}")).await, "requestId");
        assert_eq!((seen.len(), &seen), (all.len() + 1, &whole), "{order}");
        whole.sort();
        whole.dedup();
        assert_eq!(whole.len(), seen.len(), "each once");
    }
    server.stop().await;
}

/// Of what somebody with a right does over and over the first are recorded, and how many more there were; what they do otherwise is recorded still.
#[tokio::test]
async fn nobody_drives_out_a_change_by_a_key() {
    let kept = Kept { acts: 100, alike: 20, alike_in_vain: 5, stretch: Duration::from_secs(3_600), ..Kept::default() };
    let often = Kept { stretch: Duration::from_millis(200), ..kept };
    let (one, two) = LeaderPort::start_two_with(|config| config.kept = kept, |config| config.kept = often).await;
    let (at, other) = (one.address, two.address);
    create_board(at, json!({ "id": "laps" })).await;
    let bearer = key(at, json!({ "label": "leaked", "scopes": ["manage"] })).await;
    let call = async |at: SocketAddr, method: &str, path: &str, body: Value| {
        as_whom(at, &bearer, method, path, &body.to_string()).await.status.as_u16()
    };
    let (board, note) = ("/api/boards/laps", "/api/players/ada/note");
    assert_eq!(call(at, "PUT", note, json!({ "note": "a cheat" })).await, 200);
    for n in 0..150 {
        assert_eq!(call(at, "PATCH", board, json!({ "title": format!("Laps {n}") })).await, 200);
        assert_eq!(call(at, "PUT", note, json!({ "note": "a cheat" })).await, 200);
        assert_eq!(call(at, "PATCH", "/api/boards/laps/entries/nobody", json!({ "metadata": {} })).await, 404);
    }
    assert_eq!(call(at, "DELETE", board, Value::Null).await, 204);
    let counted = |acts: &[Value], act: &str| {
        let those: Vec<_> = acts.iter().filter(|found| found["act"].as_str().unwrap().starts_with(act)).collect();
        let left_out: Vec<_> = those.iter().filter_map(|act| act["leftOut"].as_u64()).collect();
        (those.len() - left_out.len(), left_out)
    };
    let told = [("PATCH /api/boards/{board}/", 5, 145), ("PATCH /api/boards/{board}", 25, 275), ("PUT", 6, 145), ("DELETE", 1, 0)];
    let all = acts(other, "").await;
    assert_eq!(texts(&all, "act").last().map(String::as_str), Some("POST /api/boards"), "the oldest of all is there still");
    for (act, recorded, _) in told {
        assert_eq!(counted(&all, act), (recorded, vec![]), "{act}");
    }
    // What is left out is told when its time is over, or the server goes.
    one.stop().await;
    let all = acts(other, "").await;
    for (act, recorded, left_out) in told {
        let (is, told) = counted(&all, act);
        assert_eq!((is, told.iter().sum::<u64>()), (recorded, left_out), "{act}: {all:?}");
    }
    let summary = all.iter().find(|act| act["leftOut"] == 130).unwrap();
    assert_eq!((&summary["path"], &summary["status"], &summary["after"]), (&json!(board), &json!(200), &Value::Null));
    for n in 0..50 {
        assert_eq!(call(other, "PUT", "/api/players/bob/note", json!({ "note": format!("{n}") })).await, 200);
    }
    eventually("all of it is told", async || {
        let (recorded, left_out) = counted(&acts(other, "path=/api/players/bob/").await, "PUT");
        recorded as u64 + left_out.iter().sum::<u64>() == 50
    })
    .await;
    two.stop().await;
}

/// What is secret is told to be another, and not what it is; and where a webhook leads to.
#[tokio::test]
async fn what_changes_unseen_is_told_all_the_same() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let of = async |act: &str| {
        let all = acts(at, &format!("act={act}")).await;
        (all[0]["before"].clone(), all[0]["after"].clone(), all[0].to_string())
    };
    let hook = json!({ "url": "https://hooks.example/first-token", "events": ["leader"], "enabled": false });
    let made = admin(at, "POST", "/api/boards/main/webhooks", hook.to_string()).await.json();
    let path = format!("/api/boards/main/webhooks/{}", made["id"].as_str().unwrap());
    let edited = admin(at, "PATCH", &path, json!({ "url": "https://evil.example:8443/second-token" }).to_string()).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    let (before, after, act) = of("PATCH").await;
    assert_eq!((&before["host"], &after["host"]), (&json!("hooks.example"), &json!("evil.example:8443")), "{act}");
    assert!(before["urlHash"] != after["urlHash"] && after["secretRotated"].is_null() && !act.contains("token"), "{act}");
    admin(at, "PATCH", &path, json!({ "url": "https://evil.example:8443/third-token" }).to_string()).await;
    let (before, after, act) = of("PATCH").await;
    assert!(before["host"] == after["host"] && before["urlHash"] != after["urlHash"] && !act.contains("token"), "{act}");
    let rotated = admin(at, "PATCH", &path, json!({ "rotateSecret": true }).to_string()).await.json();
    let (before, after, act) = of("PATCH").await;
    assert_eq!((&before["secretRotated"], &after["secretRotated"]), (&Value::Null, &json!(true)), "{act}");
    assert!(!act.contains(rotated["secret"].as_str().unwrap()), "{act}");

    operator(at, "ada", "viewer").await;
    let other = "copper lantern oat museum";
    for (change, changed) in [(json!({ "password": other }), json!(true)), (json!({ "role": "moderator" }), Value::Null)] {
        assert_eq!(admin(at, "PATCH", "/api/operators/ada", change.to_string()).await.status, 200);
        let (before, after, act) = of("PATCH").await;
        assert_eq!((&before["passwordChanged"], &after["passwordChanged"]), (&Value::Null, &changed), "{act}");
        assert!(!act.contains(other) && !act.contains("argon2"), "{act}");
    }

    for (note, before, after) in [
        ("Cheats.", json!({ "length": 0 }), json!({ "length": 7, "textChanged": true })),
        ("Helps.", json!({ "length": 7 }), json!({ "length": 6, "textChanged": true })),
        ("Sleeps", json!({ "length": 6 }), json!({ "length": 6, "textChanged": true })),
        ("Sleeps", json!({ "length": 6 }), json!({ "length": 6 })),
        ("", json!({ "length": 6 }), json!({ "length": 0, "textChanged": true })),
    ] {
        assert_eq!(admin(at, "PUT", "/api/players/ada/note", json!({ "note": note }).to_string()).await.status, 200);
        let told = of("PUT").await;
        assert_eq!((&told.0, &told.1), (&before, &after), "{note}");
        assert!(note.is_empty() || !told.2.contains(note), "{}", told.2);
    }
    server.stop().await;
}

/// Who cuts the connection off has done what they have done.
#[tokio::test]
async fn what_was_done_is_recorded_also_where_nobody_waits_for_the_answer() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps" })).await;
    let cut_off = async |head: &str, body: &str, length: usize| {
        let mut socket = TcpStream::connect(at).await.unwrap();
        let head = format!("POST {head}\r\nHost: x\r\nAuthorization: Bearer {ADMIN_KEY}\r\nContent-Length: {length}\r\n\r\n");
        socket.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    };
    let recorded = async |path: &str, times: usize| {
        let all = RefCell::new(Vec::new());
        eventually("it is recorded", async || {
            all.replace(acts(at, &format!("act=POST&path={path}")).await);
            all.borrow().len() == times
        })
        .await;
        all.into_inner()
    };
    let lines: String = (0..5_000).map(|n| format!("{{\"playerId\":\"p{n}\",\"score\":{n}}}\n")).collect();
    cut_off("/api/boards/laps/import HTTP/1.1\r\nContent-Type: application/x-ndjson", &lines, lines.len() + 1_000).await;
    let import = recorded("/api/boards/laps/import", 1).await;
    assert_eq!((&import[0]["status"], &import[0]["who"]), (&json!(400), &json!("admin key")), "{import:?}");
    let counted = import[0]["after"]["counted"].as_u64().unwrap();
    let total = admin(at, "GET", "/api/boards/laps/entries", "").await.json()["total"].as_u64().unwrap();
    assert!(counted > 4_000 && counted == total, "{counted} of {total}");
    // A password takes a while to be hashed; whoever makes an operator is gone by then.
    let ask = json!({ "name": "eve", "role": "viewer", "password": PASSWORD }).to_string();
    cut_off("/api/operators HTTP/1.1\r\nContent-Type: application/json", &ask, ask.len()).await;
    let made = recorded("/api/operators", 1).await;
    assert_eq!((&made[0]["status"], &made[0]["after"]["name"]), (&json!(201), &json!("eve")), "{made:?}");
    // What has not arrived whole is not done, be it well-formed.
    let ask = json!({ "name": "bob", "role": "viewer", "password": PASSWORD }).to_string();
    cut_off("/api/operators HTTP/1.1\r\nContent-Type: application/json", &ask, ask.len() + 1).await;
    assert_eq!(recorded("/api/operators", 2).await[0]["status"], 400);
    assert_eq!(admin(at, "GET", "/api/operators/bob", "").await.status, 404);
    server.stop().await;
}
