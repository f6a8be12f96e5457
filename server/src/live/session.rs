use super::hub::{Frames, Hub};
use crate::metrics::{self, OpenSocket};
use app::protocol::Close;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use std::time::Duration;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, MissedTickBehavior, interval, timeout},
};

/// How often the other end is asked whether it is still there.
const PING: Duration = Duration::from_secs(25);
/// How long it may stay silent: two pings unanswered.
const IDLE: Duration = Duration::from_secs(60);
/// How long one frame may take to be written. A socket that takes longer is stalled, and dropped: its client connects
/// again and gets the state of then.
const WRITE: Duration = Duration::from_secs(10);

/// A socket's place among those that may be open; given back when dropped, also by a panic.
pub struct Seat {
    _permit: OwnedSemaphorePermit,
    _open: OpenSocket,
}

impl Seat {
    /// A seat that a permit stands for.
    pub fn new(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: permit, _open: OpenSocket::new() }
    }
}

/// Runs a socket of the plain feed: the newest state of a view, whole, each time it changed.
pub async fn open(hub: Hub, mut socket: WebSocket, frames: Frames, seat: Seat) {
    // A client that went away while we wrote to it is no error of anybody's.
    if let Some(close) = push(&hub, &mut socket, frames).await {
        let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
        let _ = timeout(WRITE, socket.send(Message::Close(Some(frame)))).await;
    }
    drop(seat);
}

/// Pushes until the client goes (`None`) or has to be told to.
async fn push(hub: &Hub, socket: &mut WebSocket, mut frames: Frames) -> Option<Close> {
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    // The state there is already counts as a change.
    frames.mark_changed();
    loop {
        let message = tokio::select! {
            () = hub.lifetime().ending.cancelled() => return Some(Close::Draining),
            changed = frames.changed() => {
                // The view's sender goes before its receivers only when its board does.
                if changed.is_err() {
                    return Some(Close::Gone);
                }
                match frames.borrow_and_update().clone() {
                    Some(frame) => Message::Text(frame),
                    None => continue,
                }
            }
            received = socket.recv() => {
                heard = Instant::now();
                match received?.ok()? {
                    Message::Ping(_) | Message::Pong(_) => continue,
                    Message::Close(_) => return None,
                    Message::Text(_) | Message::Binary(_) => return Some(Close::Unexpected),
                }
            }
            _ = ping.tick() => {
                if heard.elapsed() > IDLE {
                    return None;
                }
                Message::Ping(Default::default())
            }
        };
        let is_frame = matches!(message, Message::Text(_));
        timeout(WRITE, socket.send(message)).await.ok()?.ok()?;
        if is_frame {
            metrics::frame();
        }
    }
}
