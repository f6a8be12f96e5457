//! The cache alone: one thing after the other, and then whatever happens, against a naive model.

use super::*;
use crate::error::What;
use proptest::prelude::*;

/// What the tests ask for: which state of the server it is, and which patches were put on it.
type Answer = (u64, Vec<u64>);

fn board(at: usize) -> BoardId {
    BoardId::parse(["one", "two"][at]).unwrap()
}

fn key(name: &str) -> Key {
    Key::of_board(board(0), name)
}

fn value(state: u64) -> Value {
    Rc::new((state, Vec::<u64>::new()))
}

fn change(patch: u64) -> Change {
    Rc::new(move |value| {
        let (state, mut patches) = answer(value);
        patches.push(patch);
        Rc::new((state, patches))
    })
}

fn answer(value: &Value) -> Answer {
    value.downcast_ref::<Answer>().unwrap().clone()
}

fn shown(cache: &Cache, key: &Key) -> Option<Answer> {
    cache.shown(key).value.as_ref().map(answer)
}

#[derive(Default)]
struct Run {
    cache: Cache,
    now: f64,
    acts: Vec<Act>,
}

impl Run {
    fn step(&mut self, event: Event) -> &mut Self {
        self.acts.extend(self.cache.step(event, self.now, 1.0).into_iter().filter(|act| !matches!(act, Act::Notify(_))));
        self
    }

    fn join(&mut self, name: &str) -> &mut Self {
        self.step(Event::Join(key(name), Options::default()))
    }

    fn leave(&mut self, name: &str) -> &mut Self {
        self.step(Event::Leave(key(name)))
    }

    fn ok(&mut self, name: &str, flight: u64, state: u64) -> &mut Self {
        self.step(Event::Answer(key(name), flight, Ok(value(state))))
    }

    fn err(&mut self, name: &str, flight: u64, error: AppError) -> &mut Self {
        self.step(Event::Answer(key(name), flight, Err(error)))
    }

    fn version(&mut self, version: u64) -> &mut Self {
        self.step(Event::Version(board(0), version))
    }

    /// Time goes by; alarms ring.
    fn wait(&mut self, ms: f64) -> &mut Self {
        let end = self.now + ms;
        while let Some(next) = self.cache.alarm().filter(|next| *next <= end) {
            assert!(next > self.now, "an alarm for the past");
            self.now = next;
            self.step(Event::Alarm);
        }
        self.now = end;
        self
    }

    fn acts(&mut self) -> Vec<Act> {
        std::mem::take(&mut self.acts)
    }

    fn shown(&self, name: &str) -> Option<Answer> {
        shown(&self.cache, &key(name))
    }
}

fn fetch(name: &str, flight: u64, attempt: u32) -> Act {
    Act::Fetch { key: key(name), flight, attempt }
}

#[test]
fn asks_once_however_many_ask() {
    let mut run = Run::default();
    run.join("a").join("a").wait(100.0).join("a").join("b");
    assert_eq!(run.acts(), [fetch("a", 1, 0), fetch("b", 2, 0)]);
    assert!(run.cache.shown(&key("a")).is_fetching);
    run.ok("a", 1, 7).join("a");
    assert_eq!((run.acts(), run.shown("a"), run.shown("b")), (vec![], Some((7, vec![])), None));
    assert!(!run.cache.shown(&key("a")).is_fetching);
}

#[test]
fn shows_what_is_stale_and_asks_again_behind_it() {
    let mut run = Run::default();
    run.join("a").ok("a", 1, 1).wait(999.0).join("a");
    assert_eq!(run.acts(), [fetch("a", 1, 0)]);
    run.wait(1.0).join("a");
    assert_eq!((run.acts(), run.shown("a")), (vec![fetch("a", 2, 0)], Some((1, vec![]))));
    assert_eq!(run.ok("a", 2, 2).shown("a"), Some((2, vec![])));
    // Nobody does anything: nothing is asked.
    assert_eq!(run.wait(1e9).acts(), []);
}

