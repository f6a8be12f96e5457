//! The short forms, on the board `main` unless another is named.

use super::{
    conditional::Reads,
    json::Json,
    problems::{Reading, Submitting},
    query::{NoQuery, PageQuery, Query},
    scores::{Body, named},
};
use crate::{
    auth::Auth,
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::{
    model::{BoardId, Limit, Receipt},
    protocol::Leaderboard,
};
use axum::{Json as Answer, extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// `GET /api/leaderboard`: the first rows.
#[utoipa::path(
    get,
    path = "/api/leaderboard",
    operation_id = "getLeaderboard",
    tag = "short forms",
    summary = "The first rows of a board",
    description = "",
    params(PageQuery, ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have.")),
    responses((status = 200, description = "The rows.", body = Leaderboard, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn leaderboard(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let (board, limit) = query.parse(Limit::MOST)?;
    reads.answer(caller.clone(), &board, None, boards.leaderboard(caller, &board, limit)).await
}

/// The answer to a submission.
#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// `true`.
    success: bool,
    /// Its receipt.
    #[serde(flatten)]
    receipt: Receipt,
}

/// `POST /api/score`: counts one submission.
#[utoipa::path(
    post,
    path = "/api/score",
    operation_id = "submitScore",
    tag = "short forms",
    summary = "Count a submission on the board `main`",
    description = "",
    request_body(content = Body, example = json!({"playerId": "ada", "score": 1200})),
    responses((status = 200, description = "Its receipt.", body = Accepted), Submitting),
    security((), ("key" = []), ("session" = []))
)]
pub async fn score(
    State(boards): State<Arc<Boards>>,
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    headers: HeaderMap,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Accepted>, Problem> {
    let board = BoardId::main();
    let loaded = boards.rules_for(caller.clone(), &board).await?;
    let signed = auth.signed_id(&caller, &headers, body.bytes()).await?;
    let submission = named(body.object::<Body>()?.submission(&loaded.rules, caller.player())?, signed.as_deref())?;
    let receipt = boards.submit(caller, &board, submission).await?;
    Ok(Answer(Accepted { success: true, receipt }))
}
