//! Passkeys: players come back by them, operators have them as a second factor.

use super::{PASSWORD, as_whom, code_of, operator, players::begin, sign_in};
use crate::{
    authenticator::Authenticator,
    client::{Answer, assert_problem, cookies, get, send},
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

/// The server, as it is known by a name.
struct Site {
    at: SocketAddr,
    host: String,
    origin: String,
}

impl Site {
    fn of(server: &LeaderPort) -> Self {
        let host = format!("localhost:{}", server.address.port());
        Self { at: server.address, origin: format!("http://{host}"), host }
    }

    async fn asks(&self, cookie: &str, path: &str, body: Value) -> Answer {
        let headers = [("host", &*self.host), ("cookie", cookie), ("content-type", "application/json"), ("origin", &*self.origin)];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(self.at, "POST", path, &headers, body).await
    }

    async fn challenge(&self, cookie: &str, path: &str, body: Value) -> Value {
        let answer = self.asks(cookie, path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Adds a passkey to the account of a player who has signed in.
    async fn add(&self, cookie: &str) -> (Authenticator, Value) {
        let challenge = self.challenge(cookie, "/api/me/passkeys/challenge", Value::Null).await;
        let (device, credential) = Authenticator::create(&challenge, &self.origin);
        let body = json!({ "label": "My phone", "ceremony": challenge["ceremony"], "credential": credential });
        let added = self.asks(cookie, "/api/me/passkeys", body).await;
        assert_eq!(added.status, 201, "{}", added.text());
        (device, added.json())
    }

    async fn answer(&self, device: &mut Authenticator) -> Value {
        let challenge = self.challenge("", "/api/me/session/challenge", Value::Null).await;
        json!({ "ceremony": challenge["ceremony"], "credential": device.get(&challenge, &self.origin) })
    }

    async fn come_back(&self, device: &mut Authenticator) -> Answer {
        let answered = self.answer(device).await;
        self.asks("", "/api/me/session/passkey", answered).await
    }

    /// Adds a passkey to an operator who has signed in.
    async fn enroll(&self, cookie: &str, name: &str) -> Authenticator {
        let path = format!("/api/operators/{name}/passkeys");
        let challenge = self.challenge(cookie, &format!("{path}/challenge"), json!({ "currentPassword": PASSWORD })).await;
        let (device, credential) = Authenticator::create(&challenge, &self.origin);
        let body = json!({ "label": "Blue key", "ceremony": challenge["ceremony"], "credential": credential });
        let added = self.asks(cookie, &path, body).await;
        assert_eq!(added.status, 201, "{}", added.text());
        device
    }

    async fn sign_in(&self, name: &str, device: &mut Authenticator) -> Answer {
        self.sign_in_with("", name, device).await
    }

    /// The same in a browser that has these cookies.
    async fn sign_in_with(&self, cookie: &str, name: &str, device: &mut Authenticator) -> Answer {
        let mut credentials = json!({ "name": name, "password": PASSWORD });
        let challenge = self.challenge("", "/api/session/challenge", credentials.clone()).await;
        credentials["passkey"] = json!({ "ceremony": challenge["ceremony"], "credential": device.get(&challenge, &self.origin) });
        self.asks(cookie, "/api/session", credentials).await
    }
}

#[tokio::test]
async fn a_player_comes_back_by_a_passkey() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let (site, at) = (Site::of(&server), server.address);
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let (mut device, added) = site.add(&ada.cookie).await;
    assert_eq!(
        (&added["label"], &added["site"], &added["createdAt"], &added["usedAt"]),
        (&json!("My phone"), &json!("localhost"), &json!(NOON), &json!(null))
    );
    now.store(NOON + 3_600_000, Ordering::SeqCst);
    let back = site.come_back(&mut device).await;
    assert_eq!((back.status.as_u16(), &back.json()["playerId"]), (200, &json!(ada.id)), "{}", back.text());
    assert_eq!(back.json()["passkeys"][0]["usedAt"], NOON + 3_600_000);
    let cookie = cookies(&back);
    assert!(cookie.starts_with("session=") && cookie.contains(&format!("player={}", ada.id)) && !cookie.contains(&ada.cookie), "{cookie}");
    assert_eq!(as_whom(at, &cookie, "GET", "/api/me", "").await.json()["playerId"], json!(ada.id));
    // The code is as good as before, and nothing that was kept of the device gets anybody in.
    let recovered = as_whom(at, "", "POST", "/api/me/session", &json!({ "recoveryCode": ada.code }).to_string()).await;
    assert_eq!(recovered.status, 200);
    // Without JavaScript it can be seen and removed.
    let page = send(at, "GET", "/me", &[("cookie", &cookie)], "").await.text();
    assert!(page.contains("My phone") && page.contains("action=\"/me/passkeys/remove\""), "{page}");
    let id = added["id"].as_str().unwrap();
    assert_eq!(as_whom(at, &cookie, "DELETE", &format!("/api/me/passkeys/{id}"), "").await.status, 204);
    assert_problem(
        &as_whom(at, &cookie, "DELETE", &format!("/api/me/passkeys/{id}"), "").await,
        404,
        "not-found",
        "",
        "passkey",
        "it is gone",
    );
    assert_problem(&site.come_back(&mut device).await, 401, "unauthorized", "", "not known here", "it was removed");
    server.stop().await;
}

/// A session that somebody left open is not enough to come in by another way from then on.
#[tokio::test]
async fn by_what_somebody_comes_in_is_changed_by_who_has_just_come_in() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let (site, at) = (Site::of(&server), server.address);
    let ada = begin(at, json!({ "name": "Ada" })).await;
    // Whoever has no passkey has nothing to come in by anew but a code that they may have lost.
    now.store(NOON + 86_400_000, Ordering::SeqCst);
    assert_eq!(as_whom(at, &ada.cookie, "POST", "/api/me/code", "").await.status, 200);
    let (mut device, added) = site.add(&ada.cookie).await;
    let path = format!("/api/me/passkeys/{}", added["id"].as_str().unwrap());
    let stale = |answer: &Answer, about: &str| assert_problem(answer, 401, "unauthorized", "", "more than ten minutes ago", about);
    stale(&as_whom(at, &ada.cookie, "POST", "/api/me/code", "").await, "a code");
    stale(&as_whom(at, &ada.cookie, "DELETE", &path, "").await, "a passkey removed");
    stale(&site.asks(&ada.cookie, "/api/me/passkeys/challenge", Value::Null).await, "a passkey added");
    let form = |path: &'static str, body: String| {
        let (at, cookie) = (at, ada.cookie.clone());
        async move {
            let headers = [crate::client::FORM, ("cookie", &*cookie), ("sec-fetch-site", "same-origin")];
            send(at, "POST", path, &headers, body).await.header("location").to_owned()
        }
    };
    assert_eq!(form("/me/code", String::new()).await, "/me?stale=yes");
    assert_eq!(form("/me/passkeys/remove", format!("passkey={}", added["id"].as_str().unwrap())).await, "/me?stale=yes");
    let cookie = cookies(&site.come_back(&mut device).await);
    assert_eq!(as_whom(at, &cookie, "POST", "/api/me/code", "").await.status, 200);
    now.fetch_add(600_000, Ordering::SeqCst);
    stale(&as_whom(at, &cookie, "POST", "/api/me/code", "").await, "ten minutes later");
    server.stop().await;
}

