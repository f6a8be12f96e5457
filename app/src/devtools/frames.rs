//! How smoothly the page moves. Times are in milliseconds, from whenever the clock began.

use std::collections::VecDeque;

/// How far back is looked, in milliseconds.
const SPAN_MS: f64 = 1_000.0;
/// A frame that took longer, in milliseconds, is seen as a jerk.
const LONG_MS: f64 = 50.0;

/// The frames of the last second, and how many were long since the first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// When each was shown, and how long after the one before.
    shown: VecDeque<(f64, f64)>,
    last: Option<f64>,
    long: u32,
}

impl Frames {
    /// A frame is shown.
    pub fn show(&mut self, now: f64) {
        if let Some(last) = self.last.replace(now) {
            let length = now - last;
            self.long += u32::from(length > LONG_MS);
            self.shown.push_back((now, length));
        }
        while self.shown.front().is_some_and(|(at, _)| *at <= now - SPAN_MS) {
            self.shown.pop_front();
        }
    }

    /// Frames in the last second.
    pub fn per_second(&self) -> usize {
        self.shown.len()
    }

    /// The length of the longest of them.
    pub fn worst_ms(&self) -> f64 {
        self.shown.iter().map(|(_, length)| *length).fold(0.0, f64::max)
    }

    /// Long ones so far.
    pub fn long(&self) -> u32 {
        self.long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_second_counts_but_every_long_frame() {
        let mut frames = Frames::default();
        frames.show(0.0);
        assert_eq!((frames.per_second(), frames.worst_ms(), frames.long()), (0, 0.0, 0));
        for now in [20.0, 100.0, 150.0] {
            frames.show(now);
        }
        assert_eq!((frames.per_second(), frames.worst_ms(), frames.long()), (3, 80.0, 1));
        (1..=60).for_each(|n| frames.show(150.0 + 20.0 * f64::from(n)));
        assert_eq!((frames.per_second(), frames.worst_ms(), frames.long()), (50, 20.0, 1));
    }
}
