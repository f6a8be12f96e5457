//! How the servers and their store do: every server says so once a second, in the store, and each can tell of all.
//!
//! - `meter`: what happens in a second, out of the metrics · `health`: how Valkey does, and what is wrong
//! - this file: what a server says, and what all say together

mod health;
mod meter;

use crate::{
    boards::{Boards, caller::Caller, catalog::token, clock::Clock, from_store, rights::Right},
    jobs::Jobs,
    live::Hub,
    state::Lifetime,
    valkey::functions::library,
    webhooks::Webhooks,
};
use app::{
    error::AppError,
    model::{
        BoardId,
        status::{Backlog, BoardRate, Instance, Rates, Status, Stretch},
    },
};
use meter::Counts;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};
use tokio::time::{Instant as Moment, MissedTickBehavior, interval};
use tracing::debug;

/// How often a server says how it does.
const EVERY: Duration = Duration::from_secs(1);
/// Seconds that are one stretch of the last hour.
const STRETCH: u64 = 10;
/// How long a server that says nothing is taken to be there, in ms.
const GONE_MS: u64 = 10_000;
/// An hour, in ms.
const HOUR_MS: u64 = 3_600_000;
/// Boards of which a server tells how much happens there.
const BUSIEST: usize = 20;

/// What is told of how all of it does.
pub struct Health {
    boards: Arc<Boards>,
    jobs: Arc<Jobs>,
    webhooks: Arc<Webhooks>,
    hub: Hub,
    metrics: PrometheusHandle,
    lifetime: Lifetime,
    id: String,
    address: SocketAddr,
    started_at: u64,
}

impl Health {
    /// Of the server that listens at this address.
    pub fn new(
        boards: Arc<Boards>,
        jobs: Arc<Jobs>,
        webhooks: Arc<Webhooks>,
        hub: Hub,
        metrics: PrometheusHandle,
        lifetime: Lifetime,
        address: SocketAddr,
    ) -> Self {
        Self { boards, jobs, webhooks, hub, metrics, lifetime, id: token(), address, started_at: Clock::default().now_ms() }
    }

    /// Says every second how this server does, until it ends.
    pub async fn keep_telling(self: Arc<Self>) {
        let mut turn = interval(EVERY);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = (Moment::now(), Counts::read(&self.metrics.render()));
        let mut stretch = (Moment::now(), last.1.clone());
        let mut used = processor_seconds();
        let ending = self.lifetime.ending.clone();
        while ending.run_until_cancelled(turn.tick()).await.is_some() {
            let (now, counts) = (Moment::now(), Counts::read(&self.metrics.render()));
            let (at, used_now) = (self.now_ms().await, processor_seconds());
            let cpu = used.zip(used_now).map(|(then, until)| (until - then) / (now - last.0).as_secs_f64().max(0.1));
            used = used_now;
            let boards = busiest(self.boards.taken(), (now - last.0).as_secs_f64().max(0.1));
            let instance = Instance { cpu, boards, ..self.instance(at, since(&counts, now, &last)) };
            let told = self.tell(&instance).await;
            if now - stretch.0 >= Duration::from_secs(STRETCH) {
                let rates = since(&counts, now, &stretch);
                let told = self.note(&Stretch { at: at / (STRETCH * 1_000) * STRETCH * 1_000, sockets: instance.sockets, rates }).await;
                stretch = (now, counts.clone());
                if let Err(error) = told {
                    debug!(%error, "what happened in the last seconds is not kept");
                }
            }
            if let Err(error) = told {
                debug!(%error, "other servers are not told of this one");
            }
            last = (now, counts);
        }
        // Others are to see that it goes, rather than wonder.
        let gone = Instance { draining: true, ..self.instance(self.now_ms().await, Rates::default()) };
        if let Err(error) = self.tell(&gone).await {
            debug!(%error, "other servers are not told that this one ends");
        }
    }

    /// What time it is by the clock that all servers share, or by our own if that can't be asked.
    async fn now_ms(&self) -> u64 {
        self.boards.store().time_ms().await.unwrap_or_else(|_| Clock::default().now_ms())
    }

    fn instance(&self, at: u64, rates: Rates) -> Instance {
        Instance {
            id: self.id.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            library: library().to_owned(),
            address: self.address.to_string(),
            started_at: self.started_at,
            at,
            sockets: self.hub.seats().taken() as u64,
            pages: self.hub.pages() as u64,
            memory: memory(),
            cpu: None,
            draining: self.lifetime.ending.is_cancelled(),
            webhooks: self.webhooks.backlog(),
            rates,
            boards: Vec::new(),
        }
    }

