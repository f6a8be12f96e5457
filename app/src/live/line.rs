//! When the socket is opened and closed. No socket, no clock and no chance in here: whoever has them tells what happened and does
//! what comes of it, so that all of this can be tested anywhere.

use super::Status;
use crate::{backoff, protocol::Close};

/// How long a socket may take until the server speaks, in milliseconds.
const OPENING_MS: f64 = 10_000.0;
/// How long a socket stays open that nobody wants, in milliseconds: whoever goes to another page wants it again.
const LINGER_MS: f64 = 1_000.0;
/// How long a socket stays open that nobody looks at, in milliseconds.
const HIDDEN_MS: f64 = 60_000.0;
/// A socket that was live for so long, in milliseconds, is no failure when it ends.
const LASTING_MS: f64 = 10_000.0;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    /// Something is watched or followed.
    Wanted,
    /// Nothing is watched or followed any more.
    Unwanted,
    /// Somebody looks at the page (again).
    Visible,
    /// Nobody looks at the page.
    Hidden,
    /// The network is back, perhaps another one.
    Online,
    /// The server said that it is there, and how long it will be silent at most, in milliseconds.
    Hello(u32),
    /// The server said something else.
    Heard,
    /// The server goes; it will be back in so many milliseconds.
    Draining(u32),
    /// The socket was closed, or never opened: its close code, if there is one.
    Closed(Option<u16>),
    /// What the server said can't be used, or it can't serve at the moment.
    Failed,
    /// The time has come that [`Line::alarm`] told.
    Alarm,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Open a socket; one that there is is given up.
    Open,
    /// The socket is there: say what is wanted.
    Resume,
    /// Give the socket up.
    Close,
}

/// The state of the connection. Times are in milliseconds, from whenever the clock began.
#[derive(Debug)]
pub struct Line {
    phase: Phase,
    /// Failures since a socket last lasted.
    failures: u32,
    /// Since when nobody wants it.
    unwanted: Option<f64>,
    /// Since when nobody looks at the page.
    hidden: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    /// No socket, until it is wanted and looked at.
    Resting,
    /// No socket, until then.
    Waiting { until: f64 },
    /// The server has not spoken yet.
    Opening { since: f64 },
    /// The server has spoken.
    Live { since: f64, heard: f64, beat: f64 },
    /// No socket ever again.
    Ended,
}

impl Default for Line {
    fn default() -> Self {
        Self { phase: Phase::Resting, failures: 0, unwanted: Some(0.0), hidden: None }
    }
}

