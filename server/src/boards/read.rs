//! Reads: each of one version, and says which.

use super::{
    Boards,
    answers::{Entries, Entry, Friend, Friends, Moment, OneEntry, Percentile, Percentiles, PlayerHistory, Sample},
    board::{Loaded, Place},
    caller::Caller,
    cursor::Cursor,
    from_store, order,
    turn::EntryOrder,
};
use crate::valkey::functions::{
    Entry as Stored,
    read::{Placed, Players, Row as StoredRow, Rows, Select, Sight, Spot},
};
use app::{
    error::{AppError, What},
    model::{BoardId, Face, Limit, Metadata, PlayerId, Point, RankMode, Score, percentile},
    protocol::{Leaderboard, Row, Tag},
};
use std::sync::Arc;

pub use app::model::Period;

/// Which of its entries.
#[derive(Clone, Debug)]
pub enum Which {
    /// From this place in the order on, from 1.
    From(u64),
    /// A player in the middle, the window full at both ends.
    Around(PlayerId),
    /// The page that a player is on.
    PageOf(PlayerId),
    /// Those with scores from the one to the other, both included and either open; so many are skipped.
    Scores(Option<Score>, Option<Score>, u64),
    /// Those with shown ranks from the one to the other, both included; so many are skipped.
    Ranks(u64, u64, u64),
    /// From the last entry on that has this percentile, in parts of a million.
    Percentile(u32),
    /// What comes after a place, with scores from the one to the other, both included and either open.
    After(Cursor, Option<Score>, Option<Score>),
    /// From the last one up, or from what comes before a place, with scores from the one to the other, both included and either open.
    Up(Option<Cursor>, Option<Score>, Option<Score>),
}

impl Which {
    fn order(&self) -> EntryOrder {
        if matches!(self, Self::Up(..)) { EntryOrder::Worst } else { EntryOrder::Best }
    }

    /// The place that it goes on after.
    fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::After(cursor, ..) | Self::Up(Some(cursor), ..) => Some(cursor),
            _ => None,
        }
    }
}

impl Boards {
    /// The first `limit` rows of the window `all`, without what takes longer to read.
    pub async fn leaderboard(&self, caller: Caller, board: &BoardId, limit: Limit) -> Result<Leaderboard, AppError> {
        let (loaded, place) = self.place(caller, board, &Period::default()).await?;
        let rows = self.rows(&loaded, &place, &Select::Rank(0), limit.get(), false).await?;
        let entries = shown_rows(&rows, &loaded);
        Ok(Leaderboard {
            tag: Tag::default(),
            board: board.clone(),
            version: rows.version,
            total: rows.total,
            last_update: rows.updated_ms,
            entries,
        })
    }

    /// Entries in rank order, or the other way around.
    pub async fn entries(
        &self,
        caller: Caller,
        board: &BoardId,
        period: &Period,
        which: &Which,
        limit: Limit,
    ) -> Result<Entries, AppError> {
        let (loaded, place) = self.place(caller.clone(), board, period).await?;
        let (spot, limit) = (spot(which, &loaded)?, limit.get());
        let order = which.order();
        // After a place, and on the way up, one row more says whether there are any.
        let count = if spot.is_some() || order == EntryOrder::Worst { limit + 1 } else { limit };
        let rows = self.rows_for(&caller, &loaded, &place, &select(which, spot.as_ref(), &loaded), count, true).await?;
        let mut shown: Vec<_> = rows.rows.iter().zip(order::ranks(&rows, loaded.rules.rank_mode)).zip(rows.first..).collect();
        if order == EntryOrder::Worst {
            shown.reverse();
        }
        shown.truncate(limit as usize);
        let entry = |((row, rank), index): &((&StoredRow, u64), u64)| {
            let StoredRow { player, entry: Some(stored), face, .. } = row else { return None };
            Some(entry(player, stored, face, (*rank, *index), rows.total, &loaded))
        };
        let entries: Vec<_> = shown.iter().filter_map(entry).collect();
        let (next_from, next_offset, has_cursor) = next(&rows, entries.len(), which);
        let last = shown.last().filter(|_| has_cursor).and_then(|((row, _), _)| row.spot());
        let next_cursor = last.map(|spot| Cursor::new(&place.window, &place.period, spot, order).text()).transpose()?;
        let moment = moment(&loaded, place, rows.version, rows.total, rows.updated_ms);
        Ok(Entries { moment, matching: rows.matching, entries, next_from, next_offset, next_cursor })
    }

