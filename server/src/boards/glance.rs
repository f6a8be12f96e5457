//! A board at a glance: what a picture of it shows.

use super::{
    Boards,
    answers::Moment,
    caller::Caller,
    live::is_open,
    read::{Period, moment, shown_rows},
};
use crate::valkey::functions::read::Select;
use app::{
    error::AppError,
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
    /// Whether everybody may see it.
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
        let (loaded, place) = self.place(caller, board, period).await?;
        let select = about.as_ref().map_or(Select::Rank(0), Select::Around);
        let rows = self.rows(&loaded, &place, &select, count, false).await?;
        Ok(Glance {
            title: loaded.rules.title.clone(),
            decimals: loaded.rules.decimals,
            is_open: is_open(&loaded),
            revision: loaded.scope.revision.clone(),
            moment: moment(&loaded, place, rows.version, rows.total, rows.updated_ms),
            rows: shown_rows(&rows, &loaded),
            about,
        })
    }
}
