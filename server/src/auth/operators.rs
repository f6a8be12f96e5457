//! Operators: people who sign in with a name, a password, and a code where they have set that up.

use super::{
    Auth,
    codes::Codes,
    mark, parse,
    passkeys::{Answered, Challenge, Keyring, Purpose, Site},
    sessions::{OF_OPERATORS, Origin},
};
use crate::{
    boards::{caller::Caller, from_store, rights::Right},
    limits::block,
    valkey::functions::auth::Records,
};
use app::{
    error::{AppError, Field, What},
    i18n::{Text, t},
    model::{PasskeyInfo, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Operators that there may be.
const MOST: u64 = 200;
/// Tries to sign in from one address within [`TRY_SECONDS`].
const TRIES: u64 = 20;
/// For how long tries count, in seconds: a quarter of an hour.
const TRY_SECONDS: u64 = 15 * 60;
/// Wrong codes of an operator, from wherever, within [`CODE_SECONDS`]: of a million codes three are right.
const WRONG_CODES: u64 = 20;
/// For how long they count, in seconds: a day.
const CODE_SECONDS: u64 = 24 * 60 * 60;

/// An operator.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatorInfo {
    /// The name that they sign in with.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Whether they sign in with a code of an authenticator app as well.
    pub has_codes: bool,
    /// The passkeys that they sign in with as well.
    pub passkeys: Vec<PasskeyInfo>,
    /// When they were made one, in ms since 1970.
    pub created_at: u64,
    /// By whom.
    pub created_by: String,
}

/// An operator as they are stored.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StoredOperator {
    pub role: Role,
    /// As PHC writes it: argon2id, its parameters, the salt, and the hash.
    pub password: String,
    pub codes: Option<Codes>,
    /// Codes that are not confirmed yet.
    pub offered: Option<Codes>,
    #[serde(default)]
    pub keyring: Keyring,
    /// Sessions are of one generation, and over with it: another role or password begins the next, and whoever is made anew another. One that is
    /// opened at that moment by what was right before is none, be it found by nobody who ends all.
    #[serde(default)]
    pub generation: String,
    pub created_at: u64,
    pub created_by: String,
}

impl StoredOperator {
    /// Whether they sign in by more than a password.
    pub fn has_second_factor(&self) -> bool {
        self.codes.is_some() || !self.keyring.is_empty()
    }

    pub fn shown(&self, name: &str) -> OperatorInfo {
        OperatorInfo {
            name: name.to_owned(),
            role: self.role,
            has_codes: self.codes.is_some(),
            passkeys: self.keyring.shown(),
            created_at: self.created_at,
            created_by: self.created_by.clone(),
        }
    }
}

/// What is asked of a new operator.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorAsk {
    /// The name that they sign in with: 1 to 32 characters out of `a-z`, `0-9`, `.`, `_` and `-`.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their first password, which they are to change: 12 to 128 characters, not easily guessed.
    pub password: String,
}

/// What to change of an operator. What is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OperatorChange {
    /// What they are; owners say so.
    pub role: Option<Role>,
    /// A new password. Their other sessions end.
    pub password: Option<String>,
    /// Who changes their own password or codes says the one they have.
    pub current_password: Option<String>,
    /// `false`: no codes any more.
    pub has_codes: Option<bool>,
    /// A passkey to remove, by its id.
    pub without_passkey: Option<String>,
}

/// What an authenticator app has to know.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferedCodes {
    /// For a QR code.
    pub url: String,
    /// To be typed in.
    pub secret: String,
}

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Credentials {
    /// The operator's name.
    pub name: String,
    /// The password.
    pub password: String,
    /// A code of the authenticator app, where the operator has one.
    pub code: Option<String>,
    /// Or what their browser answers to the challenge that `POST /api/session/challenge` gives out.
    pub passkey: Option<Answered>,
}

/// The first of what an operator signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstFactor {
    /// The operator's name.
    pub name: String,
    /// The password.
    pub password: String,
}

impl Auth {
    /// Signs an operator in; a new session's token. Whoever does not exist is refused as late, and by the same words, as a wrong password.
    /// By a passkey where `site` is one that has any.
    pub async fn sign_in(
        &self,
        credentials: Credentials,
        site: Result<Site, AppError>,
        origin: &Origin,
    ) -> Result<(OperatorInfo, String), AppError> {
        let Credentials { name, password, code, passkey } = credentials;
        let (operator, was) = self.who_knows(&name, password, origin).await?;
        // As they are with its use noted.
        let operator = match (code, passkey) {
            (None, Some(answered)) => self.take_passkey(&name, operator, &was, &site?, answered).await?,
            (code, _) => self.take_code(&name, operator, &was, code.as_deref()).await?,
        };
        let token = self.open_session(&OF_OPERATORS, &name, &operator.generation, origin).await?;
        if self.caller_of_session(&token).await? == Caller::Anonymous {
            return Err(AppError::Unauthorized { message: t::problem::PASSWORD_WRONG.into() });
        }
        self.leave_behind(&OF_OPERATORS, origin).await;
        self.discount(&tried(origin)).await?;
        Ok((operator.shown(&name), token))
    }

