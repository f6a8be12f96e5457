use super::{
    problems::Reading,
    query::{BoardPath, Query, limit, milliseconds},
};
use crate::{
    boards::{Boards, activity::Step, answers::Activity, caller::Caller},
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which stretches of time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityQuery {
    /// By the `hour`, as if left out, or by the `day`, in UTC.
    #[param(value_type = String, pattern = "^(hour|day)$", required = false)]
    step: Option<String>,
    /// Only what began before this time, in ms since 1970.
    #[param(value_type = u64, minimum = 0, maximum = 9007199254740991u64, required = false)]
    before: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

/// `GET /api/boards/{board}/activity`: counted submissions by the hour or by the day.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/activity",
    operation_id = "getActivity",
    tag = "boards",
    summary = "How much happens on a board",
    description = "Counted submissions by the hour or by the day, kept for 400 days.",
    params(("board" = BoardId, Path, description = "The board's id."), ActivityQuery),
    responses((status = 200, description = "Hours or days without a gap, oldest first.", body = Activity), Reading),
    security((), ("key" = []), ("session" = []))
)]
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
