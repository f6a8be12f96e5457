//! One board: how it does, and what is done with all of it.

use super::{
    Page,
    boards::{Board, state},
    desk::{Desk, get},
    fields::{Act, Ask, Check, Choose, Field, choices},
    parts::{Figure, Panel, When},
    table::{Head, table_or},
};
use crate::{
    error::AppError,
    i18n::{Text, number, t},
    model::Role,
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;

/// The parts of a board's page: their paths, what they are called, and who is shown the way.
const PARTS: [(&str, Text, Role); 8] = [
    ("", t::desk_terms::BOARD, Role::Viewer),
    ("/entries", t::desk_terms::ENTRIES, Role::Viewer),
    ("/review", t::desk_terms::REVIEW, Role::Viewer),
    ("/moderation", t::desk_entries::MODERATION, Role::Viewer),
    ("/log", t::desk_board::LOG, Role::Viewer),
    ("/webhooks", t::desk_terms::WEBHOOKS, Role::Manager),
    ("/rules", t::desk_terms::RULES, Role::Viewer),
    ("/data", t::desk_board::DATA, Role::Viewer),
];

/// A board.
pub async fn board(id: &str) -> Result<Board, AppError> {
    get(format!("/api/boards/{}", encode(id))).await
}

/// What stands above each part of a board's page.
pub fn of_board(desk: &Desk, board: &Board, content: impl IntoView) -> AnyView {
    let base = format!("/admin/boards/{}", board.id);
    let link = |(part, label, _): &(&str, Text, Role)| {
        let href = format!("{base}{part}");
        let is_it = desk.path == href || !part.is_empty() && desk.path.starts_with(&format!("{href}/"));
        view! { <a href=href aria-current=is_it.then_some("page")>{*label}</a> }
    };
    let links = PARTS.iter().filter(|(_, _, role)| desk.may(*role)).map(link).collect_view();
    view! {
        <p class="facts">
            <code>{board.id.clone()}</code>
            {state(board)}
            <a href=format!("/b/{}", board.id) rel="external">{t::desk_board::AS_PLAYERS}</a>
        </p>
        <nav class="tabs" aria-label=t::desk_terms::BOARD>{links}</nav>
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
                <Figure label=t::desk_terms::PLAYERS.text() value=number(total) />
                <Figure label=t::desk_terms::SUBMISSIONS.text() value=number(lately) hint=t::desk_board::IN_HOURS />
                <Figure label=t::desk_terms::CHANGES.text() value=number(board.version) hint=t::desk_board::BOARDS_VERSION />
                <div class="figure"><dt>{t::desk_terms::LAST_CHANGE}</dt><dd><strong><When at=board.last_update /></strong></dd></div>
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
    view! { <svg class="bars" viewBox="0 0 600 80" preserveAspectRatio="none" role="img" aria-label=t::desk_board::hourly(&most.to_string())>{bars}</svg> }
}

/// What is done with all of a board.
fn acts(desk: &Desk, board: &Board) -> impl IntoView + use<> {
    let api = format!("/api/boards/{}", board.id);
    let draft = &desk.draft("act");
    let freeze = if board.frozen_since.is_some() {
        view! { <Act draft=draft.clone() id="freeze" call=format!("DELETE {api}/freeze") then=desk.done("unfrozen") label=t::desk_board::UNFREEZE consequence=t::desk_board::UNFREEZE_MEANS /> }.into_any()
    } else {
        view! { <Act draft=draft.clone() id="freeze" call=format!("POST {api}/freeze") then=desk.done("frozen") label=t::desk_board::FREEZE consequence=t::desk_board::FREEZE_MEANS /> }.into_any()
    };
    let archive = if board.archived {
        view! { <Act draft=draft.clone() id="archive" call=format!("PATCH {api}") then=desk.done("opened") label=t::desk_board::OPEN consequence=t::desk_board::OPEN_MEANS><input type="hidden" name="archived:flag" value="no" /></Act> }.into_any()
    } else {
        view! { <Act draft=draft.clone() id="archive" call=format!("PATCH {api}") then=desk.done("closed") label=t::desk_board::ARCHIVE consequence=t::desk_board::ARCHIVE_MEANS><input type="hidden" name="archived:flag" value="yes" /></Act> }.into_any()
    };
    view! {
        <Panel title=t::desk_board::WHAT_TO_DO>
            <div class="actions">
                {freeze} {archive}
                <Act draft=draft.clone() id="check" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label=t::desk_board::CHECK consequence=t::desk_board::CHECK_MEANS><input type="hidden" name="dryRun:flag" value="yes" /></Act>
                <Act draft=draft.clone() id="repair" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label=t::desk_board::REPAIR consequence=t::desk_board::REPAIR_MEANS />
                <Act draft=draft.clone() id="copy" call=format!("POST {api}/rebuild") then="/admin/jobs?done=started" label=t::desk_board::COPY consequence=t::desk_board::COPY_MEANS>
                    <Field draft=draft.clone() name="into" label=t::desk_board::COPY_ID.text() required=true placeholder="laps-copy" />
                </Act>
                <Act draft=draft.clone() id="reset" call=format!("DELETE {api}/entries?all=true") then=desk.done_on("reset", &board.id) label=t::desk_board::RESET consequence=t::desk_board::RESET_MEANS bad=true />
                <Act draft=draft.clone() id="delete" call=format!("DELETE {api}") then="/admin/boards?done=deleted" label=t::desk_terms::DELETE consequence=t::desk_board::delete_means(&board.title) bad=true />
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
                <td class="figures">{period.total.map_or_else(|| "–".to_owned(), number)}</td>
                <td class="figures"><When at=period.start /></td>
                <td class="figures"><When at=period.end /></td>
            </tr>
        }
    };
    let none = t::desk_board::NO_PERIODS.text();
    let heads = [
        Head::Name(t::desk_board::PERIOD.text()),
        Head::Name(t::desk_terms::STATE.text()),
        Head::Figures(t::desk_terms::PLAYERS.text()),
        Head::Figures(t::desk_board::BEGAN.text()),
        Head::Figures(t::desk_board::ENDS.text()),
    ];
    view! { <Panel title=t::desk_board::PERIODS>{table_or(none, &heads, periods.iter().map(row).collect())}</Panel> }
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
    let command = view! { <code>{format!("leaderport import {} scores.csv", board.id)}</code> }.into_any();
    let content = view! {
        <Panel title=t::desk_data::OUT>
            <p class="hint">{t::desk_data::OUT_HINT}</p>
            <p class="actions">{export("csv", "CSV")} {export("ndjson", "NDJSON")}</p>
        </Panel>
        {desk.may(Role::Manager).then(|| view! {
            <Panel title=t::desk_data::IN>
                <p class="hint">{t::desk_data::IN_HINT}</p>
                <form class="ask import" data-import=format!("{api}/import")>
                    <div class="field">
                        <label for="import-file">{t::desk_data::FILE}</label>
                        <input id="import-file" type="file" accept=".csv,.ndjson,.jsonl,.json,.txt" />
                    </div>
                    <progress max="1" value="0" aria-label=t::desk_data::PROGRESS hidden></progress>
                    <p class="hint" role="status" data-said=""></p>
                    <p class="actions"><button>{t::desk_data::IMPORT}</button></p>
                    <noscript>
                        <p class="hint">{t::desk_data::without_script(command)}</p>
                    </noscript>
                </form>
            </Panel>
            <Panel title=t::desk_data::PUT_TOGETHER>
                <p class="hint">{t::desk_data::PUT_TOGETHER_HINT}</p>
                <Ask draft=combine.clone() call="POST /api/combine" then="/admin/jobs?done=started" label=t::desk_data::COMBINE class="ghost">
                    <input type="hidden" name="parts.0.board" value=board.id.clone() />
                    <Field draft=combine.clone() name="parts.0.weight:number?" label=t::desk_data::WEIGHT.text() kind="number" placeholder="1" />
                    <Field draft=combine.clone() name="parts.1.board:?" label=t::desk_data::OTHER.text() placeholder="main" />
                    <Field draft=combine.clone() name="parts.1.weight:number?" label=t::desk_data::OTHER_WEIGHT.text() kind="number" placeholder="1" />
                    <Field draft=combine.clone() name="into" label=t::desk_data::INTO.text() required=true placeholder="overall" hint=t::desk_data::INTO_HINT.text() />
                    <Choose draft=combine.clone() name="by" label=t::desk_data::OF_SCORES.text() options=choices(&[("sum", t::desk_data::SUM.text()), ("min", t::desk_data::MIN.text()), ("max", t::desk_data::MAX.text())]) />
                    <Choose draft=combine.clone() name="players" label=t::desk_data::WHOSE.text() options=choices(&[("any", t::desk_data::ANY.text()), ("all", t::desk_data::ALL.text())]) />
                    <Check draft=combine.clone() name="follow:flag" label=t::desk_data::FOLLOW.text() />
                </Ask>
            </Panel>
        })}
    };
    Ok((board.title.clone(), of_board(desk, board, content)))
}
