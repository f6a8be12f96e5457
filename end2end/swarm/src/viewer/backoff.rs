use rand::{Rng, RngExt};
use std::time::Duration;

/// The most that the first pause can be.
const FIRST: Duration = Duration::from_millis(500);
/// The most that any pause can be.
const LONGEST: Duration = Duration::from_secs(30);

/// When to try again: each time within twice as long, at any moment of it ("full jitter"), so that those who were lost together don't
/// come back together.
pub struct Backoff {
    most: Duration,
}

impl Backoff {
    /// Nothing has gone wrong yet.
    pub fn new() -> Self {
        Self { most: FIRST }
    }

    /// How long to wait this time.
    pub fn next(&mut self, random: &mut impl Rng) -> Duration {
        let pause = self.most.mul_f64(random.random());
        self.most = (self.most * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::SmallRng};

    #[test]
    fn pauses_grow_to_an_end() {
        let mut random = SmallRng::seed_from_u64(1);
        let mut longest = [Duration::ZERO; 10];
        for _ in 0..1_000 {
            let mut backoff = Backoff::new();
            longest.iter_mut().for_each(|longest| *longest = backoff.next(&mut random).max(*longest));
        }
        for (at, longest) in longest.iter().enumerate() {
            let most = (FIRST * 2_u32.pow(at as u32)).min(LONGEST);
            assert!(*longest <= most && *longest > most.mul_f64(0.9), "{at}: {longest:?} of {most:?}");
        }
    }
}
