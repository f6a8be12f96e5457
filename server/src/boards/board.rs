//! A board as this server knows it: its rules, and what follows from them.

use super::{
    calendar::{Calendar, CalendarError, Period},
    caller::Caller,
    clock::Clock,
    from_store,
};
use crate::valkey::{
    functions::{Scope, Store, Target, board::StoredBoard},
    keys::Label,
};
pub use app::model::time::DAY_MS;
use app::{
    error::{AppError, Field, What},
    model::{BoardId, Rules, Window, WindowName},
};
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long rules that were read are taken for granted. Writes notice other rules at once; reads within this time.
const FRESH: Duration = Duration::from_secs(1);

/// One reading of a board's rules.
#[derive(Clone)]
pub struct Loaded {
    /// The rules.
    pub rules: Rules,
    /// The board and its rules as functions are told.
    pub scope: Scope,
    /// Since when the board is frozen, in ms since 1970, if it is.
    pub frozen_ms: Option<u64>,
    calendars: Vec<(Window, Calendar)>,
}

/// A board as everybody sees it and, while it is frozen, what goes on behind that.
#[derive(Clone)]
pub struct Sides {
    /// What everybody sees.
    pub shown: Arc<Loaded>,
    behind: Option<Arc<Loaded>>,
}

impl Sides {
    /// A board as it is stored.
    fn new(id: &BoardId, stored: StoredBoard) -> Result<Self, AppError> {
        let shown = Loaded::new(id, stored)?;
        let behind = || Arc::new(Loaded { scope: shown.scope.behind(), ..shown.clone() });
        Ok(Self { behind: shown.frozen_ms.map(|_| behind()), shown: Arc::new(shown) })
    }

    /// Where whatever happens goes on.
    pub fn newest(self) -> Arc<Loaded> {
        self.behind.unwrap_or(self.shown)
    }

    /// What somebody sees.
    pub fn seen_by(self, caller: &Caller) -> Arc<Loaded> {
        if caller.sees_behind(&self.shown.scope.board) { self.newest() } else { self.shown }
    }

    /// Both, if there are two: what everybody sees is the last.
    pub fn all(self) -> impl Iterator<Item = Arc<Loaded>> {
        self.behind.into_iter().chain([self.shown])
    }
}

/// A period to read from, by its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which window.
    pub window: WindowName,
    /// Which of its periods.
    pub period: String,
    /// The period as the store knows it.
    pub label: Label,
}

impl Loaded {
    /// A board as it is stored. The error says which window's calendar can't be read.
    pub fn new(id: &BoardId, stored: StoredBoard) -> Result<Self, AppError> {
        let scope = Scope::new(id.clone(), &stored.rules, stored.revision);
        let calendars = calendars(&stored.rules)?;
        Ok(Self { rules: stored.rules, scope, frozen_ms: stored.frozen_ms, calendars })
    }

    /// The periods that a submission of now counts in, `all` first.
    pub fn current(&self, now_ms: u64) -> Vec<Target> {
        let periods = self.calendars.iter().filter_map(|(window, calendar)| Some(target(window, &calendar.period(now_ms)?, false)));
        [Target::all()].into_iter().chain(periods).collect()
    }

    /// The periods that a submission of `at_ms` still counts in, `all` first.
    pub fn at(&self, at_ms: u64, now_ms: u64) -> Vec<Target> {
        let open = |(window, calendar): &(Window, Calendar)| {
            let period = calendar.period(at_ms)?;
            let is_current = u64::try_from(period.end_ms).is_ok_and(|end| end > now_ms);
            let target = target(window, &period, !is_current);
            (target.times[2] > now_ms).then_some(target)
        };
        [Target::all()].into_iter().chain(self.calendars.iter().filter_map(open)).collect()
    }

    /// One period of a window, by its id; without an id the current one.
    pub fn target(&self, window: &WindowName, period: Option<&str>, now_ms: u64) -> Result<Target, AppError> {
        if window.is_all() {
            return if period.is_none_or(|period| period == "all") { Ok(Target::all()) } else { Err(AppError::no(What::Period)) };
        }
        let (window, calendar) =
            self.calendars.iter().find(|(known, _)| known.name == *window).ok_or_else(|| AppError::no(What::Window))?;
        let current = calendar.period(now_ms);
        let Some(id) = period else {
            return current.map(|period| target(window, &period, false)).ok_or_else(|| AppError::no(What::Period));
        };
        let period = calendar.parse_period(id).ok_or_else(|| AppError::no(What::Period))?;
        let is_current = current.is_some_and(|current| current == period);
        Ok(target(window, &period, !is_current))
    }

    /// When the next period of any window closes, in ms since 1970.
    pub fn next_close(&self, now_ms: u64) -> Option<u64> {
        self.current(now_ms).iter().skip(1).map(|target| target.times[2]).min()
    }

