//! Reads.

use super::{Entry, Mark, Naive, Named, Point, Slot, all, in_range, percentile};
use app::{
    error::{AppError, What},
    model::{Face, PlayerId, Point as HistoryPoint, Score},
    protocol::{Leaderboard, Row, Tag},
};
use server::boards::{
    answers::{self, Entries, Friend, Friends, Moment, OneEntry},
    read::Which,
    turn::EntryOrder,
};

/// A player's history: every standing there was, and how many of the newest must be known.
pub struct History {
    pub attempts: u64,
    pub points: Vec<HistoryPoint>,
    pub least: usize,
    pub most: usize,
}

impl Naive {
    /// A period that can be read: the current one, or one that was written to.
    fn readable(&self, clock: u64, named: &Named) -> Result<Slot, AppError> {
        let now = self.now(clock);
        let slot = self.named(named, now)?;
        let is_current = slot.window.is_all() || slot == self.named(&Named { at: None, ..named.clone() }, now)?;
        if is_current || self.table(&slot).is_some() { Ok(slot) } else { Err(AppError::no(What::Period)) }
    }

    fn moment(&self, slot: &Slot) -> Moment {
        Moment {
            board: self.board.clone(),
            window: slot.window.clone(),
            period: slot.period.clone(),
            version: self.version,
            total: self.sorted_in(slot).len() as u64,
            last_update: self.updated,
        }
    }

    fn row(&self, sorted: &[&Entry], index: usize) -> Row {
        let player = &sorted[index].player;
        let (rank, score, tiebreaks) = (self.rank(sorted, index), self.score(sorted[index].score), sorted[index].tiebreaks.clone());
        Row { rank, player_id: player.clone(), face: Face::of(player), score, tiebreaks }
    }

    fn shown(&self, sorted: &[&Entry], index: usize) -> answers::Entry {
        let entry = sorted[index];
        let names = self.rules.tiebreaks.iter().map(|column| column.name.clone());
        answers::Entry {
            // They have their names here.
            row: Row { tiebreaks: Vec::new(), ..self.row(sorted, index) },
            tiebreaks: names.zip(entry.tiebreaks.iter().copied()).collect(),
            reached_at: entry.reached,
            attempts: entry.attempts,
            percentile: percentile(index, sorted.len()),
            metadata: entry.metadata.clone(),
        }
    }

    pub fn leaderboard(&self, limit: usize) -> Leaderboard {
        let sorted = self.sorted_in(&all());
        Leaderboard {
            tag: Tag::default(),
            board: self.board.clone(),
            version: self.version,
            total: sorted.len() as u64,
            last_update: self.updated,
            entries: (0..sorted.len().min(limit)).map(|index| self.row(&sorted, index)).collect(),
        }
    }

