//! A run, from its beginning to its end.

use crate::{
    chaos::{self, Done, Kind, Stage, Valkey},
    check::{self, Wrong},
    delivery::Delivery,
    http::Connection,
    options::Options,
    player::{self, Change, Played},
    process,
    report::{self, Checks, Measured, Rates, Report, Submissions, Viewers, Window},
    storm::{self, Storm},
    truth,
    usage::Usage,
    viewer::{Crowd, World},
};
use anyhow::{Result, ensure};
use std::{process::id, sync::Arc, time::Duration};
use tokio::{
    time::{Instant, sleep, sleep_until},
    try_join,
};

/// Files that are open besides sockets of viewers and players.
const OTHER_FILES: u64 = 100;
/// After the viewers came, before the server's memory is looked at.
const CALM: Duration = Duration::from_millis(500);

/// A run on its way.
struct Run {
    world: Arc<World>,
    crowd: Crowd,
    /// How long it took until all viewers had their pages.
    opening: Duration,
    server: Option<Usage>,
    swarm: Usage,
    /// The server's memory before there were viewers, and with them.
    memory: [u64; 2],
}

/// What it came to.
struct Outcome {
    played: Option<Played>,
    chaos: Vec<Done>,
    measured: Measured,
    wrong: Wrong,
    storm: Option<Storm>,
}

/// Runs it all and writes the report; whether all was as it must be.
pub async fn run(options: Options) -> Result<bool> {
    check_options(&options)?;
    process::allow_files(options.viewers as u64 + u64::from(options.connections) + OTHER_FILES)?;
    let run = Run::open(options).await?;
    let outcome = run.perform().await?;
    let report = run.report(outcome).await?;
    report.write()?;
    Ok(report.ok)
}

/// What a value alone can't say.
fn check_options(options: &Options) -> Result<()> {
    let needs = |kind, has: bool, what: &str| {
        ensure!(!options.has_chaos(kind) || has, "{what} is needed");
        Ok(())
    };
    needs(Kind::Server, options.server_pid.is_some(), "--server-pid")?;
    needs(Kind::Valkey, options.valkey_pid.is_some(), "--valkey-pid")?;
    ensure!(options.server_pid.is_none_or(process::runs), "there is no process with the number that --server-pid says");
    Ok(())
}

impl Run {
    /// Opens the viewers.
    async fn open(options: Options) -> Result<Self> {
        let world = Arc::new(World::new(options));
        let (server, swarm) = (world.options.server_pid.map(Usage::of), Usage::of(id() as i32));
        let memory = || server.as_ref().map_or(0, Usage::resident_bytes);
        let before = memory();
        let (crowd, opening) = Crowd::open(&world).await?;
        if server.is_some() {
            sleep(CALM).await;
        }
        let memory = [before, memory()];
        Ok(Self { world, crowd, opening, server, swarm, memory })
    }

    /// Everything that happens to the viewers, and the checks.
    async fn perform(&self) -> Result<Outcome> {
        let (world, server) = (&self.world, self.server.as_ref());
        let options = &world.options;
        let asking = truth::ask(options, &world.truth);
        let window = Window::open(world, server, &self.swarm).await;
        let (played, chaos) = self.play().await?;
        let measured = window.close(world, server, &self.swarm).await;
        let mut wrong = check::settle(options, &self.crowd, options.settle()).await?;
        drop(asking);
        let mut storm = None;
        if options.storm {
            storm = Some(storm::storm(world, &self.crowd).await);
            wrong = wrong.worse(check::settle(options, &self.crowd, options.settle()).await?);
        }
        Ok(Outcome { played, chaos, measured, wrong, storm })
    }

    /// The players play, and things go wrong.
    async fn play(&self) -> Result<(Option<Played>, Vec<Done>)> {
        let options = &self.world.options;
        let length = Duration::from_secs(options.seconds);
        let plan = chaos::plan(options.seed, &options.chaos, Duration::from_secs_f64(options.chaos_every), length);
        let valkey = options.valkey_pid.map(|pid| Valkey::find(pid, options.valkey_command.clone())).transpose()?;
        let stage = Stage { world: self.world.clone(), crowd: &self.crowd, server: self.server.as_ref(), valkey };
        let end = Instant::now() + length;
        let players = async {
            if options.idle {
                sleep_until(end).await;
                return Ok(None);
            }
            player::play(&self.world, end).await.map(Some)
        };
        try_join!(players, stage.play(plan))
    }

    async fn report(&self, outcome: Outcome) -> Result<Report> {
        let Outcome { played, chaos, measured, wrong, storm } = outcome;
        let submissions = match &played {
            Some(played) => Some(self.submissions(played, &measured).await?),
            None => None,
        };
        let viewers = match self.crowd.viewers() {
            [] => None,
            _ => Some(self.viewers(played, &measured, wrong).await?),
        };
        let [before, with] = self.memory;
        let server = self.server.as_ref().map(|usage| measured.server(usage, before, with, self.crowd.viewers().len()));
        let options = self.world.options.clone();
        let Measured { seconds, swarm_cores, machine_cores, .. } = measured;
        let mut report = Report { ok: false, options, seconds, submissions, viewers, chaos, storm, server, swarm_cores, machine_cores };
        report.ok = report.pass();
        Ok(report)
    }

    async fn submissions(&self, played: &Played, measured: &Measured) -> Result<Submissions> {
        let answered = played.submit.count();
        Ok(Submissions {
            answered,
            per_second: answered as f64 / measured.seconds,
            submit: played.submit.clone(),
            again: played.again,
            unanswered: played.unanswered,
            lost_scores: check::lost_scores(&self.world.options, played).await?,
            failures: played.failures.clone(),
        })
    }

    async fn viewers(&self, played: Option<Played>, measured: &Measured, wrong: Wrong) -> Result<Viewers> {
        let Self { world, crowd, opening, .. } = self;
        let (sockets, lost_frames, backwards) = world.tally.events();
        let message_bytes = played.as_ref().map_or(0, |played| played.message_bytes);
        let page = Connection::open(world.options.server(0)).await?.page(1, world.options.page_rows()).await?;
        let whole = report::whole_bytes(&world.options, page)? as f64;
        let count = crowd.viewers().len();
        Ok(Viewers {
            count,
            opening_ms: opening.as_millis() as u64,
            sockets,
            troubles: world.tally.troubles.all(),
            delivery: self.delivery(played.map_or_else(Vec::new, |played| played.changes)),
            received: measured.received,
            received_in_all: world.tally.so_far(),
            traffic: Rates::new(measured.received, count, measured.seconds, whole, message_bytes),
            checks: Checks {
                wrong_pages: wrong.pages,
                wrong_standings: wrong.standings,
                lost_frames,
                backwards,
                compared: world.truth.compare(),
            },
        })
    }

    fn delivery(&self, mut changes: Vec<Change>) -> Delivery {
        changes.sort_unstable_by_key(|change| change.version);
        let mut delivery = Delivery::default();
        for (number, viewer) in self.crowd.viewers().iter().enumerate().filter(|(number, _)| self.world.is_recorded(*number)) {
            let (first, rows) = (self.world.options.first_place(number), u64::from(self.world.options.page_rows()));
            delivery.add(&changes, &viewer.take_states(), first, first + rows - 1);
        }
        delivery
    }
}
