use super::{Fragment, html};
use crate::{
    backend::backend,
    components::who,
    error::AppError,
    i18n::{number, t},
    model::{BoardId, Found, FoundPlayer, Period},
    paths::{board_path, encode},
};
use leptos::prelude::*;

/// Players whose name has a text in it; nothing for no text.
pub async fn found(board: &BoardId, period: &Period, text: &str) -> Result<Fragment, AppError> {
    if text.trim().is_empty() {
        return Ok(Fragment::default());
    }
    let html = match backend()?.find(board, period, text).await {
        Ok(found) => html(view! { <List found board=board.clone() period=period.clone() /> }),
        // It is about what was typed, not about the page.
        Err(error @ AppError::Invalid { .. }) => html(view! { <p class="hint" role="status">{error.text()}</p> }),
        Err(error) => return Err(error),
    };
    Ok(Fragment { html, ..Fragment::default() })
}

#[component]
fn List(found: Found, board: BoardId, period: Period) -> impl IntoView {
    let text = match (found.players.is_empty(), found.is_complete) {
        (true, true) => t::found::NOBODY.text(),
        (true, false) => t::found::NOT_LOOKED_AT.text(),
        (false, false) => t::found::MORE.text(),
        (false, true) => "",
    };
    let player = move |found: FoundPlayer| {
        let href = board_path(&board, &period, &format!("player={}", encode(found.player.as_str())));
        view! {
            <li>
                <a href=href>
                    <span class="name">{who(&found.face)}</span>
                    <span class="rank">{format!("#{}", number(found.rank))}</span>
                </a>
            </li>
        }
    };
    let players = found.players.into_iter().map(player).collect_view();
    view! {
        <ul class="found">{players}</ul>
        <p class="hint" role="status">{text}</p>
    }
}
