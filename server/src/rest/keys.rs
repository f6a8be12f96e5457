use super::{
    caller::{May, ToAdminister},
    json::Json,
    problems::{Administering, Asking, Knowing},
    query::{NoQuery, path},
};
use crate::{
    auth::{
        Auth,
        audit::Witness,
        keys::{ApiKey, KeyAsk, KeyChange, NewApiKey},
    },
    error::Problem,
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// The key in a path.
pub struct KeyPath(String);

impl<S: Send + Sync> FromRequestParts<S> for KeyPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(path(parts, state).await?))
    }
}

/// API keys.
#[derive(Serialize, ToSchema)]
pub struct KeyList {
    /// All of them, the oldest first.
    keys: Vec<ApiKey>,
}

/// How to renew a key's secret.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RotateBody {
    /// For how many seconds the secrets that it has work besides the new ones, a day if left out.
    #[serde(default = "day")]
    #[schema(maximum = 2_678_400)]
    overlap_seconds: u64,
}

fn day() -> u64 {
    24 * 60 * 60
}

/// `GET /api/keys`: the API keys.
#[utoipa::path(
    get,
    path = "/api/keys",
    operation_id = "listKeys",
    tag = "keys",
    summary = "The API keys",
    description = "Without their secrets, which nobody has but whoever they were told.",
    responses((status = 200, description = "All of them.", body = KeyList), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn list_keys(State(auth): State<Arc<Auth>>, May(caller, _): May<ToAdminister>, _: NoQuery) -> Result<Answer<KeyList>, Problem> {
    Ok(Answer(KeyList { keys: auth.keys(&caller).await? }))
}

/// `POST /api/keys`: a new one.
#[utoipa::path(
    post,
    path = "/api/keys",
    operation_id = "createKey",
    tag = "keys",
    summary = "Make an API key",
    description = "Its secrets are told here, once.",
    request_body(content = KeyAsk, description = "What it is for.", example = json!({"label": "game servers", "scopes": ["submit"], "boards": ["main"], "signed": true})),
    responses((status = 201, description = "The key.", body = NewApiKey, headers(("location" = String, description = "Where it is."))), Administering),
    security(("key" = []), ("session" = []))
)]
pub async fn create_key(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<NewApiKey>), Problem> {
    let new = auth.create_key(&caller, body.object()?).await?;
    witness.after(&new.key);
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/keys/{}", new.key.id))], Answer(new)))
}

/// `GET /api/keys/{key}`: one of them.
#[utoipa::path(
    get,
    path = "/api/keys/{key}",
    operation_id = "getKey",
    tag = "keys",
    summary = "An API key",
    description = "",
    params(("key" = String, Path, description = "The key's id: the part after `lp_`.")),
    responses((status = 200, description = "The key.", body = ApiKey), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn show_key(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    KeyPath(key): KeyPath,
    _: NoQuery,
) -> Result<Answer<ApiKey>, Problem> {
    Ok(Answer(auth.key(&caller, &key).await?))
}

/// `PATCH /api/keys/{key}`: what it is for.
#[utoipa::path(
    patch,
    path = "/api/keys/{key}",
    operation_id = "editKey",
    tag = "keys",
    summary = "Change what an API key is for",
    description = "It counts here at once, and on other servers within a second.",
    params(("key" = String, Path, description = "The key's id: the part after `lp_`.")),
    request_body(content = KeyChange, description = "What is to be another.", example = json!({"scopes": ["read"], "boards": null})),
    responses((status = 200, description = "The key.", body = ApiKey), Administering),
    security(("key" = []), ("session" = []))
)]
pub async fn edit_key(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    KeyPath(key): KeyPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<ApiKey>, Problem> {
    let change: KeyChange = body.object()?;
    let (before, after) = auth.edit_key(&caller, &key, change).await?;
    witness.before(&before);
    witness.after(&after);
    Ok(Answer(after))
}

/// `POST /api/keys/{key}/rotate`: a new secret.
#[utoipa::path(
    post,
    path = "/api/keys/{key}/rotate",
    operation_id = "rotateKey",
    tag = "keys",
    summary = "Give an API key a new secret",
    description = "A key that signs gets another `signingSecret` with it. The ones it has work a while longer, so that nothing stops meanwhile. Those before end at once.",
    params(("key" = String, Path, description = "The key's id: the part after `lp_`.")),
    request_body(content = RotateBody, description = "For how long the old one works.", example = json!({"overlapSeconds": 3600})),
    responses((status = 200, description = "The key.", body = NewApiKey), Administering),
    security(("key" = []), ("session" = []))
)]
pub async fn rotate_key(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    KeyPath(key): KeyPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<NewApiKey>, Problem> {
    let RotateBody { overlap_seconds } = body.object()?;
    let new = auth.rotate_key(&caller, &key, overlap_seconds).await?;
    witness.after(&new.key);
    Ok(Answer(new))
}

/// `DELETE /api/keys/{key}`: takes it back.
#[utoipa::path(
    delete,
    path = "/api/keys/{key}",
    operation_id = "deleteKey",
    tag = "keys",
    summary = "Delete an API key",
    description = "It is not valid any more: here at once, on other servers within a second.",
    params(("key" = String, Path, description = "The key's id: the part after `lp_`.")),
    responses((status = 204, description = "It is gone."), Knowing),
    security(("key" = []), ("session" = []))
)]
pub async fn delete_key(
    State(auth): State<Arc<Auth>>,
    May(caller, _): May<ToAdminister>,
    KeyPath(key): KeyPath,
    witness: Witness,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    witness.before(&auth.delete_key(&caller, &key).await?);
    Ok(StatusCode::NO_CONTENT)
}