    /// A challenge to an operator's passkeys, for whoever knows their password.
    pub async fn challenge_operator(&self, first: FirstFactor, site: &Site, origin: &Origin) -> Result<Challenge, AppError> {
        let (operator, _) = self.who_knows(&first.name, first.password, origin).await?;
        let challenge = self.challenge_to_sign_in(site, Purpose::SignInAsOperator { name: first.name }, Some(&operator.keyring)).await?;
        self.discount(&tried(origin)).await?;
        Ok(challenge)
    }

    /// The operator of this name and password.
    async fn who_knows(&self, name: &str, password: String, origin: &Origin) -> Result<(StoredOperator, String), AppError> {
        self.count_try(&tried(origin)).await?;
        let stored = if checked_name(name).is_ok() { self.read::<StoredOperator>(Records::Operators, name).await? } else { None };
        let hash = stored.as_ref().map(|(operator, _)| operator.password.clone());
        let is_password = self.is_password(password, hash).await?;
        stored.filter(|_| is_password).ok_or_else(|| AppError::Unauthorized { message: t::problem::PASSWORD_WRONG.into() })
    }

    /// Counts a try to get in, of which there may be so many.
    pub(super) async fn count_try(&self, of: &str) -> Result<(), AppError> {
        self.count_up_to(of, TRIES).await
    }

    /// Counts a try no more that was a good one: many may sign in from one address.
    pub(super) async fn discount(&self, of: &str) -> Result<(), AppError> {
        self.store.discount_try(of).await.map_err(from_store)
    }

    /// Counts something of which there may be `most` within [`TRY_SECONDS`].
    pub(super) async fn count_up_to(&self, of: &str, most: u64) -> Result<(), AppError> {
        self.count_within(TRY_SECONDS, of, most).await
    }

    /// Counts something of which there may be `most` within so many seconds.
    async fn count_within(&self, seconds: u64, of: &str, most: u64) -> Result<(), AppError> {
        let (tries, seconds) = self.store.count_try(of, seconds).await.map_err(from_store)?;
        if tries > most { Err(AppError::TooManyTries { seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }) } else { Ok(()) }
    }

    async fn take_code(&self, name: &str, operator: StoredOperator, was: &str, code: Option<&str>) -> Result<StoredOperator, AppError> {
        if !operator.has_second_factor() {
            return Ok(operator);
        }
        let wrong = |message: Text| Err(AppError::SecondFactor { message: message.into() });
        let Some(mut codes) = operator.codes.clone() else {
            return wrong(t::problem::PASSKEY_WANTED);
        };
        let Some(code) = code else {
            return wrong(if operator.keyring.is_empty() { t::problem::CODE_WANTED } else { t::problem::CODE_OR_PASSKEY });
        };
        // Whoever knows the password must not find the code from many addresses. Strangers, who don't, lock nobody out by that.
        let wrong_codes = wrong_codes(name);
        self.count_within(CODE_SECONDS, &wrong_codes, WRONG_CODES).await?;
        if !codes.take(code, self.clock.now_ms())? {
            return wrong(t::problem::CODE_USED);
        }
        self.discount(&wrong_codes).await?;
        // Another who signs in with the same code at the same moment finds it used.
        let operator = StoredOperator { codes: Some(codes), ..operator };
        self.write(Records::Operators, name, Some(was), Some(&operator), MOST).await?;
        Ok(operator)
    }

    async fn take_passkey(
        &self,
        name: &str,
        operator: StoredOperator,
        was: &str,
        site: &Site,
        answered: Answered,
    ) -> Result<StoredOperator, AppError> {
        let purpose = Purpose::SignInAsOperator { name: name.to_owned() };
        let find = async |_: &str| Ok(Some(((), operator.keyring.clone())));
        let ((), keyring) = self.take_known(site, &purpose, answered, find).await?;
        let operator = StoredOperator { keyring, ..operator };
        self.write(Records::Operators, name, Some(was), Some(&operator), MOST).await?;
        Ok(operator)
    }

