//! Undo and rollback: what is taken out has never been, compared with the model that never saw it; what is rolled back is what it was.

use crate::{
    naive::{Naive, Named},
    play::{limit, player, same},
    valkey::{Place, create},
};
use app::{
    error::AppError,
    model::{BoardId, Metadata, MetadataChange, RankMode, RulesChange, Score, Standing, Submission, WindowName},
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner},
};
use server::boards::{
    Boards,
    answers::Entry,
    caller::Caller,
    change::{EntryChange, Removal},
    read::{Period, Which},
    rebuild::Progress,
    rollback::Goal,
};
use std::collections::{BTreeMap, BTreeSet};

/// Noon of a Wednesday, so that neither day nor week ends while an hour goes by.
const NOON: u64 = 1_794_996_000_000;
const WINDOWS: [&str; 3] = ["all", "daily", "weekly"];
const CASES: u32 = 60;

#[derive(Clone, Debug)]
enum Op {
    Submit { player: usize, score: i64, tiebreak: i64, metadata: u8, ago: Option<u64> },
    Put { player: usize, score: i64, adds: bool, metadata: u8 },
    Remove(Vec<usize>),
}

#[derive(Clone, Debug)]
struct Plan {
    keep: &'static str,
    ties: &'static str,
    mode: RankMode,
    direction: &'static str,
    tiebreaks: bool,
    history: u16,
    ops: Vec<Op>,
    /// Which of the versions are undone, one after the other; the same again is done again.
    picks: Vec<usize>,
}

