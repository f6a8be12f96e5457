use super::{
    address::Asked,
    caller::Me,
    json::Json,
    operators::{Known, OfferBody, OperatorPath},
    problems::{Administering, Enrolling, Entering, Knowing, Recovering, Retiring},
    query::{NoQuery, path},
    session::{Door, session_cookie},
};
use crate::{
    auth::{
        Auth,
        accounts::{AccountInfo, Accounts},
        audit::Witness,
        operators::{FirstFactor, OperatorInfo},
        passkeys::{Answered, Challenge},
        sessions::OF_PLAYERS,
    },
    error::Problem,
};
use app::{
    model::PasskeyInfo,
    visitor::{lasting, player_cookie},
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
    response::AppendHeaders,
};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// The passkey in a path.
pub struct PasskeyPath(String);

impl<S: Send + Sync> FromRequestParts<S> for PasskeyPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(path(parts, state).await?))
    }
}

/// A passkey to add.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasskeyBody {
    /// What to call it: 1 to 40 characters.
    label: String,
    /// The challenge's.
    ceremony: String,
    /// What `navigator.credentials.create` has given, as its `toJSON` writes it.
    #[schema(value_type = Object)]
    credential: serde_json::Value,
}

impl PasskeyBody {
    fn parts(self) -> (Answered, String) {
        (Answered { ceremony: self.ceremony, credential: self.credential }, self.label)
    }
}

/// `POST /api/me/passkeys/challenge`: begins to add a passkey.
#[utoipa::path(
    post,
    path = "/api/me/passkeys/challenge",
    operation_id = "challengeMyPasskey",
    tag = "me",
    summary = "Begin to add a passkey",
    description = "What the browser is to be given; its answer goes to `POST /api/me/passkeys` within five minutes. The server is to be known by \
        a name, and but for `localhost` reached by https. Who has a passkey already must have signed in within the last ten minutes.",
    responses((status = 200, description = "The challenge.", body = Challenge), Retiring),
    security(("player" = []))
)]
pub async fn challenge_my_passkey(
    State(accounts): State<Arc<Accounts>>,
    Me(me): Me,
    Asked(site): Asked,
    _: NoQuery,
) -> Result<Answer<Challenge>, Problem> {
    Ok(Answer(accounts.challenge_to_add(&me, &site?).await?))
}

