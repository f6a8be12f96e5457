//! Boards that are frozen: what everybody sees stays, and what happens goes on behind it.

use super::{Answer, Declined, Scope, Store, StoreError, number, period::PeriodState, settled, text};
use crate::valkey::keys::{Label, Side};
use fred::types::Value;
use std::collections::BTreeMap;

/// How often keys are listed again when a period has come meanwhile.
const TRIES: usize = 10;

impl Store {
    /// Freezes a board, as whose rules have `revision` from then on. One that is frozen stays so.
    pub async fn freeze(&self, shown: &Scope, revision: &str, now_ms: u64) -> Answer<()> {
        let (board, keys) = (&shown.board, &self.keys);
        for _ in 0..TRIES {
            let periods = self.periods(board).await?.periods;
            let mut names = vec![keys.board(board), keys.log(board), keys.live(board), keys.periods(board)];
            names.extend(self.pairs(shown, &periods));
            let mut args = head(shown, revision, now_ms);
            args.push(number(periods.len() as u64));
            if let Some(answer) = done("freeze", &self.call("leaderport_freeze", names, args, false).await?)? {
                return Ok(answer);
            }
        }
        Err(too_fast())
    }

    /// Shows everybody what went on behind a board, as whose rules have `revision` from then on. One that is not frozen stays as it is.
    pub async fn unfreeze(&self, shown: &Scope, revision: &str, now_ms: u64) -> Answer<()> {
        let (board, behind, keys) = (&shown.board, Side::new(&shown.board, true), &self.keys);
        for _ in 0..TRIES {
            let (before, after) = (self.periods(board).await?.periods, self.periods(behind).await?.periods);
            let mut args = head(shown, revision, now_ms);
            args.extend([number(before.len() as u64), number(after.len() as u64)]);
            let mut names = vec![keys.board(board), keys.log(board), keys.live(board), keys.periods(board)];
            names.extend([keys.board(behind), keys.periods(behind)]);
            let all: BTreeMap<Label, PeriodState> = before.into_iter().chain(after).collect();
            names.extend(self.pairs(shown, &Vec::from_iter(all)));
            if let Some(answer) = done("unfreeze", &self.call("leaderport_unfreeze", names, args, false).await?)? {
                return Ok(answer);
            }
        }
        Err(too_fast())
    }

    /// Each key of what everybody sees, with the one that it goes on under.
    fn pairs(&self, shown: &Scope, periods: &[(Label, PeriodState)]) -> Vec<String> {
        let of = |side| self.keys_of_side(side, periods);
        let pairs = of(shown.into()).into_iter().zip(of(Side::new(&shown.board, true)));
        // What resets set aside is the same for both.
        pairs.filter(|(shown, behind)| shown != behind).flat_map(|(shown, behind)| [shown, behind]).collect()
    }
}

fn head(shown: &Scope, revision: &str, now_ms: u64) -> Vec<Value> {
    vec![number(now_ms), text(&shown.revision), text(&shown.line), text(revision)]
}

/// What a call answered; `None` if the keys are to be listed again.
fn done(function: &str, reply: &[Value]) -> Result<Option<Result<(), Declined>>, StoreError> {
    if reply.first().and_then(Value::as_str).as_deref() == Some("again") {
        return Ok(None);
    }
    Ok(Some(settled(function, reply)?.map(drop)))
}

fn too_fast() -> StoreError {
    StoreError::Unavailable("the board changes too fast for its periods to be listed".to_owned())
}
