//! The command line.

use crate::{chaos::Kind, http::Server};
use app::protocol::{Format, PAGE_ROWS};
use clap::{Parser, ValueEnum};
use serde::Serialize;
use std::{path::PathBuf, time::Duration};

/// How long viewers may take to catch up when nothing is submitted any more.
const SETTLE: Duration = Duration::from_secs(5);
/// The same after outages: a viewer may be in the middle of its longest pause.
const SETTLE_AFTER_CHAOS: Duration = Duration::from_secs(60);

/// Plays thousands of players and viewers against a LeaderPort.
#[derive(Clone, Debug, Parser, Serialize)]
#[command(name = "swarm", version)]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// Where LeaderPort is; if given several times, players and viewers are spread over all of them
    #[arg(long = "url", value_name = "URL", default_value = "http://127.0.0.1:3000", value_parser = Server::parse)]
    pub urls: Vec<Server>,

    /// Players who submit
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub players: u32,

    /// Viewers who watch
    #[arg(long, default_value_t = 200)]
    pub viewers: usize,

    /// What the viewers get: the protocol in binary or in JSON, or whole leaderboards
    #[arg(long, value_enum, default_value = "bin")]
    pub feed: Feed,

    /// Rows that a viewer of the plain feed watches; the others watch pages of 50
    #[arg(long, default_value_t = PAGE_ROWS, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub rows: u32,

    /// Pages that the viewers are spread over, from the first on
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "PAGES")]
    pub spread: u32,

    /// Each viewer follows a player, too
    #[arg(long)]
    pub follow: bool,

    /// Submissions a second, all players together; 0: as many as are answered
    #[arg(long, default_value_t = 500)]
    pub rate: u32,

    /// Nobody submits: viewers are only there
    #[arg(long)]
    pub idle: bool,

    /// How long, in seconds
    #[arg(long, default_value_t = 20)]
    pub seconds: u64,

    /// How much scores rise from one submission of a connection to its next; they vary by 1000
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub climb: u32,

    /// Submissions in one request
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub bulk: u32,

    /// HTTP connections that the players share
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub connections: u32,

    /// Each connection is a player who has an account, and plays for themself: there are as many players as connections
    #[arg(long)]
    pub accounts: bool,

    /// Times a second that each server is asked for a page, to compare with what viewers show at the same version; 0: never
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub truth_rate: u32,

    /// What goes wrong on the way, several by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    pub chaos: Vec<Kind>,

    /// How often, in seconds, on average
    #[arg(long, default_value_t = 3.0, value_parser = seconds)]
    pub chaos_every: f64,

    /// The server's process, here: its processor time and memory are reported; needed for --chaos server
    #[arg(long, value_parser = clap::value_parser!(i32).range(2..))]
    pub server_pid: Option<i32>,

    /// Valkey's process, here; needed for --chaos valkey
    #[arg(long, value_parser = clap::value_parser!(i32).range(2..))]
    pub valkey_pid: Option<i32>,

    /// Starts a Valkey again that was ended; without it, whoever looks after it is waited for (LeaderPort starts its own again)
    #[arg(long, value_name = "SHELL COMMAND")]
    pub valkey_command: Option<String>,

    /// At the end, close all viewers' sockets at once, and see how long it takes until all are right again
    #[arg(long)]
    pub storm: bool,

    /// Within how many ms the viewers come back in the storm
    #[arg(long, default_value_t = 0, value_name = "MS")]
    pub storm_jitter: u32,

    /// Makes scores (above what there is on the board) and chaos the same again
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// Where to write the report as JSON; - for standard output, instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
}

/// What viewers get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Feed {
    /// The protocol's messages in binary.
    Bin,
    /// The protocol's messages in JSON.
    Json,
    /// Whole leaderboards.
    Plain,
}

impl Feed {
    /// How the protocol's messages are written; `None` on the plain feed, which has none.
    pub fn format(self) -> Option<Format> {
        match self {
            Self::Bin => Some(Format::Binary),
            Self::Json => Some(Format::Json),
            Self::Plain => None,
        }
    }
}

impl Options {
    /// The server whose turn it is.
    pub fn server(&self, turn: usize) -> &Server {
        &self.urls[turn % self.urls.len()]
    }

    /// The place of the first row that a viewer watches.
    pub fn first_place(&self, viewer: usize) -> u64 {
        let page = if self.feed == Feed::Plain { 0 } else { viewer as u64 % u64::from(self.spread) };
        page * u64::from(PAGE_ROWS) + 1
    }

    /// The first places of all pages that are watched.
    pub fn places(&self) -> Vec<u64> {
        let pages = if self.feed == Feed::Plain { 1 } else { self.spread as usize };
        (0..pages.min(self.viewers)).map(|viewer| self.first_place(viewer)).collect()
    }

    /// How many rows a viewer watches.
    pub fn page_rows(&self) -> u32 {
        if self.feed == Feed::Plain { self.rows } else { PAGE_ROWS }
    }

    /// The player whom a viewer follows.
    pub fn followed(&self, viewer: usize) -> Option<String> {
        let does = self.follow && self.feed != Feed::Plain;
        does.then(|| player_id((viewer % self.players as usize) as u32))
    }

    /// Whether that goes wrong on the way.
    pub fn has_chaos(&self, kind: Kind) -> bool {
        self.chaos.contains(&kind)
    }

    /// How long viewers may take to be right when nothing is submitted any more.
    pub fn settle(&self) -> Duration {
        if self.chaos.is_empty() { SETTLE } else { SETTLE_AFTER_CHAOS }
    }
}

/// What a player is called.
pub fn player_id(number: u32) -> String {
    format!("player-{number}")
}

fn seconds(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|seconds| (0.1..=3_600.0).contains(seconds)).ok_or_else(|| "0.1 to 3600 seconds".to_owned())
}
