//! The log: readable lines on a terminal, JSON everywhere else. The last lines stay at hand, for whoever looks for a fault.

use crate::telemetry::Traces;
use std::{
    collections::VecDeque,
    io::{self, IsTerminal, Write, stderr},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

/// Lines that stay at hand.
const KEPT: usize = 1_000;
/// The longest line that is kept whole, in bytes.
const LONGEST: usize = 2_000;
/// What only whoever reads the log itself is to know: the token that makes the first operator.
const WITHHELD: &str = "server::auth::setup";

static LAST: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Starts logging by `filter`, a level or levels by target, and tracing, if anybody does. The error says what is wrong with the filter.
pub fn init(filter: &str, traces: Option<&Traces>) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log {filter}: {error}"))?;
    let lines = fmt::layer().with_writer(|| Out);
    let lines = if stderr().is_terminal() { lines.boxed() } else { lines.json().flatten_event(true).boxed() };
    let started = registry().with(lines.with_filter(filter)).with(traces.map(Traces::layer)).try_init();
    started.map_err(|error| error.to_string())
}

/// The last lines of the log, oldest first.
pub fn last_lines() -> Vec<String> {
    last().iter().cloned().collect()
}

fn last() -> MutexGuard<'static, VecDeque<String>> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error, and the last lines of it.
struct Out;

impl Write for Out {
    /// One line: the subscriber writes each at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        keep(&String::from_utf8_lossy(line));
        stderr().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
    }
}

fn keep(line: &str) {
    if line.contains(WITHHELD) {
        return;
    }
    let mut last = last();
    if last.len() >= KEPT {
        last.pop_front();
    }
    last.push_back(line.trim_end().chars().take(LONGEST).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_lines_are_kept_and_no_token() {
        keep("INFO server::auth::setup: with this token, once: 0123");
        (0..KEPT + 5).for_each(|n| keep(&format!("line {n}\n")));
        let lines = last_lines();
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (KEPT, Some("line 1004")));
        assert!(lines.iter().all(|line| !line.contains("token")));
    }
}
