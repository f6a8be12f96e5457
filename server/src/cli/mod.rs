//! Subcommands that talk to a LeaderPort which runs, over HTTP, as anybody could.
//!
//! - [`client`]: requests and what they answer · [`import`], [`export`], [`boards`], [`bench_data`]: one subcommand each

mod bench_data;
mod boards;
mod client;
mod export;
mod import;

use anyhow::Result;
use clap::Subcommand;

/// What can be done from a shell.
#[derive(Debug, Subcommand)]
pub enum Tool {
    /// Send a file of entries or submissions (NDJSON or CSV) to a board; sent again, it counts once
    Import(import::Arguments),
    /// Write all entries of a board, or of one of its periods, as NDJSON or CSV
    Export(export::Arguments),
    /// List the boards
    Boards(boards::Arguments),
    /// Write made-up entries as NDJSON, the same ones each time
    BenchData(bench_data::Arguments),
}

/// Does it.
pub fn run(tool: &Tool) -> Result<()> {
    match tool {
        Tool::Import(arguments) => import::run(arguments),
        Tool::Export(arguments) => export::run(arguments),
        Tool::Boards(arguments) => boards::run(arguments),
        Tool::BenchData(arguments) => bench_data::run(arguments),
    }
}
