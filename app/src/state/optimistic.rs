//! Optimistic scores: what a board will look like once what was sent has been counted. Pure, so that it can be tested
//! against the real order.
//!
//! Three things are laid over one another: the page, as the server has shown it; what receipts say that is newer than the page; and what
//! was sent and has no receipt yet. Whatever comes late finds the newer there already, and changes nothing.

use super::shown::ShownRow;
use crate::{
    error::AppError,
    model::{BoardFacts, Direction, Keep, PlayerId, RankMode, Receipt, Score, Standing, TieOrder, WindowName},
    protocol::Row,
};

/// What was sent to one board, laid over the pages of one of its windows: the current period's, where what is sent counts.
#[derive(Clone, Debug)]
pub struct Optimistic {
    window: WindowName,
    /// The version of the newest page.
    version: u64,
    /// In the order in which they were sent.
    pending: Vec<Sent>,
    /// The newest of each player who has one, by version: those that the page has as well are not laid over it.
    confirmed: Vec<Confirmed>,
}

/// A score that was sent and has no receipt yet.
#[derive(Clone, Debug)]
struct Sent {
    id: String,
    player: PlayerId,
    score: Score,
    /// The version at which the server had last told of the player's standing, if it is known to be from before this has counted.
    told: Option<u64>,
    /// Whether one that the player sent later has counted: if it makes a difference in the end, the receipt will say so.
    is_overtaken: bool,
    /// Whether the board has lost data since: a receipt may tell of what is lost.
    is_doubtful: bool,
}

/// How a player stands, by the newest receipt.
#[derive(Clone, Debug)]
struct Confirmed {
    player: PlayerId,
    version: u64,
    standing: Standing,
}

impl Optimistic {
    /// Nothing was sent; the page has this version (0 if there is none yet).
    pub fn new(window: WindowName, version: u64) -> Self {
        Self { window, version, pending: Vec::new(), confirmed: Vec::new() }
    }

    /// A score is sent, for the first time if it is said at which version the player's standing was last told. One that is sent again is the
    /// same one.
    pub fn sent(&mut self, id: String, player: PlayerId, score: Score, told: Option<u64>) {
        if self.pending.iter().all(|sent| sent.id != id) {
            self.pending.push(Sent { id, player, score, told, is_overtaken: false, is_doubtful: false });
        }
    }

    /// A score is confirmed by its receipt, or rolled back: it won't be sent again. Whether that is news: a second answer is none.
    pub fn settled(&mut self, id: &str, answer: &Result<Receipt, AppError>) -> bool {
        let Some(at) = self.pending.iter().position(|sent| sent.id == id) else { return false };
        let Sent { player, is_doubtful, .. } = self.pending.remove(at);
        if let Ok(receipt) = answer {
            self.pending[..at].iter_mut().filter(|sent| sent.player == player).for_each(|sent| sent.is_overtaken = true);
            if let (Some(standing), false) = (self.said(receipt), is_doubtful) {
                self.confirm(Confirmed { player, version: receipt.version, standing });
            }
        }
        true
    }

    /// A page has come; whether it is to be shown: one that is older than what is shown already is not, unless the board went back
    /// because it has lost data. What was confirmed before may then be lost as well.
    #[must_use]
    pub fn page(&mut self, version: u64, went_back: bool) -> bool {
        if went_back {
            self.confirmed.clear();
            self.pending.iter_mut().for_each(|sent| sent.is_doubtful = true);
        } else if version < self.version {
            return false;
        }
        self.version = version;
        true
    }

    /// A player's standing, with what is newer than the version that the server told it at: what receipts say, and what will come of what waits.
    /// A sum that was told since a score was sent may have it already: it is not added once more, although the receipt is still to come.
    pub fn standing(&self, player: &PlayerId, version: u64, known: Standing, rules: &BoardFacts) -> Standing {
        let newer = self.confirmed.iter().find(|confirmed| confirmed.player == *player && confirmed.version > version);
        let known = newer.map_or(known, |confirmed| confirmed.standing);
        let may_be_in = |sent: &Sent| rules.keep == Keep::Sum && sent.told.is_none_or(|told| version > told);
        let score = self.counted(Some(known.score), player, rules, |sent| !may_be_in(sent));
        Standing { score: score.unwrap_or(known.score), ..known }
    }

    /// Whether anything that a player has sent waits.
    pub fn waits(&self, player: &PlayerId) -> bool {
        self.pending.iter().any(|sent| sent.player == *player)
    }