#[test]
fn is_kept_for_a_while_after_the_last_has_left() {
    let mut run = Run::default();
    run.join("a").join("a").ok("a", 1, 1).leave("a").wait(60_000.0).leave("a").wait(4_999.0);
    assert_eq!(run.shown("a"), Some((1, vec![])));
    run.join("a").leave("a").acts();
    run.wait(4_999.0);
    assert_eq!(run.shown("a"), Some((1, vec![])));
    run.wait(1.0);
    assert_eq!((run.shown("a"), run.cache.alarm(), run.cache.entries.len()), (None, None, 0));
    // Not an instant longer, even if the alarm is late.
    run.join("a").ok("a", 3, 3).leave("a");
    run.now += 5_000.0;
    assert_eq!(run.join("a").shown("a"), None);
}

#[test]
fn stops_when_nobody_waits_any_more() {
    let mut run = Run::default();
    run.join("a").join("a").leave("a");
    assert_eq!(run.acts(), [fetch("a", 1, 0)]);
    run.leave("a");
    assert_eq!((run.acts(), run.cache.entries.len()), (vec![Act::Cancel(key("a"))], 0));
    // An answer that was on its way comes too late, also for whoever asks anew.
    run.join("a").ok("a", 1, 1);
    assert_eq!((run.acts(), run.shown("a")), (vec![fetch("a", 2, 0)], None));
    // So does a failure, and what is between two tries stops as well.
    run.err("a", 1, AppError::Busy).err("a", 2, AppError::Busy).leave("a").wait(60_000.0);
    assert_eq!(run.acts(), [Act::Cancel(key("a"))]);
    // An answer that there is stays, and the next is asked for as soon as somebody wants it.
    run.join("a").ok("a", 3, 3).step(Event::Refetch(key("a"))).leave("a").join("a");
    assert_eq!(run.acts(), [fetch("a", 3, 0), fetch("a", 4, 0), Act::Cancel(key("a"))]);
    assert_eq!(run.wait(1_000.0).acts(), [fetch("a", 5, 0)]);
}

#[test]
fn tries_again_what_may_pass() {
    let mut run = Run::default();
    run.join("a");
    for (flight, pause) in [(1, 500.0), (2, 1_000.0), (3, 2_000.0)] {
        run.err("a", flight, AppError::Network);
        run.join("a").wait(pause - 1.0);
        assert_eq!(run.acts(), [fetch("a", flight, flight as u32 - 1)]);
        let shown = run.cache.shown(&key("a"));
        assert_eq!((shown.is_fetching, shown.error), (true, None));
        run.wait(1.0);
    }
    run.err("a", 4, AppError::Unavailable);
    let shown = run.cache.shown(&key("a"));
    assert_eq!((shown.is_fetching, shown.error), (false, Some(AppError::Unavailable)));
    // That is the answer for a moment.
    run.acts();
    run.join("a").wait(999.0);
    assert_eq!(run.acts(), []);
    run.wait(1.0).join("a").ok("a", 5, 5);
    assert_eq!((run.acts(), run.shown("a"), run.cache.shown(&key("a")).error), (vec![fetch("a", 5, 0)], Some((5, vec![])), None));
}

#[test]
fn takes_no_for_an_answer() {
    let mut run = Run::default();
    run.join("a").err("a", 1, AppError::no(What::Player)).wait(1e9);
    assert_eq!((run.acts(), run.cache.shown(&key("a")).error), (vec![fetch("a", 1, 0)], Some(AppError::no(What::Player))));
    run.step(Event::Join(key("b"), Options { retries: 0, ..Options::default() })).err("b", 2, AppError::Busy);
    assert_eq!((run.acts(), run.cache.shown(&key("b")).error), (vec![fetch("b", 2, 0)], Some(AppError::Busy)));
    // Where there was a value, it stays.
    run.step(Event::Refetch(key("a"))).ok("a", 3, 1).step(Event::Refetch(key("a"))).err("a", 4, AppError::no(What::Player));
    assert_eq!((run.shown("a"), run.cache.shown(&key("a")).error), (Some((1, vec![])), Some(AppError::no(What::Player))));
}

