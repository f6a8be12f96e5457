//! The proof of the ranking engine: what it says, compared with a naive model that sorts and counts, over a real Valkey.
//!
//! - [`naive`]: the model, and [`calendar`] its periods
//! - [`play`]: plays a history of operations on both and compares every answer
//! - [`histories`]: random boards and random histories · [`special`]: cases that chance seldom finds · [`time`]: periods and clocks
//! - [`concurrency`]: many at once · [`log`]: what was done can be undone from it
//! - [`valkey`]: the Valkey that all of them share

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on fails")]

mod calendar;
mod concurrency;
mod histories;
mod log;
mod naive;
mod play;
mod special;
mod time;
mod valkey;
