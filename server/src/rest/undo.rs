use super::{
    caller::{May, ToManage, ToModerate, ToRead},
    json::Json,
    problems::{Operating, Undoing},
    query::{BoardPath, NoQuery, Query, limit, path},
    scores::At,
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        cursor::no_cursor,
        journal::Journal,
        rollback::{Goal, RolledBack},
        turn::LogOrder,
        undo::{TakenOut, version},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::t,
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
use utoipa::{IntoParams, ToSchema};

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
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// Only those that have to do with this player.
    #[param(value_type = PlayerId, required = false)]
    player: Option<String>,
    /// Which end comes first, `newest` if left out; with a cursor, what it belongs to.
    #[param(value_type = LogOrder, inline, required = false)]
    order: Option<String>,
    /// What comes after an earlier page, whose `nextCursor` this is.
    #[param(value_type = String, required = false)]
    cursor: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

/// `GET /api/boards/{board}/log`: what was submitted and changed, in order.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/log",
    operation_id = "listLog",
    tag = "history",
    summary = "What was submitted and changed",
    description = "Newest first, unless `order` says otherwise. Each record has a version, by which it can be undone.",
    params(("board" = BoardId, Path, description = "The board's id."), LogQuery),
    responses((status = 200, description = "Some records.", body = Journal), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn log(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    BoardPath(board): BoardPath,
    Query(query): Query<LogQuery>,
) -> Result<Answer<Journal>, Problem> {
    let limit = limit(query.limit.as_deref(), Limit::MOST)?;
    let player = query.player.as_deref().map(PlayerId::parse).transpose()?;
    let (order, place) = LogOrder::read(query.order.as_deref(), query.cursor.as_deref())?;
    let place = place.map(|text| version(text, Field::Cursor)).transpose().map_err(|_| no_cursor())?;
    Ok(Answer(boards.journal(caller, &board, player.as_ref(), (order, place), limit.get() as usize).await?))
}

/// `DELETE /api/boards/{board}/submissions/{version}`: takes one accepted submission out.
#[utoipa::path(
    delete,
    path = "/api/boards/{board}/submissions/{version}",
    operation_id = "withdrawSubmission",
    tag = "history",
    summary = "Take one submission out",
    description = "As if it had never been sent: the player has what is best without it.",
    params(("board" = BoardId, Path, description = "The board's id."), ("version" = u64, Path, description = "Its version in the log.", minimum = 1)),
    responses((status = 200, description = "What that changed.", body = TakenOut), Undoing),
    security(("key" = []), ("session" = []))
)]
pub async fn withdraw(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    VersionPath(board, version): VersionPath,
    witness: Witness,
    _: NoQuery,
) -> Result<Answer<TakenOut>, Problem> {
    let done = boards.withdraw(caller, &board, version).await?;
    witness.after(&done);
    Ok(Answer(done))
}

/// What to undo.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoBody {
    /// Its version in the log.
    #[schema(minimum = 1)]
    version: u64,
}

/// `POST /api/boards/{board}/undo`: takes out whatever is recorded under a version.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/undo",
    operation_id = "undo",
    tag = "history",
    summary = "Take out whatever a version did",
    description = "A submission, an edit, a removal, a reset, an earlier undo or rollback.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = UndoBody, description = "Which.", example = json!({"version": 17})),
    responses((status = 200, description = "What that changed.", body = TakenOut), Undoing),
    security(("key" = []), ("session" = []))
)]
pub async fn undo(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<TakenOut>, Problem> {
    let UndoBody { version } = body.object()?;
    let done = boards.undo(caller, &board, self::version(&version.to_string(), Field::Version)?).await?;
    witness.after(&done);
    Ok(Answer(done))
}

/// What to go back to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RollbackBody<'a> {
    /// A version, or a time.
    #[serde(borrow)]
    #[schema(value_type = At)]
    to: &'a RawValue,
    /// Whether it only says what it would do.
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/boards/{board}/rollback`: brings a board back to a version or a time, or says what that would do.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/rollback",
    operation_id = "rollBack",
    tag = "history",
    summary = "Bring a board back to a version or a time",
    description = "With `dryRun` it only says who would move, and by how much.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = RollbackBody, description = "To when.", example = json!({"to": "2026-11-21T12:00:00Z", "dryRun": true})),
    responses((status = 200, description = "What that changed, or would.", body = RolledBack), Undoing),
    security(("key" = []), ("session" = []))
)]
pub async fn roll_back(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<RolledBack>, Problem> {
    let body: RollbackBody = body.object()?;
    if body.dry_run {
        witness.forget();
    }
    let done = boards.roll_back(caller, &board, goal(body.to)?, body.dry_run).await?;
    witness.after(&done);
    Ok(Answer(done))
}

/// A version as a number, or a time as RFC 3339 text.
fn goal(value: &RawValue) -> Result<Goal, AppError> {
    let wrong = || AppError::invalid(Field::To, t::problem::GOAL);
    if let Ok(text) = serde_json::from_str::<String>(value.get()) {
        let time: jiff::Timestamp = text.parse().map_err(|_| wrong())?;
        return u64::try_from(time.as_millisecond()).map(Goal::Time).map_err(|_| wrong());
    }
    value.get().parse().ok().filter(|version: &u64| *version < 1 << 48).map(Goal::Version).ok_or_else(wrong)
}
