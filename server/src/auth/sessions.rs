//! Sessions of operators and of players: a token of 192 bits that only a browser has; the store has its hash.

use super::{Auth, accounts::StoredAccount, hash, operators::StoredOperator, parse, secret};
use crate::{
    boards::{
        caller::{Caller, Operator, Player},
        from_store,
        rights::Right,
    },
    valkey::functions::auth::{NewSession, People, Records, StoredSession},
};
use app::{
    error::{AppError, What},
    model::PlayerId,
};
use serde::Serialize;
use std::{net::IpAddr, sync::Arc};
use tracing::warn;
use utoipa::ToSchema;

/// How long sessions last, and by which cookie a browser has one.
#[derive(Debug)]
pub struct Sessions {
    /// Whose they are.
    pub of: People,
    /// The cookies that hold one: where the connection is secure, browsers let only us set the first.
    pub cookies: [&'static str; 2],
    /// For how long one lasts unused, in seconds.
    idle: u64,
    /// For how long it lasts at the most, in seconds.
    pub lasting: u64,
    /// Sessions of one of them.
    most: u64,
}

/// Those of operators: twelve hours, and a week at the most.
pub const OF_OPERATORS: Sessions =
    Sessions { of: People::Operators, cookies: ["__Host-operator", "operator"], idle: 12 * 60 * 60, lasting: 7 * 24 * 60 * 60, most: 20 };
/// Those of players: thirty days, and half a year at the most.
pub const OF_PLAYERS: Sessions = Sessions {
    of: People::Players,
    cookies: ["__Host-session", "session"],
    idle: 30 * 24 * 60 * 60,
    lasting: 180 * 24 * 60 * 60,
    most: 20,
};
/// How much of a session's id is told: enough to tell somebody's sessions apart, and of no use to get in.
const TOLD: usize = 16;
/// How much is kept of what a browser calls itself, in characters.
const MAX_AGENT: usize = 200;

/// A session, as whoever has it sees it.
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
    /// The sessions that it has so far, by their tokens.
    pub had: Vec<(People, String)>,
}

impl Auth {
    /// Begins a session; its token. A new one each time: nobody can have been given it before.
    pub(super) async fn open_session(&self, kind: &Sessions, whose: &str, generation: &str, origin: &Origin) -> Result<String, AppError> {
        let token = secret();
        let now_ms = self.clock.now_ms();
        let session = NewSession {
            id: &hash(&token),
            of: kind.of,
            whose,
            now_ms,
            ends_ms: now_ms + kind.lasting * 1000,
            idle_seconds: kind.idle,
            address: &origin.address.to_string(),
            agent: &origin.agent.chars().take(MAX_AGENT).collect::<String>(),
            most: kind.most,
            generation,
        };
        self.store.open_session(&session).await.map_err(from_store)?;
        Ok(token)
    }

    /// Ends the session of this kind that a browser has had until it was given another one: nobody could end it from there any more. Where that
    /// does not work out, whoever has signed in stays so, and the old one ends by itself.
    pub(super) async fn leave_behind(&self, kind: &Sessions, origin: &Origin) {
        for (_, token) in origin.had.iter().filter(|(of, _)| *of == kind.of) {
            if let Err(error) = self.store.end_session(kind.of, &hash(token)).await {
                warn!(%error, "the session that a browser had before could not be ended");
            }
        }
    }

    /// The operator who has this session; nobody known if it is over.
    pub async fn caller_of_session(&self, token: &str) -> Result<Caller, AppError> {
        let id = hash(token);
        let used = self.store.use_session(People::Operators, &id, self.clock.now_ms(), OF_OPERATORS.idle).await.map_err(from_store)?;
        let Some(used) = used else { return Ok(Caller::Anonymous) };
        let stored: StoredOperator = parse(&used.record)?;
        // Theirs were ended meanwhile, or they are another of the same name.
        if used.generation != stored.generation {
            return Ok(Caller::Anonymous);
        }
        let needs_second_factor = self.needs_second_factor && !stored.has_second_factor();
        Ok(Caller::Operator(Arc::new(Operator { name: used.whose, role: stored.role, session: told(&id), needs_second_factor })))
    }

    /// The player who has this session; nobody if it is over.
    pub async fn player_of_session(&self, token: &str) -> Result<Option<Arc<Player>>, AppError> {
        let id = hash(token);
        let used = self.store.use_session(People::Players, &id, self.clock.now_ms(), OF_PLAYERS.idle).await.map_err(from_store)?;
        let Some(used) = used else { return Ok(None) };
        // An account that was closed meanwhile, and opened again by somebody else, is another one.
        let is_theirs = used.created_ms >= parse::<StoredAccount>(&used.record)?.created_at;
        Ok(is_theirs.then(|| Arc::new(Player { id: PlayerId::stored(&used.whose), session: told(&id), since: used.created_ms })))
    }

