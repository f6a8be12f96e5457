//! Runs of the game, which the server verifies.

use super::{
    json::Json,
    problems::{Playing, Submitting},
    query::{BoardPath, NoQuery},
    short::Accepted,
};
use crate::{
    auth::Auth,
    boards::caller::Caller,
    error::Problem,
    runs::{Begun, Done, Runs, card::Shared},
};
use app::{
    error::{AppError, Field},
    model::{BoardId, PlayerId},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// Who begins a run.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunBody {
    /// As whom; left out: as whoever has signed in.
    #[schema(value_type = Option<PlayerId>)]
    player_id: Option<String>,
}

/// A run that was played.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FinishedRun {
    /// What the answer to its beginning had as `run`.
    #[schema(max_length = 1024)]
    run: String,
    /// As whom; left out: as whoever has signed in.
    #[schema(value_type = Option<PlayerId>)]
    player_id: Option<String>,
    /// The ticks at which the player tapped, in order.
    #[schema(max_items = 600)]
    taps: Vec<u32>,
    /// What it came to as far as you know: if that is not what it comes to when it is played again, nothing is counted.
    score: Option<u32>,
}

/// The answer to a run that was played.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finished {
    /// What became of it.
    #[serde(flatten)]
    accepted: Accepted,
    /// Where it is shown.
    #[serde(flatten)]
    shared: Option<Sharing>,
}

/// Where a run that was counted is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sharing {
    /// The path of a page with it, to share.
    page: String,
    /// The path of its picture, a PNG of 1200 × 630.
    picture: String,
}

/// `POST /api/boards/{board}/runs`: begins a run.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/runs",
    operation_id = "beginRun",
    tag = "runs",
    summary = "Begin a run of the game",
    description = "For boards whose rule `submitters` is `runs`. The board `ring`, which `/play` is for, is made when somebody first begins a run on it.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = RunBody, example = json!({"playerId": "ada"})),
    responses((status = 201, description = "What is to be played.", body = Begun), Playing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn begin_run(
    State(runs): State<Arc<Runs>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, Answer<Begun>), Problem> {
    let player = player(body.object::<RunBody>()?.player_id, &caller)?;
    Ok((StatusCode::CREATED, Answer(runs.begin(caller, &board, player).await?)))
}

/// `POST /api/boards/{board}/runs/finished`: counts a run that was played.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/runs/finished",
    operation_id = "finishRun",
    tag = "runs",
    summary = "Count a run that was played",
    description = "The server plays it again and counts what that comes to. Sent again, the same run counts once.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = FinishedRun, example = json!({"run": "eyJ…", "playerId": "ada", "taps": [131, 274, 402]})),
    responses((status = 200, description = "Its receipt.", body = Finished), (status = 202, description = "It was taken, and there is no receipt yet: it waits until operators have looked at it, or the board is frozen.", body = Finished), Submitting),
    security((), ("key" = []), ("session" = []))
)]
pub async fn finish_run(
    State(runs): State<Arc<Runs>>,
    State(auth): State<Arc<Auth>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    headers: HeaderMap,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, Answer<Finished>), Problem> {
    // A run has an id of its own.
    auth.signed_id(&caller, &board, &headers, body.bytes()).await?;
    let FinishedRun { run, player_id, taps, score } = body.object()?;
    let player = player(player_id, &caller)?;
    let (receipt, shared) = match runs.finish(caller, &board, Done { run, player, taps, score }).await {
        Ok((receipt, Shared { page, picture })) => (Ok(receipt), Some(Sharing { page, picture })),
        Err(error) => (Err(error), None),
    };
    let (status, Answer(accepted)) = Accepted::answer(receipt)?;
    Ok((status, Answer(Finished { accepted, shared })))
}

fn player(sent: Option<String>, caller: &Caller) -> Result<PlayerId, AppError> {
    match (sent, caller.player()) {
        (Some(player), _) => PlayerId::parse(&player),
        (None, Some(me)) => Ok(me.clone()),
        (None, None) => Err(AppError::invalid(Field::Player, "Say who plays, as playerId, or sign in.")),
    }
}
