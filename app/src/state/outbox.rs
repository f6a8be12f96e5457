//! Sends what waits in the queue: the part of it that has a clock, a network and a place to store things.

use super::queue::Waiting;
use crate::{error::AppError, model::Receipt};
use leptos::prelude::*;

/// What became of a score.
pub type Answer = Result<Receipt, AppError>;

#[cfg(feature = "hydrate")]
type Told = std::rc::Rc<dyn Fn(&str, &Answer)>;

/// The tab's scores that wait for their receipts. On the server there are none.
#[derive(Clone, Copy)]
pub struct Outbox {
    waiting: RwSignal<Vec<Waiting>>,
    is_online: RwSignal<bool>,
    #[cfg(feature = "hydrate")]
    inner: StoredValue<Inner, LocalStorage>,
}

#[cfg(feature = "hydrate")]
#[derive(Default)]
struct Inner {
    queue: super::queue::Queue,
    alarm: Option<leptos_dom::helpers::TimeoutHandle>,
    /// Who is told what became of scores, by number.
    told: Vec<(u32, Told)>,
    /// The last number that was given.
    numbers: u32,
}

#[cfg(feature = "hydrate")]
use leptos::leptos_dom;

impl Outbox {
    /// Makes one and gives it to everything below the calling component. After hydration it goes on with what an earlier page left.
    pub fn provide() {
        let outbox = Self {
            waiting: RwSignal::new(Vec::new()),
            is_online: RwSignal::new(true),
            #[cfg(feature = "hydrate")]
            inner: StoredValue::new_local(Inner::default()),
        };
        provide_context(outbox);
        #[cfg(feature = "hydrate")]
        crate::effect::effect(move || outbox.begin());
    }

    /// The one that was provided; `None` outside of the app.
    pub fn of_tab() -> Option<Self> {
        use_context()
    }

    /// What waits for longer than its first try takes, in the order in which it was typed.
    pub fn waiting(self) -> ReadSignal<Vec<Waiting>> {
        self.waiting.read_only()
    }

    /// Whether there is a network, as far as the browser knows.
    pub fn is_online(self) -> ReadSignal<bool> {
        self.is_online.read_only()
    }

    /// Tells of each score what became of it, until the calling component goes.
    pub fn on_settled(self, tell: impl Fn(&str, &Answer) + 'static) {
        #[cfg(feature = "hydrate")]
        {
            let number = self.inner.try_update_value(|inner| {
                inner.numbers += 1;
                inner.told.push((inner.numbers, std::rc::Rc::new(tell)));
                inner.numbers
            });
            on_cleanup(move || {
                self.inner.try_update_value(|inner| inner.told.retain(|(known, _)| Some(*known) != number));
            });
        }
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, tell);
    }
}

#[cfg(feature = "hydrate")]
mod sending {
    use super::{super::queue, Answer, Outbox, Told};
    use crate::{
        api::submit_score,
        dom::on_window,
        state::queue::{Pushed, Settled, Waiting, browser},
    };
    use js_sys::{Date, Math};
    use leptos::{leptos_dom::helpers::set_timeout_with_handle, prelude::*, task::spawn_local};
    use std::time::Duration;

    impl Outbox {
        pub(super) fn begin(self) {
            on_window("online", move |_| self.turn(true));
            on_window("offline", move |_| self.turn(false));
            browser::on_removed(move |id| {
                // Another tab has its receipt, or was told that it will never count.
                self.inner.try_update_value(|inner| inner.queue.forget(id));
                self.go_on();
            });
            self.inner.try_update_value(|inner| inner.queue.restore(browser::load()));
            self.turn(web_sys::window().is_none_or(|window| window.navigator().on_line()));
        }

        /// Takes a score to be sent.
        pub fn push(self, waiting: Waiting) -> Pushed {
            let pushed = self.inner.try_update_value(|inner| inner.queue.push(waiting.clone()));
            // Whoever asks is gone with the app.
            let pushed = pushed.unwrap_or(Pushed::Known);
            if let Pushed::Waits { replaced } = &pushed {
                // What can't be stored waits for as long as the page is open.
                let _ = browser::keep(&waiting);
                replaced.iter().for_each(|id| browser::remove(id));
            }
            self.go_on();
            pushed
        }

        /// All that has no receipt yet, and whether it is under way.
        #[cfg(debug_assertions)]
        pub fn report(self) -> Vec<(Waiting, bool)> {
            let report = |queue: &queue::Queue| queue.waiting().map(|waiting| (waiting.clone(), queue.is_sending(&waiting.id))).collect();
            self.inner.try_with_value(|inner| report(&inner.queue)).unwrap_or_default()
        }

        /// The server can be reached (again): what waits is sent now.
        pub fn retry(self) {
            self.inner.try_update_value(|inner| inner.queue.online());
            self.go_on();
        }

        fn turn(self, is_online: bool) {
            #[cfg(debug_assertions)]
            let is_online = is_online && !crate::devtools::wire::is_cut();
            self.is_online.set(is_online);
            self.inner.try_update_value(|inner| if is_online { inner.queue.online() } else { inner.queue.offline() });
            self.go_on();
        }

        /// Sends what is due, and comes back when more is.
        fn go_on(self) {
            let now = Date::now();
            let Some(due) = self.inner.try_update_value(|inner| inner.queue.due(now)) else { return };
            for waiting in due {
                spawn_local(async move {
                    let Waiting { id, board, player, score, .. } = waiting;
                    let answer = submit_score(board, player.to_string(), format!("{score:#}"), id.clone()).await.flatten();
                    self.settle(&id, answer);
                });
            }
            self.show();
            self.set_alarm(now);
        }

        fn settle(self, id: &str, answer: Answer) {
            let settled = self.inner.try_update_value(|inner| inner.queue.settled(id, answer, Date::now(), Math::random()));
            let answer = match settled {
                Some(Settled::Counted(receipt)) => Some(Ok(receipt)),
                Some(Settled::Refused(error)) => Some(Err(error)),
                Some(Settled::Retry { .. } | Settled::Unknown) | None => None,
            };
            if let Some(answer) = answer {
                browser::remove(id);
                let told: Vec<Told> =
                    self.inner.try_with_value(|inner| inner.told.iter().map(|(_, tell)| tell.clone()).collect()).unwrap_or_default();
                told.iter().for_each(|tell| tell(id, &answer));
            }
            self.go_on();
        }

        /// Shows what waits. What is under way for the first time is shown by the board it is sent to.
        fn show(self) {
            let waits = |queue: &queue::Queue, known: &[Waiting]| -> Vec<Waiting> {
                let lasts = |waiting: &&Waiting| !queue.is_sending(&waiting.id) || known.iter().any(|known| known.id == waiting.id);
                queue.waiting().filter(lasts).cloned().collect()
            };
            let next = self.waiting.try_with_untracked(|known| {
                let waiting = self.inner.try_with_value(|inner| waits(&inner.queue, known));
                waiting.filter(|waiting| waiting != known)
            });
            if let Some(Some(waiting)) = next {
                self.waiting.set(waiting);
            }
        }

        fn set_alarm(self, now: f64) {
            self.inner.try_update_value(|inner| {
                if let Some(alarm) = inner.alarm.take() {
                    alarm.clear();
                }
                let wait = inner.queue.alarm().map(|at| (at - now).clamp(10.0, 600_000.0).ceil());
                inner.alarm = wait.and_then(|wait| set_timeout_with_handle(move || self.go_on(), Duration::from_millis(wait as u64)).ok());
            });
        }
    }
}
