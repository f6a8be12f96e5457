//! The domain service: what can be done with boards. REST handlers and server functions both call it.
//!
//! - `catalog`: boards as data · [`board`]: one board's rules, and what follows from them · [`calendar`]: windows and periods
//! - `submit`: submissions and receipts · [`change`]: changes by operators · [`writer`]: the queue that both go through,
//!   with `plan`: which periods a call touches
//! - [`notes`]: what operators note about players
//! - [`moderation`]: players hidden, banned, kept from submitting · `freeze`: boards that stay as they are for everybody
//! - `judge`: which submissions wait, with `outliers` · `take`: they are counted, or wait · [`review`]: the queue of those, and decisions
//! - [`undo`]: what was done, taken out again, with [`purge`]: of somebody, all since a time; `replay`: a standing out of what happened · [`rollback`]: a board as it was · [`rebuild`]: one out of its log
//! - [`journal`]: the log, as it is read · [`combine`]: boards made of others, with `follow`: kept up to date
//! - [`export`]: all entries of a period, page by page · [`import`]: many submissions, as they come
//! - [`read`]: reads · [`cursor`]: where a page of entries ended, with [`turn`]: from which end a list is read · [`glance`]: reads for pictures · [`live`]: reads for the live feed · `periods`: periods, listed and closed · `order`: between scores and what the store sorts
//! - `players`: a player on all boards · `profiles`: what is known of them there, and their going · [`activity`]: how much happens on a board
//! - [`versions`]: which version a board is at, known without asking · `pages`: what the app's pages are told
//! - [`answers`]: what all of these answer · [`caller`]: who asks, by the table in [`rights`], and `ownership`: what is a player's own · [`clock`]: what time it is

pub mod activity;
pub mod answers;
pub mod board;
pub mod calendar;
pub mod caller;
pub(crate) mod catalog;
pub mod change;
pub mod clock;
pub mod combine;
pub mod cursor;
pub mod export;
mod follow;
mod freeze;
pub mod glance;
pub mod import;
pub mod journal;
mod judge;
pub mod live;
pub mod moderation;
pub mod notes;
mod order;
mod outliers;
mod ownership;
mod pages;
pub(crate) mod periods;
mod plan;
mod players;
pub(crate) mod profiles;
pub mod purge;
pub mod read;
pub mod rebuild;
mod replay;
pub mod review;
pub mod rights;
pub mod rollback;
mod submit;
mod take;
pub mod turn;
pub mod undo;
pub mod versions;
pub mod writer;

use crate::valkey::{
    StoreError,
    functions::{Scope, Store},
};
use app::{
    error::{AppError, What},
    model::{BoardId, Rules},
};
use board::{Loaded, Shared, Sides};
use caller::Caller;
use clock::Clock;
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::{error, warn};
use writer::Writer;

/// Boards and what happens on them.
pub struct Boards {
    store: Store,
    clock: Clock,
    /// Tells this process's writers apart from those of other servers on the same Valkey.
    process: String,
    /// And from one another: a board that is deleted and created again gets a new one.
    writers: AtomicU64,
    /// The boards met so far.
    open: Mutex<HashMap<BoardId, Arc<OpenBoard>>>,
    /// Held while an empty store is given what it lacks: whoever finds nothing there meanwhile waits.
    founding: tokio::sync::Mutex<()>,
}

/// A board that was met.
struct OpenBoard {
    shared: Arc<Shared>,
    writer: Writer,
    /// Its newest scores, for where outliers are looked for.
    newest: outliers::Newest,
}

impl Boards {
    /// Opens the boards of a store. The board `main` is there from the first start on.
    pub async fn open(store: Store, clock: Clock) -> Result<Self, StoreError> {
        let boards = Self {
            store,
            clock,
            process: catalog::token(),
            writers: AtomicU64::default(),
            open: Mutex::default(),
            founding: tokio::sync::Mutex::default(),
        };
        boards.found().await?;
        Ok(boards)
    }

    /// Makes what an empty store lacks.
    async fn found(&self) -> Result<(), StoreError> {
        let _founding = self.founding.lock().await;
        if self.store.claim().await? {
            self.create_with(&BoardId::main(), &Rules::main(), 0).await?;
        }
        Ok(())
    }

