//! What the app's pages are told. The pages are for everybody, so whoever looks at them is nobody in particular here, but where it is about a player:
//! who has signed in as them is told what they alone are.

use super::{
    Boards,
    board::{DAY_MS, Loaded, Place},
    caller::Caller,
    from_store,
    live::standing,
    order,
    periods::spoken,
    players::found,
    read::shown_rows,
};
use crate::valkey::functions::read::{Placed, Rows, Select, Sight};
use app::{
    components::label,
    error::{AppError, Field, What},
    i18n::t,
    model::{
        BoardCard, BoardFacts, BoardId, Entered, Found, FoundPlayer, LEADERS, Limit, Lobby, Opened, Own, Page, Period, PlayerId, Point,
        Profile, Reached, Start,
    },
    protocol::MAX_VIEWS,
};
use std::{cmp::Reverse, collections::BTreeSet, sync::Arc};

/// Boards that are listed at once: each is live, so that it takes one of a socket's views.
const CARDS: u32 = 24;
const _: () = assert!((CARDS as usize) < MAX_VIEWS);
/// Past periods that are offered; older ones have addresses all the same.
const PAST: usize = 60;
/// Players that a search shows.
const FOUND: usize = 8;
/// Entries that a search looks at, at most, and at once: some milliseconds of the store's time in all, and never many at a stretch.
const LOOKED_AT: u32 = 40_000;
const AT_ONCE: u32 = 2_000;
/// The longest text to search for, in characters.
const MAX_TEXT: usize = 64;
/// Boards that are looked through for a player's entries.
const BOARDS_OF_PLAYER: u32 = 200;
/// Standings that a player's own page shows.
const REACHED: usize = 20;

/// The last place that is looked for; the store counts no further exactly.
const MAX_PLACE: u64 = 1 << 53;

const NOBODY: Caller = Caller::Anonymous;

impl Boards {
    async fn page_of(&self, caller: &Caller, loaded: &Loaded, place: &Place, start: &Start) -> Result<Rows, AppError> {
        let rows = async |select| self.rows_for(caller, loaded, place, &select, Limit::PAGE.get(), false).await;
        let size = u64::from(Limit::PAGE.get());
        let first = match start {
            Start::Place(place) | Start::Rank(place) => ((*place).clamp(1, MAX_PLACE) - 1) / size * size,
            Start::Player(player) => return rows(Select::Page(player)).await,
        };
        let read = rows(Select::Rank(first)).await?;
        if first < read.total || first == 0 { Ok(read) } else { rows(Select::Rank(read.total.saturating_sub(1) / size * size)).await }
    }

    /// The same, with the place where a rank begins instead of the rank.
    async fn place_of(&self, caller: &Caller, loaded: &Loaded, place: &Place, start: Start) -> Result<Start, AppError> {
        let Start::Rank(rank) = start else { return Ok(start) };
        let rank = rank.clamp(1, MAX_PLACE);
        let rows = self.rows_for(caller, loaded, place, &Select::Ranks(rank, rank, 0), 1, false).await?;
        Ok(Start::Place(rows.first + 1))
    }

    /// How a player stands, and how that was before today.
    async fn own_of(&self, caller: &Caller, loaded: &Loaded, place: &Place, player: PlayerId) -> Result<Own, AppError> {
        let (_, placed) = self.placed_for(caller, loaded, place, &player).await?;
        let today = match &placed {
            Some(placed) if place.window.is_all() => gained(&self.points(caller, loaded, &player).await?, placed.rank, self.clock.now_ms()),
            _ => None,
        };
        Ok(Own { standing: placed.map(|placed| standing(placed, loaded)), player, today })
    }

    /// A player's standings so far in the window `all`, the one of now included.
    async fn points(&self, caller: &Caller, loaded: &Loaded, player: &PlayerId) -> Result<Vec<Point>, AppError> {
        Ok(self.history(caller.clone(), &loaded.scope.board, player.clone()).await?.points)
    }

