//! Signatures by [Standard Webhooks](https://www.standardwebhooks.com): an HMAC over `id.timestamp.body`, so that a message can't be altered, nor
//! be sent again later. Submissions that are signed are checked by it, and what webhooks deliver is signed by it.

use app::error::AppError;
use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// The headers: the id, the time in seconds since 1970, and signatures.
pub const HEADERS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
/// How far a timestamp may be off, in seconds.
pub const TOLERANCE: u64 = 5 * 60;
/// The longest id, in characters: as long as a submission's, with room for the number of one among many.
const MAX_ID: usize = 59;

/// What is signed with. It is never shown but once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SigningSecret(String);

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

impl SigningSecret {
    /// A new one, of 256 bits.
    pub fn random() -> Self {
        Self(STANDARD.encode(rand::random::<[u8; 32]>()))
    }

    /// As its owner is told it.
    pub fn told(&self) -> String {
        format!("whsec_{}", self.0)
    }

    /// The signature of a message, as its header has it.
    pub fn sign(&self, id: &str, timestamp: &str, body: &str) -> Option<String> {
        let mac = self.mac(&[id, ".", timestamp, ".", body].map(str::as_bytes))?;
        Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }

    fn mac(&self, signed: &[&[u8]]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&STANDARD.decode(&self.0).ok()?).ok()?;
        signed.iter().for_each(|part| mac.update(part));
        Some(mac)
    }

    /// Checks a request's signature; the id that it was signed with.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8], now_ms: u64) -> Result<String, AppError> {
        let [id, timestamp, signatures] = HEADERS.map(|name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default());
        if id.is_empty() || timestamp.is_empty() || signatures.is_empty() {
            return Err(refused(
                "Submissions with this key are signed: send the headers webhook-id, webhook-timestamp and webhook-signature.",
            ));
        }
        if id.len() > MAX_ID || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("webhook-id is 1 to 59 printable ASCII characters without spaces."));
        }
        let now = now_ms / 1000;
        if timestamp.parse::<u64>().ok().is_none_or(|at| at.abs_diff(now) > TOLERANCE) {
            return Err(refused("webhook-timestamp is the time in seconds since 1970, and at most five minutes off."));
        }
        let mac = self.mac(&[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]).ok_or(AppError::Internal)?;
        let given = signatures.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
        // `verify_slice` takes the same time whatever is wrong.
        if given.take(10).any(|given| mac.clone().verify_slice(&given).is_ok()) {
            return Ok(id.to_owned());
        }
        Err(refused("The signature is not one of this request: v1,<base64 of the HMAC-SHA256 of id.timestamp.body>."))
    }
}

fn refused(message: &str) -> AppError {
    AppError::Unsigned { message: message.into() }
}
