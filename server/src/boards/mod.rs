//! The domain service: what can be done with a board. REST handlers and server functions both call it.

mod writer;

use crate::valkey::{
    StoreError,
    functions::{Outcome, Place, Store},
};
use app::{
    backend::{Answer, Backend},
    error::AppError,
    model::{BoardId, Direction, Limit, PlayerId, Receipt, Rules, Score, Standing, Submission},
    protocol::{Leaderboard, Row, Tag},
};
use serde::Serialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tracing::{error, info, warn};
use writer::Writer;

/// Boards and what happens on them.
pub struct Boards {
    store: Store,
    /// Tells this process's writers apart from those of other servers on the same Valkey.
    process: String,
    /// The boards met so far: their rules don't change, and each has one writer.
    open: Mutex<HashMap<BoardId, Arc<Board>>>,
}

struct Board {
    rules: Rules,
    writer: Writer,
}

/// One player on a board, as `GET /api/boards/{board}/entries/{player}` answers.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Which board.
    pub board: BoardId,
    /// The board's version that the standing belongs to.
    pub version: u64,
    /// Players on the board.
    pub total: u64,
    /// The player's row.
    #[serde(flatten)]
    pub row: Row,
}

impl Boards {
    /// Opens the boards of a store. The board `main` exists from the first start on.
    pub async fn open(store: Store) -> Result<Self, StoreError> {
        if store.create_board(&BoardId::main(), &Rules::main()).await? {
            info!(board.id = %BoardId::main(), "board created");
        }
        Ok(Self { store, process: format!("{:016x}", rand::random::<u64>()), open: Mutex::default() })
    }

    /// The first `limit` rows.
    pub async fn leaderboard(&self, board: &BoardId, limit: Limit) -> Result<Leaderboard, AppError> {
        let direction = self.board(board).await?.rules.direction;
        let page = self.store.page(board, 0, limit.get()).await.map_err(from_store)?;
        let entries = page.rows.into_iter().zip(1..).map(|((player, key), rank)| row(player, score(key, direction), rank));
        Ok(Leaderboard {
            tag: Tag::default(),
            board: board.clone(),
            version: page.version,
            total: page.total,
            last_update: page.updated_ms,
            entries: entries.collect(),
        })
    }

    /// One player's standing.
    pub async fn entry(&self, board: &BoardId, player: PlayerId) -> Result<Entry, AppError> {
        let direction = self.board(board).await?.rules.direction;
        let found = self.store.player(board, &player).await.map_err(from_store)?;
        let Some(place) = found.place else { return Err(AppError::NotFound) };
        let row = row(player, score(place.key, direction), place.rank + 1);
        Ok(Entry { board: board.clone(), version: found.version, total: found.total, row })
    }

    /// The board's version.
    pub async fn version(&self, board: &BoardId) -> Result<u64, AppError> {
        self.store.version(board).await.map_err(from_store)
    }

    /// Counts one submission.
    pub async fn count(&self, board: &BoardId, submission: Submission) -> Result<Receipt, AppError> {
        let open = self.board(board).await?;
        let direction = open.rules.direction;
        let key = sort_key(submission.score, direction);
        let standing = |place: Place| Standing { score: score(place.key, direction), rank: place.rank + 1 };
        match open.writer.submit(submission, key).await.map_err(from_store)? {
            Outcome::Conflict => Err(AppError::Conflict),
            Outcome::Counted { improved, before, after, total, version, replayed } => {
                Ok(Receipt { improved, before: before.map(standing), after: standing(after), total, version, replayed })
            }
        }
    }

    /// Whether the store answers.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.ping().await
    }

    /// Ends the connections to the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    async fn board(&self, id: &BoardId) -> Result<Arc<Board>, AppError> {
        if let Some(board) = self.lock().get(id) {
            return Ok(board.clone());
        }
        let rules = self.store.rules(id).await.map_err(from_store)?.ok_or(AppError::NotFound)?;
        let writer = || Writer::start(self.store.clone(), id.clone(), self.process.clone());
        Ok(self.lock().entry(id.clone()).or_insert_with(|| Arc::new(Board { rules, writer: writer() })).clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<BoardId, Arc<Board>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Backend for Boards {
    fn rules<'a>(&'a self, board: &'a BoardId) -> Answer<'a, Rules> {
        Box::pin(async move { Ok(self.board(board).await?.rules.clone()) })
    }

    fn top<'a>(&'a self, board: &'a BoardId, limit: Limit) -> Answer<'a, Leaderboard> {
        Box::pin(self.leaderboard(board, limit))
    }

    fn submit<'a>(&'a self, board: &'a BoardId, submission: Submission) -> Answer<'a, Receipt> {
        Box::pin(self.count(board, submission))
    }
}

/// Smaller is better in the store, whatever is better on the board.
fn sort_key(score: Score, direction: Direction) -> i64 {
    match direction {
        Direction::Desc => -score.units(),
        Direction::Asc => score.units(),
    }
}

/// The score that a sort key from the store stands for.
fn score(key: i64, direction: Direction) -> Score {
    let units = match direction {
        Direction::Desc => -key,
        Direction::Asc => key,
    };
    // The store gives out only what was once a score.
    Score::new(units).unwrap_or_default()
}

fn row(player: PlayerId, score: Score, rank: u64) -> Row {
    Row { rank, name: player.to_string(), player_id: player, score }
}

/// What whoever asked is told about a failure of the store; the cause goes to the log here, once.
fn from_store(failure: StoreError) -> AppError {
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
