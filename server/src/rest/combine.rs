use super::{caller::Operator, json::Json, query::NoQuery};
use crate::{
    error::Problem,
    jobs::{Job, Jobs},
};
use app::{
    error::{AppError, Field},
    model::{BoardId, By, Combination, Part, Players, RulesChange},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, StatusCode, header},
};
use serde::Deserialize;
use std::sync::Arc;

/// What to combine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CombineBody {
    into: String,
    parts: Vec<Part>,
    #[serde(default)]
    players: Players,
    #[serde(default)]
    by: By,
    #[serde(default)]
    follow: bool,
    #[serde(default)]
    rules: RulesChange,
}

/// `POST /api/combine`: makes a board out of the entries of others.
pub async fn combine(
    State(jobs): State<Arc<Jobs>>,
    Operator(caller): Operator,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<Job>), Problem> {
    let CombineBody { into, parts, players, by, follow, rules } = body.object()?;
    let into = BoardId::parse(&into)?;
    if rules.id.is_some() {
        return Err(AppError::invalid(Field::Id, "The board's id is what into says.").into());
    }
    let job = jobs.combine(caller, into, Combination { parts, players, by }, follow, rules).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Answer(job)))
}