    /// The newest page's rows, which begin at the place `first_place` (1 is the best), with what is newer in its places: at most
    /// `limit` rows. That is more than the page has only where the board ends with it.
    ///
    /// A page that does not begin with the first does not know what is above it: who is on it and leaves it that way is shown at its top,
    /// and nobody comes in who is not confirmed to be there. Nor does anybody come in where it takes a score that is not known.
    pub fn shown(&self, page: &[Row], first_place: u64, rules: &BoardFacts, limit: usize) -> Vec<ShownRow> {
        let mut merge = self.merge(page, first_place, rules, limit, |_| true);
        merge.rows.truncate(limit);
        if merge.has_moved || first_place == 1 && !self.pending.is_empty() {
            merge.rank(page);
        }
        merge.rows
    }

    #[cfg(any(feature = "hydrate", test))]
    /// The rank that a player will probably have once all that they sent has counted, as far as the page's rows tell; `total` is how many
    /// entries the board has. `None` if the player waits for nothing, or it falls outside of the rows.
    pub fn estimate(&self, page: &[Row], first_place: u64, total: u64, rules: &BoardFacts, player: &PlayerId) -> Option<u64> {
        if !self.waits(player) {
            return None;
        }
        let reaches_end = first_place.saturating_sub(1).saturating_add(page.len() as u64) >= total;
        let limit = if reaches_end { usize::MAX } else { page.len() };
        let mut merge = self.merge(page, first_place, rules, limit, |other| other != player);
        let entry = merge.find(player).map(|at| (at, merge.rows.remove(at)));
        let is_elsewhere = entry.is_none() && !(first_place == 1 && reaches_end);
        let score = self.expected(entry.as_ref().map(|(_, row)| row.score), is_elsewhere, rules, player)?;
        let (to, end) = (merge.place_of(score), merge.rows.len());
        // What goes to an end of the rows is still among them if it was there before and does not go further that way.
        let (mut is_sure_above, mut is_sure_below) = (to > 0 || first_place == 1, to < end || reaches_end);
        if let Some((at, row)) = entry {
            if row.score == score {
                return Some(row.rank);
            }
            let rises = is_better(score, row.score, rules.direction);
            is_sure_above |= at == 0 && !rises;
            is_sure_below |= at == end && rises;
        }
        if is_sure_above && is_sure_below { merge.rank_at(to, score, page) } else { None }
    }

    /// What a receipt says in our window.
    fn said(&self, receipt: &Receipt) -> Option<Standing> {
        if self.window.is_all() {
            return Some(receipt.after);
        }
        receipt.windows.iter().find(|receipt| receipt.window == self.window).map(|receipt| receipt.after)
    }

    /// Knows a standing, if it is newer than what is known.
    fn confirm(&mut self, new: Confirmed) {
        let known = self.confirmed.iter().find(|known| known.player == new.player);
        if known.is_none_or(|known| new.version > known.version) {
            self.confirmed.retain(|known| known.player != new.player);
            let at = self.confirmed.partition_point(|known| known.version <= new.version);
            self.confirmed.insert(at, new);
        }
    }

    #[cfg(any(feature = "hydrate", test))]
    /// The score that a player will have, from the one on the page; `None` if it takes one that is not known.
    fn expected(&self, entry: Option<Score>, is_elsewhere: bool, rules: &BoardFacts, player: &PlayerId) -> Option<Score> {
        let confirmed = self.newer().find(|known| known.player == *player).map(|known| known.standing.score);
        let known = confirmed.or(entry);
        if known.is_none() && is_elsewhere && takes_the_one_before(rules) {
            return None;
        }
        self.counted(known, player, rules, |_| true)
    }

    /// What becomes of a player's score once what waits of it, and is meant, has counted.
    fn counted(&self, known: Option<Score>, player: &PlayerId, rules: &BoardFacts, is_meant: impl Fn(&Sent) -> bool) -> Option<Score> {
        let waits = self.pending.iter().filter(|sent| sent.player == *player && sent.makes_a_difference(rules) && is_meant(sent));
        waits.fold(known, |known, sent| Some(counted_on(known, sent.score, rules)))
    }

    /// What receipts say that the page does not have.
    fn newer(&self) -> impl Iterator<Item = &Confirmed> {
        self.confirmed.iter().filter(|confirmed| confirmed.version > self.version)
    }

    fn merge<'a>(
        &self,
        page: &[Row],
        first_place: u64,
        rules: &'a BoardFacts,
        limit: usize,
        is_meant: impl Fn(&PlayerId) -> bool,
    ) -> Merge<'a> {
        let is_whole = first_place == 1 && limit > page.len();
        let mut merge = Merge { rows: page.iter().map(ShownRow::from).collect(), first_place, rules, is_whole, has_moved: false };
        let places = first_place..first_place.saturating_add(limit as u64);
        for Confirmed { player, standing, .. } in self.newer().filter(|known| is_meant(&known.player)) {
            merge.put(player, standing.score, false, places.contains(&standing.rank));
        }
        for sent in self.pending.iter().filter(|sent| is_meant(&sent.player)) {
            if sent.makes_a_difference(rules) {
                merge.count(&sent.player, sent.score);
            } else {
                merge.mark(&sent.player);
            }
        }
        merge
    }
}