#[test]
fn asks_again_who_comes_back_if_it_is_stale_and_used() {
    for (event, off) in [
        (Event::Focus, Options { refetch_on_focus: false, ..Options::default() }),
        (Event::Online, Options { refetch_on_reconnect: false, ..Options::default() }),
    ] {
        let mut run = Run::default();
        run.join("a").ok("a", 1, 1).join("left").ok("left", 2, 2).leave("left");
        run.step(Event::Join(key("off"), off)).ok("off", 3, 3).wait(999.0).step(event.clone());
        assert_eq!(run.acts().len(), 3);
        run.wait(1.0).step(event.clone());
        assert_eq!(run.acts(), [fetch("a", 4, 0)]);
        // Once is enough, while it is under way and after.
        run.step(event.clone()).ok("a", 4, 4).step(event);
        assert_eq!(run.acts(), []);
    }
}

#[test]
fn does_not_wait_any_longer_when_the_network_is_back() {
    let mut run = Run::default();
    run.join("a").err("a", 1, AppError::Network).wait(500.0).err("a", 2, AppError::Network).step(Event::Focus);
    assert_eq!(run.acts(), [fetch("a", 1, 0), fetch("a", 2, 1)]);
    run.step(Event::Online);
    assert_eq!(run.acts(), [fetch("a", 3, 0)]);
}

#[test]
fn asks_when_told_to() {
    let mut run = Run::default();
    run.step(Event::Refetch(key("a"))).join("a").ok("a", 1, 1).step(Event::Refetch(key("a")));
    assert_eq!(run.acts(), [fetch("a", 1, 0), fetch("a", 2, 0)]);
    // What is under way may be from before; a second request waits for it.
    run.step(Event::Refetch(key("a"))).step(Event::Refetch(key("a"))).ok("a", 2, 2);
    assert_eq!(run.acts(), []);
    run.wait(1_000.0);
    assert_eq!(run.acts(), [fetch("a", 3, 0)]);
    run.ok("a", 3, 3).wait(1e9);
    assert_eq!(run.acts(), []);
    // A pause ends, and what failed before doesn't count.
    run.step(Event::Refetch(key("a"))).err("a", 4, AppError::Busy).step(Event::Refetch(key("a")));
    assert_eq!(run.acts(), [fetch("a", 4, 0), fetch("a", 5, 0)]);
}

#[test]
fn follows_the_versions_of_a_board_at_its_own_pace() {
    let mut run = Run::default();
    run.version(5).join("a").ok("a", 1, 1).version(5).version(4).wait(1e6);
    assert_eq!(run.acts(), [fetch("a", 1, 0)]);
    run.version(6);
    assert_eq!(run.acts(), [fetch("a", 2, 0)]);
    // One that comes meanwhile outdates the answer: it may be from before.
    run.version(7).ok("a", 2, 2).wait(999.0).version(8).version(9);
    assert_eq!(run.acts(), []);
    run.wait(1.0);
    assert_eq!(run.acts(), [fetch("a", 3, 0)]);
    run.ok("a", 3, 3).wait(1e6);
    assert_eq!(run.acts(), []);
    // It is not asked for nobody, but for the next who comes.
    run.leave("a").version(10).join("a").wait(1_000.0);
    assert_eq!(run.acts(), [fetch("a", 4, 0)]);
    // Another board is another board.
    run.ok("a", 4, 4).step(Event::Version(board(1), 99)).wait(1e6);
    assert_eq!(run.acts(), []);
}

