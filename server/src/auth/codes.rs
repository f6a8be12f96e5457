//! The second factor: codes of an authenticator app, by time (TOTP, RFC 6238: SHA-1, six digits, 30 seconds, as all apps know it).

use app::error::AppError;
use serde::{Deserialize, Serialize};
use std::fmt;
use totp_rs::{Algorithm, TOTP};

const STEP: u64 = 30;

/// What an authenticator app and the server share.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Codes {
    /// 160 bits.
    secret: Vec<u8>,
    /// The step of the last code that was taken: none is taken twice.
    last: u64,
}

impl fmt::Debug for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codes(…)")
    }
}

impl Codes {
    /// New ones.
    pub fn random() -> Self {
        Self { secret: rand::random::<[u8; 20]>().to_vec(), last: 0 }
    }

    fn totp(&self, name: &str) -> Result<TOTP, AppError> {
        TOTP::new(Algorithm::SHA1, 6, 1, STEP, self.secret.clone(), Some("LeaderPort".to_owned()), name.to_owned())
            .map_err(|_| AppError::Internal)
    }

    /// The address by which an app learns them, and the secret as it is typed in.
    pub fn told(&self, name: &str) -> Result<(String, String), AppError> {
        let totp = self.totp(name)?;
        Ok((totp.get_url(), totp.get_secret_base32()))
    }

    /// Takes a code of now, or of the step before or after; whether it is one.
    pub fn take(&mut self, code: &str, now_ms: u64) -> Result<bool, AppError> {
        let totp = self.totp("-")?;
        let now = now_ms / 1000 / STEP;
        let steps = (now.saturating_sub(1)..=now + 1).filter(|step| *step > self.last);
        let is_of = |step: &u64| bool::from(subtle::ConstantTimeEq::ct_eq(totp.generate(step * STEP).as_bytes(), code.as_bytes()));
        let Some(step) = steps.into_iter().find(is_of) else { return Ok(false) };
        self.last = step;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six digits.
        let codes = || Codes { secret: b"12345678901234567890".to_vec(), last: 0 };
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")] {
            assert_eq!(codes().take(code, seconds * 1000), Ok(true), "{seconds}");
            assert_eq!(codes().take(code, (seconds + 90) * 1000), Ok(false), "too late");
        }
        let mut codes = codes();
        assert_eq!(codes.take("287082", 59_000), Ok(true));
        assert_eq!(codes.take("287082", 60_000), Ok(false), "a code is taken once");
    }
}
