//! Runs that were not played, but taken from one that was: anybody is handed the taps of another run to race.

use app::game::TICKS_PER_SECOND;

/// Taps below which a run says too little of who played it: two may be alike by chance.
const FEWEST: usize = 12;
/// Of so many taps all but one may be others, and it is a copy still.
const PARTS: usize = 10;
/// How much earlier or later all taps of a copy may be, in ticks: 100 ms.
const SHIFT: i64 = TICKS_PER_SECOND as i64 / 10;

/// Whether a run's taps are those of another one, but for one in ten: at the same ticks, or all of them earlier or later by the same. Two who
/// play the same game well still are some ticks apart at most of them.
pub fn is_copy(taps: &[u32], other: &[u32]) -> bool {
    let most = taps.len().max(other.len());
    if taps.len().min(other.len()) < FEWEST {
        return false;
    }
    // How many pairs of taps are apart by each shift.
    let mut apart = [0; 2 * SHIFT as usize + 1];
    let mut first = 0;
    for tap in taps.iter().copied().map(i64::from) {
        let by = |of: &u32| i64::from(*of) - tap + SHIFT;
        first += other[first..].iter().take_while(|of| by(of) < 0).count();
        for by in other[first..].iter().map(by).take_while(|by| *by <= 2 * SHIFT) {
            apart[by.unsigned_abs() as usize] += 1;
        }
    }
    apart.into_iter().any(|same: usize| same * PARTS >= most * (PARTS - 1))
}

/// What stands for how a run was played, whenever it began: the same for whoever sends it again. None for one that is too short.
pub fn print(taps: &[u32]) -> Option<Vec<u8>> {
    // FNV-1a (Fowler, Noll and Vo). Whoever makes two runs look alike has only their own refused.
    let gaps = taps.windows(2).flat_map(|pair| (pair[1] - pair[0]).to_le_bytes());
    let hash = gaps.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (taps.len() >= FEWEST).then(|| hash.to_be_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_known_and_what_is_only_alike_is_none() {
        let played: Vec<u32> = (1..40).map(|tap| tap * 61 + tap % 7).collect();
        let change = |every: usize, by: u32| -> Vec<u32> {
            played.iter().enumerate().map(|(at, tap)| if at % every == 0 { tap + by } else { *tap }).collect()
        };
        let moved: Vec<u32> = played.iter().map(|tap| tap + 3).collect();
        assert!(is_copy(&played, &played) && is_copy(&moved, &played) && is_copy(&played, &moved));
        assert!(is_copy(&change(13, 1), &played), "three of 39");
        assert!(is_copy(&played[..36], &played) && is_copy(&played[3..], &played), "some left out");
        assert!(!is_copy(&change(5, 1), &played), "eight of 39");
        assert!(!is_copy(&played[..34], &played), "five left out");
        let apart: Vec<u32> = played.iter().enumerate().map(|(at, tap)| tap + (at as u32 * 5) % 4).collect();
        assert!(!is_copy(&apart, &played), "up to three ticks apart");
        assert!(!is_copy(&played[..11], &played[..11]) && !is_copy(&[], &[]), "too short");
        assert_eq!((print(&moved), print(&played[..11])), (print(&played), None));
        assert_ne!(print(&apart), print(&played));
    }
}
