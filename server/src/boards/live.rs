//! Reads for the live feed: several pages at one version, several players at one version. Who may see them is decided by who
//! asks for them, each time something is sent.

use super::{Boards, board::Loaded, caller::Caller, from_store, order, read::shown_rows};
use crate::valkey::functions::{
    Declined,
    read::{Placed, Sight, Stretch},
};
use app::{
    error::{AppError, What},
    model::{BoardId, PlayerId, Visibility, WindowName, percentile},
    protocol::{MyStanding, Row},
};
use std::sync::Arc;

/// How often a read is tried again when the rules have changed meanwhile.
const TRIES: usize = 4;

/// Which rows of a board to watch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PageSpec {
    /// Of which window.
    pub window: WindowName,
    /// Of which period; `None` is always the current one.
    pub period: Option<String>,
    /// The index of the first, from 0.
    pub first: u64,
    /// How many.
    pub rows: u32,
}

/// Some pages of a board, all at one version.
#[derive(Clone, Debug)]
pub struct PagesRead {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in ms since 1970.
    pub updated_ms: u64,
    /// Which writing of its rules is in force.
    pub revision: Arc<str>,
    /// Whether everybody may see it.
    pub is_open: bool,
    /// The pages, in the order they were asked for; an error for one that there is not (any more).
    pub pages: Vec<Result<PageRead, AppError>>,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRead {
    /// The period.
    pub period: String,
    /// Entries in it.
    pub total: u64,
    /// The rows.
    pub rows: Vec<Row>,
}

/// How some players stand, all at one version.
#[derive(Clone, Debug)]
pub struct StandingsRead {
    /// The board's version.
    pub version: u64,
    /// Whether everybody may see the board.
    pub is_open: bool,
    /// The period.
    pub period: String,
    /// Entries in it.
    pub total: u64,
    /// The standings, in the order they were asked for, as everybody is told and as the player alone is; `None` for who has no entry.
    pub standings: Vec<(Option<MyStanding>, Option<MyStanding>)>,
}

impl Boards {
    /// Whether these rows can be watched by whoever asks.
    pub async fn can_watch(&self, caller: Caller, board: &BoardId, window: &WindowName, period: Option<&str>) -> Result<(), AppError> {
        let period = super::read::Period { window: window.clone(), period: period.map(str::to_owned) };
        self.place(caller, board, &period).await.map(drop)
    }

    /// Pages to push.
    pub async fn pages(&self, board: &BoardId, wanted: &[PageSpec]) -> Result<PagesRead, AppError> {
        for _ in 0..TRIES {
            let open = self.board(board).await?;
            let loaded = self.sides(board).await?.shown;
            let stretches: Vec<Result<Stretch, AppError>> = self.stretches(&loaded, wanted, open.shared.now_ms()).await?;
            let found: Vec<Stretch> = stretches.iter().filter_map(|stretch| stretch.as_ref().ok().cloned()).collect();
            match self.store.stretches(&loaded.scope, &found).await.map_err(from_store)? {
                Ok(read) => {
                    let mut rows = found.iter().zip(&read.rows).map(|(stretch, rows)| PageRead {
                        period: stretch.label.parts().map(|(_, period)| period.to_owned()).unwrap_or_default(),
                        total: rows.total,
                        rows: shown_rows(rows, &loaded),
                    });
                    let pages = stretches.into_iter().map(|stretch| stretch.and_then(|_| rows.next().ok_or(AppError::Internal))).collect();
                    return Ok(PagesRead {
                        version: read.version,
                        updated_ms: read.updated_ms,
                        revision: loaded.scope.revision.as_str().into(),
                        is_open: is_open(&loaded),
                        pages,
                    });
                }
                Err(Declined::OtherRules) => drop(open.shared.reload().await?),
                // Looked for once more: it may be another one of that name by now.
                Err(_) => self.forget(board),
            }
        }
        Err(AppError::Unavailable)
    }

    async fn stretches(&self, loaded: &Loaded, wanted: &[PageSpec], now_ms: u64) -> Result<Vec<Result<Stretch, AppError>>, AppError> {
        let mut stretches = Vec::with_capacity(wanted.len());
        for page in wanted {
            let target = match loaded.target(&page.window, page.period.as_deref(), now_ms) {
                Ok(target) => target,
                Err(gone) => {
                    stretches.push(Err(gone));
                    continue;
                }
            };
            // A period that is no longer kept looks like an empty one.
            let is_kept = !target.late || self.store.has_period(&loaded.scope, &target.label).await.map_err(from_store)?;
            let stretch = Stretch { label: target.label, first: page.first, count: page.rows };
            stretches.push(if is_kept { Ok(stretch) } else { Err(AppError::no(What::Period)) });
        }
        Ok(stretches)
    }

    /// Standings to push.
    pub async fn standings(&self, board: &BoardId, window: &WindowName, players: &[PlayerId]) -> Result<StandingsRead, AppError> {
        let period = super::read::Period { window: window.clone(), period: None };
        let (loaded, place) = self.place(Caller::Server, board, &period).await?;
        let read = self.store.players(&loaded.scope, &place.label, players, Sight::Others).await.map_err(from_store)?;
        let (version, total) = (read.version, read.total);
        let shown = |placed: Option<Placed>| placed.map(|placed| standing(placed, &loaded));
        let mut standings: Vec<_> = read.players.into_iter().map(shown).map(|standing| (standing.clone(), standing)).collect();
        let unseen: Vec<usize> = (0..standings.len()).filter(|at| standings[*at].0.is_none()).collect();
        let alone: Vec<PlayerId> = unseen.iter().map(|at| players[*at].clone()).collect();
        if !alone.is_empty() {
            let own = self.store.players(&loaded.scope, &place.label, &alone, Sight::Alone).await.map_err(from_store)?;
            let owned = self.owned(alone.clone()).await?;
            for ((at, player), placed) in unseen.into_iter().zip(&alone).zip(own.players) {
                let own = shown(placed);
                // Where nobody owns the id, whoever says that it is theirs is told.
                standings[at] = (own.clone().filter(|_| !owned.contains(player)), own);
            }
        }
        Ok(StandingsRead { version, is_open: is_open(&loaded), period: place.period, total, standings })
    }

    /// A board's version, and the current period of each of these windows.
    pub async fn moment(&self, board: &BoardId, windows: &[WindowName]) -> Result<(u64, Vec<Option<String>>), AppError> {
        let version = self.version(board).await?;
        let open = self.board(board).await?;
        let loaded = self.sides(board).await?.shown;
        let current = |window: &WindowName| {
            let target = loaded.target(window, None, open.shared.now_ms()).ok()?;
            target.label.parts().map(|(_, period)| period.to_owned())
        };
        Ok((version, windows.iter().map(current).collect()))
    }
}

/// A standing, and what there is to gain.
pub(super) fn standing(placed: Placed, loaded: &Loaded) -> MyStanding {
    MyStanding {
        name: placed.face.name,
        rank: placed.rank,
        place: placed.index + 1,
        score: order::score(placed.entry.key, &loaded.rules),
        tiebreaks: order::tiebreak_values(&placed.entry.columns, &loaded.rules),
        percentile: percentile(placed.index, placed.total),
        ahead: placed.ahead.map(|ahead| order::ahead(ahead, placed.entry.key, &loaded.rules)),
    }
}

/// Whether everybody may see it.
pub(crate) fn is_open(loaded: &Loaded) -> bool {
    loaded.rules.visibility != Visibility::Private
}
