//! The log: readable lines on a terminal, JSON everywhere else. The last lines stay at hand, for whoever looks for a fault.

use crate::telemetry::Traces;
use std::{
    collections::VecDeque,
    io::{self, IsTerminal, Write, stderr},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::ParseError,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

/// Lines that stay at hand.
const KEPT: usize = 1_000;
/// The longest line that is kept whole, in characters.
const LONGEST: usize = 2_000;
/// What only whoever reads the log itself is to know, and is told however little is logged: the token that makes the first operator.
const WITHHELD: &str = "server::auth::setup";

static LAST: Mutex<VecDeque<String>> = Mutex::new(VecDeque::new());

/// Starts logging by `filter`, a level or levels by target, and tracing, if anybody does. The error says what is wrong with the filter.
pub fn init(filter: &str, traces: Option<&Traces>) -> Result<(), String> {
    let wrong = |error: &dyn std::fmt::Display| format!("--log {filter}: {error}");
    let filter = EnvFilter::try_new(filter).map_err(|error| wrong(&error))?;
    let filter = filter.add_directive(format!("{WITHHELD}=info").parse().map_err(|error: ParseError| wrong(&error))?);
    let lines = fmt::layer().with_writer(Lines);
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

/// Whether a line stays at hand: one that is shown to others must not say who plays, as those below this level may (a request's path has names in it).
fn is_kept(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO && metadata.target() != WITHHELD
}

/// Makes what lines are written to.
struct Lines;

impl MakeWriter<'_> for Lines {
    type Writer = Out;

    /// What is not known is not kept.
    fn make_writer(&self) -> Out {
        Out { is_kept: false }
    }

    fn make_writer_for(&self, metadata: &Metadata<'_>) -> Out {
        Out { is_kept: is_kept(metadata) }
    }
}

/// Standard error, and the last lines of it.
struct Out {
    is_kept: bool,
}

impl Write for Out {
    /// One line: the subscriber writes each at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.is_kept {
            keep(&String::from_utf8_lossy(line));
        }
        stderr().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        stderr().flush()
    }
}

fn keep(line: &str) {
    let mut last = last();
    if last.len() >= KEPT {
        last.pop_front();
    }
    last.push_back(line.trim_end().chars().take(LONGEST).collect());
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::{debug, info, subscriber::with_default, trace};

    #[test]
    fn the_last_lines_stay_at_hand_but_neither_a_token_nor_who_plays() {
        (0..KEPT + 5).for_each(|n| keep(&format!("line {n}\n")));
        keep(&"é".repeat(LONGEST + 1));
        let lines = last_lines();
        assert_eq!((lines.len(), lines[0].as_str(), lines[KEPT - 1].chars().count()), (KEPT, "line 6", LONGEST));
        let lines = fmt::layer().with_writer(Lines).with_ansi(false);
        with_default(registry().with(lines), || {
            info!(target: "server::auth::setup", "with this token, once: 0123");
            debug!(http.path = "/api/boards/main/entries/a-player", "request");
            trace!("of a-player, too");
            info!("a line that is kept");
        });
        let lines = last_lines().join("\n");
        assert!(lines.ends_with("a line that is kept"), "{lines}");
        assert!(!lines.contains("token") && !lines.contains("a-player"), "{lines}");
    }
}
