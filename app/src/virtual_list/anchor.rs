//! Keeping the place: whoever reads in the middle of a board goes on reading the same rows when others come in above.

/// By how many places the rows that were seen have moved, if more than half of those that are still known have moved by the same
/// number; never 0. `before` are the rows that were seen, each with what it is known by; `after` tells where one is now.
pub fn shift<K>(before: &[(u64, K)], after: impl Fn(&K) -> Option<u64>) -> Option<i64> {
    let mut moves: Vec<i64> =
        before.iter().filter_map(|(place, key)| after(key).map(|now| now.wrapping_sub(*place).cast_signed())).collect();
    moves.sort_unstable();
    // More than half of them are the same only if the one in the middle is among them.
    let middle = *moves.get(moves.len() / 2)?;
    let agree = moves.iter().filter(|by| **by == middle).count();
    (middle != 0 && agree * 2 > moves.len()).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn moved(by: &[Option<i64>]) -> Option<i64> {
        let before: Vec<(u64, usize)> = by.iter().enumerate().map(|(at, _)| (1_000 + at as u64, at)).collect();
        shift(&before, |at| by[*at].map(|by| (1_000 + *at as u64).strict_add_signed(by)))
    }

    proptest! {
        #[test]
        fn follows_the_majority(by in prop::collection::vec(prop::option::weighted(0.8, -3..3_i64), 0..12)) {
            let known: Vec<i64> = by.iter().copied().flatten().collect();
            let most = (-3..3).find(|by| known.iter().filter(|known| *known == by).count() * 2 > known.len());
            prop_assert_eq!(moved(&by), most.filter(|by| *by != 0));
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
}
