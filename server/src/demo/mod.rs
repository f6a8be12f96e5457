//! The demo: boards with people on them and months behind them, who go on playing.
//!
//! - `world`: who plays · `boards`: what they play on, and how they do
//! - this file: the months that have passed, and what happens from then on

mod boards;
mod world;

use crate::{
    boards::{Boards, answers::BoardInfo, caller::Caller, clock::Clock, moderation::ModerationChange},
    valkey::{
        StoreError,
        functions::{Store, demo::DemoState},
    },
};
use app::{
    error::AppError,
    model::{BoardId, Country, ModerationState, PlayerId, PlayerName, PlayerProfile, time::DAY_MS},
};
use boards::{GAMES, Game};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{info, instrument::WithSubscriber, subscriber::NoSubscriber, warn};
use world::Person;

/// Steps that a day is filled in, so that times of the day tell.
const STEPS: u64 = 24;
/// Scores of an hour with everybody awake, on all boards together.
const AN_HOUR: f64 = 40.0;

/// How the demo plays.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Demo {
    /// Other people and other scores with another number
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// How many scores come in a second, about
    #[arg(long, default_value_t = 3.0, value_parser = rate)]
    pub rate: f64,

    /// How many days have passed
    #[arg(skip = 60_u64)]
    pub days: u64,
}