#[tokio::test]
async fn nothing_but_the_passkey_itself_gets_in() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let (site, at) = (Site::of(&server), server.address);
    let (ada, bob) = (begin(at, json!({ "name": "Ada" })).await, begin(at, json!({ "name": "Bob" })).await);
    let (mut device, _) = site.add(&ada.cookie).await;
    let enter = async |body: Value| site.asks("", "/api/me/session/passkey", body).await;

    // The same answer twice.
    let answered = site.answer(&mut device).await;
    assert_eq!(enter(answered.clone()).await.status, 200);
    assert_problem(&enter(answered).await, 422, "invalid", "ceremony", "used already", "replayed");
    // An answer that waited for too long would have been forgotten; one to another's challenge is none.
    let (mut one, other) = (site.answer(&mut device).await, site.answer(&mut device).await);
    one["ceremony"] = other["ceremony"].clone();
    assert_problem(&enter(one).await, 401, "unauthorized", "", "Challenge mismatch", "another's challenge");
    // Another page's, another site's.
    for origin in ["http://evil.example", "http://localhost", "https://localhost"] {
        let challenge = site.challenge("", "/api/me/session/challenge", Value::Null).await;
        let body = json!({ "ceremony": challenge["ceremony"], "credential": device.get(&challenge, origin) });
        assert_problem(&enter(body).await, 401, "unauthorized", "", "origin", origin);
    }
    let mut challenge = site.challenge("", "/api/me/session/challenge", Value::Null).await;
    challenge["publicKey"]["rpId"] = json!("evil.example");
    let body = json!({ "ceremony": challenge["ceremony"], "credential": device.get(&challenge, &site.origin) });
    assert_problem(&enter(body).await, 401, "unauthorized", "", "rpId", "another site");
    // Altered.
    for member in ["signature", "authenticatorData", "userHandle"] {
        let mut body = site.answer(&mut device).await;
        let text = body["credential"]["response"][member].as_str().unwrap().to_owned();
        let at = text.len() / 2;
        let turned = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
        body["credential"]["response"][member] = json!(format!("{}{turned}{}", &text[..at], &text[at + 1..]));
        let answer = enter(body).await;
        assert_eq!(answer.status, 401, "{member}: {}", answer.text());
    }
    // A copy of the device, which has counted less.
    device.counter = 0;
    assert_problem(&site.come_back(&mut device).await, 401, "unauthorized", "", "counter", "a copy");
    device.counter = 1_000;
    assert_eq!(site.come_back(&mut device).await.status, 200, "the device itself");
    // A challenge to come back is none to add a passkey, and one of a player's sessions none of another's.
    let come = site.challenge("", "/api/me/session/challenge", Value::Null).await;
    let add = site.challenge(&ada.cookie, "/api/me/passkeys/challenge", Value::Null).await;
    let (_, credential) = Authenticator::create(&add, &site.origin);
    for (cookie, ceremony) in [(&ada.cookie, &come["ceremony"]), (&bob.cookie, &add["ceremony"])] {
        let body = json!({ "label": "x", "ceremony": ceremony, "credential": credential });
        assert_problem(&site.asks(cookie, "/api/me/passkeys", body).await, 422, "invalid", "ceremony", "not given out for this", cookie);
    }
    // One passkey is one person's, and nonsense is none.
    let mut twice = site.challenge(&bob.cookie, "/api/me/passkeys/challenge", Value::Null).await;
    let add = site.challenge(&ada.cookie, "/api/me/passkeys/challenge", Value::Null).await;
    let (_, credential) = Authenticator::create(&add, &site.origin);
    let body = json!({ "label": "x", "ceremony": add["ceremony"], "credential": credential });
    assert_eq!(site.asks(&ada.cookie, "/api/me/passkeys", body.clone()).await.status, 201);
    for (body, field) in [
        (json!({ "label": "x", "ceremony": twice["ceremony"], "credential": body["credential"] }), "credential"),
        (json!({ "label": "x", "ceremony": "x", "credential": {} }), "ceremony"),
        (json!({ "label": " ", "ceremony": "x", "credential": {} }), "label"),
        (json!({ "label": "x".repeat(41), "ceremony": "x", "credential": {} }), "label"),
    ] {
        assert_problem(&site.asks(&bob.cookie, "/api/me/passkeys", body.clone()).await, 422, "invalid", field, "", &body.to_string());
    }
    twice = site.challenge(&bob.cookie, "/api/me/passkeys/challenge", Value::Null).await;
    let body = json!({ "label": "x", "ceremony": twice["ceremony"], "credential": { "rawId": "%%", "response": {} } });
    assert_problem(&site.asks(&bob.cookie, "/api/me/passkeys", body).await, 422, "invalid", "credential", "", "nonsense");
    // By the address nobody has a passkey, nor by another site's pages.
    let plain = as_whom(at, "", "POST", "/api/me/session/challenge", "").await;
    assert_problem(&plain, 422, "invalid", "request", "by its name", "an address");
    let headers = [("host", &*site.host), ("origin", "https://evil.example")];
    assert_problem(&send(at, "POST", "/api/me/session/challenge", &headers, "").await, 403, "cross-site", "", "", "another site");
    // What goes with its owner gets nobody in.
    assert_eq!(as_whom(at, &ada.cookie, "DELETE", "/api/me", "").await.status, 200);
    assert_problem(&site.come_back(&mut device).await, 401, "unauthorized", "", "not known here", "the account is gone");
    server.stop().await;
}

