//! Verified runs: the server says what is to be played, the browser sends what was done, and the server plays it again and counts what that comes to.
//! The game's rules are `app::game`.
//!
//! `ticket`: what a player was given to play · [`card`]: what others are shown of a run · `copies`: runs that were taken from others

pub mod card;
mod copies;
mod ticket;

use crate::{
    boards::{Boards, board::Loaded, caller::Caller, from_store, read::Period, writer::open_to_writes},
    valkey::functions::run::{Claim, StoredRun},
};
use app::{
    error::{AppError, Field},
    game,
    i18n::t,
    model::{BoardId, Metadata, MetadataChange, PlayerId, Receipt, Rules, Score, Submission, SubmissionId, Submitters, time},
};
use card::Shared;
use serde::Serialize;
use std::sync::Arc;
use ticket::{Secret, Ticket};
use tokio::sync::OnceCell;
use utoipa::ToSchema;

/// How long a run's ticket is good for, in ms: whoever is offline sends what they played when they are back.
const GOOD_MS: u64 = 12 * 60 * 60 * 1000;
/// How much faster than the server's a browser's clock may be, over a run, in ms.
const SLACK_MS: u64 = 1_000;
/// Runs on each side that one is compared with.
const COMPARED: u64 = 50;
/// Runs ahead that are looked at for one to race: some may be of players who are hidden.
const AHEAD: u64 = 5;

/// A run that may be played.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Begun {
    /// To be sent back, as it is, with what was done.
    pub run: String,
    /// What the game is made from, as a decimal number: everybody has the same one on a board on the same day.
    #[schema(pattern = "^[0-9]{1,20}$")]
    pub seed: String,
    /// The day, by UTC.
    pub day: String,
    /// How long it lasts, in ticks.
    pub ticks: u32,
    /// How many of these are a second.
    pub ticks_per_second: u32,
    /// Until when it must be sent, in ms since 1970.
    pub expires_at: u64,
    /// A run of this day to race: that of the player just ahead, or the player's own where nobody is.
    pub ghost: Option<Ghost>,
}

/// A run of this day to race.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Ghost {
    /// Whose it is.
    pub player_id: PlayerId,
    /// What they are called.
    pub name: String,
    /// What it came to.
    pub score: u32,
    /// The ticks of its taps.
    pub taps: Vec<u32>,
}

/// What was done in a run.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its ticket.
    pub run: String,
    /// Who says that they played it.
    pub player: PlayerId,
    /// The ticks of the taps.
    pub taps: Vec<u32>,
    /// What the browser believes that it came to.
    pub score: Option<u32>,
}

/// Begins and counts runs.
pub struct Runs {
    boards: Arc<Boards>,
    secret: OnceCell<Secret>,
}

impl Runs {
    /// On these boards.
    pub fn new(boards: Arc<Boards>) -> Self {
        Self { boards, secret: OnceCell::new() }
    }

    /// Begins a run of a player.
    pub async fn begin(&self, caller: Caller, board: &BoardId, player: PlayerId) -> Result<Begun, AppError> {
        let loaded = match self.boards.may_run(&caller, board, &player).await {
            // It is made by whoever is the first to play. One that others may not see is there.
            Err(AppError::NotFound { .. }) if *board == BoardId::ring() => {
                self.boards.create_with(board, &Rules::ring(), 0).await.map_err(from_store)?;
                self.boards.may_run(&caller, board, &player).await?
            }
            may => may?,
        };
        let (secret, now_ms) = (self.secret().await?, self.boards.now_ms());
        let day = time::day(now_ms);
        let ticket = Ticket::new(board, &player, secret.seed(board, &day)?, now_ms);
        // What is played while a board is frozen is nobody's to see.
        let ghost = if loaded.frozen_ms.is_some() { None } else { self.ghost(board, &day, &player).await? };
        Ok(Begun {
            seed: ticket.seed.to_string(),
            run: secret.seal(ticket::PURPOSE, &ticket)?,
            day,
            ticks: game::TICKS,
            ticks_per_second: game::TICKS_PER_SECOND,
            expires_at: now_ms + GOOD_MS,
            ghost,
        })
    }