    /// The periods of a window that are over, newest first: the id of each, and what people call it.
    async fn past(&self, board: &BoardId, place: &Place) -> Result<Vec<(String, String)>, AppError> {
        if place.window.is_all() {
            return Ok(Vec::new());
        }
        let now_ms = self.clock.now_ms();
        let list = self.periods(NOBODY, board, Some(place.window.clone()), None, PAST).await?;
        let over = list.periods.into_iter().filter(|period| period.end <= now_ms).map(|period| period.period);
        Ok(over.map(|id| (id.clone(), spoken(&id).into_owned())).collect())
    }

    /// A board, with a page of its standings, and how a player stands.
    pub(crate) async fn opened(
        &self,
        caller: &Caller,
        board: &BoardId,
        period: &Period,
        start: Start,
        own: Option<PlayerId>,
    ) -> Result<Opened, AppError> {
        let (loaded, place) = self.place(NOBODY, board, period).await?;
        let start = self.place_of(caller, &loaded, &place, start).await?;
        let rows = self.page_of(caller, &loaded, &place, &start).await?;
        let page = page(&rows, &loaded);
        let last = page.from + (page.rows.len() as u64).max(1) - 1;
        let at = match &start {
            Start::Place(place) | Start::Rank(place) => (*place).clamp(page.from, last),
            Start::Player(player) => {
                page.rows.iter().zip(page.from..).find(|(row, _)| row.player_id == *player).map_or(page.from, |(_, place)| place)
            }
        };
        let own = match own {
            Some(player) => Some(self.own_of(caller, &loaded, &place, player).await?),
            None => None,
        };
        let which = match &period.period {
            _ if place.window.is_all() => String::new(),
            None => format!(" · {}", label(&place.window)),
            Some(id) => format!(" · {} · {}", label(&place.window), spoken(id)),
        };
        let past = self.past(board, &place).await?;
        let current = loaded.target(&place.window, None, self.clock.now_ms());
        let is_past = current.is_ok_and(|current| current.label != place.label);
        let (window, period) = (place.window, place.period);
        Ok(Opened {
            board: board.clone(),
            facts: BoardFacts::of(&loaded.rules, loaded.frozen_ms),
            window,
            period,
            is_past,
            which,
            past,
            page,
            place: at,
            own,
            account: None,
        })
    }

    /// A page of standings.
    pub(crate) async fn page(&self, caller: &Caller, board: &BoardId, period: &Period, start: Start) -> Result<Page, AppError> {
        let (loaded, place) = self.place(NOBODY, board, period).await?;
        let start = self.place_of(caller, &loaded, &place, start).await?;
        Ok(page(&self.page_of(caller, &loaded, &place, &start).await?, &loaded))
    }

    /// How a player stands.
    pub(crate) async fn own(&self, caller: &Caller, board: &BoardId, period: &Period, player: PlayerId) -> Result<Own, AppError> {
        let (loaded, place) = self.place(NOBODY, board, period).await?;
        self.own_of(caller, &loaded, &place, player).await
    }

