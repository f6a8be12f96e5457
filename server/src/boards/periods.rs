//! Periods: listed, and closed when their time has come.

use super::{
    Boards,
    answers::{PeriodInfo, PeriodList},
    board::DAY_MS,
    caller::Caller,
    cursor::no_cursor,
    from_store,
    read::Period,
};
use crate::valkey::{
    functions::{
        Declined,
        period::{PeriodState, Phase},
    },
    keys::Label,
};
use app::{
    error::{AppError, What},
    i18n::{day, minute},
    model::{BoardId, WindowName},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info};

/// How often the job looks for periods whose time has come.
const TICK: Duration = Duration::from_secs(1);
/// Ticks between two looks for boards that other servers have created.
const LIST_EVERY: u64 = 5;
/// The longest a board goes unlooked at, in ms: another server may have changed its windows.
const LOOK_MS: u64 = 30_000;
/// Time between two looks at how old a board's log is, in ms.
const TRIM_MS: u64 = 10 * 60 * 1000;
/// Ids of boards that are read at once.
const IDS: u32 = 1_000;

/// A period's id as whoever reads what is written at the moment writes it: a day, and `20261121T110000Z`, a minute in UTC; the others can be read as they are.
pub fn spoken(period: &str) -> Cow<'_, str> {
    let day = || Some(day(ms_of(period.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())?));
    let minute = || Some(format!("{} UTC", minute(ms_of(period.parse().ok()?)?)));
    day().or_else(minute).map_or(Cow::Borrowed(period), Cow::Owned)
}

fn ms_of(time: Timestamp) -> Option<u64> {
    u64::try_from(time.as_millisecond()).ok()
}

