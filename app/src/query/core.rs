//! When a query is asked, asked again, given up and forgotten. No requests, no clock and no chance in here: whoever has them
//! tells what happened and does what comes of it, so that all of this can be tested anywhere.

use super::{Key, Options};
#[cfg(debug_assertions)]
use super::{QueryReport, QueryState};
use crate::{backoff, error::AppError, model::BoardId};
use std::{any::Any, mem, rc::Rc};

/// How long a failure is taken for the answer at most, in milliseconds, although whoever asks would take older data.
const FAILURE_MS: f64 = 1_000.0;

/// A value, of a type that only whoever asks for it knows.
pub type Value = Rc<dyn Any>;
/// What somebody expects to become of a value.
pub type Change = Rc<dyn Fn(&Value) -> Value>;

/// What happened.
#[derive(Clone)]
pub enum Event {
    /// Somebody uses a query, from now on like this.
    Join(Key, Options),
    /// Somebody uses it no more.
    Leave(Key),
    /// Somebody wants it asked, whatever its age.
    Refetch(Key),
    /// A request was answered: the one of this number.
    Answer(Key, u64, Result<Value, AppError>),
    /// Somebody looks at the page (again).
    Focus,
    /// The network is back.
    Online,
    /// A board has got so far.
    Version(BoardId, u64),
    /// A value is known from elsewhere, as of a version of its board.
    Seed(Key, Value, Option<u64>),
    /// A value is expected to change; the number tells one patch from another.
    Patch(Key, u64, Change),
    /// The patch of this number was wrong.
    Undo(Key, u64),
    /// The time has come that [`Cache::alarm`] told.
    Alarm,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Send a request and tell its answer with this number. The attempt, from 0, says how many failed just before.
    Fetch {
        /// What to ask for.
        key: Key,
        /// The request's number.
        flight: u64,
        /// Failures before it.
        attempt: u32,
    },
    /// Give the request up: nobody waits for its answer.
    Cancel(Key),
    /// Tell those who use it what is known now.
    Notify(Key),
}

/// What is known of a query.
#[derive(Clone, Default)]
pub struct Shown {
    /// The last good value.
    pub value: Option<Value>,
    /// Why there is no newer one, if it was asked for in vain.
    pub error: Option<AppError>,
    /// Whether it is being asked for.
    pub is_fetching: bool,
}

/// What is known of all queries. Times are in milliseconds, from whenever the clock began. There are a few of everything: lists are
/// as fast as maps then, and a fraction of their code.
#[derive(Default)]
pub struct Cache {
    entries: Vec<Entry>,
    /// How far each board is known to have got.
    versions: Vec<(BoardId, u64)>,
    /// Requests so far: an answer to an older one than the entry waits for is told by its number.
    flights: u64,
}

struct Entry {
    key: Key,
    options: Options,
    users: u32,
    /// Since when nobody uses it, if nobody does.
    left: f64,
    phase: Phase,
    value: Option<Value>,
    error: Option<AppError>,
    /// The board's version that the value or error holds at least.
    version: u64,
    /// When value or error came.
    settled: Option<f64>,
    /// Whether there is something newer, so that it is asked again without anybody doing anything.
    is_outdated: bool,
    patches: Patches,
}

/// What is expected to become of a value, and has not come from the server yet.
#[derive(Default)]
struct Patches {
    /// The value without them, once there was one.
    base: Option<Value>,
    /// Oldest first.
    changes: Vec<(u64, Change)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// No request is needed, as far as is known.
    Idle,
    /// A request is under way. It was sent when the board was known to have got to this version; somebody may have wanted it
    /// asked `again` since.
    Asking { flight: u64, attempt: u32, version: u64, again: bool },
    /// The last one failed: the next is sent then.
    Waiting { until: f64, attempt: u32 },
}

impl Entry {
    fn new(key: Key, options: Options, now: f64) -> Self {
        Self {
            key,
            options,
            users: 0,
            left: now,
            phase: Phase::Idle,
            value: None,
            error: None,
            version: 0,
            settled: None,
            is_outdated: false,
            patches: Patches::default(),
        }
    }

    /// When it is not fresh any more; `None` if there is nothing to be fresh.
    fn fresh_until(&self) -> Option<f64> {
        let stale_ms = if self.error.is_some() { self.options.stale_ms.min(FAILURE_MS) } else { self.options.stale_ms };
        self.settled.map(|settled| settled + stale_ms)
    }

    /// Whether it would be better asked again.
    fn is_stale(&self, now: f64) -> bool {
        self.fresh_until().is_none_or(|until| until <= now)
    }

    /// When it is to be asked without anybody doing anything.
    fn due(&self) -> Option<f64> {
        match self.phase {
            Phase::Waiting { until, .. } => Some(until),
            Phase::Idle if self.users > 0 && self.is_outdated => self.fresh_until(),
            Phase::Idle | Phase::Asking { .. } => None,
        }
    }

    /// When it is forgotten.
    fn end(&self) -> Option<f64> {
        (self.users == 0).then_some(self.left + self.options.cache_ms)
    }

