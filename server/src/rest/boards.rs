use super::{
    caller::Operator,
    conditional::Reads,
    json::Json,
    query::{BoardPath, NoQuery, Query, board_cursor, limit},
};
use crate::{
    boards::{
        Boards,
        answers::{BoardInfo, BoardList},
        caller::Caller,
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, RulesChange},
};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, StatusCode, header},
    response::Response,
};
use serde::Deserialize;
use std::sync::Arc;

/// Which boards to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListQuery {
    limit: Option<String>,
    cursor: Option<String>,
}

/// `GET /api/boards`: boards in the order of their ids.
pub async fn list(State(boards): State<Arc<Boards>>, caller: Caller, Query(query): Query<ListQuery>) -> Result<Answer<BoardList>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(board_cursor).transpose()?;
    Ok(Answer(boards.list(caller, cursor, limit.get()).await?))
}

/// `POST /api/boards`: creates a board.
pub async fn create(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<BoardInfo>), Problem> {
    let mut change: RulesChange = body.object()?;
    let id =
        change.id.take().ok_or_else(|| AppError::invalid(Field::Id, "A board needs an id: 1 to 64 characters out of a-z, 0-9 and '-'."))?;
    let id = BoardId::parse(&id).map_err(|error| AppError::invalid(Field::Id, error.to_string()))?;
    let info = boards.create(caller, id, change).await?;
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/boards/{}", info.id))], Answer(info)))
}

/// `GET /api/boards/{board}`: a board and its rules.
pub async fn show(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    reads.answer(caller, &board, None, boards.info(caller, &board)).await
}

/// `PATCH /api/boards/{board}`: edits its rules.
pub async fn edit(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    _: NoQuery,
    body: Json,
) -> Result<Answer<BoardInfo>, Problem> {
    let change: RulesChange = body.object()?;
    if change.id.is_some() {
        return Err(AppError::invalid(Field::Id, "A board's id can't change.").into());
    }
    Ok(Answer(boards.edit(caller, &board, change).await?))
}

/// `DELETE /api/boards/{board}`: deletes it and everything on it.
pub async fn delete(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    boards.delete(caller, &board).await?;
    Ok(StatusCode::NO_CONTENT)
}
