use crate::{
    error::AppError,
    model::{BoardId, Entered, PlayerId, Profile},
};
use leptos::{prelude::*, server_fn::codec::Postcard};

/// A player on a board.
#[server(prefix = "/fn", endpoint = "open_profile", input = Postcard, output = Postcard)]
pub async fn open_profile(board: BoardId, player: PlayerId) -> Result<Profile, AppError> {
    crate::backend::backend()?.profile(&board, &player).await.inspect_err(super::mark_page)
}

/// The boards that a player has an entry on.
#[server(prefix = "/fn", endpoint = "boards_of_player", input = Postcard, output = Postcard)]
pub async fn boards_of_player(player: PlayerId) -> Result<Vec<Entered>, AppError> {
    crate::backend::backend()?.entered(&player).await.inspect_err(super::mark_page)
}
