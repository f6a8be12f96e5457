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
    model::{Role, grouped},
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

const HEADS: [Head; 7] = [
    Head::Name("Job"),
    Head::Name("Board"),
    Head::Name("State"),
    Head::Name("Progress"),
    Head::Name("Result"),
    Head::Figures("Began"),
    Head::Unseen("Cancel"),
];

/// `/admin/jobs`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let Jobs { jobs } = get("/api/jobs").await?;
    let rows = jobs.iter().map(|job| row(desk, job)).collect();
    let table =
        table_or("No work was given out yet. Rebuilding, copying and combining boards goes on here, and its progress shows.", &HEADS, rows);
    Ok(("Jobs".to_owned(), view! { <div id="jobs" data-live="">{table}</div> }.into_any()))
}

fn row(desk: &Desk, job: &Job) -> impl IntoView + use<> {
    let kind = match &*job.state {
        "done" => "good",
        "failed" => "bad",
        "cancelled" => "plain",
        _ => "warn",
    };
    let is_open = matches!(&*job.state, "waiting" | "running");
    let draft = desk.draft("act");
    let cancel = (is_open && desk.may(Role::Manager)).then(|| {
        view! { <Act draft id=format!("cancel-{}", job.id) call=format!("DELETE /api/jobs/{}", job.id) then="/admin/jobs?done=cancelled" label="Cancel" consequence="The work stops; what it has made so far is thrown away." /> }
    });
    let problem = job.problem.as_ref().map(|problem| text(problem, "detail").to_owned());
    let result = job.result.as_ref().map(|result| {
        let text = serde_json::to_string_pretty(result).unwrap_or_default();
        view! { <details><summary>"result"</summary><pre tabindex="0">{text}</pre></details> }
    });
    view! {
        <tr>
            <td>{job.kind.clone()} " " <small>{job.id.clone()}</small></td>
            <td><a href=format!("/admin/boards/{}", job.board)>{job.board.clone()}</a></td>
            <td><Badge kind text=job.state.clone() /></td>
            <td><progress max=job.total.max(1).to_string() value=if job.state == "done" { job.total.max(1) } else { job.done }.to_string() aria-label="Progress"></progress> " " <small>{format!("{} of {}", grouped(job.done), grouped(job.total))}</small></td>
            <td>{problem} {result}</td>
            <td class="figures"><When at=job.created_at /></td>
            <td>{cancel}</td>
        </tr>
    }
}
