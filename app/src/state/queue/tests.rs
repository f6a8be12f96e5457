use super::*;
use crate::{
    error::{Field, What},
    model::Standing,
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn waiting(id: &str, player: &str, score: i64, keep: Keep) -> Waiting {
    Waiting {
        id: id.to_owned(),
        board: BoardId::main(),
        player: PlayerId::parse(player).unwrap(),
        score: Score::new(score, 0).unwrap(),
        since_ms: 0.0,
        keep,
        direction: Direction::Desc,
        sent_ms: None,
    }
}

fn receipt(score: i64) -> Receipt {
    let after = Standing { score: Score::new(score, 0).unwrap(), rank: 1 };
    Receipt {
        improved: true,
        before: None,
        after,
        total: 1,
        percentile: 100.0,
        ahead: None,
        version: 1,
        replayed: false,
        windows: Vec::new(),
    }
}

fn ids<'a>(waiting: impl IntoIterator<Item = &'a Waiting>) -> Vec<&'a str> {
    waiting.into_iter().map(|waiting| waiting.id.as_str()).collect()
}

/// A queue of scores of one player, pushed one after the other as ids and scores; and what was said of the last one.
fn pushed(keep: Keep, scores: &[(&str, i64)]) -> (Queue, Option<Pushed>) {
    let mut queue = Queue::default();
    let last = scores.iter().map(|(id, score)| queue.push(waiting(id, "ada", *score, keep))).last();
    (queue, last)
}

fn replaced(ids: &[&str]) -> Option<Pushed> {
    Some(Pushed::Waits { replaced: ids.iter().map(|id| (*id).to_owned()).collect() })
}

fn covered(by: &str) -> Option<Pushed> {
    Some(Pushed::Covered { by: by.to_owned() })
}

#[test]
fn only_what_can_make_the_entry_waits() {
    let (queue, last) = pushed(Keep::Best, &[("a", 5), ("b", 7)]);
    assert_eq!((ids(queue.waiting()), last), (vec!["b"], replaced(&["a"])));
    let (queue, last) = pushed(Keep::Best, &[("a", 5), ("b", 5)]);
    assert_eq!((ids(queue.waiting()), last), (vec!["a"], covered("a")));
    let (queue, last) = pushed(Keep::Last, &[("a", 5), ("b", 3)]);
    assert_eq!((ids(queue.waiting()), last), (vec!["b"], replaced(&["a"])));
    let (queue, last) = pushed(Keep::First, &[("a", 5), ("b", 7)]);
    assert_eq!((ids(queue.waiting()), last), (vec!["a"], covered("a")));
    let (queue, last) = pushed(Keep::Sum, &[("a", 5), ("b", 5)]);
    assert_eq!((ids(queue.waiting()), last), (vec!["a", "b"], replaced(&[])));
    let mut queue = Queue::default();
    queue.push(Waiting { direction: Direction::Asc, ..waiting("a", "ada", 5, Keep::Best) });
    assert_eq!(Some(queue.push(Waiting { direction: Direction::Asc, ..waiting("b", "ada", 3, Keep::Best) })), replaced(&["a"]));
}

#[test]
fn covers_nothing_of_others_nor_by_other_rules() {
    let (mut queue, _) = pushed(Keep::Best, &[("a", 5)]);
    let other_board = Waiting { board: BoardId::parse("other").unwrap(), ..waiting("b", "ada", 7, Keep::Best) };
    let other_direction = Waiting { direction: Direction::Asc, ..waiting("e", "ada", 7, Keep::Best) };
    let others = [other_board, waiting("c", "bob", 7, Keep::Best), waiting("d", "ada", 7, Keep::Last), other_direction];
    for other in others {
        assert_eq!(Some(queue.push(other)), replaced(&[]));
    }
    assert_eq!(ids(queue.waiting()), ["a", "b", "c", "d", "e"]);
}

