//! A page and a naive server, with a network between them that turns the order around, loses answers and brings them twice.

use super::*;
use std::collections::BTreeMap;

/// What happens between a page and its server.
#[derive(Clone, Debug)]
enum Step {
    /// A player sends a score from here.
    Send(u8, i64),
    /// Somebody sends one from elsewhere.
    Elsewhere(u8, i64),
    /// A request arrives, whichever; its answer is lost, and it will be sent again, or it is under way.
    Arrive(usize, bool),
    /// An answer arrives, whichever; and perhaps once more later.
    Answer(usize, bool),
    /// A page arrives: how many versions newer than the last one, or older.
    Page(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_u8, -4..5_i64).prop_map(|(who, units)| Step::Send(who, units)),
        2 => (0..5_u8, -4..5_i64).prop_map(|(who, units)| Step::Elsewhere(who, units)),
        4 => (any::<usize>(), prop::bool::weighted(0.3)).prop_map(|(which, is_lost)| Step::Arrive(which, is_lost)),
        4 => (any::<usize>(), prop::bool::weighted(0.3)).prop_map(|(which, again)| Step::Answer(which, again)),
        3 => (-3..6_i64).prop_map(Step::Page),
    ]
}

/// A naive server: a list of what has counted, sorted anew for each version. It takes no score of 4.
struct Server {
    rules: BoardFacts,
    /// By id: what it was answered.
    answers: BTreeMap<String, Result<Receipt, AppError>>,
    /// Player, score, and the version that reached it.
    entries: Vec<(String, i64, usize)>,
    /// The rows of each version.
    versions: Vec<Vec<(String, i64)>>,
}

impl Server {
    fn new(rules: BoardFacts) -> Self {
        Self { rules, answers: BTreeMap::new(), entries: Vec::new(), versions: vec![Vec::new()] }
    }

    fn newest(&self) -> u64 {
        self.versions.len() as u64 - 1
    }

    fn take(&mut self, id: &str, name: &str, units: i64) -> Result<Receipt, AppError> {
        if let Some(answer) = self.answers.get(id) {
            return answer.clone();
        }
        let answer = if units == 4 { refused() } else { self.count(name, units) };
        self.answers.insert(id.to_owned(), answer.clone());
        answer
    }

    fn count(&mut self, name: &str, units: i64) -> Result<Receipt, AppError> {
        let version = self.versions.len();
        match self.entries.iter_mut().find(|(known, ..)| known == name) {
            Some((_, known, reached)) => {
                let new = match self.rules.keep {
                    Keep::Best if self.rules.direction == Direction::Desc => units.max(*known),
                    Keep::Best => units.min(*known),
                    Keep::Last => units,
                    Keep::Sum => *known + units,
                    Keep::First => *known,
                };
                if new != *known {
                    (*known, *reached) = (new, version);
                }
            }
            None => self.entries.push((name.to_owned(), units, version)),
        }
        let (direction, ties) = (self.rules.direction, self.rules.tie_order);
        self.entries.sort_by_key(|(_, units, reached)| {
            let reached = *reached as i64;
            (if direction == Direction::Desc { -units } else { *units }, if ties == TieOrder::First { reached } else { -reached })
        });
        self.versions.push(self.entries.iter().map(|(name, units, _)| (name.clone(), *units)).collect());
        let at = self.entries.iter().position(|(known, ..)| known == name).unwrap();
        receipt(version as u64, self.entries[at].1, at as u64 + 1)
    }
}

/// A page, its server, and the network between them.
struct World {
    server: Server,
    optimistic: Optimistic,
    page: u64,
    /// Ids, players and scores of what was sent from here.
    sent: Vec<(String, String, i64)>,
    /// What of it has not arrived, or not been answered as far as the page knows.
    requests: Vec<usize>,
    answers: Vec<(usize, Result<Receipt, AppError>)>,
    settled: BTreeMap<usize, bool>,
    /// By player: the newest version that was heard of, and their score in it.
    heard: BTreeMap<String, (u64, i64)>,
}