    /// Plays a run again, and counts what it comes to, once. With its receipt it says where it is shown.
    pub async fn finish(&self, caller: Caller, board: &BoardId, done: Done) -> Result<(Receipt, Shared), AppError> {
        let loaded = self.boards.may_run(&caller, board, &done.player).await?;
        let (ticket, now_ms) = (self.secret().await?.open::<Ticket>(ticket::PURPOSE, &done.run)?, self.boards.now_ms());
        ticket.check(board, &done.player, now_ms)?;
        let outcome = game::replay(ticket.seed, &done.taps).map_err(|refused| AppError::invalid(Field::Taps, refused.reason()))?;
        if done.score.is_some_and(|score| score != outcome.score) {
            let message = t::problem::run_score(&outcome.score.to_string());
            return Err(AppError::invalid(Field::Score, message));
        }
        let known = format!(r#"{{"hits":{},"misses":{},"bestRow":{}}}"#, outcome.hits, outcome.misses, outcome.best_row);
        let run = StoredRun { player: done.player, score: outcome.score, ticket: ticket.id.clone(), taps: done.taps };
        let submission = Submission {
            // A ticket is good for one run: sent again it counts once, and another one is refused.
            id: Some(SubmissionId::parse(&format!("run:{}", ticket.id))?),
            player: run.player.clone(),
            score: Score::new(outcome.score.into(), 0)?.rescale(loaded.rules.decimals)?,
            tiebreaks: Vec::new(),
            metadata: Metadata::stored(&known).map_or(MetadataChange::Keep, MetadataChange::Set),
            // It counts for when it was begun: the day's game is known then, and whoever practises it until the day after gains nothing there.
            at: Some(ticket.at),
            proof: None,
        };
        let receipt = self.count(board, &ticket.day(), &run, submission).await?;
        // What waits for review, or is nobody's to see, is nobody's to race.
        if loaded.frozen_ms.is_none() {
            self.boards.store().keep_run(board, &ticket.day(), &run).await.map_err(from_store)?;
        }
        let shared = self.share(board, &ticket, outcome, &receipt).await?;
        Ok((receipt, shared))
    }

    /// Counts a run, unless it is a copy of another one of the day, also of the player's own. What it was played by is kept of those alone that may count.
    async fn count(&self, board: &BoardId, day: &str, run: &StoredRun, submission: Submission) -> Result<Receipt, AppError> {
        let (store, way) = (self.boards.store(), copies::print(&run.taps));
        let (claim, near) = store.claim_run(board, day, run, way.as_deref(), COMPARED).await.map_err(from_store)?;
        // The same run, sent again, is no copy.
        let is_copy = near.iter().any(|other| other.ticket != run.ticket && copies::is_copy(&run.taps, &other.taps));
        let receipt = match claim {
            Claim::Second => Err(AppError::invalid(Field::Run, t::problem::RUN_SENT)),
            Claim::Taken => Err(AppError::invalid(Field::Taps, t::problem::RUN_COPIED)),
            Claim::New | Claim::Known if is_copy => Err(AppError::invalid(Field::Taps, t::problem::RUN_COPIED)),
            Claim::New | Claim::Known => match self.boards.submit(Caller::Server, board, submission).await {
                Err(AppError::Conflict) => Err(AppError::invalid(Field::Run, t::problem::RUN_SENT)),
                counted => counted,
            },
        };
        // Where it is not known what became of it, it may have counted.
        let may_count = |error: &AppError| error.is_taken() || matches!(error, AppError::Unavailable | AppError::Internal);
        if let (Claim::New, Some(way), Err(error)) = (claim, &way, &receipt)
            && !may_count(error)
        {
            store.release_run(board, day, run, way).await.map_err(from_store)?;
        }
        receipt
    }

    async fn ghost(&self, board: &BoardId, day: &str, player: &PlayerId) -> Result<Option<Ghost>, AppError> {
        let runs = self.boards.store().runs_ahead(board, day, player, AHEAD).await.map_err(from_store)?;
        let players: Vec<PlayerId> = runs.iter().map(|run| run.player.clone()).collect();
        if players.is_empty() {
            return Ok(None);
        }
        // Only those who everybody may see.
        let seen = self.boards.friends(Caller::Server, board, &Period::default(), &players).await?.entries;
        let name = |run: &StoredRun| seen.iter().map(|friend| &friend.entry.row).find(|row| row.player_id == run.player);
        let (own, ahead): (Vec<_>, Vec<_>) = runs.into_iter().partition(|run| run.player == *player);
        let ghost = ahead.into_iter().chain(own).find_map(|run| Some((name(&run)?.face.name.clone(), run)));
        Ok(ghost.map(|(name, run)| Ghost { name, player_id: run.player, score: run.score, taps: run.taps }))
    }

    async fn secret(&self) -> Result<&Secret, AppError> {
        let read = async || self.boards.store().run_secret(&Secret::random().stored()).await.map_err(from_store);
        self.secret.get_or_try_init(async || Secret::read(&read().await?)).await
    }
}

impl Boards {
    /// Refuses who may not play a board's runs, or not as this player, and boards that would not take what they come to.
    async fn may_run(&self, caller: &Caller, board: &BoardId, player: &PlayerId) -> Result<Arc<Loaded>, AppError> {
        let loaded = self.rules_to_read(caller.clone(), board).await?;
        if loaded.rules.submitters != Submitters::Runs {
            return Err(AppError::invalid(Field::Board, t::problem::RUN_NONE_HERE));
        }
        if caller.player() != Some(player) {
            self.must_not_be_owned(player).await?;
        }
        loaded.rules.check_runs()?;
        open_to_writes(&loaded.rules)?;
        Ok(loaded)
    }
}
