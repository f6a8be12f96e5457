//! API keys: `lp_<id>_<secret>`. The id is no secret; of the secret only a hash is stored.

use super::{
    Auth, hash, hex, is_label, not_valid, secret,
    signatures::{SigningSecret, TOLERANCE},
};
use crate::{
    boards::{
        caller::{Caller, Grant},
        from_store,
        rights::{Right, Scope},
    },
    valkey::functions::auth::Records,
};
use app::{
    error::{AppError, Field, What},
    i18n::{Text, t},
    model::{BoardId, given},
};
use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use subtle::ConstantTimeEq;
use utoipa::ToSchema;

/// Keys that there may be.
const MOST: u64 = 1_000;
/// How long a key is known without asking the store: a change on another server counts after that.
const FRESH: Duration = Duration::from_secs(1);
/// Keys that are known at once; made-up ones among them.
const MOST_KNOWN: usize = 10_000;
/// How exactly it is noted when a key was used, in ms.
const NOTED: u64 = 60 * 1000;
/// How long it is known where a signed submission was sent: longer than its signature is good for, from the earliest moment to the last.
const SIGNED: Duration = Duration::from_secs(2 * TOLERANCE + 60);
/// The longest label, in characters.
const MAX_LABEL: usize = 100;
/// The most boards a key is limited to.
const MAX_BOARDS: usize = 100;
/// The longest that an old secret goes on to work besides a new one, in seconds: a month.
const MAX_OVERLAP: u64 = 31 * 24 * 60 * 60;

/// A key, without its secret.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApiKey {
    /// Its id: the part after `lp_`.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// The boards it is for; left out: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boards: Option<Vec<BoardId>>,
    /// Whether submissions with it have to be signed.
    pub signed: bool,
    /// When it was created, in ms since 1970.
    pub created_at: u64,
    /// By whom.
    pub created_by: String,
    /// From when on it is not valid any more, in ms since 1970.
    pub expires_at: Option<u64>,
    /// When it was last used, to a minute, in ms since 1970.
    pub last_used_at: Option<u64>,
    /// Until when the secret before the newest one works as well, and what was signed with then, in ms since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_secret_until: Option<u64>,
}

/// A key with what is told once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NewApiKey {
    /// The key.
    #[serde(flatten)]
    pub key: ApiKey,
    /// What to send: `Authorization: Bearer <this>`. It is not told again.
    pub secret: String,
    /// What to sign submissions with. It is not told again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_secret: Option<String>,
}

/// What is asked of a new key.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyAsk {
    /// What it is called, 1 to 100 characters.
    pub label: String,
    /// What it is for: one or more.
    pub scopes: Vec<Scope>,
    /// The boards it is for, 1 to 100; left out: all of them.
    pub boards: Option<Vec<BoardId>>,
    /// Whether submissions with it have to be signed; then `manage` is none of its scopes.
    #[serde(default)]
    pub signed: bool,
    /// From when on it is not valid any more, in ms since 1970; left out: never.
    pub expires_at: Option<u64>,
}

/// What to change of a key. What is left out stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyChange {
    /// What it is called, 1 to 100 characters.
    pub label: Option<String>,
    /// What it is for: one or more.
    pub scopes: Option<Vec<Scope>>,
    /// The boards it is for; `null`: all of them.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<BoardId>>)]
    pub boards: Option<Option<Vec<BoardId>>>,
    /// From when on it is not valid any more, in ms since 1970; `null`: never.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>)]
    pub expires_at: Option<Option<u64>>,
}

/// A key as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredKey {
    label: String,
    scopes: Vec<Scope>,
    boards: Option<Vec<BoardId>>,
    /// The newest first.
    secrets: Vec<StoredSecret>,
    signing: Option<SigningSecret>,
    /// What submissions were signed with before, and until when, in ms since 1970, they may still be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    old_signing: Option<(SigningSecret, u64)>,
    created_at: u64,
    created_by: String,
    expires_at: Option<u64>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct StoredSecret {
    hash: String,
    /// In ms since 1970.
    until: Option<u64>,
}

