//! Group commit: whatever was submitted to a board while the last call to Valkey was in flight goes into the next one.
//! No timer: a lone submission goes at once, and a crowd shares calls. Changes by operators go through the same queue, in order.

use super::{
    board::{Loaded, Shared},
    from_store, order,
};
use crate::{
    metrics,
    valkey::functions::{
        Answer, Declined, Target,
        change::{Change, Changed, Edit},
        submit::{Batch, Counted, Item, Outcome},
    },
};
use app::{
    error::{AppError, Field, What},
    model::Submission,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Submissions that may wait; one more is answered "busy".
const QUEUE: usize = 4_096;
/// Submissions in one call: it keeps Valkey from answering others for about a millisecond.
const BATCH: usize = 256;
/// Sets of periods in one call. Late submissions have sets of their own; should there be more, the rest waits for the next call.
const SETS: usize = 32;
/// Periods that one call touches at most: they are numbered by a byte, from 1.
const TARGETS: usize = 255;
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
pub type Receipted = Result<(Counted, Arc<Loaded>), AppError>;

/// Takes submissions and changes for one board.
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

enum Job {
    Submit(Box<Submission>, oneshot::Sender<Receipted>),
    Change(Choice, Plan, oneshot::Sender<Result<Changed, AppError>>),
}

impl Writer {
    /// Starts the board's writer, under a name that no other has; it ends when this is dropped.
    pub fn start(shared: Arc<Shared>, name: String) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(Scribe { shared, name, calls: 0 }.write(jobs));
        Self { queue }
    }

    /// Whether it still takes submissions.
    pub fn runs(&self) -> bool {
        !self.queue.is_closed()
    }

    /// Counts submissions, at most 1,000; one outcome for each, in order. If the queue has no room for all of them, none is counted.
    pub async fn submit(&self, submissions: Vec<Submission>) -> Result<Vec<Receipted>, AppError> {
        let permits = self.queue.try_reserve_many(submissions.len()).map_err(|_| AppError::Busy)?;
        let mut outcomes = Vec::with_capacity(submissions.len());
        for (permit, submission) in permits.zip(submissions) {
            let (answer, outcome) = oneshot::channel();
            permit.send(Job::Submit(Box::new(submission), answer));
            outcomes.push(outcome);
        }
        let all = async {
            let mut answers = Vec::with_capacity(outcomes.len());
            for outcome in outcomes {
                // An answer that never comes is that of a writer that ended.
                answers.push(outcome.await.unwrap_or(Err(AppError::Unavailable)));
            }
            answers
        };
        timeout(PATIENCE, all).await.map_err(|_| AppError::Unavailable)
    }

    /// Makes a change.
    pub async fn change(&self, choice: Choice, plan: Plan) -> Result<Changed, AppError> {
        let (answer, outcome) = oneshot::channel();
        self.queue.try_send(Job::Change(choice, plan, answer)).map_err(|_| AppError::Busy)?;
        match timeout(LONG_PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) | Err(_) => Err(AppError::Unavailable),
        }
    }
}

/// Writes for one board, one call at a time.
struct Scribe {
    shared: Arc<Shared>,
    name: String,
    calls: u64,
}

impl Scribe {
    async fn write(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while jobs.recv_many(&mut waiting, BATCH).await > 0 {
            let mut batch = Vec::with_capacity(waiting.len());
            for job in waiting.drain(..) {
                match job {
                    // Whoever no longer waits for an answer has gone away, or was told that it was not counted.
                    Job::Submit(_, answer) if answer.is_closed() => {}
                    Job::Submit(submission, answer) => batch.push((submission, answer)),
                    Job::Change(_, _, answer) if answer.is_closed() => {}
                    Job::Change(choice, plan, answer) => {
                        self.submit(std::mem::take(&mut batch)).await;
                        drop(answer.send(self.change(choice, plan).await));
                    }
                }
            }
            self.submit(batch).await;
        }
    }

    async fn submit(&mut self, mut jobs: Vec<(Box<Submission>, oneshot::Sender<Receipted>)>) {
        while !jobs.is_empty() {
            let size = jobs.len();
            let left = match self.try_submit(&mut jobs).await {
                Ok((outcomes, loaded, taken)) => {
                    let left = jobs.split_off(taken);
                    for ((_, answer), outcome) in jobs.into_iter().zip(outcomes) {
                        drop(answer.send(outcome.map(|counted| (counted, loaded.clone()))));
                    }
                    left
                }
                Err(error) => {
                    metrics::failed(size);
                    jobs.into_iter().for_each(|(_, answer)| drop(answer.send(Err(error.clone()))));
                    Vec::new()
                }
            };
            jobs = left;
        }
    }

