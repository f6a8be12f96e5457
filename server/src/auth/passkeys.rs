//! Passkeys (WebAuthn, level 3): a key that a device keeps for one site. Who has it signs a challenge that the server has just made up, so
//! that nothing that could be stolen from here, or typed into another site, lets anybody in.
//!
//! Both ceremonies, adding a passkey and signing in by one, have two steps: [`Auth::challenge`] gives out a challenge, and [`Auth::meet`] takes
//! it back once, with what it was given out for. What browsers answer is checked by passki.

use super::{Auth, hash, is_label, secret};
use crate::boards::from_store;
use app::{
    error::{AppError, Field},
    i18n::{Text, t},
    model::PasskeyInfo,
};
use passki::{
    AuthenticationOptions, AuthenticationState, AuthenticatorTransport, Passki, PasskiError, RegistrationOptions, RegistrationState,
    ResidentKeyRequirement, StoredPasskey,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::Ipv4Addr;
use utoipa::ToSchema;

/// Passkeys that somebody may have.
const MOST: usize = 10;
/// For how long a challenge waits for its answer, in seconds; browsers are told to give up earlier.
const WAIT_SECONDS: i64 = 5 * 60;
/// For how long browsers wait for whoever holds the device, in ms.
const TIMEOUT_MS: u64 = 2 * 60 * 1000;
/// The longest label, in characters.
const MAX_LABEL: usize = 40;
/// The longest id of a passkey, in bytes (WebAuthn, section 5.8.3), as base64 writes it.
pub const MAX_ID: usize = 1364;

/// The site as its visitors' browsers know it: passkeys are for one, and no other may ask for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its name, by which passkeys know it (the relying party's id).
    name: String,
    /// The origin of its pages.
    origin: String,
}

impl Site {
    /// Whom a request is sent to, by its `Host`. Browsers keep passkeys for names, not for addresses, and but for the machine itself by TLS alone.
    pub fn of(host: Option<&str>, is_secure: bool) -> Result<Self, AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Request, message));
        let host = host.unwrap_or_default().to_ascii_lowercase();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &*host,
        };
        let is_name =
            !name.is_empty() && name.len() <= 253 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        if !is_name || name.parse::<Ipv4Addr>().is_ok() {
            return wrong(t::problem::SITE_NAME);
        }
        let is_local = name == "localhost" || name.ends_with(".localhost");
        let scheme = match (is_secure, is_local) {
            (true, _) => "https",
            (false, true) => "http",
            (false, false) => return wrong(t::problem::SITE_TLS),
        };
        Ok(Self { name: name.to_owned(), origin: format!("{scheme}://{host}") })
    }

    fn party(&self) -> Passki {
        Passki::new(&self.name, &[&self.origin], "LeaderPort")
    }
}

/// A passkey as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Passkey {
    /// The credential's id, in base64 as addresses have it.
    pub id: String,
    label: String,
    /// The name of the site that it is for.
    site: String,
    created_at: u64,
    used_at: Option<u64>,
    /// As COSE writes it, in base64.
    key: String,
    algorithm: i32,
    counter: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    transports: Vec<AuthenticatorTransport>,
}

impl Passkey {
    fn stored(&self) -> Result<StoredPasskey, AppError> {
        let decode = |text: &str| Passki::base64_decode(text).map_err(|_| AppError::Internal);
        let mut stored = StoredPasskey::default();
        (stored.credential_id, stored.public_key) = (decode(&self.id)?, decode(&self.key)?);
        (stored.counter, stored.algorithm, stored.transports) = (self.counter, self.algorithm, self.transports.clone());
        Ok(stored)
    }

    pub fn shown(&self) -> PasskeyInfo {
        let Self { id, label, site, created_at, used_at, .. } = self.clone();
        PasskeyInfo { id, label, site, created_at, used_at }
    }
}

/// The passkeys that somebody has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Keyring {
    /// What devices know them by, which says nothing of who they are: 32 bytes, in base64. There is one from the first challenge to add a passkey on.
    handle: Option<String>,
    passkeys: Vec<Passkey>,
}

impl Keyring {
    /// Whether there is no passkey in it.
    pub fn is_empty(&self) -> bool {
        self.passkeys.is_empty()
    }

    /// All of them, as their holder sees them.
    pub fn shown(&self) -> Vec<PasskeyInfo> {
        self.passkeys.iter().map(Passkey::shown).collect()
    }

    /// Makes a handle if there is none; whether there was none.
    pub fn make_handle(&mut self) -> bool {
        let is_new = self.handle.is_none();
        self.handle.get_or_insert_with(|| Passki::base64_encode(&rand::random::<[u8; 32]>()));
        is_new
    }

