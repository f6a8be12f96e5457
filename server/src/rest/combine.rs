use super::{caller::Operator, json::Json, query::NoQuery};
use crate::{
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
pub async fn combine(
    State(jobs): State<Arc<Jobs>>,
    Operator(caller): Operator,
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
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Answer(job)))
}
