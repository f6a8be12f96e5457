//! A watched board, and the task that keeps it fresh.

use super::{follow::Followed, limits::Limits, page::Page, source::Source};
use crate::{boards::live::PageSpec, metrics, valkey::feed::Moved};
use app::{
    error::AppError,
    model::{BoardId, PlayerId, WindowName},
    protocol::Me,
};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::debug;

/// Pages that one call reads: so many rows at a time are no burden to Valkey.
const PAGES_A_CALL: usize = 64;
/// Players whose standings one call reads.
const PLAYERS_A_CALL: usize = 200;

/// A board that somebody watches.
pub struct Watched {
    /// Which.
    pub board: BoardId,
    things: Mutex<Things>,
    /// Wakes the task when there is something new to read.
    pub wake: Notify,
}

/// What is watched of a board.
#[derive(Default)]
pub struct Things {
    /// The pages.
    pub pages: HashMap<PageSpec, Arc<Page>>,
    /// The players.
    pub followed: HashMap<(WindowName, PlayerId), Arc<Followed>>,
}

impl Things {
    /// Whether nobody watches anything.
    pub fn is_empty(&self) -> bool {
        self.pages.is_empty() && self.followed.is_empty()
    }
}

impl Watched {
    /// A board that nobody watches yet.
    pub fn new(board: BoardId) -> Self {
        Self { board, things: Mutex::default(), wake: Notify::new() }
    }

    /// What is watched of it.
    pub fn things(&self) -> MutexGuard<'_, Things> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps a board's pages and players fresh: reads what is due, all in one call where it can, and shows it.
pub struct Keeper {
    watched: Arc<Watched>,
    source: Arc<dyn Source>,
    limits: Arc<Limits>,
    /// What is said of the board; `None` while it can't be listened to: then looking at it has to do, which is slower.
    said: Option<watch::Receiver<Moved>>,
    missed: u64,
    /// The newest version that is known.
    newest: u64,
    look_at: Instant,
    /// Not before this is the store asked again after it failed.
    patience: Instant,
}

/// What is to be read now, and when there is more.
#[derive(Default)]
struct Due {
    pages: Vec<Arc<Page>>,
    followed: Vec<Arc<Followed>>,
    next: Option<Instant>,
}

impl Keeper {
    /// Begins with nothing read.
    pub fn new(watched: Arc<Watched>, source: Arc<dyn Source>, limits: Arc<Limits>) -> Self {
        let now = Instant::now();
        let look_at = now + limits.check;
        Self { watched, source, limits, said: None, missed: 0, newest: 0, look_at, patience: now }
    }

    /// Keeps the board fresh until `ending`, or until nobody watches it any more: `leave` says whether that is so, and then forgets it.
    pub async fn keep(mut self, ending: CancellationToken, leave: impl Fn() -> bool) {
        let board = self.watched.board.clone();
        debug!(board.id = %board, "watching");
        loop {
            if self.said.is_none() {
                self.listen().await;
            }
            let next = self.read_due().await;
            let until = next.map_or(self.look_at, |next| next.max(self.patience).min(self.look_at));
            tokio::select! {
                () = ending.cancelled() => return,
                () = self.watched.wake.notified() => {}
                said = changed(&mut self.said) => self.hear(said),
                () = sleep_until(until) => {}
            }
            if Instant::now() >= self.look_at {
                self.tidy();
                if leave() {
                    break;
                }
                self.look().await;
            }
        }
        drop(self.said.take());
        self.source.unsubscribe(&board).await;
        debug!(board.id = %board, "no longer watching");
    }

    async fn listen(&mut self) {
        // It is in the log already if that can't be had.
        self.said = self.source.subscribe(&self.watched.board).await.ok();
        if let Some(said) = &mut self.said {
            self.missed = said.borrow_and_update().missed;
            self.reread();
        }
    }

    fn hear(&mut self, said: Option<Moved>) {
        match said {
            None => self.said = None,
            Some(moved) => {
                self.newest = self.newest.max(moved.version);
                if moved.missed != self.missed {
                    self.missed = moved.missed;
                    self.reread();
                }
            }
        }
    }

    /// Nothing is certain: all is read again.
    fn reread(&self) {
        let things = self.watched.things();
        things.pages.values().for_each(|page| page.reread());
        things.followed.values().for_each(|followed| followed.reread());
    }

    /// Looks whether the board has moved without a word, or its periods.
    async fn look(&mut self) {
        self.look_at = Instant::now() + self.limits.check;
        let windows: Vec<WindowName> = {
            let things = self.watched.things();
            let of_pages = things.pages.keys().filter(|spec| spec.period.is_none()).map(|spec| &spec.window);
            let of_players = things.followed.keys().map(|(window, _)| window);
            let windows: HashSet<&WindowName> = of_pages.chain(of_players).filter(|window| !window.is_all()).collect();
            windows.into_iter().cloned().collect()
        };
        match self.source.moment(&self.watched.board, &windows).await {
            Ok((version, periods)) => {
                if version < self.newest {
                    // The store has lost data.
                    self.reread();
                }
                self.newest = version;
                let current: HashMap<_, _> = windows.into_iter().zip(periods).collect();
                let is_other = |window: &WindowName, shown: Option<String>| {
                    current.get(window).is_some_and(|current| shown.is_some() && *current != shown)
                };
                let things = self.watched.things();
                let pages = things.pages.values().filter(|page| page.spec.period.is_none());
                pages.filter(|page| is_other(&page.spec.window, page.period())).for_each(|page| page.reread());
                let followed = things.followed.values();
                followed.filter(|followed| is_other(&followed.window, followed.period())).for_each(|followed| followed.reread());
            }
            Err(AppError::NotFound { .. }) => self.reread(),
            // It is in the log already, where it happened; the next look tries again.
            Err(_) => {}
        }
    }

