use super::{call::Entry, stage::Stage};
use crate::{
    i18n::number,
    model::{PlayerId, Score},
    protocol::{PAGE_ROWS, Row, Seen, pages_of},
};

/// Rows that are shown at once, and how many of them are ahead of one's own.
const ROWS: usize = 5;
const AHEAD: usize = 2;
/// Rows that are watched: as many as one may pass, or be passed by, without others having to come first.
pub const WATCHED: u32 = PAGE_ROWS;
/// How often it is looked up, at most, where one would stand, in ms.
pub const SEEK_MS: f64 = 400.0;

/// Who plays, and what they have.
pub struct Own<'a> {
    /// Who.
    pub player: &'a PlayerId,
    /// What they are called where they have no entry yet.
    pub name: &'a str,
    /// Their points, as if they counted already; none where they stand as the board says.
    pub score: Option<u32>,
}

/// The rows of the board among which one would stand.
#[derive(Default)]
pub struct Standings {
    is_asc: bool,
    decimals: u8,
    /// The first place that is watched.
    from: u64,
    /// Pages of rows, each with its first place, in order.
    pages: Vec<(u64, Seen)>,
    /// The entry of whoever plays.
    entry: Entry,
    /// What is shown, so that nothing is written twice.
    shown: String,
}

impl Standings {
    /// Those of the board on the page, from the top.
    pub fn new(stage: &Stage) -> Self {
        Self { is_asc: stage.is_asc, decimals: stage.decimals, from: 1, ..Self::default() }
    }

    /// Takes what the live feed says.
    pub fn take(&mut self, pages: Vec<(u64, Seen)>) {
        for (from, seen) in pages {
            self.pages.retain(|(known, _)| *known != from);
            self.pages.push((from, seen));
        }
        self.look_at(self.from);
        self.pages.sort_unstable_by_key(|(from, _)| *from);
    }

    /// Watches from a place on.
    pub fn look_at(&mut self, from: u64) {
        self.from = from;
        self.pages.retain(|(known, _)| pages_of(from, WATCHED).any(|page| page == *known));
    }

    /// Takes the entry of whoever plays.
    pub fn knows(&mut self, entry: Entry) {
        self.entry = entry;
    }

    /// Shows the rows around a score, as if it counted already, or around where somebody stands; without either, those that are watched. Whether it stands
    /// among these: otherwise others are to be watched.
    pub fn show(&mut self, stage: &Stage, own: Option<&Own>) -> bool {
        let (start, total) = self.pages.first().map_or((1, 0), |(from, seen)| (*from, seen.total));
        let mut rows: Vec<&Row> = Vec::new();
        for (from, seen) in &self.pages {
            // Where a page is yet to come, what is behind it does not follow.
            if *from == start + rows.len() as u64 {
                rows.extend(&seen.rows);
            }
        }
        let is_end = start + rows.len() as u64 > total;
        let is_own = |row: &&Row| own.is_some_and(|own| row.player_id == *own.player);
        let units = own.and_then(|own| own.score).map(|score| i64::from(score) * self.scale());
        let (mine, others): (Vec<&Row>, Vec<&Row>) = rows.into_iter().partition(|row| units.is_some() && is_own(row));
        let at = match units {
            Some(units) => Some(others.iter().take_while(|row| self.is_ahead(row.score.units(), units)).count()),
            None => others.iter().position(is_own),
        };
        // One's own entry is left out; where it is not among these rows it may be ahead of them.
        let first = others.first().map(|row| row.score.units());
        let is_ahead = units.is_some() && mine.is_empty() && self.best().zip(first).is_some_and(|(best, first)| self.is_ahead(best, first));
        let before = (start - 1).saturating_sub(u64::from(is_ahead));
        let is_there = |at: usize| (at > AHEAD || start == 1) && (at < others.len() || is_end);
        let is_known = !self.pages.is_empty() && at.map_or(own.is_none(), is_there);
        let count = others.len() + usize::from(units.is_some());
        let from = at.map_or(0, |at| at.saturating_sub(AHEAD)).min(count.saturating_sub(ROWS));
        let line = |index: usize| {
            let place = number(before + index as u64 + 1);
            let behind = usize::from(units.is_some() && at < Some(index));
            match (own, units) {
                (Some(own), Some(units)) if at == Some(index) => {
                    let name = mine.first().map(|row| &row.face.name).or(self.entry.name.as_ref()).map_or(own.name, |name| name);
                    let score = Score::new(units, self.decimals).map(Score::text).unwrap_or_default();
                    (if is_known { place } else { "…".to_owned() }, name, score, true)
                }
                _ => {
                    let row = others[index - behind];
                    (place, &*row.face.name, row.score.text(), is_own(&row))
                }
            }
        };
        let lines: Vec<_> = (from..count).take(ROWS).map(line).collect();
        let shown = lines.iter().map(|line| format!("{}\n{}\n{}\n{}\n", line.0, line.1, line.2, line.3)).collect::<String>();
        if shown != self.shown {
            stage.list(&lines);
            self.shown = shown;
        }
        is_known || self.pages.is_empty()
    }

    /// A point in the board's smallest units.
    fn scale(&self) -> i64 {
        10_i64.pow(self.decimals.into())
    }

    /// The score of one's own entry, in the smallest units.
    fn best(&self) -> Option<i64> {
        self.entry.score.map(|score| (score * self.scale() as f64).round() as i64)
    }

    /// Whether a score is ahead of one that is reached after it.
    fn is_ahead(&self, units: i64, of: i64) -> bool {
        if self.is_asc { units <= of } else { units >= of }
    }
}
