//! From one state of a page to another: edits of its rows, one after the other, then the ranks of all. A player who rises costs some seven
//! bytes, however many others they pass.

use super::Row;
use crate::model::Score;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// An edit of the rows as the edits before it left them. Indices count from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Edit {
    /// A row goes.
    Drop {
        /// Where it is.
        at: u32,
    },
    /// A row goes elsewhere, or stays, with what it has now.
    Move {
        /// Where it is.
        at: u32,
        /// Where it is afterwards.
        to: u32,
        /// Its score now.
        score: Score,
        /// Its tiebreaks now.
        tiebreaks: Vec<i64>,
    },
    /// A row comes that was not there, or whose player has another name, country or avatar.
    Put {
        /// Where it is afterwards.
        to: u32,
        /// The row.
        row: Row,
    },
}

/// Ranks of so many rows in a row: the first one's, how many they are, and by how much each is more than the one before (0 where they
/// share a rank, else 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranks(pub u64, pub u32, pub u8);

/// Edits that do not fit the rows they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the edits do not fit the rows")]
pub struct Broken;

/// What makes `new` out of `old`: applied to `old` they are `new`. A player must not stand twice in either.
pub fn diff(old: &[Row], new: &[Row]) -> (Vec<Edit>, Vec<Ranks>) {
    let places: HashMap<&str, usize> = new.iter().enumerate().map(|(at, row)| (row.player_id.as_str(), at)).collect();
    let place = |row: &Row| places.get(row.player_id.as_str()).copied().filter(|at| new[*at].face == row.face);
    let mut edits = Vec::new();
    // The rows that stay, as where they go; the others are dropped, from the last on.
    let mut rows: Vec<usize> = Vec::with_capacity(new.len());
    for (at, row) in old.iter().enumerate().rev() {
        match place(row) {
            Some(to) => rows.push(to),
            None => edits.push(Edit::Drop { at: at as u32 }),
        }
    }
    rows.reverse();
    let mut known: Vec<Option<&Row>> = vec![None; new.len()];
    old.iter().for_each(|row| place(row).into_iter().for_each(|to| known[to] = Some(row)));
    let is_still = still(&rows, new.len());
    let mut has_fallen = vec![false; new.len()];
    let moved =
        |at: usize, to: usize, row: &Row| Edit::Move { at: at as u32, to: to as u32, score: row.score, tiebreaks: row.tiebreaks.clone() };
    for (to, row) in new.iter().enumerate() {
        // Whoever has fallen gets out of the way, once: to just before those whom they are still ahead of.
        while let Some(fallen) = rows.get(to).copied().filter(|place| *place > to && !is_still[*place] && !has_fallen[*place]) {
            has_fallen[fallen] = true;
            let end = rows.iter().position(|place| is_still[*place] && *place > fallen).unwrap_or(rows.len());
            if end <= to + 1 {
                break;
            }
            rows.remove(to);
            rows.insert(end - 1, fallen);
            edits.push(moved(to, end - 1, &new[fallen]));
            known[fallen] = Some(&new[fallen]);
        }
        match (known[to], rows.iter().skip(to).position(|place| *place == to)) {
            (Some(before), Some(0)) if before.score == row.score && before.tiebreaks == row.tiebreaks => {}
            (Some(_), Some(ahead)) => {
                rows.remove(to + ahead);
                rows.insert(to, to);
                edits.push(moved(to + ahead, to, row));
            }
            _ => {
                rows.insert(to, to);
                edits.push(Edit::Put { to: to as u32, row: row.clone() });
            }
        }
    }
    (edits, ranks(new))
}

/// Which rows need not move: as many as there can be that stand in their new order already (a longest increasing subsequence, by
/// patience sorting; M. L. Fredman, 1975). By new place.
fn still(rows: &[usize], places: usize) -> Vec<bool> {
    let (mut piles, mut before): (Vec<usize>, Vec<Option<usize>>) = (Vec::new(), vec![None; places]);
    for place in rows {
        let pile = piles.partition_point(|top| top < place);
        before[*place] = pile.checked_sub(1).map(|pile| piles[pile]);
        if pile == piles.len() { piles.push(*place) } else { piles[pile] = *place }
    }
    let mut is_still = vec![false; places];
    let mut next = piles.last().copied();
    while let Some(place) = next {
        is_still[place] = true;
        next = before[place];
    }
    is_still
}

fn ranks(rows: &[Row]) -> Vec<Ranks> {
    let mut all: Vec<Ranks> = Vec::new();
    for Row { rank, .. } in rows {
        match all.last_mut() {
            Some(Ranks(first, count, step)) if *count == 1 && (*rank == *first || Some(*rank) == first.checked_add(1)) => {
                (*count, *step) = (2, u8::from(rank != first));
            }
            Some(Ranks(first, count, step)) if *count > 1 && Some(*rank) == first.checked_add(u64::from(*count) * u64::from(*step)) => {
                *count += 1;
            }
            _ => all.push(Ranks(*rank, 1, 1)),
        }
    }
    all
}

