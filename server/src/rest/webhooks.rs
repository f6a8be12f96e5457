use super::{
    caller::{May, ToManage},
    json::Json,
    problems::{Hooking, Operating},
    query::{BoardPath, NoQuery, Query, limit, path},
};
use crate::{
    auth::{audit::Witness, mark_of},
    error::Problem,
    valkey::functions::webhook::HookId,
    webhooks::{Delivery, Setup, SetupChange, Webhook, Webhooks},
};
use app::{
    error::{AppError, Field, What},
    model::{BoardId, Limit},
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The board and the webhook in a path.
pub struct WebhookPath(HookId);

impl<S: Send + Sync> FromRequestParts<S> for WebhookPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, id): (String, String) = path(parts, state).await?;
        Ok(Self(hook(&board, id)?))
    }
}

/// The board, the webhook and the delivery in a path.
pub struct DeliveryPath(HookId, String);

impl<S: Send + Sync> FromRequestParts<S> for DeliveryPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, id, delivery): (String, String, String) = path(parts, state).await?;
        let is_id = delivery.len() <= 64 && delivery.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if is_id { Ok(Self(hook(&board, id)?, delivery)) } else { Err(AppError::no(What::Delivery).into()) }
    }
}

fn hook(board: &str, id: String) -> Result<HookId, AppError> {
    let is_id = id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
    let board = BoardId::parse(board)?;
    if is_id { Ok(HookId { board, id }) } else { Err(AppError::invalid(Field::Id, "A webhook's id is 16 hexadecimal digits.")) }
}

/// A board's webhooks.
#[derive(Serialize, ToSchema)]
pub struct WebhookList {
    /// All of them, oldest first.
    webhooks: Vec<Webhook>,
}

/// `GET /api/boards/{board}/webhooks`: a board's webhooks.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/webhooks",
    operation_id = "listWebhooks",
    tag = "webhooks",
    summary = "A board's webhooks, oldest first",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id.")),
    responses((status = 200, description = "All of them.", body = WebhookList), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn list_webhooks(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    _: NoQuery,
) -> Result<Answer<WebhookList>, Problem> {
    Ok(Answer(WebhookList { webhooks: webhooks.list(caller, &board).await? }))
}

/// `POST /api/boards/{board}/webhooks`: creates one.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/webhooks",
    operation_id = "createWebhook",
    tag = "webhooks",
    summary = "Have a board tell another server what happens",
    description = "`url` and `events` must be there. Deliveries are signed by Standard Webhooks, with the `secret` that only this answer shows. A board has at most 20 webhooks.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = SetupChange, description = "Where to, and what of.", example = json!({"url": "https://game.example/hooks/laps", "events": ["leader", "record"]})),
    responses((status = 201, description = "The webhook, with its secret.", body = Webhook, headers(("location" = String, description = "Where it is."))), Hooking),
    security(("key" = []), ("session" = []))
)]
pub async fn create_webhook(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<Webhook>), Problem> {
    let webhook = webhooks.create(caller, &board, body.object()?).await?;
    witness.after(&told(&webhook));
    let location = format!("/api/boards/{board}/webhooks/{}", webhook.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Answer(webhook)))
}

