//! Rows as they are shown.

use crate::{
    model::{Face, PlayerId, Score},
    protocol::Row,
};
use leptos::prelude::*;
use litemap::LiteMap;
use std::borrow::Cow;

/// The rows as they are shown, best first: each a signal with a number, which it keeps wherever it comes. Who reads one is told when
/// that one is another, and who asks which there are when those are others, or come in another order.
#[derive(Clone, Copy)]
pub struct Rows(RwSignal<Listed>);

#[derive(Default)]
struct Listed {
    rows: Vec<(u64, ArcRwSignal<ShownRow>)>,
    /// The last number that was given. None is given again: who was away is somebody else.
    last: u64,
}

impl Default for Rows {
    fn default() -> Self {
        Self(RwSignal::new(Listed::default()))
    }
}

impl Rows {
    /// The numbers of the rows that there are.
    pub fn numbers(self) -> Vec<u64> {
        self.0.with(|listed| listed.rows.iter().map(|(number, _)| *number).collect())
    }

    /// The row of a number, if it is one of them.
    pub fn row(self, number: u64) -> Option<ArcRwSignal<ShownRow>> {
        self.0.with_untracked(|listed| listed.rows.iter().find(|(known, _)| *known == number).map(|(_, row)| row.clone()))
    }

    /// The place of a player's row, from 1, if one of them is theirs.
    pub fn place(self, player: &str) -> Option<u64> {
        let is_theirs = |row: &ArcRwSignal<ShownRow>| row.with_untracked(|row| row.is_theirs() && row.player == player);
        let row = self.0.with(|listed| listed.rows.iter().find(|(_, row)| is_theirs(row)).map(|(_, row)| row.clone()));
        row.map(|row| row.with(|row| row.place))
    }

    /// All of them, as they are now.
    pub fn get_untracked(self) -> Vec<ShownRow> {
        self.0.with_untracked(|listed| listed.rows.iter().map(|(_, row)| row.get_untracked()).collect())
    }

    /// Shows these, which are of different players or at different places.
    pub fn patch(self, rows: Vec<ShownRow>) {
        let (mut last, before) = self.0.with_untracked(|listed| (listed.last, listed.rows.clone()));
        let numbers: Vec<u64> = before.iter().map(|(number, _)| *number).collect();
        let known = before.into_iter().map(|(number, row)| (row.with_untracked(|row| row.key().into_owned()), (number, row)));
        let mut known: LiteMap<String, (u64, ArcRwSignal<ShownRow>)> = crate::flat::flat(known);
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let Some((number, signal)) = known.remove(&*row.key()) else {
                    last += 1;
                    return (last, ArcRwSignal::new(row));
                };
                if signal.with_untracked(|known| *known != row) {
                    signal.set(row);
                }
                (number, signal)
            })
            .collect();
        if !rows.iter().map(|(number, _)| *number).eq(numbers) {
            self.0.set(Listed { rows, last });
        }
    }
}

/// A score, and the values that are compared after it.
pub fn score_text(score: Score, tiebreaks: &[i64]) -> String {
    let mut text = score.text();
    for value in tiebreaks {
        text.push_str(" · ");
        text.push_str(&Score::unbounded(*value, 0).text());
    }
    text
}

/// One row as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShownRow {
    /// The player's id; empty for a row that is not known yet.
    pub player: String,
    /// What is shown of them.
    pub face: Face,
    /// Whether a row further up is of the same player: that one is where they are.
    pub is_again: bool,
    /// The place in the order, from 1.
    pub place: u64,
    /// 1 is the best.
    pub rank: u64,
    /// Their score.
    pub score: Score,
    /// The values that are compared after it; none of a score that is to come.
    pub tiebreaks: Vec<i64>,
    /// 0 until the score changes, then 1 and 2 in turn.
    pub tick: u8,
    /// Whether a score of theirs was sent and is not confirmed yet.
    pub pending: bool,
    /// Whether another row beside it has the same rank.
    pub tie: bool,
    /// Ranks gained a moment ago, lost ones negative.
    pub moved: i64,
}

impl From<&Row> for ShownRow {
    fn from(row: &Row) -> Self {
        let (face, tiebreaks) = (row.face.clone(), row.tiebreaks.clone());
        Self { player: row.player_id.to_string(), face, rank: row.rank, score: row.score, tiebreaks, ..Self::default() }
    }
}

impl ShownRow {
    /// A player's, of whom nothing else is known.
    pub fn of(player: &PlayerId) -> Self {
        Self { player: player.to_string(), face: Face::of(player), ..Self::default() }
    }

    /// A row that is not known yet.
    pub fn at(place: u64) -> Self {
        Self { place, rank: place, ..Self::default() }
    }

    /// Their score, and what is compared after it.
    pub fn score_text(&self) -> String {
        score_text(self.score, &self.tiebreaks)
    }

    /// Whether it is where its player is.
    pub fn is_theirs(&self) -> bool {
        !self.player.is_empty() && !self.is_again
    }

    /// What tells rows apart: their player, or of one that is no player's the place.
    fn key(&self) -> Cow<'_, str> {
        // No player's id has a line end in it.
        if self.is_theirs() { self.player.as_str().into() } else { format!("{}\n{}", self.player, self.place).into() }
    }
}
