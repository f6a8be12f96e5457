//! The load generator: plays players that submit over HTTP and viewers that watch over sockets, measures both, and checks
//! that every viewer ends on what the server says.
//!
//! - `http`: a bare HTTP/1.1 connection
//! - `player`: submits; `viewer`: watches
//! - `report`: what came of it

mod http;
mod player;
mod report;
mod viewer;

use anyhow::{Context, Result};
use clap::Parser;
use std::{process::ExitCode, time::Duration};
use tokio::time::{Instant, sleep};

/// How long viewers may take to catch up when nothing is submitted any more.
const SETTLE: Duration = Duration::from_secs(5);

/// Plays thousands of players and viewers against a LeaderPort.
#[derive(Clone, Debug, Parser)]
#[command(name = "swarm", version)]
struct Options {
    /// Where LeaderPort is
    #[arg(long, default_value = "http://127.0.0.1:3000", value_parser = http::Server::parse)]
    url: http::Server,

    /// Players who submit
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    players: u32,

    /// Viewers who watch the first page
    #[arg(long, default_value_t = 200)]
    viewers: usize,

    /// Rows that a viewer watches
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100))]
    rows: u32,

    /// Submissions a second, all players together; 0: as many as are answered
    #[arg(long, default_value_t = 500)]
    rate: u32,

    /// How long, in seconds
    #[arg(long, default_value_t = 20)]
    seconds: u64,

    /// Submissions in one request
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    bulk: u32,

    /// HTTP connections that the players share
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    connections: u32,

    /// Makes the players' scores the same again
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Exit codes: 0 when every viewer ended on the server's state, 1 when one did not, or the run failed.
#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("swarm: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<bool> {
    let viewers = viewer::open_all(&options).await.context("the viewers can't watch")?;
    let started = Instant::now();
    let submissions = player::play(&options, started + Duration::from_secs(options.seconds)).await.context("the players can't submit")?;
    let took = started.elapsed();
    let wrong = settle(&options, &viewers).await?;
    let seen: Vec<_> = viewers.into_iter().map(viewer::Viewer::finish).collect();
    report::print(&options, &submissions, &seen, wrong, took);
    Ok(wrong == 0)
}

/// Waits until every viewer shows what the server says; returns how many still don't.
async fn settle(options: &Options, viewers: &[viewer::Viewer]) -> Result<usize> {
    let deadline = Instant::now() + SETTLE;
    loop {
        let state = http::Connection::open(&options.url).await?.leaderboard(options.rows).await?;
        let mut wrong = 0;
        for viewer in viewers {
            wrong += usize::from(!viewer.shows(&state));
        }
        if wrong == 0 || Instant::now() > deadline {
            return Ok(wrong);
        }
        sleep(Duration::from_millis(50)).await;
    }
}
