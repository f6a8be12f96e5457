//! The server functions, by resource. They are public endpoints: each checks what it is given. They speak postcard, which takes
//! less of the browser's module than JSON does; programs have REST.

#![allow(missing_docs, reason = "a server function's arguments become public fields, and can't carry documentation")]

mod boards;
mod players;
mod scores;

pub use boards::{FindPlayers, OpenBoard, OpenLobby, ReadOwn, ReadPage, find_players, open_board, open_lobby, read_own, read_page};
pub use players::{BoardsOfPlayer, OpenProfile, boards_of_player, open_profile};
pub use scores::{SubmitScore, submit_score};

/// A page whose content can't be read says so by its status as well.
#[cfg(feature = "ssr")]
fn mark_page(error: &crate::error::AppError) {
    if let Some(response) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(error.status());
    }
}
