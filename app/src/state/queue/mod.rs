//! Scores that were typed here and have no receipt yet: what is sent when, what is sent again, and what another one covers. No
//! network, no clock and no chance in here: whoever has them tells what happened, and does what comes of it.
//!
//! - [`storage`]: how the scores outlive the page, as keys and texts · `browser`: where those are kept

#[cfg(feature = "hydrate")]
pub mod browser;
pub mod storage;

use crate::{
    backoff,
    error::AppError,
    i18n::{Words, t},
    model::{BoardId, Direction, Keep, PlayerId, Receipt, Score, SubmissionId},
};
use serde::{Deserialize, Serialize};

/// The most scores that wait; what is typed beyond them is refused, so that whoever types it knows.
pub const MOST_WAITING: usize = 200;
/// The most scores that are under way at a time.
const MOST_SENDING: usize = 4;
/// How long an answer may take, in milliseconds. After that the score is sent again: a network that went away says nothing.
const ANSWER_MS: f64 = 30_000.0;
/// How old a score may be that is sent again, in milliseconds: servers know ids for a day from when they saw them, and clocks go as they like.
const KNOWN_MS: f64 = 23.0 * 60.0 * 60.0 * 1_000.0;
/// A time that has always come.
const AT_ONCE: f64 = 0.0;

/// A score without a receipt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The submission's id. It stays the same for ever: that makes sending it again count once.
    pub id: String,
    /// On which board.
    pub board: BoardId,
    /// Whose score.
    pub player: PlayerId,
    /// The score.
    pub score: Score,
    /// When it was typed, by the wall clock, for people.
    pub since_ms: f64,
    /// Which scores the board kept when it was typed.
    pub keep: Keep,
    /// Which scores were better then.
    pub direction: Direction,
    /// When it was first sent, by the same clock; nothing while no server can know it.
    pub sent_ms: Option<f64>,
}

impl Waiting {
    fn is_of_same(&self, other: &Self) -> bool {
        self.player == other.player && self.board == other.board
    }

    /// Whether a score makes no difference any more where this one counts. Rules that have changed in between make all of them count.
    fn covers(&self, other: &Self, is_newer: bool) -> bool {
        let terms = |waiting: &Self| (waiting.keep, waiting.direction, waiting.score.decimals());
        let is_better = match self.direction {
            Direction::Desc => self.score > other.score,
            Direction::Asc => self.score < other.score,
        };
        let makes_the_entry = match self.keep {
            // Of equal ones the first is kept, as on the server.
            Keep::Best => is_better || self.score == other.score && !is_newer,
            Keep::Last => is_newer,
            Keep::First => !is_newer,
            Keep::Sum => false,
        };
        self.is_of_same(other) && terms(self) == terms(other) && makes_the_entry
    }
}

/// What became of a score that was put into the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It waits. Those with these ids don't any more: this one covers them.
    Waits {
        /// The ids of what it replaced.
        replaced: Vec<String>,
    },
    /// It is not needed: the one with this id, which waits, covers it.
    Covered {
        /// The id of what covers it.
        by: String,
    },
    /// It waited already, and still does.
    Known,
    /// It was not taken.
    Refused(Refusal),
}

/// Why a score can't wait, in words for whoever typed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no room.
    Full,
    /// Without an id, sending it again would count it again.
    NoId,
}

impl From<Refusal> for Words {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Full => t::send::FULL.into(),
            Refusal::NoId => t::send::NO_ID.into(),
        }
    }
}

/// What an answer did.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// The score has counted; it waits no more.
    Counted(Receipt),
    /// It will never count, for this reason; it waits no more.
    Refused(AppError),
    /// It stays, and is sent again.
    Retry {
        /// Not before then.
        at: f64,
    },
    /// There is no such score: it was settled before.
    Unknown,
}

/// Scores that wait, in the order in which they were typed. Times are in milliseconds, by the clock that says when they were typed.
#[derive(Debug, Default)]
pub struct Queue {
    entries: Vec<Entry>,
    is_offline: bool,
}

#[derive(Debug)]
struct Entry {
    waiting: Waiting,
    state: State,
    /// Whether it may have been sent, by this page or, if that was not the first to know it, by another.
    is_out: bool,
    /// Failures since the network was last known to be back.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// To be sent, but not before then.
    Resting { until: f64 },
    /// Under way; forgotten about then, and sent again.
    Sending { until: f64 },
}

impl State {
    fn until(self) -> f64 {
        match self {
            Self::Resting { until } | Self::Sending { until } => until,
        }
    }
}

impl Entry {
    fn new(waiting: Waiting, is_out: bool) -> Self {
        Self { waiting, state: State::Resting { until: AT_ONCE }, is_out, failures: 0 }
    }

    fn is_sending(&self) -> bool {
        matches!(self.state, State::Sending { .. })
    }

    /// Waits after a failure; until when. Of something that is not under way any more it is no news.
    fn fail(&mut self, now: f64, random: f64) -> f64 {
        if self.is_sending() {
            self.state = State::Resting { until: now + backoff::pause(self.failures, random) };
            self.failures = self.failures.saturating_add(1);
        }
        self.state.until().max(now)
    }
}

impl Queue {
    /// Takes a score that was typed. Of those that were never sent, only what can still make an entry waits.
    pub fn push(&mut self, waiting: Waiting) -> Pushed {
        if self.find(&waiting.id).is_some() {
            return Pushed::Known;
        }
        if SubmissionId::parse(&waiting.id).is_err() {
            return Pushed::Refused(Refusal::NoId);
        }
        let unsent = || self.entries.iter().filter(|entry| !entry.is_out).map(|entry| &entry.waiting);
        if let Some(better) = unsent().find(|known| known.covers(&waiting, false)) {
            return Pushed::Covered { by: better.id.clone() };
        }
        let replaced: Vec<String> = unsent().filter(|known| waiting.covers(known, true)).map(|known| known.id.clone()).collect();
        if self.entries.len() - replaced.len() >= MOST_WAITING {
            return Pushed::Refused(Refusal::Full);
        }
        self.entries.retain(|entry| !replaced.contains(&entry.waiting.id));
        self.entries.push(Entry::new(waiting, false));
        Pushed::Waits { replaced }
    }

