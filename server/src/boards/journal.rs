//! The log, as operators read it: what was submitted and changed, from either end.

use super::{Boards, board::Loaded, caller::Caller, from_store, moderation::Decided, order, rights::Right, turn::LogOrder};
use crate::valkey::functions::{
    log::{Act, Asked, Record},
    restore::Cause,
};
use app::{
    error::{AppError, What},
    model::{BoardId, Metadata, PlayerId, Score, SubmissionId, WindowName},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Calls whose records are read at once.
const CALLS: u64 = 100;
/// How often that is done for one answer: a player's submissions may be far apart.
const READS: usize = 40;

/// Some records of a board's log, in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Journal {
    /// Which board.
    pub board: BoardId,
    /// The records.
    pub records: Vec<Line>,
    /// What to ask for the next ones with; nothing if there are none. Fewer records than were asked for, even none, don't say that.
    pub next_cursor: Option<String>,
}

/// A record.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The board's version after it, by which it can be undone.
    pub version: u64,
    /// When it was written, in ms since 1970.
    pub at: u64,
    /// What it was: `submission`, `change`, `remove`, `reset`, `undo`, `rollback`, `rebuild`, `combine`, `profile`, `moderation`, `close`,
    /// `edit`, `freeze`, `unfreeze`.
    pub kind: &'static str,
    /// The version that an undo, a rollback or a rebuild was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<u64>,
    /// Entries that it changed or removed, all windows together, and for an undo those that stayed as they were; for a reset it is not told.
    pub entries: u64,
    /// Whose submission it was, whose entry was changed, or whom it was decided about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub player_id: Option<PlayerId>,
    /// What was submitted; on a record of anything else nothing of it is there.
    #[serde(flatten)]
    #[schema(value_type = Submitted)]
    pub submission: Option<Submitted>,
    /// What operators decided of the player.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<Decided>,
}

/// A submission.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    /// The score.
    #[schema(required = false)]
    pub score: Score,
    /// The tiebreaks, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiebreaks: BTreeMap<String, i64>,
    /// Its id.
    pub id: Option<SubmissionId>,
    /// When it was reached, if that was said, in ms since 1970.
    pub reached_at: Option<u64>,
    /// What was sent to remember.
    pub metadata: Option<Metadata>,
    /// The API key that it came by, by its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Who sent it, if it was an operator or came by the admin key, as the audit log calls them: `operator <name>` or `admin key`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What is told of a record, but for a submission.
#[derive(Debug)]
pub enum Happened {
    /// A period of a window was closed.
    Closed(WindowName, String),
    /// An operator changed something.
    Done(Box<Line>),
}

impl Boards {
    /// What happened after a version, with the version after it, oldest first; further the version that this goes up to, and whether there
    /// may be more. Of a board that is frozen nothing is told until it is not any more.
    pub(crate) async fn happened(&self, board: &BoardId, after: u64) -> Result<(Vec<(u64, Happened)>, u64, bool), AppError> {
        let loaded = self.board(board).await?.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        if loaded.scope.is_behind {
            return Ok((Vec::new(), after, false));
        }
        let records = self.store.log(&loaded.scope, after, CALLS).await.map_err(from_store)?;
        let (last, may_be_more) = (records.last().map_or(after, |record| record.version), records.len() as u64 >= CALLS);
        let happened = records.into_iter().filter_map(|record| {
            let version = record.version;
            if let Act::Closed(label) = &record.act {
                let (window, period) = label.parts()?;
                return Some((version, Happened::Closed(window, period.to_owned())));
            }
            let line = line(record, &loaded);
            // What follows other boards changes as often as they do, and a profile is no board's.
            (!matches!(line.kind, "submission" | "combine" | "profile")).then_some((version, Happened::Done(Box::new(line))))
        });
        Ok((happened.collect(), last, may_be_more))
    }

    /// At most `limit` records in an order, after a version in it; those that have to do with one player if one is named.
    pub async fn journal(
        &self,
        caller: Caller,
        board: &BoardId,
        player: Option<&PlayerId>,
        (order, after): (LogOrder, Option<u64>),
        limit: usize,
    ) -> Result<Journal, AppError> {
        caller.must(Right::Read, Some(board))?;
        let loaded = self.board(board).await?.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
        let mut found = Found { player, limit, loaded: &loaded, lines: Vec::new() };
        let next = match order {
            LogOrder::Newest => self.read_back(&mut found, after).await?,
            LogOrder::Oldest => self.read_on(&mut found, after.unwrap_or(0)).await?,
        };
        Ok(Journal { board: board.clone(), records: found.lines, next_cursor: next.map(|version| order.cursor(version)) })
    }

