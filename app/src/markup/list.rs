//! Which items of a list have to be put elsewhere when it is in another order.

/// Of places in the former order, as they come in the new one, the most that can stay where they are: those of a longest rising
/// sequence (by patience sorting). Whether each of them is one.
pub fn staying(places: &[usize]) -> Vec<bool> {
    // The last of the best sequence of each length, by index, and who is before each in the best one that it ends.
    let (mut ends, mut before) = (Vec::<usize>::new(), vec![None; places.len()]);
    for (index, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before[index] = length.checked_sub(1).map(|last| ends[last]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        stays[index] = true;
        next = before[index];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::staying;
    use proptest::prelude::*;

    fn stay(places: &[usize]) -> Vec<usize> {
        places.iter().zip(staying(places)).filter(|(_, stays)| *stays).map(|(place, _)| *place).collect()
    }

    #[test]
    fn who_rises_moves_and_nobody_else() {
        assert_eq!(stay(&[3, 0, 1, 2]), [0, 1, 2]);
        assert_eq!(stay(&[1, 2, 3, 0]), [1, 2, 3]);
        assert_eq!(stay(&[]), Vec::<usize>::new());
    }

    /// The length of the longest rising sequence, by trying every way.
    fn longest(places: &[usize], above: Option<usize>) -> usize {
        let Some((first, rest)) = places.split_first() else { return 0 };
        let without = longest(rest, above);
        if above.is_some_and(|above| *first <= above) { without } else { without.max(1 + longest(rest, Some(*first))) }
    }

    proptest! {
        #[test]
        fn as_many_stay_as_can(places in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle(), len in 0..10_usize) {
            let places = &places[..len.min(places.len())];
            let staying = stay(places);
            prop_assert!(staying.is_sorted());
            prop_assert_eq!(staying.len(), longest(places, None));
        }
    }
}
