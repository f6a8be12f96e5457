//! Submissions that are signed, as Standard Webhooks has it. The signatures are made here by another way than the server's.

use super::key;
use crate::{
    client::{Answer, admin, assert_problem, create_board, get, rows, send},
    harness::{LeaderPort, NOON},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const ONE: &str = r#"{"playerId":"ada","score":5}"#;
const PATH: &str = "/api/boards/main/scores";

/// HMAC as RFC 2104 writes it.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

fn signature(secret: &str, id: &str, seconds: u64, body: &str) -> String {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    format!("v1,{}", STANDARD.encode(hmac(&key, format!("{id}.{seconds}.{body}").as_bytes())))
}

struct Signer {
    at: SocketAddr,
    bearer: String,
    secret: String,
}

impl Signer {
    async fn new(at: SocketAddr) -> Self {
        let ask = json!({ "label": "servers", "scopes": ["submit"], "signed": true });
        let made = admin(at, "POST", "/api/keys", ask.to_string()).await.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        assert_eq!(made["signed"], true);
        Self { at, bearer: format!("Bearer {}", text("secret")), secret: text("signingSecret") }
    }

    async fn send(&self, path: &str, id: &str, seconds: u64, signature: &str, body: &str) -> Answer {
        let seconds = seconds.to_string();
        let headers = [
            ("content-type", "application/json"),
            ("authorization", &*self.bearer),
            ("webhook-id", id),
            ("webhook-timestamp", &seconds),
            ("webhook-signature", signature),
        ];
        send(self.at, "POST", path, &headers, body.to_owned()).await
    }

    async fn sign_and_send(&self, path: &str, id: &str, seconds: u64, body: &str) -> Answer {
        self.send(path, id, seconds, &signature(&self.secret, id, seconds, body), body).await
    }
}

#[tokio::test]
async fn a_signed_submission_counts_once_however_often_it_is_sent() {
    let server = LeaderPort::start_at_noon().await;
    let signer = Signer::new(server.address).await;
    let now = NOON / 1000;
    for path in [PATH, "/api/score"] {
        let id = format!("msg-{}", path.len());
        let first = signer.sign_and_send(path, &id, now, ONE).await;
        assert_eq!((first.status.as_u16(), &first.json()["replayed"]), (200, &json!(false)), "{}", first.text());
        // Whoever has recorded it gets nothing by sending it again.
        let again = signer.sign_and_send(path, &id, now, ONE).await;
        assert_eq!((again.status.as_u16(), &again.json()["replayed"]), (200, &json!(true)), "{}", again.text());
    }
    let entry = admin(server.address, "GET", "/api/boards/main/entries/ada", "").await.json();
    assert_eq!(entry["attempts"], 2);
    let both = r#"[{"playerId":"bob","score":1},{"playerId":"bob","score":2,"id":"own"}]"#;
    for replayed in [false, true] {
        let answer = signer.sign_and_send(PATH, "batch", now, both).await.json();
        assert!([0, 1].iter().all(|at| answer[at]["replayed"] == replayed), "{answer}");
    }
    // The newest secret's signature among older ones is enough, as the standard has it.
    let several = format!("v1,{} v2,xyz {}", STANDARD.encode([0_u8; 32]), signature(&signer.secret, "several", now, ONE));
    assert_eq!(signer.send(PATH, "several", now, &several, ONE).await.status, 200);
    server.stop().await;
}

/// Whoever has recorded what was sent to one board gets it counted on no other.
#[tokio::test]
async fn what_was_signed_for_a_board_counts_on_that_one_alone() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let (signer, other) = (Signer::new(at).await, Signer::new(at).await);
    create_board(at, json!({ "id": "b" })).await;
    let (now, there) = (NOON / 1000, "/api/boards/b/scores");
    let own = r#"{"playerId":"ada","score":5,"id":"own"}"#;
    for (id, body) in [("one", ONE), ("two", own), ("three", r#"[{"playerId":"ada","score":5}]"#)] {
        assert_eq!(signer.sign_and_send(PATH, id, now, body).await.status, 200);
        for path in [there, "/api/boards/b/runs/finished"] {
            assert_problem(&signer.sign_and_send(path, id, now, body).await, 401, "unsigned", "", "another board", path);
        }
        assert_eq!(signer.sign_and_send(PATH, id, now, body).await.status, 200, "sent again, it is answered as before");
    }
    assert_eq!(get(at, "/api/boards/b/entries").await.json()["total"], 0);
    // The ids of one key are not those of another, and another submission of the same key counts there.
    assert_eq!(other.sign_and_send(there, "one", now, ONE).await.status, 200);
    assert_eq!(signer.sign_and_send(there, "four", now, ONE).await.status, 200);
    server.stop().await;
}

/// A secret that got out is replaced without a gap: servers change over one by one.
#[tokio::test]
async fn what_is_signed_with_is_renewed_without_a_gap() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let first = Signer::new(at).await;
    let id = first.bearer["Bearer lp_".len()..].split('_').next().unwrap().to_owned();
    let rotated = async |seconds: u64| {
        let answer = admin(at, "POST", &format!("/api/keys/{id}/rotate"), json!({ "overlapSeconds": seconds }).to_string()).await.json();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        Signer { at, bearer: format!("Bearer {}", text("secret")), secret: text("signingSecret") }
    };
    let counts = async |bearer: &Signer, signs: &Signer, id: &str| {
        let seconds = now.load(Ordering::SeqCst) / 1000;
        let answer = bearer.send(PATH, id, seconds, &signature(&signs.secret, id, seconds, ONE), ONE).await;
        if answer.status != 200 {
            assert_problem(&answer, 401, "unsigned", "", "The signature is not", id);
        }
        answer.status == 200
    };
    let second = rotated(60).await;
    assert_ne!(first.secret, second.secret);
    // Whoever has one of the new secrets already, or both, or none yet.
    for (n, (bearer, signs)) in [(&first, &first), (&first, &second), (&second, &first), (&second, &second)].into_iter().enumerate() {
        assert!(counts(bearer, signs, &format!("during-{n}")).await);
    }
    now.store(NOON + 60_000, Ordering::SeqCst);
    assert!(!counts(&second, &first, "after").await, "the old one has ended");
    assert!(counts(&second, &second, "after").await);
    // Of three secrets the oldest is none any more, and where nothing is to overlap, the newest alone is one.
    let third = rotated(3600).await;
    let fourth = rotated(3600).await;
    assert!(!counts(&fourth, &second, "of-three").await);
    assert!(counts(&fourth, &third, "of-three").await);
    let fifth = rotated(0).await;
    assert!(!counts(&fifth, &fourth, "at-once").await);
    assert!(counts(&fifth, &fifth, "at-once").await);
    // Nobody is told them again.
    for path in [format!("/api/keys/{id}"), "/api/audit".to_owned()] {
        let text = admin(at, "GET", &path, "").await.text();
        assert!(text.contains(&id) && !text.contains("whsec_") && !text.contains("igning"), "{text}");
    }
    server.stop().await;
}

