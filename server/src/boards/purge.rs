//! What a player, or whoever had a key, has submitted since a time, taken out: each as if it had never been sent. What waits for review is rejected.

use super::{
    Boards,
    caller::Caller,
    cursor::no_cursor,
    from_store,
    review::{Deciding, Verdict},
    rights::Right,
    undo::{self, open_for_changes},
};
use crate::valkey::functions::{
    log::{Act, Asked, Record, Sent},
    restore::Cause,
    review::{Kept, StoredReview},
};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{BoardId, PlayerId, ReviewState},
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashSet},
    time::{Duration, Instant},
};
use tracing::info;
use utoipa::ToSchema;

/// Submissions that one call takes out, and those that it rejects.
const MOST: usize = 200;
/// Calls whose records are read at once.
const CALLS: u64 = 128;
/// Records that one call looks at.
const LOOKED_AT: usize = 100_000;
/// How long one call goes on with each of what it does, looking, taking out and rejecting: in all a request has fifteen seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// Before this version there are all.
const END: u64 = (1 << 48) - 1;
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

/// What to take out.
#[derive(Clone, Debug)]
pub struct Purge {
    /// Whose submissions.
    pub whose: Whose,
    /// Since when, in ms since 1970.
    pub since_ms: u64,
    /// Only say what that would be.
    pub dry_run: bool,
    /// What whoever submitted is told of those that wait.
    pub reason: Option<String>,
    /// Where an earlier call has come to.
    pub cursor: Option<String>,
}

/// What was found, and taken out.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Purged {
    /// The board's version.
    pub version: u64,
    /// Submissions that were found and count, newest first; at most 200 in one call. A dry run that goes on by a cursor finds those that were taken out
    /// before as well.
    pub submissions: u64,
    /// Those that were taken out; in a dry run none.
    pub taken_out: u64,
    /// Those that can't be, because the board was reset, rolled back or rebuilt since, or counts by other rules: they stay.
    pub stuck: u64,
    /// Submissions that waited for review: they are rejected, at most 200 in one call. In a dry run they stay, and are counted by its first call.
    pub waiting: u64,
    /// Whose they are, and how many of each; at most a hundred.
    pub players: BTreeMap<String, u64>,
    /// Whether there may be more: then ask again, with `nextCursor`.
    pub more: bool,
    /// Where to go on; nothing if all was looked at.
    pub next_cursor: Option<String>,
}

/// The submissions that were found in the log.
#[derive(Default)]
struct Found {
    /// Their versions and players, newest first.
    submissions: Vec<(u64, PlayerId)>,
    /// Records that were taken out since.
    out: HashSet<u64>,
    /// Records that were looked at.
    looked_at: usize,
    /// The version before which there may be more, of records that were not looked at.
    next: Option<u64>,
}

impl Boards {
    /// Takes out what somebody has submitted since a time, and rejects what of it waits for review; in a dry run it is only said what that would be.
    pub async fn purge(&self, caller: Caller, board: &BoardId, purge: &Purge) -> Result<Purged, AppError> {
        caller.must(Right::Moderate, Some(board))?;
        let loaded = open_for_changes(&self.board(board).await?.shared).await?;
        let before = purge.cursor.as_deref().map(|cursor| undo::version(cursor, Field::Cursor).map_err(|_| no_cursor())).transpose()?;
        let mut done = Purged::default();
        // Those that wait come first: one that is approved meanwhile is in the log by then.
        let mut next = self.purge_waiting(&caller, board, purge, before, &mut done).await?;
        if next.is_none() {
            next = self.purge_counted(&caller, board, purge, before, &mut done).await?;
        }
        done.version = self.newest(&loaded.scope).await?;
        (done.more, done.next_cursor) = (next.is_some(), next.map(|version| version.to_string()));
        info!(board.id = %board, submissions = done.taken_out, rejected = done.waiting, "submissions were purged");
        Ok(done)
    }

