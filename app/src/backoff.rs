//! How long to wait before trying again.

/// The longest first pause, in milliseconds; each further one may be twice as long.
const FIRST_MS: f64 = 500.0;
/// The longest pause of all, in milliseconds.
const LONGEST_MS: f64 = 30_000.0;
/// The shortest pause, in milliseconds: trying again at once helps nobody.
const SHORTEST_MS: f64 = 50.0;

/// The pause after so many failures before this one, in milliseconds: exponential, with full jitter, so that those who were lost
/// together don't come back together. `random` lies between 0 and 1.
pub fn pause(failures: u32, random: f64) -> f64 {
    let doublings = i32::try_from(failures.min(16)).unwrap_or(16);
    let ceiling = (FIRST_MS * 2_f64.powi(doublings)).min(LONGEST_MS);
    SHORTEST_MS + random.clamp(0.0, 1.0) * (ceiling - SHORTEST_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn may_take_twice_as_long_each_time_up_to_half_a_minute() {
        let longest: Vec<f64> = (0..9).map(|failures| pause(failures, 1.0)).collect();
        assert_eq!(longest, [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0, 30_000.0]);
        assert_eq!(pause(u32::MAX, 1.0), LONGEST_MS);
        assert_eq!(pause(0, 0.0), SHORTEST_MS);
        assert_eq!(pause(u32::MAX, 0.0), SHORTEST_MS);
    }

    proptest! {
        #[test]
        fn lies_anywhere_between_the_shortest_and_the_longest(failures: u32, random in 0.0..1.0_f64, other in 0.0..1.0_f64) {
            let (one, longest) = (pause(failures, random), pause(failures, 1.0));
            prop_assert!((SHORTEST_MS..=longest).contains(&one));
            prop_assert!(longest <= LONGEST_MS);
            // All of it is used, evenly: the share of the range is the random number.
            prop_assert_eq!(random < other, one < pause(failures, other));
            prop_assert!(((one - SHORTEST_MS) / (longest - SHORTEST_MS) - random).abs() < 1e-9);
        }

        #[test]
        fn whatever_the_random_number_is_there_is_a_pause(failures: u32, random: f64) {
            let pause = pause(failures, random);
            prop_assert!(random.is_nan() || (SHORTEST_MS..=LONGEST_MS).contains(&pause));
        }
    }
}