fn op() -> impl Strategy<Value = Op> {
    let score = || prop_oneof![3 => -3_i64..4, 1 => -500_i64..500];
    let submit = (0..6_usize, score(), -1..2_i64, prop_oneof![2 => Just(0), 1 => 1..5_u8], option::weighted(0.2, 0..5_000_u64));
    prop_oneof![
        10 => submit.prop_map(|(player, score, tiebreak, metadata, ago)| Op::Submit { player, score, tiebreak, metadata, ago }),
        2 => (0..6_usize, score(), any::<bool>(), 0..5_u8).prop_map(|(player, score, adds, metadata)| Op::Put { player, score, adds, metadata }),
        1 => vec(0..6_usize, 1..3).prop_map(Op::Remove),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let mode = prop::sample::select(vec![RankMode::Ordinal, RankMode::Competition, RankMode::Modified, RankMode::Dense]);
    let rules = (
        prop::sample::select(vec!["best", "last", "sum", "first"]),
        prop::sample::select(vec!["first", "last"]),
        mode,
        prop::sample::select(vec!["desc", "asc"]),
        any::<bool>(),
        prop::sample::select(vec![100, 100, 20, 0]),
    );
    (rules, vec(op(), 1..90), vec(0..1_000_usize, 1..6)).prop_map(|((keep, ties, mode, direction, tiebreaks, history), ops, picks)| Plan {
        keep,
        ties,
        mode,
        direction,
        tiebreaks,
        history,
        ops,
        picks,
    })
}

impl Plan {
    fn rules(&self) -> serde_json::Value {
        let tiebreaks = if self.tiebreaks { serde_json::json!([{ "name": "t", "direction": "asc" }]) } else { serde_json::json!([]) };
        serde_json::json!({
            "keep": self.keep, "tieOrder": self.ties, "rankMode": self.mode, "direction": self.direction, "tiebreaks": tiebreaks,
            "negative": true, "history": self.history, "windows": ["daily", "weekly"],
        })
    }
}

fn metadata(number: u8) -> MetadataChange {
    match number {
        0 => MetadataChange::Keep,
        1 => MetadataChange::Clear,
        n => MetadataChange::Set(Metadata::parse(&format!("{{\"n\":{n}}}")).unwrap()),
    }
}

fn score(units: i64) -> Score {
    Score::new(units, 0).unwrap()
}

fn submission(op: &Op, tiebreaks: bool, now: u64) -> Option<Submission> {
    let Op::Submit { player: who, score: units, tiebreak, metadata: number, ago } = op else { return None };
    let tiebreaks = if tiebreaks { vec![*tiebreak] } else { Vec::new() };
    let at = ago.map(|ago| now - ago);
    Some(Submission { tiebreaks, metadata: metadata(*number), at, ..Submission::new(player(*who), score(*units)) })
}

fn change(units: i64, adds: bool, number: u8) -> EntryChange {
    let (set, add) = if adds { (None, Some(score(units))) } else { (Some(score(units)), None) };
    EntryChange { score: set, add, tiebreaks: None, metadata: metadata(number) }
}

fn removal(players: &[usize]) -> Removal {
    Removal::Players(players.iter().map(|at| player(*at)).collect())
}

/// Does it to the board; its version, if anything was changed.
async fn play(boards: &Boards, board: &BoardId, op: &Op, tiebreaks: bool, now: u64) -> Option<u64> {
    let before = boards.version(board).await.unwrap();
    match op {
        Op::Submit { .. } => drop(boards.submit(Caller::Admin, board, submission(op, tiebreaks, now).unwrap()).await.unwrap()),
        Op::Put { player: who, score, adds, metadata } => {
            drop(boards.change_entry(Caller::Admin, board, None, player(*who), change(*score, *adds, *metadata)).await.unwrap());
        }
        Op::Remove(players) => drop(boards.remove(Caller::Admin, board, None, removal(players)).await.unwrap()),
    }
    let after = boards.version(board).await.unwrap();
    (after > before).then_some(after)
}

/// Does it to the model.
fn play_naive(naive: &mut Naive, op: &Op, tiebreaks: bool, now: u64) {
    match op {
        Op::Submit { .. } => drop(naive.submit(now, &[submission(op, tiebreaks, now).unwrap()])),
        Op::Put { player: who, score, adds, metadata } => {
            naive.change(now, None, &player(*who), &change(*score, *adds, *metadata)).unwrap();
        }
        Op::Remove(players) => drop(naive.remove(now, None, &removal(players)).unwrap()),
    }
}

fn window(name: &str) -> WindowName {
    WindowName::parse(name).unwrap()
}

async fn entries(boards: &Boards, board: &BoardId, name: &str) -> Vec<Entry> {
    let period = Period { window: window(name), period: None };
    boards.entries(Caller::Admin, board, &period, &Which::From(1), limit(1000)).await.unwrap().entries
}

async fn all_entries(boards: &Boards, board: &BoardId) -> Vec<Vec<Entry>> {
    let mut all = Vec::new();
    for name in WINDOWS {
        all.push(entries(boards, board, name).await);
    }
    all
}

/// Plays each of some plans on a board of its own.
fn run(test: &str, check: impl AsyncFn(&Boards, &Place, &BoardId, &Plan) -> Result<(), String>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = Place::new(NOON);
    let boards = runtime.block_on(place.open());
    let seed: u64 = rand::random();
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: CASES, max_shrink_iters: 400, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let number = std::cell::Cell::new(0);
    let outcome = runner.run(&plan(), |plan| {
        number.set(number.get() + 1);
        place.hands.set(NOON);
        let outcome = runtime.block_on(async {
            let board = create(&boards, &format!("{test}-{}", number.get()), serde_json::from_value(plan.rules()).unwrap()).await;
            let outcome = check(&boards, &place, &board, &plan).await;
            boards.delete(Caller::Admin, &board).await.unwrap();
            outcome
        });
        outcome.map_err(TestCaseError::fail)
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// The versions of a plan's steps that changed anything, with the times they were played at.
async fn play_all(boards: &Boards, place: &Place, board: &BoardId, plan: &Plan) -> BTreeMap<u64, (Op, u64)> {
    let mut played = BTreeMap::new();
    for op in &plan.ops {
        let now = place.hands.now_ms() + 1_000;
        place.hands.set(now);
        if let Some(version) = play(boards, board, op, plan.tiebreaks, now).await {
            played.insert(version, (op.clone(), now));
        }
    }
    played
}

#[test]
fn what_is_taken_out_has_never_been() {
    run("out", async |boards, place, board, plan| {
        let played = play_all(boards, place, board, plan).await;
        let rules = boards.info(Caller::Admin, board).await.unwrap().rules;
        let versions: Vec<u64> = played.keys().copied().collect();
        let mut out = BTreeSet::new();
        let mut undone_by = BTreeMap::new();
        // A plan may be of steps that change nothing.
        for pick in plan.picks.iter().filter(|_| !versions.is_empty()) {
            let version = versions[pick % versions.len()];
            place.hands.set(place.hands.now_ms() + 1_000);
            // The same once more brings it back.
            let wanted = undone_by.remove(&version).unwrap_or(version);
            let done = boards.undo(Caller::Admin, board, wanted).await.map_err(|error| format!("undo {wanted}: {error}"))?;
            if wanted == version {
                out.insert(version);
                undone_by.insert(version, done.version);
            } else {
                out.remove(&version);
            }
            let mut naive = Naive::new(board.clone(), rules.clone(), NOON);
            for (op, at) in played.iter().filter(|(version, _)| !out.contains(version)).map(|(_, played)| played) {
                play_naive(&mut naive, op, plan.tiebreaks, *at);
            }
            let now = place.hands.now_ms();
            for name in WINDOWS {
                let named = Named { window: window(name), at: None };
                let expected = naive.entries(now, &named, &Which::From(1), 1000).map(|entries| entries.entries);
                same(&format!("{name} without {out:?}"), expected, Ok::<_, AppError>(entries(boards, board, name).await))?;
            }
            histories(boards, board, &naive).await?;
        }
        Ok(())
    });
}

/// What is shown of a history is its newest part; ranks are those of now where they never were.
async fn histories(boards: &Boards, board: &BoardId, naive: &Naive) -> Result<(), String> {
    for at in 0..6 {
        let who = player(at);
        let Some(expected) = naive.history(&who) else { continue };
        let got = boards.history(Caller::Admin, board, who.clone()).await.map_err(|error| error.to_string())?;
        let plain = |points: &[app::model::Point]| {
            points.iter().map(|point| (point.at, point.score.rescale(2).unwrap(), point.attempts)).collect::<Vec<_>>()
        };
        let (expected, got) = (plain(&expected.points), plain(&got.points));
        if !expected.ends_with(&got) || got.is_empty() {
            return Err(format!("history of {who}: {got:?} is not how {expected:?} ends"));
        }
    }
    Ok(())
}

#[test]
fn what_is_rolled_back_is_what_it_was() {
    run("back", async |boards, place, board, plan| {
        let mut states = vec![(0, all_entries(boards, board).await)];
        let mut resets = BTreeMap::new();
        for (at, op) in plan.ops.iter().enumerate() {
            let now = place.hands.now_ms() + 1_000;
            place.hands.set(now);
            // Some resets, each undone a little later.
            if at % 17 == 16 {
                let removed = boards.remove(Caller::Admin, board, None, Removal::All).await.unwrap();
                resets.insert(removed.version, removed.removed);
                if removed.removed > 0 {
                    play(boards, board, &Op::Submit { player: 0, score: 1, tiebreak: 0, metadata: 0, ago: None }, plan.tiebreaks, now)
                        .await;
                    play(boards, board, &Op::Remove(vec![0]), plan.tiebreaks, now).await;
                    boards.undo(Caller::Admin, board, removed.version).await.map_err(|error| format!("undo of a reset: {error}"))?;
                }
            }
            play(boards, board, op, plan.tiebreaks, now).await;
            states.push((boards.version(board).await.unwrap(), all_entries(boards, board).await));
        }
        for pick in &plan.picks {
            let (to, expected) = states[pick % states.len()].clone();
            let before = all_entries(boards, board).await;
            let version = boards.version(board).await.unwrap();
            let dry = boards.roll_back(Caller::Admin, board, Goal::Version(to), true).await.map_err(|error| format!("to {to}: {error}"))?;
            same(
                "the dry run changes nothing",
                Ok((version, before)),
                Ok::<_, AppError>((boards.version(board).await.unwrap(), all_entries(boards, board).await)),
            )?;
            let done =
                boards.roll_back(Caller::Admin, board, Goal::Version(to), false).await.map_err(|error| format!("to {to}: {error}"))?;
            let got = all_entries(boards, board).await;
            same(&format!("rolled back to {to}"), Ok(expected.clone()), Ok::<_, AppError>(got.clone()))?;
            same("the dry run said so", Ok((dry.entries, dry.back, dry.gone)), Ok::<_, AppError>((done.entries, done.back, done.gone)))?;
            for moved in &dry.moves {
                let entries = &got[WINDOWS.iter().position(|name| *name == moved.window.as_str()).unwrap()];
                let standing = entries.iter().find(|entry| entry.row.player_id == moved.player_id).map(|entry| {
                    let equal = |other: &&Entry| other.row.score == entry.row.score && other.tiebreaks == entry.tiebreaks;
                    Standing { score: entry.row.score, rank: entries.iter().position(|other| equal(&other)).unwrap() as u64 + 1 }
                });
                same(&format!("{} moves", moved.player_id), Ok(standing), Ok::<_, AppError>(moved.after))?;
            }
            states.push((done.version, got));
        }
        Ok(())
    });
}

/// Tells nobody.
struct Silent;

impl Progress for Silent {
    async fn note(&mut self, _: u64, _: u64) -> Result<(), AppError> {
        Ok(())
    }
}

/// Undoes and rolls back by a plan's picks; the versions that count in the end.
async fn undo_some(boards: &Boards, board: &BoardId, plan: &Plan, played: &BTreeMap<u64, (Op, u64)>) -> Result<BTreeSet<u64>, String> {
    let versions: Vec<u64> = played.keys().copied().collect();
    let mut counts: BTreeSet<u64> = versions.iter().copied().collect();
    for (at, pick) in plan.picks.iter().enumerate().filter(|_| !versions.is_empty()) {
        let version = versions[pick % versions.len()];
        let result = if at % 3 == 2 {
            // By way of the last one that was played all of what was undone is there again.
            boards
                .roll_back(Caller::Admin, board, Goal::Version(*versions.last().unwrap()), false)
                .await
                .map_err(|error| error.to_string())?;
            counts = versions.iter().copied().filter(|other| *other <= version).collect();
            boards.roll_back(Caller::Admin, board, Goal::Version(version), false).await.map(|_| ())
        } else if counts.contains(&version) {
            match boards.undo(Caller::Admin, board, version).await {
                Ok(_) => {
                    counts.remove(&version);
                    Ok(())
                }
                // A rollback is in the way.
                Err(AppError::NotUndoable { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        } else {
            Ok(())
        };
        result.map_err(|error| format!("{at}: {error}"))?;
    }
    Ok(counts)
}

#[test]
fn what_is_rebuilt_is_what_its_log_makes() {
    run("again", async |boards, place, board, plan| {
        let played = play_all(boards, place, board, plan).await;
        if played.is_empty() {
            return Ok(());
        }
        let counts = undo_some(boards, board, plan, &played).await?;
        let text = |error: AppError| error.to_string();
        let dry = boards.plan_rebuild(Caller::Admin, board, None, RulesChange::default(), true).await.map_err(text)?;
        let same_again = boards.rebuild(&dry, &mut Silent).await.map_err(text)?;
        same("it is what its log makes", Ok(0), Ok::<_, AppError>(same_again.entries))?;

        // A copy by other rules, and the board itself after an edit, are as if they had always had them.
        let keep = ["best", "last", "sum", "first"][plan.ops.len() % 4];
        let other: RulesChange = serde_json::from_value(serde_json::json!({ "keep": keep, "decimals": 2, "windows": [] })).unwrap();
        let copy = BoardId::parse(&format!("copy-{board}")).unwrap();
        let into = boards.plan_rebuild(Caller::Admin, board, Some(copy.clone()), other, false).await.map_err(text)?;
        boards.rebuild(&into, &mut Silent).await.map_err(text)?;
        let again = boards.rebuild(&into, &mut Silent).await.map_err(text)?;
        let edit: RulesChange = serde_json::from_value(serde_json::json!({ "keep": keep })).unwrap();
        let rules = boards.edit(Caller::Admin, board, edit).await.map_err(text)?.rules;
        let in_place = boards.plan_rebuild(Caller::Admin, board, None, RulesChange::default(), false).await.map_err(text)?;
        boards.rebuild(&in_place, &mut Silent).await.map_err(text)?;

        let mut naive = Naive::new(board.clone(), rules, NOON);
        for (op, at) in played.iter().filter(|(version, _)| counts.contains(version)).map(|(_, played)| played) {
            play_naive(&mut naive, op, plan.tiebreaks, *at);
        }
        for name in WINDOWS {
            let named = Named { window: window(name), at: None };
            let expected = naive.entries(place.hands.now_ms(), &named, &Which::From(1), 1000).map(|entries| entries.entries);
            same(&format!("{name} rebuilt"), expected.clone(), Ok::<_, AppError>(entries(boards, board, name).await))?;
            if name == "all" {
                let scaled = |mut entry: Entry| {
                    entry.row.score = entry.row.score.rescale(2).unwrap();
                    entry
                };
                let expected = expected.map(|entries| entries.into_iter().map(scaled).collect::<Vec<_>>());
                same("the copy", expected, Ok::<_, AppError>(entries(boards, &copy, name).await))?;
            }
        }
        histories(boards, &copy, &naive).await?;
        let info = boards.info(Caller::Admin, &copy).await.map_err(text)?;
        same("the copy is open", Ok((false, again.version)), Ok::<_, AppError>((info.rules.archived, info.version)))?;
        boards
            .submit(
                Caller::Admin,
                &copy,
                Submission { tiebreaks: vec![0; usize::from(plan.tiebreaks)], ..Submission::new(player(0), Score::new(0, 2).unwrap()) },
            )
            .await
            .map_err(text)?;
        boards.delete(Caller::Admin, &copy).await.map_err(text)
    });
}
