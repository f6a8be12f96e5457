//! Players, on all boards.

use super::{
    Page, audit,
    boards::all,
    desk::{Desk, get, text},
    fields::{Act, Ask, Check, Field, Sought},
    log::{Journal, Record},
    parts::{Panel, When},
    review::{self, Review, Reviews},
    table::{Head, table_or},
};
use crate::{
    backend::backend,
    error::AppError,
    i18n::{Text, number, t},
    model::{BoardId, Period, Role, Score},
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Boards that a name is looked for on.
const LOOKED_AT: usize = 50;

/// `/admin/players`: by their name or id.
pub async fn find(desk: &Desk) -> Result<Page, AppError> {
    let wanted = desk.param("q").trim().to_owned();
    let mut found: BTreeMap<String, (String, u64)> = BTreeMap::new();
    if !wanted.is_empty() {
        for board in all().await?.into_iter().take(LOOKED_AT) {
            let (Ok(id), Ok(backend)) = (BoardId::parse(&board.id), backend()) else { continue };
            let Ok(there) = backend.find(&id, &Period::default(), &wanted).await else { continue };
            for player in there.players {
                found.entry(player.player.to_string()).or_insert((player.face.name.to_string(), 0)).1 += 1;
            }
        }
    }
    let row = |(id, (name, boards)): (&String, &(String, u64))| {
        view! { <tr><td><a href=format!("/admin/players/{}", encode(id))>{name.clone()}</a> " " <small>{id.clone()}</small></td><td class="figures">{number(*boards)}</td></tr> }
    };
    let none = if wanted.is_empty() { t::desk_players::ASK } else { t::desk_players::NOBODY };
    let by_id = (!wanted.is_empty()).then(|| view! { <p class="actions"><a class="button ghost" href=format!("/admin/players/{}", encode(&wanted))>{t::desk_players::EXACTLY}</a></p> });
    let heads = [Head::Name(t::desk_terms::PLAYER.text()), Head::Figures(t::desk_players::ON_BOARDS.text())];
    let content = view! {
        <form class="filter" method="get" action="/admin/players" role="search">
            <Sought desk=desk.clone() name="q" label=t::desk_players::NAME_OR_ID.text() />
            <button class="small">{t::desk_players::FIND}</button>
        </form>
        {table_or(none.text(), &heads, found.iter().map(row).collect())}
        {by_id}
    };
    Ok((t::desk_terms::PLAYERS.text().to_owned(), content.into_any()))
}

#[derive(Deserialize)]
struct OnBoards {
    entries: Vec<OnBoard>,
}

#[derive(Deserialize)]
struct OnBoard {
    board: String,
    title: String,
    rank: u64,
    score: Score,
    total: u64,
}

/// What operators note.
#[derive(Deserialize)]
struct Note {
    text: String,
    by: Option<String>,
    at: Option<u64>,
}

#[derive(Deserialize)]
struct Sessions {
    sessions: Vec<Session>,
}

/// Where a player is signed in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    created_at: u64,
    seen_at: u64,
    address: String,
    agent: String,
}

/// Something that happened to a player, or that they did.
struct Happened {
    at: u64,
    board: String,
    what: String,
    more: String,
}

/// `/admin/players/{player}`: everything about one, in order.
pub async fn show(desk: &Desk, player: &str) -> Result<Page, AppError> {
    let path = &format!("/api/players/{}", encode(player));
    let profile: Option<Value> = get(path.clone()).await.ok();
    let OnBoards { entries } = get(format!("{path}/entries?limit=100")).await?;
    let happened = recorded(desk, player).await?;
    let note: Note = get(format!("{path}/note")).await?;
    let said = |name: &str| profile.as_ref().map(|profile| text(profile, name).to_owned()).unwrap_or_default();
    let is_locked = profile.as_ref().is_some_and(|profile| profile["nameLocked"] == true);
    let name = Some(said("name")).filter(|name| !name.is_empty()).unwrap_or_else(|| player.to_owned());
    let place = |on: &OnBoard| {
        view! {
            <tr>
                <td><a href=format!("/admin/boards/{}/entries/{}", on.board, encode(player))>{on.title.clone()}</a></td>
                <td class="figures">{t::desk_players::of(&number(on.rank), &number(on.total))}</td>
                <td class="figures">{on.score.text()}</td>
            </tr>
        }
    };
    let heads =
        [Head::Name(t::desk_terms::BOARD.text()), Head::Figures(t::desk_terms::RANK.text()), Head::Figures(t::desk_terms::SCORE.text())];
    let draft = desk.draft("profile");
    let act = desk.draft("act");
    let content = view! {
        <p class="facts">
            <code>{player.to_owned()}</code>
            <a href=format!("{path}/export") download="player.json" rel="external">{t::desk_players::EXPORT}</a>
        </p>
        <Panel title=t::desk_players::WHERE>
            {table_or(t::desk_players::ON_NONE.text(), &heads, entries.iter().map(place).collect())}
        </Panel>
        <Panel title=t::desk_players::ALL_HAPPENED>{timeline(&happened)}</Panel>
        {noted(desk, path, &note)}
        {desk.may(Role::Moderator).then(|| view! {
            <Panel title=t::desk_players::PROFILE>
                <Ask draft=draft.clone() call=format!("PUT {path}") then=desk.done("saved") label=t::desk_terms::SAVE>
                    <Field draft=draft.clone() name="name:~" label=t::desk_terms::NAME.text() value=said("name") />
                    <Check draft=draft.clone() name="nameLocked:flag" label=t::desk_players::LOCK_NAME.text() checked=is_locked />
                    <Field draft=draft.clone() name="country:~" label=t::desk_players::COUNTRY.text() value=said("country") placeholder="NZ" />
                    <Field draft=draft.clone() name="avatar:~" label=t::desk_players::PICTURE.text() value=said("avatar") placeholder="https://" />
                </Ask>
            </Panel>
        })}
        {desk.may(Role::Manager).then(|| view! {
            <div class="actions">
                <Act draft=act.clone() id="sessions" call=format!("DELETE {path}/sessions") then=desk.done("ended") label=t::desk_players::SIGN_OUT consequence=t::desk_players::SIGN_OUT_MEANS />
                <Act draft=act.clone() id="detach" call=format!("DELETE {path}/account") then=desk.done("saved") label=t::desk_players::DETACH consequence=t::desk_players::DETACH_MEANS bad=true />
                <Act draft=act.clone() id="erase" call=format!("DELETE {path}") then="/admin/players?done=deleted" label=t::desk_players::ERASE consequence=t::desk_players::ERASE_MEANS bad=true />
            </div>
        })}
    };
    Ok((name, content.into_any()))
}

