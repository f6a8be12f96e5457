//! How much happens on a board, over time.

use super::{
    Boards,
    answers::{Activity, ActivityStep},
    board::DAY_MS,
    caller::Caller,
    from_store,
};
use app::{
    error::AppError,
    model::{BoardId, Limit},
};
use std::collections::HashMap;

/// An hour, in ms.
const HOUR_MS: u64 = 60 * 60 * 1000;

/// How long a stretch is that is counted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

impl Step {
    /// In ms.
    pub fn ms(self) -> u64 {
        match self {
            Self::Hour => HOUR_MS,
            Self::Day => DAY_MS,
        }
    }
}

impl Boards {
    /// Submissions that were counted in each of the last `limit` stretches before a time, in ms since 1970, or up to now; oldest first.
    pub async fn activity(
        &self,
        caller: Caller,
        board: &BoardId,
        step: Step,
        before_ms: Option<u64>,
        limit: Limit,
    ) -> Result<Activity, AppError> {
        let open = self.board(board).await?;
        let loaded = self.seen(board, &caller).await?;
        caller.must_see(board, &loaded.rules)?;
        // The stretch that goes on is the last.
        let end = before_ms.unwrap_or_else(|| open.shared.now_ms() + 1).div_ceil(step.ms());
        let first = end.saturating_sub(u64::from(limit.get()));
        let mut counts: HashMap<u64, u64> = HashMap::new();
        for (hour, submissions) in self.store.activity(&loaded.scope).await.map_err(from_store)? {
            *counts.entry(hour * HOUR_MS / step.ms()).or_default() += submissions;
        }
        let steps = (first..end).map(|at| ActivityStep { at: at * step.ms(), submissions: counts.get(&at).copied().unwrap_or(0) });
        Ok(Activity { board: board.clone(), steps: steps.collect(), next_before: (first > 0).then_some(first * step.ms()) })
    }
}
