//! Many at once, on two servers: what is stored in the end is what all of it together makes.

use crate::valkey::{Place, create};
use app::model::{Limit, PlayerId, Score, Submission};
use server::boards::{
    caller::Caller,
    read::{Period, Which},
};
use std::{collections::BTreeMap, sync::Arc};

const TASKS: u64 = 8;
const EACH: u64 = 3_000;
const PLAYERS: u64 = 200;

/// The submissions of a task: few enough values that many are equal.
fn submissions(task: u64) -> impl Iterator<Item = (u64, i64)> {
    (0..EACH).map(move |n| {
        let mixed = (task * EACH + n).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
        (mixed % PLAYERS, (mixed / PLAYERS % 5_000) as i64 - 1_000)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_tasks_on_two_servers_make_what_a_sort_of_all_makes() {
    let place = Place::new(1_790_000_000_000);
    let servers = [Arc::new(place.open().await), Arc::new(place.open().await)];
    let rules = |keep: &str| serde_json::from_str(&format!(r#"{{"keep":"{keep}","negative":true,"windows":["daily"]}}"#)).unwrap();
    let best = create(&servers[0], "best", rules("best")).await;
    let sum = create(&servers[0], "sum", rules("sum")).await;
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (boards, best, sum) = (servers[task as usize % 2].clone(), best.clone(), sum.clone());
            tokio::spawn(async move {
                for (player, score) in submissions(task) {
                    let submission = Submission::new(PlayerId::parse(&format!("p{player}")).unwrap(), Score::new(score, 0).unwrap());
                    let (best, sum) = tokio::join!(
                        boards.submit(Caller::Admin, &best, submission.clone()),
                        boards.submit(Caller::Admin, &sum, submission)
                    );
                    let (best, sum) = (best.unwrap(), sum.unwrap());
                    assert!(best.after.score.units() >= score && best.after.rank <= best.total);
                    assert_eq!(sum.after, sum.windows[0].after, "the day has seen all there is");
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }

    let all: Vec<(u64, i64)> = (0..TASKS).flat_map(submissions).collect();
    let mut bests: BTreeMap<String, i64> = BTreeMap::new();
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    let mut attempts: BTreeMap<String, u64> = BTreeMap::new();
    for (player, score) in &all {
        let player = format!("p{player}");
        bests.entry(player.clone()).and_modify(|best| *best = (*best).max(*score)).or_insert(*score);
        *sums.entry(player.clone()).or_default() += score;
        *attempts.entry(player).or_default() += 1;
    }
    for (board, expected) in [(&best, &bests), (&sum, &sums)] {
        for window in ["all", "daily"] {
            let period = Period { window: app::model::WindowName::parse(window).unwrap(), period: None };
            let read = servers[1].entries(Caller::Admin, board, &period, &Which::From(1), Limit::MOST).await.unwrap();
            assert_eq!((read.moment.version, read.moment.total), (TASKS * EACH, PLAYERS));
            let scores: Vec<i64> = read.entries.iter().map(|entry| entry.row.score.units()).collect();
            assert!(scores.is_sorted_by(|a, b| a >= b));
            assert!(read.entries.iter().zip(1..).all(|(entry, rank)| entry.row.rank == rank));
            for entry in &read.entries {
                let player = entry.row.player_id.to_string();
                assert_eq!((entry.row.score.units(), entry.attempts), (expected[&player], attempts[&player]), "{player}");
            }
        }
    }
}
