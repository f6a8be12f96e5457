use super::Score;
use serde::{Deserialize, Serialize};

/// A score and the rank it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The score.
    pub score: Score,
    /// 1 is the best.
    pub rank: u64,
}

/// The answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whether the player's standing became better by it.
    pub improved: bool,
    /// The player's standing before, if they had one.
    pub before: Option<Standing>,
    /// The player's standing now.
    pub after: Standing,
    /// Players on the board.
    pub total: u64,
    /// The board's version that holds this outcome.
    pub version: u64,
    /// Whether this is the receipt of an earlier submission with the same id.
    pub replayed: bool,
}
