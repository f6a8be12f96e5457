//! From one state of a page to another.

use super::Row;
use crate::model::Score;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A part of a page's new rows, out of its old ones. What comes after the old rows that a run uses is where the next
/// [`Run::Keep`] starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Run {
    /// So many of the old rows, as they are, from where the last run left off (the first row, at the start).
    Keep(u32),
    /// Old rows from the index `at` (from 0) on, with ranks moved by `shift`.
    Take {
        /// The first.
        at: u32,
        /// How many.
        rows: u32,
        /// What to add to their ranks.
        shift: i64,
    },
    /// The old row at the index `at`, with another score.
    Change {
        /// Which.
        at: u32,
        /// What to add to its rank.
        shift: i64,
        /// Its score now.
        score: Score,
        /// Its tiebreaks now.
        tiebreaks: Vec<i64>,
    },
    /// A row that was not there before.
    Put(Row),
}

/// A delta that does not fit the rows it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delta does not fit the rows")]
pub struct Broken;

/// What `new` is made of, out of `old`: `apply(old, diff(old, new))` is `new`. A player must not stand twice in either.
pub fn diff(old: &[Row], new: &[Row]) -> Vec<Run> {
    let places: HashMap<&str, usize> = old.iter().enumerate().map(|(at, row)| (row.player_id.as_str(), at)).collect();
    let mut runs = Vec::new();
    let mut next = 0;
    for row in new {
        let place = places.get(row.player_id.as_str()).map(|at| (*at, &old[*at])).filter(|(_, known)| known.name == row.name);
        let Some((at, known)) = place else {
            runs.push(Run::Put(row.clone()));
            continue;
        };
        let shift = row.rank.wrapping_sub(known.rank) as i64;
        if known.score == row.score && known.tiebreaks == row.tiebreaks {
            extend(&mut runs, at as u32, shift, next);
        } else {
            runs.push(Run::Change { at: at as u32, shift, score: row.score, tiebreaks: row.tiebreaks.clone() });
        }
        next = at as u32 + 1;
    }
    runs
}

/// One more old row, as a part of the last run where that goes on.
fn extend(runs: &mut Vec<Run>, at: u32, shift: i64, next: u32) {
    match runs.last_mut() {
        Some(Run::Keep(rows)) if at == next && shift == 0 => *rows += 1,
        Some(Run::Take { at: first, rows, shift: by }) if at == *first + *rows && shift == *by => *rows += 1,
        _ if at == next && shift == 0 => runs.push(Run::Keep(1)),
        _ => runs.push(Run::Take { at, rows: 1, shift }),
    }
}

