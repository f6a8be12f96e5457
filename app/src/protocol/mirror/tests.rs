//! The mirror against a model of the server, over a line that delivers late and breaks.

use super::*;
use crate::{
    model::{Face, PlayerId, Score},
    protocol::{Delta, PageRef, Snapshot, Watching, diff},
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::VecDeque;

/// Players that a board has at most.
const PLAYERS: usize = 130;
/// States that the server remembers.
const RING: usize = 3;
const VIEWS: u32 = 3;

/// Something that happens.
#[derive(Clone, Debug)]
enum Step {
    /// The page wants a view, or moves it.
    Watch { view: u32, board: usize, page: u64, offset: u64, len: u32 },
    /// The page leaves a view.
    Unwatch(u32),
    /// Scores come in.
    Play { board: usize, player: usize, score: i64, renamed: bool },
    /// Some players are removed.
    Remove { board: usize, left: usize },
    /// The server hears so many messages.
    Hear(usize),
    /// The server tells what has moved.
    Tell,
    /// The client hears so many messages.
    Take(usize),
    /// The socket breaks, and another one is opened; perhaps to another server.
    Break { elsewhere: bool },
    /// What the client knows of a page is spoilt.
    Spoil(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let view = 0..VIEWS;
    prop_oneof![
        3 => (view.clone(), 0..3_usize, 0..3_u64, 0..50_u64, 1..120_u32)
            .prop_map(|(view, board, page, offset, len)| Step::Watch { view, board, page, offset, len }),
        1 => view.clone().prop_map(Step::Unwatch),
        6 => (0..2_usize, 0..PLAYERS, -50..50_i64, prop::bool::weighted(0.1))
            .prop_map(|(board, player, score, renamed)| Step::Play { board, player, score, renamed }),
        1 => (0..2_usize, 0..PLAYERS).prop_map(|(board, left)| Step::Remove { board, left }),
        6 => (1..4_usize).prop_map(Step::Hear),
        6 => Just(Step::Tell),
        6 => (1..6_usize).prop_map(Step::Take),
        1 => any::<bool>().prop_map(|elsewhere| Step::Break { elsewhere }),
        1 => view.prop_map(Step::Spoil),
    ]
}

fn board(at: usize) -> BoardId {
    BoardId::parse(["one", "two", "gone"][at]).unwrap()
}

/// A board as it is.
#[derive(Default)]
struct Truth {
    version: u64,
    players: Vec<(i64, usize, bool)>,
}

impl Truth {
    fn rows(&self) -> Vec<Row> {
        let mut players = self.players.clone();
        players.sort_by_key(|(score, player, _)| (-score, *player));
        let row = |((score, player, renamed), rank)| {
            let player_id = PlayerId::parse(&format!("p{player}")).unwrap();
            let face = Face::named(if renamed { format!("Player {player}") } else { player_id.to_string() });
            Row { rank, player_id, face, score: Score::unbounded(score, 0), tiebreaks: vec![score % 3] }
        };
        players.into_iter().zip(1..).map(row).collect()
    }

    fn page(&self, from: u64) -> Seen {
        let rows: Vec<Row> = self.rows().into_iter().skip(from as usize - 1).take(PAGE_ROWS as usize).collect();
        let (period, total) = ("all".to_owned(), self.players.len() as u64);
        Seen { digest: digest(&period, from, total, &rows), period, version: self.version, total, rows }
    }
}

/// What the server holds of a client: the digest of the last frame of each page.
#[derive(Default)]
struct Session {
    views: BTreeMap<u32, Vec<u64>>,
    held: BTreeMap<u64, (PageKey, Option<Digest>, bool)>,
}

struct World {
    boards: Vec<Truth>,
    /// The states of each page that the server remembers.
    rings: HashMap<PageKey, VecDeque<Seen>>,
    next_handle: u64,
    session: Session,
    mirror: Mirror,
    wanted: BTreeMap<u32, Watch>,
    shown: HashMap<PageKey, u64>,
    up: VecDeque<ClientMessage>,
    down: VecDeque<ServerMessage>,
}

impl World {
    fn new() -> Self {
        Self {
            boards: vec![Truth::default(), Truth::default()],
            rings: HashMap::new(),
            next_handle: 1,
            session: Session::default(),
            mirror: Mirror::default(),
            wanted: BTreeMap::new(),
            shown: HashMap::new(),
            up: VecDeque::new(),
            down: VecDeque::new(),
        }
    }

    fn happen(&mut self, step: Step) -> Result<(), TestCaseError> {
        match step {
            Step::Watch { view, board: at, page, offset, len } => {
                let from = page * u64::from(PAGE_ROWS) + offset + 1;
                let wanted = Watch { view, board: board(at), window: WindowName::all(), period: None, from, len, known: Vec::new() };
                self.wanted.insert(view, wanted.clone());
                self.up.push_back(self.mirror.watch(wanted));
            }
            Step::Unwatch(view) => {
                self.wanted.remove(&view);
                self.up.push_back(self.mirror.unwatch(view));
            }
            Step::Play { board, player, score, renamed } => {
                let truth = &mut self.boards[board];
                truth.version += 1;
                truth.players.retain(|(_, known, _)| *known != player);
                truth.players.push((score, player, renamed));
            }
            Step::Remove { board, left } => {
                self.boards[board].version += 1;
                self.boards[board].players.truncate(left);
            }
            Step::Hear(count) => (0..count).for_each(|_| self.hear()),
            Step::Tell => self.tell(),
            Step::Take(count) => {
                for _ in 0..count {
                    self.take()?;
                }
            }
            Step::Break { elsewhere } => {
                self.session = Session::default();
                self.down.clear();
                if elsewhere {
                    self.rings.clear();
                }
                self.up = self.mirror.resume().into();
            }
            Step::Spoil(view) => {
                for key in self.mirror.keys(view) {
                    if let Some(Some(seen)) = self.mirror.pages.get_mut(&key) {
                        seen.rows.pop();
                    }
                }
            }
        }
        Ok(())
    }

    /// The server takes a message, as `server::live::session` does.
    fn hear(&mut self) {
        match self.up.pop_front() {
            Some(ClientMessage::Watch(wanted)) if wanted.board == board(2) => {
                self.leave(wanted.view);
                let (code, detail) = ("not-found".to_owned(), "There is no such board.".to_owned());
                self.down.push_back(ServerMessage::Refused(Refused { view: wanted.view, code, detail }));
            }
            Some(ClientMessage::Watch(wanted)) => {
                let pages: Vec<PageRef> =
                    pages_of(wanted.from, wanted.len).enumerate().map(|(at, from)| self.share(&wanted, at, from)).collect();
                let handles = pages.iter().map(|page| page.page).collect();
                // The new pages are shared before the old ones are left: what both have goes on.
                self.session.views.insert(wanted.view, handles);
                self.forget();
                self.down.push_back(ServerMessage::Watching(Watching { view: wanted.view, pages }));
            }
            Some(ClientMessage::Unwatch(unwatch)) => self.leave(unwatch.view),
            Some(ClientMessage::Follow(_)) | None => {}
        }
    }

    fn share(&mut self, wanted: &Watch, at: usize, from: u64) -> PageRef {
        let key = PageKey { board: wanted.board.clone(), window: WindowName::all(), period: None, from };
        let known = wanted.known.get(at).copied().flatten();
        if let Some((handle, held)) = self.session.held.iter_mut().find(|(_, (held, ..))| *held == key) {
            if known.is_none() {
                (held.1, held.2) = (None, false);
            }
            return PageRef { page: *handle, from };
        }
        let handle = self.next_handle;
        self.next_handle += 1;
        self.session.held.insert(handle, (key, known.map(|known| known.digest), false));
        PageRef { page: handle, from }
    }

    fn leave(&mut self, view: u32) {
        self.session.views.remove(&view);
        self.forget();
    }

    fn forget(&mut self) {
        let views = &self.session.views;
        self.session.held.retain(|handle, _| views.values().any(|handles| handles.contains(handle)));
    }

    /// The server tells the newest state of all that is watched, as `server::live::page` does.
    fn tell(&mut self) {
        for (handle, (key, held, is_told)) in &mut self.session.held {
            let now = self.boards[usize::from(key.board == board(1))].page(key.from);
            if *held == Some(now.digest) && *is_told {
                continue;
            }
            let ring = self.rings.entry(key.clone()).or_default();
            if ring.back().map(|seen| seen.digest) != Some(now.digest) {
                ring.push_back(now.clone());
                ring.truncate(ring.len().max(RING));
                while ring.len() > RING {
                    ring.pop_front();
                }
            }
            let base = held.and_then(|digest| ring.iter().find(|seen| seen.digest == digest));
            let Seen { period, version, digest, total, rows } = now;
            (*held, *is_told) = (Some(digest), true);
            self.down.push_back(match base {
                Some(base) => {
                    let (edits, ranks) = diff(&base.rows, &rows);
                    ServerMessage::Delta(Delta { page: *handle, version, digest, total, edits, ranks })
                }
                None => {
                    let (board, window, from) = (key.board.clone(), key.window.clone(), key.from);
                    ServerMessage::Snapshot(Snapshot { page: *handle, board, window, period, from, version, digest, total, rows })
                }
            });
        }
    }

    /// The client takes a message.
    fn take(&mut self) -> Result<(), TestCaseError> {
        let Some(message) = self.down.pop_front() else { return Ok(()) };
        match self.mirror.take(message) {
            Change::Page(key) => {
                let seen = self.mirror.page(&key).ok_or_else(|| TestCaseError::fail("a page without a state"))?;
                prop_assert_eq!(seen.digest, digest(&seen.period, key.from, seen.total, &seen.rows));
                let before = self.shown.insert(key, seen.version).unwrap_or_default();
                prop_assert!(before <= seen.version, "a version that goes back from {} to {}", before, seen.version);
            }
            Change::Refused(refused) => {
                let wanted = self.wanted.remove(&refused.view);
                prop_assert_eq!(wanted.map(|wanted| wanted.board), Some(board(2)), "a view that is wanted is not given up");
            }
            Change::Lost(messages) => self.up.extend(messages),
            Change::Nothing | Change::Me(_) | Change::Notice(_) => {}
        }
        Ok(())
    }

    /// Delivers everything, and tells once more, until nothing more is said.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..100 {
            while !self.up.is_empty() {
                self.hear();
            }
            self.tell();
            if self.down.is_empty() {
                return Ok(());
            }
            while !self.down.is_empty() {
                self.take()?;
            }
        }
        Err(TestCaseError::fail("client and server talk without end"))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn shows_what_the_server_has(steps in prop::collection::vec(step(), 0..150)) {
        let mut world = World::new();
        for step in steps {
            world.happen(step)?;
        }
        // A spoilt page is found out by the next frame for it.
        for board in 0..2 {
            world.happen(Step::Play { board, player: 0, score: 1_000, renamed: false })?;
        }
        world.settle()?;
        prop_assert_eq!(world.mirror.views.keys().collect::<Vec<_>>(), world.wanted.keys().collect::<Vec<_>>());
        for (view, wanted) in &world.wanted {
            let truth = &world.boards[usize::from(wanted.board == board(1))];
            let rows: Vec<Row> = truth.rows().into_iter().skip(wanted.from as usize - 1).take(wanted.len as usize).collect();
            let seen = world.mirror.view(*view).ok_or_else(|| TestCaseError::fail("a view without a state"))?;
            prop_assert_eq!(seen.rows, rows);
            prop_assert_eq!(seen.total, truth.players.len() as u64);
        }
        // Nothing is left of what is no longer watched.
        prop_assert!(world.mirror.unanswered.is_empty());
        prop_assert_eq!(world.mirror.handles.len(), world.session.held.len());
        prop_assert_eq!(world.mirror.pages.len(), world.session.held.len());
    }
}

#[test]
fn a_page_that_two_views_have_is_told_by_the_answer_that_comes_first() {
    let mut world = World::new();
    let watch = |view, page, len| Step::Watch { view, board: 0, page, offset: 0, len };
    let play = |player| Step::Play { board: 0, player, score: 0, renamed: false };
    let steps = [
        play(0),
        watch(1, 1, 51),
        Step::Hear(1),
        Step::Tell,
        play(1),
        Step::Take(3),
        Step::Break { elsewhere: false },
        Step::Hear(1),
        // The page goes over from one view to another while its next state is on its way: nobody would tell that again.
        watch(2, 1, 1),
        Step::Tell,
        watch(1, 0, 1),
    ];
    steps.into_iter().for_each(|step| world.happen(step).unwrap());
    world.settle().unwrap();
    assert_eq!(world.mirror.view(2).map(|seen| seen.total), Some(2));
}

fn first_page(view: u32) -> Watch {
    Watch { view, board: BoardId::main(), window: WindowName::all(), period: None, from: 1, len: PAGE_ROWS, known: Vec::new() }
}

fn key() -> PageKey {
    PageKey { board: BoardId::main(), window: WindowName::all(), period: None, from: 1 }
}

fn truth(scores: &[i64]) -> Truth {
    let players = scores.iter().enumerate().map(|(player, score)| (*score, player, false)).collect();
    Truth { version: scores.len() as u64, players }
}

#[test]
fn a_page_that_came_otherwise_is_said_to_be_known() {
    let truth = truth(&[9, 5, 7]);
    let Seen { version, total, rows, .. } = truth.page(1);
    let seen = Seen::new(WindowName::all().to_string(), 1, version, total, rows);
    assert_eq!(seen, truth.page(1));
    let mut mirror = Mirror::default();
    mirror.seed(key(), seen.clone());
    let ClientMessage::Watch(wish) = mirror.watch(first_page(1)) else { panic!("a wish") };
    assert_eq!(wish.known, [Some(Known { version, digest: seen.digest })]);
    assert_eq!(mirror.view(1), Some(seen.clone()));
    // The answer is what has changed since.
    mirror.take(ServerMessage::Watching(Watching { view: 1, pages: vec![PageRef { page: 7, from: 1 }] }));
    let next = self::truth(&[9, 5, 7, 8]).page(1);
    let (edits, ranks) = diff(&seen.rows, &next.rows);
    let delta = Delta { page: 7, version: next.version, digest: next.digest, total: next.total, edits, ranks };
    assert_eq!(mirror.take(ServerMessage::Delta(delta)), Change::Page(key()));
    assert_eq!(mirror.view(1), Some(next.clone()));
    // What a frame said is not overwritten by what was read before.
    mirror.seed(key(), seen);
    assert_eq!(mirror.view(1), Some(next.clone()));
    mirror.unwatch(1);
    assert_eq!(mirror.page(&key()), None);
}

#[test]
fn an_answer_for_a_view_that_is_gone_is_not_taken_for_the_next_one_of_its_number() {
    let mut mirror = Mirror::default();
    mirror.watch(first_page(1));
    mirror.unwatch(1);
    mirror.watch(Watch { board: board(0), ..first_page(1) });
    let watching = |page| ServerMessage::Watching(Watching { view: 1, pages: vec![PageRef { page, from: 1 }] });
    mirror.take(watching(7));
    assert!(mirror.handles.is_empty());
    mirror.take(watching(8));
    assert_eq!(mirror.handles.keys().collect::<Vec<_>>(), [&8]);
}

#[test]
fn a_view_that_ends_is_told_of_once() {
    let refused = Refused { view: 1, code: "not-found".to_owned(), detail: String::new() };
    let mut mirror = Mirror::default();
    assert_eq!(mirror.take(ServerMessage::Refused(refused.clone())), Change::Nothing);
    mirror.watch(first_page(1));
    mirror.watch(first_page(1));
    assert_eq!(mirror.take(ServerMessage::Refused(refused.clone())), Change::Nothing);
    assert_eq!(mirror.take(ServerMessage::Refused(refused.clone())), Change::Refused(refused.clone()));
    let player = PlayerId::parse("ada").unwrap();
    mirror.follow(Follow { view: 1, board: BoardId::main(), window: WindowName::all(), player });
    assert_eq!(mirror.take(ServerMessage::Refused(refused.clone())), Change::Refused(refused.clone()));
    assert!(!refused.is_temporary());
    assert!(Refused { code: crate::error::AppError::Unavailable.code().to_owned(), ..refused }.is_temporary());
}
