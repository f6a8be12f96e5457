//! At the end: whether every viewer shows what the server says, and the server has what it acknowledged.

use crate::{
    api::Page,
    http::Connection,
    options::{Options, player_id},
    player::Played,
    viewer::{Crowd, Viewer},
};
use anyhow::Result;
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};
use tokio::time::{Instant, sleep};

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(50);
/// Players who are asked about at the end, at most.
const PLAYERS: usize = 20_000;

/// What was wrong when it was looked for the last time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Viewers with another page than the server has.
    pub pages: usize,
    /// Viewers who show another standing of the player they follow.
    pub standings: usize,
}

impl Wrong {
    /// What was wrong at either time.
    pub fn worse(self, other: Self) -> Self {
        Self { pages: self.pages.max(other.pages), standings: self.standings.max(other.standings) }
    }
}

/// Waits until every viewer shows what the server says, at most `patience`; what is wrong then.
pub async fn settle(options: &Options, crowd: &Crowd, patience: Duration) -> Result<Wrong> {
    let deadline = Instant::now() + patience;
    loop {
        let looked = look(options, crowd).await;
        match looked {
            Ok(wrong) if wrong == (Wrong { pages: 0, standings: 0 }) => return Ok(wrong),
            looked if Instant::now() > deadline => return looked,
            _ => sleep(PAUSE).await,
        }
    }
}

async fn look(options: &Options, crowd: &Crowd) -> Result<Wrong> {
    let pages = wrong_pages(options, crowd).await?;
    // Standings are many to ask for: they come last.
    let standings = if pages == 0 { wrong_standings(options, crowd.viewers()).await? } else { 0 };
    Ok(Wrong { pages, standings })
}

/// Which version a page bears does not matter: equal states are sent once.
async fn wrong_pages(options: &Options, crowd: &Crowd) -> Result<usize> {
    let mut connection = Connection::open(options.server(0)).await?;
    let mut pages: HashMap<u64, Page> = HashMap::new();
    for from in options.places() {
        pages.insert(from, connection.page(from, options.page_rows()).await?);
    }
    let is_right =
        |viewer: &&Viewer| viewer.digest().is_some_and(|digest| pages.get(&viewer.from).is_some_and(|page| page.digest == digest));
    Ok(crowd.viewers().len() - crowd.viewers().iter().filter(is_right).count())
}

async fn wrong_standings(options: &Options, viewers: &[Viewer]) -> Result<usize> {
    let followed = |number: usize| options.followed(number).is_some();
    let players: BTreeSet<u32> =
        (0..viewers.len()).filter(|number| followed(*number)).map(|number| number as u32 % options.players).collect();
    if players.is_empty() {
        return Ok(0);
    }
    let standings = Connection::open(options.server(0)).await?.standings(&players.into_iter().collect::<Vec<_>>()).await?;
    let is_right = |viewer: &&Viewer| {
        let (Some(player), Some(told)) = (&viewer.followed, viewer.me()) else { return false };
        told.map(|told| (told.rank, told.score)) == standings.get(player).map(|standing| (standing.rank, standing.score))
    };
    Ok(viewers.len() - viewers.iter().filter(is_right).count())
}

/// Players (of [`PLAYERS`]) whose score is lower than one that was acknowledged (on a board that keeps the best, as `main` does unless somebody changed it).
pub async fn lost_scores(options: &Options, played: &Played) -> Result<usize> {
    let players: Vec<u32> = played.best.keys().copied().take(PLAYERS).collect();
    let standings = Connection::open(options.server(0)).await?.standings(&players).await?;
    let has = |player: &u32| standings.get(&player_id(*player)).map(|standing| standing.score);
    Ok(players.iter().filter(|player| has(player).is_none_or(|score| score < played.best[player])).count())
}
