//! Webhooks: what happens on a board is told to whoever wants to know, by a signed POST.
//!
//! - this file: what can be asked of webhooks · [`hook`]: what one is
//! - [`news`]: what there is to tell · [`message`]: in which words · [`signature`]: signed
//! - [`address`]: where deliveries may go · [`client`]: sends them · [`schedule`]: when, and when again
//! - `keeper`: looks and sends, on whichever server comes first · `backlog`: how much waits

pub mod address;
mod backlog;
mod client;
mod hook;
mod keeper;
mod message;
mod news;
pub mod schedule;
mod signature;

use crate::{
    auth::signatures::SigningSecret,
    boards::{Boards, caller::Caller, catalog::token, from_store, rights::Right},
    valkey::functions::webhook::{HookId, MOST, StoredDelivery, StoredHook},
};
use address::Allowed;
use app::{
    error::{AppError, Field, What},
    i18n::t,
    model::{BoardId, status::Backlog},
};
use backlog::Kept;
use client::Sender;
pub use hook::{Attempt, Delivery, Event, Format, Setup, SetupChange, State, Webhook};
use hook::{MAX_PLACES, Progress};
use message::Message;
use news::{Known, News, Test};
use schedule::Schedule;
use serde::{Serialize, de::DeserializeOwned};
use signature::Secrets;
use std::sync::Arc;
use tokio::sync::watch;
use tracing::{error, info};

/// The webhooks of all boards.
pub struct Webhooks {
    boards: Arc<Boards>,
    allowed: Allowed,
    schedule: Schedule,
    sender: Sender,
    /// Counts what operators ask for here: no need to wait for the next look.
    asked: watch::Sender<u64>,
    kept: Kept,
}

impl Webhooks {
    /// Of these boards; the error says why nothing can be sent.
    pub fn new(boards: Arc<Boards>, allowed: Allowed, schedule: Schedule) -> Result<Self, String> {
        Ok(Self {
            sender: Sender::new(allowed.clone(), &schedule)?,
            boards,
            allowed,
            schedule,
            asked: watch::Sender::new(0),
            kept: Kept::default(),
        })
    }

    /// What waits to be delivered to those that this server keeps.
    pub fn backlog(&self) -> Backlog {
        self.kept.now()
    }

    /// Creates a webhook; its secret is shown this once. It is told of what happens from now on.
    pub async fn create(&self, caller: Caller, board: &BoardId, change: SetupChange) -> Result<Webhook, AppError> {
        caller.must(Right::Manage, Some(board))?;
        if change.rotate_secret {
            return Err(AppError::invalid(Field::Request, "A new webhook has a new secret: leave rotateSecret out."));
        }
        let unset = Setup { url: String::new(), events: Vec::new(), format: Format::default(), places: 10, enabled: true };
        let setup = self.changed(unset, change)?;
        let hook = HookId { board: board.clone(), id: token() };
        let (secret, now_ms) = (SigningSecret::random(), self.boards.now_ms());
        let (top, version) = self.top(board, news::depth(&setup.events, setup.places)).await?;
        // What waits already has been there to be seen.
        let known = Known { rows: top, held: self.boards.store().held(board).await.map_err(from_store)? };
        let (now, version) = (now_ms.to_string(), version.to_string());
        let (setup, secrets, top) = (written(&setup)?, written(&Secrets::new(secret.clone()))?, written(&known)?);
        let fields = [
            ("setup", &*setup),
            ("secrets", &secrets),
            ("top", &top),
            ("cursor", &version),
            ("turn", "0"),
            ("created", &now),
            ("updated", &now),
        ];
        match self.boards.store().create_webhook(&hook, now_ms, &fields).await.map_err(from_store)? {
            None => Err(AppError::no(What::Board)),
            Some(false) => Err(AppError::invalid(Field::Request, t::problem::hooks_full(&MOST.to_string()))),
            Some(true) => {
                info!(board.id = %board, webhook.id = hook.id, "webhook created");
                self.asked.send_modify(|asked| *asked += 1);
                Ok(Webhook { secret: Some(secret.told()), ..self.show(caller, &hook).await? })
            }
        }
    }

    /// A board's webhooks, oldest first.
    pub async fn list(&self, caller: Caller, board: &BoardId) -> Result<Vec<Webhook>, AppError> {
        caller.must(Right::Manage, Some(board))?;
        self.boards.version(board).await?;
        let mut webhooks = Vec::new();
        for id in self.boards.store().webhook_ids(board).await.map_err(from_store)? {
            match self.show(caller.clone(), &HookId { board: board.clone(), id }).await {
                Ok(webhook) => webhooks.push(webhook),
                // Somebody deletes it at this moment.
                Err(AppError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(webhooks)
    }

    /// One of them.
    pub async fn show(&self, caller: Caller, hook: &HookId) -> Result<Webhook, AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        let stored = self.stored(hook).await?;
        let mut setup: Setup = read(&stored.setup)?;
        setup.enabled &= stored.off.is_none();
        let [created_at, updated_at] = stored.times;
        let (disabled_because, failing_since) = (stored.off.map(keeper::told), stored.failing_ms);
        Ok(Webhook { id: hook.id.clone(), setup, disabled_because, failing_since, secret: None, created_at, updated_at })
    }

    /// Changes a webhook; a new secret is shown this once. One that is enabled again goes on where it had stopped.
    pub async fn edit(&self, caller: Caller, hook: &HookId, change: SetupChange) -> Result<Webhook, AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        let stored = self.stored(hook).await?;
        let (secrets, secret) = if change.rotate_secret {
            let secret = SigningSecret::random();
            let rotated = read::<Secrets>(&stored.secrets)?.rotated(secret.clone(), self.boards.now_ms());
            (written(&rotated)?, Some(secret))
        } else {
            (stored.secrets, None)
        };
        let is_asked_back = change.enabled == Some(true);
        let before: Setup = read(&stored.setup)?;
        let setup = self.changed(before.clone(), change)?;
        let reads_log_now = news::is_in_log(&setup.events) && !news::is_in_log(&before.events);
        let (setup, now) = (written(&setup)?, self.boards.now_ms().to_string());
        let version = self.boards.version(&hook.board).await?.to_string();
        let mut fields = vec![("setup", &*setup), ("secrets", &secrets), ("updated", &now)];
        if is_asked_back {
            fields.extend([("off", ""), ("failing", "")]);
        }
        // What the log says is told from now on.
        if reads_log_now {
            fields.push(("cursor", &version));
        }
        if !self.boards.store().edit_webhook(hook, &fields).await.map_err(from_store)? {
            return Err(AppError::no(What::Webhook));
        }
        info!(board.id = %hook.board, webhook.id = hook.id, "webhook edited");
        self.asked.send_modify(|asked| *asked += 1);
        Ok(Webhook { secret: secret.map(|secret| secret.told()), ..self.show(caller, hook).await? })
    }

    /// Deletes a webhook, with what was to be sent.
    pub async fn delete(&self, caller: Caller, hook: &HookId) -> Result<(), AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        if !self.boards.store().delete_webhook(hook).await.map_err(from_store)? {
            return Err(AppError::no(What::Webhook));
        }
        info!(board.id = %hook.board, webhook.id = hook.id, "webhook deleted");
        Ok(())
    }

