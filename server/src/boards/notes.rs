//! What operators note about players, for one another.

use super::{Boards, caller::Caller, from_store, rights::Right};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{PlayerId, is_prose},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The longest note, in characters.
const MOST: usize = 2_000;

/// What operators note about a player.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerNote {
    /// What; empty: nothing.
    pub text: String,
    /// Who wrote it last: `operator <name>`, `key <id>` or `admin key`; left out: nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When, in ms since 1970; left out: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
}

impl Boards {
    /// What is noted about a player.
    pub async fn note(&self, caller: Caller, player: &PlayerId) -> Result<PlayerNote, AppError> {
        caller.must(Right::Read, None)?;
        let stored = self.store().note(player).await.map_err(from_store)?;
        stored.map_or_else(|| Ok(PlayerNote::default()), |text| serde_json::from_str(&text).map_err(|_| AppError::Internal))
    }

    /// Notes something about a player, in place of what was noted.
    pub async fn put_note(&self, caller: Caller, player: &PlayerId, text: &str) -> Result<PlayerNote, AppError> {
        caller.must(Right::Moderate, None)?;
        let text = text.trim();
        if !is_prose(text, MOST) {
            return Err(AppError::invalid(Field::Note, t::problem::NOTE_TEXT));
        }
        if text.is_empty() {
            self.store().put_note(player, None).await.map_err(from_store)?;
            return Ok(PlayerNote::default());
        }
        let note = PlayerNote { text: text.to_owned(), by: Some(caller.to_string()), at: Some(self.now_ms()) };
        let written = serde_json::to_string(&note).map_err(|_| AppError::Internal)?;
        self.store().put_note(player, Some(&written)).await.map_err(from_store)?;
        Ok(note)
    }
}
