//! Periods: known, closed, dropped.

use super::{Answer, Scope, Store, StoreError, number, odd, settled, text};
use crate::valkey::keys::{Label, Side};
use fred::{interfaces::HashesInterface, types::Value};

/// How a period stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodState {
    /// When it starts, ends, closes, and is no longer kept, in ms since 1970.
    pub times: [u64; 4],
    /// What it is now.
    pub phase: Phase,
}

/// What a period is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It takes submissions.
    Open,
    /// It takes none.
    Closed {
        /// Its entries.
        total: u64,
        /// The board's version at which it was closed.
        version: u64,
        /// When it was closed, in ms since 1970.
        closed_ms: u64,
    },
    /// It is what a reset set aside.
    Aside,
}

/// The periods of a board that are known, at one version.
#[derive(Clone, Debug)]
pub struct Periods {
    /// The board's version.
    pub version: u64,
    /// The periods, in no order.
    pub periods: Vec<(Label, PeriodState)>,
}

impl Store {
    /// Every period that was written to and is still kept, and what was set aside.
    pub async fn periods<'a>(&self, side: impl Into<Side<'a>>) -> Result<Periods, StoreError> {
        let side = side.into();
        let names = vec![self.keys.board(side), self.keys.periods(side)];
        let reply = self.call("leaderport_periods", names, Vec::new(), true).await?;
        read(&reply).ok_or_else(|| odd("periods", &reply))
    }

    /// Whether a period was written to and is still kept.
    pub async fn has_period<'a>(&self, side: impl Into<Side<'a>>, label: &Label) -> Result<bool, StoreError> {
        Ok(self.pool.next().hexists(self.keys.periods(side), label.as_str()).await?)
    }

    /// Closes a period whose time has come; whether this call did it.
    pub async fn close_period(&self, scope: &Scope, label: &Label, expires_ms: u64, now_ms: u64) -> Answer<bool> {
        let (board, keys) = (&scope.board, &self.keys);
        let [rank, ..] = keys.period(scope, label);
        let names = vec![keys.board(scope), keys.log(board), keys.periods(scope), keys.live(scope), rank];
        let args = vec![number(now_ms), text(&scope.revision), text(&scope.line), text(label.as_str()), number(expires_ms)];
        let reply = self.call("leaderport_close_period", names, args, false).await?;
        Ok(match reply.first().and_then(Value::as_str).as_deref() {
            Some("closed") => Ok(true),
            Some("no") => Ok(false),
            _ => settled("close_period", &reply)?.map(|_| false),
        })
    }

    /// Drops a period that is no longer kept at `now_ms`; without a time, whatever its state.
    pub async fn forget_period<'a>(&self, side: impl Into<Side<'a>>, label: &Label, now_ms: Option<u64>) -> Result<(), StoreError> {
        let side = side.into();
        let mut names = vec![self.keys.periods(side)];
        names.extend(self.keys.period(side, label));
        names.extend(label.aside_token().map(|token| self.keys.history_aside(side.board(), token)));
        let args = vec![text(label.as_str()), now_ms.map_or_else(|| text(""), number)];
        self.call("leaderport_forget_period", names, args, false).await?;
        Ok(())
    }
}

fn read(reply: &[Value]) -> Option<Periods> {
    let (version, fields) = reply.split_first()?;
    let periods = fields
        .chunks_exact(2)
        .map(|field| Some((Label::stored(&field[0].as_str()?), state(&field[1].as_str()?)?)))
        .collect::<Option<_>>()?;
    Some(Periods { version: version.as_u64()?, periods })
}

fn state(text: &str) -> Option<PeriodState> {
    let mut words = text.split(' ');
    let kind = words.next()?;
    let mut next = || words.next()?.parse().ok();
    let times = [next()?, next()?, next()?, next()?];
    let phase = match kind {
        "open" => Phase::Open,
        "closed" => Phase::Closed { total: next()?, version: next()?, closed_ms: next()? },
        "aside" => Phase::Aside,
        _ => return None,
    };
    Some(PeriodState { times, phase })
}
