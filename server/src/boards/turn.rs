//! From which end a list is read. A cursor belongs to one order: whoever goes on with it alone goes on in that order, and another one that is
//! named with it is refused, as what it leads to would be what has been read.

use app::error::{AppError, Field};
use std::fmt::Display;
use utoipa::ToSchema;

/// In which order a log is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum LogOrder {
    /// From the newest record back.
    #[default]
    Newest,
    /// From the oldest record on; what is written meanwhile comes in the end.
    Oldest,
}

/// What stands before a place in a cursor of [`LogOrder::Oldest`].
const OLDEST: char = 'o';

impl LogOrder {
    /// Reads the order that is asked for, and the place that a cursor names, which is as its log writes places.
    pub fn read<'a>(order: Option<&str>, cursor: Option<&'a str>) -> Result<(Self, Option<&'a str>), AppError> {
        let named = order.map(Self::parse).transpose()?;
        let Some(cursor) = cursor else { return Ok((named.unwrap_or_default(), None)) };
        let (order, place) = cursor.strip_prefix(OLDEST).map_or((Self::Newest, cursor), |place| (Self::Oldest, place));
        if named.is_some_and(|named| named != order) {
            return Err(other_order());
        }
        Ok((order, Some(place)))
    }

    /// The cursor that leads on from a place in this order.
    pub fn cursor(self, place: impl Display) -> String {
        match self {
            Self::Newest => place.to_string(),
            Self::Oldest => format!("{OLDEST}{place}"),
        }
    }

    fn parse(text: &str) -> Result<Self, AppError> {
        match text {
            "newest" => Ok(Self::Newest),
            "oldest" => Ok(Self::Oldest),
            _ => Err(AppError::invalid(Field::Order, "order is newest or oldest: which end comes first.")),
        }
    }
}

/// In which order entries are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum EntryOrder {
    /// From the best one down.
    #[default]
    Best,
    /// From the last one up.
    Worst,
}

impl EntryOrder {
    /// Reads the order that is asked for.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        match text {
            "best" => Ok(Self::Best),
            "worst" => Ok(Self::Worst),
            _ => Err(AppError::invalid(Field::Order, "order is best or worst: which end comes first.")),
        }
    }
}

/// What is said of a cursor that belongs to another order than the one that is named.
pub fn other_order() -> AppError {
    AppError::invalid(
        Field::Cursor,
        "This cursor is of the other order than the one that is named: begin anew in this one, without a cursor.",
    )
}
