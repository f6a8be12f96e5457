use super::{
    Score,
    profile::is_https,
    written::{is_prose, maybe_object, whole, word},
};
use crate::{
    error::{AppError, Field},
    i18n::{Text, t},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How much a player may gain in a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MaxGain {
    /// The most that a score may be better by, above 0.
    pub score: Score,
    /// In how many seconds, 1 to 2,678,400.
    #[serde(deserialize_with = "whole")]
    #[cfg_attr(feature = "ssr", schema(minimum = 1, maximum = 2_678_400))]
    pub seconds: u32,
}

/// What becomes of scores that are far better than the newest ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outliers {
    /// They count.
    #[default]
    Off,
    /// They count, and operators are told.
    Flag,
    /// They wait.
    Hold,
}

/// Whether a submission may, or must, say what proves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Proving {
    /// It may not: nobody looks at it.
    #[default]
    None,
    /// It may.
    Optional,
    /// It must.
    Required,
}

/// Which submissions operators look at, and which of them wait until they have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Review {
    /// Scores below wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_score: Option<Score>,
    /// Scores above wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<Score>,
    /// Who gains more than this waits.
    #[serde(deserialize_with = "maybe_object", skip_serializing_if = "Option::is_none")]
    pub max_gain: Option<MaxGain>,
    /// What becomes of scores that are far better than the newest ones.
    #[serde(deserialize_with = "word", skip_serializing_if = "is_default")]
    pub outliers: Outliers,
    /// Whether a submission may, or must, say what proves it.
    #[serde(deserialize_with = "word", skip_serializing_if = "is_default")]
    pub proof: Proving,
    /// All wait.
    #[serde(skip_serializing_if = "is_default")]
    pub everything: bool,
    /// What comes from those with the right to submit is not looked at.
    #[serde(skip_serializing_if = "is_default")]
    pub trust_servers: bool,
}

impl Review {
    /// The longest stretch of time that a gain is looked for in, in seconds: 31 days.
    const MAX_SECONDS: u32 = 31 * 24 * 60 * 60;

    /// The same with a board's decimals, checked; the error says what is wrong.
    pub fn checked(self, decimals: u8) -> Result<Self, AppError> {
        let wrong = |message: Text| AppError::invalid(Field::Review, message);
        let rescaled = |score: Score| score.rescale(decimals.min(Score::MAX_DECIMALS)).map_err(|error| error.about(Field::Review));
        let min_score = self.min_score.map(rescaled).transpose()?;
        let max_score = self.max_score.map(rescaled).transpose()?;
        if min_score.zip(max_score).is_some_and(|(min, max)| min > max) {
            return Err(wrong(t::problem::REVIEW_RANGE));
        }
        let gain = |gain: MaxGain| Ok::<_, AppError>(MaxGain { score: rescaled(gain.score)?, ..gain });
        let max_gain = self.max_gain.map(gain).transpose()?;
        if max_gain.is_some_and(|gain| gain.score.units() <= 0 || !(1..=Self::MAX_SECONDS).contains(&gain.seconds)) {
            return Err(wrong(t::problem::REVIEW_GAIN));
        }
        Ok(Self { min_score, max_score, max_gain, ..self })
    }

    /// What it asks of those whom it trusts: proof may be given where it is looked at, but need not.
    #[must_use]
    pub fn without_need(self) -> Self {
        Self { proof: if self.proof == Proving::Required { Proving::Optional } else { self.proof }, ..self }
    }

    /// What everybody may know of it: who knew the thresholds would stay just below.
    pub fn public(self) -> Option<Self> {
        (self.proof != Proving::None).then(|| Self { proof: self.proof, ..Self::default() })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

// Reasons are told in this order.
/// Why a submission waits, or is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// The board has all looked at.
    Everything,
    /// Its score is lower than usual.
    LowScore,
    /// Its score is higher than usual.
    HighScore,
    /// The player gains more than usual.
    Gain,
    /// It is far better than the newest ones.
    Outlier,
    /// It counts, and says what proves it.
    Proof,
}

/// Where a submission is in the review queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum ReviewState {
    /// It does not count until somebody has looked at it.
    Waiting,
    /// It counts, and somebody should look at it.
    Flagged,
    /// Somebody has looked at it; it counts.
    Approved,
    /// Somebody has looked at it; it does not count.
    Rejected,
}

impl fmt::Display for ReviewState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Waiting => "waiting",
            Self::Flagged => "flagged",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        })
    }
}

/// What proves a submission: where it can be seen, in whoever's words, or both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Proof {
    /// Where it can be seen: `https://`, at most 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(max_length = 256))]
    pub url: Option<String>,
    /// What to know about it, at most 500 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", schema(max_length = 500))]
    pub note: Option<String>,
}

impl Proof {
    /// The longest note, in characters.
    const MAX_NOTE: usize = 500;

    /// The same, if it is one; the error says what one may be.
    pub fn checked(self) -> Result<Self, AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Proof, message));
        if self.url.as_deref().is_some_and(|url| !is_https(url)) {
            return wrong(t::problem::PROOF_URL);
        }
        if self.note.as_deref().is_some_and(|note| note.trim().is_empty() || !is_prose(note, Self::MAX_NOTE)) {
            return wrong(t::problem::PROOF_NOTE);
        }
        if self == Self::default() {
            return wrong(t::problem::PROOF_NOTHING);
        }
        Ok(self)
    }
}
