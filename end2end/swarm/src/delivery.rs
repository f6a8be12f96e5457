//! How long submissions take to viewers. The receipt may come after the frame that shows it, so it is computed when both are known.

use crate::{latency::Latencies, player::Change};
use serde::Serialize;

/// How long submissions took to viewers.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Viewers that this was seen at.
    pub viewers: usize,
    /// From when a submission was due until a viewer had the first state that holds it.
    pub from_due: Latencies,
    /// From when its receipt came (the server had sent it earlier) until then; nothing where the state came first.
    pub from_receipt: Latencies,
}

impl Delivery {
    /// Adds a viewer of the rows from `first` to `last`, with its states (version, µs) in the order they came. `changes` are in the order
    /// of their versions.
    pub fn add(&mut self, changes: &[Change], states: &[(u64, u32)], first: u64, last: u64) {
        self.viewers += 1;
        let mut states = rising(states).peekable();
        for change in changes.iter().filter(|change| (first..=last).contains(&change.rank)) {
            while states.next_if(|(version, _)| *version < change.version).is_some() {}
            let Some((_, when)) = states.peek() else { return };
            self.from_due.add(when.saturating_sub(change.due).into());
            self.from_receipt.add(when.saturating_sub(change.receipt).into());
        }
    }
}

/// Without states that are older than one before.
fn rising(states: &[(u64, u32)]) -> impl Iterator<Item = (u64, u32)> {
    let mut newest = 0;
    states.iter().copied().filter(move |(version, _)| {
        let rises = *version >= newest;
        newest = newest.max(*version);
        rises
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(due: u32, receipt: u32, version: u64, rank: u64) -> Change {
        Change { due, receipt, version, rank }
    }

    #[test]
    fn counts_until_the_first_state_that_holds_it() {
        let changes = [change(1_000, 3_000, 5, 1), change(2_000, 4_000, 7, 50), change(2_500, 4_000, 7, 51), change(9_000, 9_500, 9, 2)];
        // The second state holds two of them; the one beyond the page does not matter, and the last was never seen.
        let states = [(4, 500), (7, 12_000), (6, 13_000), (8, 14_000)];
        let mut delivery = Delivery::default();
        delivery.add(&changes, &states, 1, 50);
        assert_eq!(delivery.from_due.count(), 2);
        assert!((delivery.from_due.ms(1.0) - 11.0).abs() < 0.02);
        assert!((delivery.from_due.ms(0.5) - 10.0).abs() < 0.02);
        assert!((delivery.from_receipt.ms(1.0) - 9.0).abs() < 0.02);
    }

    #[test]
    fn a_state_may_come_before_the_receipt() {
        let mut delivery = Delivery::default();
        delivery.add(&[change(1_000, 9_000, 5, 1)], &[(5, 4_000)], 1, 50);
        assert!((delivery.from_due.ms(1.0) - 3.0).abs() < 0.01);
        assert!(delivery.from_receipt.ms(1.0) < 0.002);
    }
}
