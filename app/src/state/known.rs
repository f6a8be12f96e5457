//! What is known of a board's standings: pages as the server said they are, scores that were sent and are not in them yet, and who has
//! just moved. Rows are made of these.

use super::{optimistic::Optimistic, shown::ShownRow};
use crate::{
    model::{BoardFacts, RankMode},
    protocol::{Row, Seen, pages_of},
};
use litemap::LiteMap;
use std::ops::Range;

/// Pages that are remembered after they have scrolled by.
const REMEMBERED: usize = 20;

/// How many scores may change at once before it is too much to mark each; of long stretches, half.
const MARKED: usize = 8;

/// All of it.
pub struct Known {
    /// By the place of the first row.
    pub pages: LiteMap<u64, Seen>,
    /// Scores that were sent.
    pub optimistic: Optimistic,
    /// Ranks gained a moment ago, by player, and whether that was badges last faded.
    pub moves: LiteMap<String, (i64, bool)>,
}

impl Known {
    /// Takes newer states of pages; what the newest of them says of version, total and period, unless there is nothing new.
    pub fn take(&mut self, pages: Vec<(u64, Seen)>, range: &Range<u64>) -> Option<(u64, u64, String)> {
        let newest = pages.iter().map(|(_, seen)| seen).max_by_key(|seen| seen.version)?;
        let (version, total, period) = (newest.version, newest.total, newest.period.clone());
        // A page whose version goes back says that the store has lost data: so have the other pages that are newer than it.
        let went_back = pages.iter().any(|(from, seen)| self.pages.get(from).is_some_and(|known| known.version > seen.version));
        if went_back {
            self.pages.retain(|_, known| known.version <= version);
        }
        let known = self.pages.values().map(|known| known.version).max().unwrap_or(0);
        // What was newer is shown already: these are pages that have not changed since.
        let _ = self.optimistic.page(version.max(known), went_back);
        crate::flat::put(&mut self.pages, pages);
        self.pages.retain(|_, known| known.period == period);
        self.forget(range);
        (version >= known || went_back).then_some((version, total, period))
    }

    /// Drops pages that are far from what is shown, once there are many.
    fn forget(&mut self, range: &Range<u64>) {
        while self.pages.len() > REMEMBERED {
            let far = |from: &u64| from.abs_diff(range.start + 1);
            let Some(farthest) = self.pages.keys().copied().max_by_key(|from| far(from)) else { return };
            self.pages.remove(&farthest);
        }
    }

    /// The rows of a range of places, from 0, and how many rows there are in all.
    pub fn rows(&self, range: &Range<u64>, facts: &BoardFacts, total: u64, shown_count: u64) -> (Vec<ShownRow>, u64) {
        let mut placed: LiteMap<u64, ShownRow> = LiteMap::new_vec();
        let mut count = total;
        // On an empty board there is nothing to look at but what waits.
        let looked_at = range.start..range.end.max(range.start + 1);
        for (first, rows) in self.runs(&looked_at) {
            let reaches_end = first + rows.len() as u64 > total;
            let limit = if reaches_end { usize::MAX } else { rows.len() };
            let shown = self.optimistic.shown(&rows, first, facts, limit);
            if reaches_end {
                count = count.max(first - 1 + shown.len() as u64);
            }
            for (place, row) in (first..).zip(shown) {
                placed.insert(place, ShownRow { place, ..row });
            }
        }
        mark_ties(&mut placed, facts.rank_mode);
        let mut players = LiteMap::new_vec();
        // Where the end is shown it is shown when there are more, before the list asks for them: or the last row would go and come.
        let end = if range.end >= shown_count { (range.end + count.saturating_sub(shown_count)).min(count) } else { range.end.min(count) };
        let rows = (range.start + 1..=end).map(|place| {
            // Two pages come in two frames, or one by one while the page is paused: between them, a player may be on both.
            let row = placed.remove(&place).map(|row| ShownRow { is_again: players.insert(row.player.clone(), ()).is_some(), ..row });
            row.map_or_else(|| ShownRow::at(place), |row| self.with_moves(row))
        });
        (rows.collect(), count)
    }

    /// The pages that have to do with a range, those joined that are next to one another: their first place and rows.
    fn runs(&self, range: &Range<u64>) -> Vec<(u64, Vec<Row>)> {
        let mut runs: Vec<(u64, Vec<Row>)> = Vec::new();
        for from in pages_over(range) {
            let Some(page) = self.pages.get(&from) else { continue };
            match runs.last_mut() {
                Some((first, rows)) if *first + rows.len() as u64 == from => rows.extend(page.rows.iter().cloned()),
                _ => runs.push((from, page.rows.clone())),
            }
        }
        runs
    }

    fn with_moves(&self, row: ShownRow) -> ShownRow {
        let moved = self.moves.get(&row.player).map_or(0, |(moved, _)| *moved);
        ShownRow { moved, ..row }
    }

    /// Goes on from the rows that were shown `before`: whose score has changed, and who has gained or lost ranks, is noted, unless so many scores
    /// have changed that all rows would be marked, and none stand out.
    pub fn follow(&mut self, before: &[ShownRow], after: &mut [ShownRow]) {
        let known: LiteMap<&str, &ShownRow> =
            crate::flat::flat(before.iter().filter(|row| row.is_theirs()).map(|row| (row.player.as_str(), row)));
        let theirs = after.iter_mut().filter(|row| row.is_theirs());
        let both: Vec<_> = theirs.filter_map(|row| Some((*known.get(row.player.as_str())?, row))).collect();
        let changed = both.iter().filter(|(known, row)| known.score != row.score).count();
        let is_calm = changed <= MARKED.max(known.len() / 2);
        if !is_calm {
            // They would say only a part of it.
            self.moves.clear();
        }
        for (known, row) in both {
            row.tick = known.tick;
            if !is_calm {
                row.moved = 0;
                continue;
            }
            if known.score != row.score {
                row.tick = known.tick % 2 + 1;
            }
            self.note_move(known, row);
        }
    }

    /// Notes ranks gained or lost; not by those whom one other player has passed, or every score would mark all rows below it.
    fn note_move(&mut self, known: &ShownRow, row: &mut ShownRow) {
        if known.rank != row.rank && (known.score != row.score || known.rank.abs_diff(row.rank) > 1) {
            let moved = self.moves.entry(row.player.clone()).or_default();
            *moved = (moved.0 + known.rank.cast_signed() - row.rank.cast_signed(), false);
            row.moved = moved.0;
        }
    }
}

/// The first places of the pages that these places, from 0, are on: some rows, as many as a list renders.
pub fn pages_over(range: &Range<u64>) -> impl Iterator<Item = u64> + use<> {
    pages_of(range.start + 1, (range.end - range.start) as u32)
}

/// Marks rows that share a rank with one beside them.
fn mark_ties(placed: &mut LiteMap<u64, ShownRow>, mode: RankMode) {
    if mode == RankMode::Ordinal {
        return;
    }
    let ranks: Vec<(u64, u64)> = placed.iter().map(|(place, row)| (*place, row.rank)).collect();
    for pair in ranks.windows(2).filter(|pair| pair[0].0 + 1 == pair[1].0 && pair[0].1 == pair[1].1) {
        for (place, _) in pair {
            if let Some(row) = placed.get_mut(place) {
                row.tie = true;
            }
        }
    }
}
