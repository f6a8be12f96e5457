//! Who may do what, and how they prove who they are.

mod attacks;
mod audit;
mod keys;
mod operators;
mod passkeys;
pub mod players;
mod rights;
mod signatures;

use crate::{
    client::{Answer, admin, cookies, send},
    harness::{ADMIN_KEY, NOON},
};
use serde_json::{Value, json};
use std::net::SocketAddr;
use totp_rs::{Algorithm, Secret, TOTP};

/// A good password.
pub const PASSWORD: &str = "violet harbour tin sonata";

/// A key that was made for this, as the header says it.
pub async fn key(at: SocketAddr, ask: Value) -> String {
    let answer = admin(at, "POST", "/api/keys", ask.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("Bearer {}", answer.json()["secret"].as_str().unwrap())
}

/// Sends JSON with what says who asks: a key's header, or a cookie, or nothing.
pub async fn as_whom(at: SocketAddr, who: &str, method: &str, path: &str, body: &str) -> Answer {
    let mut headers = vec![("content-type", "application/json")];
    match who.split_once(' ') {
        Some(("Bearer", _)) => headers.push(("authorization", who)),
        _ if !who.is_empty() => headers.push(("cookie", who)),
        _ => {}
    }
    send(at, method, path, &headers, body.to_owned()).await
}

/// The admin key, as the header says it.
pub fn admin_key() -> String {
    format!("Bearer {ADMIN_KEY}")
}

/// Makes an operator.
pub async fn enlist(at: SocketAddr, name: &str, role: &str) {
    let ask = json!({ "name": name, "role": role, "password": PASSWORD });
    let answer = admin(at, "POST", "/api/operators", ask.to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// Signs in; the answer.
pub async fn sign_in(at: SocketAddr, name: &str, password: &str) -> Answer {
    as_whom(at, "", "POST", "/api/session", &json!({ "name": name, "password": password }).to_string()).await
}

/// An operator who has signed in, by the cookie that says so.
pub async fn operator(at: SocketAddr, name: &str, role: &str) -> String {
    enlist(at, name, role).await;
    let answer = sign_in(at, name, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    cookies(&answer)
}

/// What an authenticator app with this secret shows at a time, in ms since 1970.
pub fn code_of(secret: &str, now_ms: u64) -> String {
    let secret = Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    TOTP::new(Algorithm::SHA1, 6, 1, 30, secret, None, String::new()).unwrap().generate(now_ms / 1000)
}

/// The step after noon.
pub const SOON: u64 = NOON + 30_000;
