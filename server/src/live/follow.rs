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
    /// As everybody is told.
    told: Told,
    /// As the player alone is.
    own: Told,
    /// The newest version that it is known to be the standing at.
    version: u64,
    read_at: Option<Instant>,
    /// Whether it is to be read whatever its version.
    awaited: bool,
    is_closed: bool,
    gone: Option<AppError>,
}

/// The standing as somebody is told it.
#[derive(Default)]
struct Told {
    current: Option<Me>,
    /// Counts the standings.
    number: u64,
    frames: HashMap<Feed, Bytes>,
}

impl Told {
    /// Takes a new standing; whether it is another one. That there are more or fewer entries behind it is no news.
    fn show(&mut self, me: Me) -> bool {
        let is_same = self.current.as_ref().is_some_and(|known| known.period == me.period && same(&known.standing, &me.standing));
        if !is_same {
            self.number += 1;
            self.current = Some(me);
            self.frames.clear();
        }
        !is_same
    }

    /// What a client that has the frame of this number is to be sent.
    fn next(&mut self, held: u64, feed: Feed) -> News {
        let (Some(me), Feed::Frames(format), true) = (&self.current, feed, self.number > held) else { return News::Nothing };
        if let Some(bytes) = self.frames.get(&feed) {
            return News::Frame(bytes.clone(), self.number);
        }
        match format.encode(&ServerMessage::Me(me.clone())) {
            Ok(bytes) => {
                let bytes = Bytes::from(bytes);
                self.frames.insert(feed, bytes.clone());
                News::Frame(bytes, self.number)
            }
            Err(error) => {
                error!(%error, "a frame could not be encoded");
                News::Gone(AppError::Internal)
            }
        }
    }
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
        if inner.told.current.is_some() || inner.gone.is_some() {
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
            Some(read) => (inner.told.current.is_none() || inner.awaited || inner.version < newest).then_some(read + tick),
        }
    }

    /// Has it read at the next tick, whatever its version.
    pub fn reread(&self) {
        self.lock().awaited = true;
    }

    /// The period that it is about.
    pub fn period(&self) -> Option<String> {
        self.lock().told.current.as_ref().map(|me| me.period.clone())
    }

    /// A try to read it failed.
    pub fn failed(&self, now: Instant) {
        self.lock().read_at = Some(now);
    }

    /// Takes a new standing, as everybody is told and as the player alone is, and tells the audience if it is another one.
    pub fn show(&self, me: Me, own: Option<MyStanding>, is_open: bool, now: Instant) {
        let mut inner = self.lock();
        (inner.read_at, inner.version, inner.awaited) = (Some(now), me.version, false);
        let told_anyway = inner.is_closed == is_open;
        inner.is_closed = !is_open;
        let is_news = inner.own.show(Me { standing: own, ..me.clone() });
        if inner.told.show(me) || is_news || told_anyway {
            inner.audience.note(self.id);
        }
    }

    /// There is nobody to follow any more.
    pub fn end(&self, why: AppError) {
        let mut inner = self.lock();
        inner.gone = Some(why);
        inner.audience.note(self.id);
    }

    /// What a client that has the frame of this number is to be sent; one that is the player's own is told what they alone are.
    pub fn next(&self, held: u64, feed: Feed, may_see_closed: bool, is_own: bool) -> News {
        let mut inner = self.lock();
        if let Some(why) = &inner.gone {
            return News::Gone(why.clone());
        }
        if inner.is_closed && !may_see_closed {
            return News::Gone(AppError::no(What::Board));
        }
        let told = if is_own { &mut inner.own } else { &mut inner.told };
        told.next(held, feed)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn same(a: &Option<MyStanding>, b: &Option<MyStanding>) -> bool {
    let without_share = |standing: &MyStanding| MyStanding { percentile: 0.0, ..standing.clone() };
    a.as_ref().map(without_share) == b.as_ref().map(without_share)
}