#[test]
fn what_may_have_been_sent_stays_as_it_is() {
    let (mut queue, _) = pushed(Keep::Best, &[("a", 5)]);
    assert_eq!(ids(&queue.due(0.0)), ["a"]);
    assert_eq!(Some(queue.push(waiting("b", "ada", 3, Keep::Best))), replaced(&[]));
    assert_eq!(Some(queue.push(waiting("c", "ada", 7, Keep::Best))), replaced(&["b"]));
    // A failure does not say that it did not count.
    assert_eq!(queue.settled("a", Err(AppError::Network), 0.0, 1.0), Settled::Retry { at: 500.0 });
    assert_eq!(Some(queue.push(waiting("d", "ada", 9, Keep::Best))), replaced(&["c"]));
    assert_eq!(ids(queue.waiting()), ["a", "d"]);
    // Nor does a new page know.
    let mut queue = Queue::default();
    queue.restore(vec![waiting("a", "ada", 5, Keep::Last), waiting("b", "ada", 7, Keep::Last)]);
    assert_eq!(Some(queue.push(waiting("c", "ada", 1, Keep::Last))), replaced(&[]));
    assert_eq!(ids(queue.waiting()), ["a", "b", "c"]);
}

#[test]
fn stored_scores_go_where_they_were_typed_and_only_once() {
    let typed = |id: &str, since_ms: f64| Waiting { since_ms, ..waiting(id, "ada", 1, Keep::Sum) };
    let mut queue = Queue::default();
    queue.push(typed("b", 20.0));
    queue.restore(vec![typed("c", 30.0), typed("b", 5.0), typed("a", 10.0), typed("a", 10.0)]);
    assert_eq!(ids(queue.waiting()), ["a", "b", "c"]);
    assert_eq!(queue.push(typed("c", 40.0)), Pushed::Known);
    assert_eq!(queue.forget("b").map(|waiting| waiting.id).as_deref(), Some("b"));
    assert_eq!(queue.forget("b"), None);
    assert_eq!(queue.settled("b", Ok(receipt(1)), 0.0, 0.0), Settled::Unknown);
}

#[test]
fn what_another_tab_has_settled_is_answered_where_it_is_under_way() {
    let mut queue = Queue::default();
    queue.restore(vec![waiting("a", "ada", 1, Keep::Sum), waiting("b", "ada", 2, Keep::Sum)]);
    queue.due(0.0);
    assert_eq!((queue.is_sending("a"), queue.forget("a")), (true, None));
    assert_eq!(queue.settled("a", Ok(receipt(1)), 0.0, 0.0), Settled::Counted(receipt(1)));
}

#[test]
fn sends_few_at_a_time_and_one_of_a_player() {
    let mut queue = Queue::default();
    for (id, player) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "c"), ("d1", "d"), ("e1", "e")] {
        queue.push(waiting(id, player, 1, Keep::Sum));
    }
    assert_eq!(queue.alarm(), Some(0.0));
    assert_eq!(ids(&queue.due(0.0)), ["a1", "b1", "c1", "d1"]);
    assert_eq!((ids(&queue.due(0.0)), queue.alarm()), (vec![], Some(ANSWER_MS)));
    assert!(queue.is_sending("a1") && !queue.is_sending("a2"));
    queue.settled("b1", Ok(receipt(1)), 0.0, 0.0);
    assert_eq!(ids(&queue.due(0.0)), ["e1"]);
    queue.settled("a1", Err(AppError::Busy), 0.0, 1.0);
    // The first of a player holds the second back, also while it rests.
    assert_eq!((ids(&queue.due(499.0)), queue.alarm()), (vec![], Some(500.0)));
    assert_eq!(ids(&queue.due(500.0)), ["a1"]);
    queue.settled("a1", Ok(receipt(1)), 600.0, 0.0);
    assert_eq!(ids(&queue.due(600.0)), ["a2"]);
}

#[test]
fn gives_up_only_what_can_never_count() {
    let message = String::new;
    let all = [
        (AppError::invalid(Field::Score, ""), true),
        (AppError::Conflict, true),
        (AppError::no(What::Board), true),
        (AppError::Exists, true),
        (AppError::Fixed { field: Field::Keep, message: message().into() }, true),
        (AppError::Closed { message: message().into() }, true),
        (AppError::NotUndoable { message: message().into() }, true),
        (AppError::Unauthorized { message: message().into() }, true),
        (AppError::Busy, false),
        (AppError::TooManySockets, false),
        (AppError::TooManyRequests { seconds: 1 }, false),
        (AppError::Unavailable, false),
        (AppError::Network, false),
        (AppError::Internal, false),
    ];
    for (error, is_final) in all {
        let (mut queue, _) = pushed(Keep::Best, &[("a", 5)]);
        queue.due(0.0);
        let settled = queue.settled("a", Err(error.clone()), 0.0, 1.0);
        assert_eq!(settled, if is_final { Settled::Refused(error) } else { Settled::Retry { at: 500.0 } });
        assert_eq!(queue.waiting().count(), usize::from(!is_final));
    }
}

