use super::Row;
use crate::model::BoardId;
use serde::{Deserialize, Serialize};

/// The tag that every [`Leaderboard`] carries as `"type"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub enum Tag {
    /// The only one there is.
    #[default]
    #[serde(rename = "LEADERBOARD")]
    Leaderboard,
}

/// The first rows of a board at one version: what `GET /api/leaderboard` answers and the plain feed at `/ws` pushes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Leaderboard {
    /// Tells the message apart from others on the same socket.
    #[serde(rename = "type")]
    pub tag: Tag,
    /// Which board.
    pub board: BoardId,
    /// The board's version that the rows belong to.
    pub version: u64,
    /// Players on the board, shown or not.
    pub total: u64,
    /// When the board last changed, in milliseconds since 1970 (UTC); 0 before the first change.
    pub last_update: u64,
    /// The rows, best first.
    pub entries: Vec<Row>,
}
