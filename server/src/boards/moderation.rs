//! Players whom operators keep out of the standings, or from submitting.

use super::{
    Boards,
    board::{Shared, Sides},
    caller::Caller,
    from_store,
    rights::Right,
    undo::TRIES,
};
use crate::valkey::functions::{
    Declined,
    moderate::{Moderated, Verdict},
};
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, ModerationState, PlayerId, is_prose},
};
use serde::Serialize;
use tracing::info;
use utoipa::ToSchema;

/// The longest reason, in characters.
const MAX_REASON: usize = 500;

/// What to decide of a player; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct ModerationChange {
    /// Where the player's entries are to be.
    pub state: Option<ModerationState>,
    /// Whether what they submit is to be taken.
    pub submitting: Option<bool>,
    /// Why.
    pub reason: Option<String>,
}

/// What operators have decided of a player.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Decided {
    /// Where the player's entries are.
    pub state: ModerationState,
    /// Whether what they submit is taken.
    pub submitting: bool,
    /// Why.
    pub reason: Option<String>,
}

/// A player of a board, and what operators have decided of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moderation {
    /// Who.
    pub player_id: PlayerId,
    /// What was decided.
    #[serde(flatten)]
    pub decided: Decided,
    /// Since when, in ms since 1970; nothing for whom nothing was decided of.
    pub since: Option<u64>,
}

/// What a decision did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ModerationChanged {
    /// What holds now.
    #[serde(flatten)]
    pub moderation: Moderation,
    /// Entries that went out of the standings or came back, those of all periods together.
    pub entries: u64,
    /// The board's version.
    pub version: u64,
}

/// Some of the players of whom operators have decided something, in the order of their ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModerationList {
    /// Which board.
    pub board: BoardId,
    /// The players.
    pub players: Vec<Moderation>,
    /// The player to go on after; nothing if these were the last.
    pub next_cursor: Option<PlayerId>,
}

impl Boards {
    /// What operators have decided of a player.
    pub async fn moderation(&self, caller: Caller, board: &BoardId, player: PlayerId) -> Result<Moderation, AppError> {
        caller.must(Right::Read, Some(board))?;
        self.sides(board).await?;
        let verdict = self.store.verdict(board, &player).await.map_err(from_store)?;
        Ok(Moderation::of(player, verdict))
    }

    /// The players of whom operators have decided something, after one of them.
    pub async fn moderated(
        &self,
        caller: Caller,
        board: &BoardId,
        after: Option<&PlayerId>,
        limit: usize,
    ) -> Result<ModerationList, AppError> {
        caller.must(Right::Read, Some(board))?;
        self.sides(board).await?;
        let mut all = self.store.verdicts(board).await.map_err(from_store)?;
        all.retain(|(player, _)| after.is_none_or(|after| player > after));
        all.sort_by(|(a, _), (b, _)| a.cmp(b));
        let has_more = all.len() > limit;
        all.truncate(limit);
        let next_cursor = all.last().filter(|_| has_more).map(|(player, _)| player.clone());
        let players = all.into_iter().map(|(player, verdict)| Moderation::of(player, Some(verdict))).collect();
        Ok(ModerationList { board: board.clone(), players, next_cursor })
    }

    /// Decides about a player: their entries of all periods go out of the standings, or come back and stand where they would. Archived
    /// boards, and players who have not come yet, are no exception.
    pub async fn moderate(
        &self,
        caller: Caller,
        board: &BoardId,
        player: PlayerId,
        change: &ModerationChange,
    ) -> Result<ModerationChanged, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let shared = self.board(board).await?.shared.clone();
        for _ in 0..TRIES {
            let sides = shared.read_again().await?.ok_or_else(|| AppError::no(What::Board))?.sides;
            let known = self.store.verdict(board, &player).await.map_err(from_store)?;
            let verdict = decide(known.clone(), change, shared.now_ms())?;
            if let Some(Moderated { version, moved }) =
                self.moderate_sides(&shared, sides, &player, [known.as_ref(), verdict.as_ref()]).await?
            {
                info!(board.id = %board, entries = moved, "a player was moderated");
                return Ok(ModerationChanged { moderation: Moderation::of(player, verdict), entries: moved, version });
            }
        }
        Err(AppError::Busy)
    }

    /// Moves a player's entries out of what everybody sees, and of what goes on behind a board that is frozen, or back; what was done where
    /// whatever happens goes on. `None`: there are other rules or periods by now, or another verdict than the one before.
    async fn moderate_sides(
        &self,
        shared: &Shared,
        sides: Sides,
        player: &PlayerId,
        [known, verdict]: [Option<&Verdict>; 2],
    ) -> Result<Option<Moderated>, AppError> {
        let mut done = None;
        for side in sides.all() {
            let labels = self.labels(&side.scope).await?;
            match self.store.moderate(&side.scope, &labels, player, known, verdict, shared.now_ms()).await.map_err(from_store)? {
                Ok(moderated) => {
                    shared.has_written(&side.scope, moderated.version);
                    done = done.or(Some(moderated));
                }
                Err(Declined::NoBoard) if !side.scope.is_behind => return Err(AppError::no(What::Board)),
                Err(_) => return Ok(None),
            }
        }
        Ok(done)
    }
}

impl Decided {
    /// What a verdict says.
    pub fn of(verdict: Option<Verdict>) -> Self {
        let Some(Verdict { state, submitting, reason, .. }) = verdict else { return Self { submitting: true, ..Self::default() } };
        let submitting = submitting && state != ModerationState::Banned;
        Self { state, submitting, reason: (!reason.is_empty()).then_some(reason) }
    }
}

impl Moderation {
    fn of(player_id: PlayerId, verdict: Option<Verdict>) -> Self {
        Self { player_id, since: verdict.as_ref().map(|verdict| verdict.since_ms), decided: Decided::of(verdict) }
    }
}

/// A verdict after a change; nothing if nothing is left of it.
fn decide(known: Option<Verdict>, change: &ModerationChange, now_ms: u64) -> Result<Option<Verdict>, AppError> {
    let known = known.unwrap_or(Verdict { state: ModerationState::Visible, submitting: true, since_ms: now_ms, reason: String::new() });
    let state = change.state.unwrap_or(known.state);
    if state == ModerationState::Banned && change.submitting == Some(true) {
        return Err(AppError::invalid(Field::Submitting, t::problem::BANNED_SUBMITS));
    }
    let submitting = change.submitting.unwrap_or(known.submitting);
    let reason = change.reason.clone().unwrap_or_else(|| known.reason.clone());
    if !is_prose(&reason, MAX_REASON) {
        return Err(AppError::invalid(Field::Reason, t::problem::REASON_TEXT));
    }
    if state == ModerationState::Visible && submitting {
        return Ok(None);
    }
    if reason.trim().is_empty() {
        return Err(AppError::invalid(Field::Reason, t::problem::REASON_WANTED));
    }
    let is_same = (state, submitting, &reason) == (known.state, known.submitting, &known.reason);
    Ok(Some(Verdict { state, submitting, since_ms: if is_same { known.since_ms } else { now_ms }, reason }))
}