    /// The newest deliveries, newest first.
    pub async fn deliveries(&self, caller: Caller, hook: &HookId, limit: u32) -> Result<Vec<Delivery>, AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        self.stored(hook).await?;
        self.boards.store().deliveries(hook, limit).await.map_err(from_store)?.into_iter().map(delivery).collect()
    }

    /// Has a delivery sent again, as the same message, with all attempts before it.
    pub async fn replay(&self, caller: Caller, hook: &HookId, id: &str) -> Result<Delivery, AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        self.stored(hook).await?;
        let store = self.boards.store();
        let stored = store.delivery(hook, id).await.map_err(from_store)?.ok_or_else(|| AppError::no(What::Delivery))?;
        let anew = Progress { state: State::Waiting, tries: 0, ..read(&stored.progress)? };
        if !store.replay_delivery(hook, id, &written(&anew)?, self.boards.now_ms()).await.map_err(from_store)? {
            return Err(AppError::no(What::Delivery));
        }
        self.asked.send_modify(|asked| *asked += 1);
        self.delivery(hook, id).await
    }

    /// Sends a message that says nothing, to see whether it arrives.
    pub async fn test(&self, caller: Caller, hook: &HookId) -> Result<Delivery, AppError> {
        caller.must(Right::Manage, Some(&hook.board))?;
        self.stored(hook).await?;
        let info = self.boards.info(caller, &hook.board).await?;
        let (at, version) = (self.boards.now_ms(), info.version);
        let message = Message { at, board: info.id, title: info.rules.title, version, news: News::Test(Test {}) };
        let made = [(message_id(at, 0), written(&message)?)];
        let store = self.boards.store();
        if !store.add_deliveries(hook, None, at, &written(&Progress::default())?, &made).await.map_err(from_store)? {
            return Err(AppError::no(What::Webhook));
        }
        self.asked.send_modify(|asked| *asked += 1);
        self.delivery(hook, &made[0].0).await
    }

    async fn delivery(&self, hook: &HookId, id: &str) -> Result<Delivery, AppError> {
        let stored = self.boards.store().delivery(hook, id).await.map_err(from_store)?;
        delivery(stored.ok_or_else(|| AppError::no(What::Delivery))?)
    }

    async fn stored(&self, hook: &HookId) -> Result<StoredHook, AppError> {
        self.boards.store().webhook(hook).await.map_err(from_store)?.ok_or_else(|| AppError::no(What::Webhook))
    }

    /// A setup with what is to change of it, checked.
    fn changed(&self, setup: Setup, change: SetupChange) -> Result<Setup, AppError> {
        let events = change.events.unwrap_or(setup.events);
        let has_twins = (1..events.len()).any(|at| events[..at].contains(&events[at]));
        if events.is_empty() || has_twins {
            let message = t::problem::HOOK_EVENTS;
            return Err(AppError::invalid(Field::Events, message));
        }
        let places = change.places.unwrap_or(setup.places);
        if !(1..=MAX_PLACES).contains(&places) {
            return Err(AppError::invalid(Field::Places, t::problem::hook_places(&MAX_PLACES.to_string())));
        }
        let url = change.url.unwrap_or(setup.url);
        self.allowed.check(&url)?;
        let (format, enabled) = (change.format.unwrap_or(setup.format), change.enabled.unwrap_or(setup.enabled));
        Ok(Setup { url, events, format, places, enabled })
    }
}

fn delivery(stored: StoredDelivery) -> Result<Delivery, AppError> {
    let message: Message = read(&stored.message)?;
    let Progress { state, attempts, .. } = read(&stored.progress)?;
    Ok(Delivery {
        id: stored.id,
        kind: message.news.name(),
        version: message.version,
        created_at: message.at,
        state,
        next_attempt_at: stored.due_ms.filter(|_| state == State::Waiting),
        attempts,
    })
}

/// An id that no other message has. Those of one server come in the order in which they were made.
fn message_id(now_ms: u64, number: usize) -> String {
    format!("msg_{now_ms:011x}{number:03x}{}", token())
}

fn written(value: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|_| AppError::Internal)
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, AppError> {
    serde_json::from_str(text).map_err(|error| {
        error!(%error, "what is stored of a webhook can't be read");
        AppError::Internal
    })
}
