//! The proof of the ranking engine: what it says, compared with a naive model that sorts and counts, over a real Valkey.
//!
//! - [`naive`]: the model, and [`calendar`]: its calendar
//! - [`play`]: plays a history on both and compares every answer; [`steps`]: what a history is made of
//! - [`histories`]: random histories on random boards; [`chance`]: what they are drawn from, [`shrink`]: how they get shorter
//! - [`concurrency`]: many at once · [`log`]: what was done can be undone from it
//! - [`undo`]: undo and rollback · [`review`]: submissions that wait, [`gains`]: of whom gains too much
//! - [`special`]: cases that chance seldom finds · [`time`]: periods and clocks
//! - [`valkey`]: the Valkey that all of them share

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on fails")]

mod calendar;
mod chance;
mod concurrency;
mod gains;
mod histories;
mod log;
mod naive;
mod play;
mod review;
mod shrink;
mod special;
mod steps;
mod time;
mod undo;
mod valkey;
