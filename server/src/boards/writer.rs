//! Group commit: whatever was submitted to a board while the last call to Valkey was in flight goes into the next one; when that
//! makes a full call, it is sent while the last one is still worked on. No timer: a lone submission goes at once, and a crowd shares calls. Changes by
//! operators go through the same queue, in order.

use super::{
    board::{Loaded, Shared},
    from_store, order,
    plan::Periods,
    profiles::Newcomers,
};
use crate::{
    metrics, telemetry,
    valkey::functions::{
        Answer, Declined, Scope, Standing, Target,
        change::{Change, Changed, Edit},
        submit::{Batch, Counted, Finding, Gains, Guard, Item, Outcome},
    },
};
use app::{
    error::{AppError, Field, What},
    i18n::{Words, t},
    model::{Rules, Submission},
};
use opentelemetry::trace::SpanContext;
use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::timeout,
};
use tracing::{Instrument, Span, debug_span};

/// Submissions that may wait; one more is answered "busy".
const QUEUE: usize = 4_096;
/// Submissions in one call: it keeps Valkey from answering others for about a millisecond.
const BATCH: usize = 256;
/// Calls in flight at once: while Valkey works on one, the next is made ready.
const LANES: usize = 2;
/// How long a submission may wait for its outcome, in the queue and in Valkey, before whoever sent it is told that the board
/// can't be reached. One that still queues then is not counted any more.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a change may take: many entries are removed in many calls.
const LONG_PATIENCE: Duration = Duration::from_secs(14);
/// How often a call is tried again when the rules, or the period, have changed meanwhile.
const TRIES: usize = 8;

/// Which periods a change is for; decided when it is written.
pub type Choice = Box<dyn Fn(&Loaded, u64) -> Result<Vec<Target>, AppError> + Send>;
/// A change in the store's terms; decided when it is written.
pub type Plan = Box<dyn Fn(&Loaded, u64) -> Result<Edit, AppError> + Send>;

/// A submission's outcome, with the rules it was counted by.
pub type Receipted = Result<(Counted, Arc<Loaded>), Uncounted>;

/// Why a submission was not counted.
pub enum Uncounted {
    /// It is refused.
    Refused(AppError),
    /// It was guarded, and comes back for this.
    Back(Box<Queued>, Finding),
}

impl From<AppError> for Uncounted {
    fn from(error: AppError) -> Self {
        Self::Refused(error)
    }
}

/// For whoever guards nothing: nothing comes back.
impl From<Uncounted> for AppError {
    fn from(uncounted: Uncounted) -> Self {
        if let Uncounted::Refused(error) = uncounted { error } else { Self::Internal }
    }
}

/// Takes submissions and changes for one board.
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

/// A submission as it is queued.
pub struct Queued {
    /// The submission.
    pub submission: Submission,
    /// Its id was made of all that it says, and nobody reads its receipt: that it counted is all that is told, and remembered.
    pub brief: bool,
    /// Who it came by, as the log has it.
    pub by: Option<Arc<str>>,
    /// What is asked before it is written.
    guard: Guard,
    /// The span that it was sent in, if anybody traces.
    sent_in: Option<SpanContext>,
}

impl Queued {
    /// A submission that came by no key.
    pub fn new(submission: Submission, brief: bool) -> Self {
        Self { submission, brief, by: None, guard: Guard::Off, sent_in: None }
    }

    /// The same, by an API key, or by none.
    #[must_use]
    pub fn by_key(self, by: Option<&Arc<str>>) -> Self {
        Self { by: by.cloned(), ..self }
    }
}

enum Job {
    Submit(Box<Queued>, oneshot::Sender<Receipted>),
    Change(Choice, Plan, Option<SpanContext>, oneshot::Sender<Result<Changed, AppError>>),
}

