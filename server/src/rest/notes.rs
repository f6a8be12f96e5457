//! What operators note about players.

use super::{
    caller::{May, ToModerate, ToRead},
    json::Json,
    problems::{Limiting, OperatingPlayer},
    query::{NoQuery, OnePlayer},
};
use crate::{
    auth::audit::Witness,
    boards::{Boards, notes::PlayerNote},
    error::Problem,
};
use app::model::PlayerId;
use axum::{Json as Answer, extract::State};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// A note to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteBody {
    /// What to note, at most 2000 characters; nothing takes the note away.
    note: String,
}

/// `GET /api/players/{player}/note`: what operators note about a player.
#[utoipa::path(
    get,
    path = "/api/players/{player}/note",
    operation_id = "getNote",
    tag = "players",
    summary = "What operators note about a player",
    description = "For operators alone.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    responses((status = 200, description = "The note; without text where there is none.", body = PlayerNote), OperatingPlayer),
    security(("key" = []), ("session" = []))
)]
pub async fn show_note(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToRead>,
    OnePlayer(player): OnePlayer,
    _: NoQuery,
) -> Result<Answer<PlayerNote>, Problem> {
    Ok(Answer(boards.note(caller, &player).await?))
}

/// `PUT /api/players/{player}/note`: notes something about a player.
#[utoipa::path(
    put,
    path = "/api/players/{player}/note",
    operation_id = "putNote",
    tag = "players",
    summary = "Note something about a player",
    description = "In place of what was noted. It goes with the player, when they are removed from everywhere.",
    params(("player" = PlayerId, Path, description = "The player's id.")),
    request_body(content = NoteBody, description = "What.", example = json!({"note": "Streams on Fridays; asked for a new name."})),
    responses((status = 200, description = "The note.", body = PlayerNote), Limiting),
    security(("key" = []), ("session" = []))
)]
pub async fn put_note(
    State(boards): State<Arc<Boards>>,
    May(caller, _): May<ToModerate>,
    OnePlayer(player): OnePlayer,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<Answer<PlayerNote>, Problem> {
    let NoteBody { note } = body.object()?;
    let before = boards.note(caller.clone(), &player).await?;
    let note = boards.put_note(caller, &player, &note).await?;
    // That it was noted is told, not what: the log outlives the player.
    let told = |note: &PlayerNote| serde_json::json!({ "length": note.text.chars().count() });
    witness.before(&told(&before));
    let mut after = told(&note);
    if note.text != before.text {
        after["textChanged"] = true.into();
    }
    witness.after(&after);
    Ok(Answer(note))
}