    /// Where the boards are stored.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// How many submissions each board has taken here since this was last asked; those without any are left out.
    pub(crate) fn taken(&self) -> Vec<(BoardId, u64)> {
        self.lock().iter().map(|(id, board)| (id.clone(), board.shared.taken())).filter(|(_, taken)| *taken > 0).collect()
    }

    /// What time it is, in ms since 1970.
    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// The version that everybody sees of a board.
    pub async fn version(&self, board: &BoardId) -> Result<u64, AppError> {
        let mut version = self.store.version(board).await.map_err(from_store)?;
        if version.is_none() && *board == BoardId::main() {
            // Valkey may have come back without its data: whoever watches is not told that the board is gone.
            self.found().await.map_err(from_store)?;
            version = self.store.version(board).await.map_err(from_store)?;
        }
        version.ok_or_else(|| AppError::no(What::Board))
    }

    /// The version that is behind a frozen board, or that everybody sees.
    async fn newest(&self, scope: &Scope) -> Result<u64, AppError> {
        self.store.version(scope).await.map_err(from_store)?.ok_or_else(|| AppError::no(What::Board))
    }

    /// Whether the store answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Ends the connections to the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// A board's rules, and what somebody sees of it.
    async fn seen(&self, id: &BoardId, caller: &Caller) -> Result<Arc<Loaded>, AppError> {
        let mut sides = self.sides(id).await?;
        if sides.shown.frozen_ms.is_some() && caller.sees_behind(id) {
            // What was behind a board is nowhere any more once it is shown.
            let reading = self.board(id).await?.shared.read_again().await?;
            sides = reading.ok_or_else(|| AppError::no(What::Board))?.sides;
        }
        Ok(sides.seen_by(caller))
    }

    /// A board's rules, with what everybody sees of it and what goes on.
    async fn sides(&self, id: &BoardId) -> Result<Sides, AppError> {
        let open = self.board(id).await?;
        match open.shared.fresh().await? {
            Some(sides) => Ok(sides),
            None => {
                self.forget(id);
                self.board(id).await?.shared.fresh().await?.ok_or_else(|| AppError::no(What::Board))
            }
        }
    }

    async fn board(&self, id: &BoardId) -> Result<Arc<OpenBoard>, AppError> {
        // A writer that has ended, by a defect of ours, is replaced.
        if let Some(board) = self.lock().get(id).filter(|board| board.writer.runs()) {
            return Ok(board.clone());
        }
        let open = || Shared::open(self.store.clone(), self.clock.clone(), id.clone());
        let mut shared = open().await?;
        if shared.is_none() && *id == BoardId::main() {
            // Was it deleted, or has Valkey come back without its data?
            self.found().await.map_err(from_store)?;
            shared = open().await?;
        }
        let shared = shared.ok_or_else(|| AppError::no(What::Board))?;
        let start = || {
            let shared = Arc::new(shared);
            let name = format!("{}-{}", self.process, self.writers.fetch_add(1, Ordering::Relaxed));
            Arc::new(OpenBoard { writer: Writer::start(shared.clone(), name), shared, newest: outliers::Newest::default() })
        };
        let mut open = self.lock();
        if open.get(id).is_some_and(|board| !board.writer.runs()) {
            open.remove(id);
        }
        Ok(open.entry(id.clone()).or_insert_with(start).clone())
    }

    /// Forgets a board that is gone; there may be another one of that name.
    fn forget(&self, id: &BoardId) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Arc<OpenBoard>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What whoever asked is told about a failure of the store; the cause goes to the log here, once.
pub(crate) fn from_store(failure: StoreError) -> AppError {
    match failure {
        StoreError::Unavailable(cause) => {
            warn!(cause, "the store is away");
            AppError::Unavailable
        }
        StoreError::Backpressure(cause) => {
            warn!(cause, "the store is busy");
            AppError::Busy
        }
        StoreError::Refused(cause) => {
            error!(cause, "the store refused");
            AppError::Internal
        }
    }
}
