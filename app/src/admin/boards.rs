//! The boards there are.

use super::{
    Page,
    desk::{Desk, get},
    parts::{Badge, Empty, When},
    table::{Column, Key, listing},
};
use crate::{
    error::AppError,
    i18n::{number, t},
    model::Role,
    paths::encode,
};
use leptos::prelude::*;
use serde::Deserialize;

/// What is shown of a board.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Who can see it.
    pub visibility: String,
    /// Whom it takes scores from.
    pub submitters: String,
    /// Its version.
    pub version: u64,
    /// When it last changed.
    pub last_update: u64,
    /// Whether it is closed for good.
    pub archived: bool,
    /// Which submissions are looked at, if any.
    pub review: Option<serde_json::Value>,
    /// Since when everybody sees it as it was.
    pub frozen_since: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Boards {
    boards: Vec<Board>,
    next_cursor: Option<String>,
}

/// All boards, as many as are shown at once.
pub async fn all() -> Result<Vec<Board>, AppError> {
    let mut boards = Vec::new();
    let mut cursor = String::new();
    loop {
        let page: Boards = get(format!("/api/boards?limit=1000{cursor}")).await?;
        boards.extend(page.boards);
        match page.next_cursor {
            Some(next) if boards.len() < 10_000 => cursor = format!("&cursor={}", encode(&next)),
            _ => return Ok(boards),
        }
    }
}

/// What a board is in.
pub fn state(board: &Board) -> AnyView {
    let frozen = board.frozen_since.map(|_| view! { <Badge kind="warn" text=t::lobby::FROZEN /> });
    let archived = board.archived.then(|| view! { <Badge kind="plain" text=t::desk_boards::ARCHIVED /> });
    let seen = (board.visibility != "public").then(|| view! { <Badge kind="plain" text=board.visibility.clone() /> });
    view! { {frozen} {archived} {seen} }.into_any()
}

/// `/admin/boards`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let boards = all().await?;
    let columns = vec![
        Column::new(t::desk_terms::BOARD, |board: &Board| {
            view! { <a href=format!("/admin/boards/{}", board.id)>{board.title.clone()}</a> " " <small>{board.id.clone()}</small> }
        })
        .by(|board| Key::from(&*board.title)),
        Column::new(t::desk_terms::STATE, state),
        Column::new(t::desk_boards::TAKES_FROM, |board: &Board| board.submitters.clone()).by(|board| Key::from(&*board.submitters)),
        Column::new(t::desk_terms::CHANGES, |board: &Board| number(board.version)).by(|board| board.version).figures(),
        Column::new(t::desk_terms::LAST_CHANGE, |board: &Board| view! { <When at=board.last_update /> })
            .by(|board| board.last_update)
            .figures(),
    ];
    let new = desk
        .may(Role::Manager)
        .then(|| view! { <p class="actions"><a class="button" href="/admin/boards/new">{t::desk_terms::NEW_BOARD}</a></p> });
    let empty =
        view! { <Empty text=t::desk_boards::NONE><a class="button" href="/admin/boards/new">{t::desk_terms::NEW_BOARD}</a></Empty> };
    let words = |board: &Board| format!("{} {}", board.title, board.id);
    let table = listing(desk, t::desk_terms::BOARDS.text(), boards, columns, words, empty);
    Ok((t::desk_terms::BOARDS.text().to_owned(), view! { {new} <div id="boards" data-live="">{table}</div> }.into_any()))
}
