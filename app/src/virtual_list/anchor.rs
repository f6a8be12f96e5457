//! Keeping the place: whoever reads in the middle of a board goes on reading the same rows when others come in above.

use std::ops::Range;

/// How many changes the rows that were seen are remembered for, while they do not agree on how far they have moved. What is seen may
/// come in parts, one change each: until the last of them some rows are where they were, and some are not.
const PATIENCE: u8 = 4;

/// Remembers which rows are seen, to tell whether they were moved. `K` is what a row is known by.
#[derive(Debug)]
pub struct Anchor<K> {
    /// The rows, from 0, that were seen then.
    seen: Range<u64>,
    /// Those of them that were known, each with its place then.
    rows: Vec<(u64, K)>,
    /// Changes since then.
    changes: u8,
}

impl<K> Default for Anchor<K> {
    fn default() -> Self {
        Self { seen: 0..0, rows: Vec::new(), changes: 0 }
    }
}

impl<K> Anchor<K> {
    /// Called before the rows change, with the rows, from 0, that are `seen`: unless they are still in question, `rows` are those that
    /// are known of them, each with its place.
    pub fn hold(&mut self, seen: Range<u64>, rows: impl FnOnce() -> Vec<(u64, K)>) {
        if self.changes == 0 || self.changes >= PATIENCE || self.seen != seen {
            *self = Self { seen, rows: rows(), changes: 0 };
        }
        self.changes += 1;
    }

    /// Called after they have changed: by how many places the list has to be moved for the same rows to be seen, if at all; never 0.
    /// That is so if more than half of those that are still known have moved by the same number, the first of them too: what comes in
    /// or goes below that one moves the others, as it should. `now` tells where a row is.
    pub fn shift(&mut self, now: impl Fn(&K) -> Option<u64>) -> Option<i64> {
        let moves: Vec<i64> =
            self.rows.iter().filter_map(|(place, key)| now(key).map(|now| now.wrapping_sub(*place).cast_signed())).collect();
        let first = moves.first().copied().unwrap_or(0);
        let agree = moves.iter().filter(|by| **by == first).count();
        let shift = (first != 0 && agree * 2 > moves.len()).then_some(first);
        // Nothing is in question any more, or nothing was known.
        if shift.is_some() || agree == moves.len() {
            self.changes = 0;
        }
        shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An anchor that holds rows from 1,000 on, as many as `by`, and where each of them has come.
    fn held(anchor: &mut Anchor<usize>, count: usize) {
        anchor.hold(999..999 + count as u64, || (0..count).map(|at| (1_000 + at as u64, at)).collect());
    }

    fn shift(anchor: &mut Anchor<usize>, by: &[Option<i64>]) -> Option<i64> {
        anchor.shift(|at| by[*at].map(|by| (1_000 + *at as u64).strict_add_signed(by)))
    }

    fn moved(by: &[Option<i64>]) -> Option<i64> {
        let mut anchor = Anchor::default();
        held(&mut anchor, by.len());
        shift(&mut anchor, by)
    }

    proptest! {
        #[test]
        fn follows_the_first_and_the_majority(by in prop::collection::vec(prop::option::weighted(0.8, -3..3_i64), 0..12)) {
            let known: Vec<i64> = by.iter().copied().flatten().collect();
            let most = (-3..3).find(|by| known.iter().filter(|known| *known == by).count() * 2 > known.len());
            prop_assert_eq!(moved(&by), most.filter(|by| *by != 0 && known.first() == Some(by)));
        }

        /// Twelve rows over the border of two pages, which come one after the other, in either order.
        #[test]
        fn waits_for_the_other_page(on_first in 1..12_usize, by in 1..9_i64, second_comes_first: bool) {
            let mut anchor = Anchor::default();
            held(&mut anchor, 12);
            let half = |at: usize| if (at < on_first) != second_comes_first { Some(by) } else { Some(0) };
            let shifted = shift(&mut anchor, &(0..12).map(half).collect::<Vec<_>>());
            // Where most of what is seen is on the page that came, the list has moved.
            prop_assert_eq!(shifted, (!second_comes_first && on_first > 6).then_some(by));
            if shifted.is_none() {
                held(&mut anchor, 12);
                prop_assert_eq!(shift(&mut anchor, &[Some(by); 12]), Some(by));
            }
        }
    }

    #[test]
    fn one_who_overtakes_moves_nobody() {
        assert_eq!(moved(&[Some(1), Some(1), Some(1), Some(-2)]), Some(1));
        assert_eq!(moved(&[Some(0), Some(0), Some(1), Some(1), Some(0)]), None);
        // Exactly half is not more than half.
        assert_eq!(moved(&[Some(2), Some(2), Some(0), Some(0)]), None);
        assert_eq!((moved(&[]), moved(&[None, None]), moved(&[None, Some(-7)])), (None, None, Some(-7)));
    }

    #[test]
    fn does_not_remember_for_ever() {
        let apart = [Some(1), Some(0), Some(0)];
        let mut anchor = Anchor::default();
        for _ in 0..PATIENCE {
            held(&mut anchor, 3);
            assert_eq!(shift(&mut anchor, &apart), None);
        }
        // Looked at anew: those are their places now.
        anchor.hold(999..1_002, || vec![(1_001, 0), (1_001, 1), (1_002, 2)]);
        assert_eq!(shift(&mut anchor, &[Some(1), Some(0), Some(0)]), None);
        // What was not known is looked at anew.
        let mut anchor = Anchor::default();
        anchor.hold(999..1_002, Vec::new);
        assert_eq!(anchor.shift(|_| None), None);
        held(&mut anchor, 3);
        assert_eq!(shift(&mut anchor, &[Some(2); 3]), Some(2));
        // Whoever scrolls sees other rows.
        held(&mut anchor, 3);
        anchor.hold(1_999..2_000, || vec![(2_000, 0)]);
        assert_eq!(anchor.shift(|_| Some(2_003)), Some(3));
    }
}
