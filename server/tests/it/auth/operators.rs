//! Operators: the first one, signing in and out, codes, roles, sessions.

use super::{PASSWORD, SOON, admin_key, as_whom, code_of, enlist, operator, players::begin, sign_in};
use crate::{
    client::{Answer, assert_problem, cookies, send},
    harness::{LeaderPort, NOON, Program},
};
use serde_json::{Value, json};
use server::boards::clock::Clock;
use std::{
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const DAY: u64 = 24 * 60 * 60 * 1000;

async fn who(at: SocketAddr, cookie: &str) -> Value {
    as_whom(at, cookie, "GET", "/api/session", "").await.json()
}

#[tokio::test]
async fn the_first_operator_is_made_with_the_token_in_the_log() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("log");
    let logging = || Stdio::from(std::fs::File::options().create(true).append(true).open(&log).unwrap());
    // However little is logged.
    let program = Program::start_logging_little(folder.path(), logging()).await;
    let at = program.address;
    let written = std::fs::read_to_string(&log).unwrap();
    let token = written.split("with this token, once: ").nth(1).expect("the token").chars().take(48).collect::<String>();
    let set_up = async |token: &str, name: &str, password: &str| {
        as_whom(at, "", "POST", "/api/setup", &json!({ "token": token, "name": name, "password": password }).to_string()).await
    };
    assert_problem(&set_up(&"0".repeat(48), "ada", PASSWORD).await, 401, "unauthorized", "", "not the token", "guessed");
    assert_problem(&set_up(&token, "Ada", PASSWORD).await, 422, "invalid", "name", "a-z", "a name");
    assert_problem(&set_up(&token, "ada", "password1234").await, 422, "invalid", "password", "easily guessed", "a password");
    // Of two at the same time, one is the owner.
    let (one, two) = tokio::join!(set_up(&token, "ada", PASSWORD), set_up(&token, "eve", PASSWORD));
    let (made, refused) = if one.status == 201 { (one, two) } else { (two, one) };
    assert_eq!((made.status.as_u16(), made.json()["role"].as_str()), (201, Some("owner")), "{}", made.text());
    assert!(refused.status.is_client_error() || refused.status == 503, "{}", refused.text());
    let own = cookies(&made);
    assert_eq!(who(at, &own).await["role"], "owner");
    assert_eq!(as_whom(at, &own, "GET", "/api/operators", "").await.json()["operators"].as_array().unwrap().len(), 1);
    assert_problem(&set_up(&token, "bob", PASSWORD).await, 401, "unauthorized", "", "", "once");
    program.end("-TERM").await;
    // With an operator there, no token is offered any more.
    let program = Program::start_logging(folder.path(), logging()).await;
    assert_eq!(std::fs::read_to_string(&log).unwrap().matches("with this token").count(), 1);
    assert_eq!(who(program.address, &own).await["role"], "owner", "a session outlives a restart");
    program.end("-TERM").await;
}

