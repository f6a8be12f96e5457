use crate::{
    error::AppError,
    model::{BoardId, Lobby, Opened, Own, Page, Period, PlayerId, Start},
};
use leptos::{prelude::*, server_fn::codec::Postcard};

/// The boards that everybody sees, after one of them.
#[server(prefix = "/fn", endpoint = "open_lobby", input = Postcard, output = Postcard)]
pub async fn open_lobby(after: Option<BoardId>) -> Result<Lobby, AppError> {
    crate::backend::backend()?.lobby(after.as_ref()).await.inspect_err(super::mark_page)
}

/// A board, with a page of its standings, and how whoever looks stands.
#[server(prefix = "/fn", endpoint = "open_board", input = Postcard, output = Postcard)]
pub async fn open_board(board: BoardId, period: Period, start: Start) -> Result<Opened, AppError> {
    let own = crate::visitor::Visitor::of_request().player;
    crate::backend::backend()?.open(&board, &period, start, own).await.inspect_err(super::mark_page)
}

/// A page of standings.
#[server(prefix = "/fn", endpoint = "read_page", input = Postcard, output = Postcard)]
pub async fn read_page(board: BoardId, period: Period, start: Start) -> Result<Page, AppError> {
    crate::backend::backend()?.page(&board, &period, start).await
}

/// How a player stands.
#[server(prefix = "/fn", endpoint = "read_own", input = Postcard, output = Postcard)]
pub async fn read_own(board: BoardId, period: Period, player: PlayerId) -> Result<Own, AppError> {
    crate::backend::backend()?.own(&board, &period, player).await
}
