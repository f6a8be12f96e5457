//! Group commit: whatever was submitted to a board while the last call to Valkey was in flight goes into the next one.
//! No timer: a lone submission goes at once, and a crowd shares calls.

use crate::{
    metrics,
    valkey::{
        StoreError,
        functions::{Batch, Outcome, Store},
    },
};
use app::model::{BoardId, Submission};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Submissions that may wait; one more is answered "busy".
const QUEUE: usize = 4_096;
/// Submissions in one call: it keeps Valkey from answering others for about a millisecond.
const BATCH: usize = 256;

/// How long a submission may wait for its outcome, in the queue and in Valkey, before whoever sent it is told that the board
/// can't be reached. One that still queues then is not counted any more.
const PATIENCE: Duration = Duration::from_secs(5);

/// Takes submissions for one board.
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

struct Job {
    submission: (Submission, i64),
    answer: oneshot::Sender<Result<Outcome, StoreError>>,
}

impl Writer {
    /// Starts the board's writer; it ends when this is dropped.
    pub fn start(store: Store, board: BoardId, name: String) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        tokio::spawn(write(store, board, name, jobs));
        Self { queue }
    }

    /// Counts a submission that has the given sort key.
    pub async fn submit(&self, submission: Submission, key: i64) -> Result<Outcome, StoreError> {
        let (answer, outcome) = oneshot::channel();
        let job = Job { submission: (submission, key), answer };
        self.queue.try_send(job).map_err(|_| StoreError::Backpressure("the board's queue is full".to_owned()))?;
        match timeout(PATIENCE, outcome).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(StoreError::Unavailable("the board's writer ended".to_owned())),
            Err(_) => Err(StoreError::Unavailable("no outcome in time".to_owned())),
        }
    }
}

async fn write(store: Store, board: BoardId, writer: String, mut jobs: mpsc::Receiver<Job>) {
    let mut call = 0;
    let mut waiting = Vec::with_capacity(BATCH);
    while jobs.recv_many(&mut waiting, BATCH).await > 0 {
        waiting.retain(|job: &Job| !job.answer.is_closed());
        if waiting.is_empty() {
            continue;
        }
        call += 1;
        let (submissions, answers): (Vec<_>, Vec<_>) = waiting.drain(..).map(|job| (job.submission, job.answer)).unzip();
        let batch = Batch { board: &board, writer: &writer, call, now_ms: now_ms(), submissions: &submissions };
        let outcomes = store.submit(&batch).await;
        metrics::batch(&outcomes, submissions.len());
        // Whoever no longer waits for an answer has gone away.
        match outcomes {
            Ok(outcomes) => answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| drop(answer.send(Ok(outcome)))),
            Err(error) => answers.into_iter().for_each(|answer| drop(answer.send(Err(error.clone())))),
        }
    }
}

fn now_ms() -> u64 {
    // A clock before 1970 counts as 1970.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}
