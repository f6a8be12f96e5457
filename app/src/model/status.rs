//! How the servers and their store do.

use super::BoardId;
use serde::{Deserialize, Serialize};

/// What happens in a second, on one server or on all together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Rates {
    /// Submissions that came to an outcome.
    pub submissions: f64,
    /// Reads by REST and by pages.
    pub reads: f64,
    /// Requests of every kind.
    pub requests: f64,
    /// Requests that failed through the server's fault.
    pub errors: f64,
    /// Messages written to live sockets.
    pub frames: f64,
    /// Half of the requests that submit are answered within this, in ms; left out: there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit_p50_ms: Option<f64>,
    /// All but one in a hundred of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit_p99_ms: Option<f64>,
    /// The same of other requests of the API.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_p50_ms: Option<f64>,
    /// All but one in a hundred of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_p99_ms: Option<f64>,
}

/// What waits to be delivered to webhooks, of one server or of all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Backlog {
    /// Webhooks that are looked after.
    pub webhooks: u64,
    /// Those of them whose last attempt has failed.
    pub failing: u64,
    /// Deliveries that are to be sent, now or again; those of webhooks that are switched off are not counted.
    pub waiting: u64,
}

/// How many of the jobs that are kept are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct JobCounts {
    /// Nobody has begun.
    pub waiting: u64,
    /// Somebody is at it.
    pub running: u64,
    /// Done.
    pub done: u64,
    /// They could not be done.
    pub failed: u64,
    /// Somebody has ended them.
    pub cancelled: u64,
}

/// How much happens on a board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct BoardRate {
    /// Which.
    pub board: BoardId,
    /// Submissions in a second.
    pub submissions: f64,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// What it calls itself, as long as it runs.
    pub id: String,
    /// LeaderPort's version.
    pub version: String,
    /// The version of the functions that it brings to Valkey; empty: it does not say.
    #[serde(default)]
    pub library: String,
    /// Where it listens.
    pub address: String,
    /// When it was started, in ms since 1970.
    pub started_at: u64,
    /// When it said so, in ms since 1970; a server that has not for ten seconds is taken for gone.
    pub at: u64,
    /// Live sockets that are open.
    pub sockets: u64,
    /// Pages of boards that it keeps fresh.
    pub pages: u64,
    /// Memory that it holds, in bytes; left out where the system does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// How much of a processor's core it has used in its last second: 1.5 is one and a half; left out where the system does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu: Option<f64>,
    /// Whether it is about to end.
    pub draining: bool,
    /// What waits to be delivered to the webhooks that it looks after.
    #[serde(default)]
    pub webhooks: Backlog,
    /// What happened in its last second.
    pub rates: Rates,
    /// The boards on which most of it happened, at most twenty, the busiest first.
    #[serde(default)]
    pub boards: Vec<BoardRate>,
}

/// Ten seconds of all servers together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Stretch {
    /// When it ended, in ms since 1970.
    pub at: u64,
    /// Live sockets that were open then.
    pub sockets: u64,
    /// What happened in a second of it.
    pub rates: Rates,
}

/// A command that took Valkey long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct SlowCommand {
    /// When, in ms since 1970.
    pub at: u64,
    /// How long it took, in µs.
    pub took_us: u64,
    /// Which: its name, and of a function the function's. What it was given is not told.
    pub command: String,
}

/// How Valkey does. Of a cluster this is one of its servers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StoreHealth {
    /// Its version.
    pub version: String,
    /// The version of LeaderPort's functions that it has; empty: it has none, or they do not say.
    pub library: String,
    /// Seconds since it was started.
    pub uptime_seconds: u64,
    /// Memory that it holds, in bytes.
    pub memory: u64,
    /// Memory that it may hold, in bytes; 0: as much as there is.
    pub max_memory: u64,
    /// What it does when that is reached: `noeviction` refuses writes, all others lose data.
    pub eviction: String,
    /// Commands in a second.
    pub commands: f64,
    /// Connections.
    pub clients: u64,
    /// `primary` or `replica`.
    pub role: String,
    /// Replicas that follow it.
    pub replicas: u64,
    /// Whether it is one of a cluster.
    pub is_cluster: bool,
    /// Whether every write goes to a file.
    pub has_append_file: bool,
    /// Whether the last writes to that file, and the last snapshot, went well.
    pub is_written: bool,
    /// When the last snapshot was made, in ms since 1970; 0: never.
    pub snapshot_at: u64,
    /// Commands that took it long, the newest first; at most ten.
    pub slow: Vec<SlowCommand>,
}

/// How much something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Scores are, or may soon be, lost or refused.
    Bad,
    /// Somebody should look at it.
    Warn,
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// How much.
    pub severity: Severity,
    /// What.
    pub what: String,
    /// What to do about it.
    pub what_to_do: String,
}

/// How all of it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// When this was so, in ms since 1970.
    pub at: u64,
    /// What is wrong, the worst first.
    pub troubles: Vec<Trouble>,
    /// What happens in a second, on all servers together; latencies are those of the slowest.
    pub rates: Rates,
    /// The boards on which most happens, of all servers together, the busiest first.
    pub boards: Vec<BoardRate>,
    /// The servers.
    pub instances: Vec<Instance>,
    /// What waits to be delivered to webhooks, of all servers together.
    pub webhooks: Backlog,
    /// The jobs that are kept.
    pub jobs: JobCounts,
    /// The last hour, oldest first.
    pub hour: Vec<Stretch>,
    /// How Valkey does.
    pub store: StoreHealth,
}

impl Backlog {
    /// Both together.
    pub fn add(&mut self, other: &Self) {
        self.webhooks += other.webhooks;
        self.failing += other.failing;
        self.waiting += other.waiting;
    }
}

impl Rates {
    /// Both together: counts add up, latencies are those of the slower.
    pub fn add(&mut self, other: &Self) {
        self.submissions += other.submissions;
        self.reads += other.reads;
        self.requests += other.requests;
        self.errors += other.errors;
        self.frames += other.frames;
        let slower = |a: &mut Option<f64>, b: Option<f64>| *a = a.map_or(b, |a| Some(b.map_or(a, |b| a.max(b))));
        slower(&mut self.submit_p50_ms, other.submit_p50_ms);
        slower(&mut self.submit_p99_ms, other.submit_p99_ms);
        slower(&mut self.read_p50_ms, other.read_p50_ms);
        slower(&mut self.read_p99_ms, other.read_p99_ms);
    }
}