    /// Finds records before a version, newest first; returns the version before which to go on, if there may be more.
    async fn read_back(&self, found: &mut Found<'_>, mut before: Option<u64>) -> Result<Option<u64>, AppError> {
        let scope = &found.loaded.scope;
        let is_before = |record: &Record, before: Option<u64>| before.is_none_or(|before| record.version < before);
        // A version within a call's records is found by itself.
        if let Some(version) = before.filter(|version| *version > 1) {
            let batch = self.store.log_at(scope, version - 1).await.map_err(from_store)?;
            before = found.take(batch.into_iter().rev().filter(|record| is_before(record, before))).or(before);
        }
        for _ in 0..READS {
            if found.is_full() {
                break;
            }
            let batch = self.store.log_back(scope, before, CALLS).await.map_err(from_store)?;
            match found.take(batch.into_iter().rev().filter(|record| is_before(record, before))) {
                Some(first) => before = Some(first),
                None => return Ok(None),
            }
        }
        Ok(before.filter(|version| *version > 1))
    }

    /// Finds records after a version, oldest first; returns the version after which to go on, if there may be more.
    async fn read_on(&self, found: &mut Found<'_>, mut after: u64) -> Result<Option<u64>, AppError> {
        for _ in 0..READS {
            let batch = self.store.log(&found.loaded.scope, after, CALLS).await.map_err(from_store)?;
            // Each call has a record at least.
            let end = batch.last().filter(|_| (batch.len() as u64) < CALLS).map(|last| last.version);
            // A version within a call's records is read again with what comes before it.
            match found.take(batch.into_iter().filter(|record| record.version > after)) {
                Some(last) if Some(last) != end => after = last,
                _ => return Ok(None),
            }
            if found.is_full() {
                break;
            }
        }
        Ok(Some(after))
    }
}

/// What is being looked for in the log, and found.
struct Found<'a> {
    player: Option<&'a PlayerId>,
    limit: usize,
    loaded: &'a Loaded,
    lines: Vec<Line>,
}

impl Found<'_> {
    fn is_full(&self) -> bool {
        self.lines.len() >= self.limit
    }

    /// Takes what is wanted out of records; returns the version of the last one that was looked at, if there were any.
    fn take(&mut self, records: impl Iterator<Item = Record>) -> Option<u64> {
        let mut last = None;
        for record in records {
            if self.is_full() {
                break;
            }
            last = Some(record.version);
            if self.player.is_none_or(|player| is_about(&record.act, player)) {
                self.lines.push(line(record, self.loaded));
            }
        }
        last
    }
}

/// Whether a record has to do with a player.
fn is_about(act: &Act, player: &PlayerId) -> bool {
    matches!(act, Act::Moderated { player: known, .. } if known == player) || act.before().iter().any(|before| before.player == *player)
}

fn line(record: Record, loaded: &Loaded) -> Line {
    let Record { version, at_ms, act } = record;
    let entries = act.before().len() as u64;
    let plain = |kind, about, player_id| Line { version, at: at_ms, kind, about, entries, player_id, submission: None, moderation: None };
    match act {
        Act::Submitted { sent, .. } => {
            // An id has no spaces.
            let (by, key): (Option<String>, Option<String>) =
                if sent.by.as_ref().is_some_and(|by| by.contains(' ')) { (sent.by, None) } else { (None, sent.by) };
            let submission = Submitted {
                score: order::score(sent.key, &loaded.rules),
                tiebreaks: order::tiebreaks(&sent.columns, &loaded.rules),
                id: sent.id,
                reached_at: sent.at_ms,
                metadata: sent.metadata.as_deref().and_then(Metadata::stored),
                key,
                by,
            };
            Line { submission: Some(submission), ..plain("submission", None, Some(sent.player)) }
        }
        Act::Changed { asked, .. } => match *asked {
            Asked::Put(player, _) => plain("change", None, Some(player)),
            Asked::Remove(_) | Asked::Range | Asked::Top => plain("remove", None, None),
            Asked::Reset => plain("reset", None, None),
            Asked::Unreset(about) | Asked::Restore(Cause::Out(about)) => plain("undo", Some(about), None),
            Asked::Restore(Cause::Rollback(about)) => plain("rollback", Some(about), None),
            Asked::Restore(Cause::Rebuild(about)) => plain("rebuild", Some(about), None),
            Asked::Restore(Cause::Combine) => plain("combine", None, None),
        },
        Act::Moderated { player, verdict, moved } => {
            let moderation = Some(Decided::of(verdict));
            Line { moderation, entries: moved, ..plain("moderation", None, Some(player)) }
        }
        Act::Shown => plain("profile", None, None),
        Act::Closed(_) => plain("close", None, None),
        Act::Edited { .. } => plain("edit", None, None),
        Act::Frozen(true) => plain("freeze", None, None),
        Act::Frozen(false) => plain("unfreeze", None, None),
    }
}
