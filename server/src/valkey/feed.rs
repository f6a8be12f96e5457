//! "This board changed", as it happens: one subscription per watched board, kept across reconnects.

use super::{StoreError, keys::Keys};
use app::model::BoardId;
use fred::{
    clients::SubscriberClient,
    interfaces::{ClientLike, EventInterface, PubsubInterface},
    types::Message,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{broadcast::error::RecvError, watch};
use tracing::{debug, warn};

/// Each watched board's channel, with what those who watch it are told.
type Channels = Arc<Mutex<HashMap<String, watch::Sender<Moved>>>>;

/// How far a board has moved, as far as is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The newest version that was said.
    pub version: u64,
    /// Counts the times that something may have been missed, or that the board has gone: whoever sees another number must look.
    pub missed: u64,
}

/// Tells who watches a board that it moved.
#[derive(Clone)]
pub struct Feed {
    client: SubscriberClient,
    keys: Keys,
    channels: Channels,
}

impl Feed {
    /// Starts listening on a connection that [`super::functions::Store::connect`] made.
    pub fn start(client: SubscriberClient, keys: Keys) -> Self {
        let feed = Self { client, keys, channels: Channels::default() };
        feed.client.manage_subscriptions();
        tokio::spawn(dispatch(feed.client.clone(), feed.channels.clone()));
        feed
    }

    /// Starts to watch a board; the receiver wakes at each change, and whenever changes may have been missed. What a
    /// change is must be read: several may have come by the time one looks.
    pub async fn watch(&self, board: &BoardId) -> Result<watch::Receiver<Moved>, StoreError> {
        let channel = self.keys.live(board);
        let changes = {
            let mut channels = self.channels();
            channels.entry(channel.clone()).or_insert_with(|| watch::channel(Moved::default()).0).subscribe()
        };
        self.client.ssubscribe(channel).await?;
        Ok(changes)
    }

    /// Stops listening to a board that nobody watches any more: whoever did has dropped the receiver before.
    pub async fn unwatch(&self, board: &BoardId) {
        let channel = self.keys.live(board);
        {
            let mut channels = self.channels();
            if channels.get(&channel).is_none_or(|moved| moved.receiver_count() > 0) {
                return;
            }
            channels.remove(&channel);
        }
        if let Err(error) = self.client.sunsubscribe(channel.clone()).await {
            // Harmless: messages on a channel that nobody watches are dropped.
            debug!(%error, "could not unsubscribe");
        }
        // Whoever began to watch meanwhile may have been unsubscribed with us, and may have missed something.
        if self.channels().contains_key(&channel) {
            if let Err(error) = self.client.ssubscribe(channel.clone()).await {
                debug!(%error, "could not subscribe again");
            }
            if let Some(moved) = self.channels().get(&channel) {
                moved.send_modify(|moved| moved.missed += 1);
            }
        }
    }

    fn channels(&self) -> MutexGuard<'_, HashMap<String, watch::Sender<Moved>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection.
    pub async fn close(&self) {
        // An error here says that Valkey is gone already.
        let _ = self.client.quit().await;
    }
}

async fn dispatch(client: SubscriberClient, channels: Channels) {
    let mut messages = client.message_rx();
    let mut reconnects = client.reconnect_rx();
    loop {
        tokio::select! {
            message = messages.recv() => match message {
                Ok(message) => wake(&channels, &message),
                Err(RecvError::Lagged(missed)) => {
                    warn!(missed, "fell behind on live messages; reading every watched board again");
                    wake_all(&channels);
                }
                Err(RecvError::Closed) => return,
            },
            // Whatever was said while the connection was away is lost.
            reconnect = reconnects.recv() => match reconnect {
                Ok(_) | Err(RecvError::Lagged(_)) => wake_all(&channels),
                Err(RecvError::Closed) => return,
            },
        }
    }
}

fn wake(channels: &Channels, message: &Message) {
    if let Some(moved) = channels.lock().unwrap_or_else(PoisonError::into_inner).get(&*message.channel) {
        moved.send_modify(|moved| match message.value.as_u64() {
            Some(version) => moved.version = version,
            None => moved.missed += 1,
        });
    }
}

fn wake_all(channels: &Channels) {
    for moved in channels.lock().unwrap_or_else(PoisonError::into_inner).values() {
        moved.send_modify(|moved| moved.missed += 1);
    }
}