/// `POST /api/me/passkeys`: adds one.
#[utoipa::path(
    post,
    path = "/api/me/passkeys",
    operation_id = "addMyPasskey",
    tag = "me",
    summary = "Add a passkey",
    description = "The player signs in by it from now on, on any device that has it; the recovery code stays. At most ten.",
    request_body(content = PasskeyBody, description = "What the browser answers to the challenge.", example = json!({"label": "My phone", "ceremony": "5d41402abc4b2a76b9719d911017c592d1b3a5c7e9f01234", "credential": {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…", "attestationObject": "…"}}})),
    responses((status = 201, description = "The passkey.", body = PasskeyInfo), Administering),
    security(("player" = []))
)]
pub async fn add_my_passkey(
    State(accounts): State<Arc<Accounts>>,
    Me(me): Me,
    Asked(site): Asked,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, Answer<PasskeyInfo>), Problem> {
    let (answered, label) = body.object::<PasskeyBody>()?.parts();
    Ok((StatusCode::CREATED, Answer(accounts.add_passkey(&me, &site?, answered, &label).await?)))
}

/// `DELETE /api/me/passkeys/{passkey}`: removes one.
#[utoipa::path(
    delete,
    path = "/api/me/passkeys/{passkey}",
    operation_id = "removeMyPasskey",
    tag = "me",
    summary = "Remove a passkey",
    description = "Nobody signs in by it any more; sessions stay. The player must have signed in within the last ten minutes.",
    params(("passkey" = String, Path, description = "The passkey's id.")),
    responses((status = 204, description = "It is gone."), Knowing),
    security(("player" = []))
)]
pub async fn remove_my_passkey(
    State(accounts): State<Arc<Accounts>>,
    Me(me): Me,
    PasskeyPath(id): PasskeyPath,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    accounts.remove_passkey(&me, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/me/session/challenge`: begins to sign a player in by a passkey.
#[utoipa::path(
    post,
    path = "/api/me/session/challenge",
    operation_id = "challengeMe",
    tag = "me",
    summary = "Begin to come back by a passkey",
    description = "What the browser is to be given; its answer goes to `POST /api/me/session/passkey` within five minutes. A hundred times in a \
        quarter of an hour from one address.",
    responses((status = 200, description = "The challenge: to whichever passkey the player has for this site.", body = Challenge), Recovering),
    security(())
)]
pub async fn challenge_me(
    State(accounts): State<Arc<Accounts>>,
    Asked(site): Asked,
    door: Door,
    _: NoQuery,
) -> Result<Answer<Challenge>, Problem> {
    Ok(Answer(accounts.challenge(&site?, &door.origin).await?))
}

/// `POST /api/me/session/passkey`: signs a player in by a passkey.
#[utoipa::path(
    post,
    path = "/api/me/session/passkey",
    operation_id = "comeBackByPasskey",
    tag = "me",
    summary = "Come back by a passkey",
    description = "The session lasts thirty days unused, and half a year at the most; one that the cookie names already ends. The recovery code stays what it was.",
    request_body(content = Answered, description = "What the browser answers to the challenge.", example = json!({"ceremony": "5d41402abc4b2a76b9719d911017c592d1b3a5c7e9f01234", "credential": {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…", "authenticatorData": "…", "signature": "…", "userHandle": "…"}}})),
    responses((status = 200, description = "The account; the session is in a cookie.", body = AccountInfo), Recovering),
    security(())
)]
pub async fn come_back_by_passkey(
    State(accounts): State<Arc<Accounts>>,
    Asked(site): Asked,
    door: Door,
    _: NoQuery,
    body: Json,
) -> Result<(AppendHeaders<[(HeaderName, String); 2]>, Answer<AccountInfo>), Problem> {
    let (account, session) = accounts.sign_in(&site?, body.object()?, &door.origin).await?;
    // The browser plays as them from now on, as the forms have it.
    let played = lasting(&player_cookie(Some(&account.player_id)), door.is_secure);
    let cookies = [session_cookie(&OF_PLAYERS, &session, door.is_secure), played].map(|cookie| (header::SET_COOKIE, cookie));
    Ok((AppendHeaders(cookies), Answer(account)))
}

/// `POST /api/session/challenge`: begins to sign an operator in by a passkey.
#[utoipa::path(
    post,
    path = "/api/session/challenge",
    operation_id = "challengeOperator",
    tag = "operators",
    summary = "Begin to sign an operator in by a passkey",
    description = "For whoever knows the password. What the browser answers goes to `POST /api/session` as `passkey`, with name and password, \
        within five minutes. A wrong one counts as a try to sign in.",
    request_body(content = FirstFactor, description = "Name and password.", example = json!({"name": "ada", "password": "violet harbour tin sonata"})),
    responses((status = 200, description = "The challenge, to the operator's passkeys for this site.", body = Challenge), Entering),
    security(())
)]
pub async fn challenge_operator(
    State(auth): State<Arc<Auth>>,
    Asked(site): Asked,
    door: Door,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Challenge>, Problem> {
    let first: FirstFactor = body.object()?;
    // Who was meant is not recorded: what is no name may be a password.
    witness.saw_try();
    Ok(Answer(auth.challenge_operator(first, &site?, &door.origin).await?))
}

/// `POST /api/operators/{operator}/passkeys/challenge`: begins to add a passkey to an operator.
#[utoipa::path(
    post,
    path = "/api/operators/{operator}/passkeys/challenge",
    operation_id = "challengePasskey",
    tag = "operators",
    summary = "Begin to add an operator's passkey",
    description = "For the operator themself. What the browser is to be given; its answer goes to `POST /api/operators/{operator}/passkeys` within \
        five minutes. The server is to be known by a name, and but for `localhost` reached by https.",
    params(("operator" = String, Path, description = "The operator's name.")),
    request_body(content = OfferBody, description = "The password that they have.", example = json!({"currentPassword": "violet harbour tin sonata"})),
    responses((status = 200, description = "The challenge.", body = Challenge), Enrolling),
    security(("session" = []))
)]
pub async fn challenge_passkey(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    Asked(site): Asked,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Challenge>, Problem> {
    let OfferBody { current_password } = body.object()?;
    Ok(Answer(auth.offer_passkey(&caller, &name, current_password, site).await?))
}

/// `POST /api/operators/{operator}/passkeys`: adds one.
#[utoipa::path(
    post,
    path = "/api/operators/{operator}/passkeys",
    operation_id = "addPasskey",
    tag = "operators",
    summary = "Add an operator's passkey",
    description = "For the operator themself, who signs in by the password and by one of their passkeys, or a code if they have those, from now on. \
        At most ten. `PATCH /api/operators/{operator}` removes one.",
    params(("operator" = String, Path, description = "The operator's name.")),
    request_body(content = PasskeyBody, description = "What the browser answers to the challenge.", example = json!({"label": "Blue key", "ceremony": "5d41402abc4b2a76b9719d911017c592d1b3a5c7e9f01234", "credential": {"id": "…", "rawId": "…", "type": "public-key", "response": {"clientDataJSON": "…", "attestationObject": "…"}}})),
    responses((status = 201, description = "The operator.", body = OperatorInfo), Enrolling),
    security(("session" = []))
)]
pub async fn add_passkey(
    State(auth): State<Arc<Auth>>,
    Known(caller): Known,
    OperatorPath(name): OperatorPath,
    Asked(site): Asked,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, Answer<OperatorInfo>), Problem> {
    let (answered, label) = body.object::<PasskeyBody>()?.parts();
    let operator = auth.add_operators_passkey(&caller, &name, site, answered, &label).await?;
    witness.after(&operator);
    Ok((StatusCode::CREATED, Answer(operator)))
}
