//! Who did what: a record of every change by whoever has a right to it. It is only ever added to.

use super::{Auth, parse};
use crate::{
    boards::{caller::Caller, from_store, rights::Right, turn::LogOrder},
    request_id::RequestId,
};
use app::{
    error::{AppError, Field},
    i18n::t,
    model::{PlayerId, is_prose},
};
use axum::http::StatusCode;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::error;
use utoipa::ToSchema;

/// How many records are kept, about.
#[derive(Clone, Copy, Debug)]
pub struct Kept {
    /// Of what was done by whoever had a right to it.
    pub acts: u64,
    /// Of what anybody may do or try. They are counted apart: nobody drives out a record of the former by trying.
    pub tries: u64,
    /// Of changes of one kind by one caller, in a stretch of time. What is more is counted, and told by one record: nobody who has a right drives out a
    /// record by using it very often, and what is done otherwise is recorded all the same.
    pub alike: u64,
    /// The same of what failed, or changed nothing.
    pub alike_in_vain: u64,
    /// That stretch.
    pub stretch: Duration,
}

impl Default for Kept {
    fn default() -> Self {
        Self { acts: 1_000_000, tries: 100_000, alike: 1_000, alike_in_vain: 60, stretch: Duration::from_mins(10) }
    }
}

/// Records that are read at a time, and how often for one page: one that nearly nothing fits ends there, with a cursor.
const AT_ONCE: u64 = 1_000;
const READS: usize = 50;
/// Items of a list that are kept.
const MAX_ITEMS: usize = 20;
/// The longest reason, in characters.
const MAX_WHY: usize = 500;

/// Something that somebody did.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Act {
    /// When, in ms since 1970.
    pub at: u64,
    /// Who: `admin key`, `key <id>`, `operator <name>`, `player <id>`, or `anybody`, for who tried to sign in.
    pub who: String,
    /// From which address.
    pub from: String,
    /// What: method and route, like `PATCH /api/boards/{board}`.
    pub act: String,
    /// To what: the path and its parameters.
    pub path: String,
    /// The answer's status. From 400 on it failed, and what it was to change is as it was, or in part.
    pub status: u16,
    /// The request, as the server's log and the answer have it.
    pub request_id: String,
    /// Why, as whoever did it said in the header `x-reason`, or in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it was before, where that is told. What happened to entries is in the board's log, under the version that `after` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// What it is afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    /// That this stands for so many more by the same caller, of the same method and route, which are not recorded one by one, as there were too many in
    /// ten minutes: more than a thousand changes, or than sixty that failed or changed nothing. The rest is what the last of them was like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
}

/// What was done, in the order that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Acts {
    /// Some of it.
    pub acts: Vec<Act>,
    /// Where to go on; none after the last.
    pub next_cursor: Option<String>,
}

/// Which of it to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// By whom.
    pub who: Option<String>,
    /// Methods and routes that have this in them.
    pub act: Option<String>,
    /// Paths that have this in them.
    pub path: Option<String>,
    /// Paths that name this player.
    pub player: Option<PlayerId>,
    /// From a time on, in ms since 1970.
    pub since: Option<u64>,
    /// Before a time, in ms since 1970.
    pub until: Option<u64>,
}

impl Wanted {
    fn fits(&self, act: &Act) -> bool {
        let has = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| text.contains(wanted.as_str()));
        self.who.as_ref().is_none_or(|who| act.who == *who)
            && has(&self.act, &act.act)
            && has(&self.path, &act.path)
            && self.player.as_ref().is_none_or(|player| names(&act.path, player))
            && self.since.is_none_or(|since| act.at >= since)
            && self.until.is_none_or(|until| act.at < until)
    }

    /// Whether nothing that is wanted comes after an act in this order.
    fn ends_at(&self, act: &Act, order: LogOrder) -> bool {
        match order {
            LogOrder::Newest => self.since.is_some_and(|since| act.at < since),
            LogOrder::Oldest => self.until.is_some_and(|until| act.at >= until),
        }
    }
}

/// Whether a path is that of a player, or of their entry or something of it.
fn names(path: &str, player: &PlayerId) -> bool {
    let parts: Vec<_> = path.split('?').next().unwrap_or_default().split('/').collect();
    let is_theirs = |part: &str| percent_decode_str(part).decode_utf8().is_ok_and(|part| part == player.as_str());
    parts.windows(2).any(|pair| matches!(pair[0], "players" | "entries") && is_theirs(pair[1]))
}

/// Watches one request, so that what it did can be recorded: whoever finds out who asks, and what has changed, says so here.
#[derive(Clone, Default)]
pub struct Witness(Arc<Mutex<Seen>>);

#[derive(Default)]
struct Seen {
    who: Option<String>,
    why: Option<String>,
    before: Option<Value>,
    after: Option<Value>,
    /// Whoever it is, anybody could have done the same.
    is_of_the_public: bool,
}

impl Witness {
    /// Who asks, with a right to it.
    pub fn saw(&self, caller: &Caller) {
        let mut seen = self.lock();
        seen.who = Some(caller.to_string());
        seen.is_of_the_public = caller.is_of_the_public();
    }

    /// That somebody tries to get in.
    pub fn saw_try(&self) {
        self.saw(&Caller::Anonymous);
    }

    /// That they got in, as this operator.
    pub fn saw_enter(&self, operator: &str) {
        let mut seen = self.lock();
        seen.who = Some(format!("operator {operator}"));
        seen.is_of_the_public = false;
    }

    /// That nothing is to change: there is nothing to record.
    pub fn forget(&self) {
        self.lock().who = None;
    }

