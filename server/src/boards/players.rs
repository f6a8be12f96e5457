//! A player on all boards. What a caller may not see is left out, as it is from lists of boards.

use super::{
    Boards,
    answers::{BoardInfo, OnBoard, PlayerEntries, PlayerMoment, PlayerMoments},
    caller::Caller,
    read::Period,
};
use app::{
    error::{AppError, What},
    model::{BoardId, Limit, PlayerId},
};

/// Boards that are looked at in one go, at most.
const LOOKED_AT: u32 = 1_000;

impl Boards {
    /// Where a player has an entry, in the order of the boards' ids. Boards are looked at until there are `limit` entries, a thousand
    /// of them at most; the cursor says where to go on.
    pub async fn player_entries(
        &self,
        caller: Caller,
        player: PlayerId,
        after: Option<BoardId>,
        limit: Limit,
    ) -> Result<PlayerEntries, AppError> {
        let list = self.list(caller.clone(), after, LOOKED_AT).await?;
        let mut entries = Vec::new();
        let mut boards = list.boards.into_iter().peekable();
        while let Some(info) = boards.next() {
            if let Some(entry) = found(self.entry(caller.clone(), &info.id, &Period::default(), player.clone(), Limit::PAGE).await)? {
                entries.push(OnBoard { title: info.rules.title, entry });
            }
            if entries.len() == limit.get() as usize {
                let next_cursor = (boards.peek().is_some() || list.next_cursor.is_some()).then(|| info.id.to_string());
                return Ok(PlayerEntries { player_id: player, entries, next_cursor });
            }
        }
        Ok(PlayerEntries { player_id: player, entries, next_cursor: list.next_cursor })
    }

    /// A player's standings on all boards (the first thousand of them) over time, newest first, those before a time, in ms since 1970.
    /// What was reached in the same millisecond is not divided, so there may be a few more than `limit`.
    pub async fn history_of(
        &self,
        caller: Caller,
        player: PlayerId,
        before_ms: Option<u64>,
        limit: Limit,
    ) -> Result<PlayerMoments, AppError> {
        let before_ms = before_ms.unwrap_or(u64::MAX);
        let mut moments = Vec::new();
        for BoardInfo { id, rules, .. } in self.list(caller.clone(), None, LOOKED_AT).await?.boards {
            let Some(history) = found(self.history(caller.clone(), &id, player.clone()).await)? else { continue };
            let points = history.points.into_iter().filter(|point| point.at < before_ms);
            moments.extend(points.map(|point| PlayerMoment { board: id.clone(), title: rules.title.clone(), point }));
        }
        // Those of one board are in order, and stay so.
        moments.reverse();
        moments.sort_by_key(|moment| std::cmp::Reverse(moment.point.at));
        let limit = limit.get() as usize;
        let last = moments.get(limit - 1).map(|moment| moment.point.at);
        let shown = last.map_or(moments.len(), |last| moments.partition_point(|moment| moment.point.at >= last));
        let next_before = last.filter(|_| shown < moments.len());
        moments.truncate(shown);
        Ok(PlayerMoments { player_id: player, points: moments, next_before })
    }
}

/// What was read of a player; nothing where they have no entry, or no profile, or the board has gone meanwhile.
pub(super) fn found<T>(read: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match read {
        Err(AppError::NotFound { what: What::Player | What::Profile | What::Board }) => Ok(None),
        read => read.map(Some),
    }
}