    /// Takes a value as of a version; what was expected to become of the one before is in it, or never will be.
    fn put(&mut self, value: Value, version: u64) {
        (self.value, self.version, self.error) = (Some(value), version, None);
        self.patches = Patches::default();
    }

    /// Gives up what is under way, which is then to be asked again; what is to be done about it.
    fn give_up(&mut self) -> Vec<Act> {
        if mem::replace(&mut self.phase, Phase::Idle) == Phase::Idle {
            return Vec::new();
        }
        self.is_outdated = true;
        vec![Act::Cancel(self.key.clone())]
    }
}

impl Cache {
    /// What is known of a query.
    pub fn shown(&self, key: &Key) -> Shown {
        let shown =
            |entry: &Entry| Shown { value: entry.value.clone(), error: entry.error.clone(), is_fetching: entry.phase != Phase::Idle };
        self.entry(key).map(shown).unwrap_or_default()
    }

    /// Whether a request's answer is waited for.
    pub fn awaits(&self, key: &Key, number: u64) -> bool {
        self.entry(key).is_some_and(|entry| matches!(entry.phase, Phase::Asking { flight, .. } if flight == number))
    }

    /// When to tell [`Event::Alarm`], unless something else happens before.
    pub fn alarm(&self) -> Option<f64> {
        let times = self.entries.iter().flat_map(|entry| [entry.due(), entry.end()]);
        times.flatten().filter(|time| time.is_finite()).reduce(f64::min)
    }

    /// All that is known.
    #[cfg(debug_assertions)]
    pub fn report(&self, now: f64) -> Vec<QueryReport> {
        let report = |entry: &Entry| QueryReport {
            key: entry.key.clone(),
            age_ms: entry.settled.map(|settled| now - settled),
            state: match entry.phase {
                Phase::Asking { .. } => QueryState::Fetching,
                Phase::Waiting { .. } => QueryState::Waiting,
                Phase::Idle if entry.error.is_some() => QueryState::Failed,
                Phase::Idle if entry.is_outdated || entry.is_stale(now) => QueryState::Stale,
                Phase::Idle => QueryState::Fresh,
            },
            users: entry.users,
        };
        self.entries.iter().map(report).collect()
    }

    /// Takes what happened at `now`; `random` lies between 0 and 1.
    pub fn step(&mut self, event: Event, now: f64, random: f64) -> Vec<Act> {
        self.forget(now);
        let mut acts = match event {
            Event::Join(key, options) => self.join(key, options, now),
            Event::Leave(key) => self.leave(&key, now),
            Event::Refetch(key) => self.refetch(&key),
            Event::Answer(key, flight, answer) => self.settle(key, flight, answer, now, random),
            Event::Focus => self.fetch_all(|entry| entry.options.refetch_on_focus && entry.phase == Phase::Idle && entry.is_stale(now)),
            Event::Online => self.wake(now),
            Event::Version(board, version) => self.learn(board, version),
            Event::Seed(key, value, version) => self.seed(key, value, version, now),
            Event::Patch(key, patch, change) => self.patch(key, patch, change, now),
            Event::Undo(key, patch) => self.undo(key, patch),
            Event::Alarm => Vec::new(),
        };
        acts.extend(self.fetch_all(|entry| entry.due().is_some_and(|due| due <= now)));
        acts
    }

    /// Forgets what nobody has used for long.
    fn forget(&mut self, now: f64) {
        self.entries.retain(|entry| entry.end().is_none_or(|end| now < end));
    }

    fn join(&mut self, key: Key, options: Options, now: f64) -> Vec<Act> {
        let entry = self.entry_or_new(&key, options, now);
        entry.options = options;
        entry.users += 1;
        if entry.phase == Phase::Idle && entry.is_stale(now) { self.fetch(&key) } else { Vec::new() }
    }

    /// The last one who leaves stops what is under way.
    fn leave(&mut self, key: &Key, now: f64) -> Vec<Act> {
        let Some(entry) = self.entry_mut(key) else { return Vec::new() };
        entry.users = entry.users.saturating_sub(1);
        if entry.users > 0 {
            return Vec::new();
        }
        entry.left = now;
        let acts = entry.give_up();
        if entry.settled.is_none() {
            self.entries.retain(|entry| entry.key != *key);
        }
        acts
    }

    /// An answer that is under way may be from before whatever it is that makes somebody want it anew: there is one more then.
    fn refetch(&mut self, key: &Key) -> Vec<Act> {
        match self.entry_mut(key) {
            Some(Entry { phase: Phase::Asking { again, .. }, .. }) => {
                *again = true;
                Vec::new()
            }
            Some(entry) if entry.users > 0 => {
                entry.phase = Phase::Idle;
                self.fetch(key)
            }
            _ => Vec::new(),
        }
    }