impl StoredKey {
    fn check(&self, now_ms: u64) -> Result<(), AppError> {
        let wrong = |field, message: Text| Err(AppError::invalid(field, message));
        if !is_label(&self.label, MAX_LABEL) {
            return wrong(Field::Label, t::problem::KEY_LABEL);
        }
        if self.scopes.is_empty() || (1..self.scopes.len()).any(|at| self.scopes[..at].contains(&self.scopes[at])) {
            return wrong(Field::Scopes, t::problem::KEY_SCOPES);
        }
        // Imports and edits of scores are not signed.
        if self.signing.is_some() && self.scopes.contains(&Scope::Manage) {
            return wrong(Field::Scopes, t::problem::KEY_SIGNED);
        }
        if self.boards.as_ref().is_some_and(|boards| boards.is_empty() || boards.len() > MAX_BOARDS) {
            return wrong(Field::Boards, t::problem::KEY_BOARDS);
        }
        if self.expires_at.is_some_and(|at| at <= now_ms || at >= 1 << 47) {
            return wrong(Field::ExpiresAt, t::problem::KEY_EXPIRES);
        }
        Ok(())
    }

    fn shown(&self, id: &str, last_used_at: Option<u64>) -> ApiKey {
        ApiKey {
            id: id.to_owned(),
            label: self.label.clone(),
            scopes: self.scopes.clone(),
            boards: self.boards.clone(),
            signed: self.signing.is_some(),
            created_at: self.created_at,
            created_by: self.created_by.clone(),
            expires_at: self.expires_at,
            last_used_at,
            old_secret_until: self.secrets.get(1).and_then(|old| old.until),
        }
    }

    /// What submissions may be signed with, the newest first; nothing where they need not be signed.
    fn signing_secrets(&self, now_ms: u64) -> impl Iterator<Item = &SigningSecret> {
        let old = self.old_signing.as_ref().filter(|(_, until)| lasts(Some(*until), now_ms)).map(|(secret, _)| secret);
        self.signing.iter().chain(old)
    }

    /// With other secrets from now on; those that it has work until a time in ms since 1970, and those before them no more.
    fn rotate(&mut self, secret: &str, until: u64) {
        self.secrets.truncate(1);
        for old in &mut self.secrets {
            old.until = Some(until);
        }
        self.secrets.insert(0, StoredSecret { hash: hash(secret), until: None });
        if let Some(signing) = &mut self.signing {
            self.old_signing = Some((std::mem::replace(signing, SigningSecret::random()), until));
        }
    }
}

fn lasts(until: Option<u64>, now_ms: u64) -> bool {
    until.is_none_or(|until| now_ms < until)
}

/// Keys that were looked up a moment ago.
#[derive(Default)]
pub struct Known(Mutex<HashMap<String, Lookup>>);

#[derive(Clone)]
struct Lookup {
    at: Instant,
    noted_ms: u64,
    found: Option<Arc<Found>>,
}

/// A key, and what it is good for by each of its secrets, in their order: made when it is looked up, and not at each request.
struct Found {
    key: StoredKey,
    grants: Vec<Arc<Grant>>,
}

impl Found {
    fn new(id: &str, key: StoredKey) -> Self {
        let grant = |stored: &StoredSecret| {
            Arc::new(Grant { key: id.to_owned(), secret: stored.hash.clone(), scopes: key.scopes.clone(), boards: key.boards.clone() })
        };
        Self { grants: key.secrets.iter().map(grant).collect(), key }
    }

    /// What it is good for by a secret, by its hash, while that works.
    fn grant(&self, hash: &str, now_ms: u64) -> Option<&Arc<Grant>> {
        let is_one = |stored: &StoredSecret| bool::from(stored.hash.as_bytes().ct_eq(hash.as_bytes()));
        let mut secrets = self.key.secrets.iter().zip(&self.grants).filter(|_| lasts(self.key.expires_at, now_ms));
        secrets.find(|(stored, _)| lasts(stored.until, now_ms) && is_one(stored)).map(|(_, grant)| grant)
    }
}

