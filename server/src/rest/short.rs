//! The short forms, on the board `main` unless another is named.

use super::{
    conditional::Reads,
    json::Json,
    query::{NoQuery, PageQuery, Query},
    scores::Body,
};
use crate::{
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::model::{BoardId, Limit, Receipt};
use axum::{Json as Answer, extract::State, response::Response};
use serde::Serialize;
use std::sync::Arc;

/// `GET /api/leaderboard`: the first rows.
pub async fn leaderboard(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (board, limit) = query.parse(Limit::MOST)?;
    reads.answer(caller, &board, None, boards.leaderboard(caller, &board, limit)).await
}

/// The answer to a submission.
#[derive(Debug, Serialize)]
pub struct Accepted {
    success: bool,
    #[serde(flatten)]
    receipt: Receipt,
}

/// `POST /api/score`: counts one submission.
pub async fn score(State(boards): State<Arc<Boards>>, caller: Caller, _: NoQuery, body: Json) -> Result<Answer<Accepted>, Problem> {
    let board = BoardId::main();
    let loaded = boards.rules_for(caller, &board).await?;
    let receipt = boards.submit(caller, &board, body.object::<Body>()?.submission(&loaded.rules)?).await?;
    Ok(Answer(Accepted { success: true, receipt }))
}
