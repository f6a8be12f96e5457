use super::{
    address::{Asked, ClientAddress, Secure},
    caller::session_token,
    json::Json,
    problems::{Entering, Introducing},
    query::NoQuery,
};
use crate::{
    auth::{
        Auth,
        audit::Witness,
        operators::{Credentials, OperatorInfo},
        origin::is_foreign,
        sessions::{OF_OPERATORS, OF_PLAYERS, Origin, Sessions},
    },
    boards::{
        caller::{Caller, Operator},
        rights::Scope,
    },
    error::Problem,
};
use app::model::{BoardId, PlayerId, Role};
use axum::{
    Json as Answer,
    extract::{FromRef, FromRequestParts, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
};
use serde::{Deserialize, Serialize};
use std::{convert::Infallible, sync::Arc};
use utoipa::ToSchema;

/// From where somebody signs in, and whether by TLS.
pub struct Door {
    /// From where.
    pub origin: Origin,
    /// Whether by TLS.
    pub is_secure: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Door
where
    crate::state::TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // What a page of another site made a browser sign in as would be of its choosing.
        if is_foreign(&parts.headers) {
            let detail = "Pages of other sites can't sign their visitors in.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "cross-site", detail));
        }
        let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(parts, state).await;
        let Ok(secure) = Secure::from_request_parts(parts, state).await;
        let agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let had = |kind: &Sessions| session_token(&parts.headers, kind, &secure).map(|token| (kind.of, token));
        let had = [&OF_OPERATORS, &OF_PLAYERS].into_iter().filter_map(had).collect();
        Ok(Self { origin: Origin { address, agent, had }, is_secure: secure.0 })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Witness {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

/// The first operator.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetupBody {
    /// The one-time token in the server's log.
    token: String,
    /// The name to sign in with: 1 to 32 characters out of `a-z`, `0-9`, `.`, `_` and `-`.
    name: String,
    /// The password: 12 to 128 characters, not easily guessed.
    password: String,
}

/// Who asks, and what they may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub enum Whoever {
    /// Nobody known.
    Anonymous,
    /// Whoever has the admin key.
    Admin,
    /// Whoever has an API key.
    #[serde(rename_all = "camelCase")]
    Key {
        /// Its id.
        id: String,
        /// What it is for.
        scopes: Vec<Scope>,
        /// On which boards; left out: on all.
        #[serde(skip_serializing_if = "Option::is_none")]
        boards: Option<Vec<BoardId>>,
    },
    /// An operator who has signed in.
    #[serde(rename_all = "camelCase")]
    Operator {
        /// Their name.
        name: String,
        /// What they are.
        role: Role,
        /// The session, by the id that it can be ended by.
        session: String,
        /// Whether they may do nothing before they have set up a second factor, which this server asks for.
        needs_second_factor: bool,
    },
    /// A player who has an account, and has signed in.
    #[serde(rename_all = "camelCase")]
    Player {
        /// The id that is theirs.
        player_id: PlayerId,
        /// The session, by its id in their list.
        session: String,
    },
}

/// `POST /api/setup`: makes the first operator.
#[utoipa::path(
    post,
    path = "/api/setup",
    operation_id = "setUp",
    tag = "operators",
    summary = "Make the first operator",
    description = "An owner, with the one-time token that the server prints in its log as long as there is no operator; they are signed in.",
    request_body(content = SetupBody, description = "The token, and who they are.", example = json!({"token": "5d41402abc4b2a76b9719d911017c592d1b3a5c7e9f01234", "name": "ada", "password": "violet harbour tin sonata"})),
    responses((status = 201, description = "The operator; the session is in a cookie.", body = OperatorInfo), Entering),
    security(())
)]
pub async fn set_up(
    State(auth): State<Arc<Auth>>,
    door: Door,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, SetCookie, Answer<OperatorInfo>), Problem> {
    let SetupBody { token, name, password } = body.object()?;
    witness.saw_try();
    let (operator, session) = auth.set_up(&token, &name, password, &door.origin).await?;
    witness.saw_enter(&name);
    witness.after(&operator);
    Ok((StatusCode::CREATED, cookie(&OF_OPERATORS, &session, door.is_secure)?, Answer(operator)))
}

