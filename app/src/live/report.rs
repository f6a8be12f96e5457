//! What developers are told of the views.

use crate::model::BoardId;

/// One view, as it is at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewReport {
    /// Its number.
    pub view: u32,
    /// The board.
    pub board: BoardId,
    /// What of it: a window, or a player in one.
    pub what: String,
    /// The pages that it watches, each by the place of its first row and the version that is known of it, if one is.
    pub pages: Vec<(u64, Option<u64>)>,
}
