//! How all of it does.

use super::{
    caller::{May, ToRead},
    problems::Asking,
    query::NoQuery,
};
use crate::{error::Problem, status::Health};
use app::model::status::Status;
use axum::{Json as Answer, extract::State};
use std::sync::Arc;

/// `GET /api/status`: how the servers and Valkey do.
#[utoipa::path(
    get,
    path = "/api/status",
    operation_id = "getStatus",
    tag = "server",
    summary = "How servers and Valkey do",
    description = "Every server says once a second how it does; any of them tells of all. What is wrong stands first, with what to do.",
    responses((status = 200, description = "All of it.", body = Status), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn show_status(State(health): State<Arc<Health>>, May(caller, _): May<ToRead>, _: NoQuery) -> Result<Answer<Status>, Problem> {
    Ok(Answer(health.show(caller).await?))
}
