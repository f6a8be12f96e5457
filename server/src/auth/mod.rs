//! Who somebody is: credentials in, a [`Caller`] out. What a caller may do is said in [`crate::boards::rights`].
//!
//! - [`keys`]: API keys · [`signatures`]: submissions that are signed besides
//! - [`operators`]: people who run boards, with [`setup`]: the first of them; [`passwords`], [`codes`] and [`passkeys`]: the second factor, [`sessions`]
//! - [`accounts`]: players who own their id, with [`recovery`]: the code by which they come back where they have no passkey
//! - [`audit`]: who did what · [`origin`]: whether a page of another site asks

pub mod accounts;
pub mod audit;
pub mod codes;
pub mod keys;
pub mod operators;
pub mod origin;
pub mod passkeys;
pub mod passwords;
pub mod recovery;
pub mod sessions;
pub mod setup;
pub mod signatures;

use crate::{
    boards::{caller::Caller, clock::Clock, from_store},
    config::AdminKey,
    hex::hex,
    valkey::functions::{
        Store,
        auth::{Put, Records},
    },
};
use app::{
    error::{AppError, Field},
    i18n::t,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Passwords that are hashed at once: each takes 19 MiB and a core for a while.
const HASHING: usize = 2;

/// Knows who somebody is.
pub struct Auth {
    store: Store,
    clock: Clock,
    admin: Option<AdminKey>,
    known: keys::Known,
    /// Whether operators need a second factor.
    needs_second_factor: bool,
    kept: audit::Kept,
    tallies: audit::Tallies,
    /// The hash of the one-time token by which the first operator is made here.
    setup: Mutex<Option<String>>,
    hashing: Arc<Semaphore>,
}

impl Auth {
    /// Over this store, with this admin key; whether operators need a second factor, and how much is kept of who did what.
    pub fn new(store: Store, clock: Clock, admin: Option<AdminKey>, needs_second_factor: bool, kept: audit::Kept) -> Self {
        let (known, setup, hashing) = (keys::Known::default(), Mutex::default(), Arc::new(Semaphore::new(HASHING)));
        Self { store, clock, admin, known, needs_second_factor, kept, tallies: audit::Tallies::default(), setup, hashing }
    }

    /// Whoever has this key: the admin key, or an API key.
    pub async fn caller_of_key(&self, key: &str) -> Result<Caller, AppError> {
        if self.admin.as_ref().is_some_and(|admin| admin.is(key)) {
            return Ok(Caller::Admin);
        }
        match self.grant_of(key).await? {
            Some(grant) => Ok(Caller::Key(grant)),
            None => Err(not_valid()),
        }
    }

    /// A record out of the store, with the text that it is.
    async fn read<T: DeserializeOwned>(&self, of: Records, id: &str) -> Result<Option<(T, String)>, AppError> {
        let Some(json) = self.store.record(of, id).await.map_err(from_store)? else { return Ok(None) };
        Ok(Some((parse(&json)?, json)))
    }

    /// Writes a record that was this; an error if somebody else has written it meanwhile, be it the same.
    async fn write<T: Serialize>(&self, of: Records, id: &str, was: Option<&str>, is: Option<&T>, most: u64) -> Result<(), AppError> {
        let json = is.map(marked).transpose().map_err(|_| AppError::Internal)?;
        match self.store.put_record(of, id, was, json.as_deref(), most).await.map_err(from_store)? {
            Put::Done => Ok(()),
            Put::Other => Err(AppError::Busy),
            Put::OnlyOwner => Err(AppError::invalid(Field::Role, t::problem::ONLY_OWNER)),
        }
    }

    fn offered(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.setup.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_valid() -> AppError {
    AppError::Unauthorized {
        message: "The key in the Authorization header is not valid: send Bearer <the admin key, or an API key>, or no such header.".into(),
    }
}

/// What nothing else is called.
fn mark() -> String {
    hex(&rand::random::<[u8; 8]>())
}

/// A record as it is stored, with a mark by which each writing of it is another: the store takes a call that is sent again for done, and who writes
/// the same at the same time, like that a code was used, is not to be taken for that.
fn marked(record: &impl Serialize) -> serde_json::Result<String> {
    let mut record = serde_json::to_value(record)?;
    if let Value::Object(members) = &mut record {
        members.insert("mark".to_owned(), mark().into());
    }
    Ok(record.to_string())
}

fn parse<T: DeserializeOwned>(json: &str) -> Result<T, AppError> {
    serde_json::from_str(json).map_err(|error| {
        tracing::error!(%error, "a record of keys, operators or accounts can't be read");
        AppError::Internal
    })
}

/// Whether a text is a label of at most so many characters: one line of something.
fn is_label(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// What stands for a secret that is long and random, so that what is stored is of no use to whoever reads it.
fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

/// What tells that a text is another, and not what it says.
pub fn mark_of(text: &str) -> String {
    hash(text)[..16].to_owned()
}

/// A secret of 192 bits, as 48 hexadecimal digits.
fn secret() -> String {
    hex(&rand::random::<[u8; 24]>())
}