    /// A challenge to add a passkey to an operator, who says the password that they have.
    pub async fn offer_passkey(
        &self,
        caller: &Caller,
        name: &str,
        password: String,
        site: Result<Site, AppError>,
    ) -> Result<Challenge, AppError> {
        let (mut operator, was) = self.own_record(caller, name).await?;
        self.must_know(name, &operator, Some(password)).await?;
        if operator.keyring.make_handle() {
            self.write(Records::Operators, name, Some(&was), Some(&operator), MOST).await?;
        }
        self.challenge_to_add(&site?, add_to(caller, name), name, &operator.keyring).await
    }

    /// Adds a passkey to an operator, who signs in with one from now on.
    pub async fn add_operators_passkey(
        &self,
        caller: &Caller,
        name: &str,
        site: Result<Site, AppError>,
        answered: Answered,
        label: &str,
    ) -> Result<OperatorInfo, AppError> {
        let (mut operator, was) = self.own_record(caller, name).await?;
        let passkey = self.take_new(&site?, &add_to(caller, name), answered, label).await?;
        operator.keyring.add(passkey)?;
        self.write(Records::Operators, name, Some(&was), Some(&operator), MOST).await?;
        Ok(operator.shown(name))
    }

    /// All operators, by name.
    pub async fn operators(&self, caller: &Caller) -> Result<Vec<OperatorInfo>, AppError> {
        caller.must(Right::Own, None)?;
        let mut operators = Vec::new();
        for (name, json) in self.store.records(Records::Operators).await.map_err(from_store)? {
            operators.push(parse::<StoredOperator>(&json)?.shown(&name));
        }
        operators.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(operators)
    }

    /// One operator; everybody sees themself, owners all.
    pub async fn operator(&self, caller: &Caller, name: &str) -> Result<OperatorInfo, AppError> {
        self.must_own(caller, name).await?;
        Ok(self.stored_operator(name).await?.0.shown(name))
    }

    pub(super) async fn stored_operator(&self, name: &str) -> Result<(StoredOperator, String), AppError> {
        self.read(Records::Operators, name).await?.ok_or_else(|| AppError::no(What::Operator))
    }

    /// Makes somebody an operator.
    pub async fn create_operator(&self, caller: &Caller, ask: OperatorAsk) -> Result<OperatorInfo, AppError> {
        caller.must(Right::Own, None)?;
        let name = checked_name(&ask.name)?;
        Ok(self.add_operator(&name, ask.role, ask.password, &caller.to_string(), MOST).await?.shown(&name))
    }

    pub(super) async fn add_operator(
        &self,
        name: &str,
        role: Role,
        password: String,
        by: &str,
        most: u64,
    ) -> Result<StoredOperator, AppError> {
        if self.store.record(Records::Operators, name).await.map_err(from_store)?.is_some() {
            return Err(AppError::invalid(Field::Name, t::problem::OPERATOR_EXISTS));
        }
        let password = self.hash_password(password, name.to_owned()).await?;
        let operator = StoredOperator {
            role,
            password,
            codes: None,
            offered: None,
            keyring: Keyring::default(),
            generation: mark(),
            created_at: self.clock.now_ms(),
            created_by: by.to_owned(),
        };
        self.write(Records::Operators, name, None, Some(&operator), most).await?;
        Ok(operator)
    }

    /// Changes an operator; them as they were, and as they are. With a new password or another role their sessions end, but the one that asks.
    pub async fn edit_operator(
        &self,
        caller: &Caller,
        name: &str,
        change: OperatorChange,
    ) -> Result<(OperatorInfo, OperatorInfo), AppError> {
        let own = self.must_own(caller, name).await?;
        let (mut operator, was) = self.stored_operator(name).await?;
        let before = operator.shown(name);
        if own.is_some() && (change.password.is_some() || change.has_codes.is_some() || change.without_passkey.is_some()) {
            self.must_know(name, &operator, change.current_password).await?;
        }
        if let Some(role) = change.role.filter(|role| *role != operator.role) {
            caller.must(Right::Own, None)?;
            operator.role = role;
        }
        match change.has_codes {
            Some(false) => operator.codes = None,
            Some(true) if operator.codes.is_none() => {
                return Err(AppError::invalid(Field::HasCodes, "Codes are set up by POST /api/operators/{name}/codes."));
            }
            _ => {}
        }
        if let Some(id) = change.without_passkey
            && !operator.keyring.remove(&id)
        {
            return Err(AppError::invalid(Field::WithoutPasskey, t::problem::OPERATOR_PASSKEY));
        }
        let ends_sessions = change.password.is_some() || operator.role != before.role;
        if let Some(password) = change.password {
            operator.password = self.hash_password(password, name.to_owned()).await?;
        }
        if ends_sessions {
            operator.generation = mark();
        }
        self.write(Records::Operators, name, Some(&was), Some(&operator), MOST).await?;
        if ends_sessions {
            if let Some(own) = &own {
                self.keep_session(&OF_OPERATORS, name, own, &operator.generation).await?;
            }
            // Whoever has guessed codes knew the password that was.
            self.store.forget_tries(&wrong_codes(name)).await.map_err(from_store)?;
            self.end_other_sessions(name, own.as_deref()).await?;
        }
        Ok((before, operator.shown(name)))
    }

