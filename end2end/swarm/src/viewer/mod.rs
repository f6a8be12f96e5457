//! Viewers: sockets that watch, thousands in one process.
//!
//! - `life`: one viewer's task, from socket to socket · `connect`: opening one · `backoff`: when to try again
//! - `screen`: what a viewer makes of messages · `crowd`: all of them

mod backoff;
mod connect;
mod crowd;
mod life;
mod screen;

pub use crowd::{Crowd, World};

use app::protocol::{Digest, MyStanding};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle, time::Instant};

/// What a viewer is made to go through.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// Nothing.
    Watch,
    /// Its socket is reset.
    Kill,
    /// It does not read for so long.
    Pause(Duration),
    /// It hangs up, and comes back after so long.
    Return(Duration),
}

/// A viewer, as others see it.
pub struct Viewer {
    /// The place of the first row that it watches.
    pub from: u64,
    /// Whom it follows.
    pub followed: Option<String>,
    orders: watch::Sender<Order>,
    shown: Arc<Shown>,
    task: JoinHandle<()>,
}

/// What a viewer shows.
#[derive(Default)]
struct Shown(Mutex<Now>);

/// What a viewer shows now.
#[derive(Clone, Default)]
pub struct Now {
    /// Its page: version and digest.
    pub page: Option<(u64, Digest)>,
    /// How the player stands whom it follows, once it was told.
    pub me: Option<Option<MyStanding>>,
    /// When it first had its page on the socket that it has.
    pub since: Option<Instant>,
    /// States and when they came (µs since the start), where these are wanted.
    pub states: Vec<(u64, u32)>,
}

impl Viewer {
    /// Has it go through that.
    pub fn order(&self, order: Order) {
        self.orders.send_replace(order);
    }

    /// The digest of its page, if it has one on the socket that it has.
    pub fn digest(&self) -> Option<Digest> {
        let now = self.shown.lock();
        now.since.and(now.page).map(|(_, digest)| digest)
    }

    /// How the player stands whom it follows, if it was told.
    pub fn me(&self) -> Option<Option<MyStanding>> {
        self.shown.lock().me.clone()
    }

    /// When it first had its page on the socket that it has.
    pub fn since(&self) -> Option<Instant> {
        self.shown.lock().since
    }

    /// States and when they came, if they were wanted; they are kept no longer.
    pub fn take_states(&self) -> Vec<(u64, u32)> {
        std::mem::take(&mut self.shown.lock().states)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shown {
    fn lock(&self) -> MutexGuard<'_, Now> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
