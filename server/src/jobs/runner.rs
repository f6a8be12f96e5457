//! Takes jobs and does them, one at a time.

use super::{Jobs, Plan};
use crate::{
    boards::{Boards, catalog::token, from_store, rebuild::Progress},
    metrics,
    valkey::functions::job::{Note, StoredJob, Told},
};
use app::error::AppError;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, debug_span, info, warn};

/// How often it is looked for jobs that other servers have created or left.
const LOOK: Duration = Duration::from_secs(1);
/// How long a job is kept from others without a word, in ms.
const LEASE_MS: u64 = 15_000;
/// Time between two words that keep it, whatever it is at.
const KEEP: Duration = Duration::from_secs(4);
/// Time between two words of how far it is.
const WORD: Duration = Duration::from_millis(500);

/// Why a job ends early.
enum Ended {
    /// Somebody has cancelled it.
    Cancelled,
    /// Another server has it.
    Lost,
    /// We are to go: another server goes on with it.
    Leaving,
}

impl Jobs {
    /// Does jobs until `ending`.
    pub async fn keep_running(self: Arc<Self>, ending: CancellationToken) {
        while !ending.is_cancelled() {
            // A store that is away is in the log already; the next look tries again.
            if let Ok(jobs) = self.boards.store().jobs().await.map_err(from_store) {
                for job in jobs.iter().rev().filter(|job| !job.is_over()) {
                    self.try_run(job, &ending).await;
                }
            }
            // Whichever comes first.
            let _ = ending.run_until_cancelled(timeout(LOOK, self.created.notified())).await;
        }
    }

    async fn try_run(&self, job: &StoredJob, ending: &CancellationToken) {
        let (token, now_ms) = (token(), self.boards.now_ms());
        let taken = self.boards.store().take_job(&job.id, &token, now_ms, now_ms + LEASE_MS).await.map_err(from_store);
        if ending.is_cancelled() || !matches!(taken, Ok(true)) {
            return;
        }
        info!(job.id, job.kind, board.id = job.board, "job taken");
        let _running = metrics::running_job();
        let steps = Steps::default();
        let lease = Lease { boards: &self.boards, id: &job.id, token: &token, steps: &steps };
        let mut step = Step { lease, ending, last: None, ended: None };
        let span = debug_span!("job", otel.name = format!("job {}", job.kind), job.id, board.id = job.board);
        let plan = Plan::stored(job);
        let kind = plan.as_ref().map_or("other", Plan::kind);
        let outcome = match plan {
            Ok(plan) => tokio::select! {
                outcome = self.run(&plan, &mut step).instrument(span) => outcome,
                () = lease.keep() => Err(AppError::Internal),
            },
            Err(error) => Err(error),
        };
        let end = match (&step.ended, outcome) {
            (Some(Ended::Lost), _) => return,
            (Some(Ended::Leaving), _) | (_, Err(AppError::Unavailable | AppError::Busy)) => None,
            (Some(Ended::Cancelled), _) => Some(("cancelled", String::new())),
            (None, Ok(result)) => Some(("done", result)),
            (None, Err(error)) => Some(("failed", super::kept_problem(&error))),
        };
        let end = end.as_ref().map(|(state, answer)| (*state, &**answer));
        match (lease.say(if end.is_some() { LEASE_MS } else { 0 }, end).await, end) {
            (Ok(Told::GoOn | Told::Cancel), Some((state, _))) => metrics::job_ended(kind, state),
            (Ok(_), _) => {}
            // It is taken on again when its lease is over, and comes to the same.
            (Err(error), _) => warn!(job.id, %error, "how a job ended can't be noted"),
        }
    }

    /// Does a job; what it founded goes when it ends without having been done.
    async fn run(&self, plan: &Plan, step: &mut Step<'_>) -> Result<String, AppError> {
        // It may have been cancelled while it waited.
        let outcome = match step.note(0, plan.steps()).await {
            Ok(()) => plan.carry_out(&self.boards, step).await,
            Err(error) => Err(error),
        };
        let goes_on = matches!(step.ended, Some(Ended::Lost | Ended::Leaving));
        match outcome {
            Ok(done) => Ok(done),
            Err(error) if goes_on || step.ended.is_none() && matches!(error, AppError::Unavailable | AppError::Busy) => Err(error),
            Err(error) => {
                // Another server may have it by now, and have made what must not go.
                match step.lease.say(LEASE_MS, None).await? {
                    Told::Lost => return step.end(Ended::Lost),
                    Told::GoOn | Told::Cancel => plan.take_back(&self.boards).await?,
                }
                Err(error)
            }
        }
    }
}

/// How many steps are done, and of how many.
#[derive(Default)]
struct Steps {
    done: AtomicU64,
    total: AtomicU64,
}

/// The right to a job, which lasts as long as it is heard of.
#[derive(Clone, Copy)]
struct Lease<'a> {
    boards: &'a Boards,
    id: &'a str,
    token: &'a str,
    steps: &'a Steps,
}

impl Lease<'_> {
    /// Says how far the job is, and for how long others are to keep off, in ms.
    async fn say(&self, keep_ms: u64, end: Option<(&str, &str)>) -> Result<Told, AppError> {
        let now_ms = self.boards.now_ms();
        let steps = [&self.steps.done, &self.steps.total].map(|count| count.load(Ordering::Relaxed));
        let note = Note { id: self.id, token: self.token, now_ms, until_ms: now_ms + keep_ms, steps, end };
        self.boards.store().note_job(&note).await.map_err(from_store)
    }

    /// Keeps others off, however long a step takes. What is said back is heard at the next step.
    async fn keep(&self) {
        loop {
            sleep(KEEP).await;
            if let Err(error) = self.say(LEASE_MS, None).await {
                warn!(job.id = self.id, %error, "a job can't be kept");
            }
        }
    }
}

/// A job on its way.
struct Step<'a> {
    lease: Lease<'a>,
    ending: &'a CancellationToken,
    last: Option<Instant>,
    ended: Option<Ended>,
}

impl Step<'_> {
    fn end<T>(&mut self, why: Ended) -> Result<T, AppError> {
        self.ended = Some(why);
        // What it says is told to nobody: why it ended counts.
        Err(AppError::Internal)
    }
}

impl Progress for Step<'_> {
    async fn note(&mut self, done: u64, total: u64) -> Result<(), AppError> {
        self.lease.steps.done.store(done, Ordering::Relaxed);
        self.lease.steps.total.store(total, Ordering::Relaxed);
        if self.ending.is_cancelled() {
            return self.end(Ended::Leaving);
        }
        if self.last.is_some_and(|last| last.elapsed() < WORD) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        match self.lease.say(LEASE_MS, None).await? {
            Told::GoOn => Ok(()),
            Told::Cancel => self.end(Ended::Cancelled),
            Told::Lost => self.end(Ended::Lost),
        }
    }
}
