//! Long work.

use super::{
    Page,
    desk::{Desk, get, text},
    fields::Act,
    parts::{Badge, When},
    table::{Head, table_or},
};
use crate::{
    error::AppError,
    i18n::{number, t},
    model::Role,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Jobs {
    jobs: Vec<Job>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    id: String,
    kind: String,
    board: String,
    state: String,
    done: u64,
    total: u64,
    created_at: u64,
    result: Option<Value>,
    problem: Option<Value>,
}

/// `/admin/jobs`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let Jobs { jobs } = get("/api/jobs").await?;
    let rows = jobs.iter().map(|job| row(desk, job)).collect();
    let heads = [
        Head::Name(t::desk_jobs::JOB.text()),
        Head::Name(t::desk::BOARD.text()),
        Head::Name(t::desk::STATE.text()),
        Head::Name(t::desk::PROGRESS.text()),
        Head::Name(t::desk_jobs::RESULT.text()),
        Head::Figures(t::desk_jobs::BEGAN.text()),
        Head::Unseen(t::desk_jobs::CANCEL.text()),
    ];
    let table = table_or(t::desk_jobs::NONE.text(), &heads, rows);
    Ok((t::desk::JOBS.into(), view! { <div id="jobs" data-live="">{table}</div> }.into_any()))
}

fn row(desk: &Desk, job: &Job) -> impl IntoView + use<> {
    let kind = match &*job.state {
        "done" => "good",
        "failed" => "bad",
        "cancelled" => "plain",
        _ => "warn",
    };
    let state = match &*job.state {
        "waiting" => t::desk_jobs::WAITING.into(),
        "running" => t::desk_jobs::RUNNING.into(),
        "done" => t::desk_jobs::DONE.into(),
        "failed" => t::desk_jobs::FAILED.into(),
        "cancelled" => t::desk_jobs::CANCELLED.into(),
        other => other.to_owned(),
    };
    let is_open = matches!(&*job.state, "waiting" | "running");
    let draft = desk.draft("act");
    let cancel = (is_open && desk.may(Role::Manager)).then(|| {
        view! { <Act draft id=format!("cancel-{}", job.id) call=format!("DELETE /api/jobs/{}", job.id) then="/admin/jobs?done=cancelled" label=t::desk_jobs::CANCEL consequence=t::desk_jobs::CANCEL_CONSEQUENCE /> }
    });
    let problem = job.problem.as_ref().map(|problem| text(problem, "detail").to_owned());
    let result = job.result.as_ref().map(|result| {
        let text = serde_json::to_string_pretty(result).unwrap_or_default();
        view! { <details><summary>{t::desk_jobs::SHOWN_RESULT}</summary><pre tabindex="0" dir="ltr">{text}</pre></details> }
    });
    view! {
        <tr>
            <td>{job.kind.clone()} " " <small>{job.id.clone()}</small></td>
            <td><a href=format!("/admin/boards/{}", job.board)>{job.board.clone()}</a></td>
            <td><Badge kind text=state /></td>
            <td><progress max=job.total.max(1).to_string() value=if job.state == "done" { job.total.max(1) } else { job.done }.to_string() aria-label=t::desk::PROGRESS></progress> " " <small>{t::desk_jobs::progress_of(&number(job.done), &number(job.total))}</small></td>
            <td>{problem} {result}</td>
            <td class="figures"><When at=job.created_at /></td>
            <td>{cancel}</td>
        </tr>
    }
}
