//! Whether what viewers show at a version is what the server says of that version.

use crate::{http::Connection, options::Options};
use app::protocol::Digest;
use serde::Serialize;
use std::{
    collections::HashMap,
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};

/// How long to wait with asking again a server that did not answer.
const PAUSE: Duration = Duration::from_millis(100);

/// What pages showed at their versions: as many states as there were, whatever the number of viewers.
#[derive(Default)]
pub struct Truth(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    /// By the page's first place and the board's version.
    states: HashMap<(u64, u64), State>,
    newest: u64,
    /// Versions that were given a second time, after the store had lost data.
    twice: Vec<RangeInclusive<u64>>,
}

#[derive(Default)]
struct State {
    /// By the server, when it was asked.
    told: Option<Digest>,
    /// By viewers, and how many.
    shown: Vec<(Digest, u64)>,
}

/// What came of the comparison.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Compared {
    /// States that viewers showed, each counted once.
    pub states_shown: u64,
    /// Those of them that the server was asked about at that very version.
    pub versions_compared: u64,
    /// How often viewers showed one of these.
    pub views_compared: u64,
    /// How often what they showed was something else than the server said.
    pub mismatched: u64,
    /// How often it was something else than most others showed, at versions that the server was not asked about.
    pub disagreeing: u64,
    /// Times that the server's version went back: its store has lost data.
    pub rewinds: u64,
}

impl Truth {
    /// A viewer shows a page like this at this version.
    pub fn shown(&self, from: u64, version: u64, digest: Digest) {
        let mut inner = self.lock();
        inner.newest = inner.newest.max(version);
        let shown = &mut inner.states.entry((from, version)).or_default().shown;
        match shown.iter_mut().find(|(known, _)| *known == digest) {
            Some((_, viewers)) => *viewers += 1,
            None => shown.push((digest, 1)),
        }
    }

    /// The server says that a page is like this at this version.
    pub fn told(&self, from: u64, version: u64, digest: Digest) {
        let mut inner = self.lock();
        inner.newest = inner.newest.max(version);
        inner.states.entry((from, version)).or_default().told = Some(digest);
    }

    /// The server's version has gone back to this one.
    pub fn went_back(&self, to: u64) {
        let mut inner = self.lock();
        let twice = to..=inner.newest;
        inner.twice.push(twice);
        inner.newest = to;
    }

    /// What came of it all.
    pub fn compare(&self) -> Compared {
        let inner = self.lock();
        let mut compared = Compared { rewinds: inner.twice.len() as u64, ..Compared::default() };
        let known_once = |version: &u64| !inner.twice.iter().any(|twice| twice.contains(version));
        for (_, state) in inner.states.iter().filter(|((_, version), _)| known_once(version)) {
            state.compare(&mut compared);
        }
        compared
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn compare(&self, into: &mut Compared) {
        let all: u64 = self.shown.iter().map(|(_, viewers)| viewers).sum();
        into.states_shown += u64::from(all > 0);
        match self.told {
            Some(told) => {
                let right: u64 = self.shown.iter().filter(|(digest, _)| *digest == told).map(|(_, viewers)| viewers).sum();
                into.versions_compared += u64::from(all > 0);
                into.views_compared += all;
                into.mismatched += all - right;
            }
            None => into.disagreeing += all - self.shown.iter().map(|(_, viewers)| *viewers).max().unwrap_or(0),
        }
    }
}

/// Asks every server for the watched pages, one after the other, so many times a second, until dropped.
pub fn ask(options: &Options, truth: &Arc<Truth>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let servers = if options.truth_rate == 0 || options.viewers == 0 { 0 } else { options.urls.len() };
    for server in 0..servers {
        tasks.spawn(ask_one(options.clone(), server, truth.clone()));
    }
    tasks
}

async fn ask_one(options: Options, server: usize, truth: Arc<Truth>) {
    let mut turn = interval(Duration::from_secs(1) / options.truth_rate);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let places = options.places().into_iter().cycle();
    let (mut connection, mut last) = (None, 0);
    for from in places {
        turn.tick().await;
        let page = async {
            let mut open = match connection.take() {
                Some(open) => open,
                None => Connection::open(options.server(server)).await?,
            };
            let page = open.page(from, options.page_rows()).await?;
            connection = Some(open);
            anyhow::Ok(page)
        };
        let Ok(page) = page.await else {
            sleep(PAUSE).await;
            continue;
        };
        if page.version < last {
            truth.went_back(page.version);
        }
        last = page.version;
        truth.told(from, page.version, page.digest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_must_be_what_is_told() {
        let truth = Truth::default();
        (0..3).for_each(|_| truth.shown(1, 10, Digest(7)));
        truth.told(1, 10, Digest(7));
        // Told first, and shown wrongly by one of two.
        truth.told(1, 11, Digest(8));
        truth.shown(1, 11, Digest(8));
        truth.shown(1, 11, Digest(9));
        // Another page of the same version; nobody was asked about it, and viewers disagree.
        truth.shown(51, 11, Digest(1));
        truth.shown(51, 11, Digest(1));
        truth.shown(51, 11, Digest(2));
        // Nobody shows it.
        truth.told(1, 12, Digest(3));
        let expected = Compared { states_shown: 3, versions_compared: 2, views_compared: 5, mismatched: 1, disagreeing: 1, rewinds: 0 };
        assert_eq!(truth.compare(), expected);
    }

    #[test]
    fn versions_that_were_given_twice_prove_nothing() {
        let truth = Truth::default();
        truth.shown(1, 10, Digest(7));
        truth.shown(1, 12, Digest(8));
        truth.went_back(11);
        truth.told(1, 12, Digest(9));
        truth.told(1, 13, Digest(9));
        truth.shown(1, 13, Digest(1));
        truth.told(1, 10, Digest(7));
        let expected = Compared { states_shown: 2, versions_compared: 2, views_compared: 2, mismatched: 1, disagreeing: 0, rewinds: 1 };
        assert_eq!(truth.compare(), expected);
    }
}