    fn handle(&self) -> Result<Vec<u8>, AppError> {
        Passki::base64_decode(self.handle.as_deref().unwrap_or_default()).map_err(|_| AppError::Internal)
    }

    /// Those that are for a site.
    fn of_site(&self, site: &Site) -> Result<Vec<StoredPasskey>, AppError> {
        self.passkeys.iter().filter(|passkey| passkey.site == site.name).map(Passkey::stored).collect()
    }

    /// Adds one, unless others were added meanwhile and there are as many as there may be.
    pub fn add(&mut self, passkey: Passkey) -> Result<(), AppError> {
        if self.passkeys.len() >= MOST {
            return Err(AppError::Busy);
        }
        self.passkeys.push(passkey);
        Ok(())
    }

    /// Takes out the one of this id; whether there was one.
    pub fn remove(&mut self, id: &str) -> bool {
        let before = self.passkeys.len();
        self.passkeys.retain(|passkey| passkey.id != id);
        self.passkeys.len() < before
    }
}

/// What a challenge was given out for. It is taken back for nothing else, from nobody else.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To add a passkey to a player's account, in this session of theirs.
    AddToAccount { player: String, session: String },
    /// To add one to an operator, in this session of theirs.
    AddToOperator { name: String, session: String },
    /// To sign in as a player: as whom, the passkey says.
    SignInAsPlayer,
    /// To sign in as an operator, who has said the password.
    SignInAsOperator { name: String },
}

#[derive(Serialize, Deserialize)]
struct Ceremony {
    purpose: Purpose,
    site: String,
    state: State,
}

#[derive(Serialize, Deserialize)]
enum State {
    Adding(RegistrationState),
    SigningIn(AuthenticationState),
}

/// A challenge for a browser.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    /// Goes back with the answer, within five minutes, once.
    ceremony: String,
    /// What `navigator.credentials` is to be given as `publicKey`: `PublicKeyCredential.parseCreationOptionsFromJSON` (to add a passkey) or
    /// `parseRequestOptionsFromJSON` (to sign in) reads it.
    #[schema(value_type = Object)]
    public_key: Value,
}

/// What a browser answers to a challenge.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answered {
    /// The challenge's.
    pub ceremony: String,
    /// What `navigator.credentials` has given, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    pub credential: Value,
}

impl Auth {
    /// A challenge to add a passkey to those of somebody who is called this, and has a handle.
    pub(super) async fn challenge_to_add(
        &self,
        site: &Site,
        purpose: Purpose,
        name: &str,
        keyring: &Keyring,
    ) -> Result<Challenge, AppError> {
        if keyring.passkeys.len() >= MOST {
            return Err(AppError::invalid(Field::Request, t::problem::PASSKEYS_FULL));
        }
        let known = keyring.of_site(site)?;
        let mut options = RegistrationOptions::default();
        options.timeout = TIMEOUT_MS;
        // One that can be found without a name being typed.
        options.resident_key = ResidentKeyRequirement::Required;
        options.exclude_credentials = Some(&known);
        let (challenge, state) =
            site.party().start_passkey_registration(&keyring.handle()?, name, name, options).map_err(|_| AppError::Internal)?;
        self.give_out(site, purpose, State::Adding(state), serde_json::to_value(challenge)).await
    }

    /// A challenge to sign in by one of these passkeys, or by any at all.
    pub(super) async fn challenge_to_sign_in(
        &self,
        site: &Site,
        purpose: Purpose,
        keyring: Option<&Keyring>,
    ) -> Result<Challenge, AppError> {
        let known = keyring.map_or(Ok(Vec::new()), |keyring| keyring.of_site(site))?;
        if known.is_empty() && keyring.is_some() {
            return Err(AppError::invalid(Field::Request, t::problem::PASSKEY_ELSEWHERE));
        }
        let mut options = AuthenticationOptions::default();
        options.timeout = TIMEOUT_MS;
        let (challenge, state) = site.party().start_passkey_authentication(&known, options).map_err(|_| AppError::Internal)?;
        self.give_out(site, purpose, State::SigningIn(state), serde_json::to_value(challenge)).await
    }

    async fn give_out(&self, site: &Site, purpose: Purpose, state: State, told: serde_json::Result<Value>) -> Result<Challenge, AppError> {
        let ceremony = secret();
        let kept = serde_json::to_string(&Ceremony { purpose, site: site.name.clone(), state }).map_err(|_| AppError::Internal)?;
        self.store.keep_challenge(&hash(&ceremony), &kept, WAIT_SECONDS).await.map_err(from_store)?;
        Ok(Challenge { ceremony, public_key: told.map_err(|_| AppError::Internal)? })
    }

