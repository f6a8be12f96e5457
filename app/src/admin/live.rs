//! Who watches what.

use super::{
    Page,
    desk::{Desk, get},
    parts::{Empty, Figure, Panel},
    table::{Head, table},
};
use crate::{
    error::AppError,
    i18n::{number, t},
    protocol::Close,
};
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
                <Figure label=t::desk_live::CLIENTS.text() value=number(sockets) hint=t::desk_live::CLIENTS_HINT />
                <Figure label=t::desk_live::VIEWS.text() value=number(watched) hint=t::desk_live::VIEWS_HINT />
            </dl>
            {is_none.then(|| view! { <Empty text=t::desk_live::NOBODY /> })}
            {boards}
            {(!closed.is_empty()).then(|| sent_away(&closed))}
        </div>
    };
    Ok((t::desk_live::TITLE.into(), content.into_any()))
}

/// Whom the server has closed the connection of, and why.
fn sent_away(closed: &[Closed]) -> impl IntoView + use<> {
    let row = |closed: &Closed| {
        let why = match Close::ALL.into_iter().find(|known| known.code() == closed.code) {
            Some(Close::Draining) => t::desk_live::CLOSED_RESTARTING.into(),
            Some(Close::Slow) => t::desk_live::CLOSED_SLOW.into(),
            Some(Close::Silent) => t::desk_live::CLOSED_SILENT.into(),
            Some(Close::SignedOut) => t::desk_live::CLOSED_RIGHTS.into(),
            Some(Close::Unexpected) => t::desk_live::CLOSED_UNEXPECTED.into(),
            Some(Close::Gone) => t::desk_live::CLOSED_GONE.into(),
            Some(Close::TooLarge) => t::desk_live::CLOSED_LARGE.into(),
            None => closed.reason.clone(),
        };
        view! {
            <tr>
                <td>{why}</td>
                <td class="figures">{closed.code}</td>
                <td class="figures">{number(closed.clients)}</td>
            </tr>
        }
    };
    let rows = closed.iter().map(row).collect_view();
    let heads = [Head::Name(t::desk::WHY.text()), Head::Figures(t::desk_live::CODE.text()), Head::Figures(t::desk_live::CLIENTS.text())];
    view! {
        <Panel title=t::desk_live::SENT_AWAY>
            {table(&heads, rows)}
        </Panel>
    }
}

fn board(board: &Board) -> impl IntoView + use<> {
    let row = |page: &Watched| {
        let window = page.period.as_ref().map_or_else(|| page.window.clone(), |period| format!("{} {period}", page.window));
        view! {
            <tr>
                <td>{window}</td>
                <td class="figures">{t::desk_live::range(&number(page.from), &number(page.from + page.rows - 1))}</td>
                <td class="figures">{number(page.watchers)}</td>
                <td class="figures">{page.version.map(number)}</td>
            </tr>
        }
    };
    let rows = board.pages.iter().map(row).collect_view();
    let heads = [
        Head::Name(t::desk_live::WINDOW.text()),
        Head::Figures(t::desk_live::RANKS.text()),
        Head::Figures(t::desk_live::CLIENTS.text()),
        Head::Figures(t::desk_live::VERSION.text()),
    ];
    view! {
        <Panel title=board.board.clone()>
            <p class="facts"><a href=format!("/admin/boards/{}", board.board)>{t::desk_live::BOARD}</a><span>{t::desk_live::followed(board.followed)}</span></p>
            {table(&heads, rows)}
        </Panel>
    }
}
