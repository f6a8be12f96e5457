//! The client in a world of its own: its time stands until somebody moves it, and its tasks run when they are told to.

use super::*;
use crate::{error::What, query::typed};
use futures::channel::oneshot;
use std::{
    cell::Cell,
    task::{Context, Poll, Waker},
};

/// When it rings, and what happens then.
type Alarm = (f64, Box<dyn FnOnce()>);

#[derive(Default)]
struct World {
    now: Cell<f64>,
    tasks: RefCell<Vec<LocalBoxFuture<'static, ()>>>,
    alarm: RefCell<Option<Alarm>>,
    /// Alarms that were ever set.
    alarms: Cell<usize>,
}

impl Host for Rc<World> {
    fn now(&self) -> f64 {
        self.now.get()
    }

    fn random(&self) -> f64 {
        1.0
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        self.tasks.borrow_mut().push(task);
    }

    fn wake(&self, after_ms: f64, ring: Box<dyn FnOnce()>) {
        self.alarms.set(self.alarms.get() + 1);
        *self.alarm.borrow_mut() = Some((self.now.get() + after_ms, ring));
    }
}

/// A request that was sent, to be answered by the test.
type Request = oneshot::Sender<Result<u32, AppError>>;

#[derive(Clone)]
struct Tab {
    world: Rc<World>,
    client: Rc<Client>,
    requests: Rc<RefCell<Vec<(String, Request)>>>,
}

fn key() -> Key {
    Key { board: None, name: "a".to_owned() }
}

impl Tab {
    fn new() -> Self {
        let world = Rc::<World>::default();
        Self { client: Client::new(Box::new(world.clone())), world, requests: Rc::default() }
    }

    /// A way to ask, in somebody's name.
    fn fetch(&self, name: &'static str) -> Fetch {
        let requests = self.requests.clone();
        typed::fetch(move |_| {
            let (sender, answer) = oneshot::channel();
            requests.borrow_mut().push((name.to_owned(), sender));
            async move { answer.await.unwrap_or(Err(AppError::Internal)) }
        })
    }

    /// Uses the query; the user's number, and what they are shown.
    fn join(&self, name: &'static str) -> (u64, Rc<RefCell<Vec<Option<u32>>>>) {
        let told = Rc::<RefCell<Vec<Option<u32>>>>::default();
        let tell = told.clone();
        let tell = Rc::new(move |shown: &Shown| tell.borrow_mut().push(typed::value(shown)));
        (self.client.join(key(), Options::default(), self.fetch(name), tell), told)
    }

    /// Asks once.
    fn once<T: Clone + 'static>(&self) -> (u64, oneshot::Receiver<Result<T, AppError>>) {
        let (tell, answer) = typed::first();
        (self.client.join(key(), Options::default(), self.fetch("once"), tell), answer)
    }

    /// Runs all tasks as far as they get.
    fn run(&self) {
        let mut tasks = std::mem::take(&mut *self.world.tasks.borrow_mut());
        tasks.retain_mut(|task| task.as_mut().poll(&mut Context::from_waker(Waker::noop())) == Poll::Pending);
        self.world.tasks.borrow_mut().extend(tasks);
    }

    /// Answers the first request that is left; the name of whoever's it is.
    fn answer(&self, answer: Result<u32, AppError>) -> String {
        let (name, request) = self.requests.borrow_mut().remove(0);
        request.send(answer).unwrap();
        self.run();
        name
    }

    fn wait(&self, ms: f64) {
        let end = self.world.now.get() + ms;
        loop {
            let next = self.world.alarm.borrow_mut().take_if(|(at, _)| *at <= end);
            let Some((at, ring)) = next else { break };
            self.world.now.set(at);
            ring();
            self.run();
        }
        self.world.now.set(end);
    }
}

#[test]
fn tells_all_who_use_it() {
    let tab = Tab::new();
    let (_, one) = tab.join("one");
    let (other, two) = tab.join("two");
    tab.run();
    assert_eq!(tab.answer(Ok(1)), "one");
    assert!(tab.requests.borrow().is_empty());
    let (_, three) = tab.join("three");
    assert_eq!([&one, &two, &three].map(|told| told.borrow().last().copied()), [Some(Some(1)); 3]);
    let before = two.borrow().len();
    tab.client.leave(other);
    tab.client.leave(other);
    tab.client.step(Event::Patch(key(), 1, typed::change(|value: &mut u32| *value += 1)));
    assert_eq!((one.borrow().last().copied(), two.borrow().len()), (Some(Some(2)), before));
}