    /// Takes scores that were stored, by this page before it was loaded again or by another tab. Any of them may have been sent, so
    /// none is ever covered by another, and none is refused.
    pub fn restore(&mut self, stored: Vec<Waiting>) {
        for waiting in stored {
            if self.find(&waiting.id).is_none() {
                let later = |entry: &Entry| entry.waiting.since_ms > waiting.since_ms;
                let at = self.entries.iter().position(later).unwrap_or(self.entries.len());
                self.entries.insert(at, Entry::new(waiting, true));
            }
        }
    }

    /// Drops a score that is settled elsewhere: another tab had it as well. One that is under way from here stays: its own answer says what
    /// became of it.
    pub fn forget(&mut self, id: &str) -> Option<Waiting> {
        let at = self.find(id).filter(|at| !self.entries[*at].is_sending())?;
        Some(self.entries.remove(at).waiting)
    }

    /// What to send now, unless it is [late](Queue::is_late). Each counts as under way from here on, until it is settled. Store it before it is
    /// sent: it says since when it is, to whoever restores it.
    pub fn due(&mut self, now: f64) -> Vec<Waiting> {
        let mut due = Vec::new();
        while let Some(at) = self.next(|until| until <= now) {
            let entry = &mut self.entries[at];
            entry.state = State::Sending { until: now + ANSWER_MS };
            entry.is_out = true;
            entry.waiting.sent_ms.get_or_insert(now);
            due.push(entry.waiting.clone());
        }
        due
    }

    /// Takes the answer to a score that was sent at some time; `random` lies between 0 and 1.
    pub fn settled(&mut self, id: &str, answer: Result<Receipt, AppError>, now: f64, random: f64) -> Settled {
        let Some(at) = self.find(id) else { return Settled::Unknown };
        match answer {
            Ok(receipt) => {
                self.entries.remove(at);
                Settled::Counted(receipt)
            }
            Err(error) if is_final(&error) => {
                self.entries.remove(at);
                Settled::Refused(error)
            }
            Err(_) => Settled::Retry { at: self.entries[at].fail(now, random) },
        }
    }

    /// The network is back, perhaps another one: all of it is sent again at once, also what is under way on one that may be gone.
    pub fn online(&mut self) {
        self.is_offline = false;
        for entry in &mut self.entries {
            (entry.state, entry.failures) = (State::Resting { until: AT_ONCE }, 0);
        }
    }

    /// There is no network: nothing is sent until there is.
    pub fn offline(&mut self) {
        self.is_offline = true;
    }

    /// When to look at [`Queue::due`] again, unless something else happens before.
    pub fn alarm(&self) -> Option<f64> {
        self.candidates().map(|at| self.entries[at].state.until()).reduce(f64::min)
    }

    /// What waits, in the order in which it was typed.
    pub fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.entries.iter().map(|entry| &entry.waiting)
    }

    /// Whether a score is under way.
    pub fn is_sending(&self, id: &str) -> bool {
        self.find(id).is_some_and(|at| self.entries[at].is_sending())
    }

    /// Whether a score that is due is too old to be sent again: nobody knows any more whether it has counted.
    pub fn is_late(&self, id: &str, now: f64) -> bool {
        self.find(id).and_then(|at| self.entries[at].waiting.sent_ms).is_some_and(|sent_ms| now - sent_ms > KNOWN_MS)
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.waiting.id == id)
    }

    fn next(&self, has_come: impl Fn(f64) -> bool) -> Option<usize> {
        self.candidates().find(|at| has_come(self.entries[*at].state.until()))
    }

    /// Which entries could be sent if only their time had come: the first of each player on each board. When as many are under way as
    /// may be, only those themselves, which are sent again when their answers fail to come.
    fn candidates(&self) -> impl Iterator<Item = usize> {
        let has_room = self.entries.iter().filter(|entry| entry.is_sending()).count() < MOST_SENDING;
        let is_first = |at: usize| !self.entries[..at].iter().any(|entry| entry.waiting.is_of_same(&self.entries[at].waiting));
        let all = if self.is_offline { 0 } else { self.entries.len() };
        (0..all).filter(move |at| (has_room || self.entries[*at].is_sending()) && is_first(*at))
    }
}

/// Whether sending the same again can't help.
fn is_final(error: &AppError) -> bool {
    match error {
        AppError::Invalid { .. }
        | AppError::Conflict
        | AppError::NotFound { .. }
        | AppError::Exists
        | AppError::NameTaken
        | AppError::Fixed { .. }
        | AppError::Closed { .. }
        | AppError::NotUndoable { .. }
        | AppError::Unauthorized { .. }
        | AppError::Forbidden { .. }
        | AppError::Unsigned { .. }
        | AppError::SecondFactor { .. }
        | AppError::Held { .. }
        | AppError::Decided { .. }
        | AppError::Barred
        | AppError::Owned
        | AppError::Sealed => true,
        AppError::Busy
        | AppError::ReviewFull
        | AppError::TooManyHeld
        | AppError::TooManySockets
        | AppError::TooManyTries { .. }
        | AppError::TooManyRequests { .. }
        | AppError::Unavailable
        | AppError::Network
        | AppError::Internal => false,
    }
}

#[cfg(test)]
mod tests;