    /// Writes as many jobs, from the first on, as one call takes; answers those that don't fit the rules.
    async fn try_submit(&mut self, jobs: &mut Vec<(Box<Submission>, oneshot::Sender<Receipted>)>) -> Result<Written, AppError> {
        let mut reloaded = false;
        for _ in 0..TRIES {
            let (loaded, now_ms) = (self.shared.loaded(), self.shared.now_ms());
            if !reloaded && jobs.iter().any(|(submission, _)| fits(submission, &loaded).is_err()) {
                // Another server may just have edited the rules: what is refused is refused by those of now.
                self.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
                reloaded = true;
                continue;
            }
            let mut checked = Vec::with_capacity(jobs.len());
            for (submission, answer) in jobs.drain(..) {
                match fits(&submission, &loaded) {
                    Ok(()) => checked.push((submission, answer)),
                    Err(error) => drop(answer.send(Err(error))),
                }
            }
            *jobs = checked;
            if jobs.is_empty() {
                return Ok((Vec::new(), loaded, 0));
            }
            let plan = Periods::plan(jobs.iter().map(|(submission, _)| submission.at), &loaded, now_ms);
            let items: Vec<Item> = jobs.iter().zip(&plan.set_of).map(|((submission, _), set)| item(submission, *set, &loaded)).collect();
            self.calls += 1;
            let batch = Batch {
                scope: &loaded.scope,
                writer: &self.name,
                call: self.calls,
                now_ms,
                targets: &plan.targets,
                sets: &plan.sets,
                items: &items,
            };
            let answer = self.shared.store.submit(&batch).await;
            if let Some(outcomes) = self.settle(answer).await? {
                metrics::batch(&outcomes);
                let taken = outcomes.len();
                return Ok((outcomes.into_iter().map(counted).collect(), loaded, taken));
            }
        }
        Err(AppError::Unavailable)
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
            match self.settle(answer).await? {
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
    async fn settle<T>(&self, answer: Answer<T>) -> Result<Option<T>, AppError> {
        match answer.map_err(from_store)? {
            Ok(answer) => Ok(Some(answer)),
            Err(Declined::NoBoard) => Err(AppError::no(What::Board)),
            Err(Declined::Closed) => Err(AppError::Closed { message: "This period is closed and takes no changes any more.".to_owned() }),
            Err(Declined::OtherRules) => match self.shared.reload().await? {
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

/// Outcomes of the first so many jobs.
type Written = (Vec<Result<Counted, AppError>>, Arc<Loaded>, usize);

/// The periods of a batch.
struct Periods {
    targets: Vec<Target>,
    sets: Vec<Vec<u8>>,
    /// For each submission, as far as one call takes them.
    set_of: Vec<u8>,
}

impl Periods {
    /// Finds the periods for submissions of these times.
    fn plan(times: impl Iterator<Item = Option<u64>>, loaded: &Loaded, now_ms: u64) -> Self {
        let targets = loaded.current(now_ms);
        let sets = vec![(0..targets.len() as u8).collect()];
        let mut plan = Self { targets, sets, set_of: Vec::new() };
        for at in times {
            let set = match at {
                Some(at) if at < now_ms => plan.late(loaded.at(at, now_ms)),
                _ => Some(0),
            };
            match set {
                Some(set) => plan.set_of.push(set),
                None => break,
            }
        }
        plan
    }

    /// The set of these periods, added if it is new; `None` if there is no room for it.
    fn late(&mut self, targets: Vec<Target>) -> Option<u8> {
        let is_new = |target: &&Target| !self.targets.iter().any(|known| known.label == target.label);
        if self.targets.len() + targets.iter().filter(is_new).count() > TARGETS {
            return None;
        }
        let set: Vec<u8> = targets
            .into_iter()
            .map(|target| {
                let known = self.targets.iter().position(|known| known.label == target.label);
                known.unwrap_or_else(|| {
                    self.targets.push(target);
                    self.targets.len() - 1
                }) as u8
            })
            .collect();
        if let Some(known) = self.sets.iter().position(|known| *known == set) {
            return Some(known as u8);
        }
        if self.sets.len() == SETS {
            return None;
        }
        self.sets.push(set);
        Some(self.sets.len() as u8 - 1)
    }
}

fn item<'a>(submission: &'a Submission, set: u8, loaded: &Loaded) -> Item<'a> {
    Item {
        id: submission.id.as_ref(),
        player: &submission.player,
        key: order::key(submission.score, &loaded.rules),
        columns: order::columns(&submission.tiebreaks, &loaded.rules),
        metadata: &submission.metadata,
        at_ms: submission.at,
        set,
    }
}

/// Whether a submission is one that the board takes. It was checked when it came; the rules may have changed since.
fn fits(submission: &Submission, loaded: &Loaded) -> Result<(), AppError> {
    let rules = &loaded.rules;
    if rules.archived {
        return Err(archived());
    }
    if submission.score.decimals() != rules.decimals || submission.tiebreaks.len() != rules.tiebreaks.len() {
        return Err(AppError::invalid(Field::Score, "The board's rules have changed meanwhile. Send it again."));
    }
    rules.check_score(submission.score)
}

/// An archived board takes nothing.
pub fn archived() -> AppError {
    AppError::Closed {
        message: "This board is archived and takes no changes. An operator opens it again with {\"archived\": false}.".to_owned(),
    }
}

fn counted(outcome: Outcome) -> Result<Counted, AppError> {
    match outcome {
        Outcome::Counted(counted) => Ok(counted),
        Outcome::Conflict => Err(AppError::Conflict),
        Outcome::TooLarge => Err(AppError::invalid(Field::Score, "With this score the player's sum would be larger than a score can be.")),
    }
}