#[test]
fn asks_in_the_name_of_somebody_who_is_there() {
    let tab = Tab::new();
    let (one, _) = tab.join("one");
    let (two, _) = tab.join("two");
    tab.run();
    tab.client.leave(one);
    assert_eq!(tab.answer(Ok(1)), "one");
    tab.client.refetch(one);
    assert!(tab.requests.borrow().is_empty());
    tab.client.refetch(two);
    tab.run();
    assert_eq!(tab.answer(Ok(2)), "two");
}

#[test]
fn drops_the_request_when_the_last_has_left() {
    let tab = Tab::new();
    let (user, told) = tab.join("one");
    tab.run();
    let (_, mut request) = tab.requests.borrow_mut().remove(0);
    tab.client.leave(user);
    tab.run();
    assert!(request.is_canceled() && request.poll_canceled(&mut Context::from_waker(Waker::noop())).is_ready());
    assert!(tab.world.tasks.borrow().is_empty());
    assert!(told.borrow().iter().all(Option::is_none));
    // Before it was even sent, as well.
    let (user, _) = tab.join("one");
    tab.client.leave(user);
    tab.run();
    assert!(tab.world.tasks.borrow().is_empty());
}

#[test]
fn answers_who_asks_once() {
    let tab = Tab::new();
    let (user, mut one) = tab.once::<u32>();
    let (_, mut two) = tab.once::<u32>();
    tab.run();
    assert_eq!((one.try_recv(), tab.requests.borrow().len()), (Ok(None), 1));
    tab.answer(Ok(1));
    assert_eq!((one.try_recv(), two.try_recv()), (Ok(Some(Ok(1))), Ok(Some(Ok(1)))));
    // What is fresh is the answer; what is stale is not.
    tab.client.leave(user);
    assert_eq!(tab.once::<u32>().1.try_recv(), Ok(Some(Ok(1))));
    tab.wait(1_000.0);
    let (_, mut late) = tab.once::<u32>();
    tab.run();
    assert_eq!(late.try_recv(), Ok(None));
    tab.answer(Err(AppError::no(What::Player)));
    assert_eq!(late.try_recv(), Ok(Some(Err(AppError::no(What::Player)))));
}

#[test]
fn another_type_is_no_answer_and_breaks_nothing() {
    let tab = Tab::new();
    let (_, told) = tab.join("one");
    tab.run();
    tab.answer(Ok(1));
    assert_eq!(tab.once::<String>().1.try_recv(), Ok(Some(Err(AppError::Internal))));
    let patch = tab.client.patch(key(), typed::change(|value: &mut String| value.push('!')));
    tab.client.step(Event::Undo(key(), patch));
    assert_eq!(told.borrow().last().copied(), Some(Some(1)));
}

#[test]
fn tries_again_when_the_alarm_rings() {
    let tab = Tab::new();
    let (_, told) = tab.join("one");
    tab.run();
    tab.answer(Err(AppError::Busy));
    tab.wait(499.0);
    assert!(tab.requests.borrow().is_empty());
    tab.wait(1.0);
    tab.answer(Ok(1));
    assert_eq!(told.borrow().last().copied(), Some(Some(1)));
    // One alarm for one pause; and it is moved only to the front.
    assert_eq!(tab.world.alarms.get(), 1);
    tab.client.step(Event::Seed(Key { board: None, name: "late".to_owned() }, Rc::new(1_u32), None));
    tab.wait(1.0);
    tab.client.step(Event::Seed(Key { board: None, name: "later".to_owned() }, Rc::new(1_u32), None));
    assert_eq!(tab.world.alarms.get(), 2);
    tab.client.refetch(1);
    tab.run();
    tab.answer(Err(AppError::Busy));
    assert_eq!(tab.world.alarms.get(), 3);
    tab.wait(1e6);
    assert_eq!(tab.requests.borrow().len(), 1);
    #[cfg(debug_assertions)]
    assert_eq!(tab.client.report().iter().map(|it| (&*it.key.name, it.users)).collect::<Vec<_>>(), [("a", 1)]);
}

#[test]
fn whoever_is_told_may_do_anything() {
    let tab = Tab::new();
    let (first, _) = tab.join("one");
    let there = tab.clone();
    let once = Cell::new(true);
    let tell = Rc::new(move |shown: &Shown| {
        if shown.value.is_some() && once.take() {
            there.client.leave(first);
            there.join("three");
            there.client.patch(key(), typed::change(|value: &mut u32| *value += 1));
        }
    });
    let second = tab.client.join(key(), Options::default(), tab.fetch("two"), tell);
    tab.run();
    tab.answer(Ok(1));
    assert_eq!(tab.once::<u32>().1.try_recv(), Ok(Some(Ok(2))));
    // One who leaves while it is decided what to ask: nothing is asked for nobody.
    tab.client.leave(second);
    tab.wait(1e6);
    assert!(tab.requests.borrow().is_empty());
}
