use super::{
    conditional::Reads,
    entries::percentile,
    problems::Reading,
    query::{BoardPath, Query, period},
};
use crate::{
    boards::{Boards, answers::Percentiles, caller::Caller},
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, WindowName},
};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Percentiles that one read may ask for.
const MOST: usize = 100;

/// Which percentiles, of which period.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PercentilesQuery {
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// At most 100 numbers from 0 to 100 with at most 4 decimals, by commas; `50,90,99` if left out.
    #[param(value_type = String, example = "50,90,99", required = false)]
    percentiles: Option<String>,
}

/// `GET /api/boards/{board}/percentiles`: what it takes to have some percentiles.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/percentiles",
    operation_id = "getPercentiles",
    tag = "entries",
    summary = "What it takes to have a percentile",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), PercentilesQuery),
    responses((status = 200, description = "For each, score and place of the last entry that has it.", body = Percentiles, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn percentiles(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<PercentilesQuery>,
) -> Result<Response, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let wanted: Vec<&str> = query.percentiles.as_deref().unwrap_or("50,90,99").split(',').collect();
    if wanted.len() > MOST {
        return Err(AppError::invalid(Field::Percentiles, "Ask for at most 100 percentiles at once.").into());
    }
    let parts = wanted.into_iter().map(|text| percentile(text, Field::Percentiles)).collect::<Result<Vec<_>, _>>()?;
    reads.answer(caller.clone(), &board, Some(&period), boards.percentiles(caller, &board, &period, &parts)).await
}