    /// Entries that chance chooses, at most `limit`, in rank order.
    pub async fn sample(&self, caller: Caller, board: &BoardId, period: &Period, limit: Limit) -> Result<Sample, AppError> {
        let (loaded, place) = self.place(caller, board, period).await?;
        let players = self.store.random_players(&loaded.scope, &place.label, limit.get()).await.map_err(from_store)?;
        let read = self.store.players(&loaded.scope, &place.label, &players, Sight::Others).await.map_err(from_store)?;
        // Who has gone since they were chosen is left out.
        let mut found: Vec<_> = players.iter().zip(read.players).filter_map(|(player, placed)| Some((player, placed?))).collect();
        found.sort_by_key(|(_, placed)| placed.index);
        let shown = |(player, placed): (&PlayerId, Placed)| {
            entry(player, &placed.entry, &placed.face, (placed.rank, placed.index), read.total, &loaded)
        };
        let entries = found.into_iter().map(shown).collect();
        Ok(Sample { moment: moment(&loaded, place, read.version, read.total, read.updated_ms), entries })
    }

    /// What it takes to have these percentiles, in parts of a million.
    pub async fn percentiles(&self, caller: Caller, board: &BoardId, period: &Period, parts: &[u32]) -> Result<Percentiles, AppError> {
        let (loaded, place) = self.place(caller, board, period).await?;
        let read = self.store.percentiles(&loaded.scope, &place.label, parts).await.map_err(from_store)?;
        let shown = |(parts, (index, row)): (&u32, (u64, StoredRow))| Percentile {
            percentile: f64::from(*parts) / 10_000.0,
            score: order::score(row.key, &loaded.rules),
            place: index + 1,
        };
        let percentiles = parts.iter().zip(read.rows).map(shown).collect();
        Ok(Percentiles { moment: moment(&loaded, place, read.version, read.total, read.updated_ms), percentiles })
    }

    /// Some players' entries, with their ranks on the board and among themselves.
    pub async fn friends(&self, caller: Caller, board: &BoardId, period: &Period, players: &[PlayerId]) -> Result<Friends, AppError> {
        let (loaded, place) = self.place(caller, board, period).await?;
        let read = self.store.players(&loaded.scope, &place.label, players, Sight::Others).await.map_err(from_store)?;
        let mut found = Vec::new();
        let mut missing = Vec::new();
        for (player, placed) in players.iter().zip(read.players) {
            match placed {
                Some(placed) => found.push((player, placed)),
                None => missing.push(player.clone()),
            }
        }
        found.sort_by_key(|(_, placed)| placed.index);
        let among = ranks_among(&found, loaded.rules.rank_mode);
        let friend = |((player, placed), rank_among): ((&PlayerId, Placed), u64)| Friend {
            entry: entry(player, &placed.entry, &placed.face, (placed.rank, placed.index), read.total, &loaded),
            rank_among,
        };
        let entries = found.into_iter().zip(among).map(friend).collect();
        Ok(Friends { moment: moment(&loaded, place, read.version, read.total, read.updated_ms), entries, missing })
    }

    /// One player's entry; its page is that of pages of `size` rows.
    pub async fn entry(
        &self,
        caller: Caller,
        board: &BoardId,
        period: &Period,
        player: PlayerId,
        size: Limit,
    ) -> Result<OneEntry, AppError> {
        let asks = caller.clone();
        let (loaded, place) = self.place(caller, board, period).await?;
        let (read, placed) = match self.placed_for(&asks, &loaded, &place, &player).await? {
            (_, None) if asks.sees_behind(board) => self.placed(&loaded, &place, &player, Sight::Operators).await?,
            told => told,
        };
        let placed = placed.ok_or_else(|| AppError::no(What::Player))?;
        let total = placed.total;
        let ahead = placed.ahead.map(|ahead| order::ahead(ahead, placed.entry.key, &loaded.rules));
        Ok(OneEntry {
            entry: entry(&player, &placed.entry, &placed.face, (placed.rank, placed.index), total, &loaded),
            page: placed.index / u64::from(size.get()) + 1,
            ahead,
            moment: moment(&loaded, place, read.version, total, read.updated_ms),
        })
    }

    /// A player's standings over time, in the window `all`.
    pub async fn history(&self, caller: Caller, board: &BoardId, player: PlayerId) -> Result<PlayerHistory, AppError> {
        match self.history_for(caller.clone(), board, player.clone(), Sight::Others).await {
            Err(AppError::NotFound { what: What::Player }) if caller.sees_behind(board) => {
                self.history_for(caller, board, player, Sight::Operators).await
            }
            Err(AppError::NotFound { what: What::Player }) if self.is_told(&caller, &player).await? => {
                self.history_for(caller, board, player, Sight::Alone).await
            }
            told => told,
        }
    }