    /// Takes a challenge back: whoever comes with it again finds it used, whether it was answered well or not.
    async fn take_back(&self, ceremony: &str, site: &Site, purpose: &Purpose) -> Result<State, AppError> {
        let kept = self.store.take_challenge(&hash(ceremony)).await.map_err(from_store)?;
        let found = kept.and_then(|kept| serde_json::from_str::<Ceremony>(&kept).ok());
        match found.filter(|found| found.purpose == *purpose && found.site == site.name) {
            Some(found) => Ok(found.state),
            None => Err(AppError::invalid(Field::Ceremony, t::problem::CHALLENGE_OVER)),
        }
    }

    /// The passkey that somebody adds.
    pub(super) async fn take_new(&self, site: &Site, purpose: &Purpose, answered: Answered, label: &str) -> Result<Passkey, AppError> {
        let label = label.trim();
        if !is_label(label, MAX_LABEL) {
            return Err(AppError::invalid(Field::Label, t::problem::PASSKEY_LABEL));
        }
        let State::Adding(state) = self.take_back(&answered.ceremony, site, purpose).await? else { return Err(AppError::Internal) };
        let credential = read(answered.credential)?;
        let stored = site.party().finish_passkey_registration(&credential, &state).map_err(|error| refused(&error))?;
        if stored.credential_id.len() > MAX_ID / 4 * 3 {
            return Err(AppError::invalid(Field::Credential, "The passkey's id is too long."));
        }
        Ok(Passkey {
            id: Passki::base64_encode(&stored.credential_id),
            label: label.to_owned(),
            site: site.name.clone(),
            created_at: self.clock.now_ms(),
            used_at: None,
            key: Passki::base64_encode(&stored.public_key),
            algorithm: stored.algorithm,
            counter: stored.counter,
            transports: stored.transports,
        })
    }

    /// Signs in by one of somebody's passkeys; these, with its use noted. `find` says whose they are by the credential's id.
    pub(super) async fn take_known<T>(
        &self,
        site: &Site,
        purpose: &Purpose,
        answered: Answered,
        find: impl AsyncFnOnce(&str) -> Result<Option<(T, Keyring)>, AppError>,
    ) -> Result<(T, Keyring), AppError> {
        let State::SigningIn(state) = self.take_back(&answered.ceremony, site, purpose).await? else { return Err(AppError::Internal) };
        let credential: passki::AuthenticationCredential = read(answered.credential)?;
        let unknown = || AppError::Unauthorized { message: t::problem::PASSKEY_UNKNOWN.into() };
        let (whose, mut keyring) = find(&credential.raw_id).await?.ok_or_else(unknown)?;
        let is_it = |passkey: &&mut Passkey| passkey.id == credential.raw_id && passkey.site == site.name;
        let handle = keyring.handle()?;
        let passkey = keyring.passkeys.iter_mut().find(is_it).ok_or_else(unknown)?;
        let result = site.party().finish_passkey_authentication(&credential, &state, &passkey.stored()?);
        let used = result.map_err(|error| AppError::Unauthorized { message: t::problem::passkey_failed(&error.to_string()).into() })?;
        if used.user_handle.is_some_and(|said| said != handle) {
            return Err(unknown());
        }
        (passkey.counter, passkey.used_at) = (used.counter, Some(self.clock.now_ms()));
        Ok((whose, keyring))
    }
}

fn read<T: for<'a> Deserialize<'a>>(credential: Value) -> Result<T, AppError> {
    serde_json::from_value(credential)
        .map_err(|error| AppError::invalid(Field::Credential, format!("This is not what navigator.credentials gives: {error}.")))
}

fn refused(error: &PasskiError) -> AppError {
    AppError::invalid(Field::Credential, t::problem::passkey_refused(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_have_names_and_tls() {
        let origin = |host: &str, is_secure| Site::of(Some(host), is_secure).map(|site| (site.name, site.origin)).ok();
        let is = |name: &str, origin: &str| Some((name.to_owned(), origin.to_owned()));
        assert_eq!(origin("Play.Example", true), is("play.example", "https://play.example"));
        assert_eq!(origin("play.example:8443", true), is("play.example", "https://play.example:8443"));
        assert_eq!(origin("localhost:3000", false), is("localhost", "http://localhost:3000"));
        for (host, is_secure) in [
            ("play.example", false),
            ("127.0.0.1:3000", false),
            ("192.0.2.1", true),
            ("[::1]:3000", true),
            ("", true),
            ("a b", true),
            ("a:b", true),
        ] {
            assert_eq!(origin(host, is_secure), None, "{host}");
        }
        assert!(Site::of(None, true).is_err());
    }
}