    /// Why, if that was said.
    pub fn because(&self, why: Option<&str>) -> Result<(), AppError> {
        let Some(why) = why.map(str::trim).filter(|why| !why.is_empty()) else { return Ok(()) };
        if !is_prose(why, MAX_WHY) {
            return Err(AppError::invalid(Field::Reason, t::problem::REASON_LONG));
        }
        self.lock().why = Some(why.to_owned());
        Ok(())
    }

    /// What it was before.
    pub fn before(&self, before: &impl Serialize) {
        self.lock().before = short(before);
    }

    /// What it is now.
    pub fn after(&self, after: &impl Serialize) {
        self.lock().after = short(after);
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is kept of an answer: of long lists, how they begin.
fn short(answer: &impl Serialize) -> Option<Value> {
    fn cut(value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.truncate(MAX_ITEMS);
                items.iter_mut().for_each(cut);
            }
            Value::Object(members) => members.values_mut().for_each(cut),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(answer).ok()?;
    cut(&mut value);
    Some(value)
}

/// How often somebody has done the same in this stretch of time, and what of it is not recorded: who it was, what, and whether it was in vain.
#[derive(Default)]
pub struct Tallies(Mutex<HashMap<(String, String, bool), Tally>>);

#[derive(Default)]
struct Tally {
    recorded: u64,
    left_out: u64,
    last: Option<Act>,
}

impl Tallies {
    /// Whether an act is to be recorded, of which so many are; else it is counted.
    fn takes(&self, act: &Act, is_in_vain: bool, most: u64) -> bool {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = tallies.entry((act.who.clone(), act.act.clone(), is_in_vain)).or_default();
        if tally.recorded < most {
            tally.recorded += 1;
            return true;
        }
        tally.left_out += 1;
        tally.last = Some(Act { why: None, before: None, after: None, left_out: Some(tally.left_out), ..act.clone() });
        false
    }

    /// Begins anew; what was left out.
    fn turn(&self) -> Vec<Act> {
        let tallies = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        tallies.into_values().filter_map(|tally| tally.last).collect()
    }
}

/// A request that was answered.
pub struct Answered<'a> {
    /// From where it came.
    pub from: IpAddr,
    /// Its method and route.
    pub act: String,
    /// Its path and parameters.
    pub path: &'a str,
    /// The answer's status.
    pub status: u16,
}

impl Auth {
    /// Records what a request did, if it was one by somebody who has a right, or tried to get in. Also where it failed: part of it may be done, and it
    /// was tried. What is refused for being too much is not looked at; it can be any number, and is counted in the metrics.
    pub async fn record(&self, witness: &Witness, answered: Answered<'_>) -> Result<(), AppError> {
        let seen = std::mem::take(&mut *witness.lock());
        let Some(who) = seen.who.filter(|_| answered.status != StatusCode::TOO_MANY_REQUESTS) else { return Ok(()) };
        let act = Act {
            at: self.clock.now_ms(),
            who,
            from: answered.from.to_string(),
            act: answered.act,
            path: answered.path.to_owned(),
            status: answered.status,
            request_id: RequestId::current().map(|id| id.to_string()).unwrap_or_default(),
            why: seen.why,
            before: seen.before,
            after: seen.after,
            left_out: None,
        };
        if seen.is_of_the_public {
            return self.add(&act, true, self.kept.tries).await;
        }
        let is_in_vain = act.after.is_none() && act.status >= 400 || act.before.is_some() && act.before == act.after;
        let most = if is_in_vain { self.kept.alike_in_vain } else { self.kept.alike };
        if !self.tallies.takes(&act, is_in_vain, most) {
            return Ok(());
        }
        self.add(&act, false, self.kept.acts).await
    }

    async fn add(&self, act: &Act, is_of_the_public: bool, most: u64) -> Result<(), AppError> {
        let json = serde_json::to_string(act).map_err(|_| AppError::Internal)?;
        self.store.add_act(&json, is_of_the_public, most).await.map_err(from_store)
    }

    /// Records every now and then, and at the end, how much was not recorded one by one.
    pub async fn keep_telling(self: Arc<Self>, ending: CancellationToken) {
        while ending.run_until_cancelled(sleep(self.kept.stretch)).await.is_some() {
            self.tell().await;
        }
        self.tell().await;
    }

    async fn tell(&self) {
        for act in self.tallies.turn() {
            if let Err(error) = self.add(&Act { at: self.clock.now_ms(), ..act.clone() }, false, self.kept.acts).await {
                error!(%error, act.who, act.act, act.left_out, "what was done is not in the audit log");
            }
        }
    }

    /// At most `limit` of what was done, in an order, after a place in it.
    pub async fn acts(
        &self,
        caller: &Caller,
        wanted: &Wanted,
        order: LogOrder,
        place: Option<String>,
        limit: usize,
    ) -> Result<Acts, AppError> {
        caller.must(Right::Administer, None)?;
        let mut acts = Vec::new();
        let mut place = place;
        let count = AT_ONCE.min(limit as u64 * 4);
        for _ in 0..READS {
            let stored = match order {
                LogOrder::Newest => self.store.acts_before(place.as_deref(), count).await,
                LogOrder::Oldest => self.store.acts_after(place.as_deref(), count).await,
            };
            let stored = stored.map_err(from_store)?;
            if stored.is_empty() {
                return Ok(Acts { acts, next_cursor: None });
            }
            for (id, json) in stored {
                let act: Act = parse(&json)?;
                place = Some(id);
                if wanted.ends_at(&act, order) {
                    return Ok(Acts { acts, next_cursor: None });
                }
                if wanted.fits(&act) {
                    acts.push(act);
                }
                if acts.len() == limit {
                    return Ok(Acts { acts, next_cursor: place.map(|place| order.cursor(place)) });
                }
            }
        }
        Ok(Acts { acts, next_cursor: place.map(|place| order.cursor(place)) })
    }
}
