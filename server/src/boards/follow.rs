//! Boards that follow others: whichever server comes first keeps each up to date, and another one when that is gone.

use super::{Boards, catalog::token, combine::Made, from_store, rebuild::Progress};
use crate::valkey::feed::{Feed, Moved};
use app::{
    error::{AppError, What},
    model::BoardId,
};
use futures::future::select_all;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    sync::watch::Receiver,
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// How often it is looked for boards that nobody keeps up to date.
const LOOK: Duration = Duration::from_secs(1);
/// How long a board is kept from other servers without a word, in ms.
const LEASE_MS: u64 = 10_000;
/// How long at most until the next word, where nothing happens.
const WORD: Duration = Duration::from_secs(3);
/// What comes within this time is one change.
const TOGETHER: Duration = Duration::from_millis(50);

impl Boards {
    /// Keeps boards up to date until `ending`.
    pub async fn keep_following(self: Arc<Self>, feed: Feed, ending: CancellationToken) {
        let (mut tasks, mut kept) = (JoinSet::new(), HashMap::<BoardId, AbortHandle>::new());
        while !ending.is_cancelled() {
            kept.retain(|_, task| !task.is_finished());
            // A store that is away is in the log already; the next look tries again.
            for board in self.store.following().await.map_err(from_store).unwrap_or_default() {
                kept.entry(board.clone()).or_insert_with(|| {
                    let (boards, feed, ending) = (self.clone(), feed.clone(), ending.clone());
                    tasks.spawn(async move { boards.keep_up(&feed, &board, &ending).await })
                });
            }
            while tasks.try_join_next().is_some() {}
            // Whichever comes first.
            let _ = ending.run_until_cancelled(sleep(LOOK)).await;
        }
        tasks.join_all().await;
    }

    /// Keeps a board up to date as long as nobody else does.
    async fn keep_up(&self, feed: &Feed, board: &BoardId, ending: &CancellationToken) {
        let token = token();
        if !matches!(self.store.lease(board, &token, LEASE_MS).await.map_err(from_store), Ok(true)) {
            return;
        }
        debug!(board.id = %board, "keeping it up to date");
        let followed = match self.followed(board).await {
            Ok(made) => self.follow(feed, board, made, &token, ending).await,
            Err(error) => Err(error),
        };
        match followed {
            Err(AppError::NotFound { .. }) => self.store.unfollow(board).await.map_err(from_store).unwrap_or_default(),
            Err(error) => warn!(board.id = %board, %error, "it could not be kept up to date; trying again"),
            Ok(()) => {}
        }
        // Others need not wait until the lease is over; if this fails they do.
        let _ = self.store.leave(board, &token).await.map_err(from_store);
    }

    /// What a board follows; not found if it is gone, or follows nothing.
    async fn followed(&self, board: &BoardId) -> Result<Made, AppError> {
        let loaded = self.board(board).await?.shared.reload().await?;
        let combination = loaded.and_then(|loaded| loaded.rules.follows.clone()).ok_or_else(|| AppError::no(What::Board))?;
        self.made(board, combination).await
    }

    async fn follow(&self, feed: &Feed, board: &BoardId, mut made: Made, token: &str, ending: &CancellationToken) -> Result<(), AppError> {
        let parts: Vec<BoardId> = made.parts().cloned().collect();
        let mut changes = Vec::new();
        for part in &parts {
            changes.push(feed.watch(part).await.map_err(from_store)?);
        }
        let outcome = self.follow_changes(board, &mut made, &mut changes, token, ending).await;
        drop(changes);
        for part in &parts {
            feed.unwatch(part).await;
        }
        outcome
    }

    async fn follow_changes(
        &self,
        board: &BoardId,
        made: &mut Made,
        changes: &mut [Receiver<Moved>],
        token: &str,
        ending: &CancellationToken,
    ) -> Result<(), AppError> {
        while !ending.is_cancelled() && self.store.lease(board, token, LEASE_MS).await.map_err(from_store)? {
            changes.iter_mut().for_each(Receiver::mark_unchanged);
            // An archived board stays as it is, and catches up when it is opened again.
            if !self.followed(board).await?.is_archived() {
                self.catch_up(made, &mut Unheard(ending)).await?;
            }
            let change = select_all(changes.iter_mut().map(|change| Box::pin(change.changed())));
            // Whichever comes first.
            let _ = ending.run_until_cancelled(timeout(WORD, change)).await;
            let _ = ending.run_until_cancelled(sleep(TOGETHER)).await;
        }
        Ok(())
    }
}

/// Nobody hears how far it is; it ends when the program does.
struct Unheard<'a>(&'a CancellationToken);

impl Progress for Unheard<'_> {
    async fn note(&mut self, _: u64, _: u64) -> Result<(), AppError> {
        if self.0.is_cancelled() { Err(AppError::Unavailable) } else { Ok(()) }
    }
}
