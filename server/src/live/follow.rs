//! A followed player.

use super::{
    mailbox::{Audience, Mailbox},
    page::Feed,
};
use crate::metrics::Gauge;
use app::{
    error::{AppError, What},
    model::{BoardId, PlayerId, WindowName},
    protocol::{Me, MyStanding, ServerMessage},
};
use bytes::Bytes;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;
use tracing::error;

/// A player whose standing somebody follows, shared by all who do.
pub struct Followed {
    /// What mailboxes call it.
    pub id: u64,
    /// On which board.
    pub board: BoardId,
    /// In which window.
    pub window: WindowName,
    /// Who.
    pub player: PlayerId,
    inner: Mutex<Inner>,
    _one: Gauge,
}

#[derive(Default)]
struct Inner {
    audience: Audience,
    current: Option<Me>,
    /// The newest version that it is known to be the standing at.
    version: u64,
    /// Counts the standings.
    number: u64,
    frames: HashMap<Feed, Bytes>,
    read_at: Option<Instant>,
    /// Whether it is to be read whatever its version.
    awaited: bool,
    is_closed: bool,
    gone: Option<AppError>,
}

/// What a client is to be sent of a followed player.
pub enum News {
    /// Nothing, yet.
    Nothing,
    /// There is nobody to follow any more.
    Gone(AppError),
    /// A frame, and its number.
    Frame(Bytes, u64),
}

impl Followed {
    /// A player whose standing was not read yet; counted for as long as this lives.
    pub fn new(id: u64, board: BoardId, window: WindowName, player: PlayerId, one: Gauge) -> Self {
        Self { id, board, window, player, inner: Mutex::default(), _one: one }
    }

    /// One more client.
    pub fn join(&self, seat: u64, mailbox: &Arc<Mailbox>) {
        let mut inner = self.lock();
        inner.audience.join(seat, mailbox);
        if inner.current.is_some() || inner.gone.is_some() {
            mailbox.note(self.id);
        }
    }

    /// A client is gone; whether it was the last.
    pub fn leave(&self, seat: u64) -> bool {
        let mut inner = self.lock();
        inner.audience.leave(seat);
        inner.audience.is_empty()
    }

    /// Whether there is nobody to follow any more.
    pub fn is_gone(&self) -> bool {
        self.lock().gone.is_some()
    }

    /// When to read the standing; `None` while there is nothing to read.
    pub fn due(&self, now: Instant, tick: std::time::Duration, newest: u64) -> Option<Instant> {
        let inner = self.lock();
        if inner.gone.is_some() {
            return None;
        }
        match inner.read_at {
            None => Some(now),
            Some(read) => (inner.current.is_none() || inner.awaited || inner.version < newest).then_some(read + tick),
        }
    }

    /// Has it read at the next tick, whatever its version.
    pub fn reread(&self) {
        self.lock().awaited = true;
    }

    /// The period that it is about.
    pub fn period(&self) -> Option<String> {
        self.lock().current.as_ref().map(|me| me.period.clone())
    }

    /// A try to read it failed.
    pub fn failed(&self, now: Instant) {
        self.lock().read_at = Some(now);
    }

    /// Takes a new standing, and tells the audience if it is another one. That there are more or fewer entries behind it is no news.
    pub fn show(&self, me: Me, is_open: bool, now: Instant) {
        let mut inner = self.lock();
        (inner.read_at, inner.version, inner.awaited) = (Some(now), me.version, false);
        let told_anyway = inner.is_closed == is_open;
        inner.is_closed = !is_open;
        let is_same = inner.current.as_ref().is_some_and(|known| known.period == me.period && same(&known.standing, &me.standing));
        if !is_same {
            inner.number += 1;
            inner.current = Some(me);
            inner.frames.clear();
        }
        if !is_same || told_anyway {
            inner.audience.note(self.id);
        }
    }

    /// There is nobody to follow any more.
    pub fn end(&self, why: AppError) {
        let mut inner = self.lock();
        inner.gone = Some(why);
        inner.audience.note(self.id);
    }

    /// What a client that has the frame of this number is to be sent.
    pub fn next(&self, held: u64, feed: Feed, may_see_closed: bool) -> News {
        let mut inner = self.lock();
        if let Some(why) = &inner.gone {
            return News::Gone(why.clone());
        }
        if inner.is_closed && !may_see_closed {
            return News::Gone(AppError::no(What::Board));
        }
        let (Some(me), Feed::Frames(format), true) = (&inner.current, feed, inner.number > held) else { return News::Nothing };
        if let Some(bytes) = inner.frames.get(&feed) {
            return News::Frame(bytes.clone(), inner.number);
        }
        match format.encode(&ServerMessage::Me(me.clone())) {
            Ok(bytes) => {
                let bytes = Bytes::from(bytes);
                inner.frames.insert(feed, bytes.clone());
                News::Frame(bytes, inner.number)
            }
            Err(error) => {
                error!(%error, "a frame could not be encoded");
                News::Gone(AppError::Internal)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same(a: &Option<MyStanding>, b: &Option<MyStanding>) -> bool {
    let without_share = |standing: &MyStanding| MyStanding { percentile: 0.0, ..standing.clone() };
    a.as_ref().map(without_share) == b.as_ref().map(without_share)
}
