use super::{
    conditional::Reads,
    problems::Reading,
    query::{BoardPath, Query, limit},
};
use crate::{
    boards::{Boards, answers::PeriodList, caller::Caller},
    error::Problem,
};
use app::model::{BoardId, Limit, WindowName};
use axum::{extract::State, response::Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which periods to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeriodsQuery {
    /// Of which window; of all if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// The `nextCursor` of an earlier page.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

/// `GET /api/boards/{board}/periods`: periods that were submitted to and are still kept, newest first.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/periods",
    operation_id = "listPeriods",
    tag = "entries",
    summary = "Periods that were submitted to, newest first",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), PeriodsQuery),
    responses((status = 200, description = "Those that are still kept.", body = PeriodList, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn periods(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<PeriodsQuery>,
) -> Result<Response, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let window = query.window.as_deref().map(WindowName::parse).transpose()?;
    let periods = boards.periods(caller.clone(), &board, window, query.cursor.as_deref(), limit.get() as usize).await?;
    // One that is not kept any more goes without a new version.
    reads.answer_by_content(caller.clone(), &board, &periods).await
}