    async fn tell(&self, instance: &Instance) -> Result<(), AppError> {
        let text = serde_json::to_string(instance).map_err(|_| AppError::Internal)?;
        self.boards.store().tell_instance(&self.id, &text).await.map_err(from_store)
    }

    async fn note(&self, stretch: &Stretch) -> Result<(), AppError> {
        let text = serde_json::to_string(stretch).map_err(|_| AppError::Internal)?;
        self.boards.store().note_stretch(&text).await.map_err(from_store)
    }

    /// How all of it does.
    pub async fn show(&self, caller: Caller) -> Result<Status, AppError> {
        // A key that is for one board has no business with all.
        caller.must(Right::Read, None)?;
        let store = self.boards.store();
        let at = store.time_ms().await.map_err(from_store)?;
        let mut instances = Vec::new();
        for (id, text) in store.instances().await.map_err(from_store)? {
            match serde_json::from_str::<Instance>(&text) {
                Ok(instance) if at.saturating_sub(instance.at) < GONE_MS => instances.push(instance),
                // It has ended without a word, or is one of a version that speaks otherwise.
                _ => store.forget_instance(&id).await.map_err(from_store)?,
            }
        }
        instances.sort_by(|a, b| a.started_at.cmp(&b.started_at).then_with(|| a.id.cmp(&b.id)));
        let mut rates = Rates::default();
        let mut webhooks = Backlog::default();
        let mut busy: BTreeMap<BoardId, f64> = BTreeMap::new();
        for instance in &instances {
            rates.add(&instance.rates);
            webhooks.add(&instance.webhooks);
            instance.boards.iter().for_each(|rate| *busy.entry(rate.board.clone()).or_default() += rate.submissions);
        }
        let said = store.stretches_since(at.saturating_sub(HOUR_MS)).await.map_err(from_store)?;
        let mut health = health::read(&store.info().await.map_err(from_store)?);
        health.slow = store.slow_commands().await.map_err(from_store)?;
        health.library = store.library().await.map_err(from_store)?.unwrap_or_default();
        let jobs = self.jobs.count().await?;
        let troubles = health::troubles(&health, &rates, &instances, &webhooks, &jobs);
        Ok(Status {
            at,
            troubles,
            rates,
            boards: sorted(busy.into_iter().map(|(board, submissions)| BoardRate { board, submissions }).collect()),
            instances,
            webhooks,
            jobs,
            hour: together(said.iter().filter_map(|text| serde_json::from_str(text).ok())),
            store: health,
        })
    }
}

/// The boards on which most happened within so many seconds.
fn busiest(taken: Vec<(BoardId, u64)>, seconds: f64) -> Vec<BoardRate> {
    let rate = |taken: u64| (taken as f64 / seconds * 100.0).round() / 100.0;
    let mut boards = sorted(taken.into_iter().map(|(board, taken)| BoardRate { board, submissions: rate(taken) }).collect());
    boards.truncate(BUSIEST);
    boards
}

fn sorted(mut boards: Vec<BoardRate>) -> Vec<BoardRate> {
    boards.sort_by(|a, b| b.submissions.total_cmp(&a.submissions).then_with(|| a.board.cmp(&b.board)));
    boards
}

fn since(counts: &Counts, now: Moment, (then, before): &(Moment, Counts)) -> Rates {
    counts.since(before, (now - *then).as_secs_f64().max(0.1))
}

/// The stretches of all servers, each time once, oldest first.
fn together(stretches: impl Iterator<Item = Stretch>) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    let mut each: Vec<Stretch> = stretches.collect();
    each.sort_by_key(|stretch| stretch.at);
    for stretch in each {
        match all.last_mut().filter(|last| last.at == stretch.at) {
            Some(last) => {
                last.sockets += stretch.sockets;
                last.rates.add(&stretch.rates);
            }
            None => all.push(stretch),
        }
    }
    all
}

/// Memory that this process holds, in bytes, where the system tells.
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1_024)
}

/// What this process has used of processors so far, in seconds, where the system tells: `utime` and `stime`, the 14th and 15th field of proc_pid_stat(5).
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is a name, which may have anything in it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / rustix::param::clock_ticks_per_second() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_several_servers_are_put_together() {
        let stretch = |at, sockets, submissions| Stretch { at, sockets, rates: Rates { submissions, ..Rates::default() } };
        let all = together([stretch(20, 1, 4.0), stretch(10, 2, 1.0), stretch(20, 3, 2.5)].into_iter());
        assert_eq!(all, [stretch(10, 2, 1.0), stretch(20, 4, 6.5)]);
    }
}
