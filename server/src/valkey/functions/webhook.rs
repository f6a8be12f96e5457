//! Webhooks: whom a board tells, what they are to be told, and how that goes.

use super::{Store, StoreError, number, odd, text};
use app::model::BoardId;
use fred::{
    interfaces::{HashesInterface, SortedSetsInterface},
    types::{SetOptions, Value},
};
use std::collections::HashMap;

/// The most webhooks that a board has.
pub const MOST: u64 = 20;
/// The most deliveries of a webhook that are kept, and for how long, in seconds: a week.
const MOST_DELIVERIES: u64 = 1_000;
const KEPT_SECONDS: u64 = 7 * 24 * 60 * 60;

/// Which webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct HookId {
    /// Whose.
    pub board: BoardId,
    /// Its id.
    pub id: String,
}

/// A webhook as it is stored.
#[derive(Clone, Debug)]
pub struct StoredHook {
    /// What was asked for, as JSON.
    pub setup: String,
    /// What its deliveries are signed with, as JSON.
    pub secrets: String,
    /// The version up to which the log was read for it.
    pub cursor: u64,
    /// The first entries as it knows them, as JSON.
    pub top: String,
    /// Counts its looks at the board.
    pub turn: u64,
    /// Since when nothing arrives, in ms since 1970.
    pub failing_ms: Option<u64>,
    /// Why it was switched off.
    pub off: Option<String>,
    /// When it was created and last edited, in ms since 1970.
    pub times: [u64; 2],
}

/// A look at a board, and what it has led to.
pub struct Look<'a> {
    /// Which one it is.
    pub turn: u64,
    /// The version up to which the log was read.
    pub cursor: u64,
    /// The first entries, as JSON.
    pub top: &'a str,
}

/// A delivery as it is stored.
#[derive(Clone, Debug)]
pub struct StoredDelivery {
    /// Its id.
    pub id: String,
    /// What is sent, as JSON.
    pub message: String,
    /// How it goes, as JSON.
    pub progress: String,
    /// When it is to be sent, in ms since 1970; none if it is not any more.
    pub due_ms: Option<u64>,
}

/// What is to be sent next.
#[derive(Debug)]
pub enum Next {
    /// This, now.
    Now(StoredDelivery),
    /// Something, at this time in ms since 1970.
    At(u64),
    /// Nothing.
    Nothing,
}

/// How an attempt went.
pub struct Attempted<'a> {
    /// Of which delivery.
    pub id: &'a str,
    /// How it goes, as JSON.
    pub progress: &'a str,
    /// When it is to be sent again, in ms since 1970.
    pub again_ms: Option<u64>,
    /// The time, in ms since 1970.
    pub now_ms: u64,
    /// Whether it has arrived.
    pub has_arrived: bool,
    /// How long a webhook may go on without anything arriving, in ms, and why it is switched off then.
    pub patience: (u64, &'a str),
    /// Why it is to be switched off at once.
    pub off: Option<&'a str>,
}

impl Store {
    /// Writes a new webhook with these fields; `None`: there is no such board, `Some(false)`: it has as many as it can have.
    pub async fn create_webhook(&self, hook: &HookId, now_ms: u64, fields: &[(&str, &str)]) -> Result<Option<bool>, StoreError> {
        let [key, ..] = self.keys.hook(&hook.board, &hook.id);
        let keys = vec![self.keys.board(&hook.board), self.keys.hooks(&hook.board), key];
        let mut args = vec![text(&hook.id), number(now_ms), number(MOST)];
        args.extend(fields.iter().flat_map(|(name, value)| [text(name), text(value)]));
        let reply = self.call("leaderport_webhook_create", keys, args, false).await?;
        match reply.first().and_then(Value::as_str).as_deref() {
            Some("ok") => self.list_webhook(hook).await.map(|()| Some(true)),
            Some("full") => Ok(Some(false)),
            Some("none") => Ok(None),
            _ => Err(odd("webhook_create", &reply)),
        }
    }

    /// Writes some fields of a webhook; an empty value takes a field away. `false`: there is no such webhook.
    pub async fn edit_webhook(&self, hook: &HookId, fields: &[(&str, &str)]) -> Result<bool, StoreError> {
        let [key, ..] = self.keys.hook(&hook.board, &hook.id);
        let args = fields.iter().flat_map(|(name, value)| [text(name), text(value)]).collect();
        let is_there = is_one(&self.call("leaderport_webhook_edit", vec![key], args, false).await?);
        if is_there {
            self.list_webhook(hook).await?;
        }
        Ok(is_there)
    }

    /// Has whoever sends deliveries know of a webhook.
    async fn list_webhook(&self, hook: &HookId) -> Result<(), StoreError> {
        Ok(self.pool.next().zadd(self.keys.hooked(), None, None, false, false, (0.0, listed(hook))).await?)
    }

