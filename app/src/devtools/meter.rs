//! How much goes over the socket.

use std::collections::VecDeque;

/// Over how long a rate is taken, in milliseconds.
const SPAN_MS: f64 = 1_000.0;

/// Messages and bytes, either way.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Messages from the server.
    pub messages_in: f64,
    /// Their bytes.
    pub bytes_in: f64,
    /// Messages to the server.
    pub messages_out: f64,
    /// Their bytes.
    pub bytes_out: f64,
}

impl Traffic {
    /// What came on top of an earlier state, each second.
    fn rate_since(self, before: Self, seconds: f64) -> Self {
        Self {
            messages_in: (self.messages_in - before.messages_in) / seconds,
            bytes_in: (self.bytes_in - before.bytes_in) / seconds,
            messages_out: (self.messages_out - before.messages_out) / seconds,
            bytes_out: (self.bytes_out - before.bytes_out) / seconds,
        }
    }
}

/// Makes rates of totals that are read now and then.
#[derive(Debug, Default)]
pub struct Meter {
    /// Readings, oldest first: one that is a second old, where there is one, and all after it.
    readings: VecDeque<(f64, Traffic)>,
}

impl Meter {
    /// Takes the total at `now`, in milliseconds; how much it grew each second of late.
    pub fn read(&mut self, now: f64, total: Traffic) -> Traffic {
        self.readings.push_back((now, total));
        while self.readings.get(1).is_some_and(|(at, _)| *at <= now - SPAN_MS) {
            self.readings.pop_front();
        }
        match self.readings.front() {
            Some((at, before)) if *at < now => total.rate_since(*before, (now - at) / 1_000.0),
            _ => Traffic::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_of_the_last_second_however_often_it_is_read() {
        let total = |n: f64| Traffic { messages_in: n, bytes_in: 10.0 * n, messages_out: 0.0, bytes_out: 0.0 };
        let mut meter = Meter::default();
        assert_eq!(meter.read(0.0, total(7.0)), Traffic::default());
        assert_eq!(meter.read(500.0, total(17.0)), total(20.0));
        assert_eq!(meter.read(1_000.0, total(17.0)), total(10.0));
        assert_eq!(meter.read(1_500.0, total(17.0)), total(0.0));
        assert_eq!(meter.read(3_500.0, total(21.0)), total(2.0));
    }
}