    /// Drops pages that nobody has come back to.
    fn tidy(&self) {
        let now = Instant::now();
        let mut things = self.watched.things();
        things.pages.retain(|_, page| page.left().is_none_or(|left| now < left + self.limits.linger && !page.is_gone()));
        let mut left: Vec<_> = things.pages.values().filter_map(|page| Some((page.left()?, page.spec.clone()))).collect();
        if left.len() > self.limits.lingering {
            left.sort_by_key(|(left, _)| *left);
            let too_many = left.len() - self.limits.lingering;
            left.into_iter().take(too_many).for_each(|(_, spec)| drop(things.pages.remove(&spec)));
        }
    }

    /// Reads what is due; when the next is.
    async fn read_due(&mut self) -> Option<Instant> {
        if Instant::now() < self.patience {
            return Some(self.patience);
        }
        let Due { pages, followed, next } = self.due();
        if pages.is_empty() && followed.is_empty() {
            return next;
        }
        for some in pages.chunks(PAGES_A_CALL) {
            self.read_pages(some).await;
        }
        self.read_players(followed).await;
        // What was read may have made other things old.
        let Due { pages, followed, next } = self.due();
        if pages.is_empty() && followed.is_empty() { next } else { Some(Instant::now()) }
    }

    /// What is due. A tick reads all pages of its kind that have to be read, so that they show one version.
    fn due(&self) -> Due {
        let (now, mut due) = (Instant::now(), Due::default());
        let things = self.watched.things();
        let mut later: Vec<(Instant, &Arc<Page>)> = Vec::new();
        for page in things.pages.values() {
            match page.due(now, self.limits.tick_of(page.spec.first), self.newest) {
                Some(at) if at <= now => due.pages.push(page.clone()),
                Some(at) => later.push((at, page)),
                None => {}
            }
        }
        // Those that were read a little later come along: pages that go by one tick go together from then on.
        if !due.pages.is_empty() {
            let soon = |at: Instant, page: &Page| at < now + self.limits.tick_of(page.spec.first) / 2;
            due.pages.extend(later.iter().filter(|(at, page)| soon(*at, page)).map(|(_, page)| Arc::clone(page)));
        }
        due.pages.sort_by(|a, b| (&a.spec.window, &a.spec.period, a.spec.first).cmp(&(&b.spec.window, &b.spec.period, b.spec.first)));
        due.next = later.into_iter().map(|(at, _)| at).min();
        for player in things.followed.values() {
            match player.due(now, self.limits.follow_tick, self.newest) {
                Some(at) if at <= now => due.followed.push(player.clone()),
                Some(at) => due.next = [due.next, Some(at)].into_iter().flatten().min(),
                None => {}
            }
        }
        due
    }

    async fn read_pages(&mut self, pages: &[Arc<Page>]) {
        let specs: Vec<PageSpec> = pages.iter().map(|page| page.spec.clone()).collect();
        let read = self.source.pages(&self.watched.board, &specs).await;
        let now = Instant::now();
        let read = match read {
            Ok(read) => read,
            Err(error @ AppError::NotFound { .. }) => return self.end(&error),
            Err(_) => {
                pages.iter().for_each(|page| page.failed(now));
                self.patience = now + self.limits.check;
                return;
            }
        };
        metrics::pages_read(pages.len());
        self.newest = self.newest.max(read.version);
        // All of them are shown before anybody is told of any.
        let mut moved = Vec::with_capacity(pages.len());
        for (page, rows) in pages.iter().zip(read.pages) {
            match rows {
                Ok(rows) => {
                    if page.show(rows, read.version, read.updated_ms, &read.revision, read.is_open, now) {
                        moved.push(page);
                    }
                }
                Err(gone) => page.end(gone),
            }
        }
        moved.into_iter().for_each(|page| page.announce());
    }

    async fn read_players(&mut self, followed: Vec<Arc<Followed>>) {
        let mut by_window: HashMap<WindowName, Vec<Arc<Followed>>> = HashMap::new();
        followed.into_iter().for_each(|player| by_window.entry(player.window.clone()).or_default().push(player));
        for (window, followed) in by_window {
            for some in followed.chunks(PLAYERS_A_CALL) {
                let players: Vec<PlayerId> = some.iter().map(|followed| followed.player.clone()).collect();
                let read = self.source.standings(&self.watched.board, &window, &players).await;
                let now = Instant::now();
                match read {
                    Ok(read) => {
                        self.newest = self.newest.max(read.version);
                        for (followed, (standing, own)) in some.iter().zip(read.standings) {
                            let (board, window, player) = (followed.board.clone(), followed.window.clone(), followed.player.clone());
                            let (version, total) = (read.version, read.total);
                            followed.show(
                                Me { board, window, period: read.period.clone(), player, version, total, standing },
                                own,
                                read.is_open,
                                now,
                            );
                        }
                    }
                    Err(error @ AppError::NotFound { .. }) => some.iter().for_each(|followed| followed.end(error.clone())),
                    Err(_) => {
                        some.iter().for_each(|followed| followed.failed(now));
                        self.patience = now + self.limits.check;
                    }
                }
            }
        }
    }

    /// The board is gone, and all that is watched of it.
    fn end(&self, why: &AppError) {
        let things = self.watched.things();
        things.pages.values().for_each(|page| page.end(why.clone()));
        things.followed.values().for_each(|followed| followed.end(why.clone()));
    }
}

async fn changed(said: &mut Option<watch::Receiver<Moved>>) -> Option<Moved> {
    match said {
        Some(said) => said.changed().await.ok().map(|()| *said.borrow_and_update()),
        None => std::future::pending().await,
    }
}
