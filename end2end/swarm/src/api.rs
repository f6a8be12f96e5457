//! What is asked of the server.

use crate::{http::Connection, options::player_id};
use anyhow::Result;
use app::{
    model::{Country, Face, PlayerId, Score},
    protocol::{Digest, Leaderboard, PAGE_ROWS, Row, digest},
};
use serde::Deserialize;
use std::{collections::HashMap, fmt::Write};

/// Players that one request asks about: their ids must fit into an address.
const PLAYERS_AT_ONCE: usize = 200;

/// A score to send in.
pub struct Sent {
    /// Whose.
    pub player: u32,
    /// How much.
    pub score: u64,
    /// What makes it count once however often it is sent.
    pub id: Option<String>,
}

/// What matters here of a receipt.
#[derive(Debug, Deserialize)]
pub struct Receipt {
    /// Whether it changed anything.
    pub improved: bool,
    /// The version that holds it.
    pub version: u64,
    /// How the player stands with it.
    pub after: Standing,
}

/// A rank and the score it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// 1 is the best.
    pub rank: u64,
    /// The score.
    pub score: Score,
}

/// A page as the server says it is.
pub struct Page {
    /// At which version.
    pub version: u64,
    /// Stands for what it shows.
    pub digest: Digest,
    /// Entries on the board.
    pub total: u64,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A page of the board, or some players.
#[derive(Deserialize)]
struct Entries {
    version: u64,
    total: u64,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    rank: u64,
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    player_id: PlayerId,
    name: String,
    country: Option<Country>,
    avatar: Option<String>,
    score: Score,
}

impl Connection {
    /// Sends scores in: one by the short form, several in one request.
    pub async fn submit(&mut self, scores: &[Sent]) -> Result<Vec<Receipt>> {
        if let [one] = scores {
            return Ok(vec![serde_json::from_slice(&self.post("/api/score", one.json()).await?)?]);
        }
        let all: Vec<String> = scores.iter().map(Sent::json).collect();
        Ok(serde_json::from_slice(&self.post("/api/boards/main/scores", format!("[{}]", all.join(","))).await?)?)
    }

    /// The rows from a place on.
    pub async fn page(&mut self, from: u64, rows: u32) -> Result<Page> {
        let (version, total, rows) = if from == 1 { self.first_page(rows).await? } else { self.later_page(from).await? };
        Ok(Page { version, digest: digest("all", from, total, &rows), total, rows })
    }

    async fn first_page(&mut self, rows: u32) -> Result<(u64, u64, Vec<Row>)> {
        let answer = self.get(&format!("/api/leaderboard?board=main&limit={rows}")).await?;
        let Leaderboard { version, total, entries, .. } = serde_json::from_slice(&answer)?;
        Ok((version, total, entries))
    }

    async fn later_page(&mut self, from: u64) -> Result<(u64, u64, Vec<Row>)> {
        let answer = self.get(&format!("/api/boards/main/entries?from={from}&limit={PAGE_ROWS}")).await?;
        let Entries { version, total, entries } = serde_json::from_slice(&answer)?;
        Ok((version, total, entries.into_iter().map(Row::from).collect()))
    }

    /// How players stand, by their ids; those without an entry are missing.
    pub async fn standings(&mut self, players: &[u32]) -> Result<HashMap<String, Standing>> {
        let mut all = HashMap::new();
        for some in players.chunks(PLAYERS_AT_ONCE) {
            let ids: Vec<String> = some.iter().map(|player| player_id(*player)).collect();
            let answer = self.get(&format!("/api/boards/main/entries?players={}", ids.join(","))).await?;
            let Entries { entries, .. } = serde_json::from_slice(&answer)?;
            all.extend(entries.into_iter().map(|entry| {
                let standing = Standing { rank: entry.rank, score: entry.score };
                (entry.player_id.as_str().to_owned(), standing)
            }));
        }
        Ok(all)
    }
}

impl Sent {
    fn json(&self) -> String {
        let Self { player, score, id } = self;
        let mut json = format!(r#"{{"playerId":"{}","score":{score}"#, player_id(*player));
        if let Some(id) = id {
            let _ = write!(json, r#","id":"{id}""#);
        }
        json + "}"
    }
}

impl From<Entry> for Row {
    fn from(entry: Entry) -> Self {
        let Entry { rank, player_id, name, country, avatar, score } = entry;
        Self { rank, player_id, face: Face { name, country, avatar }, score, tiebreaks: Vec::new() }
    }
}