impl Line {
    /// How live the page is.
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::Resting => Status::Still,
            Phase::Opening { .. } if self.failures == 0 => Status::Connecting,
            Phase::Waiting { .. } | Phase::Opening { .. } => Status::Lost,
            Phase::Live { .. } => Status::Live,
            Phase::Ended => Status::Ended,
        }
    }

    /// Whether what is said is heard.
    pub fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live { .. })
    }

    fn has_socket(&self) -> bool {
        matches!(self.phase, Phase::Opening { .. } | Phase::Live { .. })
    }

    /// When to tell [`Event::Alarm`], unless something else happens before.
    pub fn alarm(&self) -> Option<f64> {
        let lingers = self.unwanted.map(|since| since + LINGER_MS);
        let hides = self.hidden.map(|since| since + HIDDEN_MS);
        let (own, others) = match self.phase {
            Phase::Resting | Phase::Ended => (None, [None, None]),
            Phase::Waiting { until } => (Some(until), [lingers, None]),
            Phase::Opening { since } => (Some(since + OPENING_MS), [lingers, hides]),
            Phase::Live { heard, beat, .. } => (Some(heard + 2.0 * beat), [lingers, hides]),
        };
        own.into_iter().chain(others.into_iter().flatten()).reduce(f64::min)
    }

    /// Takes what happened at `now`; `random` lies between 0 and 1.
    pub fn step(&mut self, event: Event, now: f64, random: f64) -> Option<Act> {
        if self.phase == Phase::Ended {
            return None;
        }
        match event {
            Event::Wanted => {
                self.unwanted = None;
                if self.phase == Phase::Resting { self.open(now) } else { None }
            }
            Event::Unwanted => {
                self.unwanted.get_or_insert(now);
                None
            }
            Event::Hidden => {
                self.hidden.get_or_insert(now);
                None
            }
            Event::Visible => self.look(now),
            Event::Online => self.wake(now),
            Event::Hello(beat) => self.greet(f64::from(beat), now),
            Event::Heard => {
                if let Phase::Live { heard, .. } = &mut self.phase {
                    *heard = now;
                }
                None
            }
            Event::Draining(_) | Event::Closed(_) | Event::Failed if !self.has_socket() => None,
            Event::Draining(wait) => {
                self.failures = 0;
                self.phase = Phase::Waiting { until: now + f64::from(wait) };
                Some(Act::Close)
            }
            Event::Closed(Some(code)) if !Close::reconnects(code) => {
                self.phase = Phase::Ended;
                Some(Act::Close)
            }
            Event::Closed(_) | Event::Failed => self.fail(now, random),
            Event::Alarm => self.tick(now, random),
        }
    }

    /// Opens a socket, if somebody wants it and looks at the page; otherwise there is none until then.
    fn open(&mut self, now: f64) -> Option<Act> {
        if self.unwanted.is_some() || self.hidden.is_some() {
            return self.rest();
        }
        self.phase = Phase::Opening { since: now };
        Some(Act::Open)
    }

    fn rest(&mut self) -> Option<Act> {
        self.phase = Phase::Resting;
        Some(Act::Close)
    }

    /// Whoever looks waits for nothing, and what they see must not come from a socket that may be dead.
    fn look(&mut self, now: f64) -> Option<Act> {
        self.hidden = None;
        match self.phase {
            Phase::Resting | Phase::Waiting { .. } => self.open(now),
            Phase::Live { heard, beat, .. } if now - heard > beat => self.open(now),
            Phase::Live { .. } | Phase::Opening { .. } | Phase::Ended => None,
        }
    }

    /// A socket over the network that there was before may be dead without anybody having said so.
    fn wake(&mut self, now: f64) -> Option<Act> {
        match self.phase {
            Phase::Waiting { .. } | Phase::Live { .. } => {
                self.failures = 0;
                self.open(now)
            }
            Phase::Resting | Phase::Opening { .. } | Phase::Ended => None,
        }
    }

    fn greet(&mut self, beat: f64, now: f64) -> Option<Act> {
        match &mut self.phase {
            Phase::Opening { .. } => {
                self.phase = Phase::Live { since: now, heard: now, beat };
                Some(Act::Resume)
            }
            Phase::Live { heard, beat: known, .. } => {
                (*heard, *known) = (now, beat);
                None
            }
            Phase::Resting | Phase::Waiting { .. } | Phase::Ended => None,
        }
    }

    fn fail(&mut self, now: f64, random: f64) -> Option<Act> {
        if matches!(self.phase, Phase::Live { since, .. } if now - since >= LASTING_MS) {
            self.failures = 0;
        }
        self.phase = Phase::Waiting { until: now + backoff::pause(self.failures, random) };
        self.failures = self.failures.saturating_add(1);
        Some(Act::Close)
    }

    fn tick(&mut self, now: f64, random: f64) -> Option<Act> {
        let is_over = |since: Option<f64>, length: f64| since.is_some_and(|since| since + length <= now);
        match self.phase {
            Phase::Resting | Phase::Ended => None,
            _ if is_over(self.unwanted, LINGER_MS) => self.rest(),
            Phase::Waiting { until } if until <= now => self.open(now),
            Phase::Opening { .. } | Phase::Live { .. } if is_over(self.hidden, HIDDEN_MS) => self.rest(),
            Phase::Opening { since } if since + OPENING_MS <= now => self.fail(now, random),
            Phase::Live { heard, beat, .. } if heard + 2.0 * beat <= now => self.fail(now, random),
            Phase::Waiting { .. } | Phase::Opening { .. } | Phase::Live { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A line, with a clock and alarms that ring in time.
    #[derive(Default)]
    struct Run {
        line: Line,
        now: f64,
        acts: Vec<Act>,
    }

    impl Run {
        fn after(mut self, wait: f64, event: Event) -> Self {
            self.wait(wait);
            self.step(event);
            self
        }

        fn wait(&mut self, wait: f64) {
            let end = self.now + wait;
            while let Some(alarm) = self.line.alarm().filter(|alarm| *alarm <= end) {
                self.now = alarm.max(self.now);
                self.step(Event::Alarm);
            }
            self.now = end;
        }

        fn step(&mut self, event: Event) {
            self.acts.extend(self.line.step(event, self.now, 1.0));
        }

        /// What was done since this was asked before.
        fn acts(&mut self) -> Vec<Act> {
            std::mem::take(&mut self.acts)
        }
    }

    fn live() -> Run {
        let mut run = Run::default().after(0.0, Event::Wanted).after(100.0, Event::Hello(25_000));
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Open, Act::Resume], Status::Live));
        run
    }

    #[test]
    fn is_open_while_it_is_wanted_and_a_moment_longer() {
        let mut run = Run::default();
        assert_eq!((run.line.status(), run.line.alarm()), (Status::Still, None));
        run = run.after(0.0, Event::Wanted);
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Open], Status::Connecting));
        run =
            run.after(100.0, Event::Hello(25_000)).after(0.0, Event::Unwanted).after(900.0, Event::Wanted).after(5_000.0, Event::Unwanted);
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Resume], Status::Live));
        run.wait(1_000.0);
        assert_eq!((run.acts(), run.line.status(), run.line.alarm()), (vec![Act::Close], Status::Still, None));
        assert_eq!(run.after(0.0, Event::Wanted).acts(), [Act::Open]);
    }

    #[test]
    fn comes_back_later_each_time_until_a_socket_lasts() {
        let mut run = live().after(9_000.0, Event::Closed(Some(3001)));
        for pause in [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0] {
            assert_eq!((run.line.status(), run.line.alarm()), (Status::Lost, Some(run.now + pause)));
            run.wait(pause);
            assert_eq!((run.acts(), run.line.status()), (vec![Act::Close, Act::Open], Status::Lost));
            // A socket that opens and ends at once is one more failure.
            run = run.after(0.0, Event::Hello(25_000)).after(0.0, Event::Failed);
            assert_eq!(run.acts.remove(0), Act::Resume);
        }
        run.wait(30_000.0);
        run = run.after(0.0, Event::Hello(25_000)).after(10_000.0, Event::Closed(None));
        assert_eq!(run.line.alarm(), Some(run.now + 500.0));
    }

    #[test]
    fn comes_back_when_the_server_said_or_not_at_all() {
        let mut run = live().after(0.0, Event::Draining(7_123));
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Close], Status::Lost));
        run.wait(7_122.0);
        assert_eq!(run.acts(), []);
        run.wait(1.0);
        assert_eq!(run.acts(), [Act::Open]);
        for close in Close::ALL {
            let run = live().after(0.0, Event::Closed(Some(close.code())));
            assert_eq!(run.line.status(), if close.code() < 3500 { Status::Lost } else { Status::Ended });
        }
        let mut run = live().after(0.0, Event::Closed(Some(Close::Unexpected.code()))).after(0.0, Event::Online).after(0.0, Event::Visible);
        assert_eq!((run.acts(), run.line.alarm(), run.line.status()), (vec![Act::Close], None, Status::Ended));
    }

    #[test]
    fn takes_a_silent_server_for_dead() {
        let mut run = live().after(49_999.0, Event::Heard);
        run.wait(49_999.0);
        assert_eq!((run.acts(), run.line.status()), (Vec::new(), Status::Live));
        run.wait(1.0);
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Close], Status::Lost));
        // One that never speaks as well.
        let mut run = Run::default().after(0.0, Event::Wanted);
        run.wait(10_000.0);
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Open, Act::Close], Status::Lost));
    }

    #[test]
    fn does_not_connect_while_nobody_looks_and_at_once_when_somebody_does() {
        let mut run = live().after(0.0, Event::Hidden).after(1_000.0, Event::Closed(None)).after(20_000.0, Event::Online);
        run.wait(1e9);
        assert_eq!((run.acts(), run.line.status()), (vec![Act::Close, Act::Close], Status::Still));
        assert_eq!(run.after(0.0, Event::Visible).acts(), [Act::Open]);
        // A pause ends when somebody looks, too.
        let mut run = live().after(0.0, Event::Draining(30_000)).after(0.0, Event::Hidden).after(1.0, Event::Visible);
        assert_eq!(run.acts(), [Act::Close, Act::Open]);
        // A page that opens in the background waits to be looked at.
        let mut run = Run::default().after(0.0, Event::Hidden).after(0.0, Event::Wanted);
        run.wait(1e9);
        assert_eq!(run.after(0.0, Event::Visible).acts(), [Act::Close, Act::Open]);
    }

    #[test]
    fn gives_the_socket_back_when_nobody_looks_for_long() {
        let mut run = live().after(0.0, Event::Hidden);
        run.wait(59_999.0 - 30_000.0);
        run = run.after(0.0, Event::Heard);
        run.wait(30_000.0);
        assert_eq!((run.acts(), run.line.status()), (Vec::new(), Status::Live));
        run.wait(1.0);
        assert_eq!((run.acts(), run.line.status(), run.line.alarm()), (vec![Act::Close], Status::Still, None));
        let mut run = run.after(1e9, Event::Visible).after(100.0, Event::Hello(25_000));
        assert_eq!(run.acts(), [Act::Open, Act::Resume]);
        // A look in between makes it start anew, and needs no other socket.
        let mut run = live().after(0.0, Event::Hidden).after(10_000.0, Event::Visible).after(0.0, Event::Hidden);
        run = run.after(20_000.0, Event::Heard).after(30_000.0, Event::Heard);
        assert_eq!(run.acts(), []);
    }

    #[test]
    fn doubts_a_socket_that_was_silent_and_any_after_the_network_was_gone() {
        assert_eq!(live().after(25_000.0, Event::Visible).acts(), []);
        assert_eq!(live().after(25_001.0, Event::Visible).acts(), [Act::Open]);
        assert_eq!(live().after(0.0, Event::Online).acts(), [Act::Open]);
        assert_eq!(live().after(0.0, Event::Closed(None)).after(0.0, Event::Online).acts(), [Act::Close, Act::Open]);
        // One that is being opened goes over the new network.
        assert_eq!(Run::default().after(0.0, Event::Wanted).after(0.0, Event::Online).acts(), [Act::Open]);
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::Wanted),
            Just(Event::Unwanted),
            Just(Event::Visible),
            Just(Event::Hidden),
            Just(Event::Online),
            Just(Event::Hello(25_000)),
            Just(Event::Heard),
            (0..30_000_u32).prop_map(Event::Draining),
            Just(Event::Closed(None)),
            Just(Event::Closed(Some(3000))),
            Just(Event::Failed),
            Just(Event::Alarm),
        ]
    }

    proptest! {
        #[test]
        fn whatever_happens_it_is_live_in_the_end(events in prop::collection::vec((event(), 0.0..40_000.0_f64, 0.0..1.0_f64), 0..60)) {
            let (mut line, mut now) = (Line::default(), 0.0);
            let (mut is_wanted, mut is_hidden) = (false, false);
            for (event, wait, random) in events {
                now += wait;
                match event {
                    Event::Wanted => is_wanted = true,
                    Event::Unwanted => is_wanted = false,
                    Event::Hidden => is_hidden = true,
                    Event::Visible => is_hidden = false,
                    _ => {}
                }
                let act = line.step(event, now, random);
                prop_assert!(act != Some(Act::Open) || is_wanted && !is_hidden, "opened by {event:?} in vain");
                prop_assert!(act != Some(Act::Resume) || line.is_live());
                // Whatever does not last says when to look again.
                let rests = line.phase == Phase::Resting;
                prop_assert_eq!(rests, line.alarm().is_none());
                prop_assert!(!rests || !is_wanted || is_hidden, "it rests although it is looked at");
            }
            let mut run = Run { line, now, acts: Vec::new() };
            run = run.after(0.0, Event::Visible).after(0.0, Event::Wanted);
            if let Phase::Waiting { until } = run.line.phase {
                run.wait(until - run.now);
            }
            run.step(Event::Hello(25_000));
            prop_assert_eq!(run.line.status(), Status::Live);
        }
    }
}
