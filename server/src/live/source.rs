//! What the hub needs of the store: one trait, so that the hub can be tested without a clock that runs.

use crate::{
    boards::{
        Boards,
        caller::Caller,
        live::{PageSpec, PagesRead, StandingsRead},
    },
    valkey::feed::{Feed, Moved},
};
use app::{
    backend::Answer,
    error::AppError,
    model::{BoardId, PlayerId, WindowName},
};
use std::{future::Future, pin::Pin, sync::Arc};
use tokio::sync::watch;

/// What the hub needs of the store.
pub trait Source: Send + Sync {
    /// Whether these rows can be watched by whoever asks.
    fn can_watch<'a>(&'a self, caller: Caller, board: &'a BoardId, window: &'a WindowName, period: Option<&'a str>) -> Answer<'a, ()>;
    /// Some pages, at one version.
    fn pages<'a>(&'a self, board: &'a BoardId, wanted: &'a [PageSpec]) -> Answer<'a, PagesRead>;
    /// Some standings, at one version.
    fn standings<'a>(&'a self, board: &'a BoardId, window: &'a WindowName, players: &'a [PlayerId]) -> Answer<'a, StandingsRead>;
    /// The version, and the current period of each of these windows.
    fn moment<'a>(&'a self, board: &'a BoardId, windows: &'a [WindowName]) -> Answer<'a, (u64, Vec<Option<String>>)>;
    /// To be told when a board moves.
    fn subscribe<'a>(&'a self, board: &'a BoardId) -> Answer<'a, watch::Receiver<Moved>>;
    /// No more of that.
    fn unsubscribe<'a>(&'a self, board: &'a BoardId) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>>;
}

/// The real one.
pub struct Store {
    /// The boards.
    pub boards: Arc<Boards>,
    /// What is said about them.
    pub feed: Feed,
}

impl Source for Store {
    fn can_watch<'a>(&'a self, caller: Caller, board: &'a BoardId, window: &'a WindowName, period: Option<&'a str>) -> Answer<'a, ()> {
        Box::pin(self.boards.can_watch(caller, board, window, period))
    }

    fn pages<'a>(&'a self, board: &'a BoardId, wanted: &'a [PageSpec]) -> Answer<'a, PagesRead> {
        Box::pin(self.boards.pages(board, wanted))
    }

    fn standings<'a>(&'a self, board: &'a BoardId, window: &'a WindowName, players: &'a [PlayerId]) -> Answer<'a, StandingsRead> {
        Box::pin(self.boards.standings(board, window, players))
    }

    fn moment<'a>(&'a self, board: &'a BoardId, windows: &'a [WindowName]) -> Answer<'a, (u64, Vec<Option<String>>)> {
        Box::pin(self.boards.moment(board, windows))
    }

    fn subscribe<'a>(&'a self, board: &'a BoardId) -> Answer<'a, watch::Receiver<Moved>> {
        Box::pin(async move {
            self.feed.watch(board).await.map_err(|error| {
                tracing::warn!(%error, board.id = %board, "can't listen to the board; looking at it instead");
                AppError::Unavailable
            })
        })
    }

    fn unsubscribe<'a>(&'a self, board: &'a BoardId) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(self.feed.unwatch(board))
    }
}
