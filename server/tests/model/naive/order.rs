//! Who is ahead, and which ranks are shown.

use super::{Entry, Naive, Slot, percentile};
use app::model::{Ahead, Direction, PlayerId, RankMode, Score, Standing, TieOrder, WindowReceipt};
use std::cmp::Ordering;

impl Naive {
    /// Who of two is better: by score and tiebreaks alone.
    pub(super) fn better(&self, a: (i64, &[i64]), b: (i64, &[i64])) -> Ordering {
        let by = |a: i64, b: i64, direction: Direction| match direction {
            Direction::Desc => b.cmp(&a),
            Direction::Asc => a.cmp(&b),
        };
        let mut order = by(a.0, b.0, self.rules.direction);
        for ((a, b), column) in a.1.iter().zip(b.1).zip(&self.rules.tiebreaks) {
            order = order.then(by(*a, *b, column.direction));
        }
        order
    }

    fn compare(&self, a: &Entry, b: &Entry) -> Ordering {
        self.better((a.score, &a.tiebreaks), (b.score, &b.tiebreaks))
    }

    /// Who of two is ahead.
    pub(super) fn order(&self, a: &Entry, b: &Entry) -> Ordering {
        self.compare(a, b).then(match self.rules.tie_order {
            TieOrder::First => a.version.cmp(&b.version),
            TieOrder::Last => b.version.cmp(&a.version),
        })
    }

    pub(super) fn sorted<'a>(&self, entries: &'a [Entry]) -> Vec<&'a Entry> {
        let mut sorted: Vec<_> = entries.iter().collect();
        sorted.sort_by(|a, b| self.order(a, b));
        sorted
    }

    pub(super) fn sorted_in(&self, slot: &Slot) -> Vec<&Entry> {
        let mut sorted = self.table(slot).map(|table| self.sorted(&table.entries)).unwrap_or_default();
        sorted.retain(|entry| !self.is_out(&entry.player));
        sorted
    }

    /// The rank shown for the entry at an index among sorted ones.
    pub(super) fn rank(&self, sorted: &[&Entry], index: usize) -> u64 {
        let one = sorted[index];
        let ahead: Vec<_> = sorted.iter().filter(|other| self.compare(other, one).is_lt()).collect();
        let rank = match self.rules.rank_mode {
            RankMode::Ordinal => index + 1,
            RankMode::Competition => ahead.len() + 1,
            RankMode::Modified => sorted.iter().filter(|other| self.compare(other, one).is_le()).count(),
            RankMode::Dense => {
                let starts_anew = |at: &usize| *at == 0 || self.compare(ahead[*at - 1], ahead[*at]).is_ne();
                (0..ahead.len()).filter(starts_anew).count() + 1
            }
        };
        rank as u64
    }

    pub(super) fn score(&self, units: i64) -> Score {
        Score::unbounded(units, self.rules.decimals)
    }

    pub(super) fn standing(&self, slot: &Slot, player: &PlayerId) -> Option<Standing> {
        let sorted = self.sorted_with(slot, player);
        let index = sorted.iter().position(|entry| entry.player == *player)?;
        Some(Standing { score: self.score(sorted[index].score), rank: self.rank(&sorted, index) })
    }

    pub(super) fn ahead(&self, sorted: &[&Entry], index: usize) -> Option<Ahead> {
        let next = sorted[index.checked_sub(1)?];
        let gap = (next.score - sorted[index].score).abs();
        Some(Ahead { player_id: next.player.clone(), name: next.player.to_string(), score: self.score(next.score), gap: self.score(gap) })
    }

    pub(super) fn window_receipt(&self, slot: &Slot, player: &PlayerId, before: Option<Standing>, improved: bool) -> WindowReceipt {
        let sorted = self.sorted_with(slot, player);
        let index = sorted.iter().position(|entry| entry.player == *player).unwrap();
        WindowReceipt {
            window: slot.window.clone(),
            period: slot.period.clone(),
            improved,
            before,
            after: self.standing(slot, player).unwrap(),
            total: sorted.len() as u64,
            percentile: percentile(index, sorted.len()),
            ahead: self.ahead(&sorted, index),
        }
    }
}
