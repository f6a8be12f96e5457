//! Which periods there are, and when they close.

use super::{DAY, Naive, Named, Slot, Table, all};
use crate::calendar::span;
use app::{
    error::{AppError, What},
    model::{Window, WindowName},
};
use server::boards::answers::PeriodInfo;

impl Naive {
    pub(super) fn slot(window: &Window, at: u64) -> Slot {
        let span = span(window, at);
        let close = span.end + u64::from(window.late_seconds) * 1000;
        let kept = span.end + u64::from(window.keep_days) * DAY;
        Slot { window: window.name.clone(), period: span.id, times: [span.start, span.end, close, kept] }
    }

    pub(super) fn current(&self, now: u64) -> Vec<Slot> {
        [all()].into_iter().chain(self.rules.windows.iter().map(|window| Self::slot(window, now))).collect()
    }

    /// The periods of an instant that still take submissions.
    pub(super) fn open_at(&self, at: u64, now: u64) -> Vec<Slot> {
        let slots = self.rules.windows.iter().map(|window| Self::slot(window, at));
        let open = |slot: &Slot| slot.times[2] > now && !self.is_closed(slot);
        [all()].into_iter().chain(slots.filter(open)).collect()
    }

    pub(super) fn named(&self, named: &Named, now: u64) -> Result<Slot, AppError> {
        if named.window.is_all() {
            return Ok(all());
        }
        let window = self.rules.windows.iter().find(|window| window.name == named.window).ok_or_else(|| AppError::no(What::Window))?;
        Ok(Self::slot(window, named.at.unwrap_or(now)))
    }

    /// The id of the period of an instant.
    pub fn period_id(&self, window: &WindowName, at: u64) -> Option<String> {
        self.rules.windows.iter().find(|known| known.name == *window).map(|window| Self::slot(window, at).period)
    }

    pub(super) fn table(&self, slot: &Slot) -> Option<&Table> {
        self.tables.iter().find(|table| table.slot.window == slot.window && table.slot.period == slot.period)
    }

    pub(super) fn table_mut(&mut self, slot: &Slot) -> &mut Table {
        let same = |table: &Table| table.slot.window == slot.window && table.slot.period == slot.period;
        let at = self.tables.iter().position(same).unwrap_or_else(|| {
            self.tables.push(Table { slot: slot.clone(), closed: None, entries: Vec::new() });
            self.tables.len() - 1
        });
        &mut self.tables[at]
    }

    pub(super) fn is_closed(&self, slot: &Slot) -> bool {
        self.table(slot).is_some_and(|table| table.closed.is_some())
    }

    /// The time of a write: a clock that is behind periods that are closed already is not believed any more.
    pub(super) fn time_to_write(&mut self, clock: u64, slots: impl Fn(&Self, u64) -> Vec<Slot>) -> u64 {
        let now = self.now(clock);
        if slots(self, now).iter().any(|slot| slot.times[0] <= now && now < slot.times[1] && self.is_closed(slot)) {
            self.floor = self.floor.max(self.updated);
        }
        self.now(clock)
    }

    /// Periods that were written to, besides `all`: an instant in each.
    pub fn known_periods(&self) -> Vec<Named> {
        self.tables[1..].iter().map(|table| Named { window: table.slot.window.clone(), at: Some(table.slot.times[0]) }).collect()
    }

    /// Closes periods whose time has come and forgets those that are no longer kept.
    pub fn close_due(&mut self, clock: u64) {
        let now = self.now(clock);
        self.tables.retain(|table| table.closed.is_none() || table.slot.times[3] > now);
        self.asides.retain(|(_, until)| *until > now);
        for at in 1..self.tables.len() {
            if self.tables[at].closed.is_none() && self.tables[at].slot.times[2] <= now {
                let kept = self.keeps_until(&self.tables[at].slot);
                let total = self.sorted_in(&self.tables[at].slot).len() as u64;
                let table = &mut self.tables[at];
                table.closed = Some((total, now));
                table.slot.times[3] = kept;
                self.changed(now);
            }
        }
    }

    fn keeps_until(&self, slot: &Slot) -> u64 {
        let window = self.rules.windows.iter().find(|window| window.name == slot.window);
        window.map_or(slot.times[3], |window| slot.times[1] + u64::from(window.keep_days) * DAY)
    }

    pub fn periods(&self, window: Option<&WindowName>) -> Vec<PeriodInfo> {
        let mut tables: Vec<_> = self.tables[1..].iter().filter(|table| window.is_none_or(|window| table.slot.window == *window)).collect();
        tables.sort_by_key(|table| (table.slot.times[0], table.slot.window.as_str(), table.slot.period.as_str()));
        let info = |table: &Table| PeriodInfo {
            window: table.slot.window.clone(),
            period: table.slot.period.clone(),
            state: if table.closed.is_some() { "closed" } else { "open" },
            start: table.slot.times[0],
            end: table.slot.times[1],
            kept_until: table.slot.times[3],
            total: table.closed.map(|(total, _)| total),
            closed_at: table.closed.map(|(_, at)| at),
        };
        tables.into_iter().rev().map(info).collect()
    }
}