/// The rows that `runs` make out of `old`: at most `most`. Whatever came over the wire, it answers rows or an error.
pub fn apply(old: &[Row], runs: &[Run], most: usize) -> Result<Vec<Row>, Broken> {
    let mut rows = Vec::with_capacity(most.min(old.len() + runs.len()));
    let mut next = 0;
    for run in runs {
        let (at, count, shift) = match run {
            Run::Keep(count) => (next, *count as usize, 0),
            Run::Take { at, rows, shift } => (*at as usize, *rows as usize, *shift),
            Run::Change { at, shift, .. } => (*at as usize, 1, *shift),
            Run::Put(_) => (next, 0, 0),
        };
        let end = at.checked_add(count).ok_or(Broken)?;
        let taken = old.get(at..end).ok_or(Broken)?;
        if rows.len() + taken.len().max(1) > most {
            return Err(Broken);
        }
        rows.extend(taken.iter().map(|row| Row { rank: row.rank.wrapping_add_signed(shift), ..row.clone() }));
        match (run, rows.last_mut()) {
            (Run::Put(row), _) => rows.push(row.clone()),
            (Run::Change { score, tiebreaks, .. }, Some(row)) => (row.score, row.tiebreaks) = (*score, tiebreaks.clone()),
            _ => {}
        }
        next = end;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::PlayerId,
        protocol::{Delta, Digest, Format, PAGE_ROWS, ServerMessage, Snapshot, digest},
    };
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};

    const MOST: usize = PAGE_ROWS as usize;

    fn row(rank: u64, player: &str, units: i64) -> Row {
        Row {
            rank,
            player_id: PlayerId::parse(player).unwrap(),
            name: player.to_owned(),
            score: Score::unbounded(units, 0),
            tiebreaks: Vec::new(),
        }
    }

    fn page() -> impl Strategy<Value = Vec<Row>> {
        let row = ("[a-z]{1,2}", prop::option::weighted(0.1, "[A-Z]{1,3}"), -9_i64..9, 0..=6_u8, prop::collection::vec(-2_i64..2, 0..=3));
        let row = (row, prop_oneof![9 => 0..3_u64, 1 => any::<u64>()]);
        prop::collection::vec(row, 0..=MOST).prop_map(|rows| {
            let mut known = std::collections::HashSet::new();
            let distinct = rows.into_iter().filter(|((player, ..), _)| known.insert(player.clone()));
            let built = distinct.zip(1_u64..).map(|(((player, name, units, decimals, tiebreaks), shift), rank)| Row {
                rank: rank.wrapping_add(shift),
                name: name.unwrap_or_else(|| player.clone()),
                player_id: PlayerId::stored(&player),
                score: Score::unbounded(units, decimals),
                tiebreaks,
            });
            built.collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_delta_makes_the_new_page_out_of_the_old(old in page(), new in page()) {
            let runs = diff(&old, &new);
            prop_assert_eq!(apply(&old, &runs, MOST), Ok(new.clone()));
            // Over the wire as well, in both formats.
            let message = ServerMessage::Delta(Delta { page: 7, version: u64::MAX, digest: digest("all", 1, 9, &new), total: 9, runs });
            for format in Format::ALL {
                let bytes = format.encode(&message).unwrap();
                prop_assert_eq!(format.decode::<ServerMessage>(&bytes), Ok(message.clone()));
            }
        }

        #[test]
        fn different_pages_have_different_digests(one in page(), two in page()) {
            prop_assert_eq!(one == two, digest("all", 1, 9, &one) == digest("all", 1, 9, &two));
            prop_assert_ne!(digest("all", 1, 9, &one), digest("all", 1, 8, &one));
            prop_assert_ne!(digest("all", 1, 9, &one), digest("all", 51, 9, &one));
            prop_assert_ne!(digest("all", 1, 9, &one), digest("2026-11", 1, 9, &one));
        }

        #[test]
        fn whatever_comes_is_rows_or_an_error(old in page(), at: u32, rows: u32, shift: i64, keep: u32, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let score = Score::default();
            for run in [Run::Keep(keep), Run::Take { at, rows, shift }, Run::Change { at, shift, score, tiebreaks: Vec::new() }] {
                if let Ok(rows) = apply(&old, &[Run::Keep(1), run], MOST) {
                    prop_assert!(rows.len() <= MOST);
                }
            }
            for format in Format::ALL {
                let _ = format.decode::<ServerMessage>(&bytes);
                let _ = format.decode::<crate::protocol::ClientMessage>(&bytes);
            }
        }
    }

    #[test]
    fn says_little_when_little_changes() {
        let old: Vec<Row> = (1..=50).map(|rank| row(rank, &format!("p{rank}"), 1000 - rank as i64)).collect();
        // The 40th rises to the 3rd place.
        let mut new = old.clone();
        let mut riser = new.remove(39);
        riser.score = Score::unbounded(998, 0);
        new.insert(2, riser);
        new.iter_mut().zip(1..).for_each(|(row, rank)| row.rank = rank);
        let runs = diff(&old, &new);
        let expected = [
            Run::Keep(2),
            Run::Change { at: 39, shift: -37, score: Score::unbounded(998, 0), tiebreaks: Vec::new() },
            Run::Take { at: 2, rows: 37, shift: 1 },
            Run::Take { at: 40, rows: 10, shift: 0 },
        ];
        assert_eq!(runs, expected);
        assert!(diff(&[], &[]).is_empty());
        assert_eq!(diff(&old, &old), [Run::Keep(50)]);
        assert_eq!(apply(&old, &diff(&old, &[]), MOST), Ok(Vec::new()));
    }

    /// The sizes of frames as boards of different liveliness make them; printed, as `cargo test -p app -- sizes --nocapture` shows.
    #[test]
    #[allow(clippy::print_stdout, reason = "it reports")]
    fn sizes() {
        let mut random = StdRng::seed_from_u64(1);
        let mut names: Vec<String> = (0..200).map(|n| format!("player-{n}")).collect();
        names.shuffle(&mut random);
        for changes in [1, 5, 25] {
            let mut scores: Vec<(i64, usize)> = (0..200).map(|n| (random.random_range(0..100_000), n)).collect();
            let page = |scores: &[(i64, usize)]| -> Vec<Row> {
                let mut order = scores.to_vec();
                order.sort_by_key(|(score, n)| (-score, *n));
                order.iter().take(MOST).zip(1..).map(|((score, n), rank)| row(rank, &names[*n], *score)).collect()
            };
            let (mut deltas, mut snapshots) = (0, 0);
            for _ in 0..100 {
                let old = page(&scores);
                for _ in 0..changes {
                    let at = random.random_range(0..200);
                    scores[at].0 += random.random_range(0..2_000);
                }
                let new = page(&scores);
                let (page, version, total, digest) = (3, 123_456, 200, Digest((1 << 53) - 1));
                let delta = ServerMessage::Delta(Delta { page, version, digest, total, runs: diff(&old, &new) });
                let (board, window) = (crate::model::BoardId::main(), crate::model::WindowName::all());
                let snapshot = Snapshot { page, board, window, period: "all".to_owned(), from: 1, version, digest, total, rows: new };
                deltas += Format::Binary.encode(&delta).unwrap().len();
                snapshots += Format::Binary.encode(&ServerMessage::Snapshot(snapshot)).unwrap().len();
            }
            println!(
                "{changes} of 200 players a tick: delta {} B, snapshot {} B, {:.3}",
                deltas / 100,
                snapshots / 100,
                deltas as f64 / snapshots as f64
            );
            assert!(deltas < snapshots);
        }
    }
}
