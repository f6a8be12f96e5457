//! A page, its last states, and the frames between them.

use super::mailbox::{Audience, Mailbox};
use crate::{
    boards::live::{PageRead, PageSpec},
    metrics::Gauge,
};
use app::{
    error::AppError,
    model::BoardId,
    protocol::{self, Digest, Format, Known, Leaderboard, ServerMessage, Snapshot, Tag, digest},
};
use bytes::Bytes;
use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;
use tracing::error;

/// How frames are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feed {
    /// As messages of the protocol.
    Frames(Format),
    /// As whole leaderboards.
    Plain,
}

/// A page that somebody watches, shared by all who do.
pub struct Page {
    /// What it is called in frames; also by mailboxes.
    pub id: u64,
    /// Of which board.
    pub board: BoardId,
    /// Which rows.
    pub spec: PageSpec,
    inner: Mutex<Inner>,
    _one: Gauge,
}

#[derive(Default)]
struct Inner {
    audience: Audience,
    /// When the last of the audience left.
    left: Option<Instant>,
    current: Option<Current>,
    /// What it was before, newest last.
    ring: VecDeque<Arc<State>>,
    /// Frames to the current state, by what they start from; none is a snapshot.
    frames: HashMap<(Feed, Option<Digest>), Bytes>,
    reads: u64,
    read_at: Option<Instant>,
    /// Whether somebody waits for a read.
    awaited: bool,
    is_open: bool,
    revision: Arc<str>,
    gone: Option<AppError>,
    ring_size: usize,
}

/// What a page shows.
struct State {
    digest: Digest,
    period: String,
    total: u64,
    rows: Vec<protocol::Row>,
    updated_ms: u64,
}

struct Current {
    state: Arc<State>,
    /// The newest version that it is known to be the state at.
    version: u64,
}

/// What a client was sent of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Stands for its state; none if it is to be sent whole.
    pub digest: Option<Digest>,
    /// Whether the client waits to be told, even that nothing is new.
    pub is_told: bool,
    /// Nothing is sent that was read before the page was read so often: the client knows of a version that was not read here yet.
    after: u64,
    period: Option<String>,
}

/// What a client is to be sent of a page.
#[derive(Debug)]
pub enum Next {
    /// No frame, yet. The board's rules that the page is by, once it was read.
    Nothing(Option<Arc<str>>),
    /// There is no such page any more.
    Gone(AppError),
    /// A frame.
    Frame {
        /// The bytes.
        bytes: Bytes,
        /// What the client has then.
        held: Held,
        /// The period that is over with it.
        over: Option<String>,
        /// The board's rules that it is by.
        revision: Arc<str>,
        /// Whether it is a delta.
        is_delta: bool,
    },
}

impl Page {
    /// A page that was not read yet. It keeps so many states, and is counted for as long as it lives.
    pub fn new(id: u64, board: BoardId, spec: PageSpec, ring_size: usize, one: Gauge) -> Self {
        Self { id, board, spec, inner: Mutex::new(Inner { is_open: true, revision: "".into(), ring_size, ..Inner::default() }), _one: one }
    }

    /// One more client, which knows this; what it is taken to hold.
    pub fn join(&self, seat: u64, mailbox: &Arc<Mailbox>, known: Option<Known>) -> Held {
        let mut inner = self.lock();
        inner.audience.join(seat, mailbox);
        // What lingered is old; and a client may come from a server that was ahead of this one.
        let lingered = inner.left.take().is_some();
        let is_old = match (&inner.current, known) {
            (Some(current), known) => lingered || known.is_some_and(|known| known.version > current.version),
            (None, _) => false,
        };
        inner.awaited |= is_old;
        let after = if is_old { inner.reads } else { 0 };
        if inner.current.is_some() && !is_old || inner.gone.is_some() {
            mailbox.note(self.id);
        }
        Held { digest: known.map(|known| known.digest), after, ..Held::default() }
    }

    /// A client is gone.
    pub fn leave(&self, seat: u64, now: Instant) {
        let mut inner = self.lock();
        inner.audience.leave(seat);
        if inner.audience.is_empty() {
            inner.left = Some(now);
        }
    }

    /// How many clients watch, and the newest version that it was read at.
    pub fn watchers(&self) -> (usize, Option<u64>) {
        let inner = self.lock();
        (inner.audience.len(), inner.current.as_ref().map(|current| current.version))
    }

    /// Since when nobody watches; `None` while somebody does.
    pub fn left(&self) -> Option<Instant> {
        self.lock().left
    }

    /// Whether it is no more.
    pub fn is_gone(&self) -> bool {
        self.lock().gone.is_some()
    }

    /// When to read it: at the earliest a tick after it was read before. `None`: there is nothing to read.
    pub fn due(&self, now: Instant, tick: std::time::Duration, newest: u64) -> Option<Instant> {
        let inner = self.lock();
        if inner.left.is_some() || inner.gone.is_some() {
            return None;
        }
        match (&inner.current, inner.read_at) {
            (_, None) | (None, _) => Some(inner.read_at.map_or(now, |read| read + tick)),
            (Some(current), Some(read)) => (inner.awaited || current.version < newest).then_some(read + tick),
        }
    }

    /// Has it read at the next tick, whatever its version.
    pub fn reread(&self) {
        self.lock().awaited = true;
    }

    /// The period that it shows.
    pub fn period(&self) -> Option<String> {
        self.lock().current.as_ref().map(|current| current.state.period.clone())
    }