impl Known {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Lookup>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Auth {
    /// What a key is good for; nothing for one that is not valid.
    pub(super) async fn grant_of(&self, key: &str) -> Result<Option<Arc<Grant>>, AppError> {
        let Some((id, secret)) = split(key) else { return Ok(None) };
        let lookup = self.lookup(id).await?;
        let now_ms = self.clock.now_ms();
        let Some(grant) = lookup.found.and_then(|found| found.grant(&hash(secret), now_ms).cloned()) else { return Ok(None) };
        if now_ms.abs_diff(lookup.noted_ms) >= NOTED {
            self.store.note_key_use(id, now_ms).await.map_err(from_store)?;
            if let Some(known) = self.known.lock().get_mut(id) {
                known.noted_ms = now_ms;
            }
        }
        Ok(Some(grant))
    }

    /// Whether a key is good for the same still, by the same secret.
    pub(super) async fn grants_still(&self, grant: &Grant) -> Result<bool, AppError> {
        let found = self.lookup(&grant.key).await?.found;
        Ok(found.is_some_and(|found| found.grant(&grant.secret, self.clock.now_ms()).is_some_and(|now| **now == *grant)))
    }

    async fn lookup(&self, id: &str) -> Result<Lookup, AppError> {
        let known = self.known.lock().get(id).cloned();
        if let Some(known) = known.as_ref().filter(|known| known.at.elapsed() < FRESH) {
            return Ok(known.clone());
        }
        let stored = self.read::<StoredKey>(Records::Keys, id).await?;
        let found = stored.map(|(key, _)| Arc::new(Found::new(id, key)));
        let lookup = Lookup { at: Instant::now(), noted_ms: known.map_or(0, |known| known.noted_ms), found };
        let mut all = self.known.lock();
        if all.len() >= MOST_KNOWN {
            all.clear();
        }
        all.insert(id.to_owned(), lookup.clone());
        Ok(lookup)
    }