#[tokio::test]
async fn an_operator_signs_in_by_password_and_passkey() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let (site, at) = (Site::of(&server), server.address);
    let cookie = operator(at, "ada", "manager").await;
    let bob = operator(at, "bob", "manager").await;
    let wrong = site.asks(&cookie, "/api/operators/ada/passkeys/challenge", json!({ "currentPassword": "violet" })).await;
    assert_problem(&wrong, 422, "invalid", "currentPassword", "not the password", "a session alone adds none");
    let mut device = site.enroll(&cookie, "ada").await;
    assert_problem(&sign_in(at, "ada", PASSWORD).await, 401, "second-factor", "", "passkey", "the password alone");
    assert_problem(&sign_in(at, "ada", "violet").await, 401, "unauthorized", "", "wrong", "a wrong password says no more");
    now.fetch_add(1_000, Ordering::SeqCst);
    let signed_in = site.sign_in("ada", &mut device).await;
    assert_eq!(signed_in.json()["passkeys"][0]["usedAt"], NOON + 1_000, "now is when it was used");
    assert_eq!((signed_in.status.as_u16(), &signed_in.json()["passkeys"][0]["label"]), (200, &json!("Blue key")), "{}", signed_in.text());
    // Another's device, another's challenge.
    let mut other = site.enroll(&bob, "bob").await;
    let challenge = site.challenge("", "/api/session/challenge", json!({ "name": "ada", "password": PASSWORD })).await;
    let told = challenge["publicKey"]["allowCredentials"].as_array().unwrap().len();
    assert_eq!(told, 1, "{challenge}");
    for device in [&mut other, &mut device] {
        let passkey = json!({ "ceremony": challenge["ceremony"], "credential": device.get(&challenge, &site.origin) });
        let answer = site.asks("", "/api/session", json!({ "name": "ada", "password": PASSWORD, "passkey": passkey })).await;
        assert!([401, 422].contains(&answer.status.as_u16()), "not another's, and the challenge is used: {}", answer.text());
    }
    let refused = site.asks("", "/api/session/challenge", json!({ "name": "ada", "password": "violet" })).await;
    assert_problem(&refused, 401, "unauthorized", "", "wrong", "no challenge without the password");
    // Codes besides: either will do.
    let offered =
        as_whom(at, &cookie, "POST", "/api/operators/ada/codes", &json!({ "currentPassword": PASSWORD }).to_string()).await.json();
    let code = json!({ "code": code_of(offered["secret"].as_str().unwrap(), NOON + 1_000) }).to_string();
    assert_eq!(as_whom(at, &cookie, "PUT", "/api/operators/ada/codes", &code).await.status, 200);
    now.fetch_add(60_000, Ordering::SeqCst);
    let credentials = json!({ "name": "ada", "password": PASSWORD, "code": code_of(offered["secret"].as_str().unwrap(), NOON + 61_000) });
    assert_eq!(as_whom(at, "", "POST", "/api/session", &credentials.to_string()).await.status, 200);
    assert_eq!(site.sign_in("ada", &mut device).await.status, 200);
    // Removed by who says the password, or by an owner.
    let id = signed_in.json()["passkeys"][0]["id"].clone();
    let change = |password: Option<&str>| json!({ "withoutPasskey": id, "currentPassword": password }).to_string();
    assert_problem(
        &as_whom(at, &cookie, "PATCH", "/api/operators/ada", &change(None)).await,
        422,
        "invalid",
        "currentPassword",
        "",
        "no password",
    );
    let changed = as_whom(at, &cookie, "PATCH", "/api/operators/ada", &change(Some(PASSWORD))).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["passkeys"]), (200, &json!([])), "{}", changed.text());
    let none = site.asks("", "/api/session/challenge", json!({ "name": "ada", "password": PASSWORD })).await;
    assert_problem(&none, 422, "invalid", "request", "no passkey for this site", "it was removed");
    // Whoever reads what was done sees that it was, and nothing of the key.
    let acts = crate::client::admin(at, "GET", "/api/audit", "").await.text();
    assert!(acts.contains("/api/operators/ada/passkeys") && acts.contains("Blue key") && !acts.contains("attestationObject"), "{acts}");
    server.stop().await;
}

