//! Optimistic scores: what a board will look like once what was sent has been counted. Pure, so that it can be tested
//! against the real order.

use super::board::ShownRow;
use crate::{
    model::{Direction, Keep, PlayerId, RankMode, Rules, Score, TieOrder},
    protocol::Row,
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
pub fn merge(page: &[Row], pending: &[Pending], rules: &Rules, limit: usize) -> Vec<ShownRow> {
    let mut rows: Vec<ShownRow> = page.iter().map(ShownRow::from).collect();
    for sent in pending {
        place(&mut rows, sent, rules);
    }
    rows.truncate(limit);
    // Without pending scores the ranks are the server's: it knows of tiebreaks.
    if !pending.is_empty() {
        rank(&mut rows, rules.rank_mode);
    }
    rows
}

/// Puts one pending score where the server will, if it will make an entry.
fn place(rows: &mut Vec<ShownRow>, sent: &Pending, rules: &Rules) {
    let is_better = |a: Score, b: Score| match rules.direction {
        Direction::Desc => a > b,
        Direction::Asc => a < b,
    };
    let waits = sent.confirmed.is_none();
    let mut score = sent.score;
    if let Some(at) = rows.iter().position(|row| row.player == sent.player.as_str()) {
        let known = rows[at].score;
        if rules.keep == Keep::Sum {
            score = Score::unbounded(known.units() + sent.score.units(), rules.decimals);
        }
        let moves = match rules.keep {
            Keep::Best => is_better(score, known),
            Keep::First => false,
            Keep::Last | Keep::Sum => score != known,
        };
        if !moves {
            rows[at].pending |= waits;
            return;
        }
        rows.remove(at);
    }
    // Among equals it goes to the end, or to the front where the last to get there is ahead.
    let to = rows.partition_point(|row| match rules.tie_order {
        TieOrder::First => !is_better(score, row.score),
        TieOrder::Last => is_better(row.score, score),
    });
    let row = ShownRow { player: sent.player.to_string(), name: sent.player.to_string(), rank: 0, score, pending: waits };
    rows.insert(to, row);
}

/// Numbers rows that begin with the first of the board.
fn rank(rows: &mut [ShownRow], mode: RankMode) {
    let mut rank = 0;
    let mut first = 0;
    while first < rows.len() {
        let equals = rows[first..].iter().take_while(|row| row.score == rows[first].score).count();
        for (at, row) in rows[first..first + equals].iter_mut().enumerate() {
            row.rank = match mode {
                RankMode::Ordinal => first + at + 1,
                RankMode::Competition => first + 1,
                RankMode::Modified => first + equals,
                RankMode::Dense => rank + 1,
            } as u64;
        }
        rank += 1;
        first += equals;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sent(player: &str, score: i64) -> Pending {
        Pending { id: String::new(), player: PlayerId::parse(player).unwrap(), score: Score::new(score, 0).unwrap(), confirmed: None }
    }

    fn page(rows: &[(String, i64)]) -> Vec<Row> {
        let rows = rows.iter().zip(1..).map(|((player, score), rank)| Row {
            rank,
            player_id: PlayerId::parse(player).unwrap(),
            name: player.clone(),
            score: Score::new(*score, 0).unwrap(),
            tiebreaks: Vec::new(),
        });
        rows.collect()
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
            let rules = Rules { direction, ..Rules::main() };
            let shown = merge(&page(&naive(&counted, direction)), &pending, &rules, 100);
            let all: Vec<_> = counted.into_iter().chain(waiting).collect();
            prop_assert_eq!(shown.iter().map(|row| (row.player.clone(), row.score.units())).collect::<Vec<_>>(), naive(&all, direction));
            prop_assert!(shown.iter().zip(1..).all(|(row, rank)| row.rank == rank));
            prop_assert!(shown.iter().all(|row| row.pending == pending.iter().any(|sent| sent.player.as_str() == row.player)));
        }
    }

    #[test]
    fn keeps_to_the_page() {
        let counted: Vec<_> = (0..50).map(|n| (format!("p{n}"), 1000 - n)).collect();
        let shown = merge(&page(&counted), &[sent("me", 1)], &Rules::main(), 50);
        assert_eq!(shown.len(), 50);
        assert!(shown.iter().all(|row| row.player != "me"));
    }

    #[test]
    fn follows_the_rules() {
        let shown = |rules: &Rules, pending: &[Pending]| -> Vec<(String, u64, i64)> {
            let rows = merge(&page(&[("a".to_owned(), 9), ("b".to_owned(), 5), ("c".to_owned(), 5)]), pending, rules, 50);
            rows.into_iter().map(|row| (row.player, row.rank, row.score.units())).collect()
        };
        let row = |player: &str, rank, score| (player.to_owned(), rank, score);
        let sum = Rules { keep: Keep::Sum, rank_mode: RankMode::Competition, ..Rules::main() };
        assert_eq!(shown(&sum, &[sent("b", 4)]), [row("a", 1, 9), row("b", 1, 9), row("c", 3, 5)]);
        let last = Rules { keep: Keep::Last, tie_order: TieOrder::Last, rank_mode: RankMode::Modified, ..Rules::main() };
        assert_eq!(shown(&last, &[sent("a", 5)]), [row("a", 3, 5), row("b", 3, 5), row("c", 3, 5)]);
        let first = Rules { keep: Keep::First, rank_mode: RankMode::Dense, ..Rules::main() };
        assert_eq!(shown(&first, &[sent("a", 20)]), [row("a", 1, 9), row("b", 2, 5), row("c", 2, 5)]);
    }
}
