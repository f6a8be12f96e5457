//! Long work: it is noted in the store, done by whichever server takes it, and gone on with by another when that one is gone.
//!
//! - [`runner`]: takes jobs and does them
//! - this file: what a job is, and what can be asked of it

mod runner;

use crate::{
    boards::{Boards, caller::Caller, catalog::token, from_store, rebuild::Plan},
    error::Problem,
    valkey::functions::job::StoredJob,
};
use app::{
    error::{AppError, What},
    model::{BoardId, RulesChange},
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use tokio::sync::Notify;

/// A job, as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does: `rebuild`.
    pub kind: String,
    /// The board that it is about.
    pub board: String,
    /// `waiting`, `running`, `done`, `failed`, `cancelled`.
    pub state: String,
    /// When it was created, in ms since 1970.
    pub created_at: u64,
    /// When it was last heard of, in ms since 1970.
    pub updated_at: u64,
    /// Steps that are done.
    pub done: u64,
    /// Steps that are known of.
    pub total: u64,
    /// What was done, once it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Box<RawValue>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// The jobs of all boards.
pub struct Jobs {
    boards: Arc<Boards>,
    /// A job was created here: no need to wait for the next look.
    created: Notify,
}

impl Jobs {
    /// Of these boards.
    pub fn new(boards: Arc<Boards>) -> Self {
        Self { boards, created: Notify::new() }
    }

    /// Has a board rebuilt.
    pub async fn rebuild(
        &self,
        caller: Caller,
        board: &BoardId,
        into: Option<BoardId>,
        rules: RulesChange,
        dry_run: bool,
    ) -> Result<Job, AppError> {
        let plan = self.boards.plan_rebuild(caller, board, into, rules, dry_run).await?;
        let ask = serde_json::to_string(&plan).map_err(|_| AppError::Internal)?;
        let id = token();
        let store = self.boards.store();
        if !store.create_job(&id, self.boards.now_ms(), "rebuild", board.as_str(), &ask).await.map_err(from_store)? {
            self.boards.drop_rebuild(&plan).await?;
            return Err(AppError::Busy);
        }
        self.created.notify_one();
        self.show(caller, &id).await
    }

    /// One job.
    pub async fn show(&self, caller: Caller, id: &str) -> Result<Job, AppError> {
        caller.must_be_admin()?;
        Ok(job(self.boards.store().job(id).await.map_err(from_store)?.ok_or_else(|| AppError::no(What::Job))?))
    }

    /// All jobs that are kept, newest first.
    pub async fn list(&self, caller: Caller) -> Result<Vec<Job>, AppError> {
        caller.must_be_admin()?;
        Ok(self.boards.store().jobs().await.map_err(from_store)?.into_iter().map(job).collect())
    }

    /// Asks that a job ends: it does at its next step, unless that was its last.
    pub async fn cancel(&self, caller: Caller, id: &str) -> Result<Job, AppError> {
        let shown = self.show(caller, id).await?;
        if !self.boards.store().cancel_job(id).await.map_err(from_store)? {
            return Ok(shown);
        }
        self.created.notify_one();
        self.show(caller, id).await
    }
}

fn job(stored: StoredJob) -> Job {
    let is_done = stored.state == "done";
    let (result, problem) = match stored.answer {
        Some(answer) if is_done => (RawValue::from_string(answer).ok(), None),
        Some(answer) => (None, serde_json::from_str::<AppError>(&answer).ok().map(Problem::from)),
        None => (None, None),
    };
    let StoredJob { id, kind, board, state, times: [created_at, updated_at], steps: [done, total], .. } = stored;
    Job { id, kind, board, state, created_at, updated_at, done, total, result, problem }
}

/// What a job is to do, out of the store.
fn plan(stored: &StoredJob) -> Result<Plan, AppError> {
    serde_json::from_str(&stored.ask).map_err(|error| {
        tracing::error!(job.id = stored.id, %error, "a job can't be read");
        AppError::Internal
    })
}