    /// Players whose id or name has this text in it.
    pub(crate) async fn search(&self, board: &BoardId, period: &Period, text: &str) -> Result<Found, AppError> {
        let text = text.trim();
        if text.is_empty() || text.chars().count() > MAX_TEXT {
            return Err(AppError::invalid(Field::Player, t::error::SEARCH));
        }
        let (loaded, place) = self.place(NOBODY, board, period).await?;
        // The very name is found on a board of any size.
        let mut players: BTreeSet<PlayerId> = PlayerId::parse(text).into_iter().collect();
        let all_ids = self.look_for(Among::Ids(&loaded, &place, &pattern(text)), 10 * FOUND, &mut players).await?;
        let all_names = self.look_for(Among::Names(&loaded, text), 20 * FOUND, &mut players).await?;
        let is_complete = all_ids && all_names;
        let players: Vec<PlayerId> = players.into_iter().take(1_000).collect();
        if players.is_empty() {
            return Ok(Found { players: Vec::new(), is_complete });
        }
        let read = self.store.players(&loaded.scope, &place.label, &players, Sight::Others).await.map_err(from_store)?;
        let mut placed: Vec<(PlayerId, Placed)> =
            players.into_iter().zip(read.players).filter_map(|(player, placed)| Some((player, placed?))).collect();
        // The very name first, then the best.
        let is_it =
            |player: &PlayerId, placed: &Placed| player.as_str().eq_ignore_ascii_case(text) || placed.face.name.eq_ignore_ascii_case(text);
        placed.sort_by_key(|(player, placed)| (!is_it(player, placed), placed.index));
        let is_complete = is_complete && placed.len() <= FOUND;
        let shown = |(player, placed): (PlayerId, Placed)| {
            let score = order::score(placed.entry.key, &loaded.rules);
            FoundPlayer { player, face: placed.face, rank: placed.rank, score }
        };
        Ok(Found { players: placed.into_iter().take(FOUND).map(shown).collect(), is_complete })
    }

    /// Looks for players, some entries at a time, until there are more than `most`; whether all were looked at.
    async fn look_for(&self, among: Among<'_>, most: usize, players: &mut BTreeSet<PlayerId>) -> Result<bool, AppError> {
        let (mut cursor, mut left) = (0, LOOKED_AT);
        loop {
            let looked = match among {
                Among::Ids(loaded, place, pattern) => self.store.find(&loaded.scope, &place.label, pattern, cursor, AT_ONCE).await,
                Among::Names(loaded, text) => self.store.find_names(&loaded.scope, text, cursor, AT_ONCE).await,
            };
            let (next, found) = looked.map_err(from_store)?;
            players.extend(found);
            (cursor, left) = (next, left.saturating_sub(AT_ONCE));
            if cursor == 0 || left == 0 || players.len() > most {
                return Ok(cursor == 0);
            }
        }
    }

    /// A player on a board.
    pub(crate) async fn profile_of(&self, caller: &Caller, board: &BoardId, player: &PlayerId) -> Result<Profile, AppError> {
        let (loaded, place) = self.place(NOBODY, board, &Period::default()).await?;
        let (_, placed) = self.placed_for(caller, &loaded, &place, player).await?;
        let placed = placed.ok_or_else(|| AppError::no(What::Player))?;
        let points = self.points(caller, &loaded, player).await?;
        Ok(Profile {
            board: board.clone(),
            facts: BoardFacts::of(&loaded.rules, loaded.frozen_ms),
            player: player.clone(),
            face: placed.face.clone(),
            total: placed.total,
            today: gained(&points, placed.rank, self.clock.now_ms()),
            attempts: placed.entry.attempts,
            moves: placed.entry.moves,
            standing: standing(placed, &loaded),
            points,
        })
    }

    /// The boards that everybody sees, after one of them.
    pub(crate) async fn cards(&self, after: Option<&BoardId>) -> Result<Lobby, AppError> {
        let list = self.list(NOBODY, after.cloned(), CARDS).await?;
        let mut cards = Vec::with_capacity(list.boards.len());
        for info in list.boards {
            // One that was deleted meanwhile is not listed.
            cards.extend(self.card(info.id).await?);
        }
        Ok(Lobby { cards, next: list.next_cursor.and_then(|id| BoardId::parse(&id).ok()) })
    }

    async fn card(&self, board: BoardId) -> Result<Option<BoardCard>, AppError> {
        let (loaded, place) = match self.place(NOBODY, &board, &Period::default()).await {
            Err(AppError::NotFound { .. }) => return Ok(None),
            placed => placed?,
        };
        let rows = self.rows(&loaded, &place, &Select::Rank(0), LEADERS, false).await?;
        let (title, is_frozen) = (loaded.rules.title.clone(), loaded.frozen_ms.is_some());
        Ok(Some(BoardCard { board, title, is_frozen, leaders: page(&rows, &loaded) }))
    }

