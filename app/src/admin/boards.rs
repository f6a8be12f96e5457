//! The boards there are.

use super::{
    Page,
    desk::{Desk, get},
    parts::{Badge, Empty, When},
    table::{Column, Key, listing},
};
use crate::{
    error::AppError,
    model::{Role, grouped},
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
    let frozen = board.frozen_since.map(|_| view! { <Badge kind="warn" text="frozen" /> });
    let archived = board.archived.then(|| view! { <Badge kind="plain" text="archived" /> });
    let seen = (board.visibility != "public").then(|| view! { <Badge kind="plain" text=board.visibility.clone() /> });
    view! { {frozen} {archived} {seen} }.into_any()
}

/// `/admin/boards`.
pub async fn list(desk: &Desk) -> Result<Page, AppError> {
    let boards = all().await?;
    let columns = vec![
        Column::new("Board", |board: &Board| {
            view! { <a href=format!("/admin/boards/{}", board.id)>{board.title.clone()}</a> " " <small>{board.id.clone()}</small> }
        })
        .by(|board| Key::from(&*board.title)),
        Column::new("State", state),
        Column::new("Takes scores from", |board: &Board| board.submitters.clone()).by(|board| Key::from(&*board.submitters)),
        Column::new("Changes", |board: &Board| grouped(board.version)).by(|board| board.version).figures(),
        Column::new("Last change", |board: &Board| view! { <When at=board.last_update /> }).by(|board| board.last_update).figures(),
    ];
    let new = desk.may(Role::Manager).then(|| view! { <p class="actions"><a class="button" href="/admin/boards/new">"New board"</a></p> });
    let empty = view! { <Empty text="There is no board yet. A template has the rules for what you have in mind."><a class="button" href="/admin/boards/new">"New board"</a></Empty> };
    let words = |board: &Board| format!("{} {}", board.title, board.id);
    let table = listing(desk, "Boards", boards, columns, words, empty);
    Ok(("Boards".to_owned(), view! { {new} <div id="boards" data-live="">{table}</div> }.into_any()))
}
