use super::{
    caller::{May, ToAdminister, ToOwn},
    json::Json,
    problems::{Asking, Enrolling, Knowing, OperatingPlayer, RemovingPlayer, Staffing},
    query::{NoQuery, OnePlayer, path},
};
use crate::{
    auth::{
        Auth,
        audit::Witness,
        operators::{OfferedCodes, OperatorAsk, OperatorChange, OperatorInfo},
        sessions::Session,
    },
    boards::caller::Caller,
    error::Problem,
    state::TrustedProxies,
};
use app::{error::AppError, model::PlayerId};
use axum::{
    Json as Answer,
    extract::{FromRef, FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The operator in a path.
pub struct OperatorPath(pub String);

impl<S: Send + Sync> FromRequestParts<S> for OperatorPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(path(parts, state).await?))
    }
}

/// The operator and the session in a path.
pub struct SessionPath(String, String);

impl<S: Send + Sync> FromRequestParts<S> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (operator, session) = path(parts, state).await?;
        Ok(Self(operator, session))
    }
}

/// Somebody who is known: operators may do some things about themselves, which owners may do about all.
pub struct Known(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Known
where
    Arc<Auth>: FromRef<S>,
    TrustedProxies: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Caller::from_request_parts(parts, state).await?;
        if caller == Caller::Anonymous {
            let message = "This needs an operator who has signed in (POST /api/session), or the admin key.";
            return Err(AppError::Unauthorized { message: message.into() }.into());
        }
        // Whether they may is not decided yet. Nobody else ever may, and what they try is no act.
        if let (Caller::Operator(_) | Caller::Admin, Some(witness)) = (&caller, parts.extensions.get::<Witness>()) {
            witness.saw(&caller);
        }
        Ok(Self(caller))
    }
}

/// Operators.
#[derive(Serialize, ToSchema)]
pub struct OperatorList {
    /// All of them, by name.
    operators: Vec<OperatorInfo>,
}

/// Where somebody is signed in.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    /// All that are not over.
    pub sessions: Vec<Session>,
}

/// A code of the authenticator app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// Six digits.
    code: String,
}

/// `GET /api/operators`: the operators.
#[utoipa::path(
    get,
    path = "/api/operators",
    operation_id = "listOperators",
    tag = "operators",
    summary = "The operators",
    description = "For owners.",
    responses((status = 200, description = "All of them.", body = OperatorList), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn list_operators(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToOwn>,
    _: NoQuery,
) -> Result<Answer<OperatorList>, Problem> {
    Ok(Answer(OperatorList { operators: auth.operators(&caller).await? }))
}

/// `POST /api/operators`: a new one.
#[utoipa::path(
    post,
    path = "/api/operators",
    operation_id = "createOperator",
    tag = "operators",
    summary = "Make somebody an operator",
    description = "For owners.",
    request_body(content = OperatorAsk, description = "Who, and what they may do.", example = json!({"name": "bob", "role": "moderator", "password": "copper lantern oat museum"})),
    responses((status = 201, description = "The operator.", body = OperatorInfo, headers(("location" = String, description = "Where they are."))), Staffing),
    security(("key" = []), ("session" = []))
)]
pub async fn create_operator(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToOwn>,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<OperatorInfo>), Problem> {
    let operator = auth.create_operator(&caller, body.object()?).await?;
    witness.after(&operator);
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/operators/{}", operator.name))], Answer(operator)))
}

/// `GET /api/operators/{operator}`: one of them.
#[utoipa::path(
    get,
    path = "/api/operators/{operator}",
    operation_id = "getOperator",
    tag = "operators",
    summary = "An operator",
    description = "For owners, and for the operator themself.",
    params(("operator" = String, Path, description = "The operator's name.")),
    responses((status = 200, description = "The operator.", body = OperatorInfo), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn show_operator(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    _: NoQuery,
) -> Result<Answer<OperatorInfo>, Problem> {
    Ok(Answer(auth.operator(&caller, &name).await?))
}

/// `PATCH /api/operators/{operator}`: role, password, second factor.
#[utoipa::path(
    patch,
    path = "/api/operators/{operator}",
    operation_id = "editOperator",
    tag = "operators",
    summary = "Change an operator's role or password",
    description = "For owners; the password and the codes for the operator themself, who says their current password. With another role or \
        password the operator's other sessions end.",
    params(("operator" = String, Path, description = "The operator's name.")),
    request_body(content = OperatorChange, description = "What is to be another.", example = json!({"role": "manager"})),
    responses((status = 200, description = "The operator.", body = OperatorInfo), Staffing),
    security(("key" = []), ("session" = []))
)]
pub async fn edit_operator(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<OperatorInfo>, Problem> {
    let change: OperatorChange = body.object()?;
    let password_changed = change.password.is_some();
    let (before, after) = auth.edit_operator(&caller, &name, change).await?;
    witness.before(&before);
    witness.after(&Edited { operator: &after, password_changed });
    Ok(Answer(after))
}

/// What is recorded of an operator who was changed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edited<'a> {
    #[serde(flatten)]
    operator: &'a OperatorInfo,
    /// Nothing else of them says so.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    password_changed: bool,
}

