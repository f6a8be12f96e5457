//! Who watches what, as it is told to operators.

use super::watched::Watched;
use app::model::{BoardId, WindowName};
use serde::Serialize;
use utoipa::ToSchema;

/// Pages of a board that are told one by one.
const MOST: usize = 50;

/// What is watched of one board, by this server's clients.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Census {
    /// Which.
    pub board: BoardId,
    /// Pages that clients have before them, all together: a client that watches two counts twice.
    pub watchers: usize,
    /// Players that are followed.
    pub followed: usize,
    /// The pages, the most watched first; at most fifty.
    pub pages: Vec<WatchedPage>,
}

/// Clients that were sent away for one reason, since the server was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Closed {
    /// The close code.
    pub code: u16,
    /// What it means.
    pub reason: &'static str,
    /// How many.
    pub clients: u64,
}

/// Some rows of a board that somebody watches.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WatchedPage {
    /// Of which window.
    pub window: WindowName,
    /// Of which period; left out: always the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// The rank of the first row.
    pub from: u64,
    /// How many rows.
    pub rows: u32,
    /// How many clients watch.
    pub watchers: usize,
    /// The board's version that was read last; left out: none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

impl Census {
    /// Of a board.
    pub fn of(watched: &Watched) -> Self {
        let things = watched.things();
        let page = |page: &std::sync::Arc<super::page::Page>| {
            let ((watchers, version), spec) = (page.watchers(), &page.spec);
            let (window, period) = (spec.window.clone(), spec.period.clone());
            WatchedPage { window, period, from: spec.first + 1, rows: spec.rows, watchers, version }
        };
        let mut pages: Vec<WatchedPage> = things.pages.values().map(page).filter(|page| page.watchers > 0).collect();
        let followed = things.followed.len();
        drop(things);
        let watchers = pages.iter().map(|page| page.watchers).sum::<usize>() + followed;
        pages.sort_by(|a, b| b.watchers.cmp(&a.watchers).then(a.from.cmp(&b.from)));
        pages.truncate(MOST);
        Self { board: watched.board.clone(), watchers, followed, pages }
    }
}
