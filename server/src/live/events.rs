//! The feed as server-sent events: each message of the protocol is an event of its kind, its JSON the data.

use super::{session::Session, socket::GOODBYE};
use crate::metrics::{self, Kind};
use app::protocol::{Close, Format, Known, Notice, ServerMessage};
use axum::response::sse::Event;
use bytes::Bytes;
use futures::{Stream, stream};
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

/// Events that may wait for a client that does not read; what comes meanwhile is told as one state later.
const WAITING: usize = 1;

/// Starts to send what a session watches. The client is gone when nobody takes the events any more.
pub fn stream(session: Session) -> impl Stream<Item = Result<Event, Infallible>> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let tasks = session.hub().lifetime().tasks.clone();
    tasks.spawn(pump(session, sender));
    stream::unfold(receiver, async |mut receiver| receiver.recv().await.map(|event| (Ok(event), receiver)))
}

async fn pump(mut session: Session, events: mpsc::Sender<Event>) {
    let limits = session.hub().limits().clone();
    let lifetime = session.hub().lifetime().clone();
    let mut beat = interval_at(Instant::now() + limits.beat, limits.beat);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let Ok(frames) = session.due() else { return };
        for (kind, bytes) in frames {
            let Some(event) = event(kind, &bytes) else { return };
            match timeout(limits.stall, events.send(event)).await {
                Ok(Ok(())) => metrics::frame(kind, bytes.len()),
                Ok(Err(_)) => return,
                // There is no code to close with: that the stream ends means the same.
                Err(_) => return session.hub().note_closed(Close::Slow),
            }
        }
        // Whoever has lost the view has been told so; asking again says the same with a status.
        if !session.has_views() {
            return;
        }
        tokio::select! {
            () = lifetime.ending.cancelled() => {
                if let Some(event) = draining(session.draining()) {
                    let _ = timeout(GOODBYE, events.send(event)).await;
                }
                return session.hub().note_closed(Close::Draining);
            }
            () = events.closed() => return,
            () = session.moved() => {}
            // A comment: whoever is gone is noticed when it can't be delivered.
            _ = beat.tick() => {
                if !session.is_known_still().await {
                    return session.hub().note_closed(Close::SignedOut);
                }
                if timeout(limits.stall, events.send(Event::default().comment(""))).await.is_err() {
                    return session.hub().note_closed(Close::Slow);
                }
            }
        }
    }
}

/// The notice that the server is going, which browsers heed by themselves when they come back.
fn draining(notice: Notice) -> Option<Event> {
    let Notice::Draining { return_in_ms } = notice else { return None };
    let bytes = Format::Json.encode(&ServerMessage::Notice(notice)).ok()?;
    Some(event(Kind::Other, &bytes.into())?.retry(Duration::from_millis(return_in_ms.into())))
}

/// A message as an event: its kind, its JSON, and for a state of a page the id to go on from.
fn event(kind: Kind, bytes: &Bytes) -> Option<Event> {
    let text = std::str::from_utf8(bytes).ok()?;
    // Every message is an object with one member, its kind.
    let name = text.split('"').nth(1)?;
    let event = Event::default().event(name).data(text);
    Some(match kind {
        Kind::Snapshot | Kind::Delta => event.id(format!("{}-{}", number(text, "version")?, number(text, "digest")?)),
        _ => event,
    })
}

/// A number in a frame, which stands before all rows.
fn number<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let rest = json.split_once(&format!("\"{name}\":"))?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()
}

/// The state that the id of an event stands for.
pub fn known(id: &str) -> Option<Known> {
    let (version, digest) = id.split_once('-')?;
    Some(Known { version: version.parse().ok()?, digest: app::protocol::Digest(digest.parse().ok()?) })
}
