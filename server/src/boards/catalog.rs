//! Boards as data: create, list, edit, archive, delete.

use super::{
    Boards,
    answers::{BoardInfo, BoardList},
    board::{DAY_MS, Loaded, calendars},
    caller::Caller,
    from_store,
    rights::Right,
};
use crate::valkey::{
    StoreError,
    functions::{Declined, board::StoredBoard},
    keys::Side,
};
use app::{
    error::{AppError, Field, What},
    i18n::{Said, t},
    model::{BoardId, RankMode, Review, Rules, RulesChange, Visibility, Window, WindowName},
};
use tracing::info;

/// Periods of one window that may be kept at once: listing them, and dropping them, stays quick.
const MOST_PERIODS: u64 = 5_000;

impl Boards {
    /// Creates a board.
    pub async fn create(&self, caller: Caller, id: BoardId, change: RulesChange) -> Result<BoardInfo, AppError> {
        caller.must(Right::Manage, Some(&id))?;
        let rules = Rules { title: id.to_string(), ..Rules::default() }.changed(change)?;
        self.check_windows(&rules)?;
        if !self.create_with(&id, &rules, 0).await.map_err(from_store)? {
            return Err(AppError::Exists);
        }
        self.info(caller, &id).await
    }

    /// Writes a new board, whose versions go on from `version`; `false` if there is one with this id.
    pub(crate) async fn create_with(&self, id: &BoardId, rules: &Rules, version: u64) -> Result<bool, StoreError> {
        let created = self.store.create_board(id, rules, &token(), self.clock.now_ms(), version).await?;
        if created {
            info!(board.id = %id, "board created");
        }
        Ok(created)
    }

    /// A board and its rules.
    pub async fn info(&self, caller: Caller, id: &BoardId) -> Result<BoardInfo, AppError> {
        let stored = self.store.board(id).await.map_err(from_store)?.ok_or_else(|| AppError::no(What::Board))?;
        caller.must_see(id, &stored.rules)?;
        self.info_for(&caller, id.clone(), stored).await
    }

    /// A board as somebody sees it.
    async fn info_for(&self, caller: &Caller, id: BoardId, stored: StoredBoard) -> Result<BoardInfo, AppError> {
        let mut info = info_of(caller, id, stored);
        if info.frozen_since.is_some()
            && caller.sees_behind(&info.id)
            && let Some(behind) = self.store.board(Side::new(&info.id, true)).await.map_err(from_store)?
        {
            (info.version, info.last_update) = (behind.version, behind.updated_ms);
        }
        Ok(info)
    }

    /// At most `limit` boards after `after`, in the order of their ids. Operators see all of them; others public ones that are
    /// not archived.
    pub async fn list(&self, caller: Caller, after: Option<BoardId>, limit: u32) -> Result<BoardList, AppError> {
        let mut boards: Vec<BoardInfo> = Vec::new();
        let mut cursor = after;
        loop {
            let ids = self.store.board_ids(cursor.as_ref(), limit).await.map_err(from_store)?;
            let is_last = ids.len() < limit as usize;
            for id in ids {
                let stored = self.store.board(&id).await.map_err(from_store)?;
                cursor = Some(id.clone());
                let listed = |stored: &StoredBoard| {
                    caller.may(Right::Read, Some(&id)) || stored.rules.visibility == Visibility::Public && !stored.rules.archived
                };
                let Some(stored) = stored.filter(listed) else { continue };
                // One more than is shown says that these were not the last.
                if boards.len() == limit as usize {
                    let next_cursor = boards.last().map(|last| last.id.to_string());
                    return Ok(BoardList { boards, next_cursor });
                }
                boards.push(self.info_for(&caller, id, stored).await?);
            }
            if is_last {
                return Ok(BoardList { boards, next_cursor: None });
            }
        }
    }

    /// Edits a board's rules. What would reorder entries that are there is refused.
    pub async fn edit(&self, caller: Caller, id: &BoardId, change: RulesChange) -> Result<BoardInfo, AppError> {
        caller.must(Right::Manage, Some(id))?;
        let open = self.board(id).await?;
        loop {
            let known = open.shared.reload().await?.ok_or_else(|| AppError::no(What::Board))?;
            let rules = known.rules.changed(change.clone())?;
            self.check_windows(&rules)?;
            let fixed = fixed(&known.rules, &rules);
            self.check_calendars(&known, &rules).await?;
            let answer = self.store.edit_board(&known.scope, &rules, &token(), fixed.is_some(), open.shared.now_ms()).await;
            match answer.map_err(from_store)? {
                Ok(true) => {
                    open.shared.reload().await?;
                    self.drop_windows(&known, &rules).await?;
                    info!(board.id = %id, "board edited");
                    return self.info(caller, id).await;
                }
                Ok(false) => {
                    let field = fixed.unwrap_or(Field::Request);
                    return Err(AppError::Fixed { field, message: t::problem::RULE_FIXED.into() });
                }
                // Somebody else edited it: the change is made anew, from what they wrote.
                Err(Declined::OtherRules) => {}
                Err(Declined::NoBoard) if known.scope.is_behind => {}
                Err(_) => return Err(AppError::no(What::Board)),
            }
        }
    }

