//! Boards that are frozen: everybody sees them as they were then, while what is submitted and done is counted and ranked behind that. Not
//! frozen any more, all of it shows at once.
//!
//! What everybody sees stays where it is in the store, and what happens goes on in a copy: so nothing that reads for everybody has to know,
//! and nothing can be forgotten.

use super::{Boards, answers::BoardInfo, caller::Caller, catalog::token, from_store, rights::Right, undo::TRIES};
use crate::valkey::functions::Declined;
use app::{
    error::{AppError, What},
    model::BoardId,
};
use tracing::info;

impl Boards {
    /// Freezes a board, or ends that; the board as whoever asks sees it. What is so already stays so.
    pub async fn freeze(&self, caller: Caller, board: &BoardId, is_frozen: bool) -> Result<BoardInfo, AppError> {
        caller.must(Right::Manage, Some(board))?;
        let shared = self.board(board).await?.shared.clone();
        for _ in 0..TRIES {
            let shown = shared.read_again().await?.ok_or_else(|| AppError::no(What::Board))?.sides.shown;
            if shown.frozen_ms.is_some() == is_frozen {
                return self.info(caller, board).await;
            }
            let (revision, now_ms) = (token(), shared.now_ms());
            let done = match is_frozen {
                true => self.store.freeze(&shown.scope, &revision, now_ms).await,
                false => self.store.unfreeze(&shown.scope, &revision, now_ms).await,
            };
            match done.map_err(from_store)? {
                Ok(()) => info!(board.id = %board, is_frozen, "a board was frozen, or is not any more"),
                Err(Declined::NoBoard) => return Err(AppError::no(What::Board)),
                // Somebody has edited it meanwhile.
                Err(_) => {}
            }
        }
        Err(AppError::Busy)
    }
}
