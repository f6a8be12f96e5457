//! A board at a glance: what a picture of it shows.

use super::{
    Boards,
    answers::Moment,
    caller::Caller,
    live::is_open,
    read::{Period, entry, moment, shown_rows},
};
use crate::valkey::functions::read::Select;
use app::{
    error::{AppError, What},
    model::{BoardId, PlayerId},
    protocol::Row,
};

/// A board's title and its first rows, at one version.
#[derive(Clone, Debug)]
pub struct Glance {
    /// What people call the board.
    pub title: String,
    /// How many digits its scores have behind the decimal point.
    pub decimals: u8,
    /// Whether everybody may see it, and it tells of nobody whom others don't see.
    pub is_open: bool,
    /// Which writing of its rules this is. Another board of the same id has another one.
    pub revision: String,
    /// Which board, period and version.
    pub moment: Moment,
    /// The rows, best first.
    pub rows: Vec<Row>,
    /// The player whom it is about, if it is about one.
    pub about: Option<PlayerId>,
}

impl Boards {
    /// The first `count` rows of a period, or those around a player, with what is said about them.
    pub async fn glance(
        &self,
        caller: Caller,
        board: &BoardId,
        period: &Period,
        about: Option<PlayerId>,
        count: u32,
    ) -> Result<Glance, AppError> {
        let (loaded, place) = self.place(caller.clone(), board, period).await?;
        let select = about.as_ref().map_or(Select::Rank(0), Select::Around);
        let rows = self.rows_for(&caller, &loaded, &place, &select, count, false).await?;
        // Whoever is not among those around them is hidden there, and found by who is told of them.
        let is_of_all = about.as_ref().is_none_or(|about| rows.rows.iter().any(|row| row.player == *about));
        Ok(Glance {
            title: loaded.rules.title.clone(),
            decimals: loaded.rules.decimals,
            is_open: is_open(&loaded) && is_of_all,
            revision: loaded.scope.revision.clone(),
            moment: moment(&loaded, place, rows.version, rows.total, rows.updated_ms),
            rows: shown_rows(&rows, &loaded),
            about,
        })
    }

    /// A player's own row of a period, as the caller is told it, with what is said about it.
    pub async fn glance_at(&self, caller: Caller, board: &BoardId, period: &Period, player: PlayerId) -> Result<Glance, AppError> {
        let (loaded, place) = self.place(caller.clone(), board, period).await?;
        let (read, placed) = self.placed_for(&caller, &loaded, &place, &player).await?;
        let placed = placed.ok_or_else(|| AppError::no(What::Player))?;
        let row = entry(&player, &placed.entry, &placed.face, (placed.rank, placed.index), placed.total, &loaded).row;
        Ok(Glance {
            title: loaded.rules.title.clone(),
            decimals: loaded.rules.decimals,
            // Whom others don't see is counted for themself alone.
            is_open: is_open(&loaded) && placed.total == read.total,
            revision: loaded.scope.revision.clone(),
            moment: moment(&loaded, place, read.version, read.total, read.updated_ms),
            rows: vec![row],
            about: Some(player),
        })
    }
}
