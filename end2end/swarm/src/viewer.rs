use crate::Options;
use anyhow::{Context, Result};
use futures::StreamExt;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{task::JoinHandle, time::Instant};
use tokio_tungstenite::{
    connect_async_with_config,
    tungstenite::{Message, Utf8Bytes, protocol::WebSocketConfig},
};

/// What one viewer has seen so far.
#[derive(Default)]
pub struct Seen {
    /// Each state's version and when it came.
    pub states: Vec<(u64, Instant)>,
    /// The newest state.
    last: Utf8Bytes,
    /// Bytes received, all states together.
    pub bytes: usize,
    /// States that were older than the one before.
    pub backwards: usize,
}

/// A socket that watches.
pub struct Viewer {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

/// Opens all viewers.
pub async fn open_all(options: &Options) -> Result<Vec<Viewer>> {
    let mut viewers = Vec::with_capacity(options.viewers);
    for _ in 0..options.viewers {
        viewers.push(Viewer::open(options).await?);
    }
    Ok(viewers)
}

impl Viewer {
    async fn open(options: &Options) -> Result<Self> {
        let mut config = WebSocketConfig::default();
        config.read_buffer_size = 8 * 1024;
        let (mut socket, _) = connect_async_with_config(options.url.feed(options.rows), Some(config), true).await?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let first = socket.next().await.context("the server closed the socket")??;
        take(&seen, first);
        let task = tokio::spawn({
            let seen = seen.clone();
            async move {
                while let Some(Ok(message)) = socket.next().await {
                    take(&seen, message);
                }
            }
        });
        Ok(Self { seen, task })
    }

    /// Whether its newest state is this one (which version it bears does not matter: equal states are sent once).
    pub fn shows(&self, state: &Value) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last: Value = serde_json::from_str(&seen.last).unwrap_or_default();
        !self.task.is_finished() && last["total"] == state["total"] && last["entries"] == state["entries"]
    }

    /// Hangs up; what it has seen.
    pub fn finish(self) -> Seen {
        self.task.abort();
        std::mem::take(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn take(seen: &Mutex<Seen>, message: Message) {
    let Message::Text(text) = message else { return };
    let now = Instant::now();
    let version = version(&text);
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.backwards += usize::from(seen.states.last().is_some_and(|(last, _)| version < *last));
    seen.bytes += text.len();
    seen.states.push((version, now));
    seen.last = text;
}

/// Reads only the version: hundreds of viewers that parse every row would measure themselves.
fn version(json: &str) -> u64 {
    let rest = json.split_once("\"version\":").map_or("", |(_, rest)| rest);
    let digits = rest.find(|c: char| !c.is_ascii_digit()).map_or(rest, |end| &rest[..end]);
    digits.parse().unwrap_or(0)
}
