//! A player's standing in one period out of what happened: the same decisions as the store's, for what has to be decided anew.

use crate::valkey::functions::{
    Entry,
    change::ScoreEdit,
    log::{Put, Sent},
    read::Point,
};
use app::model::{Keep, MetadataChange, Rules, Score, TieOrder};
use std::{cmp::Ordering, collections::HashMap};

/// Entry attempts and moves stop counting at what 3 bytes hold.
pub(super) const MOST_COUNTED: u64 = (1 << 24) - 1;
/// What 6 order bytes hold, which versions are taken from where the last one to get there is ahead.
pub(super) const LAST_ORDER: u64 = (1 << 48) - 1;

/// A standing, as it goes on.
pub struct Course<'a> {
    rules: &'a Rules,
    /// Ranks and times of standings that there really were, by what orders them.
    known: HashMap<u64, (u64, u64)>,
    /// The entry now.
    pub entry: Option<Entry>,
    /// How many points the history had at the start, or since the entry was made anew.
    pub kept: u64,
    /// Those that came after them.
    pub points: Vec<Point>,
}

impl<'a> Course<'a> {
    /// From an entry on; `known`: entries that there really were.
    pub fn new<'b>(rules: &'a Rules, entry: Option<Entry>, known: impl Iterator<Item = &'b Entry>) -> Self {
        let known = known.map(|entry| (entry.order, (entry.rank, entry.reached_ms))).collect();
        let kept = entry.as_ref().map_or(0, |entry| entry.moves.saturating_sub(1));
        Self { rules, known, entry, kept, points: Vec::new() }
    }

    /// A submission that was written as this version.
    pub fn submit(&mut self, sent: &Sent, version: u64, at_ms: u64) {
        let reached_ms = sent.at_ms.filter(|at| *at < at_ms).unwrap_or(at_ms);
        let keep = self.rules.keep;
        let (mut key, mut columns) = (sent.key, sent.columns.clone());
        let mut moves = true;
        if let Some(old) = &self.entry {
            if keep == Keep::Sum {
                // What is too large for a sum is not counted.
                let Some(sums) = sums(old, sent) else { return };
                (key, columns) = sums;
            }
            let order = (key, &columns).cmp(&(old.key, &old.columns));
            moves = match keep {
                Keep::Best => order == Ordering::Less,
                Keep::First => false,
                Keep::Last | Keep::Sum => order != Ordering::Equal,
            };
        }
        if moves {
            self.go_to(key, columns, version, reached_ms);
        }
        let Some(entry) = &mut self.entry else { return };
        entry.attempts = (entry.attempts + 1).min(MOST_COUNTED);
        if moves || matches!(keep, Keep::Last | Keep::Sum) {
            match &sent.metadata {
                None => {}
                Some(metadata) => entry.metadata.clone_from(metadata),
            }
        }
    }

    /// A change by an operator that was written as this version.
    pub fn put(&mut self, put: &Put, version: u64, at_ms: u64) {
        let old = self.entry.as_ref();
        if old.is_none() && put.score == ScoreEdit::Keep {
            return;
        }
        let base = old.map_or(0, |old| old.key);
        let key = match put.score {
            ScoreEdit::Keep => base,
            ScoreEdit::Set(key) => key,
            ScoreEdit::Add(key) => base + key,
        };
        if key.abs() > Score::MAX {
            return;
        }
        let zeros = || vec![0; self.rules.tiebreaks.len()];
        let columns = put.columns.clone().or_else(|| old.map(|old| old.columns.clone())).unwrap_or_else(zeros);
        if old.is_none_or(|old| (old.key, &old.columns) != (key, &columns)) {
            self.go_to(key, columns, version, at_ms);
        }
        let Some(entry) = &mut self.entry else { return };
        match &put.metadata {
            MetadataChange::Keep => {}
            MetadataChange::Clear => entry.metadata.clear(),
            MetadataChange::Set(metadata) => metadata.as_str().clone_into(&mut entry.metadata),
        }
    }

    /// Forgets all but so many of the newest points.
    pub fn trim(&mut self, most: usize) {
        // Not each time: moving the others takes longer than keeping some.
        if self.points.len() > 2 * most {
            let dropped = self.points.len() - most;
            self.points.drain(..dropped);
            self.kept += dropped as u64;
        }
    }

    /// The entry is removed.
    pub fn remove(&mut self) {
        self.entry = None;
        self.kept = 0;
        self.points.clear();
    }

    fn go_to(&mut self, key: i64, columns: Vec<i64>, version: u64, reached_ms: u64) {
        let order = if self.rules.tie_order == TieOrder::Last { LAST_ORDER - version } else { version };
        let (rank, reached_ms) = self.known.get(&order).copied().unwrap_or((0, reached_ms));
        let new = match self.entry.take() {
            Some(old) => {
                self.points.push(Point { reached_ms: old.reached_ms, key: old.key, rank: old.rank, attempts: old.attempts });
                Entry { key, columns, order, rank, reached_ms, moves: (old.moves + 1).min(MOST_COUNTED), ..old }
            }
            None => Entry { key, columns, order, rank, reached_ms, moves: 1, attempts: 0, metadata: String::new() },
        };
        self.entry = Some(new);
    }
}

fn sums(old: &Entry, sent: &Sent) -> Option<(i64, Vec<i64>)> {
    let sum = |a: i64, b: i64| a.checked_add(b).filter(|sum| sum.abs() <= Score::MAX);
    let columns = old.columns.iter().zip(&sent.columns).map(|(a, b)| sum(*a, *b)).collect::<Option<_>>()?;
    Some((sum(old.key, sent.key)?, columns))
}