    /// Deletes a board and everything on it.
    pub async fn delete(&self, caller: Caller, id: &BoardId) -> Result<(), AppError> {
        caller.must(Right::Manage, Some(id))?;
        self.board(id).await?;
        self.store.delete_board(id, self.clock.now_ms()).await.map_err(from_store)?;
        self.lock().remove(id);
        info!(board.id = %id, "board deleted");
        Ok(())
    }

    /// Deletes a board that a job has founded, unless somebody has already.
    pub(super) async fn delete_if_there(&self, id: &BoardId) -> Result<(), AppError> {
        match self.delete(Caller::Server, id).await {
            Err(AppError::NotFound { .. }) => Ok(()),
            deleted => deleted,
        }
    }

    /// Refuses zones and patterns that are none, and windows that would keep too many periods.
    pub(super) fn check_windows(&self, rules: &Rules) -> Result<(), AppError> {
        for (window, calendar) in calendars(rules)? {
            let (wrong, name) = (|message: Said| Err(AppError::invalid(Field::Windows, message)), window.name.as_str());
            let Some(mut period) = calendar.period(self.clock.now_ms()) else { return wrong(t::problem::window_never(name)) };
            let mut shortest = u64::MAX;
            for _ in 0..10 {
                shortest = shortest.min((period.end_ms - period.start_ms).unsigned_abs());
                let Some(next) = u64::try_from(period.end_ms).ok().and_then(|end| calendar.period(end)) else { break };
                period = next;
            }
            if u64::from(window.keep_days) * DAY_MS / shortest.max(1) > MOST_PERIODS {
                return wrong(t::problem::window_much(name));
            }
        }
        Ok(())
    }

    /// Refuses another calendar for a window that has periods: their names would no longer say when they were.
    async fn check_calendars(&self, known: &Loaded, rules: &Rules) -> Result<(), AppError> {
        let other = |window: &&Window| known.rules.windows.iter().any(|before| before.name == window.name && !before.same_calendar(window));
        let Some(window) = rules.windows.iter().find(other) else { return Ok(()) };
        let periods = self.store.periods(&known.scope).await.map_err(from_store)?.periods;
        if periods.iter().any(|(label, _)| label.parts().is_some_and(|(name, _)| name == window.name)) {
            let message = t::problem::window_fixed(window.name.as_str());
            return Err(AppError::Fixed { field: Field::Windows, message: message.into() });
        }
        Ok(())
    }

    /// Drops the periods of windows that the board no longer has.
    async fn drop_windows(&self, known: &Loaded, rules: &Rules) -> Result<(), AppError> {
        let has = |name: &WindowName| rules.windows.iter().any(|window| window.name == *name);
        if known.rules.windows.iter().all(|window| has(&window.name)) {
            return Ok(());
        }
        for side in self.sides(&known.scope.board).await?.all() {
            for (label, _) in self.store.periods(&side.scope).await.map_err(from_store)?.periods {
                if label.window().is_some_and(|window| !window.is_all() && !has(&window)) {
                    self.store.forget_period(&side.scope, &label, None).await.map_err(from_store)?;
                }
            }
        }
        Ok(())
    }
}

/// Which changed rule would put entries into another order, or needs something of each that is kept only from the first on.
fn fixed(before: &Rules, after: &Rules) -> Option<Field> {
    let dense = |rules: &Rules| rules.rank_mode == RankMode::Dense;
    before.reorders(after).or((dense(before) != dense(after)).then_some(Field::RankMode))
}

fn info_of(caller: &Caller, id: BoardId, stored: StoredBoard) -> BoardInfo {
    let StoredBoard { mut rules, version, created_ms, updated_ms, frozen_ms, .. } = stored;
    if !caller.may(Right::Read, Some(&id)) {
        rules.review = rules.review.and_then(Review::public);
    }
    BoardInfo { id, rules, version, created_at: created_ms, last_update: updated_ms, frozen_since: frozen_ms }
}

/// A name that nothing else has.
pub(crate) fn token() -> String {
    format!("{:016x}", rand::random::<u64>())
}
