//! The connection may replay a call whose answer was lost: the store must count it once. What can't be made to happen from
//! outside at will is done here by calling the store as the board's writer does.

use crate::harness::Valkey;
use app::model::{BoardId, PlayerId, Score, Submission};
use server::valkey::{
    StoreError,
    functions::{Batch, Store},
    keys::Keys,
    pool::Address,
};
use std::time::Duration;

fn submission(player: &str, score: i64) -> (Submission, i64) {
    let submission = Submission { id: None, player: PlayerId::parse(player).unwrap(), score: Score::new(score).unwrap() };
    (submission, -score)
}

#[tokio::test]
async fn a_replayed_call_counts_once_and_an_overtaken_one_not_at_all() {
    let valkey = Valkey::start();
    let (store, _subscriber) = Store::connect(&Address::Url(valkey.url()), Keys::new("replay:"), Duration::from_secs(10)).await.unwrap();
    let board = BoardId::main();
    let (first, second) = ([submission("ada", 5), submission("bob", 7), submission("ada", 9)], [submission("ada", 11)]);
    let call = |number, submissions| Batch { board: &board, writer: "w", call: number, now_ms: 1_700_000_000_000, submissions };

    let outcomes = store.submit(&call(1, &first)).await.unwrap();
    assert_eq!(store.submit(&call(1, &first)).await.unwrap(), outcomes, "the same answer");
    assert_eq!(store.version(&board).await.unwrap(), 3, "counted once");

    store.submit(&call(2, &second)).await.unwrap();
    assert!(matches!(store.submit(&call(1, &first)).await, Err(StoreError::Unavailable(_))));
    assert_eq!(store.version(&board).await.unwrap(), 4);

    // Another writer's numbers are its own.
    let other = Batch { writer: "v", ..call(1, &second) };
    store.submit(&other).await.unwrap();
    assert_eq!(store.version(&board).await.unwrap(), 4, "no improvement, no change");
    let page = store.page(&board, 0, 10).await.unwrap();
    assert_eq!(page.rows.iter().map(|(player, key)| (player.as_str(), *key)).collect::<Vec<_>>(), [("ada", -11), ("bob", -7)]);
    store.close().await;
}
