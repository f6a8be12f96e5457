//! Who watches what.

use super::{
    Page,
    desk::{Desk, get},
    parts::{Empty, Figure, Panel},
    table::{Head, table},
};
use crate::{error::AppError, model::grouped};
use leptos::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Watchers {
    sockets: u64,
    boards: Vec<Board>,
    closed: Vec<Closed>,
}

#[derive(Deserialize)]
struct Closed {
    code: u16,
    reason: String,
    clients: u64,
}

#[derive(Deserialize)]
struct Board {
    board: String,
    watchers: u64,
    followed: u64,
    pages: Vec<Watched>,
}

#[derive(Deserialize)]
struct Watched {
    window: String,
    period: Option<String>,
    from: u64,
    rows: u64,
    watchers: u64,
    version: Option<u64>,
}

/// `/admin/live`.
pub async fn show(_: &Desk) -> Result<Page, AppError> {
    let Watchers { sockets, boards, closed } = get("/api/live").await?;
    let watched: u64 = boards.iter().map(|board| board.watchers).sum();
    let is_none = boards.is_empty();
    let boards = boards.iter().map(board).collect_view();
    let content = view! {
        <div class="stack" id="watchers" data-live="">
            <dl class="figures-row">
                <Figure label="Clients" value=grouped(sockets) hint="connected to this server" />
                <Figure label="Views" value=grouped(watched) hint="pages and players they watch" />
            </dl>
            {is_none.then(|| view! { <Empty text="Nobody watches a board at the moment. Whoever opens one shows up here." /> })}
            {boards}
            {(!closed.is_empty()).then(|| sent_away(&closed))}
        </div>
    };
    Ok(("Live".to_owned(), content.into_any()))
}

/// Whom the server has closed the connection of, and why.
fn sent_away(closed: &[Closed]) -> impl IntoView + use<> {
    let row = |closed: &Closed| {
        view! {
            <tr>
                <td>{closed.reason.clone()}</td>
                <td class="figures">{closed.code}</td>
                <td class="figures">{grouped(closed.clients)}</td>
            </tr>
        }
    };
    let rows = closed.iter().map(row).collect_view();
    view! {
        <Panel title="Sent away since the start">
            {table(&[Head::Name("Why"), Head::Figures("Code"), Head::Figures("Clients")], rows)}
        </Panel>
    }
}

fn board(board: &Board) -> impl IntoView + use<> {
    let row = |page: &Watched| {
        let window = page.period.as_ref().map_or_else(|| page.window.clone(), |period| format!("{} {period}", page.window));
        view! {
            <tr>
                <td>{window}</td>
                <td class="figures">{format!("{} to {}", grouped(page.from), grouped(page.from + page.rows - 1))}</td>
                <td class="figures">{grouped(page.watchers)}</td>
                <td class="figures">{page.version.map(grouped)}</td>
            </tr>
        }
    };
    let rows = board.pages.iter().map(row).collect_view();
    let heads = [Head::Name("Window"), Head::Figures("Ranks"), Head::Figures("Clients"), Head::Figures("Version")];
    let followed = format!("{} players followed", grouped(board.followed));
    view! {
        <Panel title=board.board.clone()>
            <p class="facts"><a href=format!("/admin/boards/{}", board.board)>"The board"</a><span>{followed}</span></p>
            {table(&heads, rows)}
        </Panel>
    }
}
