//! A naive model of one board: it keeps a list of entries for each period and answers everything by sorting and counting.
//!
//! It shares nothing with the engine but the types that questions are asked in and answers are given in.
//!
//! - [`periods`]: which periods there are, and when they close · [`order`]: who is ahead, and which ranks are shown
//! - [`moderation`]: players kept out of the standings · [`submit`]: submissions · [`change`]: changes by operators · [`read`]: reads

mod change;
mod moderation;
mod order;
mod periods;
mod read;
mod submit;

use app::{
    error::AppError,
    model::{BoardId, Metadata, MetadataChange, ModerationState, PlayerId, Receipt, Rules, Score, Submission, WindowName},
};
use std::collections::BTreeMap;

const DAY: u64 = 86_400_000;

/// A standing of the past.
#[derive(Clone, Debug)]
struct Point {
    at: u64,
    score: i64,
    rank: u64,
    attempts: u64,
}

/// A player's standing in one period.
#[derive(Clone, Debug)]
struct Entry {
    player: PlayerId,
    score: i64,
    tiebreaks: Vec<i64>,
    /// The version at which the standing was reached.
    version: u64,
    reached: u64,
    /// The rank when it was reached.
    rank: u64,
    attempts: u64,
    metadata: Option<Metadata>,
    /// All standings before this one.
    past: Vec<Point>,
    /// How many of the newest of them must still be known.
    kept: usize,
}

/// A period of a window, as far as time goes: start, end, close, and when it is no longer kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot {
    window: WindowName,
    period: String,
    times: [u64; 4],
}

/// A period that was written to.
#[derive(Clone, Debug)]
struct Table {
    slot: Slot,
    /// Its entries and the time when it was closed.
    closed: Option<(u64, u64)>,
    entries: Vec<Entry>,
}

/// What an id stands for.
#[derive(Clone)]
struct Seen {
    submission: Submission,
    receipt: Receipt,
    at: u64,
}

/// What operators have decided of a player.
#[derive(Clone, Debug, Default, PartialEq)]
struct Verdict {
    state: ModerationState,
    is_barred: bool,
    reason: Option<String>,
}

/// Which period is meant: that of an instant, or the current one.
#[derive(Clone, Debug)]
pub struct Named {
    pub window: WindowName,
    pub at: Option<u64>,
}

/// Where a page of entries ended.
#[derive(Clone)]
pub struct Mark {
    slot: Slot,
    last: Entry,
}

#[derive(Clone)]
pub struct Naive {
    pub board: BoardId,
    pub rules: Rules,
    pub version: u64,
    pub updated: u64,
    /// The board's time is never earlier than this.
    floor: u64,
    /// `all` comes first.
    tables: Vec<Table>,
    /// When what resets set aside is dropped.
    asides: Vec<(WindowName, u64)>,
    seen: BTreeMap<String, Seen>,
    /// What operators have decided of players.
    moderation: BTreeMap<PlayerId, Verdict>,
}

impl Naive {
    pub fn new(board: BoardId, rules: Rules, now: u64) -> Self {
        let all = Table { slot: all(), closed: None, entries: Vec::new() };
        Self {
            board,
            rules,
            version: 0,
            updated: now,
            floor: 0,
            tables: vec![all],
            asides: Vec::new(),
            seen: BTreeMap::new(),
            moderation: BTreeMap::new(),
        }
    }

    /// The board's time, when a clock shows this.
    pub fn now(&self, clock: u64) -> u64 {
        clock.max(self.floor)
    }

    fn changed(&mut self, now: u64) {
        self.version += 1;
        self.updated = self.updated.max(now);
    }
}

fn all() -> Slot {
    Slot { window: WindowName::all(), period: "all".to_owned(), times: [0; 4] }
}

fn closed() -> AppError {
    AppError::Closed { message: String::new().into() }
}

fn sum(a: i64, b: i64) -> Option<i64> {
    let sum = i128::from(a) + i128::from(b);
    (sum.abs() <= i128::from(Score::MAX)).then_some(sum as i64)
}

fn in_range(score: i64, low: Option<Score>, high: Option<Score>) -> bool {
    low.is_none_or(|low| score >= low.units()) && high.is_none_or(|high| score <= high.units())
}

fn set_metadata(entry: &mut Entry, change: &MetadataChange) {
    match change {
        MetadataChange::Keep => {}
        MetadataChange::Clear => entry.metadata = None,
        MetadataChange::Set(metadata) => entry.metadata = Some(metadata.clone()),
    }
}

fn percentile(index: usize, total: usize) -> f64 {
    100.0 * (total - index) as f64 / total as f64
}
