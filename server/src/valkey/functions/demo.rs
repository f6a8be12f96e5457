//! How far the demo is.

use super::{Store, StoreError};
use fred::{
    interfaces::KeysInterface,
    types::{Expiration, SetOptions},
};

/// How long whoever fills the demo's boards may say nothing, in seconds, until another one takes over.
const LEASE_SECONDS: i64 = 30;

/// How far the demo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoState {
    /// Nobody has begun.
    New,
    /// Somebody has begun, and is at it or was interrupted.
    Begun,
    /// Its boards are full.
    Filled,
}

impl Store {
    /// How far it is.
    pub async fn demo(&self) -> Result<DemoState, StoreError> {
        let state: Option<String> = self.pool.next().get(self.keys.demo()).await?;
        Ok(match state.as_deref() {
            None => DemoState::New,
            Some("filled") => DemoState::Filled,
            Some(_) => DemoState::Begun,
        })
    }

    /// Notes how far it is.
    pub async fn set_demo(&self, state: DemoState) -> Result<(), StoreError> {
        let state = if state == DemoState::Filled { "filled" } else { "begun" };
        Ok(self.pool.next().set(self.keys.demo(), state, None, None, false).await?)
    }

    /// Whether nobody else fills it now; `is_ours` if it was us before.
    pub async fn lease_demo(&self, is_ours: bool) -> Result<bool, StoreError> {
        let unless = if is_ours { None } else { Some(SetOptions::NX) };
        let set: Option<String> =
            self.pool.next().set(self.keys.demo_lease(), "1", Some(Expiration::EX(LEASE_SECONDS)), unless, false).await?;
        Ok(set.is_some())
    }

    /// Lets others.
    pub async fn leave_demo(&self) -> Result<(), StoreError> {
        Ok(self.pool.next().del(self.keys.demo_lease()).await?)
    }
}
