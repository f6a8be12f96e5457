use super::{
    caller::{May, ToManage},
    json::Json,
    problems::Founding,
    query::NoQuery,
};
use crate::{
    auth::audit::Witness,
    error::Problem,
    jobs::{Job, Jobs},
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Combination, Combine},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use std::sync::Arc;

/// `POST /api/combine`: makes a board out of the entries of others.
#[utoipa::path(
    post,
    path = "/api/combine",
    operation_id = "combine",
    tag = "jobs",
    summary = "Make a board out of others",
    description = "Once, or kept up to date from then on (`follow`).",
    request_body(content = Combine, description = "Which boards, and how.", example = json!({"into": "overall", "follow": true, "parts": [{"board": "main"}, {"board": "laps", "weight": -0.5}]})),
    responses((status = 202, description = "The job that does it.", body = Job, headers(("location" = String, description = "Where to ask how far it is."))), Founding),
    security(("key" = []), ("session" = []))
)]
pub async fn combine(
    State(jobs): State<Arc<Jobs>>,
    May(caller, _): May<ToManage>,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<Job>), Problem> {
    let Combine { into, parts, players, by, follow, rules } = body.object()?;
    let (parts, rules) = (parts.unwrap_or_default(), rules.unwrap_or_default());
    let into = BoardId::parse(&into)?;
    if rules.id.is_some() {
        return Err(AppError::invalid(Field::Id, "The board's id is what into says.").into());
    }
    let job = jobs.combine(caller, into, Combination { parts, players, by }, follow, rules).await?;
    witness.after(&job);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Answer(job)))
}
