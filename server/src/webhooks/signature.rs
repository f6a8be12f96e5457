//! How deliveries are signed, by [Standard Webhooks](https://www.standardwebhooks.com).

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How long what was signed with before is signed with as well, in ms: a day.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1000;

/// What a webhook's deliveries are signed with. It is never shown but to whoever made it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn new() -> Self {
        Self(format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>())))
    }

    /// As whoever made it is told.
    pub fn reveal(&self) -> String {
        self.0.clone()
    }

    fn sign(&self, signed: &[&str]) -> Option<String> {
        let key = STANDARD.decode(self.0.strip_prefix(PREFIX)?).ok()?;
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
        signed.iter().for_each(|part| mac.update(part.as_bytes()));
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What deliveries are signed with: the secret of now, and for a while the one before, so that a receiver can change over in between.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secrets {
    now: Secret,
    before: Option<(Secret, u64)>,
}

impl Secrets {
    /// With a new secret.
    pub fn new(secret: Secret) -> Self {
        Self { now: secret, before: None }
    }

    /// With another one from now on.
    pub fn rotated(self, secret: Secret, now_ms: u64) -> Self {
        Self { now: secret, before: Some((self.now, now_ms + OVERLAP_MS)) }
    }

    /// The header that signs a body: a signature by each secret.
    pub fn sign(&self, id: &str, seconds: &str, body: &str, now_ms: u64) -> String {
        let before = self.before.as_ref().filter(|(_, until)| *until > now_ms).map(|(secret, _)| secret);
        let signatures = [Some(&self.now), before].into_iter().flatten().filter_map(|secret| secret.sign(&[id, ".", seconds, ".", body]));
        signatures.collect::<Vec<_>>().join(" ")
    }
}
