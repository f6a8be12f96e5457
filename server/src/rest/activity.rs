use super::query::{BoardPath, Query, limit, milliseconds};
use crate::{
    boards::{Boards, activity::Step, answers::Activity, caller::Caller},
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::Limit,
};
use axum::{Json, extract::State};
use serde::Deserialize;
use std::sync::Arc;

/// Which stretches of time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActivityQuery {
    step: Option<String>,
    before: Option<String>,
    limit: Option<String>,
}

/// `GET /api/boards/{board}/activity`: counted submissions by the hour or by the day.
pub async fn activity(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<ActivityQuery>,
) -> Result<Json<Activity>, Problem> {
    let step = match query.step.as_deref() {
        None | Some("hour") => Step::Hour,
        Some("day") => Step::Day,
        Some(_) => return Err(AppError::invalid(Field::Step, "step is hour or day.").into()),
    };
    let before = query.before.as_deref().map(|text| milliseconds(text, Field::Before)).transpose()?;
    Ok(Json(boards.activity(caller, &board, step, before, limit(query.limit.as_deref(), Limit::MOST)?).await?))
}