#[test]
fn a_board_that_does_not_answer_is_not_asked_for_ever() {
    let mut run = Run::default();
    run.join("a").ok("a", 1, 1).wait(1_000.0).version(1);
    for flight in 2..=5 {
        run.err("a", flight, AppError::Unavailable).wait(2_000.0);
    }
    assert_eq!(run.acts().len(), 5);
    run.version(1).wait(1e9);
    assert_eq!(run.acts(), []);
    run.version(2);
    assert_eq!(run.acts(), [fetch("a", 6, 0)]);
}

#[test]
fn what_the_server_rendered_is_not_asked_for() {
    let mut run = Run::default();
    run.step(Event::Seed(key("a"), value(1), Some(5))).join("a").version(5).wait(900.0).join("a");
    assert_eq!((run.acts(), run.shown("a")), (vec![], Some((1, vec![]))));
    // What is known stays, and what nobody wanted goes.
    run.step(Event::Seed(key("a"), value(2), Some(6))).step(Event::Seed(key("b"), value(1), None));
    assert_eq!(run.shown("a"), Some((1, vec![])));
    run.wait(5_000.0);
    assert_eq!((run.acts(), run.shown("b")), (vec![fetch("a", 1, 0)], None));
    // It comes in place of what is under way, even if it is older than it might be.
    run.join("c").step(Event::Seed(key("c"), value(1), Some(3))).ok("c", 2, 9);
    assert_eq!((run.acts(), run.shown("c")), (vec![fetch("c", 2, 0), Act::Cancel(key("c"))], Some((1, vec![]))));
    run.wait(1_000.0);
    assert_eq!(run.acts(), [fetch("c", 3, 0)]);
}

#[test]
fn patches_are_undone_in_any_order_until_newer_data_comes() {
    let mut run = Run::default();
    run.step(Event::Patch(key("a"), 1, change(1))).join("a").ok("a", 1, 1);
    run.step(Event::Patch(key("a"), 2, change(2))).step(Event::Patch(key("a"), 3, change(3))).step(Event::Patch(key("a"), 4, change(4)));
    assert_eq!(run.shown("a"), Some((1, vec![2, 3, 4])));
    run.step(Event::Undo(key("a"), 3)).step(Event::Undo(key("a"), 3)).step(Event::Undo(key("a"), 1));
    assert_eq!(run.shown("a"), Some((1, vec![2, 4])));
    run.step(Event::Undo(key("a"), 4)).step(Event::Undo(key("a"), 2)).acts();
    assert_eq!(run.shown("a"), Some((1, vec![])));
    // Whether it counted is asked.
    run.wait(1_000.0).ok("a", 2, 2);
    assert_eq!((run.acts(), run.shown("a")), (vec![fetch("a", 2, 0)], Some((2, vec![]))));
    run.step(Event::Patch(key("a"), 5, change(5))).step(Event::Refetch(key("a"))).ok("a", 3, 3).step(Event::Undo(key("a"), 5));
    assert_eq!(run.shown("a"), Some((3, vec![])));
}

#[test]
fn what_was_under_way_does_not_undo_a_patch() {
    let mut run = Run::default();
    run.join("a").ok("a", 1, 1).wait(1_000.0).step(Event::Focus).step(Event::Patch(key("a"), 1, change(1))).ok("a", 2, 2);
    assert_eq!(run.acts(), [fetch("a", 1, 0), fetch("a", 2, 0), Act::Cancel(key("a"))]);
    assert_eq!(run.shown("a"), Some((1, vec![1])));
    assert_eq!(run.wait(1_000.0).ok("a", 3, 3).shown("a"), Some((3, vec![])));
}

