//! One board: how it does, and what is done with all of it.

use super::{
    Page,
    boards::{Board, state},
    desk::{Desk, get},
    fields::{Act, Ask, Check, Choose, Field, choices, plain},
    parts::{Figure, Panel, When},
    table::{Head, table_or},
};
use crate::{
    error::AppError,
    model::{Role, grouped},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;

/// The parts of a board's page: their paths, what they are called, and who is shown the way.
const PARTS: [(&str, &str, Role); 7] = [
    ("", "Board", Role::Viewer),
    ("/entries", "Entries", Role::Viewer),
    ("/review", "Review", Role::Viewer),
    ("/log", "Log", Role::Viewer),
    ("/webhooks", "Webhooks", Role::Manager),
    ("/rules", "Rules", Role::Viewer),
    ("/data", "Data", Role::Viewer),
];

/// A board.
pub async fn board(id: &str) -> Result<Board, AppError> {
    get(format!("/api/boards/{}", encode(id))).await
}

/// What stands above each part of a board's page.
pub fn of_board(desk: &Desk, board: &Board, content: impl IntoView) -> AnyView {
    let base = format!("/admin/boards/{}", board.id);
    let link = |(part, label, _): &(&str, &'static str, Role)| {
        let href = format!("{base}{part}");
        let is_it = desk.path == href || !part.is_empty() && desk.path.starts_with(&format!("{href}/"));
        view! { <a href=href aria-current=is_it.then_some("page")>{*label}</a> }
    };
    let links = PARTS.iter().filter(|(_, _, role)| desk.may(*role)).map(link).collect_view();
    view! {
        <p class="facts">
            <code>{board.id.clone()}</code>
            {state(board)}
            <a href=format!("/b/{}", board.id) rel="external">"As players see it"</a>
        </p>
        <nav class="tabs" aria-label="Board">{links}</nav>
        {content}
    }
    .into_any()
}

/// How many entries a board has.
#[derive(Deserialize)]
pub struct Total {
    /// All of them.
    pub total: u64,
}

/// How much happens on a board, hour by hour, the newest first.
#[derive(Deserialize)]
pub struct Steps {
    /// The hours.
    pub steps: Vec<Step>,
}

/// An hour.
#[derive(Clone, Copy, Deserialize)]
pub struct Step {
    /// When it began, in ms since 1970.
    pub at: u64,
    /// Submissions in it.
    pub submissions: u64,
}

#[derive(Deserialize)]
struct Periods {
    periods: Vec<Period>,
}

#[derive(Deserialize)]
struct Period {
    window: String,
    period: String,
    start: u64,
    end: u64,
    state: String,
    total: Option<u64>,
}

/// `/admin/boards/{board}`.
pub async fn show(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let path = format!("/api/boards/{}", board.id);
    let Total { total } = get(format!("{path}/entries?limit=1")).await?;
    let Steps { steps } = get(format!("{path}/activity?limit=60")).await?;
    let Periods { periods } = get(format!("{path}/periods?limit=20")).await?;
    let lately: u64 = steps.iter().map(|step| step.submissions).sum();
    let content = view! {
        <section id="figures" data-live="">
            <dl class="figures-row">
                <Figure label="Players" value=grouped(total) />
                <Figure label="Submissions" value=grouped(lately) hint="in the hours below" />
                <Figure label="Changes" value=grouped(board.version) hint="the board's version" />
                <div class="figure"><dt>"Last change"</dt><dd><strong><When at=board.last_update /></strong></dd></div>
            </dl>
            {bars(&steps)}
        </section>
        {desk.may(Role::Manager).then(|| acts(desk, &board))}
        {windows(&board, &periods)}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// Submissions over time.
fn bars(steps: &[Step]) -> impl IntoView + use<> {
    let most = steps.iter().map(|step| step.submissions).max().unwrap_or(0).max(1);
    let width = 600 / steps.len().max(1);
    let bar = |(at, step): (usize, &Step)| {
        let height = step.submissions * 76 / most;
        let says = format!("{} · {}", step.submissions, crate::model::time::minute(step.at));
        view! { <rect x=(at * width).to_string() y=(80 - height).to_string() width=(width.saturating_sub(2)).to_string() height=height.to_string()><title>{says}</title></rect> }
    };
    // The newest step comes first, and is drawn last.
    let bars = steps.iter().rev().enumerate().map(bar).collect_view();
    view! { <svg class="bars" viewBox="0 0 600 80" preserveAspectRatio="none" role="img" aria-label=format!("Submissions hour by hour, {most} at most in one")>{bars}</svg> }
}

/// What is done with all of a board.
fn acts(desk: &Desk, board: &Board) -> impl IntoView + use<> {
    let api = format!("/api/boards/{}", board.id);
    let draft = &desk.draft("act");
    let freeze = if board.frozen_since.is_some() {
        view! { <Act draft=draft.clone() id="freeze" call=format!("DELETE {api}/freeze") then=desk.done("unfrozen") label="Unfreeze" consequence="Everybody sees at once what has happened behind the frozen standings." /> }.into_any()
    } else {
        view! { <Act draft=draft.clone() id="freeze" call=format!("POST {api}/freeze") then=desk.done("frozen") label="Freeze" consequence="Everybody goes on seeing the board as it is now. Scores count and are ranked unseen, until you unfreeze it." /> }.into_any()
    };
    let archive = if board.archived {
        view! { <Act draft=draft.clone() id="archive" call=format!("PATCH {api}") then=desk.done("opened") label="Open again" consequence="The board takes scores and changes again."><input type="hidden" name="archived:flag" value="no" /></Act> }.into_any()
    } else {
        view! { <Act draft=draft.clone() id="archive" call=format!("PATCH {api}") then=desk.done("closed") label="Archive" consequence="The board stays readable and takes no scores and no changes, until you open it again."><input type="hidden" name="archived:flag" value="yes" /></Act> }.into_any()
    };
    view! {
        <Panel title="What to do with it">
            <div class="actions">
                {freeze} {archive}
                <Act draft=draft.clone() id="check" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label="Check ranks" consequence="Ranks every entry anew out of the log, and says where the board differs. Nothing is changed."><input type="hidden" name="dryRun:flag" value="yes" /></Act>
                <Act draft=draft.clone() id="repair" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label="Repair" consequence="Makes every entry anew out of the log. The board stays in use meanwhile." />
                <Act draft=draft.clone() id="copy" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label="Copy" consequence="Makes a board of its own with the same rules and entries, out of the log.">
                    <Field draft=draft.clone() name="into" label="The copy's id" required=true placeholder="laps-copy" />
                </Act>
                <Act draft=draft.clone() id="reset" call=format!("DELETE {api}/entries?all=true") then=desk.done_on("reset", &board.id) label="Reset" consequence="All entries of all windows go. What was there is set aside for a week: until then it can be taken back." bad=true />
                <Act draft=draft.clone() id="delete" call=format!("DELETE {api}") then="/admin/boards?done=deleted" label="Delete" consequence=format!("“{}” and all that it has ever counted are gone for good. There is no way back: export it first.", board.title) bad=true />
            </div>
        </Panel>
    }
}

/// The periods there are.
fn windows(board: &Board, periods: &[Period]) -> impl IntoView + use<> {
    let row = |period: &Period| {
        let href = format!("/admin/boards/{}/entries?window={}&period={}", board.id, period.window, encode(&period.period));
        view! {
            <tr>
                <td><a href=href>{format!("{} {}", period.window, period.period)}</a></td>
                <td>{period.state.clone()}</td>
                <td class="figures">{period.total.map_or_else(|| "–".to_owned(), grouped)}</td>
                <td class="figures"><When at=period.start /></td>
                <td class="figures"><When at=period.end /></td>
            </tr>
        }
    };
    let none = "No period yet. A board with windows (days, weeks, months, your own calendar) has them from its first score on.";
    let heads = [Head::Name("Period"), Head::Name("State"), Head::Figures("Players"), Head::Figures("Began"), Head::Figures("Ends")];
    view! { <Panel title="Periods">{table_or(none, &heads, periods.iter().map(row).collect())}</Panel> }
}

/// `/admin/boards/{board}/data`: in, out, and put together.
pub async fn data(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = &board(id).await?;
    let api = format!("/api/boards/{}", board.id);
    let export = |format: &'static str, label: &'static str| {
        let (href, file) = (format!("{api}/export?format={format}"), format!("{}.{format}", board.id));
        view! { <a class="button ghost" href=href download=file rel="external">{label}</a> }
    };
    let combine = &desk.draft("combine");
    let content = view! {
        <Panel title="Out">
            <p class="hint">"Everything as it stands, in the order of ranks; what is exported can be imported."</p>
            <p class="actions">{export("csv", "CSV")} {export("ndjson", "NDJSON")}</p>
        </Panel>
        {desk.may(Role::Manager).then(|| view! {
            <Panel title="In">
                <p class="hint">"CSV with the columns playerId and score, or NDJSON, one submission a line. Lines count as they arrive; sent again they count once."</p>
                <form class="ask import" data-import=format!("{api}/import")>
                    <div class="field">
                        <label for="import-file">"File"</label>
                        <input id="import-file" type="file" accept=".csv,.ndjson,.jsonl,.json,.txt" />
                    </div>
                    <progress max="1" value="0" aria-label="Progress" hidden></progress>
                    <p class="hint" role="status" data-said=""></p>
                    <p class="actions"><button>"Import"</button></p>
                    <noscript>
                        <p class="hint">"Without JavaScript: " <code>{format!("leaderport import {} scores.csv", board.id)}</code></p>
                    </noscript>
                </form>
            </Panel>
            <Panel title="Put together">
                <p class="hint">"Fills another board with the scores of this one and of one more, weighted."</p>
                <Ask draft=combine.clone() call="POST /api/combine" then="/admin/jobs?done=started" label="Combine" class="ghost">
                    <input type="hidden" name="parts.0.board" value=board.id.clone() />
                    <Field draft=combine.clone() name="parts.0.weight:number?" label="Weight of this board" kind="number" placeholder="1" />
                    <Field draft=combine.clone() name="parts.1.board:?" label="The other board" placeholder="main" />
                    <Field draft=combine.clone() name="parts.1.weight:number?" label="Its weight" kind="number" placeholder="1" />
                    <Field draft=combine.clone() name="into" label="Into the board" required=true placeholder="overall" hint="It is made if there is none of this id." />
                    <Choose draft=combine.clone() name="by" label="Of a player's scores" options=plain(&["sum", "min", "max"]) />
                    <Choose draft=combine.clone() name="players" label="Whose" options=choices(&[("any", "players of any of them"), ("all", "players of all of them")]) />
                    <Check draft=combine.clone() name="follow:flag" label="Keep it up to date from now on" />
                </Ask>
            </Panel>
        })}
    };
    Ok((board.title.clone(), of_board(desk, board, content)))
}