#[test]
fn tries_without_end_and_anew_when_the_network_is_back() {
    let (mut queue, _) = pushed(Keep::Best, &[("a", 5)]);
    let mut now = 0.0;
    for pause in [500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0, 16_000.0, 30_000.0, 30_000.0] {
        assert_eq!(ids(&queue.due(now)), ["a"]);
        assert_eq!(queue.settled("a", Err(AppError::Network), now, 1.0), Settled::Retry { at: now + pause });
        assert_eq!(queue.due(now + pause - 1.0), []);
        now += pause;
    }
    queue.offline();
    assert_eq!((queue.due(now + 1e9), queue.alarm()), (vec![], None));
    queue.online();
    assert_eq!((queue.alarm(), ids(&queue.due(now))), (Some(0.0), vec!["a"]));
    assert_eq!(queue.settled("a", Err(AppError::Network), now, 1.0), Settled::Retry { at: now + 500.0 });
}

#[test]
fn sends_again_what_is_not_answered() {
    let (mut queue, _) = pushed(Keep::Best, &[("a", 5)]);
    queue.due(0.0);
    assert_eq!(queue.due(ANSWER_MS - 1.0), []);
    assert_eq!(ids(&queue.due(ANSWER_MS)), ["a"]);
    // What was under way on a network that went is sent at once on the next; that it failed there is no news.
    queue.offline();
    queue.online();
    assert_eq!(queue.settled("a", Err(AppError::Network), ANSWER_MS, 1.0), Settled::Retry { at: ANSWER_MS });
    assert_eq!(ids(&queue.due(ANSWER_MS + 1.0)), ["a"]);
    // Both answers come after all.
    assert_eq!(queue.settled("a", Ok(receipt(5)), 0.0, 0.0), Settled::Counted(receipt(5)));
    assert_eq!(queue.settled("a", Err(AppError::Network), 0.0, 0.0), Settled::Unknown);
}

#[test]
fn what_the_server_may_have_forgotten_is_not_sent_again() {
    let (mut queue, _) = pushed(Keep::Sum, &[("a", 5)]);
    // Nobody can have seen it yet: it may be as old as it likes.
    assert_eq!((ids(&queue.due(3.0 * DAY_MS)), queue.is_late("a", 3.0 * DAY_MS)), (vec!["a"], false));
    for (now, is_late) in [(3.0 * DAY_MS + 500.0, false), (4.0 * DAY_MS, true)] {
        queue.settled("a", Err(AppError::Network), 3.0 * DAY_MS, 1.0);
        assert_eq!((ids(&queue.due(now)), queue.is_late("a", now)), (vec!["a"], is_late));
    }
    // A page that is loaded again knows as much.
    for (sent_ms, now, is_late) in [(Some(1.0), KNOWN_MS + 1.0, false), (Some(1.0), KNOWN_MS + 2.0, true), (None, 3.0 * DAY_MS, false)] {
        let mut queue = Queue::default();
        queue.restore(vec![Waiting { sent_ms, ..waiting("a", "ada", 5, Keep::Sum) }]);
        assert_eq!((ids(&queue.due(now)), queue.is_late("a", now)), (vec!["a"], is_late));
        let stored: Vec<_> = queue.waiting().map(|waiting| waiting.sent_ms).collect();
        assert_eq!(stored, [sent_ms.or(Some(now))]);
    }
}

#[test]
fn refuses_what_it_can_not_keep() {
    let mut queue = Queue::default();
    for at in 0..MOST_WAITING {
        assert_eq!(Some(queue.push(waiting(&format!("id{at}"), &format!("p{at}"), 1, Keep::Best))), replaced(&[]));
    }
    assert_eq!(queue.push(waiting("new", "ada", 5, Keep::Best)), Pushed::Refused(Refusal::Full));
    // One that takes another's place needs none of its own.
    assert_eq!(Some(queue.push(waiting("new", "p7", 5, Keep::Best))), replaced(&["id7"]));
    assert!(Words::from(Refusal::Full).to_string().contains(&MOST_WAITING.to_string()));
    for id in ["", "with space", &"x".repeat(65)] {
        assert_eq!(Queue::default().push(waiting(id, "ada", 1, Keep::Best)), Pushed::Refused(Refusal::NoId));
    }
}

