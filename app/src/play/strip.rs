use super::stage::Stage;
use crate::{
    i18n::number,
    model::PlayerId,
    protocol::{Row, Seen},
};

/// Rows that are shown at once, and how many of them are ahead of one's own.
const ROWS: usize = 5;
const AHEAD: usize = 2;

/// The first rows of the board, among which one would stand.
#[derive(Default)]
pub struct Standings {
    rows: Vec<Row>,
    total: u64,
    /// What is shown, so that nothing is written twice.
    shown: String,
}

impl Standings {
    /// Takes what the live feed says.
    pub fn take(&mut self, pages: Vec<(u64, Seen)>) {
        if let Some((_, page)) = pages.into_iter().find(|(from, _)| *from == 1) {
            (self.rows, self.total) = (page.rows, page.total);
        }
    }

    /// Shows the rows around a score, as if it counted already; without one, the first.
    pub fn show(&mut self, stage: &Stage, own: Option<(&PlayerId, u32)>) {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| own.is_none_or(|(player, _)| row.player_id != *player)).collect();
        let mut lines: Vec<(String, &str, String, bool)> = Vec::new();
        let at = own.map(|(_, score)| rows.iter().filter(|row| row.score.units() > i64::from(score)).count());
        let first = at.map_or(0, |at| at.saturating_sub(AHEAD)).min(rows.len().saturating_sub(ROWS - 1));
        for (place, row) in rows.iter().enumerate().skip(first).take(ROWS) {
            if at == Some(place) {
                lines.extend(own.map(|(player, score)| you(place, player, score)));
            }
            let behind = usize::from(at.is_some_and(|at| at <= place));
            lines.push((number((place + behind + 1) as u64), &row.face.name, row.score.text(), false));
        }
        if at == Some(rows.len()) {
            let place = if self.total > self.rows.len() as u64 { usize::MAX } else { rows.len() };
            lines.extend(own.map(|(player, score)| you(place, player, score)));
        }
        let own_line = lines.iter().position(|line| line.3).unwrap_or(0);
        let from = own_line.saturating_sub(AHEAD).min(lines.len().saturating_sub(ROWS));
        let lines: Vec<_> = lines.into_iter().skip(from).take(ROWS).collect();
        let shown = lines.iter().map(|line| format!("{}\n{}\n{}\n", line.0, line.1, line.2)).collect::<String>();
        if shown != self.shown {
            stage.list(&lines);
            self.shown = shown;
        }
    }
}

/// One's own line; the place is not known beyond the rows that are.
fn you(place: usize, player: &PlayerId, score: u32) -> (String, &str, String, bool) {
    let rank = place.checked_add(1).map_or_else(|| "…".to_owned(), |rank| number(rank as u64));
    (rank, player.as_str(), number(score.into()), true)
}
