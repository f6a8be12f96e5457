use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Notify;

/// Where a client learns that something it watches has moved: which, not how. It looks at the newest state when it can send it, so this
/// never holds more than one note for each thing that it watches.
#[derive(Default)]
pub struct Mailbox {
    moved: Mutex<Vec<u64>>,
    wake: Notify,
}

impl Mailbox {
    /// Says that the thing of this id has moved.
    pub fn note(&self, id: u64) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if !moved.contains(&id) {
            moved.push(id);
            self.wake.notify_one();
        }
    }

    /// What has moved.
    pub fn take(&self) -> Vec<u64> {
        std::mem::take(&mut *self.moved.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something has.
    pub async fn moved(&self) {
        self.wake.notified().await;
    }
}

/// The clients that watch one thing, each under the number of its seat.
#[derive(Default)]
pub struct Audience(HashMap<u64, Arc<Mailbox>>);

impl Audience {
    pub fn join(&mut self, seat: u64, mailbox: &Arc<Mailbox>) {
        self.0.insert(seat, mailbox.clone());
    }

    pub fn leave(&mut self, seat: u64) {
        self.0.remove(&seat);
        if self.0.is_empty() {
            self.0.shrink_to_fit();
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells all of them.
    pub fn note(&self, id: u64) {
        self.0.values().for_each(|mailbox| mailbox.note(id));
    }
}