/// The rows that edits make out of `old`: at most `most`. Whatever came over the wire, it answers rows or an error.
pub fn apply(old: &[Row], edits: &[Edit], ranks: &[Ranks], most: usize) -> Result<Vec<Row>, Broken> {
    let mut rows = old.to_vec();
    for edit in edits {
        let (from, to) = match edit {
            Edit::Drop { at } => (Some(*at as usize), None),
            Edit::Move { at, to, .. } => (Some(*at as usize), Some(*to as usize)),
            Edit::Put { to, .. } => (None, Some(*to as usize)),
        };
        if from.is_some_and(|at| at >= rows.len()) {
            return Err(Broken);
        }
        let taken = from.map(|at| rows.remove(at));
        if to.is_some_and(|to| to > rows.len() || rows.len() >= most) {
            return Err(Broken);
        }
        let row = match (edit, taken) {
            (Edit::Move { score, tiebreaks, .. }, Some(row)) => Some(Row { score: *score, tiebreaks: tiebreaks.clone(), ..row }),
            (Edit::Put { row, .. }, _) => Some(row.clone()),
            _ => None,
        };
        if let (Some(to), Some(row)) = (to, row) {
            rows.insert(to, row);
        }
    }
    let mut unranked = rows.iter_mut();
    for Ranks(first, count, step) in ranks {
        for at in 0..u64::from(*count) {
            unranked.next().ok_or(Broken)?.rank = first.checked_add(at * u64::from(*step)).ok_or(Broken)?;
        }
    }
    if unranked.next().is_some() { Err(Broken) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{Country, Face, PlayerId},
        protocol::{Delta, Digest, Format, PAGE_ROWS, ServerMessage, Snapshot, digest},
    };
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng, rngs::StdRng, seq::SliceRandom};

    const MOST: usize = PAGE_ROWS as usize;

    fn row(rank: u64, player: &str, units: i64) -> Row {
        Row {
            rank,
            player_id: PlayerId::parse(player).unwrap(),
            face: Face::named(player),
            score: Score::unbounded(units, 0),
            tiebreaks: Vec::new(),
        }
    }

    fn page() -> impl Strategy<Value = Vec<Row>> {
        let row = (
            "[a-z]{1,2}",
            (
                prop::option::weighted(0.1, "[A-Z]{1,3}"),
                prop::option::weighted(0.1, prop::sample::select(vec!["NZ", "GB"])),
                prop::option::weighted(0.1, "https://[ab]{1,2}"),
            ),
            -9_i64..9,
            0..=6_u8,
            prop::collection::vec(-2_i64..2, 0..=3),
        );
        let row = (row, prop_oneof![9 => 0..3_u64, 1 => any::<u64>()]);
        prop::collection::vec(row, 0..=MOST).prop_map(|rows| {
            let mut known = std::collections::HashSet::new();
            let distinct = rows.into_iter().filter(|((player, ..), _)| known.insert(player.clone()));
            let built = distinct.zip(1_u64..).map(|(((player, (name, country, avatar), units, decimals, tiebreaks), shift), rank)| Row {
                rank: rank.wrapping_add(shift),
                face: Face {
                    name: name.unwrap_or_else(|| player.clone()),
                    country: country.and_then(|code| Country::parse(code).ok()),
                    avatar,
                },
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
            let (edits, ranks) = diff(&old, &new);
            prop_assert_eq!(apply(&old, &edits, &ranks, MOST), Ok(new.clone()));
            // Over the wire as well, in both formats.
            let message = ServerMessage::Delta(Delta { page: 7, version: u64::MAX, digest: digest("all", 1, 9, &new), total: 9, edits, ranks });
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
        fn whatever_comes_is_rows_or_an_error(old in page(), (at, to, first) in any::<(u32, u32, u64)>(), ranks: u32, near in 0..60_u32, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let moved = |at, to| Edit::Move { at, to, score: Score::default(), tiebreaks: Vec::new() };
            let row = row(1, "new", 1);
            for edit in [Edit::Drop { at }, Edit::Drop { at: near }, moved(at, to), moved(near, near), moved(0, near), Edit::Put { to, row: row.clone() }, Edit::Put { to: near, row }] {
                for ranks in [Ranks(first, ranks, 1), Ranks(first, near, 0), Ranks(first, near, 255)] {
                    if let Ok(rows) = apply(&old, std::slice::from_ref(&edit), &[ranks], MOST) {
                        prop_assert!(rows.len() <= MOST);
                    }
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
        let rises = |at, to| Edit::Move { at, to, score: Score::unbounded(998, 0), tiebreaks: Vec::new() };
        let ranks = vec![Ranks(1, 50, 1)];
        assert_eq!(diff(&old, &new), (vec![rises(39, 2)], ranks.clone()));
        // And falls back.
        let falls = Edit::Move { at: 2, to: 39, score: old[39].score, tiebreaks: Vec::new() };
        assert_eq!(diff(&new, &old), (vec![falls], ranks.clone()));
        assert_eq!(diff(&[], &[]), Default::default());
        assert_eq!(diff(&old, &old), (Vec::new(), ranks));
        let (edits, ranks) = diff(&old, &[]);
        assert_eq!(apply(&old, &edits, &ranks, MOST), Ok(Vec::new()));
    }

    #[test]
    fn equals_share_ranks() {
        let rows: Vec<Row> = [1, 2, 2, 2, 5, 6, 7, 7].iter().enumerate().map(|(at, rank)| row(*rank, &format!("p{at}"), 0)).collect();
        assert_eq!(ranks(&rows), [Ranks(1, 2, 1), Ranks(2, 2, 0), Ranks(5, 3, 1), Ranks(7, 1, 1)]);
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
                let (edits, ranks) = diff(&old, &new);
                let delta = ServerMessage::Delta(Delta { page, version, digest, total, edits, ranks });
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
