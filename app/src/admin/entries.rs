//! A board's entries: looked for, changed, removed and put back.

use super::{
    Page,
    board::{board, of_board},
    desk::{Desk, Draft, address, get, rest},
    fields::{Act, Ask, Choose, Field, Reason, Sought, choices},
    log,
    parts::{Badge, Empty, Panel, When},
    table::{Head, Turn, more, same_order, table, table_or},
};
use crate::{
    error::AppError,
    i18n::{number, t},
    model::{Role, Score},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entries {
    total: u64,
    matching: Option<u64>,
    entries: Vec<Entry>,
    next_cursor: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rank: u64,
    player_id: String,
    name: String,
    score: Score,
    tiebreaks: Option<Value>,
    attempts: u64,
    reached_at: u64,
    metadata: Option<Value>,
}

/// The parameters that say of which window, and of which of its periods.
const STRETCH: [&str; 2] = ["window", "period"];

/// `/admin/boards/{board}/entries`.
pub async fn list(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let (stretch, ways) = (desk.passed_on(&STRETCH), wanted(desk));
    // From a rank on, and for one player, there is one order.
    let turn = (ways.is_empty() || ways.starts_with("&score_")).then(|| Turn::of(desk, "worst", false));
    let order = turn.as_ref().map_or("", |turn| &turn.query);
    let found: Entries =
        get(format!("/api/boards/{}/entries?limit=50{stretch}{ways}{order}{}", board.id, desk.passed_on(&["cursor"]))).await?;
    let draft = desk.draft("entries");
    let content = view! {
        {search(desk)}
        {if draft.is_preview() {
            sure(desk, &draft, &board.id, &stretch)
        } else {
            listed(desk, &board.id, &found, &stretch, !ways.is_empty(), turn)
        }}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// What of the entries is asked for, out of the address.
fn wanted(desk: &Desk) -> String {
    let of = |name: &'static str, param: &str| rest([(name, desk.param(param).trim())].into_iter());
    let ways = [of("players", "player"), desk.passed_on(&["score_min", "score_max"]), of("from", "rank")];
    ways.into_iter().find(|way| !way.is_empty()).unwrap_or_default()
}

fn search(desk: &Desk) -> impl IntoView + use<> {
    let kept = STRETCH.map(|name| view! { <input type="hidden" name=name value=desk.param(name).to_owned() /> });
    view! {
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {kept.into_iter().collect_view()}
            {same_order(desk)}
            <Sought desk=desk.clone() name="player" label=t::desk_terms::PLAYER_ID.text() />
            <Sought desk=desk.clone() name="rank" label=t::desk_entries::FROM_RANK.text() kind="number" />
            <Sought desk=desk.clone() name="score_min" label=t::desk_entries::SCORE_FROM.text() kind="number" />
            <Sought desk=desk.clone() name="score_max" label=t::desk_entries::SCORE_TO.text() kind="number" />
            <button class="ghost small">{t::desk_terms::SHOW}</button>
        </form>
    }
}

fn listed(desk: &Desk, board: &str, found: &Entries, stretch: &str, is_narrowed: bool, turn: Option<Turn>) -> AnyView {
    let may = desk.may(Role::Moderator);
    if found.entries.is_empty() {
        let text = if is_narrowed { t::desk_entries::NONE_LIKE_THAT } else { t::desk_entries::NOBODY };
        return view! {
            <Empty text=text>
                <pre tabindex="0">{format!("curl -X POST localhost:3000/api/boards/{board}/scores \\\n  -H 'Authorization: Bearer …' -H 'Content-Type: application/json' \\\n  -d '{{\"playerId\":\"ada\",\"score\":1200}}'")}</pre>
            </Empty>
        }
        .into_any();
    }
    let row = |entry: &Entry| {
        let href = format!("/admin/boards/{board}/entries/{}?{}", encode(&entry.player_id), stretch.trim_start_matches('&'));
        let select = may.then(|| view! { <td><input type="checkbox" name="players" value=entry.player_id.clone() aria-label=t::desk_entries::select(&entry.name) /></td> });
        let id = (entry.name != entry.player_id).then(|| view! { " " <small>{entry.player_id.clone()}</small> });
        let ties = entry
            .tiebreaks
            .as_ref()
            .and_then(Value::as_object)
            .map(|ties| ties.values().map(|value| format!(" · {value}")).collect::<String>());
        view! {
            <tr>
                {select}
                <td class="figures">{number(entry.rank)}</td>
                <td><a href=href>{entry.name.clone()}</a>{id}</td>
                <td class="figures">{entry.score.text()}{ties}</td>
                <td class="figures">{number(entry.attempts)}</td>
                <td class="figures"><When at=entry.reached_at /></td>
            </tr>
        }
    };
    let rows = found.entries.iter().map(row).collect_view();
    let rank = turn.map_or(Head::Figures(t::desk_terms::RANK.text()), |turn| Head::Turning(t::desk_terms::RANK.text(), turn));
    let heads = [
        Head::Unseen(t::desk_terms::SELECT.text()),
        rank,
        Head::Name(t::desk_terms::PLAYER.text()),
        Head::Figures(t::desk_terms::SCORE.text()),
        Head::Figures(t::desk_entries::ATTEMPTS_MADE.text()),
        Head::Figures(t::desk_entries::REACHED_AT.text()),
    ];
    // The first is for whoever may remove them.
    let heads = if may { &heads[..] } else { &heads[1..] };
    let more = more(desk, found.next_cursor.as_deref(), t::desk_terms::MORE.text()).map(|more| view! { <p class="actions">{more}</p> });
    let counted = match found.matching {
        Some(matching) if is_narrowed => t::desk_entries::matching(&number(matching), found.total),
        _ => t::desk_entries::entries(found.total),
    };
    let draft = desk.draft("entries");
    let refused = draft.refusal().map(|(_, detail)| view! { <p class="field-error" role="alert">{detail}</p> });
    view! {
        <form method="post" action=desk.here()>
            <input type="hidden" name="_form" value="entries" />
            <input type="hidden" name="_preview" value="yes" />
            {refused}
            <p class="hint">{counted}</p>
            <div id="entries" data-live="">{table(heads, rows)}</div>
            {may.then(|| view! { <p class="actions"><button class="ghost small bad">{t::desk_entries::REMOVE_SELECTED}</button></p> })}
        </form>
        {more}
    }
    .into_any()
}

/// What would be removed, before it is.
fn sure(desk: &Desk, draft: &Draft, board: &str, stretch: &str) -> AnyView {
    let players: Vec<String> = draft.sent().map(|form| form.all("players").map(str::to_owned).collect()).unwrap_or_default();
    let back = view! { <p class="actions"><a class="button ghost" href=desk.here()>{t::desk_terms::BACK}</a></p> };
    if players.is_empty() {
        return view! { <Panel title=t::desk_entries::NOBODY_SELECTED><p class="hint">{t::desk_entries::TICK_FIRST}</p>{back}</Panel> }
            .into_any();
    }
    let (count, is_all) = (players.len() as u64, stretch.is_empty());
    let title = if is_all { t::desk_entries::remove_of_all(count) } else { t::desk_entries::remove_of_period(count) };
    let kept = players.iter().map(|player| view! { <input type="hidden" name="players" value=player.clone() /> }).collect_view();
    let names = players.iter().map(|player| view! { <li>{player.clone()}</li> }).collect_view();
    view! {
        <Panel title>
            <ul class="plain-list">{names}</ul>
            <p class="hint">{t::desk_entries::CLOSE_UP}</p>
            <Ask draft=draft.unsent() call=format!("DELETE /api/boards/{board}/entries?players={{players}}{stretch}") then=desk.done_on("removed", board) label=t::desk_entries::REMOVE class="bad ghost">
                {kept}
                <Reason id="entries" />
            </Ask>
            {back}
        </Panel>
    }
    .into_any()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moderated {
    players: Vec<Moderation>,
    next_cursor: Option<String>,
}

/// `/admin/boards/{board}/moderation`: those of whom something was decided, who are among no others.
pub async fn moderated(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let found: Moderated = get(format!("/api/boards/{}/moderation?limit=50{}", board.id, desk.passed_on(&["cursor"]))).await?;
    let row = |one: &Moderation| {
        let href = format!("/admin/boards/{}/entries/{}", board.id, encode(&one.player_id));
        view! {
            <tr>
                <td><a href=href>{one.player_id.clone()}</a></td>
                <td>{standing(one)}</td>
                <td>{one.reason.clone()}</td>
                <td class="figures">{one.since.map(|at| view! { <When at /> })}</td>
            </tr>
        }
    };
    let heads = [
        Head::Name(t::desk_terms::PLAYER.text()),
        Head::Name(t::desk_terms::STATE.text()),
        Head::Name(t::desk_terms::REASON.text()),
        Head::Figures(t::desk_terms::WHEN.text()),
    ];
    let more = more(desk, found.next_cursor.as_deref(), t::desk_terms::MORE.text()).map(|more| view! { <p class="actions">{more}</p> });
    let content = view! {
        <div id="moderated" data-live="">{table_or(t::desk_entries::NOBODY_MODERATED.text(), &heads, found.players.iter().map(row).collect())}</div>
        {more}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Moderation {
    player_id: String,
    state: String,
    submitting: bool,
    reason: Option<String>,
    since: Option<u64>,
}

/// `/admin/boards/{board}/entries/{player}`.
pub async fn show(desk: &Desk, id: &str, player: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let path = format!("/api/boards/{}/entries/{}", board.id, encode(player));
    let entry_path = address(&path, STRETCH.map(|name| (name, desk.param(name))).into_iter());
    // Whoever has no entry to be shown can be made visible again all the same.
    let entry: Option<Entry> = get(entry_path.clone()).await.ok();
    let moderation: Moderation = get(format!("{path}/moderation")).await?;
    let may = desk.may(Role::Moderator);
    let content = view! {
        <p class="crumbs"><a href=format!("/admin/boards/{}/entries", board.id)>{t::desk_terms::ENTRIES}</a><a href=format!("/admin/players/{}", encode(player))>{t::desk_entries::ABOUT_PLAYER}</a></p>
        <h2 class="who">{entry.as_ref().map_or_else(|| player.to_owned(), |entry| entry.name.clone())} {standing(&moderation)}</h2>
        {facts(entry.as_ref())}
        {may.then(|| change(desk, &board.id, &entry_path, entry.as_ref()))}
        {may.then(|| moderate(desk, &path, &moderation))}
        {may.then(|| {
            let draft = desk.draft("act");
            view! { <div class="actions"><Act draft id="remove" call=format!("DELETE {entry_path}") then=format!("/admin/boards/{0}/entries?done=removed&undo={{version}}&of={0}", board.id) label=t::desk_entries::REMOVE_ENTRY consequence=t::desk_entries::REMOVE_MEANS bad=true /></div> }
        })}
        {log::of_player(desk, &board.id, player).await?}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

fn standing(moderation: &Moderation) -> impl IntoView + use<> {
    let state = (moderation.state != "visible").then(|| view! { <Badge kind="bad" text=moderation.state.clone() /> });
    let barred = (!moderation.submitting).then(|| view! { <Badge kind="warn" text=t::desk_entries::MAY_NOT_SUBMIT /> });
    view! { {state} {barred} }
}

fn facts(entry: Option<&Entry>) -> AnyView {
    let Some(entry) = entry else { return view! { <p class="hint">{t::desk_entries::NO_ENTRY}</p> }.into_any() };
    let reached = view! { <When at=entry.reached_at /> }.into_any();
    let metadata = entry.metadata.as_ref().map(|metadata| view! { <p><code>{metadata.to_string()}</code></p> });
    view! {
        <p class="facts">
            <span>{t::desk_entries::rank(&number(entry.rank))}</span>
            <span>{t::desk_entries::score(&entry.score.text())}</span>
            <span>{t::desk_entries::attempts(entry.attempts)}</span>
            <span>{t::desk_entries::reached(reached)}</span>
        </p>
        {metadata}
    }
    .into_any()
}

fn change(desk: &Desk, board: &str, path: &str, entry: Option<&Entry>) -> impl IntoView + use<> {
    let draft = desk.draft("change");
    let score = entry.map(|entry| format!("{:#}", entry.score)).unwrap_or_default();
    let metadata = entry.and_then(|entry| entry.metadata.as_ref()).map(ToString::to_string).unwrap_or_default();
    view! {
        <Panel title=t::desk_terms::CHANGE>
            <Ask draft=draft.clone() call=format!("PATCH {path}") then=desk.done_on("saved", board) label=t::desk_terms::CHANGE>
                <Field draft=draft.clone() name="score:number?" label=t::desk_terms::SCORE.text() kind="number" value=score />
                <Field draft=draft.clone() name="metadata:json?" label=t::desk_entries::METADATA.text() kind="textarea" value=metadata hint=t::desk_entries::METADATA_HINT.text() />
                <Reason id="change" />
            </Ask>
        </Panel>
    }
}

fn moderate(desk: &Desk, path: &str, moderation: &Moderation) -> impl IntoView + use<> {
    let draft = desk.draft("moderate");
    let since = moderation
        .since
        .map(|at| view! { <p class="hint">{t::desk_entries::decided(view! { <When at /> }.into_any())}{moderation.reason.clone().map(|reason| format!(": {reason}"))}</p> });
    let states = [
        ("visible", t::desk_entries::VISIBLE.text()),
        ("hidden", t::desk_entries::HIDDEN.text()),
        ("shadow", t::desk_entries::SHADOW.text()),
        ("banned", t::desk_entries::BANNED.text()),
    ];
    let submitting = if moderation.submitting { "yes" } else { "no" };
    view! {
        <Panel title=t::desk_entries::MODERATION>
            {since}
            <Ask draft=draft.clone() call=format!("PATCH {path}/moderation") then=desk.done("moderated") label=t::desk_entries::DECIDE>
                <Choose draft=draft.clone() name="state" label=t::desk_terms::STATE.text() value=moderation.state.clone() options=choices(&states) />
                <Choose draft=draft.clone() name="submitting:flag" label=t::desk_entries::MAY_SUBMIT.text() value=submitting options=choices(&[("yes", t::desk_terms::YES.text()), ("no", t::desk_terms::NO.text())]) />
                <Field draft=draft.clone() name="reason" label=t::desk_terms::REASON.text() required=true hint=t::desk_entries::REASON_HINT.text() />
            </Ask>
        </Panel>
    }
}
