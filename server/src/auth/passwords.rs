//! Passwords: argon2id by OWASP's parameters (19 MiB, two passes, one lane), and none that are easily guessed.

use super::Auth;
use app::{
    error::{AppError, Field},
    i18n::t,
};
use argon2::{
    Argon2,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};
use zxcvbn::Score;

/// The shortest and the longest, in characters.
const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;
/// The hash of no password that anybody can have: whoever does not exist takes as long as whoever does.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Auth {
    /// The hash of a password that somebody of this name wants, as it is stored.
    pub(super) async fn hash_password(&self, password: String, name: String) -> Result<String, AppError> {
        self.hashed(move || {
            check(&password, &name)?;
            let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|_| AppError::Internal)?;
            Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|_| AppError::Internal)?.to_string())
        })
        .await
    }

    /// Whether this is the password with this hash; without a hash it is none, and that takes as long.
    pub(super) async fn is_password(&self, password: String, hash: Option<String>) -> Result<bool, AppError> {
        self.hashed(move || {
            let stored = hash.as_deref().unwrap_or(NOBODY);
            let parsed = PasswordHash::new(stored).map_err(|_| AppError::Internal)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some())
        })
        .await
    }

    /// Does what takes long apart from everything else, and few of it at once.
    async fn hashed<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
        let permit = self.hashing.clone().acquire_owned().await.map_err(|_| AppError::Internal)?;
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| AppError::Internal)?
    }
}

fn check(password: &str, name: &str) -> Result<(), AppError> {
    if !LENGTH.contains(&password.chars().count()) {
        return Err(AppError::invalid(Field::Password, t::problem::PASSWORD_LENGTH));
    }
    // It knows the passwords that are used most, names, words, dates and keyboards.
    if zxcvbn::zxcvbn(password, &[name, "leaderport"]).score() < Score::Three {
        return Err(AppError::invalid(Field::Password, t::problem::PASSWORD_WEAK));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easily_guessed_is_no_password() {
        for password in ["short", "password1234", "qwertyuiop[]", "leaderport2026", "aaaaaaaaaaaaaaaa", "ada.lovelace1", &"x".repeat(129)] {
            assert!(check(password, "ada.lovelace").is_err(), "{password}");
        }
        for password in ["violet harbour tin sonata", "Zq8#vLw2!mTr5", "дом-лес-река-поле"] {
            assert!(check(password, "ada").is_ok(), "{password}");
        }
        // Only then does it take as long for whoever does not exist.
        assert!(PasswordHash::new(NOBODY).is_ok_and(|hash| hash.hash.is_some()));
    }
}
