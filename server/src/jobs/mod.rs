//! Long work: it is noted in the store, done by whichever server takes it, and gone on with by another when that one is gone.
//!
//! - [`runner`]: takes jobs and does them
//! - this file: what a job is, and what can be asked of it

mod runner;

use crate::{
    boards::{
        Boards,
        caller::Caller,
        catalog::token,
        combine::CombinePlan,
        from_store,
        rebuild::{self, Progress},
        rights::Right,
    },
    error::Problem,
    reader,
    valkey::functions::job::StoredJob,
};
use app::{
    error::{AppError, What},
    i18n::Language,
    model::{BoardId, Combination, RulesChange, status::JobCounts},
};
use serde::Serialize;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::Notify;
use utoipa::ToSchema;

/// A job, as it is shown.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: String,
    /// What it does: `rebuild` or `combine`.
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
    #[schema(value_type = Option<Object>)]
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
        let plan = self.boards.plan_rebuild(caller.clone(), board, into, rules, dry_run).await?;
        self.create(caller, board, Plan::Rebuild(Box::new(plan))).await
    }

    /// Has a board made out of others, and kept up to date from then on if it is to `follow` them.
    pub async fn combine(
        &self,
        caller: Caller,
        into: BoardId,
        combination: Combination,
        follow: bool,
        rules: RulesChange,
    ) -> Result<Job, AppError> {
        let plan = self.boards.plan_combine(caller.clone(), into.clone(), combination, follow, rules).await?;
        self.create(caller, &into, Plan::Combine(plan)).await
    }

    async fn create(&self, caller: Caller, board: &BoardId, plan: Plan) -> Result<Job, AppError> {
        let ask = plan.written()?;
        let id = token();
        let store = self.boards.store();
        if !store.create_job(&id, self.boards.now_ms(), plan.kind(), board.as_str(), &ask).await.map_err(from_store)? {
            plan.take_back(&self.boards).await?;
            return Err(AppError::Busy);
        }
        self.created.notify_one();
        self.show(caller, &id).await
    }

    /// One job.
    pub async fn show(&self, caller: Caller, id: &str) -> Result<Job, AppError> {
        let job = self.boards.store().job(id).await.map_err(from_store)?.map(job).ok_or_else(|| AppError::no(What::Job))?;
        caller.must(Right::Read, BoardId::parse(&job.board).ok().as_ref())?;
        Ok(job)
    }

    /// All jobs that are kept and that whoever asks may see, newest first.
    pub async fn list(&self, caller: Caller) -> Result<Vec<Job>, AppError> {
        let may_see = |job: &Job| caller.may(Right::Read, BoardId::parse(&job.board).ok().as_ref());
        Ok(self.boards.store().jobs().await.map_err(from_store)?.into_iter().map(job).filter(may_see).collect())
    }

    /// How many of all jobs that are kept are in which state.
    pub async fn count(&self) -> Result<JobCounts, AppError> {
        let mut counts = JobCounts::default();
        for job in self.boards.store().jobs().await.map_err(from_store)? {
            match &*job.state {
                "waiting" => counts.waiting += 1,
                "running" => counts.running += 1,
                "done" => counts.done += 1,
                "failed" => counts.failed += 1,
                "cancelled" => counts.cancelled += 1,
                // Of a newer server.
                _ => {}
            }
        }
        Ok(counts)
    }

    /// Asks that a job ends: it does at its next step, unless that was its last.
    pub async fn cancel(&self, caller: Caller, id: &str) -> Result<Job, AppError> {
        let shown = self.show(caller.clone(), id).await?;
        caller.must(Right::Manage, BoardId::parse(&shown.board).ok().as_ref())?;
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
        Some(answer) => (None, problem_of(&answer).map(Problem::from)),
        None => (None, None),
    };
    let StoredJob { id, kind, board, state, times: [created_at, updated_at], steps: [done, total], .. } = stored;
    Job { id, kind, board, state, created_at, updated_at, done, total, result, problem }
}

/// Why a job failed, as it is kept: in each language, since nobody knows who will ask.
fn kept_problem(error: &AppError) -> String {
    let told: BTreeMap<_, _> = Language::ALL.map(|language| (language.code(), error.clone().told_in(language))).into();
    serde_json::to_string(&told).unwrap_or_default()
}

/// The same in the language of whoever asks. Servers of before have kept it in English alone.
fn problem_of(kept: &str) -> Option<AppError> {
    let told = serde_json::from_str::<BTreeMap<String, AppError>>(kept);
    told.ok().and_then(|mut told| told.remove(reader::language().code())).or_else(|| serde_json::from_str(kept).ok())
}

/// What a job is to do.
enum Plan {
    Rebuild(Box<rebuild::Plan>),
    Combine(CombinePlan),
}

impl Plan {
    /// Out of the store.
    fn stored(stored: &StoredJob) -> Result<Self, AppError> {
        let plan = match &*stored.kind {
            "rebuild" => serde_json::from_str(&stored.ask).map(Self::Rebuild),
            "combine" => serde_json::from_str(&stored.ask).map(Self::Combine),
            // Of a newer server.
            _ => return Err(AppError::Internal),
        };
        plan.map_err(|error| {
            tracing::error!(job.id = stored.id, %error, "a job can't be read");
            AppError::Internal
        })
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Rebuild(_) => "rebuild",
            Self::Combine(_) => "combine",
        }
    }

    fn written(&self) -> Result<String, AppError> {
        let written = match self {
            Self::Rebuild(plan) => serde_json::to_string(plan),
            Self::Combine(plan) => serde_json::to_string(plan),
        };
        written.map_err(|_| AppError::Internal)
    }

    /// How many steps are known of.
    fn steps(&self) -> u64 {
        match self {
            Self::Rebuild(plan) => plan.to,
            Self::Combine(_) => 0,
        }
    }

    /// Does it; what was done, as JSON.
    async fn carry_out(&self, boards: &Boards, progress: &mut (impl Progress + Send)) -> Result<String, AppError> {
        let done = match self {
            Self::Rebuild(plan) => serde_json::to_string(&boards.rebuild(plan, progress).await?),
            Self::Combine(plan) => serde_json::to_string(&boards.combine(plan, progress).await?),
        };
        done.map_err(|_| AppError::Internal)
    }

    /// Takes back what was founded for it.
    async fn take_back(&self, boards: &Boards) -> Result<(), AppError> {
        match self {
            Self::Rebuild(plan) => boards.drop_rebuild(plan).await,
            Self::Combine(plan) => boards.drop_combine(plan).await,
        }
    }
}