impl Boards {
    /// Periods that were submitted to and are still kept, newest first; those of one window if it is named.
    pub async fn periods(
        &self,
        caller: Caller,
        board: &BoardId,
        window: Option<WindowName>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<PeriodList, AppError> {
        let (loaded, _) = self.place(caller, board, &Period::default()).await?;
        if let Some(window) = window.as_ref().filter(|window| !window.is_all())
            && !loaded.rules.windows.iter().any(|known| known.name == *window)
        {
            return Err(AppError::no(What::Window));
        }
        let read = self.store.periods(&loaded.scope).await.map_err(from_store)?;
        let mut periods: Vec<_> = read.periods.iter().filter_map(|(label, state)| info_of(label, state)).collect();
        periods.retain(|period| window.as_ref().is_none_or(|window| period.window == *window));
        periods.sort_by(|a, b| order_of(b).cmp(&order_of(a)));
        let from = match cursor {
            Some(cursor) => after(&periods, cursor)?,
            None => 0,
        };
        let next_cursor = periods.get(from + limit).and_then(|_| periods.get(from + limit - 1)).map(cursor_of);
        let periods = periods.into_iter().skip(from).take(limit).collect();
        Ok(PeriodList { board: board.clone(), version: read.version, periods, next_cursor })
    }

    /// Closes periods when their time has come and drops those that are no longer kept, until `ending`. Every server does this;
    /// the store lets each period be closed once.
    pub async fn keep_closing(self: Arc<Self>, ending: CancellationToken) {
        let mut turn = interval(TICK);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut due: HashMap<BoardId, u64> = HashMap::new();
        let mut trimmed: HashMap<BoardId, u64> = HashMap::new();
        let mut ticks = 0_u64;
        while ending.run_until_cancelled(turn.tick()).await.is_some() {
            // A store that is away is in the log already; the next tick tries again.
            if ticks.is_multiple_of(LIST_EVERY)
                && let Ok(ids) = self.all_ids().await
            {
                let ids: HashSet<_> = ids.into_iter().collect();
                due.retain(|id, _| ids.contains(id));
                trimmed.retain(|id, _| ids.contains(id));
                for id in ids {
                    due.entry(id).or_default();
                }
            }
            ticks += 1;
            let now_ms = self.clock.now_ms();
            for (board, next) in &mut due {
                if *next <= now_ms {
                    match self.close_due(board).await {
                        Ok(at) => *next = at,
                        Err(AppError::NotFound { .. }) => {}
                        // What is away for one board is away for all.
                        Err(_) => break,
                    }
                }
                let trim = trimmed.entry(board.clone()).or_default();
                if *trim + TRIM_MS <= now_ms && self.trim_log(board).await.is_ok() {
                    *trim = now_ms;
                }
            }
        }
    }

    /// Closes the periods of a board whose time has come, and drops those that are no longer kept. Returns when to look again, in
    /// ms since 1970.
    pub async fn close_due(&self, board: &BoardId) -> Result<u64, AppError> {
        let open = self.board(board).await?;
        loop {
            let loaded = open.shared.fresh().await?.ok_or_else(|| AppError::no(What::Board))?.newest();
            let now_ms = open.shared.now_ms();
            let mut next = loaded.next_close(now_ms).unwrap_or(u64::MAX).min(now_ms + LOOK_MS);
            let mut declined = false;
            for (label, state) in self.store.periods(&loaded.scope).await.map_err(from_store)?.periods {
                let [_, end, close, expires] = state.times;
                match state.phase {
                    Phase::Open if close <= now_ms => {
                        let Some((window, period)) = label.parts() else { continue };
                        let expires = loaded.keeps_until(&window, end).unwrap_or(expires);
                        match self.store.close_period(&loaded.scope, &label, expires, now_ms).await.map_err(from_store)? {
                            Ok(true) => info!(board.id = %board, window = %window, period, "period closed"),
                            Ok(false) => debug!(board.id = %board, window = %window, period, "period closed by another server"),
                            Err(Declined::NoBoard) if !loaded.scope.is_behind => return Err(AppError::no(What::Board)),
                            Err(_) => declined = true,
                        }
                        next = next.min(expires);
                    }
                    Phase::Open => next = next.min(close),
                    Phase::Closed { .. } | Phase::Aside if expires <= now_ms => {
                        self.store.forget_period(&loaded.scope, &label, Some(now_ms)).await.map_err(from_store)?;
                    }
                    Phase::Closed { .. } | Phase::Aside => next = next.min(expires),
                }
            }
            if !declined {
                return Ok(next.max(now_ms + 1));
            }
            open.shared.reload().await?;
        }
    }

    /// Drops what a board's log no longer has to keep: records older than its rules say. Their number is kept to at each write.
    pub async fn trim_log(&self, board: &BoardId) -> Result<u64, AppError> {
        let open = self.board(board).await?;
        let loaded = open.shared.fresh().await?.ok_or_else(|| AppError::no(What::Board))?.newest();
        let oldest = open.shared.now_ms().saturating_sub(u64::from(loaded.rules.log.days) * DAY_MS);
        self.store.trim_log(board, oldest).await.map_err(from_store)
    }

    /// The ids of all boards, in the order of the alphabet.
    pub(super) async fn all_ids(&self) -> Result<Vec<BoardId>, AppError> {
        let mut all: Vec<BoardId> = Vec::new();
        loop {
            let ids = self.store.board_ids(all.last(), IDS).await.map_err(from_store)?;
            let is_last = ids.len() < IDS as usize;
            all.extend(ids);
            if is_last {
                return Ok(all);
            }
        }
    }
}

fn info_of(label: &Label, state: &PeriodState) -> Option<PeriodInfo> {
    let (window, period) = label.parts()?;
    let [start, end, _, kept_until] = state.times;
    let (state, total, closed_at) = match state.phase {
        Phase::Open => ("open", None, None),
        Phase::Closed { total, closed_ms, .. } => ("closed", Some(total), Some(closed_ms)),
        Phase::Aside => return None,
    };
    Some(PeriodInfo { window, period: period.to_owned(), state, start, end, kept_until, total, closed_at })
}

fn order_of(period: &PeriodInfo) -> (u64, &str, &str) {
    (period.start, period.window.as_str(), period.period.as_str())
}

fn cursor_of(period: &PeriodInfo) -> String {
    format!("{}:{}:{}", period.start, period.window, period.period)
}

/// The place after the period that a cursor names. The period may be gone by now: then it is that of the next older one.
fn after(periods: &[PeriodInfo], cursor: &str) -> Result<usize, AppError> {
    let (start, rest) = cursor.split_once(':').ok_or_else(no_cursor)?;
    let (window, period) = rest.split_once(':').ok_or_else(no_cursor)?;
    let last = (start.parse().map_err(|_| no_cursor())?, window, period);
    Ok(periods.partition_point(|period| order_of(period) >= last))
}
