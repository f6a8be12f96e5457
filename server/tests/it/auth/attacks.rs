//! Attacks, each as somebody would try it.

use super::{PASSWORD, as_whom, enlist, key, operator, sign_in};
use crate::{
    client::{admin, assert_problem, cookies, create_board, get, next, rows, send, submit},
    harness::{LeaderPort, Program},
    live::close_code,
};
use futures::SinkExt;
use serde_json::json;
use server::live::Limits;
use std::time::Duration;
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A page of another site sends its visitor's cookie along, by a form or by a script.
#[tokio::test]
async fn a_page_of_another_site_does_nothing_in_an_operators_name() {
    let server = LeaderPort::start_with(|config| config.allow_origin = vec!["https://game.example".to_owned()]).await;
    let at = server.address;
    let cookie = operator(at, "ada", "owner").await;
    create_board(at, json!({ "id": "laps" })).await;
    let own = format!("http://{at}");
    for (about, headers) in [
        ("another site", vec![("sec-fetch-site", "cross-site")]),
        ("another subdomain", vec![("sec-fetch-site", "same-site")]),
        ("an old browser", vec![("origin", "https://evil.example")]),
        ("a sandboxed frame", vec![("origin", "null")]),
        (
            "an origin that may use the API, but not with cookies",
            vec![("origin", "https://game.example"), ("sec-fetch-site", "cross-site")],
        ),
    ] {
        for (method, path, body) in [
            ("DELETE", "/api/boards/laps", ""),
            ("POST", "/api/keys", r#"{"label":"a","scopes":["manage"]}"#),
            ("POST", "/api/score", r#"{"playerId":"eve","score":9}"#),
        ] {
            let mut all = vec![("content-type", "application/json"), ("cookie", &*cookie)];
            all.extend(&headers);
            assert_problem(&send(at, method, path, &all, body).await, 403, "cross-site", "", "", about);
        }
        // Nor does it sign its visitor in as somebody of its choice.
        let mut all = vec![("content-type", "application/json")];
        all.extend(&headers);
        let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
        assert_problem(&send(at, "POST", "/api/session", &all, body).await, 403, "cross-site", "", "", about);
    }
    // What a form can send is no JSON.
    let form = [("content-type", "text/plain"), ("cookie", &*cookie)];
    assert_eq!(send(at, "POST", "/api/keys", &form, r#"{"label":"a","scopes":["manage"]}"#).await.status, 415);
    assert_eq!(admin(at, "GET", "/api/keys", "").await.json()["keys"], json!([]));
    assert_eq!((rows(at).await.len(), get(at, "/api/boards/laps").await.status.as_u16()), (0, 200));
    let good = [("content-type", "application/json"), ("cookie", &*cookie), ("origin", &*own), ("sec-fetch-site", "same-origin")];
    assert_eq!(send(at, "DELETE", "/api/boards/laps", &good, "").await.status, 204);
    server.stop().await;
}

/// Nothing changes by an address that somebody is made to open.
#[tokio::test]
async fn nothing_changes_on_get() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let cookie = operator(at, "ada", "owner").await;
    submit(at, "bob", 5).await;
    let document = get(at, "/api/openapi.json").await.json();
    let before = admin(at, "GET", "/api/audit", "").await.json();
    for (template, item) in document["paths"].as_object().unwrap() {
        if item.get("get").is_none() || template.ends_with("/events") || template == "/ws" {
            continue;
        }
        let path = template.replace("{board}", "main").replace("{player}", "bob").replace("{operator}", "ada").replace(['{', '}'], "");
        as_whom(at, &cookie, "GET", &path, "").await;
    }
    assert_eq!(admin(at, "GET", "/api/audit", "").await.json(), before);
    assert_eq!(rows(at).await, [(1, "bob".to_owned(), 5)]);
    server.stop().await;
}

/// A session that somebody was given before they signed in is not theirs afterwards.
#[tokio::test]
async fn a_session_can_not_be_fixed_beforehand() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    let planted = format!("operator={}", "0".repeat(48));
    let body = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let answer = as_whom(at, &planted, "POST", "/api/session", &body).await;
    assert_eq!(answer.status, 200);
    assert_ne!(cookies(&answer), planted);
    assert_eq!(as_whom(at, &planted, "GET", "/api/session", "").await.json()["kind"], "anonymous");
    // Nor is one to be guessed from the id that lists show.
    let id = as_whom(at, &cookies(&answer), "GET", "/api/session", "").await.json()["session"].as_str().unwrap().to_owned();
    for guess in [id.clone(), format!("{id:0<64}"), format!("{id:0<48}"), String::new(), "*".to_owned()] {
        assert_eq!(as_whom(at, &format!("operator={guess}"), "GET", "/api/session", "").await.json()["kind"], "anonymous");
    }
    server.stop().await;
}

/// Ten thousand passwords, from wherever they say they come.
#[tokio::test]
async fn ten_thousand_tries_to_sign_in_are_twenty() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    let mut refused = 0;
    for n in 0..10_000 {
        let address = format!("203.0.113.{}", n % 250);
        let headers = [("content-type", "application/json"), ("x-forwarded-for", &*address)];
        let body = json!({ "name": "ada", "password": format!("violet harbour tin {n}") }).to_string();
        let answer = send(at, "POST", "/api/session", &headers, body).await;
        if answer.status == 429 {
            refused += 1;
            let seconds: u64 = answer.header("retry-after").parse().unwrap();
            assert!((1..=900).contains(&seconds) && answer.json()["type"] == "urn:leaderport:problem:too-many-tries");
        } else {
            assert_eq!(answer.status, 401);
        }
    }
    assert_eq!(refused, 10_000 - 20, "twenty were looked at");
    assert_eq!(sign_in(at, "ada", PASSWORD).await.status, 429, "the right one is not tried either");
    server.stop().await;
}

/// What is not asked for is not taken.
#[tokio::test]
async fn nobody_makes_themself_more_by_a_member_too_many() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let manager = operator(at, "max", "manager").await;
    for (method, path, body) in [
        ("PATCH", "/api/operators/max", r#"{"role":"owner"}"#),
        (
            "PATCH",
            "/api/operators/max",
            r#"{"password":"copper lantern oat museum","currentPassword":"violet harbour tin sonata","role":"owner"}"#,
        ),
        ("POST", "/api/operators", r#"{"name":"eve","role":"owner","password":"copper lantern oat museum"}"#),
    ] {
        assert_problem(&as_whom(at, &manager, method, path, body).await, 403, "forbidden", "", "", body);
    }
    assert_eq!(sign_in(at, "max", PASSWORD).await.status, 200, "nothing of it was done");
    for body in [r#"{"name":"max","password":"x","role":"owner"}"#, r#"{"name":"max","password":["x"]}"#, r#"[{"name":"max"}]"#] {
        assert_eq!(as_whom(at, "", "POST", "/api/session", body).await.status, 422, "{body}");
    }
    // A key can't grow: it makes no keys, whatever it may else.
    let bearer = key(at, json!({ "label": "a", "scopes": ["read", "submit", "manage"] })).await;
    let answer = as_whom(at, &bearer, "POST", "/api/keys", r#"{"label":"b","scopes":["manage"]}"#).await;
    assert_problem(&answer, 403, "forbidden", "", "", "a key that makes a key");
    server.stop().await;
}

/// The plain feed is for any page, but what an operator alone sees is not.
#[tokio::test]
async fn a_page_of_another_site_watches_nothing_in_an_operators_name() {
    let server = LeaderPort::start_with(|config| config.allow_origin = vec!["http://game.localhost".to_owned()]).await;
    let at = server.address;
    let cookie = operator(at, "ada", "owner").await;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    let own = format!("http://{at}");
    for (origin, board, opens) in [
        (own.as_str(), "secret", true),
        ("http://evil.localhost", "secret", false),
        ("http://game.localhost", "secret", false),
        ("null", "secret", false),
        ("http://evil.localhost", "main", true),
    ] {
        let mut request = format!("ws://{at}/ws?board={board}").into_client_request().unwrap();
        for (name, value) in [("cookie", &*cookie), ("origin", origin)] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        assert_eq!(connect_async(request).await.is_ok(), opens, "{origin} {board}");
    }
    // Nor over the protocol, where its origin may speak it.
    let watch_secret = json!({ "watch": { "view": 1, "board": "secret", "from": 1, "len": 50 } }).to_string();
    let key = key(at, json!({ "label": "wall", "scopes": ["read"] })).await;
    for (origin, proof, is_shown) in [
        (own.as_str(), ("cookie", &*cookie), true),
        ("http://game.localhost", ("cookie", &*cookie), false),
        ("http://game.localhost", ("authorization", &*key), true),
    ] {
        let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
        for (name, value) in [proof, ("origin", origin), ("sec-websocket-protocol", "leaderport.json.v1")] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let mut socket = connect_async(request).await.unwrap().0;
        socket.send(Message::Text(watch_secret.clone().into())).await.unwrap();
        let told = loop {
            let told = next(&mut socket).await;
            if told["snapshot"].is_object() || told["refused"].is_object() {
                break told;
            }
        };
        assert_eq!(told["snapshot"].is_object(), is_shown, "{origin} by {}: {told}", proof.0);
    }
    server.stop().await;
}

/// A socket watches for as long as whoever opened it may.
#[tokio::test]
async fn whoever_has_lost_their_rights_watches_no_more() {
    let server = LeaderPort::start_with(|config| config.live = Limits { beat: Duration::from_millis(50), ..Limits::default() }).await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    let watch = async |who: &str| {
        let mut request = format!("ws://{at}/ws?board=secret").into_client_request().unwrap();
        let header = if who.starts_with("Bearer") { "authorization" } else { "cookie" };
        request.headers_mut().insert(header, who.parse().unwrap());
        connect_async(request).await.unwrap().0
    };
    let (signed_out, demoted) = (operator(at, "ada", "viewer").await, operator(at, "bob", "manager").await);
    let (stays, taken) = (operator(at, "eve", "viewer").await, key(at, json!({ "label": "wall", "scopes": ["read"] })).await);
    let leaked = key(at, json!({ "label": "leaked", "scopes": ["read"] })).await;
    let mut sockets = [watch(&signed_out).await, watch(&demoted).await, watch(&taken).await, watch(&leaked).await];
    let mut still = watch(&stays).await;
    let id_of = |key: &str| key["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    let rotated = admin(at, "POST", &format!("/api/keys/{}/rotate", id_of(&leaked)), r#"{"overlapSeconds":0}"#).await.json();
    let mut renewed = watch(&format!("Bearer {}", rotated["secret"].as_str().unwrap())).await;
    assert_eq!(as_whom(at, &signed_out, "DELETE", "/api/session", "").await.status, 204);
    assert_eq!(admin(at, "PATCH", "/api/operators/bob", json!({ "role": "viewer" }).to_string()).await.status, 200);
    assert_eq!(admin(at, "DELETE", &format!("/api/keys/{}", id_of(&taken)), "").await.status, 204);
    for socket in &mut sockets {
        assert_eq!(close_code(socket).await, Some(3003));
    }
    // Whoever may still, does.
    for socket in [&mut still, &mut renewed] {
        assert_eq!(next(socket).await["total"], 0);
    }
    let score = json!({ "playerId": "joe", "score": 5 }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/secret/scores", score).await.status, 200);
    for socket in [&mut still, &mut renewed] {
        assert_eq!(next(socket).await["total"], 1);
    }
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_refused_is_in_the_security_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = Program::start_logging_all(&folder.path().join("data"), std::fs::File::create(&log).unwrap()).await;
    let at = server.address;
    let guess = "Bearer lp_0123456789ab_guessed";
    let refused = send(at, "GET", "/api/keys?secret=hidden", &[("authorization", guess), ("x-request-id", "look-for-this")], "").await;
    assert_eq!(refused.status, 401);
    assert_eq!(as_whom(at, "", "POST", "/api/session", r#"{"name":"ada","password":"guessed too"}"#).await.status, 401);
    let form = "_form=sign-in&_call=POST+%2Fapi%2Fsession&_then=%2Fadmin&name=ada&password=guessed+again";
    let page = send(at, "POST", "/admin/sign-in", &[crate::client::FORM, ("sec-fetch-site", "same-origin")], form).await;
    assert_eq!(page.status, 401);
    // Nobody fills a disk by being refused, or hides among others who are.
    for _ in 0..200 {
        send(at, "GET", "/api/keys", &[("authorization", guess)], "").await;
    }
    assert_eq!(send(at, "POST", "/b/main/scores", &[crate::client::FORM, ("sec-fetch-site", "cross-site")], "").await.status, 403);
    assert_eq!(server.end("-TERM").await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("leaderport::security")).collect();
    let told = |code: &str, route: &str| {
        lines.iter().any(|line| line.contains(&format!("\"code\":\"{code}\"")) && line.contains(route) && line.contains("127.0.0.1"))
    };
    assert!(told("unauthorized", "/api/keys") && told("unauthorized", "/api/session") && told("unauthorized", "/admin/{*page}"), "{log}");
    assert!(told("cross-site", "/b/{board}/scores"), "{log}");
    assert!(lines[0].contains("look-for-this"), "by the request's id: {}", lines[0]);
    assert!(lines.len() < 150, "{} lines", lines.len());
    assert!(["guessed", "hidden"].iter().all(|secret| !log.contains(secret)), "no secret, and no query");
}