/// What is not signed changes no scores by way of a key that signs.
#[tokio::test]
async fn a_key_that_signs_does_not_manage() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ask = |scopes: serde_json::Value| json!({ "label": "a", "scopes": scopes, "signed": true }).to_string();
    let both = admin(at, "POST", "/api/keys", ask(json!(["submit", "manage"]))).await;
    assert_problem(&both, 422, "invalid", "scopes", "not signed", "made");
    let made = admin(at, "POST", "/api/keys", ask(json!(["submit"]))).await.json();
    let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
    let edited = admin(at, "PATCH", &path, json!({ "scopes": ["submit", "manage"] }).to_string()).await;
    assert_problem(&edited, 422, "invalid", "scopes", "not signed", "edited");
    server.stop().await;
}

#[tokio::test]
async fn what_is_altered_or_old_does_not_count() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let (signer, other) = (Signer::new(at).await, Signer::new(at).await);
    let now = NOON / 1000;
    let good = signature(&signer.secret, "id", now, ONE);
    let refused = |answer: Answer, about: &str| assert_problem(&answer, 401, "unsigned", "", "", about);
    refused(signer.send(PATH, "id", now, &good, r#"{"playerId":"ada","score":6}"#).await, "another body");
    refused(signer.send(PATH, "id2", now, &good, ONE).await, "another id");
    refused(signer.send(PATH, "id", now + 1, &good, ONE).await, "another time");
    refused(signer.send(PATH, "id", now, &signature(&other.secret, "id", now, ONE), ONE).await, "another key's");
    refused(signer.send(PATH, "id", now, &good.replace("v1,", "v2,"), ONE).await, "another version");
    refused(signer.send(PATH, "id", now, "v1,", ONE).await, "none");
    refused(signer.send(PATH, "id", now, &good[..good.len() - 4], ONE).await, "cut off");
    for seconds in [now - 301, now + 301, 0, u64::MAX] {
        refused(signer.sign_and_send(PATH, "id", seconds, ONE).await, "too old, or of the future");
    }
    refused(signer.sign_and_send(PATH, &"x".repeat(60), now, ONE).await, "a long id");
    refused(crate::auth::as_whom(at, &signer.bearer, "POST", PATH, ONE).await, "not signed at all");
    assert_eq!(rows(at).await, []);
    for seconds in [now - 300, now + 300] {
        assert_eq!(signer.sign_and_send(PATH, &seconds.to_string(), seconds, ONE).await.status, 200);
    }
    // Of a key that doesn't ask for it, nothing is looked at.
    let plain = key(at, json!({ "label": "a", "scopes": ["submit"] })).await;
    assert_eq!(crate::auth::as_whom(at, &plain, "POST", PATH, ONE).await.status, 200);
    server.stop().await;
}