#[tokio::test]
async fn operators_sign_in_and_out() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "manager").await;
    let answer = sign_in(at, "ada", PASSWORD).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["name"]), (200, &json!("ada")), "{}", answer.text());
    let set = answer.header("set-cookie").to_owned();
    for part in ["operator=", "; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=604800"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Secure"), "by plain HTTP browsers would not take it: {set}");
    let cookie = cookies(&answer);
    assert_eq!(who(at, &cookie).await["name"], "ada");
    assert_eq!(as_whom(at, &cookie, "POST", "/api/boards", r#"{"id":"new"}"#).await.status, 201);
    // Who does not exist is told what a wrong password is told.
    let (wrong, nobody) = (sign_in(at, "ada", "violet harbour tin").await, sign_in(at, "eve", PASSWORD).await);
    let said = |answer: &Answer| answer.json()["detail"].clone();
    assert_problem(&wrong, 401, "unauthorized", "", "Name or password is wrong", "a password");
    assert_eq!((nobody.status, said(&nobody)), (wrong.status, said(&wrong)));
    let out = as_whom(at, &cookie, "DELETE", "/api/session", "").await;
    assert!(out.status == 204 && out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
    assert_eq!(who(at, &cookie).await, json!({ "kind": "anonymous" }), "the session itself is over, not just the cookie");
    server.stop().await;
}

#[tokio::test]
async fn by_tls_the_cookie_is_for_this_host_alone() {
    let server = LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.1/32".parse().unwrap()]).await;
    let at = server.address;
    enlist(at, "ada", "viewer").await;
    let credentials = json!({ "name": "ada", "password": PASSWORD }).to_string();
    let headers = [("content-type", "application/json"), ("x-forwarded-proto", "https")];
    let answer = send(at, "POST", "/api/session", &headers, credentials).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-operator=") && set.ends_with("; Secure") && !set.contains("Domain"), "{set}");
    assert_eq!(who(at, &cookies(&answer)).await["name"], "ada");
    // A host of the same domain can set the plain one, for a session of its own, but not that.
    let plain = cookies(&sign_in(at, "ada", PASSWORD).await);
    let eve = begin(at, json!({ "name": "Xanthippe" })).await.cookie;
    assert!(plain.starts_with("operator=") && eve.starts_with("session="), "{plain} {eve}");
    for (cookie, by_http) in [(&plain, "operator"), (&eve, "player")] {
        for (protocol, kind) in [("http", by_http), ("https", "anonymous")] {
            let headers = [("cookie", &**cookie), ("x-forwarded-proto", protocol)];
            assert_eq!(send(at, "GET", "/api/session", &headers, "").await.json()["kind"], kind, "{cookie} {protocol}");
        }
        let headers = [("cookie", &**cookie), ("x-forwarded-proto", "https")];
        assert!(!send(at, "GET", "/me", &headers, "").await.text().contains("Xanthippe"), "nor on pages");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_code_is_asked_for_where_one_is_set_up() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let cookie = operator(at, "ada", "moderator").await;
    // A session alone does not set up another factor: whoever got hold of it could keep its owner out.
    let wrong = as_whom(at, &cookie, "POST", "/api/operators/ada/codes", r#"{"currentPassword":"not the one"}"#).await;
    assert_problem(&wrong, 422, "invalid", "currentPassword", "not the password", "a session alone");
    let mine = json!({ "currentPassword": PASSWORD }).to_string();
    let offered = as_whom(at, &cookie, "POST", "/api/operators/ada/codes", &mine).await.json();
    let secret = offered["secret"].as_str().unwrap().to_owned();
    assert!(offered["url"].as_str().unwrap().starts_with("otpauth://totp/LeaderPort:ada?secret="), "{offered}");
    // What was only offered is not asked for.
    assert_eq!(sign_in(at, "ada", PASSWORD).await.status, 200);
    let confirm = async |code: &str| as_whom(at, &cookie, "PUT", "/api/operators/ada/codes", &json!({ "code": code }).to_string()).await;
    assert_problem(&confirm("000000").await, 422, "invalid", "code", "not the code", "a wrong one");
    assert_eq!(confirm(&code_of(&secret, NOON)).await.json()["hasCodes"], true);
    let with_code = async |code: &str| {
        as_whom(at, "", "POST", "/api/session", &json!({ "name": "ada", "password": PASSWORD, "code": code }).to_string()).await
    };
    assert_problem(&sign_in(at, "ada", PASSWORD).await, 401, "second-factor", "", "send the one", "none");
    assert_problem(&with_code(&code_of(&secret, NOON)).await, 401, "second-factor", "", "used already", "the one that confirmed");
    now.store(SOON, Ordering::SeqCst);
    let code = code_of(&secret, SOON);
    assert_eq!(with_code(&code).await.status, 200);
    assert_problem(&with_code(&code).await, 401, "second-factor", "", "used already", "a code is good once");
    // Without the password, no code helps, and nobody is told that there is one.
    let answer = as_whom(at, "", "POST", "/api/session", r#"{"name":"ada","password":"wrong","code":"000000"}"#).await;
    assert_problem(&answer, 401, "unauthorized", "", "Name or password", "a wrong password");
    // It ends with the password, or by an owner.
    let end = r#"{"hasCodes":false}"#;
    assert_problem(&as_whom(at, &cookie, "PATCH", "/api/operators/ada", end).await, 422, "invalid", "currentPassword", "", "no password");
    assert_eq!(as_whom(at, &admin_key(), "PATCH", "/api/operators/ada", end).await.json()["hasCodes"], false);
    assert_eq!(sign_in(at, "ada", PASSWORD).await.status, 200);
    server.stop().await;
}

/// An operator with an authenticator app; its secret.
async fn with_codes(at: SocketAddr, name: &str, role: &str, now_ms: u64) -> String {
    let cookie = operator(at, name, role).await;
    let path = format!("/api/operators/{name}/codes");
    let offered = as_whom(at, &cookie, "POST", &path, &json!({ "currentPassword": PASSWORD }).to_string()).await.json();
    let secret = offered["secret"].as_str().unwrap().to_owned();
    let confirmed = as_whom(at, &cookie, "PUT", &path, &json!({ "code": code_of(&secret, now_ms) }).to_string()).await;
    assert_eq!(confirmed.json()["hasCodes"], true, "{}", confirmed.text());
    secret
}

async fn sign_in_with(at: SocketAddr, name: &str, code: &str) -> Answer {
    as_whom(at, "", "POST", "/api/session", &json!({ "name": name, "password": PASSWORD, "code": code }).to_string()).await
}

/// Whoever looked over a shoulder is as fast as whoever typed.
#[tokio::test]
async fn of_two_with_one_code_at_the_same_moment_one_gets_in() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let secret = with_codes(at, "ada", "owner", NOON).await;
    for step in 1..=3 {
        let time = NOON + step * 30_000;
        now.store(time, Ordering::SeqCst);
        let code = code_of(&secret, time);
        let (one, two) = tokio::join!(sign_in_with(at, "ada", &code), sign_in_with(at, "ada", &code));
        let both = [&one, &two];
        let statuses = both.map(|answer| answer.status.as_u16());
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 401, 503].contains(status)), "{statuses:?}");
    }
    server.stop().await;
}

/// Whoever has the password has many addresses, too.
#[tokio::test]
async fn wrong_codes_are_counted_from_wherever_they_come() {
    let now = Arc::new(AtomicU64::new(NOON));
    let clock = now.clone();
    let server = LeaderPort::start_with(|config| {
        config.clock = Clock::new(move || clock.load(Ordering::SeqCst));
        config.trusted_proxy = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let at = server.address;
    let secret = with_codes(at, "ada", "owner", NOON).await;
    let try_from = async |n: u64, password: &str, code: &str| {
        let address = format!("198.51.100.{n}");
        let body = json!({ "name": "ada", "password": password, "code": code }).to_string();
        send(at, "POST", "/api/session", &[("content-type", "application/json"), ("x-forwarded-for", &address)], body).await
    };
    // Strangers, who don't know it, keep nobody out; nor do codes that were right.
    for n in 0..25 {
        assert_eq!(try_from(n, "not the one", "000000").await.status, 401);
    }
    for step in 1..=2 {
        now.store(NOON + step * 30_000, Ordering::SeqCst);
        assert_eq!(try_from(30, PASSWORD, &code_of(&secret, NOON + step * 30_000)).await.status, 200);
    }
    for n in 100..120 {
        assert_problem(&try_from(n, PASSWORD, "no code").await, 401, "second-factor", "", "", "a guess");
    }
    now.store(NOON + 90_000, Ordering::SeqCst);
    let right = code_of(&secret, NOON + 90_000);
    let refused = try_from(120, PASSWORD, &right).await;
    assert_problem(&refused, 429, "too-many-tries", "", "", "one too many, be it right");
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 80_000, "for a day");
    // Another password is one that they don't know.
    let other = json!({ "password": "copper lantern oat museum" }).to_string();
    assert_eq!(as_whom(at, &admin_key(), "PATCH", "/api/operators/ada", &other).await.status, 200);
    assert_eq!(try_from(121, "copper lantern oat museum", &right).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_session_is_no_way_to_find_the_password() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let taken = operator(at, "ada", "owner").await;
    let guess = async |n: usize| {
        let (current, other) = (format!("violet harbour tin {n}"), "copper lantern oat museum");
        match n % 3 {
            0 => {
                let body = json!({ "password": other, "currentPassword": current }).to_string();
                as_whom(at, &taken, "PATCH", "/api/operators/ada", &body).await
            }
            1 => as_whom(at, &taken, "POST", "/api/operators/ada/codes", &json!({ "currentPassword": current }).to_string()).await,
            _ => {
                let body = json!({ "currentPassword": current }).to_string();
                as_whom(at, &taken, "POST", "/api/operators/ada/passkeys/challenge", &body).await
            }
        }
    };
    for n in 0..20 {
        assert_problem(&guess(n).await, 422, "invalid", "currentPassword", "", "a guess");
    }
    for n in 20..23 {
        assert_problem(&guess(n).await, 429, "too-many-tries", "", "", "one too many");
    }
    // Who signs in is not kept out by that, and an owner or the admin key can help.
    assert_eq!(sign_in(at, "ada", PASSWORD).await.status, 200);
    let other = json!({ "password": "copper lantern oat museum" }).to_string();
    assert_eq!(as_whom(at, &admin_key(), "PATCH", "/api/operators/ada", &other).await.status, 200);
    assert_eq!(who(at, &taken).await["kind"], "anonymous");
    server.stop().await;
}

#[tokio::test]
async fn another_role_or_password_ends_other_sessions() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let first = operator(at, "ada", "manager").await;
    let second = cookies(&sign_in(at, "ada", PASSWORD).await);
    let sessions = as_whom(at, &first, "GET", "/api/operators/ada/sessions", "").await.json();
    let listed = sessions["sessions"].as_array().unwrap();
    assert_eq!((listed.len(), listed.iter().filter(|session| session["isThis"] == true).count()), (2, 1), "{sessions}");
    assert_eq!(listed[0]["address"], "127.0.0.1");
    let change = |current: &str| json!({ "password": "copper lantern oat museum", "currentPassword": current }).to_string();
    let wrong = as_whom(at, &first, "PATCH", "/api/operators/ada", &change("violet")).await;
    assert_problem(&wrong, 422, "invalid", "currentPassword", "not the password", "a wrong one");
    assert_eq!(as_whom(at, &first, "PATCH", "/api/operators/ada", &change(PASSWORD)).await.status, 200);
    assert_eq!((who(at, &first).await["kind"].as_str(), who(at, &second).await["kind"].as_str()), (Some("operator"), Some("anonymous")));
    assert_eq!(sign_in(at, "ada", PASSWORD).await.status, 401);
    let second = cookies(&sign_in(at, "ada", "copper lantern oat museum").await);
    // Nobody gives themself a role.
    assert_eq!(as_whom(at, &second, "PATCH", "/api/operators/ada", r#"{"role":"owner"}"#).await.status, 403);
    assert_eq!(as_whom(at, &admin_key(), "PATCH", "/api/operators/ada", r#"{"role":"viewer"}"#).await.status, 200);
    assert_eq!((who(at, &first).await["kind"].as_str(), who(at, &second).await["kind"].as_str()), (Some("anonymous"), Some("anonymous")));
    server.stop().await;
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_or_all() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let first = operator(at, "ada", "viewer").await;
    let second = cookies(&sign_in(at, "ada", PASSWORD).await);
    let other = operator(at, "bob", "manager").await;
    let id = who(at, &second).await["session"].as_str().unwrap().to_owned();
    let path = format!("/api/operators/ada/sessions/{id}");
    assert_eq!(as_whom(at, &other, "DELETE", &path, "").await.status, 403, "not another's, be it a manager");
    assert_eq!(as_whom(at, &first, "DELETE", &path, "").await.status, 204);
    assert_eq!(who(at, &second).await["kind"], "anonymous");
    assert_eq!(as_whom(at, &first, "DELETE", &path, "").await.status, 404);
    // However it is used, it ends after a week.
    now.store(NOON + 7 * DAY - 1, Ordering::SeqCst);
    assert_eq!(who(at, &first).await["kind"], "operator");
    now.store(NOON + 7 * DAY, Ordering::SeqCst);
    assert_eq!(who(at, &first).await["kind"], "anonymous");
    let third = cookies(&sign_in(at, "ada", PASSWORD).await);
    assert_eq!(as_whom(at, &admin_key(), "DELETE", "/api/operators/ada/sessions", "").await.status, 204);
    assert_eq!(who(at, &third).await["kind"], "anonymous");
    // Twenty at once, and the oldest goes. Who signs in well is not kept from doing it often.
    let mut all = Vec::new();
    for n in 0..22 {
        now.fetch_add(1_000, Ordering::SeqCst);
        let headers = [("content-type", "application/json"), ("user-agent", "a browser")];
        let answer = send(at, "POST", "/api/session", &headers, json!({ "name": "ada", "password": PASSWORD }).to_string()).await;
        assert_eq!(answer.status, 200, "{n}: {}", answer.text());
        all.push(cookies(&answer));
    }
    let mut kinds = Vec::new();
    for cookie in &all {
        kinds.push(who(at, cookie).await["kind"] == "operator");
    }
    assert_eq!((&kinds[..2], kinds[2..].iter().all(|is_in| *is_in)), (&[false, false][..], true), "{kinds:?}");
    server.stop().await;
}

#[tokio::test]
async fn there_is_always_an_owner() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = operator(at, "ada", "owner").await;
    for (method, body) in [("PATCH", r#"{"role":"manager"}"#), ("DELETE", "")] {
        assert_problem(&as_whom(at, &ada, method, "/api/operators/ada", body).await, 422, "invalid", "role", "only owner", method);
    }
    let bob = operator(at, "bob", "owner").await;
    assert_eq!(as_whom(at, &ada, "DELETE", "/api/operators/ada", "").await.status, 204);
    assert_eq!(who(at, &ada).await["kind"], "anonymous", "who is gone is signed in nowhere");
    assert_problem(&as_whom(at, &bob, "DELETE", "/api/operators/bob", "").await, 422, "invalid", "role", "only owner", "the last");
    let again =
        as_whom(at, &bob, "POST", "/api/operators", &json!({ "name": "bob", "role": "viewer", "password": PASSWORD }).to_string()).await;
    assert_problem(&again, 422, "invalid", "name", "already", "twice");
    server.stop().await;
}

#[tokio::test]
async fn of_two_owners_who_go_at_the_same_moment_one_stays() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    enlist(at, "bob", "owner").await;
    for round in 0..20 {
        let go = async |name: &str| {
            let path = format!("/api/operators/{name}");
            let (method, body) = if round % 2 == 0 { ("PATCH", r#"{"role":"viewer"}"#) } else { ("DELETE", "") };
            as_whom(at, &admin_key(), method, &path, body).await
        };
        let (ada, bob) = tokio::join!(go("ada"), go("bob"));
        let (went, stayed, who) = if ada.status.is_success() { (ada, bob, "ada") } else { (bob, ada, "bob") };
        assert!(went.status.is_success(), "{}", went.text());
        assert_problem(&stayed, 422, "invalid", "role", "only owner", "who stays");
        if round % 2 == 0 {
            let back = as_whom(at, &admin_key(), "PATCH", &format!("/api/operators/{who}"), r#"{"role":"owner"}"#).await;
            assert_eq!(back.status, 200, "{}", back.text());
        } else {
            enlist(at, who, "owner").await;
        }
    }
    server.stop().await;
}

/// Passwords take a while to be looked at: who has begun to sign in by one that is another meanwhile, or as somebody who is gone, is not in.
#[tokio::test]
async fn a_session_is_of_whoever_there_is_when_it_begins() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    operator(at, "bob", "viewer").await;
    let sign_in_often = async |name: &str| {
        let tries = futures::future::join_all((0..4).map(|_| sign_in(at, name, PASSWORD))).await;
        tries.iter().map(cookies).filter(|cookie| !cookie.is_empty()).collect::<Vec<_>>()
    };
    let other = json!({ "password": "copper lantern oat museum" }).to_string();
    let admin = admin_key();
    let (changed, begun) = tokio::join!(as_whom(at, &admin, "PATCH", "/api/operators/bob", &other), sign_in_often("bob"));
    assert_eq!(changed.status, 200, "{}", changed.text());
    for cookie in begun {
        assert_eq!(who(at, &cookie).await["kind"], "anonymous", "the password was another by then");
    }
    let replace = async {
        let gone = as_whom(at, &admin, "DELETE", "/api/operators/ada", "").await;
        enlist(at, "ada", "viewer").await;
        gone
    };
    enlist(at, "eve", "owner").await;
    let (begun, gone) = tokio::join!(sign_in_often("ada"), replace);
    assert_eq!(gone.status, 204, "{}", gone.text());
    for cookie in begun {
        assert_eq!(who(at, &cookie).await["kind"], "anonymous", "that was somebody else of the same name");
    }
    assert_eq!(who(at, &cookies(&sign_in(at, "ada", PASSWORD).await)).await["role"], "viewer");
    server.stop().await;
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_told_of_once() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("log");
    let program = Program::start_logging(&folder.path().join("data"), std::fs::File::create(&log).unwrap()).await;
    for _ in 0..3 {
        send(program.address, "GET", "/api/leaderboard", &[("x-forwarded-for", "198.51.100.7")], "").await;
    }
    program.end("-TERM").await;
    let log = std::fs::read_to_string(&log).unwrap();
    let told: Vec<&str> = log.lines().filter(|line| line.contains("--trusted-proxy")).collect();
    assert!(told.len() == 1 && told[0].contains("127.0.0.1") && told[0].contains("WARN"), "{log}");
}
