//! When what has not arrived is sent again, and when that ends.

use std::time::Duration;

/// The numbers of deliveries.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// How long after an attempt the next one follows; after the last one a delivery has failed. As Standard Webhooks has it.
    pub pauses: Vec<Duration>,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// For how long nothing may arrive before a webhook is switched off.
    pub patience: Duration,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

impl Default for Schedule {
    fn default() -> Self {
        let seconds = [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        Self { pauses: seconds.map(Duration::from_secs).into(), timeout: Duration::from_secs(15), patience: Duration::from_secs(72 * HOUR) }
    }
}

/// The longest that a receiver may ask us to wait.
const LONGEST_WISH: Duration = Duration::from_secs(24 * HOUR);

impl Schedule {
    /// How long after a failed attempt the next one follows, the receiver's wish heard; none if that was the last. A quarter of it is left
    /// to chance, so that what failed together does not come back together.
    pub fn pause(&self, attempts: usize, wish: Option<Duration>) -> Option<Duration> {
        let pause = *self.pauses.get(attempts.checked_sub(1)?)?;
        let pause = pause.mul_f64(0.875 + 0.25 * rand::random::<f64>());
        Some(pause.max(wish.unwrap_or_default().min(LONGEST_WISH)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let schedule = Schedule::default();
        for (attempts, pause) in schedule.pauses.iter().enumerate() {
            let chosen = schedule.pause(attempts + 1, None).unwrap();
            assert!((0.875..=1.125).contains(&chosen.div_duration_f64(*pause)), "{chosen:?} for {pause:?}");
        }
        assert_eq!(schedule.pause(schedule.pauses.len() + 1, None), None);
        let wished = |seconds| schedule.pause(1, Some(Duration::from_secs(seconds))).unwrap();
        assert_eq!(wished(60), Duration::from_secs(60));
        assert_eq!(wished(u64::MAX), LONGEST_WISH);
    }
}
