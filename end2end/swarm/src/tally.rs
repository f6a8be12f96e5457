//! What all viewers together received and went through: a few numbers, however many viewers there are.

use serde::Serialize;
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// What a message was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page, whole.
    Snapshot,
    /// A page, as what changed.
    Delta,
    /// A leaderboard of the plain feed.
    Whole,
    /// A player's standing.
    Me,
    /// Anything else.
    Other,
}

/// How often things happened, by what they were.
#[derive(Default)]
pub struct Counts(Mutex<BTreeMap<String, u64>>);

impl Counts {
    /// Once more.
    pub fn add(&self, what: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(what.into()).or_default() += 1;
    }

    /// All of them.
    pub fn all(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Counters that all viewers share.
#[derive(Default)]
pub struct Tally {
    frames: [AtomicU64; 5],
    bytes: [AtomicU64; 5],
    /// Sockets that were opened.
    connects: AtomicU64,
    /// Frames that did not fit what the viewer had.
    lost: AtomicU64,
    /// States that were older than the one before.
    backwards: AtomicU64,
    /// Why sockets could not be opened or used, and how they ended.
    pub troubles: Counts,
}

/// Messages of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Traffic {
    /// How many.
    pub frames: u64,
    /// Their payloads together.
    pub bytes: u64,
}

/// What was received up to a moment, or between two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// Pages, whole.
    pub snapshot: Traffic,
    /// Pages, as what changed.
    pub delta: Traffic,
    /// Leaderboards of the plain feed.
    pub whole: Traffic,
    /// Players' standings.
    pub me: Traffic,
    /// Anything else.
    pub other: Traffic,
}

impl Tally {
    /// A message of so many bytes.
    pub fn received(&self, kind: Kind, bytes: usize) {
        self.frames[kind as usize].fetch_add(1, Ordering::Relaxed);
        self.bytes[kind as usize].fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A socket was opened.
    pub fn connected(&self) {
        self.connects.fetch_add(1, Ordering::Relaxed);
    }

    /// A frame did not fit.
    pub fn lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// A state was older than the one before.
    pub fn went_back(&self) {
        self.backwards.fetch_add(1, Ordering::Relaxed);
    }

    /// How many sockets were opened, frames did not fit, and states were older than the one before.
    pub fn events(&self) -> (u64, u64, u64) {
        let [connects, lost, backwards] = [&self.connects, &self.lost, &self.backwards].map(|counter| counter.load(Ordering::Relaxed));
        (connects, lost, backwards)
    }

    /// What was received so far.
    pub fn so_far(&self) -> Received {
        let of = |kind: Kind| Traffic {
            frames: self.frames[kind as usize].load(Ordering::Relaxed),
            bytes: self.bytes[kind as usize].load(Ordering::Relaxed),
        };
        Received { snapshot: of(Kind::Snapshot), delta: of(Kind::Delta), whole: of(Kind::Whole), me: of(Kind::Me), other: of(Kind::Other) }
    }
}

impl Traffic {
    /// What came after an earlier moment.
    fn since(self, earlier: Self) -> Self {
        Self { frames: self.frames - earlier.frames, bytes: self.bytes - earlier.bytes }
    }

    /// Bytes of a message, on average.
    pub fn mean(self) -> f64 {
        if self.frames == 0 { 0.0 } else { self.bytes as f64 / self.frames as f64 }
    }
}

impl Received {
    /// What came after an earlier moment.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            snapshot: self.snapshot.since(earlier.snapshot),
            delta: self.delta.since(earlier.delta),
            whole: self.whole.since(earlier.whole),
            me: self.me.since(earlier.me),
            other: self.other.since(earlier.other),
        }
    }

    /// All kinds together.
    pub fn all(self) -> Traffic {
        let kinds = [self.snapshot, self.delta, self.whole, self.me, self.other];
        Traffic { frames: kinds.iter().map(|kind| kind.frames).sum(), bytes: kinds.iter().map(|kind| kind.bytes).sum() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_between_two_moments() {
        let tally = Tally::default();
        tally.received(Kind::Snapshot, 1_000);
        let before = tally.so_far();
        tally.received(Kind::Delta, 100);
        tally.received(Kind::Delta, 50);
        tally.received(Kind::Me, 7);
        let between = tally.so_far().since(before);
        assert_eq!(between.snapshot, Traffic::default());
        assert_eq!(between.delta, Traffic { frames: 2, bytes: 150 });
        assert_eq!(between.all(), Traffic { frames: 3, bytes: 157 });
        assert!((between.delta.mean() - 75.0).abs() < 1e-9);
    }
}