#[cfg(debug_assertions)]
#[test]
fn reports_how_each_stands() {
    let mut run = Run::default();
    run.join("fetching").join("waiting").err("waiting", 2, AppError::Busy);
    run.join("failed").err("failed", 3, AppError::no(What::Board)).step(Event::Seed(key("fresh"), value(1), None)).wait(400.0);
    let states: Vec<_> = run.cache.report(run.now).into_iter().map(|it| (it.key.name, it.age_ms, it.state, it.users)).collect();
    let expected = [
        ("fetching", None, QueryState::Fetching, 1),
        ("waiting", None, QueryState::Waiting, 1),
        ("failed", Some(400.0), QueryState::Failed, 1),
        ("fresh", Some(400.0), QueryState::Fresh, 0),
    ];
    assert_eq!(states, expected.map(|(name, age, state, users)| (name.to_owned(), age, state, users)));
    run.wait(600.0);
    assert_eq!(run.cache.report(run.now)[3].state, QueryState::Stale);
}

/// Something that happens to one of the keys.
#[derive(Clone, Debug)]
enum Step {
    Join(usize),
    Leave(usize),
    Refetch(usize),
    /// A request is answered, however late: with the state that the server is in, or was when it was sent.
    Answer {
        which: usize,
        early: bool,
        error: Option<AppError>,
    },
    Focus,
    Online,
    /// A board moves; with `told`, the page hears of it.
    Move {
        board: usize,
        told: bool,
    },
    Seed(usize),
    Patch(usize),
    Undo(usize),
    Wait(f64),
    /// The machine sleeps: alarms ring late.
    Sleep(f64),
}

const KEYS: usize = 4;

fn step() -> impl Strategy<Value = Step> {
    let key = 0..KEYS;
    let error = prop_oneof![3 => Just(None), 1 => Just(Some(AppError::Busy)), 1 => Just(Some(AppError::no(What::Player)))];
    prop_oneof![
        6 => key.clone().prop_map(Step::Join),
        4 => key.clone().prop_map(Step::Leave),
        1 => key.clone().prop_map(Step::Refetch),
        8 => (0..8_usize, any::<bool>(), error).prop_map(|(which, early, error)| Step::Answer { which, early, error }),
        1 => Just(Step::Focus),
        1 => Just(Step::Online),
        3 => (0..2_usize, any::<bool>()).prop_map(|(board, told)| Step::Move { board, told }),
        1 => key.clone().prop_map(Step::Seed),
        2 => key.clone().prop_map(Step::Patch),
        2 => (0..8_usize).prop_map(Step::Undo),
        6 => (0.0..3_000.0_f64).prop_map(Step::Wait),
        1 => (0.0..9_000.0_f64).prop_map(Step::Sleep),
    ]
}

/// A key, as somebody sees it who only watches.
#[derive(Default)]
struct Watched {
    users: u32,
    left: f64,
    /// The request that its answer is waited for.
    flight: Option<u64>,
    shown: Option<Answer>,
    is_settled: bool,
    /// Until when there is no reason to ask; nothing is said once it failed or was given up.
    fresh_until: f64,
}

struct Flight {
    number: u64,
    key: usize,
    sent_at: u64,
}

struct World {
    cache: Cache,
    now: f64,
    random: f64,
    /// The state of each board, on the server, and the newest that the page was told.
    boards: [u64; 2],
    told: [u64; 2],
    keys: [Watched; KEYS],
    /// Sent, and not answered; given up or not.
    flights: Vec<Flight>,
    patches: u64,
}

/// Each board has two keys, with options of their own.
fn nth(at: usize) -> (Key, Options) {
    let options = if at.is_multiple_of(2) { Options::default() } else { Options { stale_ms: 300.0, retries: 1, ..Options::default() } };
    (Key::of_board(board(at / 2), format!("{at}")), options)
}

impl World {
    fn new(random: f64) -> Self {
        let (keys, flights) = (std::array::from_fn(|_| Watched::default()), Vec::new());
        Self { cache: Cache::default(), now: 0.0, random, boards: [1; 2], told: [0; 2], keys, flights, patches: 0 }
    }

