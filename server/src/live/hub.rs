use super::session::Seat;
use crate::{
    boards::{Boards, caller::Caller},
    metrics,
    state::Lifetime,
    valkey::feed::Feed,
};
use app::{
    backend::Backend,
    error::AppError,
    model::{BoardId, Limit},
    protocol::Leaderboard,
};
use axum::extract::ws::Utf8Bytes;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::sleep,
};
use tracing::{debug, error};

/// The shortest time between two reads of a board for its views.
const TICK: Duration = Duration::from_millis(50);
/// How often a watched board's version is looked at when nothing was said about it: messages are not guaranteed, and a
/// change must be on every screen within a second.
const CHECK: Duration = Duration::from_millis(500);
/// Sockets that may be open at once.
const SEATS: usize = 10_000;

/// The state of a view, encoded; `None` until it is read for the first time.
pub type Frames = watch::Receiver<Option<Utf8Bytes>>;

/// The live views, by board and number of rows.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    boards: Arc<Boards>,
    feed: Feed,
    lifetime: Lifetime,
    watched: Mutex<HashMap<BoardId, Watched>>,
    seats: Arc<Semaphore>,
}

/// A board with at least one view, and a task that keeps its views fresh.
#[derive(Default)]
struct Watched {
    views: HashMap<Limit, View>,
    /// Wakes the task when a view has been added.
    added: Arc<Notify>,
}

#[derive(Default)]
struct View {
    frames: watch::Sender<Option<Utf8Bytes>>,
    shown: Option<Leaderboard>,
}

impl Hub {
    /// A hub without views.
    pub fn new(boards: Arc<Boards>, feed: Feed, lifetime: Lifetime) -> Self {
        Self(Arc::new(Inner { boards, feed, lifetime, watched: Mutex::default(), seats: Arc::new(Semaphore::new(SEATS)) }))
    }

    /// Takes a seat for one socket, if one is free.
    pub fn seat(&self) -> Result<Seat, AppError> {
        let permit = self.0.seats.clone().try_acquire_owned().map_err(|_| AppError::Busy)?;
        Ok(Seat::new(permit))
    }

    /// How to stop.
    pub fn lifetime(&self) -> &Lifetime {
        &self.0.lifetime
    }

    /// Watches the first `limit` rows of a board, for as long as the receiver lives.
    pub async fn view(&self, board: &BoardId, limit: Limit) -> Result<Frames, AppError> {
        // A board that does not exist must not get a task.
        self.0.boards.rules(board).await?;
        let mut watched = self.lock();
        let is_new = !watched.contains_key(board);
        let entry = watched.entry(board.clone()).or_default();
        if is_new {
            self.0.lifetime.tasks.spawn(self.clone().follow(board.clone(), entry.added.clone()));
        }
        let view = entry.views.entry(limit).or_default();
        if view.frames.receiver_count() == 0 {
            // Nobody kept it fresh: what it shows, if anything, is old.
            *view = View::default();
            entry.added.notify_one();
        }
        Ok(view.frames.subscribe())
    }

    /// Ends the connection to the feed.
    pub async fn close(&self) {
        self.0.feed.close().await;
    }

    /// Keeps a board's views fresh until nobody watches it any more.
    async fn follow(self, board: BoardId, added: Arc<Notify>) {
        debug!(board.id = %board, "watching");
        let mut changes = None;
        loop {
            if changes.is_none() {
                // Without a subscription the checks alone keep the promise, if more slowly.
                changes = self.0.feed.watch(&board).await.ok();
            }
            let Some(limit) = self.widest(&board) else {
                self.0.feed.unwatch(&board).await;
                changes = None;
                if self.forget(&board) {
                    return debug!(board.id = %board, "no longer watching");
                }
                continue;
            };
            // A failure is in the log already, where it happened; the next round tries again.
            let page = self.0.boards.leaderboard(Caller::Anonymous, &board, limit).await;
            if let Err(AppError::NotFound { .. }) = page {
                // Whoever watches is told by the end of the views.
                self.lock().remove(&board);
                self.0.feed.unwatch(&board).await;
                return debug!(board.id = %board, "gone");
            }
            let page = page.ok();
            if let Some(page) = &page {
                metrics::page_read();
                self.publish(&board, page);
            }
            let version = page.map(|page| page.version);
            tokio::select! {
                () = self.0.lifetime.ending.cancelled() => return,
                () = sleep(TICK) => {}
            }
            if !self.moved(&board, version, &mut changes, &added).await {
                return;
            }
        }
    }

    /// Waits until the board must be read again; `false` when the program ends.
    async fn moved(&self, board: &BoardId, version: Option<u64>, changes: &mut Option<watch::Receiver<()>>, added: &Notify) -> bool {
        loop {
            let changed = async {
                match changes.as_mut() {
                    Some(changes) => changes.changed().await.is_ok(),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = self.0.lifetime.ending.cancelled() => return false,
                () = added.notified() => return true,
                said = changed => {
                    if !said {
                        *changes = None;
                    }
                    return true;
                }
                () = sleep(CHECK) => {
                    let nobody = self.widest(board).is_none();
                    if nobody || changes.is_none() || version.is_none() || self.0.boards.version(board).await.ok() != version {
                        return true;
                    }
                }
            }
        }
    }

    /// The most rows that anybody watches; forgets views that nobody does.
    fn widest(&self, board: &BoardId) -> Option<Limit> {
        let mut watched = self.lock();
        let views = &mut watched.get_mut(board)?.views;
        views.retain(|_, view| view.frames.receiver_count() > 0);
        views.keys().max().copied()
    }

    /// Drops a board without views; `false` if it has got one meanwhile.
    fn forget(&self, board: &BoardId) -> bool {
        let mut watched = self.lock();
        let idle = watched.get(board).is_none_or(|board| board.views.is_empty());
        if idle {
            watched.remove(board);
        }
        idle
    }

    /// Gives each view its new state, if that looks different.
    fn publish(&self, board: &BoardId, page: &Leaderboard) {
        let mut watched = self.lock();
        let Some(board) = watched.get_mut(board) else { return };
        for (limit, view) in &mut board.views {
            let state = page.truncated(*limit);
            if view.shown.as_ref().is_some_and(|shown| shown.shows_the_same_as(&state)) {
                continue;
            }
            match serde_json::to_string(&state) {
                Ok(json) => view.frames.send_replace(Some(json.into())),
                Err(error) => return error!(%error, "a frame could not be encoded"),
            };
            view.shown = Some(state);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Watched>> {
        self.0.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
