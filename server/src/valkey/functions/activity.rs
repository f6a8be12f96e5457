//! Counted submissions, by the hour.

use super::{Store, StoreError};
use crate::valkey::keys::Side;
use fred::interfaces::HashesInterface;
use std::collections::HashMap;

impl Store {
    /// How many submissions a board has counted in each hour; hours are counted from 1970, those without any are left out.
    pub async fn activity<'a>(&self, side: impl Into<Side<'a>>) -> Result<HashMap<u64, u64>, StoreError> {
        let stored: HashMap<String, u64> = self.pool.next().hgetall(self.keys.activity(side)).await?;
        Ok(stored.into_iter().filter_map(|(hour, count)| Some((hour.parse().ok()?, count))).collect())
    }
}