/// `DELETE /api/operators/{operator}`: removes them.
#[utoipa::path(
    delete,
    path = "/api/operators/{operator}",
    operation_id = "deleteOperator",
    tag = "operators",
    summary = "Remove an operator",
    description = "For owners. Their sessions end; the last owner stays.",
    params(("operator" = String, Path, description = "The operator's name.")),
    responses((status = 204, description = "They are gone."), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn delete_operator(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToOwn>,
    OperatorPath(name): OperatorPath,
    witness: Witness,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    witness.before(&auth.delete_operator(&caller, &name).await?);
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/operators/{operator}/codes`: begins to set up the second factor.
#[utoipa::path(
    post,
    path = "/api/operators/{operator}/codes",
    operation_id = "offerCodes",
    tag = "operators",
    summary = "Set up an authenticator app",
    description = "For the operator themself. Codes by time (TOTP) count once one of them is sent by `PUT` to the same address.",
    params(("operator" = String, Path, description = "The operator's name.")),
    request_body(content = OfferBody, description = "The password that they have.", example = json!({"currentPassword": "violet harbour tin sonata"})),
    responses((status = 200, description = "What the app has to know.", body = OfferedCodes), Enrolling),
    security(("session" = []))
)]
pub async fn offer_codes(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    _: NoQuery,
    body: Json,
) -> Result<Answer<OfferedCodes>, Problem> {
    let OfferBody { current_password } = body.object()?;
    Ok(Answer(auth.offer_codes(&caller, &name, current_password).await?))
}

/// Who sets up codes says the password that they have.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OfferBody {
    /// The password.
    pub current_password: String,
}

/// `PUT /api/operators/{operator}/codes`: has them count.
#[utoipa::path(
    put,
    path = "/api/operators/{operator}/codes",
    operation_id = "confirmCodes",
    tag = "operators",
    summary = "Sign in with codes from now on",
    description = "For the operator themself, with a code that the app shows.",
    params(("operator" = String, Path, description = "The operator's name.")),
    request_body(content = CodeBody, description = "The code.", example = json!({"code": "287082"})),
    responses((status = 200, description = "The operator.", body = OperatorInfo), Enrolling),
    security(("session" = []))
)]
pub async fn confirm_codes(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    _: NoQuery,
    body: Json,
) -> Result<Answer<OperatorInfo>, Problem> {
    let CodeBody { code } = body.object()?;
    Ok(Answer(auth.confirm_codes(&caller, &name, &code).await?))
}

/// `GET /api/players/{player}/sessions`: where a player is signed in.
#[utoipa::path(
    get,
    path = "/api/players/{player}/sessions",
    operation_id = "listPlayerSessions",
    tag = "players",
    summary = "Where a player is signed in",
    description = "For operators who are managers. None where the player has no account.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 200, description = "The sessions that are not over.", body = SessionList), OperatingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn list_player_sessions(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<Answer<SessionList>, Problem> {
    Ok(Answer(SessionList { sessions: auth.sessions_of_player(&caller, &player).await? }))
}

/// `DELETE /api/players/{player}/sessions`: signs a player out everywhere.
#[utoipa::path(
    delete,
    path = "/api/players/{player}/sessions",
    operation_id = "endPlayerSessions",
    tag = "players",
    summary = "Sign a player out everywhere",
    description = "For operators who are managers. The player comes back by their passkey or their recovery code.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 204, description = "They are signed in nowhere."), RemovingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn end_player_sessions(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    auth.end_sessions_of_player(&caller, &player).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /api/operators/{operator}/sessions`: where they are signed in.
#[utoipa::path(
    get,
    path = "/api/operators/{operator}/sessions",
    operation_id = "listSessions",
    tag = "operators",
    summary = "Where an operator is signed in",
    description = "For owners, and for the operator themself.",
    params(("operator" = String, Path, description = "The operator's name.")),
    responses((status = 200, description = "The sessions that are not over.", body = SessionList), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn list_sessions(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    _: NoQuery,
) -> Result<Answer<SessionList>, Problem> {
    Ok(Answer(SessionList { sessions: auth.sessions(&caller, &name).await? }))
}

/// `DELETE /api/operators/{operator}/sessions`: signs out everywhere.
#[utoipa::path(
    delete,
    path = "/api/operators/{operator}/sessions",
    operation_id = "endSessions",
    tag = "operators",
    summary = "Sign an operator out everywhere",
    description = "For owners, and for the operator themself.",
    params(("operator" = String, Path, description = "The operator's name.")),
    responses((status = 204, description = "They are signed in nowhere."), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn end_sessions(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    auth.end_sessions(&caller, &name, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/operators/{operator}/sessions/{session}`: ends one.
#[utoipa::path(
    delete,
    path = "/api/operators/{operator}/sessions/{session}",
    operation_id = "endSession",
    tag = "operators",
    summary = "End one of an operator's sessions",
    description = "For owners, and for the operator themself.",
    params(("operator" = String, Path, description = "The operator's name."), ("session" = String, Path, description = "The session's id in the list.")),
    responses((status = 204, description = "It is over."), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn end_session(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    SessionPath(name, session): SessionPath,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    auth.end_sessions(&caller, &name, Some(&session)).await?;
    Ok(StatusCode::NO_CONTENT)
}