    /// A try to read it failed.
    pub fn failed(&self, now: Instant) {
        self.lock().read_at = Some(now);
    }

    /// Takes a new state; whether its audience is to be told.
    pub fn show(&self, read: PageRead, version: u64, updated_ms: u64, revision: &Arc<str>, is_open: bool, now: Instant) -> bool {
        let PageRead { period, total, rows } = read;
        let digest = digest(&period, self.spec.first + 1, total, &rows);
        let mut inner = self.lock();
        inner.reads += 1;
        inner.read_at = Some(now);
        let told_anyway = std::mem::take(&mut inner.awaited) || inner.is_open != is_open || inner.revision != *revision;
        (inner.is_open, inner.revision) = (is_open, revision.clone());
        match &mut inner.current {
            Some(current) if current.state.digest == digest => {
                if current.version != version {
                    current.version = version;
                    // A snapshot says its version.
                    inner.frames.clear();
                }
                return told_anyway;
            }
            Some(current) if version < current.version => {
                // The store has lost data. Whoever holds what was there before gets it whole.
                inner.ring.clear();
            }
            Some(current) => {
                let state = current.state.clone();
                inner.ring.push_back(state);
                if inner.ring.len() > inner.ring_size {
                    inner.ring.pop_front();
                }
            }
            None => {}
        }
        inner.frames.clear();
        inner.current = Some(Current { state: Arc::new(State { digest, period, total, rows, updated_ms }), version });
        true
    }

    /// There is no such page any more.
    pub fn end(&self, why: AppError) {
        let mut inner = self.lock();
        inner.gone = Some(why);
        inner.audience.note(self.id);
    }

    /// Tells its audience that it has moved.
    pub fn announce(&self) {
        self.lock().audience.note(self.id);
    }

    /// What a client that holds this is to be sent. `may_see_closed`: whether it may see what is not for everybody.
    pub fn next(&self, held: &Held, feed: Feed, may_see_closed: bool) -> Next {
        let mut inner = self.lock();
        if let Some(why) = &inner.gone {
            return Next::Gone(why.clone());
        }
        if !inner.is_open && !may_see_closed {
            return Next::Gone(AppError::no(app::error::What::Board));
        }
        let Some(current) = &inner.current else { return Next::Nothing(None) };
        let is_known = held.digest == Some(current.state.digest);
        if inner.reads <= held.after && held.after > 0 || is_known && held.is_told {
            return Next::Nothing(Some(inner.revision.clone()));
        }
        let state = current.state.clone();
        let base = held.digest.and_then(|digest| inner.base(digest)).filter(|base| base.period == state.period && feed != Feed::Plain);
        let Some(bytes) = inner.frame(self, feed, base.as_deref()) else { return Next::Gone(AppError::Internal) };
        let over = held.period.clone().filter(|period| self.spec.period.is_none() && *period != state.period);
        let held = Held { digest: Some(state.digest), is_told: true, after: 0, period: Some(state.period.clone()) };
        Next::Frame { bytes, held, over, revision: inner.revision.clone(), is_delta: base.is_some() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The state that a digest stands for, if it is still there.
    fn base(&self, digest: Digest) -> Option<Arc<State>> {
        let current = self.current.as_ref().map(|current| &current.state);
        current.into_iter().chain(self.ring.iter().rev()).find(|state| state.digest == digest).cloned()
    }

    /// The frame from a state to the current one; encoded once for all who need it.
    fn frame(&mut self, page: &Page, feed: Feed, base: Option<&State>) -> Option<Bytes> {
        let key = (feed, base.map(|base| base.digest));
        if let Some(bytes) = self.frames.get(&key) {
            return Some(bytes.clone());
        }
        let current = self.current.as_ref()?;
        let bytes = match feed {
            Feed::Plain => serde_json::to_vec(&current.leaderboard(page)).map_err(|error| error.to_string()),
            Feed::Frames(format) => {
                let message = match base {
                    Some(base) => ServerMessage::Delta(current.delta(page, base)),
                    None => ServerMessage::Snapshot(current.snapshot(page)),
                };
                format.encode(&message).map_err(|error| error.to_string())
            }
        };
        let bytes = bytes.map(Bytes::from).inspect_err(|error| error!(error, "a frame could not be encoded")).ok()?;
        self.frames.insert(key, bytes.clone());
        Some(bytes)
    }
}

impl Current {
    fn snapshot(&self, page: &Page) -> Snapshot {
        let State { digest, period, total, rows, .. } = &*self.state;
        Snapshot {
            page: page.id,
            board: page.board.clone(),
            window: page.spec.window.clone(),
            period: period.clone(),
            from: page.spec.first + 1,
            version: self.version,
            digest: *digest,
            total: *total,
            rows: rows.clone(),
        }
    }

    fn delta(&self, page: &Page, base: &State) -> protocol::Delta {
        let State { digest, total, rows, .. } = &*self.state;
        let (edits, ranks) = protocol::diff(&base.rows, rows);
        protocol::Delta { page: page.id, version: self.version, digest: *digest, total: *total, edits, ranks }
    }

    fn leaderboard(&self, page: &Page) -> Leaderboard {
        let State { total, rows, updated_ms, .. } = &*self.state;
        Leaderboard {
            tag: Tag::default(),
            board: page.board.clone(),
            version: self.version,
            total: *total,
            last_update: *updated_ms,
            entries: rows.clone(),
        }
    }
}
