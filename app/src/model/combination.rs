use super::{
    BoardId, RulesChange, Score,
    written::{maybe_object, maybe_objects, word},
};
use crate::{
    error::{AppError, Field},
    i18n::{Text, t},
};
use serde::{Deserialize, Serialize};

/// What the entries of a board are made of: those of other boards, in their window `all`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Combination {
    /// The boards, 1 to 16 of them.
    pub parts: Vec<Part>,
    /// Who has an entry.
    pub players: Players,
    /// What becomes of a player's scores.
    pub by: By,
}

/// A board that another one is combined of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Which.
    pub board: BoardId,
    /// What its scores are multiplied by: a number from -1000 to 1000, but not 0, with at most 3 decimals.
    #[serde(default = "once")]
    pub weight: Score,
}

/// What is asked for when boards are to be combined.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Combine {
    /// The new board's id.
    #[cfg_attr(feature = "ssr", schema(value_type = BoardId))]
    pub into: String,
    /// The boards that it is made of, 1 to 16 of them.
    #[serde(default, deserialize_with = "maybe_objects")]
    #[cfg_attr(feature = "ssr", schema(value_type = Vec<Part>, required))]
    pub parts: Option<Vec<Part>>,
    /// Who has an entry.
    #[serde(default, deserialize_with = "word")]
    pub players: Players,
    /// What becomes of a player's scores.
    #[serde(default, deserialize_with = "word")]
    pub by: By,
    /// Whether it is kept up to date from then on.
    #[serde(default)]
    pub follow: bool,
    /// Its rules, where they are not the usual ones.
    #[serde(default, deserialize_with = "maybe_object")]
    pub rules: Option<RulesChange>,
}

fn once() -> Score {
    Score::unbounded(1, 0)
}

/// Who has an entry on a combined board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Players {
    /// Whoever has one on any of the parts: the union.
    #[default]
    Any,
    /// Whoever has one on all of them: the intersection.
    All,
}

/// What becomes of a player's weighted scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// They are added up.
    #[default]
    Sum,
    /// The lowest counts.
    Min,
    /// The highest counts.
    Max,
}

impl Combination {
    /// The most parts.
    pub const MOST_PARTS: usize = 16;
    /// The most decimals of a weight.
    pub const WEIGHT_DECIMALS: u8 = 3;
    /// The largest weight.
    const MAX_WEIGHT: i64 = 1_000;

    /// This combination, with weights in thousandths; the error says what is wrong.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let wrong = |message: Text| AppError::invalid(Field::Parts, message);
        if self.parts.is_empty() || self.parts.len() > Self::MOST_PARTS {
            return Err(wrong(t::problem::PARTS_COUNT));
        }
        for at in 0..self.parts.len() {
            if self.parts[..at].iter().any(|part| part.board == self.parts[at].board) {
                return Err(wrong(t::problem::PART_TWICE));
            }
        }
        for part in &mut self.parts {
            let weight = part.weight.rescale(Self::WEIGHT_DECIMALS).ok();
            let most = Self::MAX_WEIGHT * 10_i64.pow(Self::WEIGHT_DECIMALS.into());
            let fits = weight.filter(|weight| weight.units() != 0 && weight.units().abs() <= most);
            part.weight = fits.ok_or_else(|| wrong(t::problem::PART_WEIGHT))?;
        }
        Ok(self)
    }

    /// A player's score out of those on the parts, in the order of these, and which of them it is made of: all, or the one that counts, the
    /// first of several. None if the player has no entry. It is rounded to `decimals`, halves away from zero, and is never beyond what a
    /// score can be.
    pub fn score(&self, scores: &[Option<Score>], decimals: u8) -> Option<(Score, Vec<usize>)> {
        let weighted: Vec<(usize, i128)> = self
            .parts
            .iter()
            .zip(scores)
            .enumerate()
            .filter_map(|(at, (part, score))| Some((at, weighted((*score)?, part.weight))))
            .collect();
        if weighted.is_empty() || self.players == Players::All && weighted.len() < self.parts.len() {
            return None;
        }
        let (exact, made_of) = match self.by {
            By::Sum => (weighted.iter().map(|(_, value)| value).sum(), weighted.iter().map(|(at, _)| *at).collect()),
            By::Min => weighted.iter().min_by_key(|(_, value)| *value).map(|(at, value)| (*value, vec![*at]))?,
            By::Max => weighted.iter().rev().max_by_key(|(_, value)| *value).map(|(at, value)| (*value, vec![*at]))?,
        };
        Some((rounded(exact, decimals), made_of))
    }
}

/// The digits behind the point that weighted scores have: those of any score, and those of a weight.
const DIGITS: u32 = Score::MAX_DECIMALS as u32 + Combination::WEIGHT_DECIMALS as u32;

