//! Who uses which query, and what is under way for them. It knows nothing of the browser: what it needs of it is its host's.

use super::{
    Key, Options,
    core::{Act, Cache, Change, Event, Shown, Value},
};
use crate::error::AppError;
use futures::future::{AbortHandle, LocalBoxFuture, abortable};
use leptos::prelude::untrack;
use std::{cell::RefCell, rc::Rc};

/// Whom to tell what is known.
pub type Tell = Rc<dyn Fn(&Shown)>;
/// How to ask.
pub type Fetch = Rc<dyn Fn(Key) -> LocalBoxFuture<'static, Result<Value, AppError>>>;

/// What a client needs of whatever it runs in.
pub trait Host {
    /// The time, in milliseconds. It never goes back.
    fn now(&self) -> f64;
    /// Anything between 0 and 1.
    fn random(&self) -> f64;
    /// Runs a task to its end.
    fn spawn(&self, task: LocalBoxFuture<'static, ()>);
    /// Calls back after so many milliseconds; an earlier wish of this kind is void.
    fn wake(&self, after_ms: f64, ring: Box<dyn FnOnce()>);
}

/// The tab's queries. Whoever is asked or told something may call back: nobody is while `inner` is borrowed.
pub struct Client {
    host: Box<dyn Host>,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    cache: Cache,
    users: Vec<User>,
    /// What is under way. Aborting it drops the request.
    flights: Vec<(Key, AbortHandle)>,
    /// The last number that was given to a user or patch.
    numbers: u64,
    /// When the host wakes us.
    alarm: Option<f64>,
}

/// Somebody who uses a query.
struct User {
    number: u64,
    key: Key,
    fetch: Fetch,
    tell: Tell,
}

impl Inner {
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

impl Client {
    /// A client that knows nothing yet.
    pub fn new(host: Box<dyn Host>) -> Rc<Self> {
        Rc::new(Self { host, inner: RefCell::default() })
    }

    /// Uses a query until [`Client::leave`]; the user's number. They are told at once what is known, and again whenever it changes.
    pub fn join(self: &Rc<Self>, key: Key, options: Options, fetch: Fetch, tell: Tell) -> u64 {
        let user = {
            let mut inner = self.inner.borrow_mut();
            let number = inner.number();
            inner.users.push(User { number, key: key.clone(), fetch, tell: tell.clone() });
            number
        };
        self.step(Event::Join(key.clone(), options));
        tell(&self.shown(&key));
        user
    }

    /// Uses a query no more.
    pub fn leave(self: &Rc<Self>, user: u64) {
        let left = {
            let users = &mut self.inner.borrow_mut().users;
            users.iter().position(|it| it.number == user).map(|at| users.remove(at))
        };
        if let Some(left) = left {
            self.step(Event::Leave(left.key));
        }
    }

    /// Asks again for what somebody uses.
    pub fn refetch(self: &Rc<Self>, user: u64) {
        let key = self.inner.borrow().users.iter().find(|it| it.number == user).map(|it| it.key.clone());
        if let Some(key) = key {
            self.step(Event::Refetch(key));
        }
    }

    /// Changes a value that is known; the patch's number.
    pub fn patch(self: &Rc<Self>, key: Key, change: Change) -> u64 {
        let patch = self.inner.borrow_mut().number();
        self.step(Event::Patch(key, patch, change));
        patch
    }

    /// Takes what happened, and does what comes of it.
    pub fn step(self: &Rc<Self>, event: Event) {
        let (now, random) = (self.host.now(), self.host.random());
        let acts = self.inner.borrow_mut().cache.step(event, now, random);
        for act in acts {
            match act {
                Act::Fetch { key, flight, .. } => self.fetch(key, flight),
                Act::Cancel(key) => self.land(&key).iter().for_each(AbortHandle::abort),
                Act::Notify(key) => self.notify(&key),
            }
        }
        self.set_alarm();
    }

    /// Lists all that is known.
    #[cfg(debug_assertions)]
    pub fn report(&self) -> Vec<super::QueryReport> {
        self.inner.borrow().cache.report(self.host.now())
    }

    fn shown(&self, key: &Key) -> Shown {
        self.inner.borrow().cache.shown(key)
    }

    /// Asks as one of those who use it would. They may all have left since it was decided.
    fn fetch(self: &Rc<Self>, key: Key, flight: u64) {
        let fetch = {
            let inner = self.inner.borrow();
            let user = inner.users.iter().find(|user| user.key == key);
            user.filter(|_| inner.cache.awaits(&key, flight)).map(|user| user.fetch.clone())
        };
        let Some(fetch) = fetch else { return };
        let (request, handle) = abortable(untrack(|| fetch(key.clone())));
        self.inner.borrow_mut().flights.push((key.clone(), handle));
        let client = self.clone();
        self.host.spawn(Box::pin(async move {
            if let Ok(answer) = request.await {
                client.land(&key);
                client.step(Event::Answer(key, flight, answer));
            }
        }));
    }

    /// Takes what is under way for a key off the list.
    fn land(&self, key: &Key) -> Option<AbortHandle> {
        let flights = &mut self.inner.borrow_mut().flights;
        let at = flights.iter().position(|(flying, _)| flying == key)?;
        Some(flights.swap_remove(at).1)
    }

    fn notify(&self, key: &Key) {
        let shown = self.shown(key);
        let tells: Vec<Tell> = {
            let inner = self.inner.borrow();
            inner.users.iter().filter(|user| user.key == *key).map(|user| user.tell.clone()).collect()
        };
        tells.iter().for_each(|tell| tell(&shown));
    }

    /// Sets the alarm, unless one is set that comes early enough: there is then another look at what is next.
    fn set_alarm(self: &Rc<Self>) {
        let next = {
            let inner = &mut *self.inner.borrow_mut();
            let next = inner.cache.alarm().filter(|next| inner.alarm.is_none_or(|set| *next < set));
            inner.alarm = next.or(inner.alarm);
            next
        };
        let Some(next) = next else { return };
        let client = self.clone();
        let ring = move || {
            client.inner.borrow_mut().alarm = None;
            client.step(Event::Alarm);
        };
        self.host.wake(next - self.host.now(), Box::new(ring));
    }
}

#[cfg(test)]
mod tests;
