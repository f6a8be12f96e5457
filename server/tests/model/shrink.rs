//! Histories as proptest wants them: drawn by chance, and made shorter when they fail.

use crate::{
    chance::{rules, start, turn},
    steps::{Step, Turn},
};
use app::model::{RankMode, RulesChange};
use proptest::{
    collection::vec,
    strategy::{NewTree, Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::ops::Range;

/// Steps of a history.
const STEPS: usize = 300;

/// A board and what happens on it.
#[derive(Clone, Debug)]
pub struct History {
    pub rules: RulesChange,
    pub start: u64,
    pub turns: Vec<Turn>,
}

#[derive(Debug)]
pub struct Histories {
    pub mode: RankMode,
}

impl Strategy for Histories {
    type Tree = Shorter;
    type Value = History;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let rules = rules(self.mode).new_tree(runner)?.current();
        let start = start().new_tree(runner)?.current();
        let turns = vec(turn(), STEPS).new_tree(runner)?.current();
        let size = turns.len();
        Ok(Shorter { best: History { rules, start, turns }, tried: None, size, end: size, bulk: None })
    }
}

/// Leaves out runs of steps, long ones first, from the end on; then, in the same way, submissions of calls with many.
pub struct Shorter {
    /// The shortest that fails.
    best: History,
    /// What is left out of it to see whether it still does.
    tried: Option<Range<usize>>,
    size: usize,
    end: usize,
    /// The call whose submissions it is about; after all steps themselves.
    bulk: Option<usize>,
}

impl Shorter {
    fn next(&mut self) -> bool {
        if self.end == 0 {
            self.size /= 2;
            self.end = self.best.len(self.bulk);
        }
        if self.size == 0 || self.end == 0 {
            return self.next_bulk();
        }
        let start = self.end.saturating_sub(self.size);
        self.tried = Some(start..self.end);
        self.end = start;
        true
    }

    fn next_bulk(&mut self) -> bool {
        let next = self.bulk.map_or(0, |bulk| bulk + 1);
        self.bulk = (next..self.best.turns.len()).find(|at| matches!(self.best.turns[*at].step, Step::Bulk(_)));
        self.tried = None;
        if self.bulk.is_none() {
            return false;
        }
        self.end = self.best.len(self.bulk);
        self.size = self.end;
        self.next()
    }
}

impl History {
    fn len(&self, bulk: Option<usize>) -> usize {
        match bulk.map(|at| &self.turns[at].step) {
            Some(Step::Bulk(sent)) => sent.len(),
            _ => self.turns.len(),
        }
    }
}

impl ValueTree for Shorter {
    type Value = History;

    fn current(&self) -> History {
        let mut history = self.best.clone();
        if let Some(tried) = self.tried.clone() {
            match self.bulk.map(|at| &mut history.turns[at].step) {
                Some(Step::Bulk(sent)) => drop(sent.drain(tried)),
                _ => drop(history.turns.drain(tried)),
            }
        }
        history
    }

    fn simplify(&mut self) -> bool {
        self.best = self.current();
        self.tried = None;
        self.next()
    }

    fn complicate(&mut self) -> bool {
        self.tried = None;
        self.next()
    }
}
