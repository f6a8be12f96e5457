use super::{
    conditional::Reads,
    query::{BoardPath, Query, limit},
};
use crate::{
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::model::{Limit, WindowName};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;

/// Which periods to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeriodsQuery {
    window: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/boards/{board}/periods`: periods that were submitted to and are still kept, newest first.
pub async fn periods(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<PeriodsQuery>,
) -> Result<Response, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let window = query.window.as_deref().map(WindowName::parse).transpose()?;
    let periods = boards.periods(caller, &board, window, query.cursor.as_deref(), limit.get() as usize).await?;
    // One that is not kept any more goes without a new version.
    reads.answer_by_content(caller, &board, &periods).await
}
