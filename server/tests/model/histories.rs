//! Random boards, random histories on them, every answer compared with the model's.
//!
//! `FUZZ_CASES` says how many histories each test plays, `FUZZ_SEED` with which seed it begins. A failure prints the command that
//! repeats it.

use crate::{
    play::Play,
    shrink::{Histories, History},
    valkey::Place,
};
use app::model::RankMode;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use server::boards::{Boards, caller::Caller};
use std::cell::Cell;

/// Histories that each of the four tests plays.
const CASES: u64 = 50;

#[test]
fn ordinal() {
    play("ordinal", RankMode::Ordinal);
}

#[test]
fn competition() {
    play("competition", RankMode::Competition);
}

#[test]
fn modified() {
    play("modified", RankMode::Modified);
}

#[test]
fn dense() {
    play("dense", RankMode::Dense);
}

fn number_from(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a whole number, not {text:?}")))
}

fn play(test: &str, mode: RankMode) {
    let first = number_from("FUZZ_SEED").unwrap_or_else(rand::random);
    let cases = number_from("FUZZ_CASES").unwrap_or(CASES);
    // One thread, so that a call of many submissions reaches the board's writer as a whole.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let place = Place::new(0);
    let boards = runtime.block_on(place.open());
    for seed in (0..cases).map(|case| first.wrapping_add(case)) {
        // Each history has a seed of its own, so that it can be repeated alone.
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8] = mode as u8;
        let config = Config { cases: 1, max_shrink_iters: 300, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
        let played = Cell::new(0);
        let outcome = runner.run(&Histories { mode }, |history| {
            played.set(played.get() + 1);
            let outcome = runtime.block_on(play_one(&boards, &place, &format!("h{seed}-{}", played.get()), history));
            outcome.map_err(TestCaseError::fail)
        });
        if let Err(TestError::Fail(why, history)) = outcome {
            let steps = history.turns.len();
            let again = format!("FUZZ_SEED={seed} FUZZ_CASES=1 cargo test -p server --test model histories::{test}");
            panic!("{why}\nat the end of {steps} steps, the fewest that were found. Repeat it: {again}");
        }
    }
}

async fn play_one(boards: &Boards, place: &Place, id: &str, history: History) -> Result<(), String> {
    place.hands.set(history.start);
    let mut play = Play::start(boards, place, id, history.rules).await;
    let outcome = play.all(&history.turns).await;
    boards.delete(Caller::Admin, &play.naive.board).await.map_err(|error| error.to_string())?;
    outcome
}
