//! Optimistic scores: what a board will look like once what was sent has been counted. Pure, so that it can be tested
//! against the real order.

use super::board::ShownRow;
use crate::{
    model::{Direction, PlayerId, Score},
    protocol::Leaderboard,
};

/// A score that was sent and is not part of the page yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The submission's id.
    pub id: String,
    /// Whose score it is.
    pub player: PlayerId,
    /// The score.
    pub score: Score,
    /// The version that holds it, once it is confirmed.
    pub confirmed: Option<u64>,
}

impl Pending {
    /// Whether a page of this version shows it already.
    pub fn is_in(&self, version: u64) -> bool {
        self.confirmed.is_some_and(|confirmed| confirmed <= version)
    }
}

/// The page's rows with the pending scores in their places, at most `limit` of them.
pub fn merge(page: &Leaderboard, pending: &[Pending], direction: Direction, limit: usize) -> Vec<ShownRow> {
    let mut rows: Vec<ShownRow> = page.entries.iter().map(ShownRow::from).collect();
    for sent in pending {
        place(&mut rows, sent, direction);
    }
    rows.truncate(limit);
    for (row, rank) in rows.iter_mut().zip(1..) {
        row.rank = rank;
    }
    rows
}

/// Puts one pending score where the server will: behind all that are at least as good, and only if it is better than what
/// the player has.
fn place(rows: &mut Vec<ShownRow>, sent: &Pending, direction: Direction) {
    let is_better = |a: Score, b: Score| match direction {
        Direction::Desc => a > b,
        Direction::Asc => a < b,
    };
    let waits = sent.confirmed.is_none();
    if let Some(at) = rows.iter().position(|row| row.player == sent.player.as_str()) {
        if !is_better(sent.score, rows[at].score) {
            rows[at].pending |= waits;
            return;
        }
        rows.remove(at);
    }
    let to = rows.partition_point(|row| !is_better(sent.score, row.score));
    let row = ShownRow { player: sent.player.to_string(), name: sent.player.to_string(), rank: 0, score: sent.score, pending: waits };
    rows.insert(to, row);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::BoardId,
        protocol::{Row, Tag},
    };
    use proptest::prelude::*;

    fn sent(player: &str, score: i64) -> Pending {
        Pending { id: String::new(), player: PlayerId::parse(player).unwrap(), score: Score::new(score, 0).unwrap(), confirmed: None }
    }

    fn page(rows: &[(String, i64)]) -> Leaderboard {
        let entries = rows.iter().zip(1..).map(|((player, score), rank)| Row {
            rank,
            player_id: PlayerId::parse(player).unwrap(),
            name: player.clone(),
            score: Score::new(*score, 0).unwrap(),
        });
        Leaderboard { tag: Tag::default(), board: BoardId::main(), version: 1, total: 0, last_update: 0, entries: entries.collect() }
    }

    /// A naive board: every player's best, sorted by score, then by who reached it first.
    fn naive(history: &[(String, i64)], direction: Direction) -> Vec<(String, i64)> {
        let better = |a: i64, b: i64| if direction == Direction::Desc { a > b } else { a < b };
        let mut best: Vec<(String, i64, usize)> = Vec::new();
        for (at, (player, score)) in history.iter().enumerate() {
            match best.iter_mut().find(|(known, ..)| known == player) {
                Some(entry) if better(*score, entry.1) => (entry.1, entry.2) = (*score, at),
                Some(_) => {}
                None => best.push((player.clone(), *score, at)),
            }
        }
        best.sort_by_key(|(_, score, at)| (if direction == Direction::Desc { -score } else { *score }, *at));
        best.into_iter().map(|(player, score, _)| (player, score)).collect()
    }

    fn history(max: usize) -> impl Strategy<Value = Vec<(String, i64)>> {
        prop::collection::vec(("[a-f]", -5_i64..5), 0..max)
    }

    proptest! {
        #[test]
        fn shows_what_the_server_will_show(counted in history(20), waiting in history(8), desc: bool) {
            let direction = if desc { Direction::Desc } else { Direction::Asc };
            let pending: Vec<Pending> = waiting.iter().map(|(player, score)| sent(player, *score)).collect();
            let shown = merge(&page(&naive(&counted, direction)), &pending, direction, 100);
            let all: Vec<_> = counted.into_iter().chain(waiting).collect();
            prop_assert_eq!(shown.iter().map(|row| (row.player.clone(), row.score.units())).collect::<Vec<_>>(), naive(&all, direction));
            prop_assert!(shown.iter().zip(1..).all(|(row, rank)| row.rank == rank));
            prop_assert!(shown.iter().all(|row| row.pending == pending.iter().any(|sent| sent.player.as_str() == row.player)));
        }
    }

    #[test]
    fn keeps_to_the_page() {
        let counted: Vec<_> = (0..50).map(|n| (format!("p{n}"), 1000 - n)).collect();
        let shown = merge(&page(&counted), &[sent("me", 1)], Direction::Desc, 50);
        assert_eq!(shown.len(), 50);
        assert!(shown.iter().all(|row| row.player != "me"));
    }
}
