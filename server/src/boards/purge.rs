//! What a player, or whoever had a key, has submitted since a time, taken out: each as if it had never been sent.

use super::{Boards, caller::Caller, from_store, rights::Right, undo::open_for_changes};
use crate::valkey::functions::{
    log::{Act, Asked, Record, Sent},
    restore::Cause,
};
use app::{
    error::AppError,
    model::{BoardId, PlayerId},
};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use tracing::info;
use utoipa::ToSchema;

/// Submissions that one call takes out.
const MOST: usize = 200;
/// Calls whose records are read at once, and how often.
const CALLS: u64 = 256;
const READS: usize = 400;
/// Players that an answer lists.
const LISTED: usize = 100;

/// Whose submissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A player's.
    Player(PlayerId),
    /// Those that came by an API key, by its id.
    Key(String),
}

/// What was found, and taken out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// The board's version.
    pub version: u64,
    /// Submissions that were found and count, newest first; at most 200 in one call.
    pub submissions: u64,
    /// Those that were taken out; in a dry run none.
    pub taken_out: u64,
    /// Those that can't be, because the board was reset, rolled back or rebuilt since, or counts by other rules: they stay.
    pub stuck: u64,
    /// Whose they are, and how many of each; at most a hundred.
    pub players: BTreeMap<String, u64>,
    /// Whether there may be more: then ask again.
    pub more: bool,
}

/// The submissions that were found in the log.
#[derive(Default)]
struct Found {
    /// Their versions and players, newest first.
    submissions: Vec<(u64, PlayerId)>,
    /// Records that were taken out since.
    out: HashSet<u64>,
    may_be_more: bool,
}

impl Boards {
    /// Takes out what somebody has submitted since a time, in ms since 1970; in a dry run it is only said what that would be.
    pub async fn purge(&self, caller: Caller, board: &BoardId, whose: &Whose, since_ms: u64, dry_run: bool) -> Result<Purged, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let found = self.find_submissions(board, whose, since_ms).await?;
        let mut players = BTreeMap::<String, u64>::new();
        for (_, player) in &found.submissions {
            if players.len() < LISTED || players.contains_key(player.as_str()) {
                *players.entry(player.to_string()).or_default() += 1;
            }
        }
        let (mut taken_out, mut stuck) = (0, 0);
        for (version, _) in found.submissions.iter().filter(|_| !dry_run) {
            match self.withdraw(caller.clone(), board, *version).await {
                Ok(_) => taken_out += 1,
                Err(AppError::NotUndoable { .. } | AppError::NotFound { .. }) => stuck += 1,
                Err(error) => return Err(error),
            }
        }
        let loaded = open_for_changes(&self.board(board).await?.shared).await?;
        let version = self.newest(&loaded.scope).await?;
        info!(board.id = %board, submissions = taken_out, "submissions were purged");
        // What is stuck is found again each time: those who ask again would not come to an end.
        let more = found.may_be_more && (dry_run || taken_out > 0);
        Ok(Purged { version, submissions: found.submissions.len() as u64, taken_out, stuck, players, more })
    }

    /// Looks for somebody's submissions in the log, from the newest back.
    async fn find_submissions(&self, board: &BoardId, whose: &Whose, since_ms: u64) -> Result<Found, AppError> {
        let loaded = open_for_changes(&self.board(board).await?.shared).await?;
        let (mut found, mut before) = (Found { may_be_more: true, ..Found::default() }, None);
        for _ in 0..READS {
            let records = self.store.log_back(&loaded.scope, before, CALLS).await.map_err(from_store)?;
            let Some(first) = records.first().map(|record| record.version) else {
                found.may_be_more = false;
                return Ok(found);
            };
            for record in records.into_iter().rev().filter(|record| before.is_none_or(|before| record.version < before)) {
                if record.at_ms < since_ms {
                    found.may_be_more = false;
                    return Ok(found);
                }
                if found.submissions.len() == MOST {
                    return Ok(found);
                }
                found.note(record, whose);
            }
            before = Some(first);
        }
        Ok(found)
    }
}

impl Found {
    /// Notes a record that comes before those that are noted.
    fn note(&mut self, record: Record, whose: &Whose) {
        if self.out.contains(&record.version) {
            return;
        }
        match (record.act.asked(), &record.act) {
            (Some(Asked::Restore(Cause::Out(out))), _) => drop(self.out.insert(*out)),
            (_, Act::Submitted { sent, .. }) if whose.is_of(sent) => self.submissions.push((record.version, sent.player.clone())),
            _ => {}
        }
    }
}

impl Whose {
    fn is_of(&self, sent: &Sent) -> bool {
        match self {
            Self::Player(player) => sent.player == *player,
            Self::Key(key) => sent.by.as_deref() == Some(key),
        }
    }
}
