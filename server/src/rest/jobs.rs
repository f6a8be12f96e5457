use super::{
    caller::Operator,
    json::Json,
    query::{BoardPath, NoQuery, path},
};
use crate::{
    error::Problem,
    jobs::{Job, Jobs},
};
use app::{
    error::{AppError, Field},
    model::{BoardId, RulesChange},
};
use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::{HeaderName, StatusCode, header, request::Parts},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The job in a path.
pub struct JobPath(String);

impl<S: Send + Sync> FromRequestParts<S> for JobPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let id: String = path(parts, state).await?;
        let is_id = id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit());
        if is_id { Ok(Self(id)) } else { Err(AppError::invalid(Field::Id, "A job's id is 16 hexadecimal digits.").into()) }
    }
}

/// What to rebuild.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RebuildBody {
    into: Option<String>,
    #[serde(default)]
    rules: RulesChange,
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/boards/{board}/rebuild`: makes a board's entries, or those of a copy, anew out of its log.
pub async fn rebuild(
    State(jobs): State<Arc<Jobs>>,
    Operator(caller): Operator,
    BoardPath(board): BoardPath,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<Job>), Problem> {
    let RebuildBody { into, rules, dry_run } = body.object()?;
    let into = into.as_deref().map(BoardId::parse).transpose()?;
    if rules.id.is_some() {
        return Err(AppError::invalid(Field::Id, "The copy's id is what into says.").into());
    }
    let job = jobs.rebuild(caller, &board, into, rules, dry_run).await?;
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Answer(job)))
}

/// Jobs, newest first.
#[derive(Serialize)]
pub struct JobList {
    jobs: Vec<Job>,
}

/// `GET /api/jobs`: the jobs that are kept.
pub async fn list_jobs(State(jobs): State<Arc<Jobs>>, Operator(caller): Operator, _: NoQuery) -> Result<Answer<JobList>, Problem> {
    Ok(Answer(JobList { jobs: jobs.list(caller).await? }))
}

/// `GET /api/jobs/{id}`: one of them.
pub async fn show_job(
    State(jobs): State<Arc<Jobs>>,
    Operator(caller): Operator,
    JobPath(id): JobPath,
    _: NoQuery,
) -> Result<Answer<Job>, Problem> {
    Ok(Answer(jobs.show(caller, &id).await?))
}

/// `DELETE /api/jobs/{id}`: asks that it ends.
pub async fn cancel_job(
    State(jobs): State<Arc<Jobs>>,
    Operator(caller): Operator,
    JobPath(id): JobPath,
    _: NoQuery,
) -> Result<(StatusCode, Answer<Job>), Problem> {
    Ok((StatusCode::ACCEPTED, Answer(jobs.cancel(caller, &id).await?)))
}
