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
    model::{Role, grouped},
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
    let further = if turn.is_turned { "Newer" } else { "Older" };
    let more = more(desk, journal.next_cursor.as_deref(), further).map(|more| view! { <p class="actions">{more}</p> });
    let content = view! {
        {desk.may(Role::Manager).then(|| roll_back(desk, &board.id))}
        {desk.may(Role::Moderator).then(|| purge(desk, &board.id))}
        <form class="filter" method="get" action=desk.path.clone() role="search">
            {same_order(desk)}
            <Sought desk=desk.clone() name="player" label="Player's id" />
            <button class="ghost small">"Show"</button>
        </form>
        <div id="log" data-live="">{records(desk, &board.id, &journal.records, Head::Turning("When", turn))}</div>
        {more}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// What there is in the log about a player.
pub async fn of_player(desk: &Desk, board: &str, player: &str) -> Result<AnyView, AppError> {
    let Ok(journal) = get::<Journal>(format!("/api/boards/{board}/log?limit=50&player={}", encode(player))).await else {
        return Ok(().into_any());
    };
    Ok(view! { <Panel title="What happened here" live="player-log">{records(desk, board, &journal.records, Head::Figures("When"))}</Panel> }.into_any())
}

fn records(desk: &Desk, board: &str, records: &[Record], when: Head) -> AnyView {
    let row = |record: &Record| {
        let undo = (desk.may(Role::Moderator) && UNDOABLE.contains(&record.kind.as_str())).then(|| {
            let (version, spoken) = (record.version.to_string(), format!("Undo version {}", record.version));
            view! { <Undo action=desk.here() board=board.to_owned() version then=desk.done("undone") spoken /> }
        });
        let who = record
            .player_id
            .as_deref()
            .map(|player| view! { <a href=format!("/admin/boards/{board}/entries/{}", encode(player))>{player.to_owned()}</a> });
        view! {
            <tr>
                <td class="figures">{grouped(record.version)}</td>
                <td>{record.kind.clone()}</td>
                <td>{who}</td>
                <td>{said(record)}</td>
                <td class="figures"><When at=record.at /></td>
                <td>{undo}</td>
            </tr>
        }
    };
    let none = "Nothing has happened yet. Every submission and every change is recorded here, and can be taken back.";
    let heads = [Head::Figures("Version"), Head::Name("What"), Head::Name("Player"), Head::Name("More"), when, Head::Unseen("Undo")];
    table_or(none, &heads, records.iter().map(row).collect())
}

fn said(record: &Record) -> String {
    let score = record.score.as_ref().map(|score| format!("score {score}"));
    let key = record.key.as_ref().map(|key| format!("by key {key}"));
    let about = record.about.map(|version| format!("of version {version}"));
    let state = record.moderation.as_ref().map(|decided| text(decided, "state").to_owned());
    let entries = (record.kind != "submission" && record.entries > 0).then(|| format!("{} entries", grouped(record.entries)));
    [score, state, about, entries, key].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Back to how the board was; first it is shown who would move.
fn roll_back(desk: &Desk, board: &str) -> impl IntoView + use<> {
    let draft = &desk.draft("roll-back");
    let then = desk.done("rolled-back");
    let shown = draft.answer().map(|answer| {
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or(0);
        let moves = answer.get("moves").and_then(Value::as_array).cloned().unwrap_or_default();
        let rank = |side: &Value| side.get("rank").and_then(Value::as_u64).map_or_else(|| "–".to_owned(), grouped);
        let row = |one: &Value| {
            let (before, after) = (rank(&one["before"]), rank(&one["after"]));
            view! { <tr><td>{text(one, "playerId").to_owned()}</td><td>{text(one, "window").to_owned()}</td><td class="figures">{before}</td><td class="figures">{after}</td></tr> }
        };
        let heads = [Head::Name("Player"), Head::Name("Window"), Head::Figures("Rank now"), Head::Figures("Rank then")];
        view! {
            <p role="status">{format!("{} entries would be others, {} would be there again, {} would go.", grouped(count("entries")), grouped(count("back")), grouped(count("gone")))}</p>
            {table(&heads, moves.iter().take(20).map(row).collect_view())}
        }
    });
    let is_seen = draft.answer().is_some() && draft.sent().is_some_and(|form| form.get("dryRun:flag") == "yes");
    view! {
        <details class="group" open=draft.posted.is_some()>
            <summary>"Roll the board back"</summary>
            {shown}
            <Ask draft=draft.clone() call=format!("POST /api/boards/{board}/rollback") then=then.clone() label=if is_seen { "Look again" } else { "See who would move" } shows=true class="ghost">
                <Field draft=draft.clone() name="to:time" label="To how it was at, in UTC" kind="datetime-local" required=true />
                <input type="hidden" name="dryRun:flag" value="yes" />
            </Ask>
            {is_seen.then(|| view! {
                <Ask draft=draft.unsent() call=format!("POST /api/boards/{board}/rollback") then label="Roll back" class="ghost bad">
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
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).map_or_else(String::new, grouped);
        let more = if answer.get("more") == Some(&Value::Bool(true)) { " There may be more: do it again." } else { "" };
        view! { <p role="status">{format!("{} submissions found, {} taken out, {} can't be.{more}", count("submissions"), count("takenOut"), count("stuck"))}</p> }
    });
    view! {
        <details class="group" open=draft.posted.is_some()>
            <summary>"Take out what a player or a key has submitted"</summary>
            {shown}
            <Ask draft=draft.clone() call=format!("POST /api/boards/{board}/purge") then=desk.here() label="Go" shows=true class="ghost">
                <Field draft=draft.clone() name="playerId:?" label="Player's id" />
                <Field draft=draft.clone() name="key:?" label="Or a key's id" />
                <Field draft=draft.clone() name="since:time" label="Since, in UTC" kind="datetime-local" required=true />
                <Check draft=draft.clone() name="dryRun:flag" label="Only count them" checked=true />
                <Reason id="purge" />
            </Ask>
        </details>
    }
}