fn rate(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|rate| (0.0..=1_000.0).contains(rate)).ok_or_else(|| "a number from 0 to 1000".to_owned())
}

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There are boards that somebody needs.
    #[error("the demo fills boards of its own, and here is “{0}”: give it another folder (--data-dir), or an empty Valkey")]
    Occupied(BoardId),
    /// The store.
    #[error("the demo's boards can't be filled")]
    Store(#[from] StoreError),
    /// The boards.
    #[error("the demo's boards can't be filled: {0}")]
    Boards(#[from] AppError),
}

impl Demo {
    /// Fills an empty store with what has happened in these days. One that the demo has filled before stays as it is; where it was interrupted, it begins
    /// anew.
    pub async fn fill(&self, store: Store) -> Result<(), DemoError> {
        let now = Clock::default().now_ms();
        let time = Arc::new(AtomicU64::new(now - self.days * DAY_MS));
        let told = time.clone();
        // The boards live through it: their clock goes from day to day, and periods open and close in it.
        let boards = Boards::open(store.clone(), Clock::new(move || told.load(Ordering::Relaxed))).await?;
        loop {
            match store.demo().await? {
                DemoState::Filled => return Ok(()),
                // Before anybody else is kept from it.
                DemoState::New => must_be_empty(&boards).await?,
                DemoState::Begun => {}
            }
            if store.lease_demo(false).await? {
                break;
            }
            // Another LeaderPort is at it.
            sleep(Duration::from_secs(1)).await;
        }
        match store.demo().await? {
            DemoState::Filled => return Ok(store.leave_demo().await?),
            DemoState::Begun => clear(&boards).await?,
            DemoState::New => {}
        }
        store.set_demo(DemoState::Begun).await?;
        info!("filling the demo's boards: {} days in some seconds", self.days);
        let people = world::people(self.seed);
        found(&boards, &people).await?;
        // Hundreds of periods end meanwhile: whoever reads the log need not know each of them.
        let counted = self.live(&store, &boards, &people, &time, now).with_subscriber(NoSubscriber::new()).await?;
        time.store(now, Ordering::Relaxed);
        trouble(&boards, &people).await?;
        store.set_demo(DemoState::Filled).await?;
        store.leave_demo().await?;
        info!(submissions = counted, players = people.len(), "the demo's boards are full");
        Ok(())
    }

    /// Plays day after day up to now, by a clock that this turns; how many scores that were.
    async fn live(&self, store: &Store, boards: &Boards, people: &[Person], time: &AtomicU64, now: u64) -> Result<usize, DemoError> {
        let mut random = StdRng::seed_from_u64(self.seed ^ 0x5eed);
        let mut counted = 0;
        for step in 0..self.days * STEPS {
            store.lease_demo(true).await?;
            let began = now - self.days * DAY_MS + step * DAY_MS / STEPS;
            for (number, game) in (0_u64..).zip(&GAMES) {
                // Each board has its own minutes of the hour, one after the other.
                let share = DAY_MS / STEPS / GAMES.len() as u64;
                let at = began + number * share + random.random_range(0..share);
                time.store(at, Ordering::Relaxed);
                boards.close_due(&game.board()).await?;
                let day = (at + self.days * DAY_MS - now) as f64 / DAY_MS as f64;
                let turn = Turn { at, day, share: day / self.days as f64 };
                counted += play(boards, game, people, &mut random, turn).await?;
            }
        }
        Ok(counted)
    }

    /// Goes on playing until `ending`.
    pub async fn keep_playing(self, boards: Arc<Boards>, ending: CancellationToken) {
        let people = world::people(self.seed);
        let mut random = StdRng::seed_from_u64(self.seed ^ 0x0011_fe00);
        if self.rate <= 0.0 {
            return;
        }
        loop {
            let pause = Duration::from_secs_f64(random.random_range(0.4..1.6) / self.rate);
            if ending.run_until_cancelled(sleep(pause)).await.is_none() {
                break;
            }
            let game = &GAMES[random.random_range(0..GAMES.len())];
            let turn = Turn { at: Clock::default().now_ms(), day: self.days as f64, share: 1.0 };
            let Some(person) = somebody(&people, game, &mut random, turn) else { continue };
            let submission = game.submission(person, turn.day, &mut random);
            let sent = match submission {
                Ok(submission) => boards.submit(Caller::Admin, &game.board(), submission).await,
                Err(error) => Err(error),
            };
            // Whoever looks at the demo may archive a board, or ban who plays: that is how it is meant.
            if let Err(error @ (AppError::Internal | AppError::Invalid { .. })) = sent {
                warn!(%error, "the demo could not play");
            }
        }
    }
}

/// Refuses a store that has boards of somebody else: more than an empty `main`.
async fn must_be_empty(boards: &Boards) -> Result<(), DemoError> {
    let list = boards.list(Caller::Admin, None, 1_000).await?;
    let is_used = |board: &&BoardInfo| board.id != BoardId::main() || board.version > 0;
    list.boards.iter().find(is_used).map_or(Ok(()), |used| Err(DemoError::Occupied(used.id.clone())))
}

/// Removes what was begun.
async fn clear(boards: &Boards) -> Result<(), DemoError> {
    info!("the demo's boards were not filled to the end; beginning anew");
    for game in &GAMES {
        match boards.delete(Caller::Admin, &game.board()).await {
            Ok(()) | Err(AppError::NotFound { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Makes the boards, and writes what their players are called.
async fn found(boards: &Boards, people: &[Person]) -> Result<(), DemoError> {
    for game in &GAMES {
        // The board `main` is there from the first start on.
        match boards.create(Caller::Admin, game.board(), game.rules()?).await {
            Err(AppError::Exists) => drop(boards.edit(Caller::Admin, &game.board(), game.rules()?).await?),
            created => drop(created?),
        }
    }
    for person in people {
        let profile = PlayerProfile {
            name: Some(PlayerName::parse(&person.name)?),
            country: Some(Country::parse(person.country)?),
            ..PlayerProfile::default()
        };
        boards.put_player(Caller::Admin, PlayerId::parse(&person.id)?, profile, false, None).await?;
    }
    Ok(())
}

/// When something is played.
#[derive(Clone, Copy)]
struct Turn {
    /// In ms since 1970.
    at: u64,
    /// How many days have passed.
    day: f64,
    /// How much of all of them that is.
    share: f64,
}

/// What is played on a board in one step of a day; how many scores that were.
async fn play(boards: &Boards, game: &Game, people: &[Person], random: &mut StdRng, turn: Turn) -> Result<usize, DemoError> {
    let wanted = AN_HOUR * 24.0 / STEPS as f64 / GAMES.len() as f64 * random.random_range(0.6..1.4);
    let mut submissions = Vec::new();
    for _ in 0..wanted as usize {
        let Some(person) = somebody(people, game, random, turn) else { continue };
        submissions.push(Ok(game.submission(person, turn.day, random)?));
    }
    if submissions.is_empty() {
        return Ok(0);
    }
    let outcomes = boards.submit_all(Caller::Admin, &game.board(), submissions).await?;
    Ok(outcomes.iter().filter(|outcome| outcome.is_ok()).count())
}

/// Somebody who plays now, the eager ones more often.
fn somebody<'a>(people: &'a [Person], game: &Game, random: &mut StdRng, turn: Turn) -> Option<&'a Person> {
    let weight = |person: &Person| if game.is_for(person) { person.eagerness(turn.at, turn.share) } else { 0.0 };
    let weights: Vec<f64> = people.iter().map(weight).collect();
    let mut left = random.random::<f64>() * weights.iter().sum::<f64>();
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    found.and_then(|at| people.get(at))
}

/// What operators find when they come: scores that nobody believes, and somebody whom others have hidden.
async fn trouble(boards: &Boards, people: &[Person]) -> Result<(), DemoError> {
    for game in &GAMES {
        for person in people.iter().filter(|person| game.is_for(person)).take(2) {
            if let Some(submission) = game.unbelievable(person)? {
                let sent = boards.submit(Caller::Anonymous, &game.board(), submission).await;
                sent.map(|_| ()).or_else(|error| if error.is_taken() { Ok(()) } else { Err(error) })?;
            }
        }
    }
    let change =
        ModerationChange { state: Some(ModerationState::Hidden), submitting: None, reason: Some("two accounts, one person".to_owned()) };
    if let Some(person) = people.iter().find(|person| GAMES[0].is_for(person)) {
        boards.moderate(Caller::Admin, &GAMES[0].board(), PlayerId::parse(&person.id)?, &change).await?;
    }
    Ok(())
}
