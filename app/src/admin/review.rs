//! Submissions that wait for somebody to look at them.

use super::{
    Page,
    board::{board, of_board},
    boards::{Board, all},
    desk::{Desk, get, text},
    fields::Calls,
    parts::{Badge, Panel, When},
    table::{Head, more, table_or},
};
use crate::{
    error::AppError,
    i18n::{Text, number, t},
    model::{Role, Score},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// A part of a board's queue.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reviews {
    /// Submissions that were looked at, or wait for it.
    pub reviews: Vec<Review>,
    next_cursor: Option<String>,
}

/// One of them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Review {
    id: String,
    player_id: String,
    /// What was submitted.
    pub score: Score,
    /// Whether it waits, or what was decided.
    pub state: String,
    why: Vec<String>,
    /// When it came, in ms since 1970.
    pub received_at: u64,
    decided_at: Option<u64>,
    decided_by: Option<String>,
    /// Why it was decided like that.
    pub reason: Option<String>,
    proof: Option<Proof>,
}

#[derive(Clone, Deserialize)]
struct Proof {
    url: Option<String>,
    note: Option<String>,
}

/// Boards whose queues are shown at once: they are asked for each second.
const QUEUES: usize = 50;
/// The states there are, in the order of the tabs.
const STATES: [(&str, Text); 4] = [
    ("waiting", t::desk_review::WAITING),
    ("flagged", t::desk_review::FLAGGED),
    ("approved", t::desk_review::APPROVED),
    ("rejected", t::desk_review::REJECTED),
];

/// `/admin/review`: what waits, board by board.
pub async fn everywhere(_: &Desk) -> Result<Page, AppError> {
    let mut queues = Vec::new();
    for board in all().await?.into_iter().filter(|board| board.review.is_some()).take(QUEUES) {
        let Ok(found) = get::<Reviews>(format!("/api/boards/{}/review?state=waiting&limit=100", board.id)).await else { continue };
        let Ok(flagged) = get::<Reviews>(format!("/api/boards/{}/review?state=flagged&limit=100", board.id)).await else { continue };
        if !found.reviews.is_empty() || !flagged.reviews.is_empty() {
            queues.push((board, found, flagged));
        }
    }
    let count = |found: &Reviews| format!("{}{}", found.reviews.len(), if found.next_cursor.is_some() { "+" } else { "" });
    let row = |(board, waiting, flagged): &(Board, Reviews, Reviews)| {
        let oldest = waiting.reviews.iter().map(|review| review.received_at).min().map(|at| view! { <When at /> });
        view! {
            <tr>
                <td><a href=format!("/admin/boards/{}/review", board.id)>{board.title.clone()}</a></td>
                <td class="figures">{count(waiting)}</td>
                <td class="figures">{count(flagged)}</td>
                <td class="figures">{oldest}</td>
            </tr>
        }
    };
    let none = t::desk_review::NOTHING_WAITS.text();
    let heads = [
        Head::Name(t::desk_terms::BOARD.text()),
        Head::Figures(t::desk_review::WAITING_COUNT.text()),
        Head::Figures(t::desk_review::FLAGGED_COUNT.text()),
        Head::Figures(t::desk_review::OLDEST.text()),
    ];
    let table = table_or(none, &heads, queues.iter().map(row).collect());
    Ok((t::desk_terms::REVIEW.text().to_owned(), view! { <div id="queues" data-live="">{table}</div> }.into_any()))
}

