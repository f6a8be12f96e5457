//! The short forms, on the board `main` unless another is named.

use super::{
    conditional::Reads,
    json::Json,
    problems::{Reading, Submitting},
    query::{NoQuery, PageQuery, Query},
    scores::{Body, Waiting, named},
};
use crate::{
    auth::Auth,
    boards::{Boards, caller::Caller},
    error::Problem,
};
use app::{
    error::AppError,
    model::{BoardId, Limit, Receipt},
    protocol::Leaderboard,
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
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
#[serde(untagged)]
pub enum Accepted {
    /// It was counted.
    Counted {
        /// `true`.
        success: bool,
        /// Its receipt.
        #[serde(flatten)]
        receipt: Box<Receipt>,
    },
    /// It was counted, on a board that is frozen: where it stands is not told to everybody.
    Sealed {
        /// `true`.
        success: bool,
        /// `true`.
        frozen: bool,
    },
    /// It waits until operators have looked at it.
    Held {
        /// `true`.
        success: bool,
        /// What to ask by what became of it, and why it waits.
        held: Waiting,
    },
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
    responses((status = 200, description = "Its receipt.", body = Accepted), (status = 202, description = "It was taken, and there is no receipt yet: it waits until operators have looked at it, or the board is frozen.", body = Accepted), Submitting),
    security((), ("key" = []), ("session" = []))
)]
pub async fn score(
    State(boards): State<Arc<Boards>>,
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    headers: HeaderMap,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, Answer<Accepted>), Problem> {
    let board = BoardId::main();
    let loaded = boards.rules_for(caller.clone(), &board).await?;
    let signed = auth.signed_id(&caller, &board, &headers, body.bytes()).await?;
    let submission = named(body.object::<Body>()?.submission(&loaded.rules, caller.player())?, signed.as_deref())?;
    Accepted::answer(boards.submit(caller, &board, submission).await)
}

impl Accepted {
    /// The answer to a submission of which this became.
    pub(super) fn answer(outcome: Result<Receipt, AppError>) -> Result<(StatusCode, Answer<Self>), Problem> {
        match outcome {
            Err(AppError::Held { id, why }) => Ok((StatusCode::ACCEPTED, Answer(Self::Held { success: true, held: Waiting { id, why } }))),
            Err(AppError::Sealed) => Ok((StatusCode::ACCEPTED, Answer(Self::Sealed { success: true, frozen: true }))),
            receipt => Ok((StatusCode::OK, Answer(Self::Counted { success: true, receipt: Box::new(receipt?) }))),
        }
    }
}
