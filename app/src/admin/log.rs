//! What was submitted and changed on a board, and how it is taken back.

use super::{
    Page,
    board::{board, of_board},
    desk::{Desk, get, text},
    fields::{Ask, Check, Field, Reason, Sought, Undo},
    parts::{Panel, When},
    table::{Head, Turn, more, same_order, table, table_or},
};
use crate::{
    error::AppError,
    i18n::{number, t},
    model::Role,
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// A part of a board's log.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Journal {
    /// What happened.
    pub records: Vec<Record>,
    next_cursor: Option<String>,
}

/// Something that happened.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The version that the board had then.
    pub version: u64,
    /// When, in ms since 1970.
    pub at: u64,
    /// What.
    pub kind: String,
    player_id: Option<String>,
    /// The score, if there was one.
    pub score: Option<Value>,
    key: Option<String>,
    by: Option<String>,
    about: Option<u64>,
    entries: u64,
    /// What was decided about the player.
    pub moderation: Option<Value>,
}

/// What can be taken back by its version.
const UNDOABLE: [&str; 5] = ["submission", "change", "remove", "reset", "rollback"];

/// `/admin/boards/{board}/log`.
pub async fn list(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let (query, turn) = (desk.passed_on(&["player", "cursor"]), Turn::of(desk, "oldest", true));
    let journal: Journal = get(format!("/api/boards/{}/log?limit=50{}{query}", board.id, turn.query)).await?;
    let further = if turn.is_turned { t::desk_log::NEWER } else { t::desk_log::OLDER };
    let more = more(desk, journal.next_cursor.as_deref(), further.text()).map(|more| view! { <p class="actions">{more}</p> });
    let content = view! {
        {desk.may(Role::Manager).then(|| roll_back(desk, &board.id))}
        {desk.may(Role::Moderator).then(|| purge(desk, &board.id))}
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {same_order(desk)}
            <Sought desk=desk.clone() name="player" label=t::desk_terms::PLAYER_ID.text() />
            <button class="ghost small">{t::desk_terms::SHOW}</button>
        </form>
        <div id="log" data-live="">{records(desk, &board.id, &journal.records, Head::Turning(t::desk_terms::WHEN.text(), turn))}</div>
        {more}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// What there is in the log about a player.
pub async fn of_player(desk: &Desk, board: &str, player: &str) -> Result<AnyView, AppError> {
    let Ok(journal) = get::<Journal>(format!("/api/boards/{board}/log?limit=50&player={}", encode(player))).await else {
        return Ok(().into_any());
    };
    Ok(view! { <Panel title=t::desk_log::HAPPENED_HERE live="player-log">{records(desk, board, &journal.records, Head::Figures(t::desk_terms::WHEN.text()))}</Panel> }.into_any())
}

fn records(desk: &Desk, board: &str, records: &[Record], when: Head) -> AnyView {
    let row = |record: &Record| {
        let undo = (desk.may(Role::Moderator) && UNDOABLE.contains(&record.kind.as_str())).then(|| {
            let (version, spoken) = (record.version.to_string(), t::desk_log::undo_version(&record.version.to_string()).text());
            view! { <Undo action=desk.here() board=board.to_owned() version then=desk.done("undone") spoken /> }
        });
        let who = record
            .player_id
            .as_deref()
            .map(|player| view! { <a href=format!("/admin/boards/{board}/entries/{}", encode(player))>{player.to_owned()}</a> });
        view! {
            <tr>
                <td class="figures">{number(record.version)}</td>
                <td>{record.kind.clone()}</td>
                <td>{who}</td>
                <td>{said(record)}</td>
                <td class="figures"><When at=record.at /></td>
                <td>{undo}</td>
            </tr>
        }
    };
    let none = t::desk_log::NONE.text();
    let heads = [
        Head::Figures(t::desk_terms::VERSION.text()),
        Head::Name(t::desk_terms::WHAT.text()),
        Head::Name(t::desk_terms::PLAYER.text()),
        Head::Name(t::desk_terms::MORE_ABOUT.text()),
        when,
        Head::Unseen(t::desk_fields::UNDO.text()),
    ];
    table_or(none, &heads, records.iter().map(row).collect())
}

fn said(record: &Record) -> String {
    let score = record.score.as_ref().map(|score| t::desk_players::score(&score.to_string()).text());
    let key = record.key.as_ref().map(|key| t::desk_log::by_key(key).text());
    let about = record.about.map(|version| t::desk_log::of_version(&version.to_string()).text());
    let state = record.moderation.as_ref().map(|decided| text(decided, "state").to_owned());
    let entries = (record.kind != "submission" && record.entries > 0).then(|| t::desk_entries::entries(record.entries).text());
    [score, state, about, entries, key, record.by.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Back to how the board was; first it is shown who would move.
fn roll_back(desk: &Desk, board: &str) -> impl IntoView + use<> {
    let draft = &desk.draft("roll-back");
    let then = desk.done("rolled-back");
    let shown = draft.answer().map(|answer| {
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or(0);
        let moves = answer.get("moves").and_then(Value::as_array).cloned().unwrap_or_default();
        let rank = |side: &Value| side.get("rank").and_then(Value::as_u64).map_or_else(|| "–".to_owned(), number);
        let row = |one: &Value| {
            let (before, after) = (rank(&one["before"]), rank(&one["after"]));
            view! { <tr><td>{text(one, "playerId").to_owned()}</td><td>{text(one, "window").to_owned()}</td><td class="figures">{before}</td><td class="figures">{after}</td></tr> }
        };
        let heads = [
            Head::Name(t::desk_terms::PLAYER.text()),
            Head::Name(t::desk_log::WINDOW.text()),
            Head::Figures(t::desk_log::RANK_NOW.text()),
            Head::Figures(t::desk_log::RANK_THEN.text()),
        ];
        view! {
            <p role="status">{t::desk_log::roll_back_means(&number(count("back")), &number(count("gone")), count("entries"))}</p>
            {table(&heads, moves.iter().take(20).map(row).collect_view())}
        }
    });
    let is_seen = draft.answer().is_some() && draft.sent().is_some_and(|form| form.get("dryRun:flag") == "yes");
    view! {
        <details class="group" open=draft.posted.is_some()>
            <summary>{t::desk_log::ROLL_BOARD_BACK}</summary>
            {shown}
            <Ask draft=draft.clone() call=format!("POST /api/boards/{board}/rollback") then=then.clone() label=if is_seen { t::desk_log::LOOK_AGAIN } else { t::desk_log::SEE_WHO } shows=true class="ghost">
                <Field draft=draft.clone() name="to:time" label=t::desk_log::TO.text() kind="datetime-local" required=true />
                <input type="hidden" name="dryRun:flag" value="yes" />
            </Ask>
            {is_seen.then(|| view! {
                <Ask draft=draft.unsent() call=format!("POST /api/boards/{board}/rollback") then label=t::desk_log::ROLL_BACK class="ghost bad">
                    <input type="hidden" name="to:time" value=draft.value("to:time", "") />
                    <Reason id="roll-back" />
                </Ask>
            })}
        </details>
    }
}

/// A player's or a key's submissions since a time, out of the board.
fn purge(desk: &Desk, board: &str) -> impl IntoView + use<> {
    let draft = &desk.draft("purge");
    let shown = draft.answer().map(|answer| {
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).map_or_else(String::new, number);
        let next = answer.get("nextCursor").and_then(Value::as_str).map(str::to_owned);
        let more = next.is_some().then(|| view! { " " {t::desk_log::MAY_BE_MORE} });
        let go_on = next.map(|cursor| {
            let sent = ["playerId:?", "key:?", "since:time", "dryRun:flag", "reason:?", "_reason"];
            let sent = sent.map(|name| view! { <input type="hidden" name=name value=draft.value(name, "") /> });
            view! {
                <Ask draft=draft.unsent() call=format!("POST /api/boards/{board}/purge") then=desk.here() label=t::desk_log::GO_ON shows=true class="ghost">
                    {sent}
                    <input type="hidden" name="cursor" value=cursor />
                </Ask>
            }
        });
        view! {
            <p role="status">{t::desk_log::purged(&count("submissions"), &count("stuck"), &count("takenOut"), &count("waiting"))} {more}</p>
            {go_on}
        }
    });
    view! {
        <details class="group" open=draft.posted.is_some()>
            <summary>{t::desk_log::PURGE}</summary>
            {shown}
            <Ask draft=draft.clone() call=format!("POST /api/boards/{board}/purge") then=desk.here() label=t::desk_log::GO shows=true class="ghost">
                <Field draft=draft.clone() name="playerId:?" label=t::desk_terms::PLAYER_ID.text() />
                <Field draft=draft.clone() name="key:?" label=t::desk_log::KEY_ID.text() />
                <Field draft=draft.clone() name="since:time" label=t::desk_log::SINCE.text() kind="datetime-local" required=true />
                <Field draft=draft.clone() name="reason:?" label=t::desk_log::PURGE_REASON.text() />
                <Check draft=draft.clone() name="dryRun:flag" label=t::desk_log::DRY_RUN.text() checked=true />
                <Reason id="purge" />
            </Ask>
        </details>
    }
}
