//! Where a page of entries ended, to go on from there whatever has come, gone or moved meanwhile.

use super::{read::Period, replay::LAST_ORDER, turn::EntryOrder};
use crate::valkey::functions::{Scope, read::Spot};
use app::{
    error::{AppError, Field},
    model::{PlayerId, Score, WindowName},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// The longest cursor that is looked at, in characters: the longest that is given out has some 250.
const MOST: usize = 512;
/// What ends a cursor that leads up from the last entry.
const WORST: u8 = 1;

/// A place in the order of a period's entries. It names the last entry that was read by its standing rather than by its rank:
/// whoever stands still is after it, or before it, for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    window: WindowName,
    period: String,
    key: i64,
    columns: Vec<i64>,
    order: u64,
    player: String,
    /// In which order it leads on: behind the rest, in a byte that the others don't have.
    #[serde(skip)]
    towards: EntryOrder,
}

impl Cursor {
    /// The place of an entry.
    pub fn new(window: &WindowName, period: &str, spot: Spot, towards: EntryOrder) -> Self {
        let Spot { key, columns, order, player } = spot;
        Self { window: window.clone(), period: period.to_owned(), key, columns, order, player: player.into(), towards }
    }

    /// Reads what [`Cursor::text`] has written.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let bytes = if text.len() > MOST { None } else { URL_SAFE_NO_PAD.decode(text).ok() };
        let read = bytes.as_deref().and_then(|bytes| postcard::take_from_bytes::<Self>(bytes).ok());
        let (cursor, rest) = read.filter(|(cursor, _)| cursor.is_sound()).ok_or_else(no_cursor)?;
        match rest {
            [] => Ok(cursor),
            [WORST] => Ok(Self { towards: EntryOrder::Worst, ..cursor }),
            _ => Err(no_cursor()),
        }
    }

    /// What a client sends to go on: opaque, of letters, digits, `-` and `_`.
    pub fn text(&self) -> Result<String, AppError> {
        let mut bytes = postcard::to_allocvec(self).map_err(|_| AppError::Internal)?;
        if self.towards == EntryOrder::Worst {
            bytes.push(WORST);
        }
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The order in which it leads on.
    pub fn towards(&self) -> EntryOrder {
        self.towards
    }

    /// The period that it is a place in.
    pub fn period(&self) -> Period {
        Period { window: self.window.clone(), period: Some(self.period.clone()) }
    }

    /// The place as the store knows it; the error says that it is of a board with other tiebreaks.
    pub fn spot(&self, scope: &Scope) -> Result<Spot, AppError> {
        if self.columns.len() != scope.columns {
            return Err(no_cursor());
        }
        Ok(Spot { key: self.key, columns: self.columns.clone(), order: self.order, player: PlayerId::stored(&self.player) })
    }

    /// Whether the store's numbers hold what is in it.
    fn is_sound(&self) -> bool {
        let fits = |value: &i64| value.unsigned_abs() <= Score::MAX.unsigned_abs();
        fits(&self.key) && self.columns.iter().all(fits) && self.order <= LAST_ORDER
    }
}

/// What is said of a text that no cursor looks like.
pub fn no_cursor() -> AppError {
    AppError::invalid(Field::Cursor, "This is no cursor that was given out here: send nextCursor as it came, or leave it out.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor() -> Cursor {
        let spot = Spot { key: -5, columns: vec![3], order: 7, player: PlayerId::stored("小林") };
        Cursor::new(&WindowName::all(), "all", spot, EntryOrder::Best)
    }

    #[test]
    fn it_comes_back_as_it_was_given_out() {
        for towards in [EntryOrder::Best, EntryOrder::Worst] {
            let cursor = Cursor { towards, ..cursor() };
            assert_eq!(Cursor::parse(&cursor.text().unwrap_or_default()), Ok(cursor));
        }
    }

    #[test]
    fn what_was_not_given_out_is_none() {
        let text = |cursor: Cursor| cursor.text().unwrap_or_default();
        let good = text(cursor());
        let changed = [
            text(Cursor { key: i64::MIN, ..cursor() }),
            text(Cursor { columns: vec![i64::MAX], ..cursor() }),
            text(Cursor { order: 1 << 48, ..cursor() }),
            text(Cursor { player: "x".repeat(600), ..cursor() }),
            format!("{good}AA"),
            good[..good.len() - 2].to_owned(),
            format!("{good}="),
            String::new(),
            "!".to_owned(),
        ];
        for text in changed {
            assert_eq!(Cursor::parse(&text), Err(no_cursor()), "{text}");
        }
    }
}
