//! The load generator: plays players that submit over HTTP and viewers that watch over sockets, measures both, and checks all the time
//! that every viewer shows what the server says.
//!
//! - [`options`]: the command line · [`run`]: a run, from its beginning to its end
//! - [`http`]: a bare HTTP/1.1 connection · [`api`]: what is asked over it · [`metrics`]: what the server counts
//! - [`player`]: submits · [`viewer`]: watches · [`chaos`]: what goes wrong on the way · [`storm`]: all come back at once
//! - [`truth`]: is each version right? · [`check`]: is all right at the end?
//! - [`latency`], [`delivery`], [`tally`]: what is measured · [`process`], [`usage`]: other processes, and what they use
//! - [`report`]: what came of it

mod api;
mod chaos;
mod check;
mod delivery;
mod http;
mod latency;
mod metrics;
mod options;
mod player;
mod process;
mod report;
mod run;
mod storm;
mod tally;
mod truth;
mod usage;
mod viewer;

use clap::Parser;
use options::Options;
use std::process::ExitCode;

/// Exit codes: 0 when all was as it must be, 1 when it was not, or the run failed.
#[tokio::main]
async fn main() -> ExitCode {
    match run::run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("swarm: {error:#}");
            ExitCode::FAILURE
        }
    }
}