/// `/admin/boards/{board}/review`.
pub async fn list(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let state = STATES.into_iter().map(|(state, _)| state).find(|state| *state == desk.param("state")).unwrap_or("waiting");
    let found: Reviews = get(format!("/api/boards/{}/review?limit=50&state={state}{}", board.id, desk.passed_on(&["cursor"]))).await?;
    let tab = |(of, label): (&'static str, Text)| view! { <a href=desk.with(&[("state", of), ("cursor", "")]) aria-current=(of == state).then_some("true")>{label}</a> };
    let more = more(desk, found.next_cursor.as_deref(), t::desk_terms::MORE.text()).map(|more| view! { <p class="actions">{more}</p> });
    let content = view! {
        <nav class="tabs" aria-label=t::desk_terms::STATE>{STATES.map(tab).into_iter().collect_view()}</nav>
        {outcome(desk)}
        {queue(desk, &board.id, &found.reviews, state)}
        {more}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// What could not be decided, one by one.
fn outcome(desk: &Desk) -> Option<impl IntoView + use<>> {
    let draft = desk.draft("decide");
    let answer = draft.answer()?.as_array()?.clone();
    let decided = answer.iter().filter(|one| one.get("decided") == Some(&Value::Bool(true))).count();
    let stuck = |one: &Value| {
        let problem = one.get("problem")?;
        Some(view! { <li>{format!("{}: {}", text(one, "id"), text(problem, "detail"))}</li> })
    };
    let stuck = answer.iter().filter_map(stuck).collect_view();
    Some(view! {
        <div class="banner" data-kind="done" role="status"><span>{t::desk_review::decided(&number(decided as u64), &number(answer.len() as u64))}</span></div>
        <ul class="plain-list">{stuck}</ul>
    })
}

/// What stands above the queue; the first is for whoever may decide.
fn heads() -> [Head; 7] {
    [
        Head::Unseen(t::desk_terms::SELECT.text()),
        Head::Name(t::desk_terms::PLAYER.text()),
        Head::Figures(t::desk_terms::SCORE.text()),
        Head::Name(t::desk_terms::WHY.text()),
        Head::Name(t::desk_review::PROOF.text()),
        Head::Figures(t::desk_review::RECEIVED.text()),
        Head::Name(t::desk_terms::STATE.text()),
    ]
}

fn queue(desk: &Desk, board: &str, reviews: &[Review], state: &str) -> AnyView {
    let may = desk.may(Role::Moderator);
    let none = match state {
        "waiting" => t::desk_review::NO_WAITING,
        "flagged" => t::desk_review::NO_FLAGGED,
        _ => t::desk_review::NO_OTHERS,
    };
    let row = |review: &Review| {
        let select = may.then(|| view! { <td><input type="checkbox" name="ids:list" value=review.id.clone() aria-label=t::desk_review::select(&review.player_id, &review.score.text()) /></td> });
        let proof = review.proof.clone().map(|proof| {
            let link =
                proof.url.map(|url| view! { <a href=url rel="external noopener noreferrer nofollow" target="_blank">{t::desk_review::PROOF_LINK}</a> " " });
            view! { {link} <span>{proof.note}</span> }
        });
        let decided = review.decided_at.map(|at| {
            let by = review.decided_by.clone().unwrap_or_default();
            view! { <small>{by} " " <When at />{review.reason.clone().map(|reason| format!(": {reason}"))}</small> }
        });
        view! {
            <tr>
                {select}
                <td><a href=format!("/admin/boards/{board}/entries/{}", encode(&review.player_id))>{review.player_id.clone()}</a></td>
                <td class="figures">{review.score.text()}</td>
                <td>{review.why.iter().map(|why| view! { <Badge kind="warn" text=why.replace('-', " ") /> " " }).collect_view()}</td>
                <td>{proof}</td>
                <td class="figures"><When at=review.received_at /></td>
                <td><Badge kind=kind(&review.state) text=said(&review.state) /> {decided}</td>
            </tr>
        }
    };
    let heads = heads();
    let heads = if may { &heads[..] } else { &heads[1..] };
    let rows = reviews.iter().map(row).collect();
    let draft = desk.draft("decide");
    let refused = draft.refusal().map(|(_, detail)| view! { <p class="field-error" role="alert">{detail}</p> });
    let decide = may.then(|| {
        view! {
            <Panel title=t::desk_review::DECIDE_SELECTED>
                {refused}
                <label class="field"><span>{t::desk_review::DECISION}</span><select name="decision"><option value="approve">{t::desk_review::APPROVE}</option><option value="reject">{t::desk_review::REJECT}</option></select></label>
                <label class="field"><span>{t::desk_terms::REASON}</span><input type="text" name="reason:?" maxlength="500" autocomplete="off" placeholder=t::desk_review::REASON_HINT /></label>
                <p class="actions"><button>{t::desk_entries::DECIDE}</button></p>
            </Panel>
        }
    });
    view! {
        <form method="post" action=desk.here()>
            <Calls form="decide" call=format!("POST /api/boards/{board}/review") then=desk.here() />
            <input type="hidden" name="_show" value="yes" />
            <div id="reviews" data-live="">{table_or(none.text(), heads, rows)}</div>
            {decide}
        </form>
    }
    .into_any()
}

/// A state in words.
pub fn said(state: &str) -> String {
    STATES.into_iter().find(|(known, _)| *known == state).map_or_else(|| state.to_owned(), |(_, text)| text.into())
}

fn kind(state: &str) -> &'static str {
    match state {
        "approved" => "good",
        "rejected" => "bad",
        _ => "warn",
    }
}
