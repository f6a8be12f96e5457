//! API keys: made, used, changed, renewed, deleted.

use super::{admin_key, as_whom, key};
use crate::{
    client::{admin, assert_problem, delete, get},
    harness::{LeaderPort, NOON, Program, eventually},
};
use serde_json::json;
use std::{
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const HOUR: u64 = 60 * 60 * 1000;
const SCORE: &str = r#"{"playerId":"ada","score":5}"#;

#[tokio::test]
async fn a_key_is_told_once_and_works_until_it_ends() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let ask = json!({ "label": " game servers ", "scopes": ["submit"], "expiresAt": NOON + HOUR });
    let made = admin(at, "POST", "/api/keys", ask.to_string()).await;
    let secret = made.json()["secret"].as_str().unwrap().to_owned();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert!(secret.starts_with(&format!("lp_{id}_")) && secret.len() == 64, "{secret}");
    assert_eq!((made.status.as_u16(), made.header("location")), (201, &*format!("/api/keys/{id}")));
    assert_eq!(
        (&made.json()["label"], &made.json()["createdBy"], &made.json()["lastUsedAt"]),
        (&json!("game servers"), &json!("admin key"), &json!(null))
    );
    let bearer = format!("Bearer {secret}");
    assert_eq!(as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await.status, 200);
    let me = as_whom(at, &bearer, "GET", "/api/session", "").await.json();
    assert_eq!(me, json!({ "kind": "key", "id": id, "scopes": ["submit"] }));
    // It is seen that it is used, and nobody is told its secret again.
    let listed = admin(at, "GET", "/api/keys", "").await;
    assert_eq!(listed.json()["keys"][0]["lastUsedAt"], NOON);
    for path in ["/api/keys".to_owned(), format!("/api/keys/{id}"), "/api/audit".to_owned()] {
        let text = admin(at, "GET", &path, "").await.text();
        assert!(text.contains(&id) && !text.contains(&secret[16..]) && !text.contains("hash"), "{path}: {text}");
    }
    now.store(NOON + HOUR - 1, Ordering::SeqCst);
    assert_eq!(as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await.status, 200);
    now.store(NOON + HOUR, Ordering::SeqCst);
    let late = as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await;
    assert_problem(&late, 401, "unauthorized", "", "not valid", "a key that has expired");
    // What was asked for by then is changed by who may.
    let longer = admin(at, "PATCH", &format!("/api/keys/{id}"), json!({ "expiresAt": null, "label": "servers" }).to_string()).await;
    assert_eq!((&longer.json()["expiresAt"], &longer.json()["label"]), (&json!(null), &json!("servers")));
    assert_eq!(as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await.status, 200);
    assert_eq!(delete(at, &format!("/api/keys/{id}")).await.status, 204);
    assert_eq!(as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await.status, 401, "deleted");
    assert_problem(&delete(at, &format!("/api/keys/{id}")).await, 404, "not-found", "", "API key", "twice");
    server.stop().await;
}

