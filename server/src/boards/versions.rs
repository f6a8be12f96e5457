//! Which version a board is at, known without asking the store: who has the newest answer is told so without a read.

use super::{
    Boards,
    board::{Loaded, Place, Reading, Shared},
    caller::Caller,
    read::Period,
};
use crate::valkey::feed::{Feed, Moved};
use app::{
    error::{AppError, What},
    model::BoardId,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use tracing::debug;

/// Boards that are listened to at once; of more, each version is asked for.
const MOST: usize = 1_000;
/// How long a board that nobody asks about is listened to.
const LINGER: Duration = Duration::from_secs(60);
/// How long what was read is taken for the newest while nothing else is said: a subscription may be lost without a word.
const TRUSTED: Duration = Duration::from_secs(15);

/// What is known of the versions of boards.
pub struct Versions {
    boards: Arc<Boards>,
    feed: Feed,
    heard: Mutex<HashMap<BoardId, Heard>>,
}

/// A board that is listened to.
struct Heard {
    moved: watch::Receiver<Moved>,
    /// What was read while it was listened to, after so many times that something may have been missed.
    read: Option<(Reading, u64, Instant)>,
    used: Instant,
}

/// What a board is at.
pub struct Current {
    /// Its version.
    pub version: u64,
    /// Its rules at that version.
    pub loaded: Arc<Loaded>,
    now_ms: u64,
}

impl Versions {
    /// Nothing is known yet.
    pub fn new(boards: Arc<Boards>, feed: Feed) -> Self {
        Self { boards, feed, heard: Mutex::default() }
    }

    /// What a board is at for somebody. The store is asked where that is not known: at first, after the board has moved, and when something may have
    /// been missed. What this server wrote counts at once, so that whoever has a receipt is never told of an earlier version.
    pub async fn current(&self, board: &BoardId, caller: &Caller) -> Result<Current, AppError> {
        let open = self.boards.board(board).await?;
        let reading = match self.known(board, open.shared.written()) {
            Some(reading) => reading,
            None => self.read(board, &open.shared).await?,
        };
        let (now_ms, loaded) = (open.shared.now_ms(), reading.sides.seen_by(caller));
        let version = if loaded.scope.is_behind {
            // Nobody says when it moves.
            self.boards.newest(&loaded.scope).await?
        } else {
            reading.version
        };
        Ok(Current { version, loaded, now_ms })
    }

    async fn read(&self, board: &BoardId, shared: &Shared) -> Result<Reading, AppError> {
        self.listen(board).await;
        let missed = self.lock().get(board).map(|heard| heard.moved.borrow().missed);
        let Some(reading) = shared.read_again().await? else {
            self.boards.forget(board);
            return Err(AppError::no(What::Board));
        };
        if let Some(missed) = missed {
            self.note(board, &reading, missed);
        }
        Ok(reading)
    }

    /// Finds a period that can be read, by the rules that a board is at.
    pub async fn place(&self, caller: Caller, current: &Current, period: &Period) -> Result<Place, AppError> {
        caller.must_see(&current.loaded.scope.board, &current.loaded.rules)?;
        self.boards.place_in(&current.loaded, period, current.now_ms).await
    }

    /// Stops listening to boards that nobody asks about, until `ending`.
    pub async fn keep_tidy(self: Arc<Self>, ending: CancellationToken) {
        let mut turn = interval(LINGER / 2);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while ending.run_until_cancelled(turn.tick()).await.is_some() {
            let idle: Vec<BoardId> = {
                let mut heard = self.lock();
                heard.extract_if(|_, heard| heard.used.elapsed() > LINGER).map(|(board, _)| board).collect()
            };
            for board in idle {
                self.feed.unwatch(&board).await;
            }
        }
    }

    /// What was read last, if nothing newer is known of.
    fn known(&self, board: &BoardId, written: u64) -> Option<Reading> {
        let mut all = self.lock();
        let heard = all.get_mut(board)?;
        heard.used = Instant::now();
        let moved = *heard.moved.borrow();
        let (reading, missed, at) = heard.read.as_ref()?;
        let is_newest = moved.version.max(written) <= reading.version && moved.missed == *missed;
        (is_newest && at.elapsed() < TRUSTED).then(|| reading.clone())
    }

    async fn listen(&self, board: &BoardId) {
        {
            let heard = self.lock();
            if heard.contains_key(board) || heard.len() >= MOST {
                return;
            }
        }
        match self.feed.watch(board).await {
            Ok(moved) => drop(self.lock().entry(board.clone()).or_insert(Heard { moved, read: None, used: Instant::now() })),
            // Then it is asked for each time.
            Err(error) => debug!(%error, board.id = %board, "can't listen to the board"),
        }
    }

    /// Notes what was read, unless a newer one is noted: two may be under way at once.
    fn note(&self, board: &BoardId, reading: &Reading, missed: u64) {
        let mut all = self.lock();
        let Some(heard) = all.get_mut(board) else { return };
        let is_older =
            |(known, before, at): &(Reading, u64, Instant)| *before >= missed && at.elapsed() < TRUSTED && known.version > reading.version;
        if !heard.read.as_ref().is_some_and(is_older) {
            heard.read = Some((reading.clone(), missed, Instant::now()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Heard>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
