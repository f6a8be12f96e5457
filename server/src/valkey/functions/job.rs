//! Jobs: long work that survives whoever does it.

use super::{Store, StoreError, number, odd, text};
use fred::{
    interfaces::{HashesInterface, SortedSetsInterface},
    types::Value,
};
use std::collections::HashMap;

/// Jobs that are listed at most; how long one that is over is kept, in seconds: a week.
const MOST: u64 = 200;
const KEPT_SECONDS: u64 = 7 * 24 * 60 * 60;

/// A job as it is stored.
#[derive(Clone, Debug)]
pub struct StoredJob {
    /// Its id.
    pub id: String,
    /// What kind of work it is.
    pub kind: String,
    /// The board that it is about.
    pub board: String,
    /// What is asked, as JSON.
    pub ask: String,
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// When it was created and last noted, in ms since 1970.
    pub times: [u64; 2],
    /// Steps done, and steps in all.
    pub steps: [u64; 2],
    /// What came of it, as JSON, once it is over.
    pub answer: Option<String>,
}

impl StoredJob {
    /// Whether it has ended.
    pub fn is_over(&self) -> bool {
        !matches!(self.state.as_str(), "waiting" | "running")
    }
}

/// How far a job is, or how it ended.
pub struct Note<'a> {
    /// Which.
    pub id: &'a str,
    /// By which it was taken.
    pub token: &'a str,
    /// The time, in ms since 1970.
    pub now_ms: u64,
    /// Until when nobody else may take it on, in ms since 1970.
    pub until_ms: u64,
    /// Steps done, and steps in all.
    pub steps: [u64; 2],
    /// The state it ends with, and its answer as JSON.
    pub end: Option<(&'a str, &'a str)>,
}

/// What whoever works on a job is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// To go on.
    GoOn,
    /// To end.
    Cancel,
    /// That another works on it, or that it is over.
    Lost,
}

impl Store {
    /// Notes a job that is to be done; `false`: too many are waiting.
    pub async fn create_job(&self, id: &str, now_ms: u64, kind: &str, board: &str, ask: &str) -> Result<bool, StoreError> {
        let jobs = self.jobs().await?;
        // Room is made before it is needed: the oldest that are over go.
        let over = jobs.iter().rev().filter(|job| job.is_over()).take((jobs.len() + 1).saturating_sub(MOST as usize));
        for job in over {
            self.pool.next().zrem::<(), _, _>(self.keys.jobs(), job.id.as_str()).await?;
        }
        let args = vec![text(id), number(now_ms), text(kind), text(board), text(ask), number(MOST)];
        let reply = self.call("leaderport_job_create", vec![self.keys.jobs(), self.keys.job(id)], args, false).await?;
        Ok(reply.first().and_then(Value::as_u64) == Some(1))
    }

    /// All jobs that are kept, newest first.
    pub async fn jobs(&self) -> Result<Vec<StoredJob>, StoreError> {
        let ids: Vec<String> = self.pool.next().zrange(self.keys.jobs(), 0, -1, None, true, None, false).await?;
        let mut jobs = Vec::with_capacity(ids.len());
        for id in ids {
            match self.job(&id).await? {
                Some(job) => jobs.push(job),
                None => self.pool.next().zrem::<(), _, _>(self.keys.jobs(), id).await?,
            }
        }
        Ok(jobs)
    }

    /// One job.
    pub async fn job(&self, id: &str) -> Result<Option<StoredJob>, StoreError> {
        let fields: HashMap<String, String> = self.pool.next().hgetall(self.keys.job(id)).await?;
        if fields.is_empty() {
            return Ok(None);
        }
        let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
        let count = |name: &str| of(name).parse().unwrap_or(0);
        Ok(Some(StoredJob {
            id: id.to_owned(),
            kind: of("kind"),
            board: of("board"),
            ask: of("ask"),
            state: of("state"),
            times: [count("created"), count("updated")],
            steps: [count("done"), count("total")],
            answer: fields.get("answer").cloned(),
        }))
    }

    /// Takes a job on until a time, under a token that nobody else has; whether it was to be had.
    pub async fn take_job(&self, id: &str, token: &str, now_ms: u64, until_ms: u64) -> Result<bool, StoreError> {
        let args = vec![number(now_ms), text(token), number(until_ms)];
        let reply = self.call("leaderport_job_take", vec![self.keys.job(id)], args, false).await?;
        Ok(reply.first().and_then(Value::as_u64) == Some(1))
    }

    /// Notes how far a job is.
    pub async fn note_job(&self, note: &Note<'_>) -> Result<Told, StoreError> {
        let [done, total] = note.steps.map(number);
        let (state, answer) = note.end.unwrap_or_default();
        let args = vec![
            text(note.token),
            number(note.now_ms),
            number(note.until_ms),
            done,
            total,
            text(state),
            text(answer),
            number(KEPT_SECONDS),
        ];
        let reply = self.call("leaderport_job_note", vec![self.keys.job(note.id)], args, false).await?;
        match reply.first().and_then(Value::as_str).as_deref() {
            Some("ok") => Ok(Told::GoOn),
            Some("cancel") => Ok(Told::Cancel),
            Some("lost") => Ok(Told::Lost),
            _ => Err(odd("job_note", &reply)),
        }
    }

    /// Asks that a job ends; `false` if it is over, or there is no such one.
    pub async fn cancel_job(&self, id: &str) -> Result<bool, StoreError> {
        let reply = self.call("leaderport_job_cancel", vec![self.keys.job(id)], Vec::new(), false).await?;
        Ok(reply.first().and_then(Value::as_u64) == Some(1))
    }
}
