//! Who watches what.

use super::{
    census::{Census, Closed},
    follow::Followed,
    limits::Limits,
    mailbox::Mailbox,
    page::{Held, Page},
    seats::Seats,
    source::Source,
    watched::{Keeper, Things, Watched},
};
use crate::{
    boards::{caller::Caller, live::PageSpec},
    metrics::{self, Gauge, Watch},
    state::Lifetime,
};
use app::{
    error::AppError,
    model::{BoardId, PlayerId, WindowName},
    protocol::{Close, Known},
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};
use tokio::time::Instant;

/// The boards that somebody watches.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    source: Arc<dyn Source>,
    limits: Arc<Limits>,
    lifetime: Lifetime,
    seats: Seats,
    boards: Mutex<HashMap<BoardId, Arc<Watched>>>,
    next_id: AtomicU64,
    pages: Arc<AtomicUsize>,
    players: Arc<AtomicUsize>,
    closed: [AtomicU64; Close::ALL.len()],
}

impl Hub {
    /// A hub that nobody is connected to.
    pub fn new(source: Arc<dyn Source>, limits: Limits, lifetime: Lifetime) -> Self {
        let limits = Arc::new(limits);
        Self(Arc::new(Inner {
            source,
            seats: Seats::new(limits.clone()),
            limits,
            lifetime,
            boards: Mutex::default(),
            next_id: AtomicU64::new(1),
            pages: Arc::default(),
            players: Arc::default(),
            closed: Default::default(),
        }))
    }

    /// The places for clients.
    pub fn seats(&self) -> &Seats {
        &self.0.seats
    }