    /// Lets something happen, and looks at what comes of it.
    fn step(&mut self, event: Event) -> Result<(), TestCaseError> {
        let is_wish = matches!(event, Event::Refetch(_));
        // One that failed is tried again: at once, when the network is back.
        let is_waiting = |cache: &Cache, at| cache.entry(&nth(at).0).is_some_and(|it| matches!(it.phase, Phase::Waiting { .. }));
        let waiting: Vec<bool> = (0..KEYS).map(|at| is_waiting(&self.cache, at)).collect();
        for act in self.cache.step(event, self.now, self.random) {
            match act {
                Act::Fetch { key, flight, attempt } => {
                    let at: usize = key.name.parse().unwrap();
                    let watched = &mut self.keys[at];
                    prop_assert!(watched.users > 0, "asked for nobody");
                    prop_assert_eq!(watched.flight, None, "two requests at a time");
                    prop_assert!(is_wish || waiting[at] || self.now >= watched.fresh_until, "asked although it was fresh");
                    prop_assert!(attempt <= nth(at).1.retries);
                    watched.flight = Some(flight);
                    self.flights.push(Flight { number: flight, key: at, sent_at: self.boards[at / 2] });
                }
                Act::Cancel(key) => self.keys[key.name.parse::<usize>().unwrap()].flight = None,
                Act::Notify(_) => {}
            }
        }
        self.check()
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        for (at, watched) in self.keys.iter_mut().enumerate() {
            if watched.users == 0 && self.now >= watched.left + nth(at).1.cache_ms {
                (watched.shown, watched.is_settled, watched.fresh_until) = (None, false, 0.0);
            }
            let shown = shown(&self.cache, &nth(at).0);
            prop_assert_eq!(&shown, &watched.shown);
            prop_assert_eq!(self.cache.entry(&nth(at).0).is_some(), watched.users > 0 || watched.is_settled, "kept in vain");
            let entry = self.cache.entry(&nth(at).0);
            prop_assert_eq!(entry.map_or(0, |entry| entry.users), watched.users);
            prop_assert!(watched.users > 0 || watched.flight.is_none(), "not stopped");
            // Somebody sees something, or it is on its way.
            let is_nothing = entry.is_some_and(|entry| entry.users > 0 && entry.settled.is_none() && entry.phase == Phase::Idle);
            prop_assert!(!is_nothing);
        }
        prop_assert!(self.cache.alarm().is_none_or(|next| next > self.now), "something is left undone");
        Ok(())
    }

    fn wait(&mut self, ms: f64) -> Result<(), TestCaseError> {
        let end = self.now + ms;
        while let Some(next) = self.cache.alarm().filter(|next| *next <= end) {
            self.now = next;
            self.step(Event::Alarm)?;
        }
        self.now = end;
        Ok(())
    }

    fn settled(&mut self, at: usize, shown: Answer) -> Result<(), TestCaseError> {
        let watched = &mut self.keys[at];
        let before = watched.shown.as_ref().map_or(0, |(state, _)| *state);
        prop_assert!(shown.0 >= before, "it goes back from {before} to {}", shown.0);
        (watched.shown, watched.is_settled) = (Some(shown), true);
        watched.fresh_until = self.now + nth(at).1.stale_ms;
        Ok(())
    }

    fn answer(&mut self, which: usize, early: bool, error: Option<AppError>) -> Result<(), TestCaseError> {
        let Some(Flight { number, key: at, sent_at }) = (!self.flights.is_empty()).then(|| self.flights.remove(which % self.flights.len()))
        else {
            return Ok(());
        };
        let state = if early { sent_at } else { self.boards[at / 2] };
        if self.keys[at].flight == Some(number) {
            self.keys[at].flight = None;
            match &error {
                None => self.settled(at, (state, Vec::new()))?,
                Some(error) if error.may_pass() => {}
                Some(_) => {
                    let stale_ms = nth(at).1.stale_ms.min(FAILURE_MS);
                    (self.keys[at].is_settled, self.keys[at].fresh_until) = (true, self.now + stale_ms);
                }
            }
        }
        let answer = error.map_or_else(|| Ok(value(state)), Err);
        self.step(Event::Answer(nth(at).0, number, answer))?;
        // A failure that is final settles it as well, after as many tries as there are.
        self.keys[at].is_settled |= self.cache.entry(&nth(at).0).is_some_and(|entry| entry.settled.is_some());
        Ok(())
    }

