//! A client on a WebSocket.

use super::{page::Feed, session::Session};
use crate::metrics::{self, Kind};
use app::protocol::{Close, Format, Hello, Notice, ServerMessage};
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use futures::SinkExt;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

/// How long the other end may take to be told that it is over.
pub const GOODBYE: Duration = Duration::from_secs(1);

/// Runs a socket to its end.
pub async fn run(mut session: Session, mut socket: WebSocket) {
    // A client that went away while we wrote to it is no error of anybody's.
    if let Some(close) = talk(&mut session, &mut socket).await {
        session.hub().note_closed(close);
        // What was watched is given back before the goodbyes.
        drop(session);
        let frame = CloseFrame { code: close.code(), reason: close.reason().into() };
        let goodbye = async {
            socket.send(Message::Close(Some(frame))).await.ok()?;
            // What is still on its way to us would make the system forget what is still on its way to the client.
            while socket.recv().await?.is_ok() {}
            Some(())
        };
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

/// Sends and receives until the client goes (`None`) or has to be told to.
async fn talk(session: &mut Session, socket: &mut WebSocket) -> Option<Close> {
    let limits = session.hub().limits().clone();
    let lifetime = session.hub().lifetime().clone();
    let hello = ServerMessage::Hello(Hello { beat_ms: u32::try_from(limits.beat.as_millis()).unwrap_or(u32::MAX) });
    let mut beat = interval_at(Instant::now() + limits.beat, limits.beat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut heard, mut spoke) = (Instant::now(), Instant::now());
    session.reply(&hello);
    loop {
        let frames = match session.due() {
            Ok(frames) => frames,
            Err(close) => return Some(close),
        };
        if !frames.is_empty() {
            match timeout(limits.stall, send(socket, session.feed(), frames)).await {
                Ok(sent) => sent?,
                Err(_) => return Some(Close::Slow),
            }
            spoke = Instant::now();
            continue;
        }
        tokio::select! {
            () = lifetime.ending.cancelled() => {
                session.reply(&ServerMessage::Notice(session.draining()));
                let frames = session.due().unwrap_or_default();
                let _ = timeout(GOODBYE, send(socket, session.feed(), frames)).await;
                return Some(Close::Draining);
            }
            () = session.moved() => {}
            received = socket.recv() => {
                heard = Instant::now();
                let taken = match received?.ok()? {
                    Message::Ping(_) | Message::Pong(_) => Ok(()),
                    Message::Close(_) => return None,
                    Message::Text(text) if session.feed() == Feed::Frames(Format::Json) => session.take(text.as_bytes()).await,
                    Message::Binary(bytes) if session.feed() == Feed::Frames(Format::Binary) => session.take(&bytes).await,
                    Message::Text(_) | Message::Binary(_) => Err(Close::Unexpected),
                };
                if let Err(close) = taken {
                    return Some(close);
                }
            }
            _ = beat.tick() => {
                if heard.elapsed() > limits.idle {
                    return Some(Close::Silent);
                }
                if !session.is_known_still().await {
                    return Some(Close::SignedOut);
                }
                match timeout(limits.stall, socket.send(Message::Ping(Bytes::new()))).await {
                    Ok(sent) => sent.ok()?,
                    Err(_) => return Some(Close::Slow),
                }
            }
            // Pages can't see pings.
            () = sleep_until(spoke + limits.beat) => session.reply(&hello),
        }
    }
}

/// Writes frames in one go.
async fn send(socket: &mut WebSocket, feed: Feed, frames: Vec<(Kind, Bytes)>) -> Option<()> {
    for (kind, bytes) in frames {
        metrics::frame(kind, bytes.len());
        let message = match feed {
            Feed::Frames(Format::Binary) => Message::Binary(bytes),
            Feed::Frames(Format::Json) | Feed::Plain => Message::Text(Utf8Bytes::try_from(bytes).ok()?),
        };
        socket.feed(message).await.ok()?;
    }
    socket.flush().await.ok()
}

impl Session {
    /// The notice that the server is going, with another time to come back for each client.
    pub fn draining(&self) -> Notice {
        let spread = self.hub().limits().spread(self.hub().seats().taken());
        let return_in_ms = rand::random_range(0..=u32::try_from(spread.as_millis()).unwrap_or(u32::MAX));
        Notice::Draining { return_in_ms }
    }
}
