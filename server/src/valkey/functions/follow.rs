//! Boards that follow others, and which server keeps each up to date.

use super::{Store, StoreError};
use crate::valkey::keys::{Label, Side};
use app::model::BoardId;
use fred::{
    interfaces::{KeysInterface, SortedSetsInterface},
    types::{Expiration, SetOptions},
};

impl Store {
    /// Notes that a board follows others.
    pub async fn follow(&self, board: &BoardId) -> Result<(), StoreError> {
        Ok(self.pool.next().zadd(self.keys.following(), None, None, false, false, (0.0, board.as_str())).await?)
    }

    /// Notes that it does not any more.
    pub async fn unfollow(&self, board: &BoardId) -> Result<(), StoreError> {
        Ok(self.pool.next().zrem(self.keys.following(), board.as_str()).await?)
    }

    /// The boards that follow others.
    pub async fn following(&self) -> Result<Vec<BoardId>, StoreError> {
        let ids: Vec<String> = self.pool.next().zrange(self.keys.following(), 0, -1, None, false, None, false).await?;
        Ok(ids.iter().filter_map(|id| BoardId::parse(id).ok()).collect())
    }

    /// Keeps other servers from a board for so many milliseconds; `false` if another one has it. Two may have it for a moment, when one was
    /// silent for too long: what they do comes to the same.
    pub async fn lease(&self, board: &BoardId, token: &str, ms: u64) -> Result<bool, StoreError> {
        self.hold(self.keys.keeper(board), token, ms).await
    }

    /// Leaves a board to other servers.
    pub async fn leave(&self, board: &BoardId, token: &str) -> Result<(), StoreError> {
        self.let_go(self.keys.keeper(board), token).await
    }

    /// Holds a lease for so many milliseconds; `false` if another one does.
    pub(super) async fn hold(&self, key: String, token: &str, ms: u64) -> Result<bool, StoreError> {
        let client = self.pool.next();
        let expires = Some(Expiration::PX(i64::try_from(ms).unwrap_or(i64::MAX)));
        let taken: Option<String> = client.set(&key, token, expires, Some(SetOptions::NX), false).await?;
        if taken.is_some() {
            return Ok(true);
        }
        let holder: Option<String> = client.get(&key).await?;
        Ok(holder.as_deref() == Some(token) && client.pexpire::<bool, _>(&key, i64::try_from(ms).unwrap_or(i64::MAX), None).await?)
    }

    /// Lets go of one.
    pub(super) async fn let_go(&self, key: String, token: &str) -> Result<(), StoreError> {
        let client = self.pool.next();
        let holder: Option<String> = client.get(&key).await?;
        if holder.as_deref() == Some(token) { Ok(client.del(&key).await?) } else { Ok(()) }
    }

    /// Entries that a board has in the window `all`.
    pub async fn total<'a>(&self, side: impl Into<Side<'a>>) -> Result<u64, StoreError> {
        let [rank, ..] = self.keys.period(side, &Label::all());
        Ok(self.pool.next().zcard(rank).await?)
    }
}