    fn play(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Join(at) => {
                self.check()?;
                self.keys[at].users += 1;
                let (key, options) = nth(at);
                self.step(Event::Join(key, options))
            }
            Step::Leave(at) if self.keys[at].users == 0 => Ok(()),
            Step::Leave(at) => {
                self.keys[at].users -= 1;
                if self.keys[at].users == 0 {
                    (self.keys[at].left, self.keys[at].flight) = (self.now, None);
                }
                self.step(Event::Leave(nth(at).0))
            }
            Step::Refetch(at) => self.step(Event::Refetch(nth(at).0)),
            Step::Answer { which, early, error } => self.answer(which, early, error),
            Step::Focus => self.step(Event::Focus),
            Step::Online => self.step(Event::Online),
            Step::Move { board: at, told } => {
                self.boards[at] += 1;
                if !told {
                    return Ok(());
                }
                self.told[at] = self.boards[at];
                self.step(Event::Version(board(at), self.boards[at]))
            }
            Step::Seed(at) => {
                let state = self.boards[at / 2];
                self.told[at / 2] = state;
                if self.keys[at].shown.is_none() {
                    if self.cache.entry(&nth(at).0).is_none() {
                        self.keys[at].left = self.now;
                    }
                    self.keys[at].flight = None;
                    self.settled(at, (state, Vec::new()))?;
                    // It is kept as by default, until somebody says how.
                    self.keys[at].fresh_until = 0.0;
                }
                self.step(Event::Seed(nth(at).0, value(state), Some(state)))
            }
            Step::Patch(at) => {
                self.patches += 1;
                if let Some((state, patches)) = self.keys[at].shown.clone() {
                    self.keys[at].flight = None;
                    self.settled(at, (state, [patches, vec![self.patches]].concat()))?;
                }
                self.step(Event::Patch(nth(at).0, self.patches, change(self.patches)))
            }
            Step::Undo(back) => {
                let patch = self.patches.saturating_sub(back as u64);
                for at in 0..KEYS {
                    if let Some((_, patches)) = &mut self.keys[at].shown {
                        patches.retain(|known| *known != patch);
                    }
                    self.step(Event::Undo(nth(at).0, patch))?;
                }
                Ok(())
            }
            Step::Wait(ms) => self.wait(ms),
            Step::Sleep(ms) => {
                self.now += ms;
                self.step(Event::Alarm)
            }
        }
    }

    /// All goes well from now on.
    fn calm_down(&mut self) -> Result<(), TestCaseError> {
        self.step(Event::Online)?;
        for _ in 0..4 {
            while !self.flights.is_empty() {
                self.answer(0, false, None)?;
            }
            self.wait(1_000.0)?;
        }
        prop_assert!(self.flights.is_empty(), "it asks for ever");
        for (at, watched) in self.keys.iter().enumerate().filter(|(_, watched)| watched.users > 0) {
            let is_refused = self.cache.entry(&nth(at).0).is_some_and(|entry| entry.error.is_some());
            prop_assert!(is_refused || watched.shown.as_ref().is_some_and(|(state, _)| *state >= self.told[at / 2]), "older than known");
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn whatever_happens_it_asks_no_more_than_it_must_and_shows_no_less(
        random in 0.0..1.0_f64,
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::new(random);
        for step in steps {
            world.play(step)?;
        }
        world.calm_down()?;
        for at in 0..KEYS {
            while world.keys[at].users > 0 {
                world.play(Step::Leave(at))?;
            }
        }
        world.wait(5_000.0)?;
        prop_assert!(world.cache.entries.is_empty());
        prop_assert_eq!(world.cache.alarm(), None);
    }
}
