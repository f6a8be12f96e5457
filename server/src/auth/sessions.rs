//! Sessions of operators: a token of 192 bits that only a browser has; the store has its hash.

use super::{Auth, hash, operators::StoredOperator, parse, secret};
use crate::{
    boards::{
        caller::{Caller, Operator},
        from_store,
        rights::Right,
    },
    valkey::functions::auth::NewSession,
};
use app::error::{AppError, What};
use serde::Serialize;
use std::{net::IpAddr, sync::Arc};
use utoipa::ToSchema;

/// For how long a session lasts unused, in seconds: twelve hours.
const IDLE: u64 = 12 * 60 * 60;
/// For how long it lasts at the most, in seconds: a week.
pub const LASTING: u64 = 7 * 24 * 60 * 60;
/// Sessions of one operator.
const MOST: u64 = 20;
/// How much of a session's id is told: enough to tell an operator's sessions apart, and of no use to get in.
const TOLD: usize = 16;
/// How much is kept of what a browser calls itself, in characters.
const MAX_AGENT: usize = 200;

/// A session, as operators see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// By this it can be ended.
    pub id: String,
    /// When it began, in ms since 1970.
    pub created_at: u64,
    /// When it was last used, to a minute, in ms since 1970.
    pub seen_at: u64,
    /// When it ends at the latest, in ms since 1970.
    pub ends_at: u64,
    /// From where they signed in.
    pub address: String,
    /// By which browser, as it calls itself.
    pub agent: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The address.
    pub address: IpAddr,
    /// What the browser calls itself.
    pub agent: String,
}

impl Auth {
    /// Begins a session; its token. A new one each time: nobody can have been given it before.
    pub(super) async fn open_session(&self, operator: &str, origin: &Origin) -> Result<String, AppError> {
        let token = secret();
        let now_ms = self.clock.now_ms();
        let session = NewSession {
            id: &hash(&token),
            operator,
            now_ms,
            ends_ms: now_ms + LASTING * 1000,
            idle_seconds: IDLE,
            address: &origin.address.to_string(),
            agent: &origin.agent.chars().take(MAX_AGENT).collect::<String>(),
            most: MOST,
        };
        self.store.open_session(&session).await.map_err(from_store)?;
        Ok(token)
    }

    /// Whoever has this session; nobody known if it is over.
    pub async fn caller_of_session(&self, token: &str) -> Result<Caller, AppError> {
        let id = hash(token);
        let found = self.store.use_session(&id, self.clock.now_ms(), IDLE).await.map_err(from_store)?;
        let Some((name, record)) = found else { return Ok(Caller::Anonymous) };
        let StoredOperator { role, .. } = parse(&record)?;
        Ok(Caller::Operator(Arc::new(Operator { name, role, session: told(&id) })))
    }

    /// An operator's sessions; everybody sees their own, owners all.
    pub async fn sessions(&self, caller: &Caller, name: &str) -> Result<Vec<Session>, AppError> {
        let own = self.must_own(caller, name).await?;
        let sessions = self.store.sessions(name).await.map_err(from_store)?;
        let shown = sessions.into_iter().map(|session| {
            let id = told(&session.id);
            let [created_at, seen_at] = session.times;
            Session {
                is_this: own.as_deref() == Some(&*id),
                id,
                created_at,
                seen_at,
                ends_at: session.ends_ms,
                address: session.address,
                agent: session.agent,
            }
        });
        Ok(shown.collect())
    }

    /// Ends one of an operator's sessions, or all.
    pub async fn end_sessions(&self, caller: &Caller, name: &str, wanted: Option<&str>) -> Result<(), AppError> {
        self.must_own(caller, name).await?;
        let sessions = self.store.sessions(name).await.map_err(from_store)?;
        let ids: Vec<String> =
            sessions.into_iter().map(|session| session.id).filter(|id| wanted.is_none_or(|wanted| told(id) == wanted)).collect();
        if wanted.is_some() && ids.is_empty() {
            return Err(AppError::no(What::Session));
        }
        self.store.end_sessions(name, &ids).await.map_err(from_store)
    }

    /// Ends the session with this token.
    pub async fn sign_out(&self, caller: &Caller, token: &str) -> Result<(), AppError> {
        let Caller::Operator(operator) = caller else { return Ok(()) };
        self.store.end_sessions(&operator.name, &[hash(token)]).await.map_err(from_store)
    }

    /// Refuses who is neither this operator nor an owner; the session that asks, if it is the operator's own.
    pub(super) async fn must_own(&self, caller: &Caller, name: &str) -> Result<Option<String>, AppError> {
        if let Caller::Operator(operator) = caller
            && operator.name == name
        {
            return Ok(Some(operator.session.clone()));
        }
        caller.must(Right::Own, None)?;
        self.stored_operator(name).await?;
        Ok(None)
    }
}

fn told(id: &str) -> String {
    id.chars().take(TOLD).collect()
}