impl Sent {
    fn makes_a_difference(&self, rules: &BoardFacts) -> bool {
        !(self.is_overtaken && rules.keep == Keep::Last)
    }
}

/// Rows, while scores are put where the server will put them.
struct Merge<'a> {
    rows: Vec<ShownRow>,
    first_place: u64,
    rules: &'a BoardFacts,
    /// Whether nobody has an entry who is not among the rows.
    is_whole: bool,
    has_moved: bool,
}

impl Merge<'_> {
    /// Puts what a score will make of the player's entry.
    fn count(&mut self, player: &PlayerId, score: Score) {
        let known = self.find(player).map(|at| self.rows[at].score);
        let is_sure = known.is_some() || self.is_whole || !takes_the_one_before(self.rules);
        self.put(player, counted_on(known, score, self.rules), true, is_sure && self.first_place == 1);
    }

    /// Puts a player's entry where it belongs; one that is not among the rows, only if it may come in.
    fn put(&mut self, player: &PlayerId, score: Score, waits: bool, may_enter: bool) {
        let mut row = match self.find(player) {
            Some(at) if self.rows[at].score == score => {
                self.rows[at].pending |= waits;
                return;
            }
            Some(at) => self.rows.remove(at),
            None if may_enter && (self.first_place == 1 || self.place_of(score) > 0) => ShownRow::of(player),
            None => return,
        };
        row.score = score;
        row.tiebreaks.clear();
        row.pending |= waits;
        let to = self.place_of(score);
        self.rows.insert(to, row);
        self.has_moved = true;
    }

    /// Says of an entry that something waits which does not change it.
    fn mark(&mut self, player: &PlayerId) {
        if let Some(at) = self.find(player) {
            self.rows[at].pending = true;
        }
    }

    fn find(&self, player: &PlayerId) -> Option<usize> {
        self.rows.iter().position(|row| row.player == player.as_str())
    }

    /// Where a score that is reached now goes: among equals to the end, or to the front where the last to get there is ahead.
    fn place_of(&self, score: Score) -> usize {
        self.rows.partition_point(|row| match self.rules.tie_order {
            TieOrder::First => !is_better(score, row.score, self.rules.direction),
            TieOrder::Last => is_better(row.score, score, self.rules.direction),
        })
    }

    #[cfg(any(feature = "hydrate", test))]
    /// The rank that a further entry has at `to`.
    fn rank_at(mut self, to: usize, score: Score, page: &[Row]) -> Option<u64> {
        self.rows.insert(to, ShownRow { score, ..ShownRow::default() });
        self.rank(page);
        self.rows.get(to).map(|row| row.rank)
    }

    /// Numbers the rows. Those that don't begin with the first of the board go on from the server's rank of the first on the page.
    fn rank(&mut self, page: &[Row]) {
        let first_place = self.first_place;
        let first = page.first().filter(|_| first_place > 1);
        let (mut place, mut dense) = (first_place, first.map_or(1, |row| row.rank));
        for equals in self.rows.chunk_by_mut(|a, b| a.score == b.score && a.tiebreaks == b.tiebreaks) {
            let count = equals.len() as u64;
            // Those equal to the first on the page may begin above it.
            let begins = first
                .filter(|first| place == first_place && equals[0].score == first.score && equals[0].tiebreaks == first.tiebreaks)
                .map_or(place, |first| first.rank);
            for (row, at) in equals.iter_mut().zip(place..) {
                row.rank = match self.rules.rank_mode {
                    RankMode::Ordinal => at,
                    RankMode::Competition => begins,
                    RankMode::Modified => place + count - 1,
                    RankMode::Dense => dense,
                };
            }
            (place, dense) = (place + count, dense + 1);
        }
    }
}

fn is_better(a: Score, b: Score, direction: Direction) -> bool {
    match direction {
        Direction::Desc => a > b,
        Direction::Asc => a < b,
    }
}

/// Whether what a further score makes of an entry can't be told without the one that is there.
fn takes_the_one_before(rules: &BoardFacts) -> bool {
    matches!(rules.keep, Keep::Sum | Keep::First)
}

/// A player's score once a further one has counted.
fn counted_on(known: Option<Score>, score: Score, rules: &BoardFacts) -> Score {
    let Some(known) = known else { return score };
    match rules.keep {
        Keep::Best if is_better(score, known, rules.direction) => score,
        Keep::Best | Keep::First => known,
        Keep::Last => score,
        Keep::Sum => Score::unbounded(known.units().saturating_add(score.units()), rules.decimals),
    }
}

#[cfg(test)]
mod tests;