    pub fn entries(&self, clock: u64, named: &Named, which: &Which, limit: usize) -> Result<Entries, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        // Who is shadow-banned is found where they would stand.
        let place = |player: &PlayerId| {
            let with = self.sorted_with(&slot, player);
            let index = with.iter().position(|entry| entry.player == *player).filter(|_| self.is_told(player));
            index.map(|index| index.min(sorted.len().saturating_sub(1))).ok_or_else(|| AppError::no(What::Player))
        };
        let mut candidates: Vec<usize> = (0..sorted.len()).collect();
        if let Which::Scores(low, high, _) | Which::Up(_, low, high) = which {
            candidates.retain(|index| in_range(sorted[*index].score, *low, *high));
        }
        if let Which::Ranks(low, high, _) = which {
            candidates.retain(|index| (*low..=*high).contains(&self.rank(&sorted, *index)));
        }
        let matching = candidates.len();
        let is_up = matches!(which, Which::Up(..));
        if is_up {
            candidates.reverse();
        }
        let skip = match which {
            Which::From(from) => from.saturating_sub(1) as usize,
            Which::Scores(_, _, skip) | Which::Ranks(_, _, skip) => *skip as usize,
            Which::After(..) | Which::Up(Some(_), ..) => panic!("the model has marks of its own"),
            Which::Up(None, ..) => 0,
            Which::PageOf(player) => place(player)? / limit * limit,
            Which::Around(player) => {
                // As many before as after, or one less; where one side has not enough, the other has more.
                let (index, last_start) = (place(player)?, sorted.len().saturating_sub(limit));
                index.saturating_sub((limit - 1) / 2).min(last_start)
            }
            Which::Percentile(parts) => {
                let has = |index: &usize| (sorted.len() - index) as u64 * 1_000_000 >= u64::from(*parts) * sorted.len() as u64;
                (0..sorted.len()).rev().find(has).unwrap_or(0)
            }
        };
        let shown: Vec<usize> = candidates.iter().copied().skip(skip).take(limit).collect();
        let more = matching > skip + shown.len();
        let is_range = matches!(which, Which::Scores(..) | Which::Ranks(..));
        Ok(Entries {
            moment: self.moment(&slot),
            matching: matching as u64,
            next_from: shown.last().filter(|_| more && !is_range && !is_up).map(|last| *last as u64 + 2),
            next_offset: shown.last().filter(|_| more && is_range).map(|_| (skip + shown.len()) as u64),
            entries: shown.iter().map(|index| self.shown(&sorted, *index)).collect(),
            next_cursor: None,
        })
    }

    /// Where a page ends that has this entry last.
    pub fn mark(&self, clock: u64, named: &Named, last: &answers::Entry) -> Mark {
        let slot = self.readable(clock, named).unwrap();
        let last = self.sorted_in(&slot).into_iter().find(|entry| entry.player == last.row.player_id).unwrap().clone();
        Mark { slot, last }
    }

    /// What comes after a mark in an order, and whether there is more.
    pub fn after(
        &self,
        clock: u64,
        mark: &Mark,
        order: EntryOrder,
        scores: (Option<Score>, Option<Score>),
        limit: usize,
    ) -> Result<(Entries, bool), AppError> {
        let at = (!mark.slot.window.is_all()).then_some(mark.slot.times[0]);
        let slot = self.readable(clock, &Named { window: mark.slot.window.clone(), at })?;
        let sorted = self.sorted_in(&slot);
        let matching = |index: &usize| in_range(sorted[*index].score, scores.0, scores.1);
        let is_up = order == EntryOrder::Worst;
        let after = |index: &usize| {
            let order = self.order(sorted[*index], &mark.last);
            if is_up { order.is_lt() } else { order.is_gt() }
        };
        let mut all: Vec<usize> = (0..sorted.len()).filter(matching).filter(after).collect();
        if is_up {
            all.reverse();
        }
        let (shown, more) = (&all[..limit.min(all.len())], all.len() > limit);
        let is_whole = scores == (None, None) && !is_up;
        let entries = Entries {
            moment: self.moment(&slot),
            matching: (0..sorted.len()).filter(matching).count() as u64,
            next_from: shown.last().filter(|_| more && is_whole).map(|last| *last as u64 + 2),
            next_offset: None,
            entries: shown.iter().map(|index| self.shown(&sorted, *index)).collect(),
            next_cursor: None,
        };
        Ok((entries, more))
    }

    /// What it takes to have a percentile: score and place of the last entry that has it.
    pub fn percentile(&self, clock: u64, named: &Named, parts: u32) -> Result<Option<(Score, u64)>, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        let has = |index: &usize| (sorted.len() - index) as u64 * 1_000_000 >= u64::from(parts) * sorted.len() as u64;
        let last = (0..sorted.len()).rev().find(has);
        Ok(last.map(|index| (self.score(sorted[index].score), index as u64 + 1)))
    }

    pub fn friends(&self, clock: u64, named: &Named, players: &[PlayerId]) -> Result<Friends, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_in(&slot);
        let found: Vec<usize> = (0..sorted.len()).filter(|index| players.contains(&sorted[*index].player)).collect();
        let among: Vec<&Entry> = found.iter().map(|index| sorted[*index]).collect();
        let friend = |(place, index): (usize, &usize)| Friend { entry: self.shown(&sorted, *index), rank_among: self.rank(&among, place) };
        let missing = players.iter().filter(|player| !among.iter().any(|entry| entry.player == **player)).cloned().collect();
        Ok(Friends { moment: self.moment(&slot), entries: found.iter().enumerate().map(friend).collect(), missing })
    }

    /// A player, also one who is hidden, as operators are told.
    pub fn entry(&self, clock: u64, named: &Named, player: &PlayerId, size: usize) -> Result<OneEntry, AppError> {
        let slot = self.readable(clock, named)?;
        let sorted = self.sorted_with(&slot, player);
        let index = sorted.iter().position(|entry| entry.player == *player);
        let index = index.ok_or_else(|| AppError::no(What::Player))?;
        Ok(OneEntry {
            moment: Moment { total: sorted.len() as u64, ..self.moment(&slot) },
            entry: self.shown(&sorted, index),
            page: (index / size + 1) as u64,
            ahead: self.ahead(&sorted, index),
        })
    }

    /// The same of how a player stood.
    pub fn history(&self, player: &PlayerId) -> Option<History> {
        let entry = self.entry_of(&all(), player)?;
        let point =
            |point: &Point| HistoryPoint { at: point.at, score: self.score(point.score), rank: point.rank, attempts: point.attempts };
        let now = Point { at: entry.reached, score: entry.score, rank: entry.rank, attempts: entry.attempts };
        let most = usize::from(self.rules.history).saturating_sub(1).min(entry.past.len());
        Some(History {
            attempts: entry.attempts,
            points: entry.past.iter().chain([&now]).map(point).collect(),
            least: entry.kept.min(most) + 1,
            most: most + 1,
        })
    }
}