    /// Refuses who does not know the password of the operator whose session they have. Wrong ones are counted by operator: whoever got hold of a
    /// session is not to find the password by it.
    async fn must_know(&self, name: &str, operator: &StoredOperator, password: Option<String>) -> Result<(), AppError> {
        let wrong = || AppError::invalid(Field::CurrentPassword, t::problem::OWN_PASSWORD);
        let given = password.ok_or_else(wrong)?;
        let tries = format!("password:{name}");
        self.count_try(&tries).await?;
        if !self.is_password(given, Some(operator.password.clone())).await? {
            return Err(wrong());
        }
        self.discount(&tries).await
    }

    async fn end_other_sessions(&self, name: &str, but: Option<&str>) -> Result<(), AppError> {
        self.end_all_sessions(&OF_OPERATORS, name, but).await
    }

    /// Removes an operator; them as they were. Their sessions end.
    pub async fn delete_operator(&self, caller: &Caller, name: &str) -> Result<OperatorInfo, AppError> {
        caller.must(Right::Own, None)?;
        let (operator, was) = self.stored_operator(name).await?;
        self.write::<StoredOperator>(Records::Operators, name, Some(&was), None, MOST).await?;
        self.end_other_sessions(name, None).await?;
        Ok(operator.shown(name))
    }

    /// Offers an operator, who says the password that they have, codes of an authenticator app: they count once one of them is sent. A session
    /// alone does not: whoever got hold of it could keep its owner out.
    pub async fn offer_codes(&self, caller: &Caller, name: &str, password: String) -> Result<OfferedCodes, AppError> {
        let (mut operator, was) = self.own_record(caller, name).await?;
        self.must_know(name, &operator, Some(password)).await?;
        let codes = Codes::random();
        let (url, secret) = codes.told(name)?;
        operator.offered = Some(codes);
        self.write(Records::Operators, name, Some(&was), Some(&operator), MOST).await?;
        Ok(OfferedCodes { url, secret })
    }

    /// Has the codes that were offered count, once one of them is right.
    pub async fn confirm_codes(&self, caller: &Caller, name: &str, code: &str) -> Result<OperatorInfo, AppError> {
        let (mut operator, was) = self.own_record(caller, name).await?;
        let wrong = |message: Text| AppError::invalid(Field::Code, message);
        let mut codes = operator.offered.take().ok_or_else(|| wrong(t::problem::NO_CODES_OFFERED))?;
        self.count_try(&format!("code:{name}")).await?;
        if !codes.take(code, self.clock.now_ms())? {
            return Err(wrong(t::problem::CODE_WRONG));
        }
        operator.codes = Some(codes);
        self.write(Records::Operators, name, Some(&was), Some(&operator), MOST).await?;
        Ok(operator.shown(name))
    }

    /// An operator's own record: nobody else sets up their second factor.
    async fn own_record(&self, caller: &Caller, name: &str) -> Result<(StoredOperator, String), AppError> {
        match caller {
            Caller::Operator(operator) if operator.name == name => self.stored_operator(name).await,
            Caller::Anonymous => Err(AppError::Unauthorized { message: "Sign in first, by POST /api/session.".into() }),
            _ => Err(AppError::Forbidden { message: t::problem::OWN_SECOND_FACTOR.into() }),
        }
    }
}

/// What tries to sign in from an address are counted by.
fn tried(origin: &Origin) -> String {
    format!("sign-in:{}", block(origin.address))
}

/// What the tries with wrong codes of an operator are counted by.
fn wrong_codes(name: &str) -> String {
    format!("wrong-codes:{name}")
}

fn add_to(caller: &Caller, name: &str) -> Purpose {
    let session = if let Caller::Operator(operator) = caller { operator.session.clone() } else { String::new() };
    Purpose::AddToOperator { name: name.to_owned(), session }
}

/// An operator's name, checked.
pub(super) fn checked_name(name: &str) -> Result<String, AppError> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    if (1..=32).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(name.to_owned());
    }
    Err(AppError::invalid(Field::Name, t::problem::OPERATOR_NAME))
}