    /// Whether somebody who was found a while ago would be found again, and to be the same: their session or key is good still, for the same
    /// things. That is no use of either.
    pub async fn knows_still(&self, caller: &Caller) -> Result<bool, AppError> {
        let has = async |people: People, whose: &str, session: &str, generation: &str| {
            let sessions = self.store.sessions(people, whose).await.map_err(from_store)?;
            Ok::<_, AppError>(sessions.iter().any(|one| told(&one.id) == session && one.generation == generation))
        };
        match caller {
            Caller::Anonymous | Caller::Admin | Caller::Server => Ok(true),
            Caller::Key(grant) => self.grants_still(grant).await,
            Caller::Operator(operator) => {
                let Some((stored, _)) = self.read::<StoredOperator>(Records::Operators, &operator.name).await? else { return Ok(false) };
                Ok(stored.role == operator.role && has(People::Operators, &operator.name, &operator.session, &stored.generation).await?)
            }
            Caller::Player(player) => has(People::Players, player.id.as_str(), &player.session, "").await,
        }
    }

    /// An operator's sessions; everybody sees their own, owners all.
    pub async fn sessions(&self, caller: &Caller, name: &str) -> Result<Vec<Session>, AppError> {
        let own = self.must_own(caller, name).await?;
        let sessions = self.store.sessions(People::Operators, name).await.map_err(from_store)?;
        Ok(sessions.into_iter().map(|session| shown(session, own.as_deref())).collect())
    }

    /// A player's own sessions.
    pub async fn own_sessions(&self, me: &Player) -> Result<Vec<Session>, AppError> {
        let sessions = self.store.sessions(People::Players, me.id.as_str()).await.map_err(from_store)?;
        Ok(sessions.into_iter().map(|session| shown(session, Some(&me.session))).collect())
    }

    /// A player's sessions, for operators.
    pub async fn sessions_of_player(&self, caller: &Caller, player: &PlayerId) -> Result<Vec<Session>, AppError> {
        caller.must(Right::Administer, None)?;
        let sessions = self.store.sessions(People::Players, player.as_str()).await.map_err(from_store)?;
        Ok(sessions.into_iter().map(|session| shown(session, None)).collect())
    }

    /// Signs a player out everywhere, as operators do.
    pub async fn end_sessions_of_player(&self, caller: &Caller, player: &PlayerId) -> Result<(), AppError> {
        caller.must(Right::Administer, None)?;
        self.end_all_sessions(&OF_PLAYERS, player.as_str(), None).await
    }

    /// Ends one of an operator's sessions, or all.
    pub async fn end_sessions(&self, caller: &Caller, name: &str, wanted: Option<&str>) -> Result<(), AppError> {
        self.must_own(caller, name).await?;
        let sessions = self.store.sessions(People::Operators, name).await.map_err(from_store)?;
        let ids: Vec<String> =
            sessions.into_iter().map(|session| session.id).filter(|id| wanted.is_none_or(|wanted| told(id) == wanted)).collect();
        if wanted.is_some() && ids.is_empty() {
            return Err(AppError::no(What::Session));
        }
        self.store.end_sessions(People::Operators, name, &ids).await.map_err(from_store)
    }

    /// Has the one of somebody's sessions of this public id go on in another generation.
    pub(super) async fn keep_session(&self, kind: &Sessions, whose: &str, kept: &str, generation: &str) -> Result<(), AppError> {
        let sessions = self.store.sessions(kind.of, whose).await.map_err(from_store)?;
        for session in sessions.into_iter().filter(|session| told(&session.id) == kept) {
            self.store.renew_session(kind.of, &session.id, generation).await.map_err(from_store)?;
        }
        Ok(())
    }

    /// Ends all of somebody's sessions, but the one of this public id.
    pub(super) async fn end_all_sessions(&self, kind: &Sessions, whose: &str, but: Option<&str>) -> Result<(), AppError> {
        let sessions = self.store.sessions(kind.of, whose).await.map_err(from_store)?;
        let ended: Vec<String> =
            sessions.into_iter().map(|session| session.id).filter(|id| but.is_none_or(|but| told(id) != but)).collect();
        self.store.end_sessions(kind.of, whose, &ended).await.map_err(from_store)
    }

    /// Ends the session with this token.
    pub async fn sign_out(&self, caller: &Caller, token: &str) -> Result<(), AppError> {
        let Caller::Operator(operator) = caller else { return Ok(()) };
        self.store.end_sessions(People::Operators, &operator.name, &[hash(token)]).await.map_err(from_store)
    }

    /// Ends a player's session with this token, or all that they have.
    pub async fn sign_player_out(&self, me: &Player, token: &str, everywhere: bool) -> Result<(), AppError> {
        if everywhere {
            return self.end_all_sessions(&OF_PLAYERS, me.id.as_str(), None).await;
        }
        self.store.end_sessions(People::Players, me.id.as_str(), &[hash(token)]).await.map_err(from_store)
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

/// A session as it is shown to whoever has the one of this public id.
fn shown(session: StoredSession, own: Option<&str>) -> Session {
    let id = told(&session.id);
    let [created_at, seen_at] = session.times;
    Session {
        is_this: own == Some(&*id),
        id,
        created_at,
        seen_at,
        ends_at: session.ends_ms,
        address: session.address,
        agent: session.agent,
    }
}

fn told(id: &str) -> String {
    id.chars().take(TOLD).collect()
}