/// Both have few enough units: the product of 2^53, 10^6 and 10^6 is below 2^93.
fn weighted(score: Score, weight: Score) -> i128 {
    let scale = 10_i128.pow(DIGITS - u32::from(score.decimals()) - u32::from(weight.decimals()));
    i128::from(score.units()) * i128::from(weight.units()) * scale
}

fn rounded(exact: i128, decimals: u8) -> Score {
    let unit = 10_i128.pow(DIGITS - u32::from(decimals));
    let half = unit / 2 * exact.signum();
    let units = ((exact + half) / unit).clamp(-i128::from(Score::MAX), i128::from(Score::MAX));
    Score::unbounded(units as i64, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combination(by: By, players: Players, weights: &[&str]) -> Combination {
        let part = |(at, weight): (usize, &&str)| Part {
            board: BoardId::parse(&format!("b{at}")).unwrap(),
            weight: Score::parse(weight, 3).unwrap(),
        };
        Combination { parts: weights.iter().enumerate().map(part).collect(), players, by }
    }

    fn score(combination: &Combination, scores: &[&str], decimals: u8) -> Option<(String, Vec<usize>)> {
        let scores: Vec<_> = scores.iter().map(|text| Score::parse(text, 2).ok()).collect();
        combination.score(&scores, decimals).map(|(score, made_of)| (format!("{score:#}"), made_of))
    }

    #[test]
    fn scores_are_weighted_and_rounded_exactly() {
        let sum = combination(By::Sum, Players::Any, &["1", "0.5"]);
        assert_eq!(score(&sum, &["1.25", "0.25"], 2), Some(("1.38".into(), vec![0, 1])));
        assert_eq!(score(&sum, &["-1.25", "-0.25"], 2), Some(("-1.38".into(), vec![0, 1])));
        assert_eq!(score(&sum, &["1.25", "0.25"], 6), Some(("1.375000".into(), vec![0, 1])));
        assert_eq!(score(&sum, &["none", "3"], 0), Some(("2".into(), vec![1])));
        assert_eq!(score(&sum, &["none", "none"], 0), None);
        let most = combination(By::Sum, Players::Any, &["1000", "1000"]);
        assert_eq!(score(&most, &["90071992547409.91", "1"], 6), Some(("9007199254.740991".into(), vec![0, 1])));
    }

    #[test]
    fn the_lowest_or_the_highest_counts() {
        let (min, max) = (combination(By::Min, Players::Any, &["1", "2"]), combination(By::Max, Players::Any, &["1", "2"]));
        assert_eq!(score(&min, &["3", "1"], 0), Some(("2".into(), vec![1])));
        assert_eq!(score(&max, &["3", "1"], 0), Some(("3".into(), vec![0])));
        assert_eq!(score(&min, &["2", "1"], 0), Some(("2".into(), vec![0])), "the first of two that are equal");
        assert_eq!(score(&max, &["2", "1"], 0), Some(("2".into(), vec![0])));
        let all = combination(By::Max, Players::All, &["1", "-1"]);
        assert_eq!(score(&all, &["3", "none"], 0), None);
        assert_eq!(score(&all, &["-3", "-4"], 0), Some(("4".into(), vec![1])));
    }

    #[test]
    fn what_is_no_combination_is_refused() {
        let read = |text: &str| {
            let Combine { parts, players, by, .. } = serde_json::from_str(&text.replacen('{', r#"{"into":"n","#, 1)).map_err(|_| ())?;
            Combination { parts: parts.unwrap_or_default(), players, by }.checked().map_err(|_| ())
        };
        let good = read(r#"{"parts":[{"board":"a"},{"board":"b","weight":-0.25}],"by":"max","players":"all"}"#).unwrap();
        assert_eq!(good.parts.iter().map(|part| part.weight.units()).collect::<Vec<_>>(), [1_000, -250]);
        for wrong in [
            r#"{"parts":[]}"#,
            r#"{"parts":[{"board":"a"},{"board":"a"}]}"#,
            r#"{"parts":[{"board":"a","weight":0}]}"#,
            r#"{"parts":[{"board":"a","weight":1000.001}]}"#,
            r#"{"parts":[{"board":"a","weight":0.0001}]}"#,
            r#"{"parts":[{"board":"A"}]}"#,
            r#"{"parts":[{"board":"a"}],"by":"mean"}"#,
            r#"{"parts":[["a",1]]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        let many: Vec<_> = (0..17).map(|n| format!(r#"{{"board":"b{n}"}}"#)).collect();
        assert!(read(&format!(r#"{{"parts":[{}]}}"#, many.join(","))).is_err());
    }
}
