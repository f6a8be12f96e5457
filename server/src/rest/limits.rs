use super::{
    caller::{May, ToAdminister, ToRead},
    json::Json,
    problems::{Asking, Limiting},
    query::NoQuery,
};
use crate::{
    auth::audit::Witness,
    error::Problem,
    limits::{
        RateLimits,
        rules::{Limits, LimitsChange},
    },
};
use axum::{Json as Answer, extract::State};
use std::sync::Arc;

/// `GET /api/limits`: the rate limits.
#[utoipa::path(
    get,
    path = "/api/limits",
    operation_id = "getLimits",
    tag = "server",
    summary = "The rate limits",
    description = "Where there is `null`, there is no limit.",
    responses((status = 200, description = "All of them.", body = Limits), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn show_limits(
    State(limits): State<Arc<RateLimits>>,
    May(caller, _): May<ToRead>,
    _: NoQuery,
) -> Result<Answer<Limits>, Problem> {
    Ok(Answer(limits.show(caller).await?))
}

/// `PATCH /api/limits`: changes them.
#[utoipa::path(
    patch,
    path = "/api/limits",
    operation_id = "editLimits",
    tag = "server",
    summary = "Change the rate limits",
    description = "Every server goes by them within a second.",
    request_body(content = LimitsChange, description = "The limits to change; `null` takes one away.", example = json!({"submit": {"perSecond": 5, "burst": 20}, "read": null})),
    responses((status = 200, description = "All of them.", body = Limits), Limiting),
    security(("key" = []), ("session" = []))
)]
pub async fn edit_limits(
    State(limits): State<Arc<RateLimits>>,
    May(caller, _): May<ToAdminister>,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Limits>, Problem> {
    let (before, after) = limits.edit(caller, &body.object()?).await?;
    witness.before(&before);
    witness.after(&after);
    Ok(Answer(after))
}
