//! The live feed under stress: the real program, a real Valkey, real sockets, and clients that check what they are shown.
//!
//! Every scenario draws what it does from a seed. Each prints how to play it again when it fails: `STRESS_SEED=… cargo test -p server --test
//! stress <name>`. In all of them frames must fit what a client has, versions must not go back, what a client showed at a version must be what
//! `GET` says of that version, and in the end every client must show what `GET` says then.
//!
//! - [`stage`]: servers, players and the checks · [`viewer`], [`events`]: clients · [`truth`]: what `GET` said of each version
//! - [`joins`], [`pages`], [`rules`], [`moderation`], [`periods`], [`profiles`]: what happens on boards and to views
//! - [`readers`], [`malformed`], [`refused`]: what clients do · [`resume`], [`outages`], [`servers`], [`churn`]: what happens to connections

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on fails")]

#[allow(dead_code, reason = "shared with the other tests, which need more of it")]
#[path = "../it/client.rs"]
mod client;
#[allow(dead_code, reason = "shared with the other tests, which need more of it")]
#[path = "../it/harness.rs"]
mod harness;

mod churn;
mod events;
mod joins;
mod malformed;
mod moderation;
mod outages;
mod pages;
mod periods;
mod profiles;
mod readers;
mod refused;
mod resume;
mod rules;
mod servers;
mod stage;
mod truth;
mod viewer;