/// A browser has one session of a kind: the one before could not be ended from there any more.
#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_had() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let (site, at) = (Site::of(&server), server.address);
    let kind = async |cookie: &str| as_whom(at, cookie, "GET", "/api/session", "").await.json()["kind"].clone();
    let sessions =
        async |cookie: &str, path: &str| as_whom(at, cookie, "GET", path, "").await.json()["sessions"].as_array().map_or(0, Vec::len);
    let (ada, bob) = (operator(at, "ada", "manager").await, operator(at, "bob", "manager").await);
    let elsewhere = cookies(&sign_in(at, "ada", PASSWORD).await);
    let with_password = json!({ "name": "ada", "password": PASSWORD }).to_string();
    // Who is refused stays who they were.
    let refused = as_whom(at, &ada, "POST", "/api/session", &with_password.replace(PASSWORD, "violet")).await;
    assert_eq!((refused.status.as_u16(), kind(&ada).await), (401, json!("operator")));
    let second = cookies(&as_whom(at, &ada, "POST", "/api/session", &with_password).await);
    assert_eq!((kind(&ada).await, kind(&second).await), (json!("anonymous"), json!("operator")), "by the password");
    let mut device = site.enroll(&second, "ada").await;
    let third = cookies(&site.sign_in_with(&second, "ada", &mut device).await);
    assert_eq!((kind(&second).await, kind(&third).await), (json!("anonymous"), json!("operator")), "by the passkey");
    assert_eq!((kind(&elsewhere).await, sessions(&third, "/api/operators/ada/sessions").await), (json!("operator"), 2), "elsewhere");
    // Whoever it was that had signed in there before.
    let handed = cookies(&site.sign_in_with(&bob, "ada", &mut device).await);
    assert_eq!((kind(&bob).await, kind(&handed).await), (json!("anonymous"), json!("operator")));

    let eve = begin(at, json!({ "name": "Eve" })).await;
    let (mut device, _) = site.add(&eve.cookie).await;
    // An operator's session is another's affair.
    let both = format!("{}; {third}", eve.cookie);
    let answered = site.answer(&mut device).await;
    let by_passkey = cookies(&site.asks(&both, "/api/me/session/passkey", answered).await);
    assert_eq!(
        (kind(&eve.cookie).await, kind(&by_passkey).await, kind(&third).await),
        (json!("anonymous"), json!("player"), json!("operator"))
    );
    let code = json!({ "recoveryCode": eve.code }).to_string();
    let by_code = cookies(&as_whom(at, &by_passkey, "POST", "/api/me/session", &code).await);
    assert_eq!((kind(&by_passkey).await, kind(&by_code).await), (json!("anonymous"), json!("player")), "by the recovery code");
    let another = cookies(&as_whom(at, &by_code, "POST", "/api/me", r#"{"name":"Eve the second"}"#).await);
    assert_eq!((kind(&by_code).await, kind(&another).await), (json!("anonymous"), json!("player")), "another account");
    assert_eq!(sessions(&another, "/api/me/sessions").await, 1);
    server.stop().await;
}

/// Where the server asks for a second factor, the password alone opens nothing but the way to one.
#[tokio::test]
async fn a_second_factor_can_be_asked_of_everybody() {
    let server = LeaderPort::start_with(|config| config.require_second_factor = true).await;
    let (site, at) = (Site::of(&server), server.address);
    let cookie = operator(at, "ada", "owner").await;
    let whoever = as_whom(at, &cookie, "GET", "/api/session", "").await.json();
    assert_eq!((&whoever["role"], &whoever["needsSecondFactor"]), (&json!("owner"), &json!(true)));
    for (method, path, body) in [
        ("GET", "/api/status", ""),
        ("GET", "/api/operators", ""),
        ("GET", "/api/boards/main/log", ""),
        ("POST", "/api/boards", r#"{"id":"new"}"#),
        ("POST", "/api/keys", r#"{"label":"x","scopes":["read"]}"#),
        ("GET", "/api/operators/bob", ""),
    ] {
        let refused = as_whom(at, &cookie, method, path, body).await;
        assert_problem(&refused, 403, "forbidden", "", "second factor", path);
    }
    let page = send(at, "GET", "/admin", &[("cookie", &cookie)], "").await;
    assert!(page.status == 200 && page.text().contains("more than a password"), "{}", page.text());
    assert_eq!(as_whom(at, &cookie, "GET", "/api/operators/ada", "").await.status, 200);
    let mut device = site.enroll(&cookie, "ada").await;
    for cookie in [cookie, cookies(&site.sign_in("ada", &mut device).await)] {
        assert_eq!(as_whom(at, &cookie, "GET", "/api/operators", "").await.status, 200);
        assert_eq!(as_whom(at, &cookie, "GET", "/api/session", "").await.json()["needsSecondFactor"], false);
    }
    assert_eq!(get(at, "/api/boards/main").await.status, 200);
    server.stop().await;
}
