use crate::{api::Page, chaos::Kind, metrics::Counters, options::Options, process, tally::Received, usage::Usage, viewer::World};
use anyhow::Result;
use app::{
    model::{BoardId, WindowName},
    protocol::{Leaderboard, ServerMessage, Snapshot, Tag},
};
use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

/// What the server used while it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerUse {
    /// Processors that it kept busy.
    pub cores: f64,
    /// Frames that viewers got for a second of its processor time.
    pub frames_per_core_second: f64,
    /// Its memory before there were viewers, in bytes.
    pub bytes_before: u64,
    /// With all of them, before anybody submitted.
    pub bytes_with_viewers: u64,
    /// The most at any time.
    pub bytes_most: u64,
    /// What a viewer's socket took of it.
    pub bytes_per_socket: f64,
    /// What it counted itself, unless it was started again.
    pub counted: Option<Counters>,
}

/// The time that is measured.
pub struct Window {
    began: Instant,
    received: Received,
    server_cpu: f64,
    swarm_cpu: f64,
    machine_cpu: f64,
    counters: Option<Counters>,
}

/// What was measured.
pub struct Measured {
    pub seconds: f64,
    pub received: Received,
    pub server_cpu: f64,
    pub swarm_cores: f64,
    pub machine_cores: f64,
    pub counters: Option<Counters>,
}

impl Window {
    /// From now on.
    pub async fn open(world: &World, server: Option<&Usage>, swarm: &Usage) -> Self {
        let counters = Counters::now(&world.options).await;
        let (server_cpu, swarm_cpu) = (server.map_or(0.0, Usage::cpu_seconds), swarm.cpu_seconds());
        let machine_cpu = process::machine_seconds().unwrap_or(0.0);
        Self { began: Instant::now(), received: world.tally.so_far(), server_cpu, swarm_cpu, machine_cpu, counters }
    }

    /// Until now.
    pub async fn close(self, world: &World, server: Option<&Usage>, swarm: &Usage) -> Measured {
        let seconds = self.began.elapsed().as_secs_f64();
        let server_cpu = server.map_or(0.0, Usage::cpu_seconds) - self.server_cpu;
        let swarm_cores = (swarm.cpu_seconds() - self.swarm_cpu) / seconds;
        let machine_cores = process::machine_seconds().map_or(0.0, |now| now - self.machine_cpu) / seconds;
        let received = world.tally.so_far().since(self.received);
        let now = Counters::now(&world.options).await;
        let begins_anew = world.options.has_chaos(Kind::Server);
        let counters = now.zip(self.counters).filter(|_| !begins_anew).and_then(|(now, then)| now.since(then));
        Measured { seconds, received, server_cpu, swarm_cores, machine_cores, counters }
    }
}

impl Measured {
    /// What the server used, with this memory before and with the viewers.
    pub fn server(&self, usage: &Usage, bytes_before: u64, bytes_with_viewers: u64, viewers: usize) -> ServerUse {
        let frames = self.received.all().frames as f64;
        let grown = bytes_with_viewers.saturating_sub(bytes_before) as f64;
        ServerUse {
            cores: self.server_cpu / self.seconds,
            frames_per_core_second: if self.server_cpu > 0.0 { frames / self.server_cpu } else { 0.0 },
            bytes_before,
            bytes_with_viewers,
            bytes_most: usage.most_bytes(),
            bytes_per_socket: if viewers > 0 { grown / viewers as f64 } else { 0.0 },
            counted: self.counters,
        }
    }
}

/// What the page would cost if it was sent whole.
pub fn whole_bytes(options: &Options, page: Page) -> Result<usize> {
    let Page { version, digest, total, rows } = page;
    let (board, window, period) = (BoardId::main(), WindowName::all(), "all".to_owned());
    Ok(match options.feed.format() {
        Some(format) => {
            let snapshot = Snapshot { page: 1, board, window, period, from: 1, version, digest, total, rows };
            format.encode(&ServerMessage::Snapshot(snapshot))?.len()
        }
        None => {
            let last_update = Duration::from_secs(1_800_000_000).as_millis() as u64;
            serde_json::to_vec(&Leaderboard { tag: Tag::default(), board, version, total, last_update, entries: rows })?.len()
        }
    })
}