    /// Everything of a webhook goes; `false`: there was no such one.
    pub async fn delete_webhook(&self, hook: &HookId) -> Result<bool, StoreError> {
        let mut keys = vec![self.keys.hooks(&hook.board)];
        keys.extend(self.keys_of_webhook(hook));
        let reply = self.call("leaderport_webhook_delete", keys, vec![text(&hook.id)], false).await?;
        self.pool.next().zrem::<(), _, _>(self.keys.hooked(), listed(hook)).await?;
        Ok(is_one(&reply))
    }

    fn keys_of_webhook(&self, hook: &HookId) -> Vec<String> {
        let keeper = self.keys.hook_keeper(&hook.board, &hook.id);
        self.keys.hook(&hook.board, &hook.id).into_iter().chain([keeper]).collect()
    }

    /// All keys that a board's webhooks have.
    pub(super) async fn keys_of_webhooks(&self, board: &BoardId) -> Result<Vec<String>, StoreError> {
        let ids = self.webhook_ids(board).await?;
        let of_each = ids.into_iter().flat_map(|id| self.keys_of_webhook(&HookId { board: board.clone(), id }));
        Ok([self.keys.hooks(board)].into_iter().chain(of_each).collect())
    }

    /// The ids of a board's webhooks, oldest first.
    pub async fn webhook_ids(&self, board: &BoardId) -> Result<Vec<String>, StoreError> {
        Ok(self.pool.next().zrange(self.keys.hooks(board), 0, -1, None, false, None, false).await?)
    }

    /// The webhooks of all boards.
    pub async fn webhooks(&self) -> Result<Vec<HookId>, StoreError> {
        let all: Vec<String> = self.pool.next().zrange(self.keys.hooked(), 0, -1, None, false, None, false).await?;
        let hook = |text: &String| {
            let (board, id) = text.split_once('/')?;
            Some(HookId { board: BoardId::parse(board).ok()?, id: id.to_owned() })
        };
        Ok(all.iter().filter_map(hook).collect())
    }

    /// A webhook.
    pub async fn webhook(&self, hook: &HookId) -> Result<Option<StoredHook>, StoreError> {
        let [key, ..] = self.keys.hook(&hook.board, &hook.id);
        let mut fields: HashMap<String, String> = self.pool.next().hgetall(key).await?;
        let count = |fields: &HashMap<String, String>, name: &str| fields.get(name).and_then(|text| text.parse().ok());
        let numbers = ["cursor", "turn", "created", "updated"].map(|name| count(&fields, name).unwrap_or(0));
        let [cursor, turn, created_ms, updated_ms] = numbers;
        let failing_ms = count(&fields, "failing");
        let (Some(setup), Some(secrets), Some(top)) = (fields.remove("setup"), fields.remove("secrets"), fields.remove("top")) else {
            return Ok(None);
        };
        Ok(Some(StoredHook { setup, secrets, cursor, top, turn, failing_ms, off: fields.remove("off"), times: [created_ms, updated_ms] }))
    }

    /// Adds deliveries, each an id and a message, and notes the look that has led to them, if one has. `false`: there is no such webhook any
    /// more, or another server was faster.
    pub async fn add_deliveries(
        &self,
        hook: &HookId,
        look: Option<&Look<'_>>,
        now_ms: u64,
        progress: &str,
        deliveries: &[(String, String)],
    ) -> Result<bool, StoreError> {
        let mut args = match look {
            Some(look) => vec![number(look.turn), number(look.cursor), text(look.top)],
            None => vec![text(""), text(""), text("")],
        };
        args.extend([number(now_ms), number(MOST_DELIVERIES), number(KEPT_SECONDS), text(progress)]);
        args.extend(deliveries.iter().flat_map(|(id, message)| [text(id), text(message)]));
        Ok(is_one(&self.call("leaderport_webhook_add", self.keys.hook(&hook.board, &hook.id).into(), args, false).await?))
    }

    /// How many deliveries are to be sent, now or later.
    pub async fn waiting_deliveries(&self, hook: &HookId) -> Result<u64, StoreError> {
        let [_, _, due, _] = self.keys.hook(&hook.board, &hook.id);
        Ok(self.pool.next().zcard(due).await?)
    }

    /// Takes the delivery that is to be sent first, and keeps it from others until a time.
    pub async fn take_delivery(&self, hook: &HookId, now_ms: u64, until_ms: u64) -> Result<Next, StoreError> {
        let [_, _, due, deliveries] = self.keys.hook(&hook.board, &hook.id);
        let reply = self.call("leaderport_webhook_take", vec![due, deliveries], vec![number(now_ms), number(until_ms)], false).await?;
        let word = |at: usize| reply.get(at).and_then(Value::as_string);
        match (reply.first().and_then(Value::as_f64), word(1), word(2), word(3)) {
            (None, ..) if reply.is_empty() => Ok(Next::Nothing),
            (Some(due_ms), None, ..) => Ok(Next::At(due_ms as u64)),
            (Some(due_ms), Some(id), Some(message), Some(progress)) => {
                Ok(Next::Now(StoredDelivery { id, message, progress, due_ms: Some(due_ms as u64) }))
            }
            _ => Err(odd("webhook_take", &reply)),
        }
    }