    /// The same, as it is told to somebody.
    pub(super) async fn history_for(
        &self,
        caller: Caller,
        board: &BoardId,
        player: PlayerId,
        sight: Sight,
    ) -> Result<PlayerHistory, AppError> {
        let (loaded, _) = self.place(caller, board, &Period::default()).await?;
        let read = self.store.history(&loaded.scope, &player, sight).await.map_err(from_store)?;
        let (now, before) = read.standings.ok_or_else(|| AppError::no(What::Player))?;
        let rules = &loaded.rules;
        // Whole chunks are kept, so there may be a few more than the rules ask for.
        let kept = usize::from(rules.history).saturating_sub(1).min(before.len());
        let before = &before[before.len() - kept..];
        let mut points: Vec<_> = before
            .iter()
            .map(|point| Point { at: point.reached_ms, score: order::score(point.key, rules), rank: point.rank, attempts: point.attempts })
            .collect();
        points.push(Point { at: now.reached_ms, score: order::score(now.key, rules), rank: now.rank, attempts: now.attempts });
        Ok(PlayerHistory {
            board: board.clone(),
            player_id: player,
            version: read.version,
            attempts: now.attempts,
            moves: now.moves,
            trimmed: now.moves.saturating_sub(points.len() as u64),
            points,
        })
    }

    /// Rows of a period, each with its entry where that is wanted. The error says that the player whom `select` names has none that others see.
    pub(super) async fn rows(
        &self,
        loaded: &Loaded,
        place: &Place,
        select: &Select<'_>,
        count: u32,
        entries: bool,
    ) -> Result<Rows, AppError> {
        self.rows_in_sight(loaded, place, select, Sight::Others, count, entries).await
    }

    /// The same, where a player whom `select` names is found by who may be told so much of them.
    pub(super) async fn rows_in_sight(
        &self,
        loaded: &Loaded,
        place: &Place,
        select: &Select<'_>,
        sight: Sight,
        count: u32,
        entries: bool,
    ) -> Result<Rows, AppError> {
        let rows = self.store.rows(&loaded.scope, &place.label, select, sight, count, entries).await.map_err(from_store)?;
        rows.ok_or_else(|| AppError::no(What::Player))
    }

    /// A player's place, if they have an entry, and what it was read with.
    pub(super) async fn placed(
        &self,
        loaded: &Loaded,
        place: &Place,
        player: &PlayerId,
        sight: Sight,
    ) -> Result<(Players, Option<Placed>), AppError> {
        let players = std::slice::from_ref(player);
        let mut read = self.store.players(&loaded.scope, &place.label, players, sight).await.map_err(from_store)?;
        let placed = read.players.pop().flatten();
        Ok((read, placed))
    }

    /// Finds a period that can be read.
    pub(super) async fn place(&self, caller: Caller, board: &BoardId, period: &Period) -> Result<(Arc<Loaded>, Place), AppError> {
        let open = self.board(board).await?;
        let loaded = self.seen(board, &caller).await?;
        caller.must_see(board, &loaded.rules)?;
        let place = self.place_in(&loaded, period, open.shared.now_ms()).await?;
        Ok((loaded, place))
    }

    /// Finds a period that can be read, by these rules; the store is asked about one that is not the current one.
    pub(super) async fn place_in(&self, loaded: &Loaded, period: &Period, now_ms: u64) -> Result<Place, AppError> {
        let target = loaded.target(&period.window, period.period.as_deref(), now_ms)?;
        if target.late && !self.store.has_period(&loaded.scope, &target.label).await.map_err(from_store)? {
            return Err(AppError::no(What::Period));
        }
        let (window, id) = target.label.parts().ok_or(AppError::Internal)?;
        Ok(Place { window, period: id.to_owned(), label: target.label.clone() })
    }
}

/// The place that entries are read from, as the store knows it, if it is one that a cursor names.
fn spot(which: &Which, loaded: &Loaded) -> Result<Option<Spot>, AppError> {
    which.cursor().map(|cursor| cursor.spot(&loaded.scope)).transpose()
}