/// What happens to a queue.
#[derive(Clone, Debug)]
enum Step {
    Push(u8, i64),
    /// The page is loaded again: what is stored comes back.
    Reload,
    Online,
    Offline,
    Wait(f64),
    /// The server answers one that is under way; or it counts, or fails to, and its answer is lost.
    Answer(usize, Answer),
}

#[derive(Clone, Copy, Debug)]
enum Answer {
    Counted,
    CountedButLost,
    Failed,
}

fn step() -> impl Strategy<Value = Step> {
    let answer = prop_oneof![3 => Just(Answer::Counted), 1 => Just(Answer::CountedButLost), 1 => Just(Answer::Failed)];
    prop_oneof![
        6 => (0..6_u8, -5..5_i64).prop_map(|(player, score)| Step::Push(player, score)),
        1 => Just(Step::Reload),
        1 => Just(Step::Online),
        1 => Just(Step::Offline),
        4 => (0.0..40_000.0_f64).prop_map(Step::Wait),
        6 => (any::<usize>(), answer).prop_map(|(which, answer)| Step::Answer(which, answer)),
    ]
}

/// For how long the server knows an id at least.
const DAY_MS: f64 = 24.0 * 60.0 * 60.0 * 1_000.0;

/// A naive board: a submission counts once in a day, in the order in which it comes.
#[derive(Default)]
struct Server {
    /// When each id was seen.
    seen: BTreeMap<String, f64>,
    counted: Vec<String>,
    entries: BTreeMap<String, i64>,
}

impl Server {
    fn take(&mut self, waiting: &Waiting, now: f64) {
        self.seen.retain(|_, at| now - *at < DAY_MS);
        if self.seen.contains_key(&waiting.id) {
            return;
        }
        self.seen.insert(waiting.id.clone(), now);
        self.counted.push(waiting.id.clone());
        let (score, is_desc) = (waiting.score.units(), waiting.direction == Direction::Desc);
        let entry = self.entries.entry(waiting.player.to_string());
        entry
            .and_modify(|known| match waiting.keep {
                Keep::Best => *known = if is_desc { score.max(*known) } else { score.min(*known) },
                Keep::Last => *known = score,
                Keep::Sum => *known += score,
                Keep::First => {}
            })
            .or_insert(score);
    }
}

/// A queue, a server, and what was typed.
struct Run {
    queue: Queue,
    server: Server,
    now: f64,
    is_offline: bool,
    sending: Vec<Waiting>,
    typed: Vec<Waiting>,
    settled: BTreeSet<String>,
    gone: BTreeSet<String>,
}

impl Run {
    fn new() -> Self {
        Self {
            queue: Queue::default(),
            server: Server::default(),
            now: 0.0,
            is_offline: false,
            sending: Vec::new(),
            typed: Vec::new(),
            settled: BTreeSet::new(),
            gone: BTreeSet::new(),
        }
    }

    fn push(&mut self, waiting: Waiting) {
        self.typed.push(waiting.clone());
        match self.queue.push(waiting.clone()) {
            Pushed::Waits { replaced } => self.gone.extend(replaced),
            Pushed::Covered { by } => {
                assert!(self.queue.waiting().any(|known| known.id == by));
                self.gone.insert(waiting.id);
            }
            other => panic!("{other:?}"),
        }
    }

    fn send(&mut self) {
        let (due, mut is_any_late) = (self.queue.due(self.now), false);
        assert!(due.is_empty() || !self.is_offline);
        for waiting in due {
            // Not what is gone or settled, and nothing before what the same player typed before it.
            assert!(!self.gone.contains(&waiting.id) && !self.settled.contains(&waiting.id));
            let earlier = self.typed.iter().take_while(|typed| typed.id != waiting.id).filter(|typed| typed.player == waiting.player);
            assert!(earlier.into_iter().all(|typed| self.gone.contains(&typed.id) || self.settled.contains(&typed.id)));
            if self.queue.is_late(&waiting.id, self.now) {
                let late = AppError::Closed { message: String::new().into() };
                assert!(matches!(self.queue.settled(&waiting.id, Err(late), self.now, 0.5), Settled::Refused(_)));
                self.gone.insert(waiting.id);
                is_any_late = true;
            } else if !self.sending.contains(&waiting) {
                self.sending.push(waiting);
            }
        }
        if is_any_late {
            return self.send();
        }
        assert!(self.queue.waiting().filter(|waiting| self.queue.is_sending(&waiting.id)).count() <= MOST_SENDING);
        // Whatever could be sent is, and whatever waits says when to look again.
        assert!(self.queue.alarm().is_none_or(|alarm| alarm > self.now));
        assert_eq!(self.queue.alarm().is_none(), self.is_offline || self.queue.waiting().next().is_none());
    }