impl World {
    fn new(rules: BoardFacts) -> Self {
        Self {
            server: Server::new(rules),
            optimistic: Optimistic::new(WindowName::all(), 0),
            page: 0,
            sent: Vec::new(),
            requests: Vec::new(),
            answers: Vec::new(),
            settled: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Send(who, units) => {
                let (at, name) = (self.sent.len(), format!("p{who}"));
                self.optimistic.sent(at.to_string(), player(&name), score(*units), Some(self.page));
                self.sent.push((at.to_string(), name, *units));
                self.requests.push(at);
            }
            Step::Elsewhere(who, units) => {
                let id = format!("elsewhere{}", self.server.answers.len());
                let _ = self.server.take(&id, &format!("p{who}"), *units);
            }
            Step::Arrive(which, is_lost) if !self.requests.is_empty() => {
                let at = which % self.requests.len();
                let request = if *is_lost { self.requests[at] } else { self.requests.remove(at) };
                let (id, name, units) = self.sent[request].clone();
                let answer = self.server.take(&id, &name, units);
                if !is_lost {
                    self.answers.push((request, answer));
                }
            }
            Step::Answer(which, again) if !self.answers.is_empty() => {
                let at = which % self.answers.len();
                let (request, answer) = if *again { self.answers[at].clone() } else { self.answers.remove(at) };
                let is_news = self.optimistic.settled(&self.sent[request].0, &answer);
                assert_eq!(is_news, self.settled.insert(request, true).is_none());
                if let Ok(receipt) = answer {
                    self.hear(&self.sent[request].1.clone(), receipt.version, receipt.after.score.units());
                }
            }
            Step::Page(newer) => {
                let version = self.page.saturating_add_signed(*newer).min(self.server.newest());
                assert_eq!(self.optimistic.page(version, false), version >= self.page);
                self.page = version.max(self.page);
                for (name, units) in self.rows() {
                    self.hear(&name, self.page, units);
                }
            }
            Step::Arrive(..) | Step::Answer(..) => {}
        }
    }

    fn rows(&self) -> Vec<(String, i64)> {
        self.server.versions[self.page as usize].clone()
    }

    fn hear(&mut self, name: &str, version: u64, units: i64) {
        let known = self.heard.entry(name.to_owned()).or_insert((version, units));
        if version > known.0 {
            *known = (version, units);
        }
    }

    fn shown(&self) -> Vec<ShownRow> {
        self.optimistic.shown(&page(&self.rows()), 1, &self.server.rules, 100)
    }

    /// What is true at any time: nobody is shown with less than what was heard of them, or what they wait for.
    fn check(&self) {
        let (shown, rules) = (self.shown(), &self.server.rules);
        let unsettled = |name: &str| -> Vec<i64> {
            let all = (0..self.sent.len()).filter(|at| self.sent[*at].1 == name && !self.settled.contains_key(at));
            all.map(|at| self.sent[at].2).collect()
        };
        for (name, (_, heard)) in &self.heard {
            let row = shown.iter().find(|row| row.player == *name).unwrap();
            let waits = unsettled(name);
            let is_pending = !waits.is_empty();
            assert_eq!(row.pending, is_pending);
            if rules.keep == Keep::Best {
                let all = waits.into_iter().chain([*heard]);
                let best = if rules.direction == Direction::Desc { all.max() } else { all.min() };
                assert_eq!(Some(row.score.units()), best);
            } else if !is_pending || rules.keep == Keep::First {
                assert_eq!(row.score.units(), *heard);
            }
        }
        // Who is told of their standing at the version of the page is told what their row says; of a sum, nothing that may be in it already.
        for ((name, units), rank) in self.rows().iter().zip(1..) {
            let told = Standing { score: score(*units), rank };
            let now = self.optimistic.standing(&player(name), self.page, told, rules);
            assert_eq!(self.optimistic.waits(&player(name)), !unsettled(name).is_empty());
            if rules.keep != Keep::Sum || unsettled(name).is_empty() {
                assert_eq!(shown.iter().find(|row| row.player == *name).map(|row| row.score), Some(now.score));
            }
        }
        let in_order = shown.is_sorted_by(|a, b| !is_better(b.score, a.score, rules.direction));
        assert!(in_order && shown.iter().all(|row| row.rank >= 1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]
    #[test]
    fn whatever_the_network_does_nothing_goes_back_and_all_of_it_counts_once(
        steps in prop::collection::vec(step(), 0..60),
        rules in rules(),
    ) {
        let rules = BoardFacts { rank_mode: RankMode::Ordinal, ..rules };
        let mut world = World::new(rules);
        for step in &steps {
            world.step(step);
            world.check();
        }
        while !world.requests.is_empty() || !world.answers.is_empty() {
            world.step(&Step::Arrive(0, false));
            world.step(&Step::Answer(0, false));
            world.check();
        }
        world.step(&Step::Page(i64::MAX));
        world.check();
        prop_assert!(world.optimistic.pending.is_empty() && world.optimistic.newer().next().is_none());
        let shown: Vec<_> = world.shown().into_iter().map(|row| (row.player, row.score.units())).collect();
        prop_assert_eq!(&shown, &world.rows());
        prop_assert_eq!(world.page, world.server.newest());
        // Each counts once: as many versions as scores that were taken.
        let taken = world.server.answers.values().filter(|answer| answer.is_ok()).count();
        prop_assert_eq!(taken as u64, world.server.newest());
        prop_assert_eq!(world.settled.len(), world.sent.len());
    }
}