    fn settle(&mut self, key: Key, number: u64, answer: Result<Value, AppError>, now: f64, random: f64) -> Vec<Act> {
        let known = self.version(&key);
        let Some(entry) = self.entry_mut(&key) else { return Vec::new() };
        let Phase::Asking { flight, attempt, version, again } = entry.phase else { return Vec::new() };
        if flight != number {
            return Vec::new();
        }
        match answer {
            Err(error) if error.may_pass() && attempt < entry.options.retries => {
                entry.phase = Phase::Waiting { until: now + backoff::pause(attempt, random), attempt: attempt + 1 };
                return Vec::new();
            }
            Err(error) => entry.error = Some(error),
            Ok(value) => entry.put(value, version),
        }
        (entry.phase, entry.settled) = (Phase::Idle, Some(now));
        entry.is_outdated = again || version < known;
        vec![Act::Notify(key)]
    }

    /// Those who wait for the network wait no longer.
    fn wake(&mut self, now: f64) -> Vec<Act> {
        for entry in &mut self.entries {
            if let Phase::Waiting { until, attempt } = &mut entry.phase {
                (*until, *attempt) = (now, 0);
            }
        }
        self.fetch_all(|entry| entry.options.refetch_on_reconnect && entry.phase == Phase::Idle && entry.is_stale(now))
    }

    /// Older answers are outdated. Pages are told of by themselves, so a version that goes back is merely late.
    fn learn(&mut self, board: BoardId, version: u64) -> Vec<Act> {
        let at = self.versions.iter().position(|(known, _)| *known == board);
        if at.is_some_and(|at| version <= self.versions[at].1) {
            return Vec::new();
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.key.board.as_ref() == Some(&board)) {
            entry.is_outdated |= entry.settled.is_some() && entry.version < version;
        }
        match at {
            Some(at) => self.versions[at].1 = version,
            None => self.versions.push((board, version)),
        }
        Vec::new()
    }

    /// What an answer said stays: it may be newer than it is known to be. A request that is under way is not needed any more.
    fn seed(&mut self, key: Key, value: Value, version: Option<u64>, now: f64) -> Vec<Act> {
        if let (Some(board), Some(version)) = (&key.board, version) {
            self.learn(board.clone(), version);
        }
        let known = self.version(&key);
        let entry = self.entry_or_new(&key, Options::default(), now);
        if entry.value.is_some() {
            return Vec::new();
        }
        let mut acts = entry.give_up();
        entry.put(value, version.unwrap_or(0));
        (entry.settled, entry.is_outdated) = (Some(now), entry.version < known);
        acts.push(Act::Notify(key));
        acts
    }

    /// An answer that is under way would undo it for a moment: it is asked for later.
    fn patch(&mut self, key: Key, patch: u64, change: Change, now: f64) -> Vec<Act> {
        let Some(entry) = self.entry_mut(&key) else { return Vec::new() };
        let Some(before) = entry.value.take() else { return Vec::new() };
        entry.value = Some(change(&before));
        entry.patches.base.get_or_insert(before);
        entry.patches.changes.push((patch, change));
        entry.settled = Some(now);
        let mut acts = entry.give_up();
        acts.push(Act::Notify(key));
        acts
    }

    /// Does the other patches over again without this one, unless newer data has come in their place.
    fn undo(&mut self, key: Key, patch: u64) -> Vec<Act> {
        let Some(entry) = self.entry_mut(&key) else { return Vec::new() };
        let Patches { base: Some(base), changes } = &mut entry.patches else { return Vec::new() };
        let Some(at) = changes.iter().position(|(number, _)| *number == patch) else { return Vec::new() };
        changes.remove(at);
        entry.value = Some(changes.iter().fold(base.clone(), |value, (_, change)| change(&value)));
        // What was refused may have counted all the same.
        entry.is_outdated = true;
        vec![Act::Notify(key)]
    }

    fn entry(&self, key: &Key) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }

    fn entry_mut(&mut self, key: &Key) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == *key)
    }

    fn entry_or_new(&mut self, key: &Key, options: Options, now: f64) -> &mut Entry {
        let at = self.entries.iter().position(|entry| entry.key == *key).unwrap_or_else(|| {
            self.entries.push(Entry::new(key.clone(), options, now));
            self.entries.len() - 1
        });
        &mut self.entries[at]
    }

    /// How far the board of a query is known to have got.
    fn version(&self, key: &Key) -> u64 {
        let known = self.versions.iter().find(|(board, _)| key.board.as_ref() == Some(board));
        known.map_or(0, |(_, version)| *version)
    }

    /// Asks for those that are used and meant.
    fn fetch_all(&mut self, is_meant: impl Fn(&Entry) -> bool) -> Vec<Act> {
        let meant = self.entries.iter().filter(|entry| entry.users > 0 && is_meant(entry));
        let keys: Vec<Key> = meant.map(|entry| entry.key.clone()).collect();
        keys.iter().flat_map(|key| self.fetch(key)).collect()
    }

    fn fetch(&mut self, key: &Key) -> Vec<Act> {
        let (version, flight) = (self.version(key), self.flights + 1);
        let Some(entry) = self.entry_mut(key) else { return Vec::new() };
        let attempt = if let Phase::Waiting { attempt, .. } = entry.phase { attempt } else { 0 };
        entry.phase = Phase::Asking { flight, attempt, version, again: false };
        self.flights = flight;
        vec![Act::Fetch { key: key.clone(), flight, attempt }, Act::Notify(key.clone())]
    }
}

#[cfg(test)]
mod tests;
