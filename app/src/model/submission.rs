use super::{PlayerId, Proof, Score};
use crate::{
    error::{AppError, Field},
    i18n::{Language, t},
};
use serde::{Deserialize, Serialize, Serializer, de::IgnoredAny};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A submission's id: 1–64 printable ASCII characters without spaces, chosen by whoever submits. Sent again within 24
/// hours it is answered with the first receipt and counted once.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubmissionId(String);

impl SubmissionId {
    /// The longest id, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks `text`; the error says what an id may be made of.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(AppError::invalid(Field::Id, t::problem::SUBMISSION_ID));
        }
        Ok(Self(text.to_owned()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SubmissionId {
    type Error = AppError;
    fn try_from(text: String) -> Result<Self, AppError> {
        Self::parse(&text)
    }
}

impl From<SubmissionId> for String {
    fn from(id: SubmissionId) -> Self {
        id.0
    }
}

/// One score sent in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Makes sending it twice count once; without one, each sending is a submission of its own.
    pub id: Option<SubmissionId>,
    /// Whose score it is.
    pub player: PlayerId,
    /// The score, with the board's decimals.
    pub score: Score,
    /// A value for each of the board's tiebreak columns, in their order; within ±(2^53−1).
    pub tiebreaks: Vec<i64>,
    /// What to remember with the entry, if it becomes one.
    pub metadata: MetadataChange,
    /// When the score was reached, in milliseconds since 1970, if not now. For late submissions by servers.
    pub at: Option<u64>,
    /// What proves it, for the operators who look at it.
    pub proof: Option<Proof>,
}

impl Submission {
    /// A score, and nothing else.
    pub fn new(player: PlayerId, score: Score) -> Self {
        Self { id: None, player, score, tiebreaks: Vec::new(), metadata: MetadataChange::Keep, at: None, proof: None }
    }

    /// What a person typed into the form, in their language, checked the same way in the browser and on the server. An empty `id` is none.
    pub fn from_input(player: &str, score: &str, id: &str, decimals: u8, language: Language) -> Result<Self, AppError> {
        Self::from_own_input(PlayerId::from_input(player)?, score, id, decimals, language)
    }

    /// The same by a player who has signed in, and does not type who they are.
    pub fn from_own_input(player: PlayerId, score: &str, id: &str, decimals: u8, language: Language) -> Result<Self, AppError> {
        let submission = Self::new(player, Score::from_input(score, decimals, language)?);
        Ok(Self { id: if id.is_empty() { None } else { Some(SubmissionId::parse(id)?) }, ..submission })
    }
}

/// What an entry remembers besides its score: a JSON object of at most 1 KiB, kept as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata(String);

impl Metadata {
    /// The longest text, in bytes.
    pub const MAX_LEN: usize = 1024;

    /// Checks a JSON text. It is kept as it is written, numbers included, but on one line.
    pub fn parse(json: &str) -> Result<Self, AppError> {
        let wrong = || AppError::invalid(Field::Metadata, t::problem::METADATA);
        if json.len() > Self::MAX_LEN {
            return Err(wrong());
        }
        serde_json::from_str::<BTreeMap<String, IgnoredAny>>(json).map_err(|_| wrong())?;
        // Valid JSON has these characters only between its parts.
        Ok(Self(json.replace(['\n', '\r', '\t'], " ")))
    }

    /// A text out of the store, where only checked ones are.
    pub fn stored(json: &str) -> Option<Self> {
        (!json.is_empty()).then(|| Self(json.to_owned()))
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Serialize for Metadata {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

/// What a submission does to an entry's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MetadataChange {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Clear,
    /// It becomes this.
    Set(Metadata),
}
