//! What is shown of a run to whoever its player shares it with. All of it is in the address, signed: nothing is stored, and no other numbers have one.

use super::{Runs, ticket::Ticket};
use crate::boards::{caller::Caller, live::is_open, read::Period};
use app::{
    error::{AppError, Field, What},
    game::Outcome,
    i18n::t,
    model::{BoardId, Played, PlayerId, Receipt},
    paths::{encode, run_picture_path},
};
use serde::{Deserialize, Serialize};

/// What for these are signed.
const PURPOSE: &str = "card";

/// A run that was counted, as its address has it.
#[derive(Debug, Serialize, Deserialize)]
struct Card {
    board: String,
    player: String,
    at: u64,
    /// Score, hits, misses, best row.
    came_to: [u32; 4],
    rank: (u64, u64),
}

/// Where a run that was counted is shown.
#[derive(Clone, Debug)]
pub struct Shared {
    /// The path of its page.
    pub page: String,
    /// The path of its picture.
    pub picture: String,
}

/// A run, and whether everybody may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The run.
    pub played: Played,
    /// Whether everybody may see the board.
    pub is_open: bool,
}

impl Runs {
    /// Where a run is shown that was counted.
    pub(super) async fn share(&self, board: &BoardId, ticket: &Ticket, outcome: Outcome, receipt: &Receipt) -> Result<Shared, AppError> {
        let Outcome { score, hits, misses, best_row, .. } = outcome;
        let card = Card {
            board: board.to_string(),
            player: ticket.player.clone(),
            at: ticket.at,
            came_to: [score, hits, misses, best_row],
            rank: (receipt.after.rank, receipt.total),
        };
        let run = self.secret().await?.seal(PURPOSE, &card)?;
        let page = format!("/play?board={}&run={run}", encode(board.as_str()));
        Ok(Shared { page, picture: run_picture_path(board, &run) })
    }

    /// The run at an address, for whoever may see the board, and as long as its player is there to be seen.
    pub async fn shown(&self, caller: Caller, board: &BoardId, run: &str) -> Result<Shown, AppError> {
        let card: Card = self.secret().await?.open(PURPOSE, run)?;
        if card.board != board.as_str() {
            return Err(AppError::invalid(Field::Run, t::problem::RUN_OTHER_BOARD));
        }
        let loaded = self.boards.rules_to_read(caller, board).await?;
        let player = [PlayerId::stored(&card.player)];
        let found = self.boards.friends(Caller::Server, board, &Period::default(), &player).await?.entries;
        let name = found.into_iter().next().ok_or_else(|| AppError::no(What::Player))?.entry.row.face.name;
        let ([score, hits, misses, best_row], title) = (card.came_to, loaded.rules.title.clone());
        let played = Played { title, name, at: card.at, score, hits, misses, best_row, rank: card.rank };
        Ok(Shown { played, is_open: is_open(&loaded) })
    }
}
