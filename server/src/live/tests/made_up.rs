use super::super::source::Source;
use crate::{
    boards::{
        caller::Caller,
        live::{PageRead, PageSpec, PagesRead, StandingsRead},
        rights::Right,
    },
    valkey::feed::Moved,
};
use app::{
    backend::Answer,
    error::{AppError, What},
    model::{BoardId, Face, PlayerId, Score, WindowName, percentile},
    protocol::{MyStanding, Row},
};
use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard},
};
use tokio::{sync::watch, time::Instant};

/// A board that is made up: its rows stand in a list, best first.
pub struct MadeUp {
    state: Mutex<State>,
    said: watch::Sender<Moved>,
}

pub struct State {
    pub version: u64,
    pub rows: Vec<(String, i64)>,
    pub period: String,
    pub revision: String,
    pub is_open: bool,
    pub is_gone: bool,
    pub is_away: bool,
    /// When which pages were read.
    pub reads: Vec<(Instant, Vec<PageSpec>)>,
    /// When how many players' standings were read.
    pub player_reads: Vec<(Instant, usize)>,
    pub listeners: usize,
}

impl MadeUp {
    /// One with so many players: `p0` is the best.
    pub fn new(players: usize) -> Self {
        let rows = (0..players).map(|n| (format!("p{n}"), 1_000_000 - 10 * n as i64)).collect();
        let state = State {
            version: 1,
            rows,
            period: "2026-11-21".to_owned(),
            revision: "first".to_owned(),
            is_open: true,
            is_gone: false,
            is_away: false,
            reads: Vec::new(),
            player_reads: Vec::new(),
            listeners: 0,
        };
        Self { state: Mutex::new(state), said: watch::channel(Moved::default()).0 }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Changes something, without a word.
    pub fn change_silently(&self, change: impl FnOnce(&mut State)) -> u64 {
        let mut state = self.state();
        change(&mut state);
        state.rows.sort_by_key(|(_, score)| -score);
        state.version += 1;
        state.version
    }

    /// Changes something, and says so.
    pub fn change(&self, change: impl FnOnce(&mut State)) -> u64 {
        let version = self.change_silently(change);
        self.said.send_modify(|moved| moved.version = version);
        version
    }

    /// Gives a player a score.
    pub fn score(&self, player: &str, score: i64) -> u64 {
        self.change(|state| match state.rows.iter_mut().find(|(known, _)| known == player) {
            Some(row) => row.1 = score,
            None => state.rows.push((player.to_owned(), score)),
        })
    }

    /// Says that something may have been missed.
    pub fn miss(&self) {
        self.said.send_modify(|moved| moved.missed += 1);
    }

    /// The rows of a page, as they are now.
    pub fn page(&self, first: usize, rows: usize) -> Vec<Row> {
        page(&self.state(), first, rows)
    }
}

fn page(state: &State, first: usize, rows: usize) -> Vec<Row> {
    let row = |(at, (player, score)): (usize, &(String, i64))| Row {
        rank: at as u64 + 1,
        player_id: PlayerId::stored(player),
        face: Face::named(player),
        score: Score::unbounded(*score, 0),
        tiebreaks: Vec::new(),
    };
    state.rows.iter().enumerate().skip(first).take(rows).map(row).collect()
}

impl State {
    fn period_of(&self, window: &WindowName) -> String {
        if window.is_all() { "all".to_owned() } else { self.period.clone() }
    }

    fn answer<T>(&self, answer: T) -> Result<T, AppError> {
        match (self.is_away, self.is_gone) {
            (true, _) => Err(AppError::Unavailable),
            (_, true) => Err(AppError::no(What::Board)),
            _ => Ok(answer),
        }
    }
}

impl Source for MadeUp {
    fn can_watch<'a>(&'a self, caller: Caller, board: &'a BoardId, window: &'a WindowName, _: Option<&'a str>) -> Answer<'a, ()> {
        let state = self.state();
        let may = caller.may(Right::Read, Some(board)) || state.is_open;
        let answer = match may && !state.is_gone {
            true if window.as_str() == "yearly" => Err(AppError::no(What::Window)),
            true => Ok(()),
            false => Err(AppError::no(What::Board)),
        };
        Box::pin(std::future::ready(answer))
    }

    fn pages<'a>(&'a self, _: &'a BoardId, wanted: &'a [PageSpec]) -> Answer<'a, PagesRead> {
        let mut state = self.state();
        state.reads.push((Instant::now(), wanted.to_vec()));
        let one = |spec: &PageSpec| {
            Ok(PageRead {
                period: spec.period.clone().unwrap_or_else(|| state.period_of(&spec.window)),
                total: state.rows.len() as u64,
                rows: page(&state, spec.first as usize, spec.rows as usize),
            })
        };
        let pages = wanted.iter().map(one).collect();
        let read =
            PagesRead { version: state.version, updated_ms: 0, revision: state.revision.as_str().into(), is_open: state.is_open, pages };
        Box::pin(std::future::ready(state.answer(read)))
    }

    fn standings<'a>(&'a self, _: &'a BoardId, window: &'a WindowName, players: &'a [PlayerId]) -> Answer<'a, StandingsRead> {
        let mut state = self.state();
        state.player_reads.push((Instant::now(), players.len()));
        let total = state.rows.len() as u64;
        let standing = |player: &PlayerId| {
            let at = state.rows.iter().position(|(known, _)| known == player.as_str())? as u64;
            let score = Score::unbounded(state.rows[at as usize].1, 0);
            Some(MyStanding {
                name: player.to_string(),
                rank: at + 1,
                place: at + 1,
                score,
                tiebreaks: Vec::new(),
                percentile: percentile(at, total),
                ahead: None,
            })
        };
        let standings = players.iter().map(|player| (standing(player), standing(player))).collect();
        let period = state.period_of(window);
        let read = StandingsRead { version: state.version, is_open: state.is_open, period, total, standings };
        Box::pin(std::future::ready(state.answer(read)))
    }

    fn moment<'a>(&'a self, _: &'a BoardId, windows: &'a [WindowName]) -> Answer<'a, (u64, Vec<Option<String>>)> {
        let state = self.state();
        let periods = windows.iter().map(|window| Some(state.period_of(window))).collect();
        Box::pin(std::future::ready(state.answer((state.version, periods))))
    }

    fn subscribe<'a>(&'a self, _: &'a BoardId) -> Answer<'a, watch::Receiver<Moved>> {
        self.state().listeners += 1;
        Box::pin(std::future::ready(Ok(self.said.subscribe())))
    }

    fn unsubscribe<'a>(&'a self, _: &'a BoardId) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        self.state().listeners -= 1;
        Box::pin(std::future::ready(()))
    }
}
