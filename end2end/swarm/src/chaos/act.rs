use super::plan::{Event, What};
use crate::{
    http::Connection,
    process::{self, Launch},
    usage::Usage,
    viewer::{Crowd, Order, World},
};
use anyhow::{Context, Result, ensure};
use rand::{SeedableRng, rngs::StdRng, seq::index::sample};
use serde::Serialize;
use std::{fs, path::PathBuf, sync::Arc, time::Duration};
use tokio::time::{Instant, sleep, sleep_until};

/// How long all may take to be ready again.
const PATIENCE: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(50);
/// Where a Valkey that LeaderPort has started says its number.
const PID_FILE: &str = "valkey.pid";

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// What was planned.
    #[serde(flatten)]
    pub event: Event,
    /// Viewers that it hit.
    pub viewers: usize,
    /// How long the server or Valkey was away, in ms.
    pub away_ms: Option<u64>,
}

/// Whom things happen to.
pub struct Stage<'a> {
    pub world: Arc<World>,
    pub crowd: &'a Crowd,
    pub server: Option<&'a Usage>,
    pub valkey: Option<Valkey>,
}

/// A Valkey on this machine.
pub struct Valkey {
    pid: i32,
    /// The folder of one that LeaderPort has started, and starts again.
    embedded_in: Option<PathBuf>,
    /// Starts any other again.
    command: Option<String>,
}

impl Valkey {
    /// Finds out what it is.
    pub fn find(pid: i32, command: Option<String>) -> Result<Self> {
        ensure!(process::runs(pid), "there is no process {pid}");
        let folder = fs::read_link(format!("/proc/{pid}/cwd"))?;
        let is_embedded = number_in(&folder.join(PID_FILE)) == Some(pid);
        Ok(Self { pid, embedded_in: is_embedded.then_some(folder), command })
    }

    /// Its number now: a LeaderPort that was started again has started a new one.
    fn pid(&self) -> i32 {
        self.embedded_in.as_ref().and_then(|folder| number_in(&folder.join(PID_FILE))).unwrap_or(self.pid)
    }
}

fn number_in(file: &std::path::Path) -> Option<i32> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

impl Stage<'_> {
    /// Lets happen what is planned, one after the other: what is due while something is away comes late.
    pub async fn play(mut self, plan: Vec<Event>) -> Result<Vec<Done>> {
        let started = Instant::now();
        let mut all = Vec::new();
        for event in plan {
            sleep_until(started + Duration::from_millis(event.at_ms)).await;
            let (viewers, away) = self.act(event.what).await.with_context(|| event.what.to_string())?;
            all.push(Done { event, viewers, away_ms: away.map(|away| away.as_millis() as u64) });
        }
        Ok(all)
    }

    async fn act(&mut self, what: What) -> Result<(usize, Option<Duration>)> {
        let began = Instant::now();
        match what {
            What::Sockets { part, pick } => return Ok((self.order(part, pick, Order::Kill), None)),
            What::Pause { part, pick, ms } => return Ok((self.order(part, pick, Order::Pause(Duration::from_millis(ms))), None)),
            What::Server { kindly } => self.restart_server(kindly).await?,
            What::Valkey { kindly } => self.restart_valkey(kindly).await?,
        }
        self.until_ready().await?;
        Ok((self.crowd.viewers().len(), Some(began.elapsed())))
    }

    fn order(&self, part: f64, pick: u32, order: Order) -> usize {
        let viewers = self.crowd.viewers();
        let count = ((viewers.len() as f64 * part).ceil() as usize).min(viewers.len());
        let chosen = sample(&mut StdRng::seed_from_u64(pick.into()), viewers.len(), count);
        chosen.into_iter().for_each(|viewer| viewers[viewer].order(order));
        count
    }

    async fn restart_server(&self, kindly: bool) -> Result<()> {
        let server = self.server.context("give --server-pid")?;
        let launch = Launch::of(server.pid())?;
        process::end(server.pid(), kindly).await?;
        let mut child = launch.start()?;
        server.is_now(child.id().context("the server ended at once")? as i32);
        // Asks how it ended once it does.
        tokio::spawn(async move { child.wait().await });
        Ok(())
    }

    async fn restart_valkey(&mut self, kindly: bool) -> Result<()> {
        let valkey = self.valkey.as_mut().context("give --valkey-pid")?;
        let pid = valkey.pid();
        let launch = Launch::of(pid)?;
        process::end(pid, kindly).await?;
        let (None, Some(command)) = (&valkey.embedded_in, &valkey.command) else { return Ok(()) };
        let mut child = launch.start_instead(&format!("exec {command}"))?;
        valkey.pid = child.id().context("Valkey ended at once")? as i32;
        tokio::spawn(async move { child.wait().await });
        Ok(())
    }

    async fn until_ready(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        for server in &self.world.options.urls {
            loop {
                let ready = async { Connection::open(server).await?.get("/readyz").await };
                match ready.await {
                    Ok(_) => break,
                    Err(error) => ensure!(Instant::now() < deadline, "not ready again: {error:#}"),
                }
                sleep(PAUSE).await;
            }
        }
        Ok(())
    }
}
