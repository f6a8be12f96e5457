//! Times, and how they are distributed.

use hdrhistogram::Histogram;
use serde::{Serialize, Serializer, ser::SerializeStruct};
use std::{fmt, time::Duration};
use tokio::time::Instant;

/// The longest time that is told apart from longer ones: an hour, in µs.
const LONGEST: u64 = 3_600_000_000;

/// When a run began. Moments are kept as µs since then: four bytes, good for 71 minutes.
#[derive(Clone, Copy, Debug)]
pub struct Start(Instant);

impl Start {
    /// Now.
    pub fn now() -> Self {
        Self(Instant::now())
    }

    /// A moment, in µs.
    pub fn micros(self, moment: Instant) -> u32 {
        moment.saturating_duration_since(self.0).as_micros().try_into().unwrap_or(u32::MAX)
    }
}

/// Times, each to three digits, in little memory however many there are.
#[derive(Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    #[allow(clippy::expect_used, reason = "the bounds are right")]
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, LONGEST, 3).expect("bounds that fit each other"))
    }
}

impl Latencies {
    /// One more, in µs.
    pub fn add(&mut self, micros: u64) {
        self.0.saturating_record(micros);
    }

    /// One more.
    pub fn add_duration(&mut self, duration: Duration) {
        self.add(duration.as_micros().try_into().unwrap_or(u64::MAX));
    }

    /// All of these, too.
    pub fn join(&mut self, others: &Self) {
        // Both have the same bounds.
        let _ = self.0.add(&others.0);
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The smallest that this part of all does not exceed, in ms.
    pub fn ms(&self, part: f64) -> f64 {
        if self.0.is_empty() { 0.0 } else { self.0.value_at_quantile(part).min(self.0.max()) as f64 / 1e3 }
    }
}

impl fmt::Display for Latencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return write!(f, "none");
        }
        write!(f, "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", self.ms(0.5), self.ms(0.99), self.ms(1.0))
    }
}

impl Serialize for Latencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_struct("Latencies", 4)?;
        all.serialize_field("count", &self.count())?;
        all.serialize_field("p50Ms", &self.ms(0.5))?;
        all.serialize_field("p99Ms", &self.ms(0.99))?;
        all.serialize_field("maxMs", &self.ms(1.0))?;
        all.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_to_three_digits() {
        let mut all = Latencies::default();
        (1..=1_000).for_each(|ms| all.add_duration(Duration::from_millis(ms)));
        for (part, ms) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1_000.0)] {
            assert!((all.ms(part) / ms - 1.0).abs() < 0.001, "{part}: {}", all.ms(part));
        }
    }

    #[test]
    fn what_is_joined_is_as_if_it_was_one() {
        let (mut one, mut two) = (Latencies::default(), Latencies::default());
        one.add(1_000);
        two.add(9_000);
        two.add(u64::MAX);
        one.join(&two);
        assert_eq!(one.count(), 3);
        assert!((one.ms(0.5) - 9.0).abs() < 0.01);
        assert!((one.ms(1.0) - 3_600_000.0).abs() < 3_600.0, "longer ones count as the longest");
    }

    #[test]
    fn none_is_none() {
        assert_eq!(Latencies::default().to_string(), "none");
        assert_eq!(Latencies::default().count(), 0);
    }
}
