//! Boards and their rules.

use super::{
    Answer, Scope, Store, StoreError, number, odd,
    period::{PeriodState, Phase},
    settled, text,
};
use crate::valkey::keys::{Label, Side};
use app::model::{BoardId, Rules};
use fred::{
    interfaces::{HashesInterface, KeysInterface, SortedSetsInterface},
    types::Value,
};

/// The version of the shapes that this server writes.
const SCHEMA: &str = "2";

/// A board as it is stored.
#[derive(Clone, Debug)]
pub struct StoredBoard {
    /// Its rules.
    pub rules: Rules,
    /// Which writing of the rules this is.
    pub revision: String,
    /// Its version.
    pub version: u64,
    /// When it was created, in ms since 1970.
    pub created_ms: u64,
    /// When it last changed, in ms since 1970.
    pub updated_ms: u64,
    /// Since when it is frozen, in ms since 1970; nothing if it is not, and of what goes on behind it.
    pub frozen_ms: Option<u64>,
}

impl Store {
    /// Notes on the first start of all which shapes the data has; `true` then. Data of other shapes is refused.
    pub async fn claim(&self) -> Result<bool, StoreError> {
        let client = self.pool.next();
        let first: Option<String> = client.set(self.keys.schema(), SCHEMA, None, Some(fred::types::SetOptions::NX), false).await?;
        if first.is_some() {
            let earlier: u64 = client.exists(self.keys.boards()).await?;
            if earlier == 0 {
                return Ok(true);
            }
            client.del::<(), _>(self.keys.schema()).await?;
        } else {
            let schema: Option<String> = client.get(self.keys.schema()).await?;
            if schema.as_deref() == Some(SCHEMA) {
                return Ok(false);
            }
        }
        let message = "the data was written by another version of LeaderPort; use another data folder or another prefix";
        Err(StoreError::Refused(message.to_owned()))
    }

    /// Writes a new board; `false` if there is one with this id. Its versions go on from `version`.
    pub async fn create_board(
        &self,
        board: &BoardId,
        rules: &Rules,
        revision: &str,
        now_ms: u64,
        version: u64,
    ) -> Result<bool, StoreError> {
        // Listed first: an id that is listed without a board is skipped, but a board that is not listed would be lost.
        self.pool.next().zadd::<(), _, _>(self.keys.boards(), None, None, false, false, (0.0, board.as_str())).await?;
        let args = vec![text(&json(rules)?), text(revision), number(now_ms), number(version)];
        let reply = self.call("leaderport_create_board", vec![self.keys.board(board)], args, false).await?;
        Ok(reply.first().and_then(Value::as_u64) == Some(1))
    }

