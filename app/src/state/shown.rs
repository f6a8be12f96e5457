//! Rows as they are shown.

use crate::{
    model::{Face, PlayerId, Score},
    protocol::Row,
};
use reactive_stores::{Patch, Store};

/// The rows as they are shown. Keyed: a row that changes keeps its node.
#[derive(Clone, Debug, Default, Store)]
pub struct Board {
    /// Best first.
    #[store(key: String = |row| row.key.clone())]
    pub rows: Vec<ShownRow>,
}

/// One row as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Store, Patch)]
pub struct ShownRow {
    /// What the store knows it by, once it is in there: its player and a number, or for a row that is not known yet its place.
    pub key: String,
    /// The player's id; empty for a row that is not known yet.
    pub player: String,
    /// What is shown of them.
    #[patch(|this, new| *this = new)]
    pub face: Face,
    /// The place in the order, from 1.
    pub place: u64,
    /// 1 is the best.
    pub rank: u64,
    /// Their score.
    #[patch(|this, new| *this = new)]
    pub score: Score,
    /// Whether a score of theirs was sent and is not confirmed yet.
    pub pending: bool,
    /// Whether another row beside it has the same rank.
    pub tie: bool,
    /// Ranks gained a moment ago, lost ones negative.
    pub moved: i64,
}

impl From<&Row> for ShownRow {
    fn from(row: &Row) -> Self {
        Self { player: row.player_id.to_string(), face: row.face.clone(), rank: row.rank, score: row.score, ..Self::default() }
    }
}

impl ShownRow {
    /// A player's, of whom nothing else is known.
    pub fn of(player: &PlayerId) -> Self {
        Self { player: player.to_string(), face: Face::of(player), ..Self::default() }
    }

    /// A row that is not known yet.
    pub fn at(place: u64) -> Self {
        // No player's id has a line end in it.
        Self { key: format!("\n{place}"), place, rank: place, ..Self::default() }
    }
}
