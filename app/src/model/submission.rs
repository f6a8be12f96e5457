use super::{PlayerId, Score};
use crate::error::{AppError, Field};
use serde::{Deserialize, Serialize};

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
            return Err(AppError::invalid(Field::Id, "A submission's id is 1 to 64 printable ASCII characters, without spaces."));
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
    /// The score.
    pub score: Score,
}

impl Submission {
    /// What a person typed into the form, checked the same way in the browser and on the server. An empty `id` is none.
    pub fn from_input(player: &str, score: &str, id: &str) -> Result<Self, AppError> {
        Ok(Self {
            player: PlayerId::from_input(player)?,
            score: Score::from_input(score)?,
            id: if id.is_empty() { None } else { Some(SubmissionId::parse(id)?) },
        })
    }
}
