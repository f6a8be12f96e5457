use super::{
    caller::Operator,
    json::Json,
    query::{BoardPath, NoQuery, Query, limit, path},
};
use crate::{
    boards::{
        Boards,
        journal::Journal,
        rollback::{Goal, RolledBack},
        undo::{TakenOut, version},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, PlayerId},
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::request::Parts,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;

/// The board and the version in a path.
pub struct VersionPath(BoardId, u64);

impl<S: Send + Sync> FromRequestParts<S> for VersionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, text): (String, String) = path(parts, state).await?;
        Ok(Self(BoardId::parse(&board)?, version(&text, Field::Version)?))
    }
}

/// Which records to list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogQuery {
    player: Option<String>,
    cursor: Option<String>,
    limit: Option<String>,
}

/// `GET /api/boards/{board}/log`: what was submitted and changed, newest first.
pub async fn log(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    Query(query): Query<LogQuery>,
) -> Result<Answer<Journal>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let player = query.player.as_deref().map(PlayerId::parse).transpose()?;
    let wrong =
        || AppError::invalid(Field::Cursor, "This is no cursor that was given out here: send nextCursor as it came, or leave it out.");
    let cursor = query.cursor.as_deref().map(|text| version(text, Field::Cursor)).transpose().map_err(|_| wrong())?;
    Ok(Answer(boards.journal(caller, &board, player.as_ref(), cursor, limit.get() as usize).await?))
}

/// `DELETE /api/boards/{board}/submissions/{version}`: takes one accepted submission out.
pub async fn withdraw(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    VersionPath(board, version): VersionPath,
    _: NoQuery,
) -> Result<Answer<TakenOut>, Problem> {
    Ok(Answer(boards.withdraw(caller, &board, version).await?))
}

/// What to undo.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoBody {
    version: u64,
}

/// `POST /api/boards/{board}/undo`: takes out whatever is recorded under a version.
pub async fn undo(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    _: NoQuery,
    body: Json,
) -> Result<Answer<TakenOut>, Problem> {
    let UndoBody { version } = body.object()?;
    Ok(Answer(boards.undo(caller, &board, self::version(&version.to_string(), Field::Version)?).await?))
}

/// What to go back to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RollbackBody<'a> {
    #[serde(borrow)]
    to: &'a RawValue,
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/boards/{board}/rollback`: brings a board back to a version or a time, or says what that would do.
pub async fn roll_back(
    State(boards): State<Arc<Boards>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    _: NoQuery,
    body: Json,
) -> Result<Answer<RolledBack>, Problem> {
    let body: RollbackBody = body.object()?;
    Ok(Answer(boards.roll_back(caller, &board, goal(body.to)?, body.dry_run).await?))
}

/// A version as a number, or a time as RFC 3339 text.
fn goal(value: &RawValue) -> Result<Goal, AppError> {
    let wrong = || AppError::invalid(Field::To, "to is a version (a whole number from 0 on), or a time like \"2026-11-21T12:00:00Z\".");
    if let Ok(text) = serde_json::from_str::<String>(value.get()) {
        let time: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        return u64::try_from(time.as_millisecond()).map(Goal::Time).map_err(|_| wrong());
    }
    value.get().parse().ok().filter(|version: &u64| *version < 1 << 48).map(Goal::Version).ok_or_else(wrong)
}
