use crate::{
    boards::{Boards, Entry},
    error::Problem,
};
use app::model::{BoardId, PlayerId};
use axum::{
    Json,
    extract::{Path, State},
};
use std::sync::Arc;

/// `GET /api/boards/{board}/entries/{player}`: one player's standing.
pub async fn entry(State(boards): State<Arc<Boards>>, Path((board, player)): Path<(String, String)>) -> Result<Json<Entry>, Problem> {
    let (board, player) = (BoardId::parse(&board)?, PlayerId::parse(&player)?);
    Ok(Json(boards.entry(&board, player).await?))
}