    /// Gives a delivery back that was taken and not sent.
    pub async fn give_back_delivery(&self, hook: &HookId, id: &str, due_ms: u64) -> Result<(), StoreError> {
        let [_, _, due, _] = self.keys.hook(&hook.board, &hook.id);
        Ok(self.pool.next().zadd(due, Some(SetOptions::XX), None, false, false, (due_ms as f64, id)).await?)
    }

    /// Notes how an attempt went; why the webhook was switched off, if this was the moment.
    pub async fn note_attempt(&self, hook: &HookId, attempted: &Attempted<'_>) -> Result<Option<String>, StoreError> {
        let [key, _, due, deliveries] = self.keys.hook(&hook.board, &hook.id);
        let args = vec![
            text(attempted.id),
            text(attempted.progress),
            attempted.again_ms.map_or_else(|| text(""), number),
            number(attempted.now_ms),
            text(if attempted.has_arrived { "1" } else { "" }),
            number(attempted.patience.0),
            text(attempted.patience.1),
            text(attempted.off.unwrap_or_default()),
        ];
        let reply = self.call("leaderport_webhook_note", vec![key, due, deliveries], args, false).await?;
        let why = reply.first().and_then(Value::as_string).ok_or_else(|| odd("webhook_note", &reply))?;
        Ok((!why.is_empty()).then_some(why))
    }

    /// Has a delivery sent again; `false`: it is not kept.
    pub async fn replay_delivery(&self, hook: &HookId, id: &str, progress: &str, now_ms: u64) -> Result<bool, StoreError> {
        let [_, _, due, deliveries] = self.keys.hook(&hook.board, &hook.id);
        let args = vec![text(id), text(progress), number(now_ms)];
        Ok(is_one(&self.call("leaderport_webhook_replay", vec![due, deliveries], args, false).await?))
    }

    /// The newest deliveries that are kept, newest first.
    pub async fn deliveries(&self, hook: &HookId, limit: u32) -> Result<Vec<StoredDelivery>, StoreError> {
        let [_, list, ..] = self.keys.hook(&hook.board, &hook.id);
        let ids: Vec<String> = self.pool.next().zrange(list, 0, i64::from(limit) - 1, None, true, None, false).await?;
        let mut deliveries = Vec::with_capacity(ids.len());
        for some in ids.chunks(100) {
            deliveries.extend(self.deliveries_of(hook, some).await?.into_iter().flatten());
        }
        Ok(deliveries)
    }

    /// One of them.
    pub async fn delivery(&self, hook: &HookId, id: &str) -> Result<Option<StoredDelivery>, StoreError> {
        Ok(self.deliveries_of(hook, &[id.to_owned()]).await?.pop().flatten())
    }

    async fn deliveries_of(&self, hook: &HookId, ids: &[String]) -> Result<Vec<Option<StoredDelivery>>, StoreError> {
        let [_, _, due, deliveries] = self.keys.hook(&hook.board, &hook.id);
        let fields: Vec<String> = ids.iter().flat_map(|id| [id.clone(), format!("{id}+")]).collect();
        let client = self.pool.next();
        let stored: Vec<Option<String>> = client.hmget(deliveries, fields).await?;
        let due: Vec<Option<f64>> = client.zmscore(due, ids.to_vec()).await?;
        let delivery = |((id, stored), due): ((&String, &[Option<String>]), Option<f64>)| {
            let [message, progress] = stored else { return None };
            let due_ms = due.map(|due| due as u64);
            Some(StoredDelivery { id: id.clone(), message: message.clone()?, progress: progress.clone()?, due_ms })
        };
        Ok(ids.iter().zip(stored.chunks(2)).zip(due).map(delivery).collect())
    }

    /// Keeps other servers from a webhook for so many milliseconds; `false` if another one has it.
    pub async fn lease_webhook(&self, hook: &HookId, token: &str, ms: u64) -> Result<bool, StoreError> {
        self.hold(self.keys.hook_keeper(&hook.board, &hook.id), token, ms).await
    }

    /// Leaves a webhook to other servers.
    pub async fn leave_webhook(&self, hook: &HookId, token: &str) -> Result<(), StoreError> {
        self.let_go(self.keys.hook_keeper(&hook.board, &hook.id), token).await
    }
}

fn listed(hook: &HookId) -> String {
    format!("{}/{}", hook.board, hook.id)
}

fn is_one(reply: &[Value]) -> bool {
    reply.first().and_then(Value::as_u64) == Some(1)
}
