//! Between what a board shows and what the store sorts: in the store, smaller is better, whatever is better on the board.

use crate::valkey::functions::{
    Ahead as Next,
    read::{Row, Rows},
};
use app::model::{Ahead, Direction, RankMode, Rules, Score};
use std::collections::BTreeMap;

fn turned(value: i64, direction: Direction) -> i64 {
    match direction {
        Direction::Desc => -value,
        Direction::Asc => value,
    }
}

/// The sort key of a score.
pub fn key(score: Score, rules: &Rules) -> i64 {
    turned(score.units(), rules.direction)
}

/// The score that a sort key stands for.
pub fn score(key: i64, rules: &Rules) -> Score {
    Score::unbounded(turned(key, rules.direction), rules.decimals)
}

/// Whom the holder of the sort key `own` has to pass next, out of what the store says of that one.
pub fn ahead(next: Next, own: i64, rules: &Rules) -> Ahead {
    let Next { key, player, name } = next;
    Ahead { player_id: player, name, score: score(key, rules), gap: Score::unbounded(own - key, rules.decimals) }
}

/// The columns of tiebreaks, in the rules' order; the same way back.
pub fn columns(tiebreaks: &[i64], rules: &Rules) -> Vec<i64> {
    tiebreaks.iter().zip(&rules.tiebreaks).map(|(value, column)| turned(*value, column.direction)).collect()
}

/// The tiebreaks that columns stand for, in the rules' order.
pub fn tiebreak_values(columns: &[i64], rules: &Rules) -> Vec<i64> {
    self::columns(columns, rules)
}

/// The tiebreaks that columns stand for, by name.
pub fn tiebreaks(columns: &[i64], rules: &Rules) -> BTreeMap<String, i64> {
    columns.iter().zip(&rules.tiebreaks).map(|(value, column)| (column.name.clone(), turned(*value, column.direction))).collect()
}

/// The shown rank of each row. Rows in rank order need one look-up for all of them: the others follow from it.
pub fn ranks(rows: &Rows, mode: RankMode) -> Vec<u64> {
    let index = |at: usize| rows.first + at as u64;
    let equal = |a: &Row, b: &Row| a.key == b.key && a.columns == b.columns;
    let is_new = |at: usize| at > 0 && !equal(&rows.rows[at - 1], &rows.rows[at]);
    let places = 0..rows.rows.len();
    let from_first = |first: u64, next: fn(u64, u64) -> u64| -> Vec<u64> {
        let mut rank = first;
        let ranked = places.clone().map(|at| {
            if is_new(at) {
                rank = next(rank, index(at));
            }
            rank
        });
        ranked.collect()
    };
    match mode {
        RankMode::Ordinal => places.map(|at| index(at) + 1).collect(),
        RankMode::Competition => from_first(rows.better + 1, |_, index| index + 1),
        RankMode::Dense => from_first(rows.dense, |rank, _| rank + 1),
        RankMode::Modified => {
            // From the last row up: a group's rank is the index of whoever comes after it.
            let mut rank = rows.at_least;
            let mut ranks: Vec<u64> = places
                .rev()
                .map(|at| {
                    let this = rank;
                    if is_new(at) {
                        rank = index(at);
                    }
                    this
                })
                .collect();
            ranks.reverse();
            ranks
        }
    }
}