/// `POST /api/session`: signs an operator in.
#[utoipa::path(
    post,
    path = "/api/session",
    operation_id = "signIn",
    tag = "operators",
    summary = "Sign an operator in",
    description = "Twenty tries that fail in a quarter of an hour from one address. The session lasts twelve hours unused, and a week at the most; one that the cookie names already ends.",
    request_body(content = Credentials, description = "Name, password, and a code or a passkey where the operator has set one up.", example = json!({"name": "ada", "password": "violet harbour tin sonata", "code": "287082"})),
    responses((status = 200, description = "The operator; the session is in a cookie.", body = OperatorInfo), Entering),
    security(())
)]
pub async fn sign_in(
    State(auth): State<Arc<Auth>>,
    Asked(site): Asked,
    door: Door,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(SetCookie, Answer<OperatorInfo>), Problem> {
    let credentials: Credentials = body.object()?;
    let name = credentials.name.clone();
    // Who was meant is not recorded where they are refused: what is no name may be a password, typed into the wrong field.
    witness.saw_try();
    let (operator, session) = auth.sign_in(credentials, site, &door.origin).await?;
    witness.saw_enter(&name);
    Ok((cookie(&OF_OPERATORS, &session, door.is_secure)?, Answer(operator)))
}

/// `GET /api/session`: who asks.
#[utoipa::path(
    get,
    path = "/api/session",
    operation_id = "whoAmI",
    tag = "operators",
    summary = "Who you are here",
    description = "By the key in the header, else by the session in the cookie: an operator's, or a player's.",
    responses((status = 200, description = "Who, and what they may do.", body = Whoever), Introducing),
    security((), ("key" = []), ("session" = []), ("player" = []))
)]
pub async fn who_am_i(caller: Caller, _: NoQuery) -> Answer<Whoever> {
    Answer(match &caller {
        Caller::Anonymous => Whoever::Anonymous,
        Caller::Admin | Caller::Server => Whoever::Admin,
        Caller::Key(grant) => Whoever::Key { id: grant.key.clone(), scopes: grant.scopes.clone(), boards: grant.boards.clone() },
        Caller::Operator(operator) => {
            let Operator { name, role, session, needs_second_factor } = (**operator).clone();
            Whoever::Operator { name, role, session, needs_second_factor }
        }
        Caller::Player(player) => Whoever::Player { player_id: player.id.clone(), session: player.session.clone() },
    })
}

/// `DELETE /api/session`: signs out.
#[utoipa::path(
    delete,
    path = "/api/session",
    operation_id = "signOut",
    tag = "operators",
    summary = "Sign out",
    description = "Ends the session in the cookie, if there is one.",
    responses((status = 204, description = "There is no session any more."), Introducing),
    security((), ("session" = []))
)]
pub async fn sign_out(
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    Secure(is_secure): Secure,
    witness: Witness,
    headers: HeaderMap,
    _: NoQuery,
) -> Result<(StatusCode, SetCookie), Problem> {
    if let Some(token) = session_token(&headers, &OF_OPERATORS, &Secure(is_secure)) {
        auth.sign_out(&caller, &token).await?;
    }
    if matches!(caller, Caller::Operator(_)) {
        witness.saw(&caller);
    }
    Ok((StatusCode::NO_CONTENT, cookie(&OF_OPERATORS, "", is_secure)?))
}

/// The header that sets one cookie.
pub type SetCookie = [(HeaderName, HeaderValue); 1];

/// Sets the cookie that holds a session.
pub fn cookie(kind: &Sessions, token: &str, is_secure: bool) -> Result<SetCookie, Problem> {
    let value = HeaderValue::try_from(session_cookie(kind, token, is_secure)).map_err(|_| app::error::AppError::Internal)?;
    Ok([(header::SET_COOKIE, value)])
}

/// The cookie that holds a session, or none any more without a token: no script reads it, and by TLS nobody but this very host can have set it.
pub fn session_cookie(kind: &Sessions, token: &str, is_secure: bool) -> String {
    let [guarded, plain] = kind.cookies;
    let seconds = if token.is_empty() { 0 } else { kind.lasting };
    let (name, secure) = if is_secure { (guarded, "; Secure") } else { (plain, "") };
    format!("{name}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}
