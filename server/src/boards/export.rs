//! All entries of a period, page by page: each page is of one moment, and goes on after the place where the last one ended.

use super::{
    Boards,
    board::{Loaded, Place},
    caller::Caller,
    order,
    read::Period,
};
use crate::valkey::functions::read::{Row, Select, Spot};
use app::{
    error::AppError,
    model::{BoardId, Metadata, PlayerId, Score, TieOrder},
};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::ToSchema;

/// Rows of a page.
const ROWS: u32 = 1_000;

/// An entry as it is exported: an import makes the same entry of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Exported {
    /// The rank; an import finds its own.
    pub rank: u64,
    /// Who.
    pub player_id: PlayerId,
    /// The score.
    pub score: Score,
    /// The tiebreaks, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiebreaks: BTreeMap<String, i64>,
    /// When the standing was reached, in ms since 1970.
    pub reached_at: u64,
    /// What is remembered with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Metadata>,
}

/// An export on its way.
pub struct Export {
    boards: Arc<Boards>,
    /// The board's rules when it began.
    pub loaded: Arc<Loaded>,
    place: Place,
    at: Option<Spot>,
    is_done: bool,
}

impl Export {
    /// Of a period that can be read.
    pub async fn start(boards: Arc<Boards>, caller: Caller, board: &BoardId, period: &Period) -> Result<Self, AppError> {
        let (loaded, place) = boards.place(caller, board, period).await?;
        Ok(Self { boards, loaded, place, at: None, is_done: false })
    }

    /// The next page; none after the last. Equal entries come in the order in which they must be submitted to be ranked so again.
    pub async fn next(&mut self) -> Result<Option<Vec<Exported>>, AppError> {
        if self.is_done {
            return Ok(None);
        }
        let rules = &self.loaded.rules;
        let is_backwards = rules.tie_order == TieOrder::Last;
        let select = match &self.at {
            at if is_backwards => Select::Before(at.as_ref(), i64::MIN, i64::MAX),
            Some(at) => Select::After(at, i64::MIN, i64::MAX),
            None => Select::Rank(0),
        };
        let rows = self.boards.rows(&self.loaded, &self.place, &select, ROWS, true).await?;
        let last = if is_backwards { rows.rows.first() } else { rows.rows.last() };
        self.is_done = rows.rows.len() < ROWS as usize;
        let spot = last.and_then(Row::spot);
        let ranks = order::ranks(&rows, rules.rank_mode);
        let mut page: Vec<Exported> = rows.rows.iter().zip(ranks).filter_map(|(row, rank)| exported(row, rank, &self.loaded)).collect();
        if is_backwards {
            page.reverse();
        }
        self.at = spot;
        Ok((!page.is_empty()).then_some(page))
    }
}

fn exported(row: &Row, rank: u64, loaded: &Loaded) -> Option<Exported> {
    let entry = row.entry.as_ref()?;
    Some(Exported {
        rank,
        player_id: row.player.clone(),
        score: order::score(row.key, &loaded.rules),
        tiebreaks: order::tiebreaks(&row.columns, &loaded.rules),
        reached_at: entry.reached_ms,
        metadata: Metadata::stored(&entry.metadata),
    })
}
