use super::address::Secure;
use crate::{
    auth::{
        Auth,
        audit::Witness,
        origin::is_foreign,
        sessions::{OF_OPERATORS, OF_PLAYERS, Sessions},
    },
    boards::{
        caller::{Caller, Player},
        rights::Right,
    },
    error::Problem,
    state::TrustedProxies,
};
use app::{error::AppError, model::BoardId};
use axum::{
    extract::{FromRef, FromRequestParts, RawPathParams},
    http::{HeaderMap, StatusCode, header, request::Parts},
};
use std::{marker::PhantomData, sync::Arc};

/// A right that a route asks for.
pub trait Wanted {
    /// Which.
    const RIGHT: Right;
}

macro_rules! wanted {
    ($($(#[$doc:meta])* $name:ident: $right:ident;)*) => {
        $($(#[$doc])*
        pub struct $name;

        impl Wanted for $name {
            const RIGHT: Right = Right::$right;
        })*
    };
}

wanted! {
    /// To see what is not for everybody.
    ToRead: Read;
    /// To decide which scores count.
    ToModerate: Moderate;
    /// To run boards.
    ToManage: Manage;
    /// To hand out keys, and to read who did what.
    ToAdminister: Administer;
    /// To say who the operators are.
    ToOwn: Own;
}

/// A caller who has a right, on the board in the path or, where there is none, anywhere: whoever has not is refused before anything else
/// of the request is looked at.
pub struct May<R>(pub Caller, pub PhantomData<R>);

impl<S, R: Wanted> FromRequestParts<S> for May<R>
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        match board(parts, state).await {
            Some(board) => caller.must(R::RIGHT, Some(&board))?,
            None => caller.must_somewhere(R::RIGHT)?,
        }
        if let Some(witness) = parts.extensions.get::<Witness>() {
            witness.saw(&caller);
        }
        Ok(Self(caller, PhantomData))
    }
}

/// The board in a path. One that is none is refused when the path is read.
async fn board<S: Send + Sync>(parts: &mut Parts, state: &S) -> Option<BoardId> {
    let params = RawPathParams::from_request_parts(parts, state).await.ok()?;
    let (_, board) = params.iter().find(|(name, _)| *name == "board")?;
    BoardId::parse(board).ok()
}

/// Who asks: by the key in the `Authorization` header, else by the session in a cookie, an operator's before a player's, else nobody known. A wrong
/// key is refused rather than ignored; a session that is over is none.
impl<S> FromRequestParts<S> for Caller
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // Whoever asks is looked up once for a request.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let Ok(secure) = Secure::from_request_parts(parts, state).await;
        let caller = found(parts, &Arc::<Auth>::from_ref(state), &secure).await?;
        parts.extensions.insert(caller.clone());
        Ok(caller)
    }
}

/// The player who has signed in, if one has. Whoever runs boards in the same browser is that player here.
pub struct Maybe(pub Option<Arc<Player>>);

impl<S> FromRequestParts<S> for Maybe
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, state).await? {
            Caller::Player(player) => Ok(Self(Some(player))),
            Caller::Operator(_) => {
                let Ok(secure) = Secure::from_request_parts(parts, state).await;
                Ok(Self(player_of(&parts.headers, &Arc::<Auth>::from_ref(state), &secure).await?))
            }
            _ => Ok(Self(None)),
        }
    }
}

/// The player who has signed in; everybody else is refused before anything else of the request is looked at.
pub struct Me(pub Arc<Player>);

impl<S> FromRequestParts<S> for Me
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if let Maybe(Some(player)) = Maybe::from_request_parts(parts, state).await? {
            return Ok(Self(player));
        }
        let error = match Caller::from_request_parts(parts, state).await? {
            Caller::Anonymous => AppError::Unauthorized {
                message: "This is for players who have signed in: POST /api/me begins, POST /api/me/session comes back.".into(),
            },
            _ => AppError::Forbidden { message: "This is for players who have signed in, and nobody else does it for them.".into() },
        };
        Err(error.into())
    }
}

/// The player who has signed in, by their session in a cookie.
pub async fn player_of(headers: &HeaderMap, auth: &Auth, secure: &Secure) -> Result<Option<Arc<Player>>, AppError> {
    let Some(token) = session_token(headers, &OF_PLAYERS, secure) else { return Ok(None) };
    auth.player_of_session(&token).await
}

async fn found(parts: &Parts, auth: &Auth, secure: &Secure) -> Result<Caller, Problem> {
    if let Some(key) = bearer(&parts.headers) {
        return Ok(auth.caller_of_key(key).await?);
    }
    let operators = session_token(&parts.headers, &OF_OPERATORS, secure);
    if operators.is_none() && session_token(&parts.headers, &OF_PLAYERS, secure).is_none() {
        return Ok(Caller::Anonymous);
    }
    // A browser sends its cookies along whoever's page asks.
    if !parts.method.is_safe() && is_foreign(&parts.headers) {
        let detail = "Pages of other sites can't do this in their visitor's name: send a key in the Authorization header.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "cross-site", detail));
    }
    if let Some(token) = operators
        && let operator @ Caller::Operator(_) = auth.caller_of_session(&token).await?
    {
        return Ok(operator);
    }
    Ok(player_of(&parts.headers, auth, secure).await?.map_or(Caller::Anonymous, Caller::Player))
}

/// The key in the `Authorization` header: empty where there is something else in it, none where there is no such header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let key = headers.get(header::AUTHORIZATION)?.to_str().ok().and_then(|value| value.split_once(' '));
    Some(key.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map_or("", |(_, key)| key.trim()))
}

/// The session of this kind that a request's cookies name. By TLS only that cookie counts which none but this very host can have set: any other
/// could be the choice of another host of the same domain, or of who sits in between where there is no TLS.
pub fn session_token(headers: &HeaderMap, kind: &Sessions, Secure(is_secure): &Secure) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs: Vec<_> = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')).collect();
    let [guarded, plain] = kind.cookies;
    let names = [Some(guarded), Some(plain).filter(|_| !is_secure)];
    names.iter().flatten().find_map(|wanted| pairs.iter().find(|(name, _)| name == wanted)).map(|(_, value)| (*value).to_owned())
}