#[tokio::test]
async fn a_secret_is_renewed_without_a_gap() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let first = key(at, json!({ "label": "a", "scopes": ["read"] })).await;
    let id = first["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    let rotate = async |body: &str| {
        let answer = admin(at, "POST", &format!("/api/keys/{id}/rotate"), body.to_owned()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        (format!("Bearer {}", answer.json()["secret"].as_str().unwrap()), answer.json())
    };
    let works = async |bearer: &str| as_whom(at, bearer, "GET", "/api/jobs", "").await.status == 200;
    let (second, told) = rotate(r#"{"overlapSeconds":3600}"#).await;
    assert_eq!(told["oldSecretUntil"], NOON + HOUR);
    assert!(works(&first).await && works(&second).await);
    now.store(NOON + HOUR, Ordering::SeqCst);
    assert!(!works(&first).await && works(&second).await);
    // A day where nothing is said; and of three secrets the oldest is none any more.
    let (third, told) = rotate("{}").await;
    assert_eq!(told["oldSecretUntil"], NOON + 25 * HOUR);
    let (fourth, _) = rotate(r#"{"overlapSeconds":0}"#).await;
    assert!(!works(&second).await && !works(&third).await && works(&fourth).await);
    server.stop().await;
}

#[tokio::test]
async fn what_is_asked_of_a_key_is_checked() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for (body, field, says) in [
        (json!({ "label": "", "scopes": ["read"] }), "label", "1 to 100"),
        (json!({ "label": "a\u{7}", "scopes": ["read"] }), "label", "control"),
        (json!({ "label": "x".repeat(101), "scopes": ["read"] }), "label", "1 to 100"),
        (json!({ "label": "a", "scopes": [] }), "scopes", "one or more"),
        (json!({ "label": "a", "scopes": ["read", "read"] }), "scopes", "each once"),
        (json!({ "label": "a", "scopes": ["own"] }), "scopes", "not `own`"),
        (json!({ "label": "a" }), "scopes", "missing"),
        (json!({ "label": "a", "scopes": ["read"], "boards": [] }), "boards", "1 to 100"),
        (json!({ "label": "a", "scopes": ["read"], "boards": ["A"] }), "boards", ""),
        (json!({ "label": "a", "scopes": ["read"], "expiresAt": NOON }), "expiresAt", "in the past"),
        (json!({ "label": "a", "scopes": ["read"], "expiresAt": u64::MAX }), "expiresAt", "no time"),
        // Nobody makes themself a key with more than there is to ask for.
        (json!({ "label": "a", "scopes": ["read"], "createdBy": "ada" }), "request", "createdBy"),
        (json!({ "label": "a", "scopes": ["read"], "role": "owner" }), "request", "role"),
    ] {
        assert_problem(&admin(at, "POST", "/api/keys", body.to_string()).await, 422, "invalid", field, says, &body.to_string());
    }
    assert_eq!(admin(at, "GET", "/api/keys", "").await.json()["keys"], json!([]));
    for wrong in
        ["", "lp_", "lp_0_0", &format!("lp_{}_{}", "0".repeat(12), "0".repeat(48)), &format!("lp_{}_{}", "é".repeat(6), "0".repeat(48))]
    {
        let header = format!("Bearer {wrong}");
        let answer = crate::client::try_send(at, "GET", "/api/boards", &[("authorization", &header)], "").await;
        if let Ok(answer) = answer {
            assert_problem(&answer, 401, "unauthorized", "", "not valid", wrong);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_that_is_deleted_on_one_server_ends_on_all() {
    let (one, two) = LeaderPort::start_two().await;
    let bearer = key(one.address, json!({ "label": "a", "scopes": ["read"] })).await;
    assert_eq!(as_whom(two.address, &bearer, "GET", "/api/jobs", "").await.status, 200);
    let id = bearer["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    assert_eq!(delete(one.address, &format!("/api/keys/{id}")).await.status, 204);
    assert_eq!(as_whom(one.address, &bearer, "GET", "/api/jobs", "").await.status, 401, "here at once");
    eventually("it ends on the other one", || async { as_whom(two.address, &bearer, "GET", "/api/jobs", "").await.status == 401 }).await;
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    let folder = tempfile::TempDir::new().unwrap();
    let log = folder.path().join("log");
    let program = Program::start_logging_all(folder.path(), Stdio::from(std::fs::File::create(&log).unwrap())).await;
    let at = program.address;
    let bearer = key(at, json!({ "label": "a", "scopes": ["submit"], "signed": true })).await;
    assert_eq!(as_whom(at, &bearer, "POST", "/api/boards/main/scores", SCORE).await.status, 401);
    let operator = super::operator(at, "ada", "viewer").await;
    assert_eq!(as_whom(at, &operator, "GET", "/api/jobs", "").await.status, 200);
    assert_eq!(super::sign_in(at, "ada", "violet harbour tin sonnet").await.status, 401);
    assert_eq!(get(at, "/api/boards").await.status, 200);
    program.end("-TERM").await;
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("/api/session"), "{log}");
    let session = operator.split_once('=').unwrap().1;
    for secret in [&bearer[16..], &admin_key()[7..], session, super::PASSWORD, "sonnet", "argon2", "whsec_"] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