    /// Until when a period of a window is kept, by the rules of now; `None` if the board has no such window any more.
    pub fn keeps_until(&self, window: &WindowName, end_ms: u64) -> Option<u64> {
        let (window, _) = self.calendars.iter().find(|(known, _)| known.name == *window)?;
        Some(end_ms + u64::from(window.keep_days) * DAY_MS)
    }
}

/// The calendar of each window; the error is for who wrote the rules.
pub fn calendars(rules: &Rules) -> Result<Vec<(Window, Calendar)>, AppError> {
    let wrong = |window: &Window, error: &CalendarError| AppError::invalid(Field::Windows, error.of_window(window.name.as_str()));
    let calendar =
        |window: &Window| Ok((window.clone(), Calendar::new(&window.every, &window.zone).map_err(|error| wrong(window, &error))?));
    rules.windows.iter().map(calendar).collect()
}

fn target(window: &Window, period: &Period, late: bool) -> Target {
    let ms = |time: i64| u64::try_from(time).unwrap_or(0);
    let (start, end) = (ms(period.start_ms), ms(period.end_ms));
    let close = end + u64::from(window.late_seconds) * 1000;
    Target { label: Label::new(&window.name, &period.id), times: [start, end, close, end + u64::from(window.keep_days) * DAY_MS], late }
}

/// The rules, as they were read.
#[derive(Clone)]
pub struct Reading {
    /// The rules.
    pub sides: Sides,
    /// The version that everybody sees, when they were read.
    pub version: u64,
    at: Instant,
}

/// What reads and writes of a board share.
pub struct Shared {
    /// Which board.
    pub id: BoardId,
    /// Where it is stored.
    pub store: Store,
    clock: Clock,
    reading: RwLock<Reading>,
    /// The newest version that this server has written.
    written: AtomicU64,
    /// Submissions that were written, or found to change nothing, since this was last asked.
    taken: AtomicU64,
    /// The board's time is never earlier than this, in ms since 1970: a clock that is set back does not open closed periods.
    floor: AtomicU64,
}

impl Shared {
    /// Reads a board; `None` if there is no such one.
    pub async fn open(store: Store, clock: Clock, id: BoardId) -> Result<Option<Self>, AppError> {
        let at = Instant::now();
        let Some(stored) = store.board(&id).await.map_err(from_store)? else { return Ok(None) };
        let version = stored.version;
        let reading = Reading { sides: Sides::new(&id, stored)?, version, at };
        let [written, taken, floor] = [const { AtomicU64::new(0) }; 3];
        Ok(Some(Self { id, store, clock, reading: RwLock::new(reading), written, taken, floor }))
    }

    /// Notes that so many submissions were taken.
    pub fn has_taken(&self, submissions: usize) {
        self.taken.fetch_add(submissions as u64, Ordering::Relaxed);
    }

    /// How many submissions were taken since this was last asked.
    pub fn taken(&self) -> u64 {
        self.taken.swap(0, Ordering::Relaxed)
    }

    /// The rules as they were last read, for whoever writes.
    pub fn loaded(&self) -> Arc<Loaded> {
        self.reading().sides.newest()
    }

    /// The rules as they were last read, and the version that they belong to.
    pub fn reading(&self) -> Reading {
        self.reading.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The rules, read again if that was a while ago; `None` if the board is gone.
    pub async fn fresh(&self) -> Result<Option<Sides>, AppError> {
        let reading = self.reading();
        if reading.at.elapsed() < FRESH { Ok(Some(reading.sides)) } else { Ok(self.read_again().await?.map(|reading| reading.sides)) }
    }

    /// Reads the rules again, for whoever writes; `None` if the board is gone.
    pub async fn reload(&self) -> Result<Option<Arc<Loaded>>, AppError> {
        Ok(self.read_again().await?.map(|reading| reading.sides.newest()))
    }

    /// Reads the rules again, with the version; `None` if the board is gone.
    pub async fn read_again(&self) -> Result<Option<Reading>, AppError> {
        let at = Instant::now();
        let Some(stored) = self.store.board(&self.id).await.map_err(from_store)? else { return Ok(None) };
        let (known, version) = (self.reading().sides, stored.version);
        let sides = if known.shown.scope.revision == stored.revision { known } else { Sides::new(&self.id, stored)? };
        let reading = Reading { sides, version, at };
        *self.reading.write().unwrap_or_else(PoisonError::into_inner) = reading.clone();
        Ok(Some(reading))
    }

    /// The newest version that this server has written; 0 before the first.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    /// Notes that this server has written a version. To be said before anybody is told of it. What goes on behind a frozen board is
    /// nothing that anybody waits for.
    pub fn has_written(&self, scope: &Scope, version: u64) {
        if !scope.is_behind {
            self.written.fetch_max(version, Ordering::AcqRel);
        }
    }

    /// The board's time, in ms since 1970.
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms().max(self.floor.load(Ordering::Relaxed))
    }

    /// Notes that the board's time is at least this.
    pub fn is_at_least(&self, now_ms: u64) {
        self.floor.fetch_max(now_ms, Ordering::Relaxed);
    }
}
