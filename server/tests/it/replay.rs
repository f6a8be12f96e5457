//! The connection may replay a call whose answer was lost: the store must count it once. What can't be made to happen from
//! outside at will is done here by calling the store as the board's writer does.

use crate::harness::Valkey;
use app::model::{BoardId, MetadataChange, PlayerId, Rules};
use server::valkey::{
    StoreError,
    functions::{
        Scope, Store, Target,
        read::{Select, Sight},
        submit::{Batch, Guard, Item},
    },
    keys::{Keys, Label},
    pool::Address,
};
use std::time::Duration;

#[tokio::test]
async fn a_replayed_call_counts_once_and_an_overtaken_one_not_at_all() {
    let valkey = Valkey::start();
    let (store, _subscriber) = Store::connect(&Address::Url(valkey.url()), Keys::new("replay:"), Duration::from_secs(10)).await.unwrap();
    let (board, rules) = (BoardId::main(), Rules::main());
    assert!(store.create_board(&board, &rules, "r1", 1, 0).await.unwrap());
    let scope = Scope::new(board.clone(), &rules, "r1".to_owned());
    let (ada, bob) = (PlayerId::parse("ada").unwrap(), PlayerId::parse("bob").unwrap());
    let item = |player, score: i64| Item {
        id: None,
        player,
        key: -score,
        columns: vec![],
        metadata: &MetadataChange::Keep,
        at_ms: None,
        set: 0,
        brief: false,
        by: None,
        guard: Guard::Off,
    };
    let (first, second) = ([item(&ada, 5), item(&bob, 7), item(&ada, 9)], [item(&ada, 11)]);
    let (targets, sets) = ([Target::all()], [vec![0]]);
    let call = |call, writer, items| Batch {
        scope: &scope,
        writer,
        call,
        now_ms: 1_700_000_000_000,
        targets: &targets,
        sets: &sets,
        gains: None,
        items,
    };
    let version = || async { store.board(&board).await.unwrap().unwrap().version };

    let outcomes = store.submit(&call(1, "w", &first)).await.unwrap().unwrap();
    assert_eq!(store.submit(&call(1, "w", &first)).await.unwrap().unwrap(), outcomes, "the same answer");
    assert_eq!(version().await, 3, "counted once");

    store.submit(&call(2, "w", &second)).await.unwrap().unwrap();
    assert!(matches!(store.submit(&call(1, "w", &first)).await, Err(StoreError::Unavailable(_))));
    assert_eq!(version().await, 4);

    // Another writer's numbers are its own.
    store.submit(&call(1, "v", &second)).await.unwrap().unwrap();
    assert_eq!(version().await, 5);
    let rows = store.rows(&scope, &Label::all(), &Select::Rank(0), Sight::Others, 10, false).await.unwrap().unwrap();
    assert_eq!(rows.rows.iter().map(|row| (row.player.as_str(), row.key)).collect::<Vec<_>>(), [("ada", -11), ("bob", -7)]);
    store.close().await;
}
