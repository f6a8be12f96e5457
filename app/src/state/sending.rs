//! Sends what waits in the queue: the part of it that has a clock, a network and a place to store things.

use super::{
    Outbox,
    board::Outcome,
    outbox::Sends,
    queue::{Pushed, Queue, Settled, Waiting, browser},
};
use crate::{api::submit_score, chunk::chunk, components::Refusals, error::AppError, i18n::t, model::Receipt};
use js_sys::{Date, Math};
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    prelude::GetUntracked,
    task::spawn_local,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

chunk! {
    /// Goes on with what waits, if nobody does yet.
    pub fn begin(outbox: Outbox) -> () {
        employ(outbox);
    }
    in send
}

/// Whoever sends, from now on at the latest.
pub fn employ(outbox: Outbox) -> Rc<dyn Sends> {
    if let Some(sender) = outbox.sender() {
        return sender;
    }
    let sender = Sender(Rc::new(Inner { outbox, queue: RefCell::default(), alarm: Cell::default(), refusals: Refusals::listed() }));
    sender.begin();
    let sender = Rc::new(sender);
    outbox.employ(sender.clone());
    sender
}

#[derive(Clone)]
struct Sender(Rc<Inner>);

struct Inner {
    outbox: Outbox,
    queue: RefCell<Queue>,
    alarm: Cell<Option<TimeoutHandle>>,
    refusals: Refusals,
}

impl Sends for Sender {
    fn push(&self, waiting: Waiting) -> Pushed {
        let pushed = self.0.queue.borrow_mut().push(waiting.clone());
        if let Pushed::Waits { replaced } = &pushed {
            // What can't be stored waits for as long as the page is open.
            let _ = browser::keep(&waiting);
            replaced.iter().for_each(|id| browser::remove(id));
        }
        self.go_on();
        pushed
    }

    fn turn(&self, is_online: bool) {
        {
            let mut queue = self.0.queue.borrow_mut();
            if is_online { queue.online() } else { queue.offline() }
        }
        self.go_on();
    }

    fn retry(&self) {
        self.turn(true);
    }

    #[cfg(debug_assertions)]
    fn report(&self) -> Vec<(Waiting, bool)> {
        let queue = self.0.queue.borrow();
        queue.waiting().map(|waiting| (waiting.clone(), queue.is_sending(&waiting.id))).collect()
    }
}

impl Sender {
    fn begin(&self) {
        let sender = self.clone();
        browser::on_removed(move |id| {
            // Another tab has its receipt, or was told that it will never count.
            let is_gone = sender.0.queue.borrow_mut().forget(id).is_some();
            if is_gone {
                sender.0.outbox.tell(id, &Outcome::Elsewhere);
            }
            sender.go_on();
        });
        self.0.queue.borrow_mut().restore(browser::load());
        self.turn(self.0.outbox.is_online().try_get_untracked().unwrap_or(true));
    }

    /// Sends what is due, and comes back when more is.
    fn go_on(&self) {
        let now = Date::now();
        let due = self.0.queue.borrow_mut().due(now);
        for waiting in due {
            // So that a page which is loaded again knows since when a server may have counted it.
            let _ = browser::keep(&waiting);
            let sender = self.clone();
            spawn_local(async move {
                let Waiting { id, board, player, score, .. } = waiting;
                let is_late = sender.0.queue.borrow().is_late(&id, now);
                let answer = if is_late {
                    Err(AppError::Closed { message: t::send::LATE.into() })
                } else {
                    submit_score(board, player.to_string(), format!("{score:#}"), id.clone()).await.flatten()
                };
                sender.settle(&id, answer);
            });
        }
        self.show();
        self.set_alarm(now);
    }

    fn settle(&self, id: &str, answer: Result<Receipt, AppError>) {
        let waiting = self.0.queue.borrow().waiting().find(|waiting| waiting.id == id).cloned();
        let settled = self.0.queue.borrow_mut().settled(id, answer, Date::now(), Math::random());
        let answer = match settled {
            Settled::Counted(receipt) => Some(Ok(receipt)),
            Settled::Refused(error) => Some(Err(error)),
            Settled::Retry { .. } | Settled::Unknown => None,
        };
        if let Some(answer) = answer {
            browser::remove(id);
            let outcome = Outcome::from(answer);
            let is_told = self.0.outbox.tell(id, &outcome);
            if let (false, Outcome::RolledBack(error), Some(waiting)) = (is_told, outcome, waiting) {
                self.0.refusals.tell(waiting, error.text());
            }
        }
        self.go_on();
    }

    /// Shows what waits. What is under way for the first time is shown by the board it is sent to.
    fn show(&self) {
        let queue = self.0.queue.borrow();
        self.0.outbox.show(|known| {
            let lasts = |waiting: &&Waiting| !queue.is_sending(&waiting.id) || known.iter().any(|known| known.id == waiting.id);
            queue.waiting().filter(lasts).cloned().collect()
        });
    }

    fn set_alarm(&self, now: f64) {
        let wait = self.0.queue.borrow().alarm().map(|at| (at - now).clamp(10.0, 600_000.0).ceil());
        let sender = self.clone();
        let alarm = wait.and_then(|wait| set_timeout_with_handle(move || sender.go_on(), Duration::from_millis(wait as u64)).ok());
        if let Some(before) = self.0.alarm.replace(alarm) {
            before.clear();
        }
    }
}