    /// Rejects what waits; where to go on if there is more than one call rejects.
    async fn purge_waiting(
        &self,
        caller: &Caller,
        board: &BoardId,
        purge: &Purge,
        before: Option<u64>,
        done: &mut Purged,
    ) -> Result<Option<u64>, AppError> {
        if purge.dry_run && before.is_some() {
            return Ok(None);
        }
        let waiting = self.reviews_of(board, ReviewState::Waiting, |review| purge.includes(review)).await?;
        let reason = purge.reason.clone().unwrap_or_else(|| t::problem::PURGED.text().to_owned());
        let verdict = Verdict { decision: Deciding::Reject, state: Some(ReviewState::Waiting), reason: Some(reason) }.checked()?;
        let until = Instant::now() + PATIENCE;
        for Kept { id, review, .. } in waiting {
            if !purge.dry_run {
                if done.waiting == MOST as u64 || Instant::now() > until {
                    return Ok(Some(before.unwrap_or(END)));
                }
                match self.decide(caller, board, &id, &verdict).await {
                    Ok(_) => {}
                    // Somebody else has decided, or is about to, or it is gone: approved, it is in the log.
                    Err(AppError::Decided { .. } | AppError::NotFound { .. }) => continue,
                    Err(error) => return Err(error),
                }
            }
            done.waiting += 1;
            done.note(&review.submission.player);
        }
        Ok(None)
    }

    /// Takes out what counts; where to go on if there may be more.
    async fn purge_counted(
        &self,
        caller: &Caller,
        board: &BoardId,
        purge: &Purge,
        before: Option<u64>,
        done: &mut Purged,
    ) -> Result<Option<u64>, AppError> {
        let found = self.find_submissions(board, purge, before).await?;
        let until = Instant::now() + PATIENCE;
        for (version, player) in found.submissions {
            if !purge.dry_run {
                if Instant::now() > until {
                    return Ok(Some(version + 1));
                }
                match self.withdraw_unless_out(caller.clone(), board, version).await {
                    Ok(Some(_)) => done.taken_out += 1,
                    Ok(None) => continue,
                    Err(AppError::NotUndoable { .. } | AppError::NotFound { .. }) => done.stuck += 1,
                    Err(error) => return Err(error),
                }
            }
            done.submissions += 1;
            done.note(&player);
        }
        Ok(found.next)
    }

    /// Looks for somebody's submissions in the log, from the newest back, or from before a version.
    async fn find_submissions(&self, board: &BoardId, purge: &Purge, mut before: Option<u64>) -> Result<Found, AppError> {
        let until = Instant::now() + PATIENCE;
        let loaded = open_for_changes(&self.board(board).await?.shared).await?;
        let mut found = Found::default();
        // A version within a call's records is found by itself.
        if let Some(version) = before.filter(|version| *version > 1) {
            let records = self.store.log_at(&loaded.scope, version - 1).await.map_err(from_store)?;
            let first = records.first().map(|record| record.version);
            if found.note_all(records, before, purge) {
                return Ok(found);
            }
            before = first.or(before);
        }
        loop {
            let records = self.store.log_back(&loaded.scope, before, CALLS).await.map_err(from_store)?;
            let Some(first) = records.first().map(|record| record.version) else { return Ok(found) };
            if found.note_all(records, before, purge) {
                return Ok(found);
            }
            before = Some(first);
            if Instant::now() > until {
                found.next = before;
                return Ok(found);
            }
        }
    }
}

impl Found {
    /// Notes records before a version, newest first, and says whether that was all that there is to find in one call.
    fn note_all(&mut self, records: Vec<Record>, before: Option<u64>, purge: &Purge) -> bool {
        for record in records.into_iter().rev().filter(|record| before.is_none_or(|before| record.version < before)) {
            if record.at_ms < purge.since_ms {
                return true;
            }
            if self.submissions.len() == MOST || self.looked_at == LOOKED_AT {
                self.next = Some(record.version + 1);
                return true;
            }
            self.looked_at += 1;
            self.note(record, &purge.whose);
        }
        false
    }

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

impl Purge {
    /// Whether a submission in the queue is one of them.
    fn includes(&self, review: &StoredReview) -> bool {
        let is_theirs = match &self.whose {
            Whose::Player(player) => review.submission.player == *player,
            Whose::Key(key) => review.by.as_deref() == Some(key),
        };
        is_theirs && review.received >= self.since_ms
    }
}

impl Purged {
    fn note(&mut self, player: &PlayerId) {
        if self.players.len() < LISTED || self.players.contains_key(player.as_str()) {
            *self.players.entry(player.to_string()).or_default() += 1;
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
