use crate::{
    error::{AppError, Field},
    i18n::t,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A board's name in addresses and keys: a slug of 1–64 characters out of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BoardId(String);

impl BoardId {
    /// The longest id, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks `text`; the error says what an id may be made of.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(allowed) {
            return Err(AppError::invalid(Field::Board, t::error::BOARD_ID));
        }
        Ok(Self(text.to_owned()))
    }

    /// The board that the short forms (`/api/score`, `/api/leaderboard`, `/ws`) use.
    pub fn main() -> Self {
        Self("main".to_owned())
    }

    /// The board that `/play` is for.
    pub fn ring() -> Self {
        Self("ring".to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BoardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for BoardId {
    type Error = AppError;
    fn try_from(text: String) -> Result<Self, AppError> {
        Self::parse(&text)
    }
}

impl From<BoardId> for String {
    fn from(id: BoardId) -> Self {
        id.0
    }
}

/// How many rows a read returns or a live view shows: at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Limit(u32);

impl Limit {
    /// A page, as the browser shows it and as reads return it unless told otherwise.
    pub const PAGE: Self = Self(50);
    /// The most rows one read returns.
    pub const MOST: Self = Self(1_000);
    /// The most rows a live view shows: every size is a view of its own, encoded each time the board moves.
    pub const MOST_LIVE: Self = Self(100);

    /// Reads a query's text; the error names the bounds.
    pub fn parse(text: &str, most: Self) -> Result<Self, AppError> {
        match text.parse() {
            Ok(rows) if (1..=most.0).contains(&rows) => Ok(Self(rows)),
            _ => Err(AppError::invalid(Field::Limit, format!("limit must be a whole number from 1 to {}.", most.0))),
        }
    }

    /// The number of rows.
    pub fn get(self) -> u32 {
        self.0
    }
}