    fn answer(&mut self, which: usize, answer: Answer) {
        if self.sending.is_empty() {
            return;
        }
        let waiting = self.sending.remove(which % self.sending.len());
        if !matches!(answer, Answer::Failed) {
            self.server.take(&waiting, self.now);
        }
        let said = if let Answer::Counted = answer { Ok(receipt(0)) } else { Err(AppError::Network) };
        match self.queue.settled(&waiting.id, said, self.now, 0.5) {
            Settled::Counted(_) => assert!(self.settled.insert(waiting.id)),
            Settled::Retry { at } => assert!(at >= self.now),
            Settled::Unknown => assert!(self.settled.contains(&waiting.id) || self.gone.contains(&waiting.id)),
            Settled::Refused(error) => panic!("{error}"),
        }
    }

    fn step(&mut self, step: Step, terms: (Keep, Direction)) {
        match step {
            Step::Push(player, score) => {
                let at = self.typed.len();
                let new = waiting(&format!("id{at}"), &format!("p{player}"), score, terms.0);
                self.push(Waiting { since_ms: self.now + at as f64 / 1_000.0, direction: terms.1, ..new });
            }
            Step::Reload => {
                let mut stored: Vec<Waiting> = self.queue.waiting().cloned().collect();
                // Storage has an order of its own.
                stored.sort_by(|a, b| b.id.cmp(&a.id));
                self.queue = Queue::default();
                if self.is_offline {
                    self.queue.offline();
                }
                self.queue.restore(stored);
            }
            Step::Online => {
                self.queue.online();
                self.is_offline = false;
            }
            Step::Offline => {
                self.queue.offline();
                self.is_offline = true;
            }
            Step::Wait(wait) => {
                self.now += wait;
                if wait > 2.0 * ANSWER_MS {
                    // No request is under way for that long.
                    self.sending.clear();
                }
            }
            Step::Answer(which, answer) => self.answer(which, answer),
        }
        self.send();
    }
}

fn terms() -> impl Strategy<Value = (Keep, Direction)> {
    let keep = prop_oneof![Just(Keep::Best), Just(Keep::Last), Just(Keep::Sum), Just(Keep::First)];
    (keep, prop_oneof![Just(Direction::Desc), Just(Direction::Asc)])
}

proptest! {
    #[test]
    fn in_the_end_the_board_is_as_if_all_of_it_had_been_sent(steps in prop::collection::vec(step(), 0..60), terms in terms()) {
        let mut run = Run::new();
        for step in steps {
            run.step(step, terms);
        }
        run.step(Step::Online, terms);
        while run.queue.waiting().next().is_some() {
            run.step(Step::Answer(0, Answer::Counted), terms);
            run.step(Step::Wait(30_000.0), terms);
        }
        let mut naive = Server::default();
        run.typed.iter().for_each(|waiting| naive.take(waiting, 0.0));
        prop_assert_eq!(run.server.entries, naive.entries);
        // Each is accounted for, once.
        prop_assert!(run.settled.is_disjoint(&run.gone));
        prop_assert_eq!(run.settled.len() + run.gone.len(), run.typed.len());
    }

    #[test]
    fn nothing_counts_twice_however_long_it_takes(steps in prop::collection::vec((step(), 0.0..30.0_f64), 0..60)) {
        let mut run = Run::new();
        for (step, hours) in steps {
            run.step(step, (Keep::Sum, Direction::Desc));
            run.step(Step::Wait(hours * DAY_MS / 24.0), (Keep::Sum, Direction::Desc));
        }
        let counted: BTreeSet<_> = run.server.counted.iter().collect();
        prop_assert_eq!(counted.len(), run.server.counted.len());
    }
}
