use super::query::{OnePlayer, Query, board_cursor, limit, milliseconds};
use crate::{
    boards::{
        Boards,
        answers::{PlayerEntries, PlayerMoments},
        caller::Caller,
    },
    error::Problem,
};
use app::{error::Field, model::Limit};
use axum::{Json, extract::State};
use serde::Deserialize;
use std::sync::Arc;

/// Which of a player's entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayerEntriesQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/players/{player}/entries`: a player's entries in the window `all`, board by board.
pub async fn player_entries(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    OnePlayer(player): OnePlayer,
    Query(query): Query<PlayerEntriesQuery>,
) -> Result<Json<PlayerEntries>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(board_cursor).transpose()?;
    Ok(Json(boards.entries_of(caller, player, cursor, limit).await?))
}

/// Which of a player's standings.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlayerHistoryQuery {
    limit: Option<String>,
    before: Option<String>,
}

/// `GET /api/players/{player}/history`: a player's standings on all boards, newest first.
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