impl Writer {
    /// Starts the board's writer, under a name that no other has; it ends when this is dropped.
    pub fn start(shared: Arc<Shared>, name: String) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(Scribe::new(&shared, &name).write(jobs));
        Self { queue }
    }

    /// Whether it still takes submissions.
    pub fn runs(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Counts submissions, at most 1,000, which came by somebody whom the log is to name, or not; one outcome for each, in order. If the queue has no room for all of
    /// them, none is counted.
    pub async fn submit(&self, submissions: Vec<(Submission, Guard)>, by: Option<&Arc<str>>) -> Result<Vec<Receipted>, AppError> {
        let permits = self.queue.try_reserve_many(submissions.len()).map_err(|_| AppError::Busy)?;
        let (mut outcomes, sent_in) = (Vec::with_capacity(submissions.len()), telemetry::here());
        for (permit, (submission, guard)) in permits.zip(submissions) {
            let (answer, outcome) = oneshot::channel();
            let queued = Queued { submission, brief: false, by: by.cloned(), guard, sent_in: sent_in.clone() };
            permit.send(Job::Submit(Box::new(queued), answer));
            outcomes.push(outcome);
        }
        let all = async {
            let mut answers = Vec::with_capacity(outcomes.len());
            for outcome in outcomes {
                // An answer that never comes is that of a writer that ended.
                answers.push(outcome.await.unwrap_or(Err(AppError::Unavailable.into())));
            }
            answers
        };
        timeout(PATIENCE, all).await.map_err(|_| AppError::Unavailable)
    }

    /// Queues submissions as soon as there is room for them, and returns where each one's outcome will be. An outcome that never comes
    /// is that of a writer that ended.
    pub async fn send(&self, submissions: Vec<Queued>) -> Result<Vec<oneshot::Receiver<Receipted>>, AppError> {
        let permits = self.queue.reserve_many(submissions.len()).await.map_err(|_| AppError::Unavailable)?;
        let (mut outcomes, sent_in) = (Vec::with_capacity(submissions.len()), telemetry::here());
        for (permit, queued) in permits.zip(submissions) {
            let (answer, outcome) = oneshot::channel();
            permit.send(Job::Submit(Box::new(Queued { sent_in: sent_in.clone(), ..queued }), answer));
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Makes a change.
    pub async fn change(&self, choice: Choice, plan: Plan) -> Result<Changed, AppError> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Job::Change(choice, plan, telemetry::here(), answer)).map_err(|_| AppError::Busy)?;
        match timeout(LONG_PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(AppError::Unavailable),
        }
    }
}

/// Submissions with whom their outcomes are for.
type Jobs = Vec<(Box<Queued>, oneshot::Sender<Receipted>)>;

/// Writes for one board. While Valkey works on one call, the next may be on its way already, but only a full one: two calls at once
/// are for a crowd, and a lone submission waits for whatever is before it.
struct Scribe {
    free: Vec<Lane>,
    /// Calls in flight, oldest first. Both go over one connection, so Valkey takes them in this order.
    busy: VecDeque<JoinHandle<(Lane, Jobs)>>,
}

impl Scribe {
    fn new(shared: &Arc<Shared>, name: &str) -> Self {
        let lane =
            |number: usize| Lane { shared: shared.clone(), name: format!("{name}-{number}"), calls: 0, newcomers: Newcomers::default() };
        Self { free: (0..LANES).map(lane).collect(), busy: VecDeque::with_capacity(LANES) }
    }

    /// Writes until nobody submits any more. A lane that is lost to a defect ends it, and the board gets another writer.
    async fn write(mut self, mut jobs: mpsc::Receiver<Job>) -> Option<()> {
        let mut waiting = Vec::with_capacity(BATCH);
        loop {
            let came = tokio::select! {
                came = jobs.recv_many(&mut waiting, BATCH) => came,
                // What a call left undone must not wait for whoever submits next.
                done = oldest(&mut self.busy), if !self.busy.is_empty() => {
                    self.busy.pop_front();
                    let (lane, left) = done?;
                    self.settle(lane, left).await?;
                    continue;
                }
            };
            if came == 0 {
                return self.finish().await;
            }
            if waiting.len() < BATCH {
                self.finish().await?;
                while waiting.len() < BATCH
                    && let Ok(job) = jobs.try_recv()
                {
                    waiting.push(job);
                }
            }
            let mut batch = Jobs::with_capacity(waiting.len());
            for job in waiting.drain(..) {
                match job {
                    // Whoever no longer waits for an answer has gone away, or was told that it was not counted.
                    Job::Submit(_, answer) if answer.is_closed() => {}
                    Job::Submit(submission, answer) => batch.push((submission, answer)),
                    Job::Change(.., answer) if answer.is_closed() => {}
                    Job::Change(choice, plan, sent_in, answer) => {
                        self.start(std::mem::take(&mut batch)).await?;
                        self.finish().await?;
                        let commit = commit(1, sent_in.iter());
                        drop(answer.send(self.free.last_mut()?.change(choice, plan).instrument(commit).await));
                    }
                }
            }
            self.start(batch).await?;
        }
    }