    /// The numbers.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.0.limits
    }

    /// How many pages are kept fresh, or were until a moment ago.
    pub fn pages(&self) -> usize {
        self.0.pages.load(Ordering::Relaxed)
    }

    /// How many boards are watched, or were until a moment ago.
    pub fn boards(&self) -> usize {
        self.lock().len()
    }

    /// Counts a client that was sent away.
    pub fn note_closed(&self, close: Close) {
        metrics::closed(close.code());
        if let Some(at) = Close::ALL.iter().position(|one| *one == close) {
            self.0.closed[at].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many clients were sent away, for each reason that there was.
    pub fn closed(&self) -> Vec<Closed> {
        let counts = self.0.closed.iter().map(|count| count.load(Ordering::Relaxed));
        let closed = |(close, clients): (Close, u64)| Closed { code: close.code(), reason: close.reason(), clients };
        Close::ALL.into_iter().zip(counts).filter(|(_, clients)| *clients > 0).map(closed).collect()
    }

    /// What is watched of each board, the most watched first.
    pub fn census(&self) -> Vec<Census> {
        let boards: Vec<Arc<Watched>> = self.lock().values().cloned().collect();
        let mut all: Vec<Census> = boards.iter().map(|watched| Census::of(watched)).filter(|census| census.watchers > 0).collect();
        all.sort_by(|a, b| b.watchers.cmp(&a.watchers).then_with(|| a.board.cmp(&b.board)));
        all
    }

    /// How to stop.
    pub fn lifetime(&self) -> &Lifetime {
        &self.0.lifetime
    }

    /// Whether there are rows like these for whoever asks.
    pub async fn can_watch(&self, caller: Caller, board: &BoardId, window: &WindowName, period: Option<&str>) -> Result<(), AppError> {
        self.0.source.can_watch(caller, board, window, period).await
    }

    /// Watches a page, for as long as the ticket lives. That it can be watched was asked before.
    pub fn watch(
        &self,
        board: &BoardId,
        spec: PageSpec,
        known: Option<Known>,
        seat: u64,
        mailbox: &Arc<Mailbox>,
    ) -> Result<Ticket, AppError> {
        let (watched, _boards) = self.board(board);
        let page = self.page(&mut watched.things(), board, spec)?;
        let held = page.join(seat, mailbox, known);
        watched.wake.notify_one();
        Ok(Ticket { seat, thing: Thing::Page(page, held) })
    }

    /// A page of a board: the one that there is, or a new one.
    fn page(&self, things: &mut Things, board: &BoardId, spec: PageSpec) -> Result<Arc<Page>, AppError> {
        if let Some(page) = things.pages.get(&spec).filter(|page| !page.is_gone()) {
            return Ok(page.clone());
        }
        if self.pages() >= self.0.limits.pages {
            // What is only kept for whoever comes back makes room.
            things.pages.retain(|_, page| page.left().is_none());
        }
        let one = Gauge::one(Watch::Page, &self.0.pages);
        if self.pages() > self.0.limits.pages {
            return Err(AppError::Busy);
        }
        let page = Arc::new(Page::new(self.id(), board.clone(), spec.clone(), self.0.limits.ring, one));
        things.pages.insert(spec, page.clone());
        Ok(page)
    }

    /// Follows a player, for as long as the ticket lives. That the board can be watched was asked before.
    pub fn follow(
        &self,
        board: &BoardId,
        window: WindowName,
        player: PlayerId,
        seat: u64,
        mailbox: &Arc<Mailbox>,
    ) -> Result<Ticket, AppError> {
        let (watched, _boards) = self.board(board);
        let followed = self.player(&mut watched.things(), board, window, player)?;
        followed.join(seat, mailbox);
        watched.wake.notify_one();
        Ok(Ticket { seat, thing: Thing::Player(followed, watched, 0) })
    }

    /// A followed player: the one that there is, or a new one.
    fn player(&self, things: &mut Things, board: &BoardId, window: WindowName, player: PlayerId) -> Result<Arc<Followed>, AppError> {
        let key = (window, player);
        if let Some(known) = things.followed.get(&key).filter(|known| !known.is_gone()) {
            return Ok(known.clone());
        }
        let one = Gauge::one(Watch::Player, &self.0.players);
        if self.0.players.load(Ordering::Relaxed) > self.0.limits.players {
            return Err(AppError::Busy);
        }
        let followed = Arc::new(Followed::new(self.id(), board.clone(), key.0.clone(), key.1.clone(), one));
        things.followed.insert(key, followed.clone());
        Ok(followed)
    }

    /// A watched board, with the lock that keeps it from being forgotten.
    fn board(&self, board: &BoardId) -> (Arc<Watched>, MutexGuard<'_, HashMap<BoardId, Arc<Watched>>>) {
        let mut boards = self.lock();
        let watched = boards.entry(board.clone()).or_insert_with(|| {
            let one = Gauge::one(Watch::Board, &Arc::default());
            let watched = Arc::new(Watched::new(board.clone()));
            let keeper = Keeper::new(watched.clone(), self.0.source.clone(), self.0.limits.clone());
            let (hub, id, ending) = (self.clone(), board.clone(), self.0.lifetime.ending.clone());
            self.0.lifetime.tasks.spawn(async move {
                keeper.keep(ending, || hub.forget(&id)).await;
                drop(one);
            });
            watched
        });
        (watched.clone(), boards)
    }

    /// Forgets a board that nobody watches; whether it is so.
    fn forget(&self, board: &BoardId) -> bool {
        let mut boards = self.lock();
        let is_idle = boards.get(board).is_none_or(|watched| watched.things().is_empty());
        if is_idle {
            boards.remove(board);
        }
        is_idle
    }

    fn id(&self) -> u64 {
        self.0.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<BoardId, Arc<Watched>>> {
        self.0.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client's share in a thing that is watched; given back when dropped, also by a panic.
pub struct Ticket {
    seat: u64,
    /// What is watched.
    pub thing: Thing,
}

/// What a client watches, and what it has of it.
pub enum Thing {
    /// A page.
    Page(Arc<Page>, Held),
    /// A player, and the number of the frame that was sent last.
    Player(Arc<Followed>, Arc<Watched>, u64),
}

impl Ticket {
    /// What mailboxes call it.
    pub fn id(&self) -> u64 {
        match &self.thing {
            Thing::Page(page, _) => page.id,
            Thing::Player(followed, ..) => followed.id,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        match &self.thing {
            Thing::Page(page, _) => page.leave(self.seat, Instant::now()),
            Thing::Player(followed, watched, _) => {
                let mut things = watched.things();
                let key = (followed.window.clone(), followed.player.clone());
                if followed.leave(self.seat) && things.followed.get(&key).is_some_and(|known| Arc::ptr_eq(known, followed)) {
                    things.followed.remove(&key);
                }
            }
        }
    }
}
