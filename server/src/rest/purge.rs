//! Submissions of somebody, taken out.

use super::{
    caller::{May, ToModerate},
    json::Json,
    problems::Undoing,
    query::{BoardPath, NoQuery},
    scores::{At, at},
};
use crate::{
    auth::audit::Witness,
    boards::{
        Boards,
        purge::{Purge, Purged, Whose},
    },
    error::Problem,
};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{BoardId, PlayerId},
};
use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use utoipa::ToSchema;

/// The longest id of a key.
const MAX_KEY: usize = 64;

/// Whose submissions to take out; exactly one of `playerId` and `key`.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PurgeBody<'a> {
    /// A player's.
    #[schema(value_type = Option<PlayerId>)]
    player_id: Option<String>,
    /// Those that came by this API key, by its id; or by an operator or the admin key, as the log has them in `by`.
    #[schema(max_length = 64)]
    key: Option<String>,
    /// Since when, as a time or in ms since 1970.
    #[serde(borrow)]
    #[schema(value_type = At)]
    since: &'a RawValue,
    /// Only say what would be taken out.
    #[serde(default)]
    dry_run: bool,
    /// Why; whoever submitted what is rejected in review reads it.
    #[schema(max_length = 500)]
    reason: Option<String>,
    /// The `nextCursor` of a call before, to go on where it had come to.
    cursor: Option<String>,
}

/// `POST /api/boards/{board}/purge`: takes out what somebody has submitted since a time.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/purge",
    operation_id = "purge",
    tag = "history",
    summary = "Take out what a player, or a key, has submitted since a time",
    description = "Each as if it had never been sent; what waits for review is rejected. The newest first, at most 200 in one call, which looks at 100,000 records of the log: `more` says whether to ask again, with `nextCursor` as `cursor`.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = PurgeBody, description = "Whose, and since when.", example = json!({"key": "3f9a1c04b2d7", "since": "2026-11-21T12:00:00Z", "dryRun": true})),
    responses((status = 200, description = "What was found, and taken out.", body = Purged), Undoing),
    security(("key" = []), ("session" = []))
)]
pub async fn purge(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<Purged>, Problem> {
    let PurgeBody { player_id, key, since, dry_run, reason, cursor } = body.object()?;
    witness.because(reason.as_deref())?;
    let whose = match (player_id, key) {
        (Some(player), None) => Whose::Player(PlayerId::parse(&player)?),
        (None, Some(key)) if !key.is_empty() && key.len() <= MAX_KEY => Whose::Key(key),
        (None, Some(_)) => return Err(AppError::invalid(Field::Key, t::problem::PURGE_KEY).into()),
        _ => return Err(AppError::invalid(Field::Request, t::problem::PURGE_WHOSE).into()),
    };
    let since_ms = at(since).map_err(|_| AppError::invalid(Field::Since, t::problem::PURGE_SINCE))?;
    let done = boards.purge(caller, &board, &Purge { whose, since_ms, dry_run, reason, cursor }).await?;
    witness.after(&done);
    Ok(Answer(done))
}
