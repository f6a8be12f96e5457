use super::query::{BoardPath, Query, limit};
use crate::{
    boards::{Boards, answers::PeriodList, caller::Caller},
    error::Problem,
};
use app::model::{Limit, WindowName};
use axum::{Json, extract::State};
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
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<PeriodsQuery>,
) -> Result<Json<PeriodList>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let window = query.window.as_deref().map(WindowName::parse).transpose()?;
    Ok(Json(boards.periods(caller, &board, window, query.cursor.as_deref(), limit.get() as usize).await?))
}