    /// Sends a batch off.
    async fn start(&mut self, batch: Jobs) -> Option<()> {
        // Late submissions may take several calls, which nothing must come between. Without windows they take one, as all do.
        let has_windows = |lane: &Lane| !lane.shared.loaded().rules.windows.is_empty();
        if self.free.first().is_none_or(has_windows) && batch.iter().any(|(queued, _)| queued.submission.at.is_some()) {
            self.finish().await?;
            self.free.last_mut()?.submit(batch).await;
            return Some(());
        }
        if batch.is_empty() {
            return Some(());
        }
        if self.free.is_empty() {
            self.finish_oldest().await?;
        }
        let mut lane = self.free.pop()?;
        let mut call = Box::pin(async move {
            let left = lane.submit_once(batch).await;
            (lane, left)
        });
        // The first look at the call sends it: here, so that calls go in order; who waits for it is another matter.
        match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
            Poll::Ready((lane, left)) => self.settle(lane, left).await,
            Poll::Pending => {
                self.busy.push_back(tokio::spawn(call));
                Some(())
            }
        }
    }

    async fn finish(&mut self) -> Option<()> {
        while !self.busy.is_empty() {
            self.finish_oldest().await?;
        }
        Some(())
    }

    async fn finish_oldest(&mut self) -> Option<()> {
        let (lane, left) = self.busy.pop_front()?.await.ok()?;
        self.settle(lane, left).await
    }

    /// Takes a lane back. What its call left undone comes before what came later: both are done here, one after the other.
    async fn settle(&mut self, lane: Lane, mut left: Jobs) -> Option<()> {
        self.free.push(lane);
        if left.is_empty() {
            return Some(());
        }
        while let Some(next) = self.busy.pop_front() {
            let (lane, more) = next.await.ok()?;
            self.free.push(lane);
            left.extend(more);
        }
        self.free.last_mut()?.submit(left).await;
        Some(())
    }
}

/// What the oldest call in flight leaves; none if its lane is lost.
async fn oldest(busy: &mut VecDeque<JoinHandle<(Lane, Jobs)>>) -> Option<(Lane, Jobs)> {
    busy.front_mut()?.await.ok()
}

/// A writer to Valkey, with one call in flight.
struct Lane {
    shared: Arc<Shared>,
    name: String,
    calls: u64,
    newcomers: Newcomers,
}

impl Lane {
    /// Submits in one call; returns what is to be submitted again: all of it, when the rules or a period have changed.
    async fn submit_once(&mut self, mut jobs: Jobs) -> Jobs {
        let loaded = self.shared.loaded();
        if jobs.iter().any(|(queued, _)| fits(&queued.submission, &loaded).is_err()) {
            return jobs;
        }
        match self.call(&mut jobs, &loaded).await {
            Ok(Some(left)) => left,
            Ok(None) => jobs,
            Err(error) => {
                fail(jobs, &error);
                Jobs::new()
            }
        }
    }

    /// Submits to the end, in as many calls as it takes.
    async fn submit(&mut self, mut jobs: Jobs) {
        while !jobs.is_empty() {
            match self.try_submit(&mut jobs).await {
                Ok(left) => jobs = left,
                Err(error) => return fail(jobs, &error),
            }
        }
    }

    /// Writes as many jobs, from the first on, as one call takes, and returns the others; answers those that don't fit the rules.
    async fn try_submit(&mut self, jobs: &mut Jobs) -> Result<Jobs, AppError> {
        let mut reloaded = false;
        for _ in 0..TRIES {
            let loaded = self.shared.loaded();
            if !reloaded && jobs.iter().any(|(queued, _)| fits(&queued.submission, &loaded).is_err()) {
                // Another server may just have edited the rules: what is refused is refused by those of now.
                self.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
                reloaded = true;
                continue;
            }
            let mut checked = Jobs::with_capacity(jobs.len());
            for (queued, answer) in jobs.drain(..) {
                match fits(&queued.submission, &loaded) {
                    Ok(()) => checked.push((queued, answer)),
                    Err(error) => drop(answer.send(Err(error.into()))),
                }
            }
            *jobs = checked;
            if jobs.is_empty() {
                return Ok(Jobs::new());
            }
            if let Some(left) = self.call(jobs, &loaded).await? {
                return Ok(left);
            }
        }
        Err(AppError::Unavailable)
    }

