//! The log: readable lines on a terminal, JSON everywhere else.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging by `filter`, a level or levels by target. The error says what is wrong with it.
pub fn init(filter: &str) -> Result<(), String> {
    let filter = EnvFilter::try_new(filter).map_err(|error| format!("--log {filter}: {error}"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() { builder.try_init() } else { builder.json().flatten_event(true).try_init() };
    started.map_err(|error| error.to_string())
}
