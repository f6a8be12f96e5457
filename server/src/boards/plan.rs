//! Which periods the submissions of one call count in.

use super::board::Loaded;
use crate::valkey::functions::Target;

/// Sets of periods in one call. Late submissions have sets of their own; should there be more, the rest waits for the next call.
const SETS: usize = 32;
/// Periods that one call touches at most: they are numbered by a byte, from 1.
const TARGETS: usize = 255;

/// The periods of a batch.
pub struct Periods {
    /// The periods that are touched, `all` first.
    pub targets: Vec<Target>,
    /// Sets of them, by their places; the first is that of submissions of now.
    pub sets: Vec<Vec<u8>>,
    /// For each submission its set, as far as one call takes them.
    pub set_of: Vec<u8>,
}

impl Periods {
    /// Finds the periods for submissions of these times.
    pub fn plan(times: impl Iterator<Item = Option<u64>>, loaded: &Loaded, now_ms: u64) -> Self {
        let targets = loaded.current(now_ms);
        let sets = vec![(0..targets.len() as u8).collect()];
        let mut plan = Self { targets, sets, set_of: Vec::new() };
        for at in times {
            let set = match at {
                Some(at) if at < now_ms => plan.late(loaded.at(at, now_ms)),
                _ => Some(0),
            };
            match set {
                Some(set) => plan.set_of.push(set),
                None => break,
            }
        }
        plan
    }

    /// The set of these periods, added if it is new; `None` if there is no room for it.
    fn late(&mut self, targets: Vec<Target>) -> Option<u8> {
        let is_new = |target: &&Target| !self.targets.iter().any(|known| known.label == target.label);
        if self.targets.len() + targets.iter().filter(is_new).count() > TARGETS {
            return None;
        }
        let set: Vec<u8> = targets
            .into_iter()
            .map(|target| {
                let known = self.targets.iter().position(|known| known.label == target.label);
                known.unwrap_or_else(|| {
                    self.targets.push(target);
                    self.targets.len() - 1
                }) as u8
            })
            .collect();
        if let Some(known) = self.sets.iter().position(|known| *known == set) {
            return Some(known as u8);
        }
        if self.sets.len() == SETS {
            return None;
        }
        self.sets.push(set);
        Some(self.sets.len() as u8 - 1)
    }
}