    /// The boards that a player has an entry on, among those that everybody sees.
    pub(crate) async fn boards_of(&self, caller: &Caller, player: &PlayerId) -> Result<Vec<Entered>, AppError> {
        let list = self.list(NOBODY, None, BOARDS_OF_PLAYER).await?;
        let mut entered = Vec::new();
        for info in list.boards {
            let Ok((loaded, place)) = self.place(NOBODY, &info.id, &Period::default()).await else { continue };
            let (_, placed) = self.placed_for(caller, &loaded, &place, player).await?;
            if let Some(placed) = placed {
                let (total, standing) = (placed.total, standing(placed, &loaded));
                entered.push(Entered { board: info.id, title: info.rules.title, total, standing });
            }
        }
        Ok(entered)
    }

    /// The standings that a player reached last on boards that they have an entry on, newest first.
    pub(crate) async fn reached_on(&self, caller: &Caller, player: &PlayerId, boards: &[Entered]) -> Result<Vec<Reached>, AppError> {
        let mut reached = Vec::new();
        for Entered { board, title, .. } in boards {
            // Board or entry may be gone by now.
            let Some(history) = found(self.history(caller.clone(), board, player.clone()).await)? else { continue };
            let newest = history.points.into_iter().rev().take(REACHED);
            reached.extend(newest.map(|point| Reached { board: board.clone(), title: title.clone(), point }));
        }
        reached.sort_by_key(|one| Reverse(one.point.at));
        reached.truncate(REACHED);
        Ok(reached)
    }
}

fn page(rows: &Rows, loaded: &Arc<Loaded>) -> Page {
    Page { from: rows.first + 1, version: rows.version, total: rows.total, rows: shown_rows(rows, loaded) }
}

/// Places gained since the last standing that was reached before today (UTC).
fn gained(points: &[Point], rank: u64, now_ms: u64) -> Option<i64> {
    let today = now_ms / DAY_MS * DAY_MS;
    let before = points.iter().rev().find(|point| point.at < today)?;
    Some(before.rank.cast_signed() - rank.cast_signed())
}

/// What players are looked for among.
#[derive(Clone, Copy)]
enum Among<'a> {
    /// The ids of those who have an entry, by a glob pattern.
    Ids(&'a Loaded, &'a Place, &'a str),
    /// The names in the profiles of a board's players, by a text.
    Names(&'a Loaded, &'a str),
}

/// A glob pattern for names that have a text in them, in capitals or not.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("*");
    for c in text.chars() {
        let (lower, upper) = (c.to_lowercase().next(), c.to_uppercase().next());
        match (lower, upper) {
            // A class holds bytes, not letters; others than ASCII's match as they are written.
            (Some(lower), Some(upper)) if c.is_ascii_alphabetic() => pattern.extend(['[', lower, upper, ']']),
            _ if "*?[]\\^-".contains(c) => pattern.extend(['\\', c]),
            _ => pattern.push(c),
        }
    }
    pattern.push('*');
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::model::Score;

    #[test]
    fn a_text_is_a_pattern_for_itself() {
        assert_eq!(pattern("Al*"), "*[aA][lL]\\**");
        assert_eq!(pattern("王-[x]"), "*王\\-\\[[xX]\\]*");
    }

    #[test]
    fn what_was_gained_today() {
        let point = |at, rank| Point { at, score: Score::default(), rank, attempts: 1 };
        let noon = 20 * DAY_MS + DAY_MS / 2;
        assert_eq!(gained(&[point(noon, 3)], 3, noon), None);
        assert_eq!(gained(&[point(noon - DAY_MS, 7), point(noon, 3)], 4, noon), Some(3));
        assert_eq!(gained(&[point(noon - DAY_MS, 2), point(noon, 3)], 4, noon), Some(-2));
    }
}
