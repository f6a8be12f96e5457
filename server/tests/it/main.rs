//! The real program over a real Valkey, through its public door.
//!
//! Most tests run `server::run` on port 0 over one Valkey that they share, each with a key prefix of its own; what is about
//! the process itself (signals, exit codes, the embedded Valkey) runs the built binary.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that can't go on fails")]

mod admin;
mod asvs;
mod auth;
mod authenticator;
mod bad_input;
mod boards;
mod browser;
mod client;
mod cluster;
mod combine;
mod conditional;
mod contract;
mod demo;
mod either_end;
mod embeds;
mod entries;
mod envelope;
mod find;
mod forms;
mod freeze;
mod functions;
#[allow(dead_code, reason = "shared with the tests of the live feed, which need more of it")]
mod harness;
mod hidden;
mod html;
mod jobs;
mod judged;
mod languages;
mod limits;
mod live;
mod me;
mod metrics;
mod moderation;
mod names;
mod offline;
mod og;
mod order;
mod outage;
mod over_time;
mod own_pages;
mod pages;
mod periods;
mod players;
mod program;
mod quick_start;
mod replay;
mod review;
mod runs;
mod settings;
mod standings;
mod submit;
mod telemetry;
mod transfer;
mod undo;
mod webhooks;
