use super::{
    caller::{May, ToModerate, ToRead},
    json::Json,
    problems::{Moderating, Operating},
    query::{BoardPath, NoQuery, PlayerPath, Query, limit},
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        cursor::no_cursor,
        moderation::{Moderation, ModerationChange, ModerationChanged, ModerationList},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, ModerationState, PlayerId},
};
use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which players to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ModerationQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// The `nextCursor` of an earlier page.
    #[param(value_type = PlayerId, required = false)]
    cursor: Option<String>,
}

/// `GET /api/boards/{board}/moderation`: the players of whom operators have decided something.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/moderation",
    operation_id = "listModeration",
    tag = "moderation",
    summary = "Players of whom operators have decided something",
    description = "In the order of their ids.",
    params(("board" = BoardId, Path, description = "The board's id."), ModerationQuery),
    responses((status = 200, description = "Some players.", body = ModerationList), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn list_moderation(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    BoardPath(board): BoardPath,
    Query(query): Query<ModerationQuery>,
) -> Result<Answer<ModerationList>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(PlayerId::parse).transpose().map_err(|_| no_cursor())?;
    Ok(Answer(boards.moderated(caller, &board, cursor.as_ref(), limit.get() as usize).await?))
}

/// `GET /api/boards/{board}/entries/{player}/moderation`: what operators have decided of a player.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/entries/{player}/moderation",
    operation_id = "getModeration",
    tag = "moderation",
    summary = "What operators have decided of a player",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 200, description = "What holds now, also for whom nothing was decided of.", body = Moderation), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn moderation(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    PlayerPath(board, player): PlayerPath,
    _: NoQuery,
) -> Result<Answer<Moderation>, Problem> {
    Ok(Answer(boards.moderation(caller, &board, player).await?))
}

/// What to decide of a player, as it is sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ModerationChange)]
pub struct ModerationBody {
    /// Where their entries are to be.
    state: Option<ModerationState>,
    /// Whether what they submit is to be taken.
    submitting: Option<bool>,
    /// Why; needed unless the player is to be visible and to submit.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// `PATCH /api/boards/{board}/entries/{player}/moderation`: hides a player, bans them, keeps them from submitting, or takes that back.
#[utoipa::path(
    patch,
    path = "/api/boards/{board}/entries/{player}/moderation",
    operation_id = "moderate",
    tag = "moderation",
    summary = "Hide a player, ban them, or keep them from submitting",
    description = "Their entries of all periods go out of the standings, or come back and stand where they would.",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id.")),
    request_body(content = ModerationBody, description = "What is to change.", example = json!({"state": "hidden", "reason": "under review"})),
    responses((status = 200, description = "What holds now, and what that changed.", body = ModerationChanged), Moderating),
    security(("key" = []), ("session" = []))
)]
pub async fn moderate(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    PlayerPath(board, player): PlayerPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<ModerationChanged>, Problem> {
    let ModerationBody { state, submitting, reason } = body.object()?;
    if state.is_none() && submitting.is_none() && reason.is_none() {
        return Err(AppError::invalid(Field::Request, "Give at least one of: state, submitting, reason.").into());
    }
    witness.because(reason.as_deref())?;
    witness.before(&boards.moderation(caller.clone(), &board, player.clone()).await?);
    let done = boards.moderate(caller, &board, player, &ModerationChange { state, submitting, reason }).await?;
    witness.after(&done);
    Ok(Answer(done))
}
