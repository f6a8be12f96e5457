//! How deliveries are signed.

use crate::auth::signatures::SigningSecret;
use serde::{Deserialize, Serialize};

/// How long what was signed with before is signed with as well, in ms: a day.
const OVERLAP_MS: u64 = 24 * 60 * 60 * 1000;

/// What deliveries are signed with: the secret of now, and for a while the one before, so that a receiver can change over in between.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secrets {
    now: SigningSecret,
    before: Option<(SigningSecret, u64)>,
}

impl Secrets {
    /// With a new secret.
    pub fn new(secret: SigningSecret) -> Self {
        Self { now: secret, before: None }
    }

    /// With another one from now on.
    pub fn rotated(self, secret: SigningSecret, now_ms: u64) -> Self {
        Self { now: secret, before: Some((self.now, now_ms + OVERLAP_MS)) }
    }

    /// The header that signs a body: a signature by each secret.
    pub fn sign(&self, id: &str, seconds: &str, body: &str, now_ms: u64) -> String {
        let before = self.before.as_ref().filter(|(_, until)| *until > now_ms).map(|(secret, _)| secret);
        let signatures = [Some(&self.now), before].into_iter().flatten().filter_map(|secret| secret.sign(id, seconds, body));
        signatures.collect::<Vec<_>>().join(" ")
    }
}