    /// One call: answers the jobs that it took and returns the others; `None` if it was declined, and all is to be tried again.
    async fn call(&mut self, jobs: &mut Jobs, loaded: &Arc<Loaded>) -> Result<Option<Jobs>, AppError> {
        let now_ms = self.shared.now_ms();
        let plan = Periods::plan(jobs.iter().map(|(queued, _)| queued.submission.at), loaded, now_ms);
        let items: Vec<Item> = jobs.iter().zip(&plan.set_of).map(|((queued, _), set)| item(queued, *set, loaded)).collect();
        self.calls += 1;
        let batch = Batch {
            scope: &loaded.scope,
            writer: &self.name,
            call: self.calls,
            now_ms,
            targets: &plan.targets,
            sets: &plan.sets,
            gains: gains(loaded, now_ms),
            items: &items,
        };
        let commit = commit(jobs.len(), jobs.iter().filter_map(|(queued, _)| queued.sent_in.as_ref()));
        let answer = self.shared.store.submit(&batch).instrument(commit).await;
        let Some(outcomes) = self.settle(&loaded.scope, answer).await? else { return Ok(None) };
        metrics::batch(&outcomes);
        self.shared.has_taken(outcomes.iter().filter(|outcome| !matches!(outcome, Outcome::Back(_))).count());
        outcomes.iter().filter_map(version_of).max().into_iter().for_each(|version| self.shared.has_written(&loaded.scope, version));
        let left = jobs.split_off(outcomes.len());
        for ((queued, answer), outcome) in jobs.drain(..).zip(outcomes) {
            if let Outcome::Counted(counted) = &outcome
                && (queued.brief || counted.standings.iter().any(Standing::is_first))
            {
                self.newcomers.note(&queued.submission.player);
            }
            drop(answer.send(counted(outcome, queued).map(|counted| (counted, loaded.clone()))));
        }
        self.show_newcomers(&loaded.scope, &plan.targets, now_ms).await;
        Ok(Some(left))
    }

    /// Has the board show new players as their profiles say. They were answered already: it takes a look into the store.
    async fn show_newcomers(&mut self, scope: &Scope, targets: &[Target], now_ms: u64) {
        let version = self.newcomers.show(&self.shared.store, scope, targets, now_ms).await;
        version.into_iter().for_each(|version| self.shared.has_written(scope, version));
    }

    async fn change(&mut self, choice: Choice, plan: Plan) -> Result<Changed, AppError> {
        let mut total = 0;
        let mut tries = 0;
        loop {
            let (loaded, now_ms) = (self.shared.loaded(), self.shared.now_ms());
            let targets = choice(&loaded, now_ms)?;
            let edit = plan(&loaded, now_ms)?;
            self.calls += 1;
            let change = Change { scope: &loaded.scope, writer: &self.name, call: self.calls, now_ms, targets: &targets, edit: &edit };
            let answer = self.shared.store.change(&change).await;
            let answer = self.settle(&loaded.scope, answer).await?;
            if let Some(Changed::Put(_, version) | Changed::Removed { version, .. }) = &answer {
                self.shared.has_written(&loaded.scope, *version);
            }
            if let (Some(Changed::Put(standings, _)), Edit::Put { player, .. }) = (&answer, &edit)
                && standings.iter().any(Standing::is_first)
            {
                self.newcomers.note(player);
                self.show_newcomers(&loaded.scope, &targets, now_ms).await;
            }
            match answer {
                Some(Changed::Removed { removed, left, version }) => {
                    total += removed;
                    if left == 0 || removed == 0 {
                        return Ok(Changed::Removed { removed: total, left, version });
                    }
                }
                Some(changed) => return Ok(changed),
                None if tries < TRIES => tries += 1,
                None => return Err(AppError::Unavailable),
            }
        }
    }