/// `GET /api/boards/{board}/webhooks/{id}`: one of them.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/webhooks/{id}",
    operation_id = "getWebhook",
    tag = "webhooks",
    summary = "A webhook",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$")),
    responses((status = 200, description = "The webhook.", body = Webhook), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn show_webhook(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    WebhookPath(hook): WebhookPath,
    _: NoQuery,
) -> Result<Answer<Webhook>, Problem> {
    Ok(Answer(webhooks.show(caller, &hook).await?))
}

/// `PATCH /api/boards/{board}/webhooks/{id}`: changes it.
#[utoipa::path(
    patch,
    path = "/api/boards/{board}/webhooks/{id}",
    operation_id = "editWebhook",
    tag = "webhooks",
    summary = "Change a webhook, or its secret",
    description = "One that is enabled again goes on where it had stopped. With `rotateSecret` the answer shows the new `secret`.",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$")),
    request_body(content = SetupChange, description = "What to change; `events` is replaced whole.", example = json!({"rotateSecret": true})),
    responses((status = 200, description = "The webhook.", body = Webhook), Hooking),
    security(("key" = []), ("session" = []))
)]
pub async fn edit_webhook(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    WebhookPath(hook): WebhookPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Webhook>, Problem> {
    witness.before(&told(&webhooks.show(caller.clone(), &hook).await?));
    let webhook = webhooks.edit(caller, &hook, body.object()?).await?;
    let mut after = told(&webhook);
    if webhook.secret.is_some() {
        after["secretRotated"] = true.into();
    }
    witness.after(&after);
    Ok(Answer(webhook))
}

/// `DELETE /api/boards/{board}/webhooks/{id}`: deletes it, with what was to be sent.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}/webhooks/{id}",
    operation_id = "deleteWebhook",
    tag = "webhooks",
    summary = "Delete a webhook, with what it was to send",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$")),
    responses((status = 204, description = "It is gone."), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn delete_webhook(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    WebhookPath(hook): WebhookPath,
    witness: Witness,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    witness.before(&told(&webhooks.show(caller.clone(), &hook).await?));
    webhooks.delete(caller, &hook).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /api/boards/{board}/webhooks/{id}/test`: sends a message that says nothing.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/webhooks/{id}/test",
    operation_id = "testWebhook",
    tag = "webhooks",
    summary = "Send a message to see whether it arrives",
    description = "Its `type` is `test`. While the webhook is disabled, it waits.",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$")),
    responses((status = 202, description = "The delivery: ask for how it goes.", body = Delivery), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn test_webhook(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    WebhookPath(hook): WebhookPath,
    _: NoQuery,
) -> Result<(StatusCode, Answer<Delivery>), Problem> {
    Ok((StatusCode::ACCEPTED, Answer(webhooks.test(caller, &hook).await?)))
}

/// How many deliveries to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveriesQuery {
    /// How many, 50 if left out; 1000 are all that are kept.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

/// A webhook's deliveries.
#[derive(Serialize, ToSchema)]
pub struct DeliveryList {
    /// The newest, newest first.
    deliveries: Vec<Delivery>,
}

/// `GET /api/boards/{board}/webhooks/{id}/deliveries`: how its deliveries go.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/webhooks/{id}/deliveries",
    operation_id = "listDeliveries",
    tag = "webhooks",
    summary = "How a webhook's deliveries go, newest first",
    description = "The last 1000 are kept, until there were none for a week.",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$"), DeliveriesQuery),
    responses((status = 200, description = "The newest.", body = DeliveryList), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn list_deliveries(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    WebhookPath(hook): WebhookPath,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Answer<DeliveryList>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    Ok(Answer(DeliveryList { deliveries: webhooks.deliveries(caller, &hook, limit.get()).await? }))
}

/// `POST /api/boards/{board}/webhooks/{id}/deliveries/{delivery}/replay`: sends one again.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/webhooks/{id}/deliveries/{delivery}/replay",
    operation_id = "replayDelivery",
    tag = "webhooks",
    summary = "Send a delivery again",
    description = "It is the same message, with the same `webhook-id`.",
    params(("board" = BoardId, Path, description = "The board's id."), ("id" = String, Path, description = "The webhook's id.", pattern = "^[0-9a-f]{16}$"), ("delivery" = String, Path, description = "The delivery's id.", pattern = "^msg_[0-9a-f]{30}$")),
    responses((status = 202, description = "The delivery: ask for how it goes.", body = Delivery), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn replay_delivery(
    State(webhooks): State<Arc<Webhooks>>,
    May(caller, _): May<ToManage>,
    DeliveryPath(hook, delivery): DeliveryPath,
    _: NoQuery,
) -> Result<(StatusCode, Answer<Delivery>), Problem> {
    Ok((StatusCode::ACCEPTED, Answer(webhooks.replay(caller, &hook, &delivery).await?)))
}

/// What is recorded of a webhook: not its secret, and of its address, which is one with some who take messages, where it leads to, and what is another when
/// the rest of it is.
fn told(webhook: &Webhook) -> serde_json::Value {
    let Setup { url, events, format, places, enabled } = &webhook.setup;
    let host = Url::parse(url).map(|url| url.authority().to_owned()).unwrap_or_default();
    serde_json::json!({
        "id": webhook.id, "host": host, "urlHash": mark_of(url), "events": events, "format": format, "places": places, "enabled": enabled,
    })
}
