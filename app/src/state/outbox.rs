//! The tab's scores that have no receipt: what pages are shown of them, and whoever sends them. That is loaded when there is something to
//! send, or soon will be.

use super::{board::Outcome, queue::Waiting};
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use {
    super::{
        queue::{Pushed, browser},
        sending,
    },
    crate::{dom::on_window, effect::effect},
    leptos::task::spawn_local,
    std::rc::Rc,
};

#[cfg(feature = "hydrate")]
type Told = Rc<dyn Fn(&str, &Outcome) -> bool>;

/// Sends scores, and sends them again until they have their receipts.
#[cfg(feature = "hydrate")]
pub trait Sends {
    /// Takes a score to be sent.
    fn push(&self, waiting: Waiting) -> Pushed;

    /// There is a network now, or there is none.
    fn turn(&self, is_online: bool);

    /// The server can be reached (again): what waits is sent now.
    fn retry(&self);

    /// All that has no receipt yet, and whether it is under way.
    #[cfg(debug_assertions)]
    fn report(&self) -> Vec<(Waiting, bool)>;
}

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
    sender: Option<Rc<dyn Sends>>,
    /// Who is told what became of scores, by number.
    told: Vec<(u32, Told)>,
    /// The last number that was given.
    numbers: u32,
}

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
        effect(move || outbox.begin());
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

    /// Tells of each score what became of it, until the calling component goes. Whoever is told says whether the page says so.
    pub fn on_settled(self, tell: impl Fn(&str, &Outcome) -> bool + 'static) {
        #[cfg(feature = "hydrate")]
        {
            let number = self.inner.try_update_value(|inner| {
                inner.numbers += 1;
                inner.told.push((inner.numbers, Rc::new(tell)));
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
impl Outbox {
    fn begin(self) {
        on_window("online", move |_| self.turn(true));
        on_window("offline", move |_| self.turn(false));
        self.turn(web_sys::window().is_none_or(|window| window.navigator().on_line()));
    }

    /// Whoever sends, if there was something to send yet.
    pub fn sender(self) -> Option<Rc<dyn Sends>> {
        self.inner.try_with_value(|inner| inner.sender.clone()).flatten()
    }

    /// Has somebody send from now on.
    pub(super) fn employ(self, sender: Rc<dyn Sends>) {
        self.inner.try_update_value(|inner| inner.sender = Some(sender));
    }

    /// The server can be reached (again): what waits is sent now.
    pub fn retry(self) {
        match self.sender() {
            Some(sender) => sender.retry(),
            None if browser::is_any_kept() => spawn_local(async move {
                // Where it can't be loaded, what waits goes on waiting until there is a network again.
                let _ = sending::begin(self).await;
            }),
            None => {}
        }
    }

    /// All that has no receipt yet, and whether it is under way.
    #[cfg(debug_assertions)]
    pub fn report(self) -> Vec<(Waiting, bool)> {
        self.sender().map(|sender| sender.report()).unwrap_or_default()
    }

    fn turn(self, is_online: bool) {
        #[cfg(debug_assertions)]
        let is_online = is_online && !crate::devtools::wire::is_cut();
        self.is_online.set(is_online);
        match self.sender() {
            Some(sender) => sender.turn(is_online),
            None => self.retry(),
        }
    }

    /// Tells everybody what became of a score; whether the page says so.
    pub(super) fn tell(self, id: &str, outcome: &Outcome) -> bool {
        let told = self.inner.try_with_value(|inner| inner.told.iter().map(|(_, tell)| tell.clone()).collect::<Vec<_>>());
        let mut is_said = false;
        for tell in told.into_iter().flatten() {
            is_said |= tell(id, outcome);
        }
        is_said
    }

    /// Shows other scores as those that wait.
    pub(super) fn show(self, pick: impl FnOnce(&[Waiting]) -> Vec<Waiting>) {
        let next = self.waiting.try_with_untracked(|known| Some(pick(known)).filter(|waiting| waiting != known));
        if let Some(Some(waiting)) = next {
            self.waiting.set(waiting);
        }
    }
}
