use super::{
    conditional::Reads,
    entries::percentile,
    query::{BoardPath, Query, period},
};
use crate::{
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::error::{AppError, Field};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;

/// Percentiles that one read may ask for.
const MOST: usize = 100;

/// Which percentiles, of which period.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentilesQuery {
    window: Option<String>,
    period: Option<String>,
    percentiles: Option<String>,
}

/// `GET /api/boards/{board}/percentiles`: what it takes to have some percentiles.
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
    reads.answer(caller, &board, Some(&period), boards.percentiles(caller, &board, &period, &parts)).await
}
