use crate::{
    client::{rows, submit},
    harness::LeaderPort,
};
use app::model::Score;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

/// Every player's best, by score, then by who reached it first: sorted anew from the whole history, exact integers only.
fn naive(history: &[(String, i64)]) -> Vec<(u64, String, i64)> {
    let mut best: Vec<(String, i64, usize)> = Vec::new();
    for (at, (player, score)) in history.iter().enumerate() {
        match best.iter_mut().find(|(known, ..)| known == player) {
            Some(entry) if *score > entry.1 => (entry.1, entry.2) = (*score, at),
            Some(_) => {}
            None => best.push((player.clone(), *score, at)),
        }
    }
    best.sort_by_key(|(_, score, at)| (-score, *at));
    best.into_iter().zip(1..).map(|((player, score, _), rank)| (rank, player, score)).collect()
}

fn scores() -> impl Strategy<Value = i64> {
    // Few values make many ties; the extremes are where a float would round.
    prop_oneof![8 => -3_i64..4, 1 => Score::MAX - 2..=Score::MAX, 1 => -Score::MAX..=2 - Score::MAX]
}

#[test]
fn the_board_is_what_a_naive_sort_gives() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let history = prop::collection::vec(("[a-h]{1,2}", scores()), 1..40);
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&history, |history| {
        runtime.block_on(async {
            let server = LeaderPort::start().await;
            for (step, (player, score)) in history.iter().enumerate() {
                let receipt = submit(server.address, player, *score).await;
                let expected = naive(&history[..=step]);
                let standing = expected.iter().find(|row| row.1 == *player).unwrap();
                prop_assert_eq!(receipt["after"]["rank"].as_u64(), Some(standing.0));
                prop_assert_eq!(receipt["after"]["score"].as_i64(), Some(standing.2));
                prop_assert_eq!(receipt["total"].as_u64(), Some(expected.len() as u64));
            }
            prop_assert_eq!(rows(server.address).await, naive(&history));
            server.stop().await;
            Ok(())
        })
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}
