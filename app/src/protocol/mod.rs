//! What goes over the wire, shared by server, browser and everyone else.

use crate::model::{BoardId, Limit, PlayerId, Score};
use serde::{Deserialize, Serialize};

/// One row of a leaderboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// 1 is the best.
    pub rank: u64,
    /// Who.
    pub player_id: PlayerId,
    /// What to call them: their id, as long as they have no profile.
    pub name: String,
    /// Their score.
    pub score: Score,
}

/// The tag that every [`Leaderboard`] carries as `"type"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tag {
    /// The only one there is.
    #[default]
    #[serde(rename = "LEADERBOARD")]
    Leaderboard,
}

/// The first rows of a board at one version: what `GET /api/leaderboard` answers and the plain feed at `/ws` pushes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl Leaderboard {
    /// The same with at most `limit` rows.
    pub fn truncated(&self, limit: Limit) -> Self {
        Self { board: self.board.clone(), entries: self.entries.iter().take(limit.get() as usize).cloned().collect(), ..*self }
    }

    /// Whether it would look the same on screen: all but version and time are equal.
    pub fn shows_the_same_as(&self, other: &Self) -> bool {
        self.total == other.total && self.entries == other.entries
    }
}

/// Why the server ends a live socket, as the close code. 3000–3499: connect again, after a while; 3500–3999: don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The server is shutting down.
    Draining,
    /// The plain feed only pushes: it takes no messages.
    Unexpected,
    /// The board was deleted, or is not for everybody any more.
    Gone,
}

impl Close {
    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            Self::Draining => 3000,
            Self::Unexpected => 3500,
            Self::Gone => 3501,
        }
    }

    /// The reason sent along.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Draining => "the server is restarting, connect again",
            Self::Unexpected => "this feed takes no messages",
            Self::Gone => "there is no such board any more",
        }
    }

    /// Whether a client that was closed with `code` should connect again.
    pub fn reconnects(code: u16) -> bool {
        !(3500..4000).contains(&code)
    }
}
