//! The messages. As JSON each is an object with one member, its kind: `{"watch":{…}}`.

use super::{Digest, Edit, Ranks, Row};
use crate::{
    error::AppError,
    model::{Ahead, BoardId, PlayerId, Score, WindowName},
};
use serde::{Deserialize, Serialize};

/// What a client says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClientMessage {
    /// Show me these rows, and what becomes of them.
    Watch(Watch),
    /// Tell me how a player stands, and when that changes.
    Follow(Follow),
    /// No more of that view.
    Unwatch(Unwatch),
}

/// Rows to watch. A view that there is already moves: pages that both have go on as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Watch {
    /// What the client calls this view; a number of its own for each.
    pub view: u32,
    /// Which board.
    pub board: BoardId,
    /// Which of its windows.
    #[serde(default = "WindowName::all")]
    pub window: WindowName,
    /// Which period of it; without one, always the current one.
    #[serde(default)]
    pub period: Option<String>,
    /// The first place, from 1.
    #[serde(default = "first")]
    pub from: u64,
    /// How many rows, at most [`super::MAX_VIEW_ROWS`]. The pages that they are on come whole.
    #[serde(default = "page")]
    pub len: u32,
    /// What is known of these pages already, in their order; `null` for one that is not known.
    #[serde(default)]
    pub known: Vec<Option<Known>>,
}

fn first() -> u64 {
    1
}

fn page() -> u32 {
    super::PAGE_ROWS
}

/// A state of a page that a client has: the version and digest of the last frame it got for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Known {
    /// The version.
    pub version: u64,
    /// The digest.
    pub digest: Digest,
}

/// A player to follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Follow {
    /// What the client calls this view; a number of its own for each.
    pub view: u32,
    /// Which board.
    pub board: BoardId,
    /// Which of its windows, in the current period.
    #[serde(default = "WindowName::all")]
    pub window: WindowName,
    /// Who.
    pub player: PlayerId,
}

/// A view that is no longer wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unwatch {
    /// Which.
    pub view: u32,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ServerMessage {
    /// The first message, and then one whenever nothing else was said for a while.
    Hello(Hello),
    /// The pages of a view.
    Watching(Watching),
    /// A page, whole.
    Snapshot(Snapshot),
    /// A page, as what changed.
    Delta(Delta),
    /// How a player stands.
    Me(Me),
    /// Something to know.
    Notice(Notice),
    /// A view that there can't be, or not any more.
    Refused(Refused),
}

/// The server is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// The longest time without a message, in ms. A client that hears nothing for twice as long should connect again.
    pub beat_ms: u32,
}

/// What a view consists of, before any of its frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Watching {
    /// The view.
    pub view: u32,
    /// Its pages, in order.
    pub pages: Vec<PageRef>,
}

/// A page of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PageRef {
    /// What the server calls it in frames, on this socket.
    pub page: u64,
    /// The place of its first row, from 1.
    pub from: u64,
}

/// A page at one version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Which page.
    pub page: u64,
    /// Of which board.
    pub board: BoardId,
    /// Of which window.
    pub window: WindowName,
    /// Of which period.
    pub period: String,
    /// The place of its first row, from 1.
    pub from: u64,
    /// The board's version that this is the state at. A snapshot with a lower version than the frame before it says that the store
    /// has lost data.
    pub version: u64,
    /// Stands for what it shows.
    pub digest: Digest,
    /// Entries in the period, shown or not.
    pub total: u64,
    /// The rows, best first; at most [`super::PAGE_ROWS`].
    pub rows: Vec<Row>,
}

/// A page at one version, told as what changed since the frame before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delta {
    /// Which page.
    pub page: u64,
    /// The board's version that this is the state at.
    pub version: u64,
    /// Stands for what the page shows then.
    pub digest: Digest,
    /// Entries in the period, shown or not.
    pub total: u64,
    /// What happens to the rows, in order.
    pub edits: Vec<Edit>,
    /// The ranks of all rows afterwards, from the first to the last.
    pub ranks: Vec<Ranks>,
}

/// How a player stands, in the current period of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// On which board.
    pub board: BoardId,
    /// In which window.
    pub window: WindowName,
    /// In which period.
    pub period: String,
    /// Who.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// The board's version that this is the state at.
    pub version: u64,
    /// Entries in the period.
    pub total: u64,
    /// The standing; `null` without an entry.
    pub standing: Option<MyStanding>,
}

/// A standing, and what there is to gain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MyStanding {
    /// What to call the player.
    pub name: String,
    /// The rank that is shown.
    pub rank: u64,
    /// The place in the order, from 1.
    pub place: u64,
    /// The score.
    pub score: Score,
    /// The values that are compared after the score.
    pub tiebreaks: Vec<i64>,
    /// The share of entries that are not ahead, in percent.
    pub percentile: f64,
    /// Whom to pass next; `null` for the first.
    pub ahead: Option<Ahead>,
}

/// Something to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Notice {
    /// The server is about to close this socket.
    #[serde(rename_all = "camelCase")]
    Draining {
        /// When to connect again, in ms from now: everybody is told another time.
        return_in_ms: u32,
    },
    /// The period that was watched is over; what follows is the next one's.
    Closed {
        /// On which board.
        board: BoardId,
        /// In which window.
        window: WindowName,
        /// Which period is over.
        period: String,
    },
    /// The board's rules have changed.
    Edited {
        /// Which board's.
        board: BoardId,
    },
}

/// Why there is no such view, or not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The view.
    pub view: u32,
    /// A stable code, the same as the last part of a problem's `type`.
    pub code: String,
    /// What to change.
    pub detail: String,
}

impl Refused {
    /// Why, in the language of whoever reads it, as far as the code says all there is to say.
    pub fn text(&self) -> String {
        AppError::of_code(&self.code).map_or_else(|| self.detail.clone(), |error| error.text())
    }

    /// Whether the same wish may be granted a little later: the server, or its store, can't at the moment.
    pub fn is_temporary(&self) -> bool {
        matches!(self.code.as_str(), "busy" | "unavailable" | "internal")
    }
}
