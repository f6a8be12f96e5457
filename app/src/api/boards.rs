use crate::{
    error::AppError,
    model::{BoardId, Rules},
    protocol::Leaderboard,
};
use leptos::prelude::*;

/// A board's rules and its first page.
#[server(prefix = "/fn", endpoint = "open_board")]
pub async fn open_board(board: BoardId) -> Result<(Rules, Leaderboard), AppError> {
    use crate::{backend::backend, model::Limit};
    let backend = backend()?;
    let opened = async { Ok((backend.rules(&board).await?, backend.top(&board, Limit::PAGE).await?)) };
    opened.await.inspect_err(mark_page)
}

/// A page whose board can't be read says so by its status as well.
#[cfg(feature = "ssr")]
fn mark_page(error: &AppError) {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
}