    /// What a call answered; `None` if it is to be tried again, with what it was declined for put right.
    async fn settle<T>(&self, scope: &Scope, answer: Answer<T>) -> Result<Option<T>, AppError> {
        match answer.map_err(from_store)? {
            Ok(answer) => Ok(Some(answer)),
            Err(Declined::NoBoard) if !scope.is_behind => Err(AppError::no(What::Board)),
            Err(Declined::Closed) => Err(AppError::Closed { message: t::error::PERIOD_CLOSED.into() }),
            // Of these, only what restores entries has to do with.
            Err(Declined::Moved | Declined::Entries | Declined::Gone) => Err(AppError::Internal),
            // What went on behind a board is what everybody sees by now.
            Err(Declined::OtherRules | Declined::NoBoard) => match self.shared.reload().await? {
                Some(_) => Ok(None),
                None => Err(AppError::no(What::Board)),
            },
            Err(Declined::Behind(now_ms)) => {
                self.shared.is_at_least(now_ms);
                Ok(None)
            }
        }
    }
}

/// The span of a call. It is part of no request's trace, as it may be for many of them, and is linked to the span of each.
fn commit<'a>(jobs: usize, sent_in: impl Iterator<Item = &'a SpanContext>) -> Span {
    let span = debug_span!("commit", jobs);
    telemetry::link(&span, sent_in);
    span
}

/// The version that holds a submission, if it was counted.
fn version_of(outcome: &Outcome) -> Option<u64> {
    if let Outcome::Counted(counted) = outcome { Some(counted.version) } else { None }
}

/// Tells everybody the same.
fn fail(jobs: Jobs, error: &AppError) {
    metrics::failed(jobs.len());
    jobs.into_iter().for_each(|(_, answer)| drop(answer.send(Err(error.clone().into()))));
}

fn item<'a>(queued: &'a Queued, set: u8, loaded: &Loaded) -> Item<'a> {
    let Queued { submission, brief, by, guard, .. } = queued;
    Item {
        id: submission.id.as_ref(),
        player: &submission.player,
        key: order::key(submission.score, &loaded.rules),
        columns: order::columns(&submission.tiebreaks, &loaded.rules),
        metadata: &submission.metadata,
        at_ms: submission.at,
        set,
        brief: *brief,
        by: by.as_deref(),
        guard: *guard,
    }
}

/// The most that may be gained, by the rules that are written by.
fn gains(loaded: &Loaded, now_ms: u64) -> Option<Gains> {
    let most = loaded.rules.review?.max_gain?;
    Some(Gains { since_ms: now_ms.saturating_sub(u64::from(most.seconds) * 1000), most: most.score.units().unsigned_abs() })
}

/// Whether a submission is one that the board takes. It was checked when it came; the rules may have changed since.
pub(super) fn fits(submission: &Submission, loaded: &Loaded) -> Result<(), AppError> {
    let rules = &loaded.rules;
    open_to_writes(rules)?;
    if submission.score.decimals() != rules.decimals || submission.tiebreaks.len() != rules.tiebreaks.len() {
        return Err(AppError::invalid(Field::Score, t::error::RULES_CHANGED));
    }
    rules.bounds().check(submission.score)
}

/// An archived board takes nothing, and one that follows others has its entries from these alone.
pub fn open_to_writes(rules: &Rules) -> Result<(), AppError> {
    let message = match (rules.archived, &rules.follows) {
        (true, _) => Words::from(t::problem::archived("{\"archived\": false}")),
        (_, Some(_)) => t::problem::FOLLOWS.into(),
        _ => return Ok(()),
    };
    Err(AppError::Closed { message })
}

fn counted(outcome: Outcome, queued: Box<Queued>) -> Result<Counted, Uncounted> {
    let refused = match outcome {
        Outcome::Counted(counted) => return Ok(counted),
        Outcome::Back(finding) => return Err(Uncounted::Back(queued, finding)),
        Outcome::Conflict => AppError::Conflict,
        Outcome::Barred => AppError::Barred,
        Outcome::TooLarge => AppError::invalid(Field::Score, t::error::SUM_LARGE),
    };
    Err(refused.into())
}
