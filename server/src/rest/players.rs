use super::{
    problems::ReadingPlayer,
    query::{OnePlayer, Query, board_cursor, limit, milliseconds},
};
use crate::{
    boards::{
        Boards,
        answers::{PlayerEntries, PlayerMoments},
        caller::Caller,
    },
    error::Problem,
};
use app::{
    error::Field,
    model::{BoardId, Limit, PlayerId},
};
use axum::{Json, extract::State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which of a player's entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlayerEntriesQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// What comes after an earlier page, whose `nextCursor` this is.
    #[param(value_type = BoardId, required = false)]
    cursor: Option<String>,
}

/// `GET /api/players/{player}/entries`: a player's entries in the window `all`, board by board.
#[utoipa::path(
    get,
    path = "/api/players/{player}/entries",
    operation_id = "listPlayerEntries",
    tag = "players",
    summary = "A player's entries, board by board",
    description = "In the window `all` of each board that the caller may list.",
    params(("player" = PlayerId, Path, description = "The player's id."), PlayerEntriesQuery),
    responses((status = 200, description = "The entries, in the order of the boards' ids; none if nobody is called so.", body = PlayerEntries), ReadingPlayer),
    security((), ("key" = []))
)]
pub async fn player_entries(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    Query(query): Query<PlayerEntriesQuery>,
) -> Result<Json<PlayerEntries>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(board_cursor).transpose()?;
    Ok(Json(boards.player_entries(caller, player, cursor, limit).await?))
}

/// Which of a player's standings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlayerHistoryQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// Only standings reached before this time, in ms since 1970.
    #[param(value_type = u64, minimum = 0, maximum = 9007199254740991u64, required = false)]
    before: Option<String>,
}

/// `GET /api/players/{player}/history`: a player's standings on all boards, newest first.
#[utoipa::path(
    get,
    path = "/api/players/{player}/history",
    operation_id = "listPlayerHistory",
    tag = "players",
    summary = "A player's standings on all boards over time",
    description = "On each board that the caller may list.",
    params(("player" = PlayerId, Path, description = "The player's id."), PlayerHistoryQuery),
    responses((status = 200, description = "The standings, newest first; none if nobody is called so.", body = PlayerMoments), ReadingPlayer),
    security((), ("key" = []))
)]
pub async fn player_history(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    Query(query): Query<PlayerHistoryQuery>,
) -> Result<Json<PlayerMoments>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let before = query.before.as_deref().map(|text| milliseconds(text, Field::Before)).transpose()?;
    Ok(Json(boards.history_of(caller, player, before, limit).await?))
}