fn select<'a>(which: &'a Which, spot: Option<&'a Spot>, loaded: &Loaded) -> Select<'a> {
    match which {
        Which::After(_, low, high) if let Some(spot) = spot => {
            let (low, high) = keys_between(*low, *high, loaded);
            Select::After(spot, low, high)
        }
        Which::After(..) => Select::Rank(0),
        Which::Up(_, low, high) => {
            let (low, high) = keys_between(*low, *high, loaded);
            Select::Before(spot, low, high)
        }
        Which::Ranks(low, high, skip) => Select::Ranks(*low, *high, *skip),
        Which::From(place) => Select::Rank(place.saturating_sub(1)),
        Which::Around(player) => Select::Around(player),
        Which::PageOf(player) => Select::Page(player),
        Which::Percentile(parts) => Select::Percentile(*parts),
        Which::Scores(low, high, skip) => {
            let (low, high) = keys_between(*low, *high, loaded);
            Select::Keys(low, high, *skip)
        }
    }
}

/// The sort keys of a range of scores. Where smaller sort keys are higher scores, the ends change places.
pub(super) fn keys_between(low: Option<Score>, high: Option<Score>, loaded: &Loaded) -> (i64, i64) {
    let ends = [low.map(|low| order::key(low, &loaded.rules)), high.map(|high| order::key(high, &loaded.rules))];
    match (loaded.rules.direction, ends) {
        (app::model::Direction::Asc, [low, high]) | (app::model::Direction::Desc, [high, low]) => {
            (low.unwrap_or(-Score::MAX), high.unwrap_or(Score::MAX))
        }
    }
}

/// Where to go on, if there is more: from a place, or in a range after so many; and whether a cursor leads there.
fn next(rows: &Rows, shown: usize, which: &Which) -> (Option<u64>, Option<u64>, bool) {
    let has_more = rows.rows.len() > shown;
    let shown = shown as u64;
    let more = |next: u64, end: u64| (shown > 0 && next < end).then_some(next);
    let from = || more(rows.first + shown, rows.total).map(|index| index + 1);
    match which {
        Which::Scores(_, _, skip) => {
            let offset = more(skip + shown, rows.matching);
            (None, offset, offset.is_some())
        }
        Which::Ranks(_, _, skip) => (None, more(skip + shown, rows.matching), false),
        Which::After(_, None, None) => (from().filter(|_| has_more), None, has_more),
        Which::After(..) | Which::Up(..) => (None, None, has_more),
        _ => (from(), None, from().is_some()),
    }
}

pub(super) fn moment(loaded: &Loaded, place: Place, version: u64, total: u64, last_update: u64) -> Moment {
    Moment { board: loaded.scope.board.clone(), window: place.window, period: place.period, version, total, last_update }
}

/// Rows as they are shown, with their ranks.
pub(super) fn shown_rows(rows: &Rows, loaded: &Loaded) -> Vec<Row> {
    let ranks = order::ranks(rows, loaded.rules.rank_mode);
    let ranked = rows.rows.iter().zip(ranks);
    let shown = |(row, rank): (&StoredRow, u64)| Row {
        rank,
        player_id: row.player.clone(),
        face: row.face.clone(),
        score: order::score(row.key, &loaded.rules),
        tiebreaks: order::tiebreak_values(&row.columns, &loaded.rules),
    };
    ranked.map(shown).collect()
}

/// An entry with its shown rank and its index.
pub(super) fn entry(player: &PlayerId, stored: &Stored, face: &Face, (rank, index): (u64, u64), total: u64, loaded: &Loaded) -> Entry {
    let score = order::score(stored.key, &loaded.rules);
    Entry {
        // Tiebreaks have their names here.
        row: Row { rank, player_id: player.clone(), face: face.clone(), score, tiebreaks: Vec::new() },
        tiebreaks: order::tiebreaks(&stored.columns, &loaded.rules),
        reached_at: stored.reached_ms,
        attempts: stored.attempts,
        percentile: percentile(index, total),
        metadata: Metadata::stored(&stored.metadata),
    }
}

/// The ranks of entries among themselves, the entries being in order.
fn ranks_among(found: &[(&PlayerId, Placed)], mode: RankMode) -> Vec<u64> {
    let row = |(player, placed): &(&PlayerId, Placed)| StoredRow {
        player: (*player).clone(),
        key: placed.entry.key,
        columns: placed.entry.columns.clone(),
        entry: None,
        face: Face::default(),
    };
    let rows = Rows { dense: 1, at_least: found.len() as u64, rows: found.iter().map(row).collect(), ..Rows::default() };
    order::ranks(&rows, mode)
}