    /// Checks the signature of a submission to a board, where the key that it comes with asks for one; the id that it was signed with. The signature says
    /// nothing of the board: the first one that it is sent to is its, and sent there again it counts once.
    pub async fn signed_id(&self, caller: &Caller, board: &BoardId, headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, AppError> {
        let Caller::Key(grant) = caller else { return Ok(None) };
        // One that was deleted just now asks for nothing any more, and is good for nothing.
        let found = self.lookup(&grant.key).await?.found.ok_or_else(not_valid)?;
        let now_ms = self.clock.now_ms();
        let mut secrets = found.key.signing_secrets(now_ms);
        let Some(newest) = secrets.next() else { return Ok(None) };
        let id = newest.verify(headers, body, now_ms).or_else(|refused| match secrets.next() {
            Some(old) => old.verify(headers, body, now_ms),
            None => Err(refused),
        })?;
        let its = self.store.board_of_signed(&grant.key, &id, board, SIGNED).await.map_err(from_store)?;
        if its != *board {
            return Err(AppError::Unsigned {
                message: "A submission with this webhook-id was sent to another board: sign each with an id of its own.".into(),
            });
        }
        Ok(Some(id))
    }

    /// All keys, the oldest first.
    pub async fn keys(&self, caller: &Caller) -> Result<Vec<ApiKey>, AppError> {
        caller.must(Right::Administer, None)?;
        let uses = self.store.key_uses().await.map_err(from_store)?;
        let mut keys = Vec::new();
        for (id, json) in self.store.records(Records::Keys).await.map_err(from_store)? {
            keys.push(super::parse::<StoredKey>(&json)?.shown(&id, uses.get(&id).copied()));
        }
        keys.sort_by(|a, b| (a.created_at, &a.id).cmp(&(b.created_at, &b.id)));
        Ok(keys)
    }

    /// One key.
    pub async fn key(&self, caller: &Caller, id: &str) -> Result<ApiKey, AppError> {
        let (key, _, last_used_at) = self.stored_key(caller, id).await?;
        Ok(key.shown(id, last_used_at))
    }

    /// A key, the text that it is, and when it was last used.
    async fn stored_key(&self, caller: &Caller, id: &str) -> Result<(StoredKey, String, Option<u64>), AppError> {
        caller.must(Right::Administer, None)?;
        let (key, text) = self.read::<StoredKey>(Records::Keys, id).await?.ok_or_else(|| AppError::no(What::Key))?;
        Ok((key, text, self.store.key_use(id).await.map_err(from_store)?))
    }

    /// Makes a key.
    pub async fn create_key(&self, caller: &Caller, ask: KeyAsk) -> Result<NewApiKey, AppError> {
        caller.must(Right::Administer, None)?;
        let (id, secret) = (hex(&rand::random::<[u8; 6]>()), secret());
        let now_ms = self.clock.now_ms();
        let key = StoredKey {
            label: ask.label.trim().to_owned(),
            scopes: ask.scopes,
            boards: ask.boards,
            secrets: vec![StoredSecret { hash: hash(&secret), until: None }],
            signing: ask.signed.then(SigningSecret::random),
            old_signing: None,
            created_at: now_ms,
            created_by: caller.to_string(),
            expires_at: ask.expires_at,
        };
        key.check(now_ms)?;
        if self.store.count_records(Records::Keys).await.map_err(from_store)? >= MOST {
            return Err(AppError::invalid(Field::Request, t::problem::KEYS_FULL));
        }
        self.write(Records::Keys, &id, None, Some(&key), MOST).await?;
        self.known.lock().remove(&id);
        let signing_secret = key.signing.as_ref().map(SigningSecret::told);
        Ok(NewApiKey { key: key.shown(&id, None), secret: format!("lp_{id}_{secret}"), signing_secret })
    }

    /// Changes a key; it as it was, and as it is.
    pub async fn edit_key(&self, caller: &Caller, id: &str, change: KeyChange) -> Result<(ApiKey, ApiKey), AppError> {
        let (mut key, was, last_used_at) = self.stored_key(caller, id).await?;
        let before = key.shown(id, last_used_at);
        if let Some(label) = change.label {
            label.trim().clone_into(&mut key.label);
        }
        key.scopes = change.scopes.unwrap_or(key.scopes);
        key.boards = change.boards.unwrap_or(key.boards);
        // An expiry that has passed stays possible where it is not asked for.
        let now_ms = if let Some(expires_at) = change.expires_at {
            key.expires_at = expires_at;
            self.clock.now_ms()
        } else {
            0
        };
        key.check(now_ms)?;
        self.write(Records::Keys, id, Some(&was), Some(&key), MOST).await?;
        self.known.lock().remove(id);
        Ok((before, key.shown(id, last_used_at)))
    }

    /// Gives a key a new secret, and another one to sign with if it signs; those that it had work for so many seconds more.
    pub async fn rotate_key(&self, caller: &Caller, id: &str, overlap_seconds: u64) -> Result<NewApiKey, AppError> {
        let (mut key, was, last_used_at) = self.stored_key(caller, id).await?;
        if overlap_seconds > MAX_OVERLAP {
            return Err(AppError::invalid(Field::Overlap, t::problem::KEY_OVERLAP));
        }
        let secret = secret();
        key.rotate(&secret, self.clock.now_ms() + overlap_seconds * 1000);
        self.write(Records::Keys, id, Some(&was), Some(&key), MOST).await?;
        self.known.lock().remove(id);
        let signing_secret = key.signing.as_ref().map(SigningSecret::told);
        Ok(NewApiKey { key: key.shown(id, last_used_at), secret: format!("lp_{id}_{secret}"), signing_secret })
    }

    /// Deletes a key: it is not valid any more, here at once and on other servers within a second. It as it was.
    pub async fn delete_key(&self, caller: &Caller, id: &str) -> Result<ApiKey, AppError> {
        let (key, was, last_used_at) = self.stored_key(caller, id).await?;
        self.write::<StoredKey>(Records::Keys, id, Some(&was), None, MOST).await?;
        self.known.lock().remove(id);
        self.store.forget_key_use(id).await.map_err(from_store)?;
        Ok(key.shown(id, last_used_at))
    }
}

/// A key's id and secret.
fn split(key: &str) -> Option<(&str, &str)> {
    let (id, secret) = key.strip_prefix("lp_")?.split_once('_')?;
    let is_hex = |text: &str, len| text.len() == len && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex(id, 12) && is_hex(secret, 48)).then_some((id, secret))
}
