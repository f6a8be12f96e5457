//! What was submitted and changed on a board, and how it is taken back.

use super::{
    Page,
    board::{board, of_board},
    desk::{Desk, Role, get},
    parts::{Ask, Check, Empty, Field, Panel, Reason, When, number},
};
use crate::{error::AppError, paths::encode};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Journal {
    records: Vec<Record>,
    next_cursor: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    version: u64,
    at: u64,
    kind: String,
    player_id: Option<String>,
    score: Option<Value>,
    key: Option<String>,
    about: Option<u64>,
    entries: u64,
    moderation: Option<Value>,
}

/// What can be taken back by its version.
const UNDOABLE: [&str; 5] = ["submission", "change", "remove", "reset", "rollback"];

/// `/admin/boards/{board}/log`.
pub async fn list(desk: &Desk, id: &str) -> Result<Page, AppError> {
    let board = board(id).await?;
    let of = |name: &str, param: &str| if param.is_empty() { String::new() } else { format!("&{name}={}", encode(param)) };
    let journal: Journal =
        get(format!("/api/boards/{}/log?limit=50{}{}", board.id, of("player", desk.param("player")), of("cursor", desk.param("cursor"))))
            .await?;
    let more = journal.next_cursor.as_deref().map(|cursor| view! { <p class="actions"><a class="button ghost small" rel="next" href=desk.with(&[("cursor", cursor)])>"Older"</a></p> });
    let content = view! {
        {desk.may(Role::Manager).then(|| roll_back(desk, &board.id))}
        {desk.may(Role::Moderator).then(|| purge(desk, &board.id))}
        <form class="filter" method="get" action=desk.path.clone() role="search">
            <label class="field"><span>"Player's id"</span><input type="search" name="player" value=desk.param("player").to_owned() autocomplete="off" /></label>
            <button class="ghost small">"Show"</button>
        </form>
        <div id="log" data-live="">{table(&board.id, &journal.records, desk.may(Role::Moderator), &desk.here())}</div>
        {more}
    };
    Ok((board.title.clone(), of_board(desk, &board, content)))
}

/// What there is in the log about a player.
pub async fn of_player(board: &str, player: &str, may_undo: bool) -> Result<AnyView, AppError> {
    let Ok(journal) = get::<Journal>(format!("/api/boards/{board}/log?limit=50&player={}", encode(player))).await else {
        return Ok(().into_any());
    };
    let here = format!("/admin/boards/{board}/entries/{}", encode(player));
    Ok(view! { <Panel title="What happened here" live="player-log">{table(board, &journal.records, may_undo, &here)}</Panel> }.into_any())
}

fn table(board: &str, records: &[Record], may_undo: bool, here: &str) -> AnyView {
    if records.is_empty() {
        return view! { <Empty text="Nothing has happened yet. Every submission and every change is recorded here, and can be taken back." /> }.into_any();
    }
    let separator = if here.contains('?') { '&' } else { '?' };
    let row = |record: &Record| {
        let undo = (may_undo && UNDOABLE.contains(&record.kind.as_str())).then(|| {
            view! {
                <form method="post" action=here.to_owned()>
                    <input type="hidden" name="_form" value="undo" />
                    <input type="hidden" name="_call" value=format!("POST /api/boards/{board}/undo") />
                    <input type="hidden" name="_then" value=format!("{here}{separator}done=undone") />
                    <input type="hidden" name="version:number" value=record.version.to_string() />
                    <button class="ghost small" aria-label=format!("Undo version {}", record.version)>"Undo"</button>
                </form>
            }
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
    let rows = records.iter().map(row).collect_view();
    view! {
        <div tabindex="0" role="group" aria-label="Table" class="table-box"><table>
            <thead><tr><th scope="col" class="figures">"Version"</th><th scope="col">"What"</th><th scope="col">"Player"</th><th scope="col">"More"</th><th scope="col" class="figures">"When"</th><th scope="col"><span class="visually-hidden">"Undo"</span></th></tr></thead>
            <tbody>{rows}</tbody>
        </table></div>
    }
    .into_any()
}

fn said(record: &Record) -> String {
    let score = record.score.as_ref().map(|score| format!("score {score}"));
    let key = record.key.as_ref().map(|key| format!("by key {key}"));
    let about = record.about.map(|version| format!("of version {version}"));
    let state = record.moderation.as_ref().map(|decided| super::desk::text(decided, "state").to_owned());
    let entries = (record.kind != "submission" && record.entries > 0).then(|| format!("{} entries", number(record.entries)));
    [score, state, about, entries, key].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// Back to how the board was; first it is shown who would move.
fn roll_back(desk: &Desk, board: &str) -> impl IntoView + use<> {
    let draft = &desk.draft("roll-back");
    let then = desk.with(&[("done", "rolled-back")]);
    let shown = draft.answer().map(|answer| {
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or(0);
        let moves = answer.get("moves").and_then(Value::as_array).cloned().unwrap_or_default();
        let rank = |side: &Value| side.get("rank").and_then(Value::as_u64).map_or_else(|| "–".to_owned(), number);
        let row = |one: &Value| {
            let (before, after) = (rank(&one["before"]), rank(&one["after"]));
            view! { <tr><td>{super::desk::text(one, "playerId").to_owned()}</td><td>{super::desk::text(one, "window").to_owned()}</td><td class="figures">{before}</td><td class="figures">{after}</td></tr> }
        };
        let rows = moves.iter().take(20).map(row).collect_view();
        view! {
            <p role="status">{format!("{} entries would be others, {} would be there again, {} would go.", number(count("entries")), number(count("back")), number(count("gone")))}</p>
            <div tabindex="0" role="group" aria-label="Table" class="table-box"><table>
                <thead><tr><th scope="col">"Player"</th><th scope="col">"Window"</th><th scope="col" class="figures">"Rank now"</th><th scope="col" class="figures">"Rank then"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table></div>
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
                <Ask draft=super::desk::Draft { posted: None, ..draft.clone() } call=format!("POST /api/boards/{board}/rollback") then label="Roll back" class="ghost bad">
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
