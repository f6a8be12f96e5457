//! Players' own accounts: opened in a step, come back to by a code, closed; and what is theirs is nobody else's.

use super::{admin_key, as_whom, key, operator};
use crate::{
    client::{Answer, admin, assert_problem, cookies, create_board, get, next, patch, post, rows, send},
    harness::{LeaderPort, NOON, eventually},
    html::page_for,
};
use futures::SinkExt;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// A player who has an account and has signed in.
pub struct Player {
    /// Their id.
    pub id: String,
    /// The cookie that says so.
    pub cookie: String,
    /// How they come back.
    pub code: String,
}

impl Player {
    fn of(answer: &Answer) -> Self {
        let told = answer.json();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Self { id: text("playerId"), cookie: cookies(answer), code: text("recoveryCode") }
    }

    async fn asks(&self, at: SocketAddr, method: &str, path: &str, body: Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        as_whom(at, &self.cookie, method, path, &body).await
    }

    async fn kind(&self, at: SocketAddr) -> Value {
        get_as(at, &self.cookie, "/api/session").await["kind"].clone()
    }
}

async fn get_as(at: SocketAddr, cookie: &str, path: &str) -> Value {
    as_whom(at, cookie, "GET", path, "").await.json()
}

/// Opens an account.
pub async fn begin(at: SocketAddr, ask: Value) -> Player {
    let answer = post(at, "/api/me", ask.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    Player::of(&answer)
}

async fn recover(at: SocketAddr, code: &str) -> Answer {
    post(at, "/api/me/session", json!({ "recoveryCode": code }).to_string()).await
}

#[tokio::test]
async fn a_guest_begins_in_one_step() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let answer = post(at, "/api/me", r#"{"name":" Ada  Lovelace ","country":"GB","avatar":"https://game.example/a.png"}"#).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let ada = Player::of(&answer);
    assert!(ada.id.strip_prefix("p-").is_some_and(|id| id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{}", ada.id);
    let secret = ada.code.strip_prefix(&format!("{}-", ada.id)).unwrap();
    assert!(secret.len() == 29 && secret.split('-').all(|group| group.len() == 5), "{}", ada.code);
    let account = json!({ "playerId": ada.id, "name": "Ada Lovelace", "country": "GB", "avatar": "https://game.example/a.png", "nameLocked": false, "createdAt": NOON, "passkeys": [] });
    assert_eq!(get_as(at, &ada.cookie, "/api/me").await, account);
    let whoever = get_as(at, &ada.cookie, "/api/session").await;
    assert_eq!((&whoever["kind"], &whoever["playerId"]), (&json!("player"), &json!(ada.id)));
    // They submit without saying who they are.
    let sent = ada.asks(at, "POST", "/api/score", json!({ "score": 7 })).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    // Rows show who is new a moment later.
    let name = async || get(at, "/api/leaderboard").await.json()["entries"][0]["name"].clone();
    eventually("the row has the name", async || name().await == "Ada Lovelace").await;
    // Nothing of the secrets is told again, or stored as it is.
    for path in ["/api/me", "/api/session", "/api/me/sessions", "/api/me/export"] {
        let told = as_whom(at, &ada.cookie, "GET", path, "").await.text();
        assert!(!told.contains(secret) && !told.contains(ada.cookie.split('=').nth(1).unwrap()), "{path}: {told}");
    }
    server.stop().await;
}

#[tokio::test]
async fn an_id_of_ones_own_choice_is_one_that_nobody_has() {
    let server = LeaderPort::start().await;
    let at = server.address;
    post(at, "/api/score", r#"{"playerId":"bob","score":1}"#).await;
    admin(at, "PUT", "/api/players/eve", r#"{"name":"Eve"}"#).await;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    admin(at, "POST", "/api/boards/secret/scores", r#"{"playerId":"joe","score":1}"#).await;
    assert_eq!(begin(at, json!({ "name": "Zoe", "playerId": "zoe" })).await.id, "zoe");
    for taken in ["bob", "eve", "joe", "zoe"] {
        let answer = post(at, "/api/me", json!({ "name": "Me", "playerId": taken }).to_string()).await;
        assert_problem(&answer, 422, "invalid", "playerId", "already", taken);
    }
    for (ask, field) in [
        (json!({}), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "a\u{202e}" }), "name"),
        (json!({ "name": "Ada", "country": "gb" }), "country"),
        (json!({ "name": "Ada", "avatar": "http://x" }), "avatar"),
        (json!({ "name": "Ada", "playerId": "x".repeat(40) }), "playerId"),
        (json!({ "name": "Ada", "playerId": " a" }), "playerId"),
        (json!({ "name": "Ada", "playerId": "e\u{301}" }), "playerId"),
    ] {
        assert_problem(&post(at, "/api/me", ask.to_string()).await, 422, "invalid", field, "", &ask.to_string());
    }
    server.stop().await;
}

#[tokio::test]
async fn names_that_look_the_same_are_refused_where_they_must_not() {
    let server = LeaderPort::start_with(|config| config.unique_names = true).await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    assert_problem(&post(at, "/api/me", r#"{"name":"ADA","playerId":"two"}"#).await, 409, "name-taken", "name", "", "the same name");
    // Nothing is left of that account.
    let bob = begin(at, json!({ "name": "Bob", "playerId": "two" })).await;
    assert_problem(&bob.asks(at, "PATCH", "/api/me", json!({ "name": "ada" })).await, 409, "name-taken", "name", "", "another's name");
    assert_eq!(ada.asks(at, "PATCH", "/api/me", json!({ "name": "ada" })).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn what_a_player_owns_is_nobody_elses() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (ada, bob) = (begin(at, json!({ "name": "Ada", "playerId": "ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    let viewer = operator(at, "vi", "viewer").await;
    let read = key(at, json!({ "label": "r", "scopes": ["read"] })).await;
    let score = r#"{"playerId":"ada","score":9}"#;
    for who in ["", &bob.cookie, &viewer, &read] {
        for path in ["/api/score", "/api/boards/main/scores"] {
            assert_problem(&as_whom(at, who, "POST", path, score).await, 403, "owned", "", "has an account", who);
        }
    }
    assert!(rows(at).await.is_empty());
    // In a list each goes by itself.
    let many = r#"[{"playerId":"ada","score":1},{"playerId":"guest","score":2},{"score":3},{"playerId":"x","score":"y"}]"#;
    let outcomes = as_whom(at, &bob.cookie, "POST", "/api/boards/main/scores", many).await.json();
    let accepted: Vec<_> = outcomes.as_array().unwrap().iter().map(|outcome| outcome["accepted"].as_bool().unwrap()).collect();
    assert_eq!(accepted, [false, true, true, false], "{outcomes}");
    assert_eq!(outcomes[0]["problem"]["type"], "urn:leaderport:problem:owned");
    // The player, and game servers, submit for them; for who has no account everybody does, as ever.
    let servers = key(at, json!({ "label": "s", "scopes": ["submit"] })).await;
    for (who, body) in [(&*ada.cookie, score), (&servers, r#"{"playerId":"ada","score":10}"#), ("", r#"{"playerId":"guest","score":11}"#)] {
        assert_eq!(as_whom(at, who, "POST", "/api/score", body).await.status, 200, "{who}");
    }
    assert_eq!(rows(at).await, [(1, "guest".to_owned(), 11), (2, "ada".to_owned(), 10), (3, bob.id.clone(), 3)]);
    server.stop().await;
}

#[tokio::test]
async fn boards_for_accounts_take_each_for_themself() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "arena", "submitters": "accounts" })).await;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let path = "/api/boards/arena/scores";
    assert_problem(&post(at, path, r#"{"playerId":"guest","score":1}"#).await, 401, "unauthorized", "", "signed in", "nobody");
    assert_problem(&post(at, path, r#"{"score":1}"#).await, 401, "unauthorized", "", "", "nobody for nobody");
    let other = ada.asks(at, "POST", path, json!({ "playerId": "guest", "score": 1 })).await;
    assert_problem(&other, 403, "forbidden", "", "themselves alone", "for a guest");
    for body in [json!({ "score": 1 }), json!({ "playerId": ada.id, "score": 2 })] {
        assert_eq!(ada.asks(at, "POST", path, body).await.status, 200);
    }
    let late = ada.asks(at, "POST", path, json!({ "score": 5, "at": NOON })).await;
    assert_problem(&late, 422, "invalid", "at", "", "when it was reached is not a player's to say");
    let servers = key(at, json!({ "label": "s", "scopes": ["submit"] })).await;
    assert_eq!(as_whom(at, &servers, "POST", path, r#"{"playerId":"guest","score":3}"#).await.status, 200);
    // Elsewhere an account gives no right.
    patch(at, "/api/boards/arena", json!({ "submitters": "servers" })).await;
    assert_problem(&ada.asks(at, "POST", path, json!({ "score": 9 })).await, 403, "forbidden", "", "", "servers only");
    patch(at, "/api/boards/arena", json!({ "submitters": "accounts", "visibility": "private" })).await;
    assert_eq!(ada.asks(at, "POST", path, json!({ "score": 9 })).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn a_code_brings_back_and_is_used_once() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let typed = ada.code.to_lowercase();
    let answer = recover(at, &format!(" {typed} ")).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["name"]), (200, &json!("Ada")), "{}", answer.text());
    let back = Player::of(&answer);
    assert_eq!(back.id, ada.id);
    assert_ne!((&back.code, &back.cookie), (&ada.code, &ada.cookie));
    for player in [&ada, &back] {
        assert_eq!(player.kind(at).await, "player", "both devices are signed in");
    }
    assert_problem(&recover(at, &ada.code).await, 401, "unauthorized", "", "used already", "the code that was used");
    let renewed = back.asks(at, "POST", "/api/me/code", json!({})).await.json()["recoveryCode"].as_str().unwrap().to_owned();
    assert_problem(&recover(at, &back.code).await, 401, "unauthorized", "", "", "the code that was replaced");
    assert_eq!(recover(at, &renewed).await.status, 200);
    let sessions = get_as(at, &ada.cookie, "/api/me/sessions").await;
    let this: Vec<_> = sessions["sessions"].as_array().unwrap().iter().map(|session| session["isThis"].as_bool().unwrap()).collect();
    assert_eq!((this.len(), this.iter().filter(|this| **this).count()), (3, 1), "{sessions}");
    server.stop().await;
}

#[tokio::test]
async fn signing_out_is_here_or_everywhere() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let second = Player::of(&recover(at, &ada.code).await);
    let third = Player::of(&recover(at, &second.code).await);
    let answer = second.asks(at, "DELETE", "/api/me/session", Value::Null).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("set-cookie"), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    assert_eq!((ada.kind(at).await, second.kind(at).await), (json!("player"), json!("anonymous")));
    assert_eq!(ada.asks(at, "DELETE", "/api/me/session?everywhere=maybe", Value::Null).await.status, 422);
    assert_eq!(ada.asks(at, "DELETE", "/api/me/session?everywhere=true", Value::Null).await.status, 204);
    assert_eq!((ada.kind(at).await, third.kind(at).await), (json!("anonymous"), json!("anonymous")));
    // Whoever is not signed in is so afterwards, too. The code still brings back.
    assert_eq!(ada.asks(at, "DELETE", "/api/me/session", Value::Null).await.status, 204);
    assert_eq!(recover(at, &third.code).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_session_slides_and_ends() {
    const DAY: u64 = 24 * 60 * 60 * 1000;
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let session = &get_as(at, &ada.cookie, "/api/me/sessions").await["sessions"][0];
    assert_eq!((&session["createdAt"], &session["endsAt"]), (&json!(NOON), &json!(NOON + 180 * DAY)));
    now.store(NOON + 179 * DAY, Ordering::SeqCst);
    assert_eq!(ada.kind(at).await, "player");
    now.store(NOON + 180 * DAY, Ordering::SeqCst);
    assert_eq!(ada.kind(at).await, "anonymous");
    server.stop().await;
}

/// Where the connection is secure is said by a proxy that is trusted.
#[tokio::test]
async fn cookies_are_as_safe_as_the_connection_lets_them() {
    let server = LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let at = server.address;
    let set = async |protocol: &str| {
        let headers = [("content-type", "application/json"), ("x-forwarded-proto", protocol)];
        send(at, "POST", "/api/me", &headers, r#"{"name":"Ada"}"#).await.header("set-cookie").to_owned()
    };
    for (protocol, name, end) in [("http", "session=", ""), ("https", "__Host-session=", "; Secure")] {
        let cookie = set(protocol).await;
        let (token, attributes) = cookie.strip_prefix(name).unwrap_or_else(|| panic!("{cookie}")).split_once(';').unwrap();
        assert!(token.len() == 48 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{cookie}");
        assert_eq!(attributes, format!(" Path=/; Max-Age=15552000; HttpOnly; SameSite=Lax{end}"));
    }
    let guarded = set("https").await.split(';').next().unwrap().to_owned();
    // What only we can have set counts before what anybody on a neighbouring site can.
    let both = format!("session={}; {guarded}", "0".repeat(48));
    assert_eq!(get_as(at, &both, "/api/session").await["kind"], "player");
    server.stop().await;
}

#[tokio::test]
async fn a_players_session_can_not_be_fixed_or_guessed() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let planted = format!("session={}", "0".repeat(48));
    let answer = as_whom(at, &planted, "POST", "/api/me", r#"{"name":"Ada"}"#).await;
    let ada = Player::of(&answer);
    assert_ne!(ada.cookie, planted);
    assert_eq!(get_as(at, &planted, "/api/session").await["kind"], "anonymous");
    let id = get_as(at, &ada.cookie, "/api/session").await["session"].as_str().unwrap().to_owned();
    for guess in [id.clone(), format!("{id:0<64}"), format!("{id:0<48}"), String::new(), "*".to_owned(), ada.id.clone()] {
        assert_eq!(get_as(at, &format!("session={guess}"), "/api/session").await["kind"], "anonymous", "{guess}");
    }
    // A player's token is no operator's, nor the other way around.
    let token = ada.cookie.split('=').nth(1).unwrap();
    assert_eq!(get_as(at, &format!("operator={token}"), "/api/session").await["kind"], "anonymous");
    let owner = operator(at, "olga", "owner").await;
    let token = owner.split('=').nth(1).unwrap();
    assert_eq!(get_as(at, &format!("session={token}"), "/api/session").await["kind"], "anonymous");
    server.stop().await;
}

#[tokio::test]
async fn codes_are_tried_twenty_times() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let nobodys = format!("p-{}-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", "0".repeat(24));
    let wrong = format!("{}-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA", ada.id);
    let said = async |code: &str| {
        let mut said = recover(at, code).await.json();
        said.as_object_mut().unwrap().remove("requestId");
        said
    };
    let first = said(&wrong).await;
    assert_eq!(first["status"], 401);
    for guess in [&*nobodys, &wrong, "", "x", &"A".repeat(5_000)] {
        assert_eq!(said(guess).await, first, "who does not exist is refused by the same words");
    }
    for n in 6..20 {
        assert_eq!(said(&wrong).await["status"], 401, "{n}");
    }
    let answer = recover(at, &ada.code).await;
    assert_problem(&answer, 429, "too-many-tries", "", "", "the right one is not tried either");
    assert!((1..=900).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    // Whoever is signed in stays so.
    assert_eq!(ada.kind(at).await, "player");
    server.stop().await;
}

#[tokio::test]
async fn one_address_opens_a_hundred_accounts() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for n in 0..100 {
        begin(at, json!({ "name": format!("guest {n}") })).await;
    }
    assert_problem(&post(at, "/api/me", r#"{"name":"one more"}"#).await, 429, "too-many-tries", "", "", "one more");
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_site_does_nothing_in_a_players_name() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let recovery = json!({ "recoveryCode": ada.code }).to_string();
    for foreign in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")] {
        for (method, path, body) in [
            ("POST", "/api/score", r#"{"score":9}"#),
            ("PATCH", "/api/me", r#"{"name":"Eve"}"#),
            ("DELETE", "/api/me", ""),
            ("POST", "/api/me/code", ""),
            ("DELETE", "/api/me/session?everywhere=true", ""),
            ("POST", "/api/me", r#"{"name":"Eve"}"#),
            ("POST", "/api/me/session", &recovery),
        ] {
            let headers = [("content-type", "application/json"), ("cookie", &*ada.cookie), foreign];
            assert_problem(&send(at, method, path, &headers, body.to_owned()).await, 403, "cross-site", "", "", path);
        }
    }
    assert_eq!(get_as(at, &ada.cookie, "/api/me").await["name"], "Ada");
    assert!(rows(at).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_profile_is_changed_by_its_owner() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "country": "GB", "playerId": "ada" })).await;
    ada.asks(at, "POST", "/api/score", json!({ "score": 5 })).await;
    admin(at, "PUT", "/api/players/ada", r#"{"name":"Ada","country":"GB","metadata":{"team":"blue"}}"#).await;
    let changed =
        ada.asks(at, "PATCH", "/api/me", json!({ "name": "Countess", "country": null, "avatar": "https://game.example/c.png" })).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(changed.json()["country"], Value::Null);
    assert_eq!(get(at, "/api/leaderboard").await.json()["entries"][0]["name"], "Countess");
    let known = admin(at, "GET", "/api/players/ada", "").await.json();
    assert_eq!(
        (&known["metadata"], &known["avatar"]),
        (&json!({ "team": "blue" }), &json!("https://game.example/c.png")),
        "the game's part stays"
    );
    assert_eq!(ada.asks(at, "PATCH", "/api/me", json!({})).await.json()["name"], "Countess");
    for (change, field) in
        [(json!({ "name": null, "x": 1 }), "request"), (json!({ "name": "" }), "name"), (json!({ "country": "x" }), "country")]
    {
        assert_problem(&ada.asks(at, "PATCH", "/api/me", change.clone()).await, 422, "invalid", field, "", &change.to_string());
    }
    server.stop().await;
}

#[tokio::test]
async fn a_player_takes_all_along_and_goes() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "arena", "submitters": "accounts", "visibility": "unlisted" })).await;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let other = Player::of(&recover(at, &ada.code).await);
    for path in ["/api/score", "/api/boards/arena/scores"] {
        assert_eq!(ada.asks(at, "POST", path, json!({ "score": 5 })).await.status, 200);
    }
    let record = get_as(at, &ada.cookie, "/api/me/export").await;
    assert_eq!((&record["playerId"], &record["profile"]["name"]), (&json!("ada"), &json!("Ada")));
    assert_eq!(record["boards"].as_array().unwrap().len(), 2, "{record}");
    let gone = ada.asks(at, "DELETE", "/api/me", Value::Null).await;
    assert_eq!(gone.status, 200, "{}", gone.text());
    assert_eq!((&gone.json()["entries"], gone.header("set-cookie")), (&json!(2), "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"));
    assert!(rows(at).await.is_empty());
    assert_eq!(get(at, "/api/players/ada").await.status, 404);
    assert_eq!((ada.kind(at).await, other.kind(at).await), (json!("anonymous"), json!("anonymous")));
    assert_eq!(recover(at, &other.code).await.status, 401);
    // It is on the record, without secrets.
    let acts = admin(at, "GET", "/api/audit?act=/api/me", "").await;
    assert_eq!(
        (&acts.json()["acts"][0]["who"], &acts.json()["acts"][0]["act"]),
        (&json!("player ada"), &json!("DELETE /api/me")),
        "{}",
        acts.text()
    );
    assert!(!acts.text().contains(&other.code));
    // The id is free: for guests, or for an account of somebody else, whom old sessions are no use to.
    assert_eq!(begin(at, json!({ "name": "Ada", "playerId": "ada" })).await.kind(at).await, "player");
    assert_eq!((ada.kind(at).await, other.kind(at).await), (json!("anonymous"), json!("anonymous")));
    server.stop().await;
}

#[tokio::test]
async fn managers_see_and_end_a_players_sessions() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (ada, bob) = (begin(at, json!({ "name": "Ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    let manager = operator(at, "max", "manager").await;
    let path = format!("/api/players/{}/sessions", ada.id);
    let sessions = get_as(at, &manager, &path).await;
    let listed = sessions["sessions"].as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["address"], &listed[0]["isThis"]), (1, &json!("127.0.0.1"), &json!(false)), "{sessions}");
    // All that happened to a player has it.
    let page = as_whom(at, &manager, "GET", &format!("/admin/players/{}", ada.id), "").await.text();
    assert!(page.contains("signed in") && page.contains("127.0.0.1"), "{page}");
    assert_eq!(as_whom(at, &manager, "DELETE", &path, "").await.status, 204);
    assert_eq!((ada.kind(at).await, bob.kind(at).await), (json!("anonymous"), json!("player")));
    assert_eq!(get_as(at, &manager, &path).await["sessions"], json!([]));
    assert_eq!(recover(at, &ada.code).await.status, 200, "they come back");
    server.stop().await;
}

#[tokio::test]
async fn operators_who_remove_a_player_close_the_account() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    assert_eq!(as_whom(at, &admin_key(), "DELETE", "/api/players/ada", "").await.status, 200);
    assert_eq!(ada.kind(at).await, "anonymous");
    assert_eq!(recover(at, &ada.code).await.status, 401);
    assert_eq!(post(at, "/api/score", r#"{"playerId":"ada","score":1}"#).await.status, 200, "the id is everybody's");
    let acts = admin(at, "GET", "/api/audit?path=/api/players/ada", "").await.json();
    assert_eq!(acts["acts"][0]["who"], "admin key");
    server.stop().await;
}

/// Nobody gets rid of what operators have decided by going and coming again.
#[tokio::test]
async fn what_operators_have_decided_outlives_the_account() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let score = async |player: &str| post(at, "/api/score", json!({ "playerId": player, "score": 9 }).to_string()).await;
    let moderation = |player: &str| format!("/api/boards/main/entries/{player}/moderation");
    for (player, state) in [("eve", "banned"), ("mal", "hidden"), ("zed", "shadow")] {
        let account = begin(at, json!({ "name": player, "playerId": player })).await;
        assert_eq!(account.asks(at, "POST", "/api/score", json!({ "score": 5 })).await.status, 200);
        let decided = patch(at, &moderation(player), json!({ "state": state, "reason": "a forged run" })).await;
        let note = json!({ "note": "Has done so twice." }).to_string();
        assert_eq!(admin(at, "PUT", &format!("/api/players/{player}/note"), note).await.status, 200);
        assert_eq!(account.asks(at, "DELETE", "/api/me", Value::Null).await.status, 200, "{state}");
        let kept = admin(at, "GET", &moderation(player), "").await.json();
        assert_eq!((&kept["state"], &kept["since"], &kept["reason"]), (&json!(state), &decided["since"], &json!("a forged run")));
        assert_eq!(admin(at, "GET", &format!("/api/players/{player}/note"), "").await.json()["text"], "Has done so twice.");
        // Nobody takes the id, and whoever plays under it is who they were.
        let again = post(at, "/api/me", json!({ "name": player, "playerId": player }).to_string()).await;
        assert_problem(&again, 422, "invalid", "playerId", "already", state);
        let sent = score(player).await;
        match state {
            "banned" => assert_problem(&sent, 403, "barred", "", "", state),
            _ => assert_eq!(sent.status, 200, "{}", sent.text()),
        }
        assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0, "{state}");
    }
    // Also who was kept away before they had an entry, or has none any more.
    patch(at, &moderation("joe"), json!({ "submitting": false, "reason": "too many" })).await;
    assert_problem(&post(at, "/api/me", r#"{"name":"Joe","playerId":"joe"}"#).await, 422, "invalid", "playerId", "already", "joe");
    // When operators remove the player, all of it goes.
    assert_eq!(as_whom(at, &admin_key(), "DELETE", "/api/players/eve", "").await.status, 200);
    assert_eq!(admin(at, "GET", &moderation("eve"), "").await.json()["state"], "visible");
    assert_eq!(admin(at, "GET", "/api/players/eve/note", "").await.json()["text"], "");
    let eve = begin(at, json!({ "name": "Eve", "playerId": "eve" })).await;
    assert_eq!(eve.asks(at, "POST", "/api/score", json!({ "score": 5 })).await.status, 200);
    server.stop().await;
}

/// Whoever could choose an id could own that of somebody for whom a game server is about to submit.
#[tokio::test]
async fn ids_are_made_here_unless_they_may_be_chosen() {
    let server = LeaderPort::start_with(|config| config.chosen_ids = false).await;
    let at = server.address;
    post(at, "/api/score", r#"{"playerId":"bob","score":1}"#).await;
    let answers = ["steam:7656", "bob", " no id"].map(|id| json!({ "name": "Me", "playerId": id }).to_string());
    for ask in answers {
        let answer = post(at, "/api/me", ask.clone()).await;
        let says = if ask.contains("no id") { "" } else { "--chosen-ids" };
        assert_problem(&answer, 422, "invalid", "playerId", says, &ask);
    }
    assert!(begin(at, json!({ "name": "Ada" })).await.id.starts_with("p-"));
    server.stop().await;
}

/// An id that somebody else has taken is given back, with all that was submitted for it.
#[tokio::test]
async fn operators_take_an_account_away_and_leave_the_entries() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let squatter = begin(at, json!({ "name": "Not me", "playerId": "steam:7656" })).await;
    let submits = key(at, json!({ "label": "game", "scopes": ["submit"] })).await;
    let score = r#"{"playerId":"steam:7656","score":7}"#;
    assert_eq!(as_whom(at, &submits, "POST", "/api/score", score).await.status, 200);
    let manager = operator(at, "max", "manager").await;
    let path = "/api/players/steam:7656/account";
    let act =
        [("_form", "act"), ("_call", "DELETE /api/players/steam%3A7656/account"), ("_then", "/admin/players/steam%3A7656?done=saved")];
    let mut browser = crate::browser::Browser::with(&manager);
    let desk = browser.open(at, "/admin/players/steam%3A7656").await;
    assert!(desk.has(act[1].1), "the dashboard offers it");
    assert_eq!(browser.fill_in(at, "/admin/players/steam%3A7656", &act).await, act[2].1);
    assert_eq!(squatter.kind(at).await, "anonymous");
    assert_eq!(recover(at, &squatter.code).await.status, 401);
    let entry = get(at, "/api/boards/main/entries/steam:7656").await.json();
    assert_eq!((&entry["score"], &entry["name"]), (&json!(7), &json!("Not me")), "{entry}");
    let acts = admin(at, "GET", "/api/audit?act=DELETE", "").await.json();
    let act = &acts["acts"][0];
    assert_eq!((&act["who"], &act["act"]), (&json!("operator max"), &json!("DELETE /api/players/{player}/account")));
    assert_eq!(as_whom(at, &manager, "DELETE", path, "").await.status, 204, "there is none any more");
    let again = post(at, "/api/me", r#"{"name":"Me","playerId":"steam:7656"}"#).await;
    assert_problem(&again, 422, "invalid", "playerId", "already", "it has an entry");
    server.stop().await;
}

/// Who runs boards in the same browser is a player there all the same.
#[tokio::test]
async fn an_operator_can_be_a_player_too() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let viewer = operator(at, "vi", "viewer").await;
    let both = format!("{viewer}; {}", ada.cookie);
    assert_eq!(get_as(at, &both, "/api/session").await["kind"], "operator");
    assert_eq!(get_as(at, &both, "/api/me").await["playerId"], "ada");
    assert_problem(&as_whom(at, &viewer, "GET", "/api/me", "").await, 403, "forbidden", "", "players", "an operator alone");
    let with_key = [("authorization", &*admin_key()), ("cookie", &*ada.cookie)];
    assert_eq!(send(at, "GET", "/api/me", &with_key, "").await.status, 403, "a key is nobody's session");
    server.stop().await;
}

/// Whom operators hide unawares sees no difference, and nobody else sees them.
#[tokio::test]
async fn what_a_player_alone_sees_is_seen_by_them_alone() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    ada.asks(at, "POST", "/api/score", json!({ "score": 5 })).await;
    post(at, "/api/score", r#"{"playerId":"guest","score":4}"#).await;
    for player in ["ada", "guest"] {
        let path = format!("/api/boards/main/entries/{player}/moderation");
        patch(at, &path, json!({ "state": "shadow", "reason": "under review" })).await;
    }
    assert!(rows(at).await.is_empty());
    let bob = begin(at, json!({ "name": "Bob" })).await;
    for (path, ada_sees, others_see) in [
        ("/api/boards/main/entries/ada", 200, 404),
        ("/api/boards/main/entries/ada/history", 200, 404),
        ("/api/boards/main/entries?around=ada", 200, 404),
        ("/api/boards/main/entries?page_of=ada", 200, 404),
        ("/b/main/p/ada", 200, 404),
        ("/b/main?player=ada", 200, 404),
        ("/b/main/p/ada/og.png", 200, 404),
        ("/badge/main/ada.svg", 200, 404),
        ("/api/boards/main/entries/guest", 200, 200),
        ("/api/boards/main/entries/guest/history", 200, 200),
        ("/api/boards/main/entries?around=guest", 200, 200),
        ("/b/main?player=guest", 200, 200),
        ("/badge/main/guest.svg", 200, 200),
    ] {
        for (who, status) in [(&*ada.cookie, ada_sees), (&bob.cookie, others_see), ("", others_see)] {
            let answer = as_whom(at, who, "GET", path, "").await;
            assert_eq!(answer.status, status, "{path} by {who}");
            // What is theirs alone is kept by nobody for others.
            assert!(!answer.header("cache-control").contains("public"), "{path} by {who}");
        }
    }
    assert!(as_whom(at, &ada.cookie, "GET", "/badge/main/ada.svg", "").await.text().contains("#1 · 5"));
    let entries = async |who: &str| get_as(at, who, "/api/players/ada/entries").await["entries"].as_array().unwrap().len();
    assert_eq!((entries(&ada.cookie).await, entries("").await), (1, 0));
    server.stop().await;
}

/// Whoever has an account reads on their page what became of what had to wait.
#[tokio::test]
async fn a_player_is_told_what_waits_and_why_it_was_rejected() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "review": { "maxScore": 100 } })).await;
    let (ada, bob) = (begin(at, json!({ "name": "Ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    let mut held = Vec::new();
    for score in [701, 702, 703] {
        let answer = ada.asks(at, "POST", "/api/score", json!({ "score": score })).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        held.push(answer.json()["held"]["id"].clone());
    }
    let page = async |cookie: &str| page_for(at, "/me", cookie).await.text();
    let decide = async |ids: &[Value], decision: &str| {
        let ask = json!({ "ids": ids, "decision": decision, "reason": "the video <b>shows</b> another run" }).to_string();
        assert_eq!(admin(at, "POST", "/api/boards/main/review", ask).await.json()[0]["decided"], true);
    };
    let told = page(&ada.cookie).await;
    assert!(["701 Waits for review", "702 Waits for review", "703 Waits for review"].iter().all(|text| told.contains(text)), "{told}");
    decide(&held[..1], "approve").await;
    decide(&held[1..2], "reject").await;
    let told = page(&ada.cookie).await;
    assert!(!told.contains("701 Waits") && told.contains("703 Waits for review"), "{told}");
    assert!(told.contains("702 Rejected: the video <b>shows</b> another run"), "{told}");
    // What had counted and was rejected then is told as well; what was decided otherwise since is as it is now.
    decide(&held[..1], "reject").await;
    decide(&held[1..2], "approve").await;
    let told = page(&ada.cookie).await;
    assert!(told.contains("701 Rejected: the video") && !told.contains("702 Rejected"), "{told}");
    for other in ["", &bob.cookie, "player=Ada"] {
        let told = page(other).await;
        assert!(!told.contains("Waits for review") && !told.contains("Rejected"), "{told}");
    }
    let german = send(at, "GET", "/me", &[("cookie", &*ada.cookie), ("accept-language", "de")], "").await.text();
    assert!(german.contains("Wartet auf Prüfung") && german.contains("Abgelehnt: "), "{german}");
    server.stop().await;
}

/// Who has what a player alone was told has to be them to be told that it is still so.
#[tokio::test]
async fn a_tag_of_what_a_player_alone_sees_says_nothing_to_others() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (ada, bob) = (begin(at, json!({ "name": "Ada", "playerId": "ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    ada.asks(at, "POST", "/api/score", json!({ "score": 5 })).await;
    post(at, "/api/score", r#"{"playerId":"guest","score":4}"#).await;
    patch(at, "/api/boards/main/entries/ada/moderation", json!({ "state": "shadow", "reason": "under review" })).await;
    let is_for_them_alone = |answer: &Answer| {
        let varies = answer.headers.get_all("vary").iter().any(|value| value == "cookie");
        varies && answer.header("cache-control") == "private, no-cache"
    };
    for path in [
        "/api/boards/main/entries/ada",
        "/api/boards/main/entries/ada/history",
        "/api/boards/main/entries?around=ada",
        "/api/boards/main/entries?page_of=ada",
    ] {
        let own = ada.asks(at, "GET", path, Value::Null).await;
        assert!(own.status == 200 && is_for_them_alone(&own), "{path}: {:?}", own.headers);
        let ask = async |cookie: &str| send(at, "GET", path, &[("if-none-match", own.header("etag")), ("cookie", cookie)], "").await;
        let again = ask(&ada.cookie).await;
        assert!(again.status == 304 && is_for_them_alone(&again), "{path}: {:?}", again.headers);
        for other in ["", &bob.cookie] {
            assert_eq!(ask(other).await.status, 404, "{path} by {other}");
        }
    }
    // What everybody sees has a tag for all who are nobody in particular.
    let seen = get(at, "/api/boards/main/entries").await;
    assert_eq!(seen.header("cache-control"), "no-cache");
    server.stop().await;
}

/// What the live feed says first of a player who is followed.
async fn followed(at: SocketAddr, cookie: &str, player: &str) -> Value {
    let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "leaderport.json.v1".parse().unwrap());
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let mut socket = connect_async(request).await.unwrap().0;
    let follow = json!({ "follow": { "view": 1, "board": "main", "player": player } });
    socket.send(Message::Text(follow.to_string().into())).await.unwrap();
    // The server greets first.
    loop {
        let told = next(&mut socket).await;
        if told["me"].is_object() {
            return told["me"]["standing"].clone();
        }
    }
}

/// The same over the live feed.
#[tokio::test]
async fn who_follows_a_hidden_player_sees_them_only_if_they_are_them() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (ada, bob) = (begin(at, json!({ "name": "Ada", "playerId": "ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    ada.asks(at, "POST", "/api/score", json!({ "score": 5 })).await;
    assert_eq!(followed(at, "", "ada").await["rank"], 1);
    patch(at, "/api/boards/main/entries/ada/moderation", json!({ "state": "shadow", "reason": "under review" })).await;
    assert_eq!(followed(at, &ada.cookie, "ada").await["rank"], 1);
    for cookie in ["", &bob.cookie] {
        assert_eq!(followed(at, cookie, "ada").await, Value::Null);
    }
    server.stop().await;
}

/// A name that operators have chosen stays, however fast its player is.
#[tokio::test]
async fn a_name_that_operators_have_locked_stays() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let rude = begin(at, json!({ "name": "Rude Word", "playerId": "eve", "country": "GB" })).await;
    let moderator = operator(at, "mo", "moderator").await;
    let put = async |profile: Value| as_whom(at, &moderator, "PUT", "/api/players/eve", &profile.to_string()).await;
    let edit = async |change: Value| as_whom(at, &rude.cookie, "PATCH", "/api/me", &change.to_string()).await;
    let locked = put(json!({ "name": "Player 7", "country": "GB", "nameLocked": true })).await.json();
    assert_eq!((&locked["name"], &locked["nameLocked"]), (&json!("Player 7"), &json!(true)));
    assert_problem(&edit(json!({ "name": "Rude Word" })).await, 403, "forbidden", "", "Operators have chosen", "the name");
    // All else is theirs, and so are forms that send the name along.
    let own = edit(json!({ "name": "Player 7", "country": "NZ" })).await.json();
    assert_eq!((&own["name"], &own["country"], &own["nameLocked"]), (&json!("Player 7"), &json!("NZ"), &json!(true)));
    let form = [crate::client::FORM, ("cookie", &*rude.cookie), ("sec-fetch-site", "same-origin")];
    let sent = send(at, "POST", "/me", &form, "name=Rude+Word&country=NZ").await;
    assert!(sent.header("location").starts_with("/me?refused=forbidden"), "{}", sent.header("location"));
    let page = as_whom(at, &rude.cookie, "GET", sent.header("location"), "").await;
    assert!(page.text().contains("Operators have chosen this name"), "the page says why");
    // Only operators and the player are told, and the game server that writes the rest leaves it as it is.
    assert_eq!(get(at, "/api/players/eve").await.json()["nameLocked"], Value::Null);
    assert_eq!(put(json!({ "name": "Player 7", "metadata": { "team": "a" } })).await.json()["nameLocked"], true);
    let desk = as_whom(at, &moderator, "GET", "/admin/players/eve", "").await.text();
    assert!(desk.contains("name=\"nameLocked:flag\" value=\"yes\" checked"), "the dashboard tells");
    assert_eq!(put(json!({ "name": "Player 7", "nameLocked": false })).await.json()["nameLocked"], false);
    assert_eq!(edit(json!({ "name": "Eve" })).await.json()["name"], "Eve");
    // Neither undoes what the other does at the same moment.
    for round in 0..20 {
        let (wanted, given) = (format!("Rude {round}"), format!("Player {round}"));
        let (_, locked) = tokio::join!(edit(json!({ "name": wanted })), put(json!({ "name": given, "nameLocked": true })));
        assert_eq!(locked.status, 200, "{}", locked.text());
        assert_eq!(get(at, "/api/players/eve").await.json()["name"], given);
        assert_eq!(put(json!({ "name": given, "nameLocked": false })).await.status, 200);
    }
    // The lock outlives the account, and goes when operators remove the player.
    assert_eq!(put(json!({ "name": "Player 7", "nameLocked": true })).await.status, 200);
    assert_eq!(as_whom(at, &rude.cookie, "DELETE", "/api/me", "").await.status, 200);
    assert_problem(&post(at, "/api/me", r#"{"name":"Eve","playerId":"eve"}"#).await, 422, "invalid", "playerId", "already", "locked");
    assert_eq!(put(json!({ "name": "Player 7" })).await.json()["nameLocked"], true);
    assert_eq!(as_whom(at, &admin_key(), "DELETE", "/api/players/eve", "").await.status, 200);
    let again = begin(at, json!({ "name": "Eve", "playerId": "eve" })).await;
    assert_eq!(as_whom(at, &again.cookie, "PATCH", "/api/me", r#"{"name":"Evelyn"}"#).await.json()["name"], "Evelyn");
    server.stop().await;
}
