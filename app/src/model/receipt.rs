use super::{PlayerId, Score, WindowName};
use crate::i18n::{self, Said, t};
use serde::{Deserialize, Serialize};

/// A score and the rank it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The score.
    pub score: Score,
    /// 1 is the best; equal standings share ranks by the board's rank mode.
    pub rank: u64,
}

/// Whom a player has to pass next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ahead {
    /// Who.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player_id: PlayerId,
    /// What to call them: the name in their profile, or their id.
    pub name: String,
    /// Their score.
    pub score: Score,
    /// How far that is from the player's own; 0 if only tiebreaks or time are between them.
    pub gap: Score,
}

/// What a submission did in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct WindowReceipt {
    /// Which window.
    pub window: WindowName,
    /// Which of its periods.
    pub period: String,
    /// Whether the player's standing changed by it.
    pub improved: bool,
    /// The player's standing before, if they had one.
    pub before: Option<Standing>,
    /// The player's standing now.
    pub after: Standing,
    /// Players in the period.
    pub total: u64,
    /// The share of these players that are not ahead, in percent: 100 for the first.
    pub percentile: f64,
    /// Whom to pass next; `None` for the first.
    pub ahead: Option<Ahead>,
}

/// The answer to a submission. Submissions that are written together are ranked together: `before` is how things stood before
/// all of them, `after` how they stand with all of them, at `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Whether the player's standing changed by it.
    pub improved: bool,
    /// The player's standing before, if they had one.
    pub before: Option<Standing>,
    /// The player's standing now.
    pub after: Standing,
    /// Players on the board.
    pub total: u64,
    /// The share of these players that are not ahead, in percent: 100 for the first.
    pub percentile: f64,
    /// Whom to pass next; `None` for the first.
    pub ahead: Option<Ahead>,
    /// The board's version that holds this outcome.
    pub version: u64,
    /// Whether this is the receipt of an earlier submission with the same id.
    pub replayed: bool,
    /// The same for each further window that it counts in.
    pub windows: Vec<WindowReceipt>,
}

/// The share of `total` players that are not ahead of the one at `index` (from 0), in percent.
pub fn percentile(index: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { total.saturating_sub(index) as f64 * 100.0 / total as f64 }
}

/// Which share of all a place belongs to, in percent, to a tenth, rounded up: the first of 2,000 are the top 0.1 %.
pub fn share_ahead(place: u64, total: u64) -> Said {
    // No board has so many entries that a thousand times as many would not be a number.
    let tenths = place.saturating_mul(1_000).div_ceil(total.max(1));
    t::standing::share(&i18n::decimal(i64::try_from(tenths).unwrap_or(i64::MAX), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares() {
        assert_eq!(
            [(1, 1), (1, 2_000), (3, 7), (10_000_000, 10_000_000)].map(|(place, total)| share_ahead(place, total).text()),
            ["100.0 %", "0.1 %", "42.9 %", "100.0 %"]
        );
    }
}