/// What operators note, for one another.
fn noted(desk: &Desk, path: &str, note: &Note) -> AnyView {
    let written = note.at.map(|at| view! { <p class="hint">{t::desk_players::noted(note.by.as_deref().unwrap_or_default(), view! { <When at /> }.into_any())}</p> });
    let draft = &desk.draft("note");
    let content = if desk.may(Role::Moderator) {
        view! {
            <Ask draft=draft.clone() call=format!("PUT {path}/note") then=desk.done("saved") label=t::desk_players::SAVE_NOTE>
                <Field draft=draft.clone() name="note" label=t::desk_players::FOR_OPERATORS.text() kind="textarea" value=note.text.clone() />
            </Ask>
        }
        .into_any()
    } else {
        view! { <p>{note.text.clone()}</p> }.into_any()
    };
    view! { <Panel title=t::desk_players::NOTES>{written} {content}</Panel> }.into_any()
}

/// Submissions, decisions and reviews on every board, sessions that are open, and what operators did by name, newest first.
async fn recorded(desk: &Desk, player: &str) -> Result<Vec<Happened>, AppError> {
    let mut happened = Vec::new();
    for board in all().await?.into_iter().take(LOOKED_AT) {
        let journal: Journal = get(format!("/api/boards/{}/log?limit=50&player={}", board.id, encode(player))).await?;
        let line = |record: &Record| {
            let score = record.score.as_ref().map(|score| t::desk_players::score(&score.to_string()).text());
            let decided = record.moderation.as_ref().map(|decided| format!("{} {}", text(decided, "state"), text(decided, "reason")));
            let more =
                format!("{} · {}", score.or(decided).unwrap_or_default(), t::desk_players::version(&record.version.to_string()).text());
            Happened { at: record.at, board: board.id.clone(), what: record.kind.clone(), more }
        };
        happened.extend(journal.records.iter().map(line));
        let reviews: Reviews = get(format!("/api/boards/{}/review?limit=50&player={}", board.id, encode(player))).await?;
        let line = |review: &Review| Happened {
            at: review.received_at,
            board: board.id.clone(),
            what: t::desk_players::in_review(&review::said(&review.state)).text(),
            more: format!(
                "{} {}",
                t::desk_players::score(&format!("{:#}", review.score)).text(),
                review.reason.as_deref().unwrap_or_default()
            ),
        };
        happened.extend(reviews.reviews.iter().map(line));
    }
    if desk.may(Role::Manager) {
        let acts: audit::Acts = get(format!("/api/audit?limit=50&player={}", encode(player))).await?;
        let line = |act: &audit::Act| Happened {
            at: act.at,
            board: String::new(),
            what: act.act.clone(),
            more: format!("{} {}", t::desk_players::by(&act.who).text(), act.why.as_deref().unwrap_or_default()),
        };
        happened.extend(acts.acts.iter().filter(|act| act.status < 400).map(line));
        let Sessions { sessions } = get(format!("/api/players/{}/sessions", encode(player))).await?;
        for session in sessions {
            let more = t::desk_players::from(&session.address, &session.agent).text();
            let line = |at, what: Text| Happened { at, board: String::new(), what: what.into(), more: more.clone() };
            happened.extend([line(session.created_at, t::desk_players::SIGNED_IN), line(session.seen_at, t::desk_players::LAST_SEEN)]);
        }
    }
    happened.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(happened)
}

fn timeline(happened: &[Happened]) -> AnyView {
    let row = |one: &Happened| {
        view! { <tr><td class="figures"><When at=one.at /></td><td>{one.board.clone()}</td><td>{one.what.clone()}</td><td>{one.more.clone()}</td></tr> }
    };
    let heads = [
        Head::Figures(t::desk_terms::WHEN.text()),
        Head::Name(t::desk_terms::BOARD.text()),
        Head::Name(t::desk_terms::WHAT.text()),
        Head::Name(t::desk_terms::MORE_ABOUT.text()),
    ];
    table_or(t::desk_players::NOTHING.text(), &heads, happened.iter().take(200).map(row).collect())
}
