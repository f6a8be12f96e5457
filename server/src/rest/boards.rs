use super::{
    caller::{May, ToManage},
    conditional::Reads,
    json::Json,
    problems::{Creating, Editing, Listing, Operating, Reading},
    query::{BoardPath, NoQuery, Query, board_cursor, limit},
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        answers::{BoardInfo, BoardList},
        caller::Caller,
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::t,
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
use utoipa::IntoParams;

/// Which boards to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
    /// The `nextCursor` of an earlier page.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
}

/// `GET /api/boards`: boards in the order of their ids.
#[utoipa::path(
    get,
    path = "/api/boards",
    operation_id = "listBoards",
    tag = "boards",
    summary = "Boards in the order of their ids",
    description = "Without the key: public ones that are not archived.",
    params(ListQuery),
    responses((status = 200, description = "Some boards.", body = BoardList), Listing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn list(State(boards): State<Arc<Boards>>, caller: Caller, Query(query): Query<ListQuery>) -> Result<Answer<BoardList>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let cursor = query.cursor.as_deref().map(board_cursor).transpose()?;
    Ok(Answer(boards.list(caller, cursor, limit.get()).await?))
}

/// `POST /api/boards`: creates a board.
#[utoipa::path(
    post,
    path = "/api/boards",
    operation_id = "createBoard",
    tag = "boards",
    summary = "Create a board",
    description = "",
    request_body(content = RulesChange, description = "The `id`, and any rules; what is left out is as by default.", example = json!({"id": "laps", "title": "Lap times", "direction": "asc", "decimals": 3, "windows": ["daily"]})),
    responses((status = 201, description = "The board.", body = BoardInfo, headers(("location" = String, description = "Where it is."))), Creating),
    security(("key" = []), ("session" = []))
)]
pub async fn create(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<BoardInfo>), Problem> {
    let mut change: RulesChange = body.object()?;
    let id = change.id.take().ok_or_else(|| AppError::invalid(Field::Id, t::problem::ID_WANTED))?;
    let id = BoardId::parse(&id).map_err(|error| error.about(Field::Id))?;
    let info = boards.create(caller, id, change).await?;
    witness.after(&info);
    Ok((StatusCode::CREATED, [(header::LOCATION, format!("/api/boards/{}", info.id))], Answer(info)))
}

/// `GET /api/boards/{board}`: a board and its rules.
#[utoipa::path(
    get,
    path = "/api/boards/{board}",
    operation_id = "getBoard",
    tag = "boards",
    summary = "A board and its rules",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have.")),
    responses((status = 200, description = "The board.", body = BoardInfo, headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Reading),
    security((), ("key" = []), ("session" = []))
)]
pub async fn show(
    State(boards): State<Arc<Boards>>,
    reads: Reads,
    caller: Caller,
    BoardPath(board): BoardPath,
    _: NoQuery,
) -> Result<Response, Problem> {
    reads.answer(caller.clone(), &board, None, boards.info(caller, &board)).await
}

/// `PATCH /api/boards/{board}`: edits its rules.
#[utoipa::path(
    patch,
    path = "/api/boards/{board}",
    operation_id = "editBoard",
    tag = "boards",
    summary = "Change a board's rules",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = RulesChange, description = "The rules to change; lists and `log` are replaced whole.", example = json!({"title": "Lap times of the week", "archived": false})),
    responses((status = 200, description = "The board.", body = BoardInfo), Editing),
    security(("key" = []), ("session" = []))
)]
pub async fn edit(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<BoardInfo>, Problem> {
    let change: RulesChange = body.object()?;
    if change.id.is_some() {
        return Err(AppError::invalid(Field::Id, "A board's id can't change.").into());
    }
    witness.before(&boards.info(caller.clone(), &board).await?);
    let info = boards.edit(caller, &board, change).await?;
    witness.after(&info);
    Ok(Answer(info))
}

/// `DELETE /api/boards/{board}`: deletes it and everything on it.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}",
    operation_id = "deleteBoard",
    tag = "boards",
    summary = "Delete a board and everything on it",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id.")),
    responses((status = 204, description = "It is gone."), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn delete(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
) -> Result<StatusCode, Problem> {
    witness.before(&boards.info(caller.clone(), &board).await?);
    boards.delete(caller, &board).await?;
    Ok(StatusCode::NO_CONTENT)
}
