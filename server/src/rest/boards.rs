use crate::{
    boards::{Boards, Entry},
    error::Problem,
};
use app::model::{BoardId, PlayerId};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    http::StatusCode,
};
use std::sync::Arc;

/// `GET /api/boards/{board}/entries/{player}`: one player's standing.
pub async fn entry(State(boards): State<Arc<Boards>>, path: Result<Path<(String, String)>, PathRejection>) -> Result<Json<Entry>, Problem> {
    let Path((board, player)) = path.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "malformed", error.body_text()))?;
    let (board, player) = (BoardId::parse(&board)?, PlayerId::parse(&player)?);
    Ok(Json(boards.entry(&board, player).await?))
}