    /// A board, if there is such a one.
    pub async fn board<'a>(&self, side: impl Into<Side<'a>>) -> Result<Option<StoredBoard>, StoreError> {
        let side = side.into();
        let fields = vec!["rules", "revision", "version", "created", "updated", "frozen"];
        let fields: Vec<Option<String>> = self.pool.next().hmget(self.keys.board(side), fields).await?;
        let [Some(rules), Some(revision), version, created, updated, frozen] = &fields[..] else { return Ok(None) };
        let rules = serde_json::from_str(rules).map_err(|error| StoreError::Refused(format!("rules of {}: {error}", side.board())))?;
        let number = |field: &Option<String>| field.as_deref().and_then(|text| text.parse().ok());
        let count = |field| number(field).unwrap_or(0);
        let (version, created_ms, updated_ms) = (count(version), count(created), count(updated));
        Ok(Some(StoredBoard { rules, revision: revision.clone(), version, created_ms, updated_ms, frozen_ms: number(frozen) }))
    }

    /// A board's version, if there is such a board.
    pub async fn version<'a>(&self, side: impl Into<Side<'a>>) -> Result<Option<u64>, StoreError> {
        Ok(self.pool.next().hget(self.keys.board(side), "version").await?)
    }

    /// At most `limit` ids after `after`, in the order of the alphabet.
    pub async fn board_ids(&self, after: Option<&BoardId>, limit: u32) -> Result<Vec<BoardId>, StoreError> {
        let first = after.map_or_else(|| "-".to_owned(), |after| format!("({after}"));
        let ids: Vec<String> = self.pool.next().zrangebylex(self.keys.boards(), first, "+", Some((0, i64::from(limit)))).await?;
        Ok(ids.iter().filter_map(|id| BoardId::parse(id).ok()).collect())
    }

    /// Writes other rules, also for what everybody sees of a board that is frozen. `Ok(false)`: they would reorder entries, and there are some.
    pub async fn edit_board(&self, known: &Scope, rules: &Rules, revision: &str, reorders: bool, now_ms: u64) -> Answer<bool> {
        let (board, keys) = (&known.board, &self.keys);
        let next = Scope::new(board.clone(), rules, revision.to_owned());
        let args = vec![text(&json(rules)?), text(revision), text(&known.revision), number(now_ms), text(&next.line)];
        // A period may come while its keys are listed: then they are listed again.
        for _ in 0..10 {
            let mut names =
                vec![keys.board(known), keys.log(board), keys.live(known), keys.periods(known), keys.board(board), keys.live(board)];
            let mut args = args.clone();
            if reorders {
                let periods = self.periods(known).await?.periods;
                let (must_be_empty, goes) = self.keys_of_periods(known.into(), &periods);
                args.extend([number(must_be_empty.len() as u64), number(periods.len() as u64)]);
                names.extend(must_be_empty.into_iter().chain(goes));
            }
            let reply = self.call("leaderport_edit_board", names, args, false).await?;
            match reply.first().and_then(Value::as_str).as_deref() {
                Some("again") => {}
                Some("entries") => return Ok(Ok(false)),
                _ => return Ok(settled("edit_board", &reply)?.map(|_| true)),
            }
        }
        Err(StoreError::Unavailable("the board changes too fast to be edited".to_owned()))
    }

    /// The keys of a board's periods that are there while there are entries, and all keys that periods, and what was set aside, have.
    fn keys_of_periods(&self, side: Side, periods: &[(Label, PeriodState)]) -> (Vec<String>, Vec<String>) {
        let (mut ranks, mut all) = (Vec::new(), Vec::new());
        let [rank, .., hidden] = self.keys.period(side, &Label::all());
        ranks.extend([rank, hidden]);
        for (label, state) in periods {
            let names = self.keys.period(side, label);
            if state.phase != Phase::Aside {
                let [rank, .., hidden] = &names;
                ranks.extend([rank.clone(), hidden.clone()]);
            }
            all.extend(names);
            all.extend(label.aside_token().map(|token| self.keys.history_aside(side.board(), token)));
        }
        (ranks, all)
    }

    /// Deletes a board and everything on it.
    pub async fn delete_board(&self, board: &BoardId, now_ms: u64) -> Result<(), StoreError> {
        let behind = Side::new(board, true);
        // A period may come while its keys are listed: then they are listed again.
        for _ in 0..10 {
            let (shown, hidden) = (self.periods(board).await?.periods, self.periods(behind).await?.periods);
            let keys = &self.keys;
            let mut names = vec![keys.periods(board), keys.periods(behind), keys.board(board), keys.live(board)];
            names.extend([keys.log(board), keys.moderation(board)]);
            names.extend(keys.review(board));
            names.extend(keys.seen(board, now_ms));
            names.extend(keys.runs_kept(board, now_ms).into_iter().flatten());
            names.extend(self.keys_of_side(board.into(), &shown));
            names.extend(self.keys_of_side(behind, &hidden));
            names.extend(self.keys_of_webhooks(board).await?);
            let args = vec![number(shown.len() as u64), number(hidden.len() as u64)];
            let reply = self.call("leaderport_delete_board", names, args, false).await?;
            match reply.first().and_then(Value::as_u64) {
                Some(0) => {}
                Some(1) => return Ok(self.pool.next().zrem::<(), _, _>(self.keys.boards(), board.as_str()).await?),
                _ => return Err(odd("delete_board", &reply)),
            }
        }
        Err(StoreError::Unavailable("the board changes too fast to be deleted".to_owned()))
    }

    /// All that there is on a side: the board, its periods, their keys, and what else goes on while a board is frozen.
    pub(super) fn keys_of_side(&self, side: Side, periods: &[(Label, PeriodState)]) -> Vec<String> {
        let keys = &self.keys;
        let mut names = vec![keys.board(side), keys.periods(side), keys.history(side), keys.activity(side), keys.faces(side)];
        names.extend(keys.period(side, &Label::all()));
        names.extend(self.keys_of_periods(side, periods).1);
        names
    }
}

fn json(rules: &Rules) -> Result<String, StoreError> {
    serde_json::to_string(rules).map_err(|error| StoreError::Refused(error.to_string()))
}
