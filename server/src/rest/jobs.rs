use super::{
    caller::{May, ToManage, ToRead},
    json::Json,
    problems::{Asking, Operating, Rebuilding},
    query::{BoardPath, NoQuery, path},
};
use crate::{
    auth::audit::Witness,
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
use utoipa::ToSchema;

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
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RebuildBody {
    /// The copy's id; in place if left out.
    #[schema(value_type = Option<BoardId>)]
    into: Option<String>,
    /// The copy's rules, where they are to be others.
    #[serde(default)]
    rules: RulesChange,
    /// Whether it only says what it would do.
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/boards/{board}/rebuild`: makes a board's entries, or those of a copy, anew out of its log.
#[utoipa::path(
    post,
    path = "/api/boards/{board}/rebuild",
    operation_id = "rebuild",
    tag = "jobs",
    summary = "Make a board's entries anew out of its log",
    description = "In place, or into a copy by other rules. With `dryRun` it only says what that would do.",
    params(("board" = BoardId, Path, description = "The board's id.")),
    request_body(content = RebuildBody, description = "Into what, and by which rules.", example = json!({"into": "laps-sum", "rules": {"keep": "sum"}})),
    responses((status = 202, description = "The job that does it.", body = Job, headers(("location" = String, description = "Where to ask how far it is."))), Rebuilding),
    security(("key" = []), ("session" = []))
)]
pub async fn rebuild(
    State(jobs): State<Arc<Jobs>>,
    May(caller, _): May<ToManage>,
    BoardPath(board): BoardPath,
    witness: Witness,
    _: NoQuery,
    body: Json,
) -> Result<(StatusCode, [(HeaderName, String); 1], Answer<Job>), Problem> {
    let RebuildBody { into, rules, dry_run } = body.object()?;
    let into = into.as_deref().map(BoardId::parse).transpose()?;
    if rules.id.is_some() {
        return Err(AppError::invalid(Field::Id, "The copy's id is what into says.").into());
    }
    if dry_run {
        witness.forget();
    }
    let job = jobs.rebuild(caller, &board, into, rules, dry_run).await?;
    witness.after(&job);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, format!("/api/jobs/{}", job.id))], Answer(job)))
}

/// Jobs, newest first.
#[derive(Serialize, ToSchema)]
pub struct JobList {
    /// All that are kept.
    jobs: Vec<Job>,
}

/// `GET /api/jobs`: the jobs that are kept.
#[utoipa::path(
    get,
    path = "/api/jobs",
    operation_id = "listJobs",
    tag = "jobs",
    summary = "Jobs, newest first",
    description = "At most 200 are kept, those that are over for a week.",
    responses((status = 200, description = "All that are kept.", body = JobList), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn list_jobs(State(jobs): State<Arc<Jobs>>, May(caller, _): May<ToRead>, _: NoQuery) -> Result<Answer<JobList>, Problem> {
    Ok(Answer(JobList { jobs: jobs.list(caller).await? }))
}

/// `GET /api/jobs/{id}`: one of them.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}",
    operation_id = "getJob",
    tag = "jobs",
    summary = "How far a job is",
    description = "",
    params(("id" = String, Path, description = "The job's id.", pattern = "^[0-9a-f]{16}$")),
    responses((status = 200, description = "The job.", body = Job), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn show_job(
    State(jobs): State<Arc<Jobs>>,
    May(caller, _): May<ToRead>,
    JobPath(id): JobPath,
    _: NoQuery,
) -> Result<Answer<Job>, Problem> {
    Ok(Answer(jobs.show(caller, &id).await?))
}

/// `DELETE /api/jobs/{id}`: asks that it ends.
#[utoipa::path(
    delete,
    path = "/api/jobs/{id}",
    operation_id = "cancelJob",
    tag = "jobs",
    summary = "Cancel a job",
    description = "It ends at its next step, and leaves nothing half done. One that is over stays as it is.",
    params(("id" = String, Path, description = "The job's id.", pattern = "^[0-9a-f]{16}$")),
    responses((status = 202, description = "The job as it is.", body = Job), Operating),
    security(("key" = []), ("session" = []))
)]
pub async fn cancel_job(
    State(jobs): State<Arc<Jobs>>,
    May(caller, _): May<ToManage>,
    JobPath(id): JobPath,
    _: NoQuery,
) -> Result<(StatusCode, Answer<Job>), Problem> {
    Ok((StatusCode::ACCEPTED, Answer(jobs.cancel(caller, &id).await?)))
}
