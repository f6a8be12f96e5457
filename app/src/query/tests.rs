//! Queries on the server: they ask nothing by themselves, and keep nothing.

use super::*;
use futures::FutureExt;
use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

fn key() -> Key {
    Key { board: None, name: "a".to_owned() }
}

#[test]
fn views_ask_nothing_on_the_server() {
    let owner = Owner::new();
    owner.with(|| {
        Queries::provide();
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        let fetch = move |_| ready(Ok(count.fetch_add(1, Ordering::Relaxed)));
        let query = query(|| Some(key()), Options::default(), fetch);
        query.refetch();
        assert_eq!((query.data().get_untracked(), asked.load(Ordering::Relaxed)), (None, 0));
    });
}

#[test]
fn whoever_asks_once_is_answered_each_time() {
    let owner = Owner::new();
    owner.with(|| {
        Queries::provide();
        let queries = Queries::of_tab().unwrap();
        queries.seed(key(), 7_u32, None);
        queries.patch(&key(), |value: &mut u32| *value += 1).roll_back();
        queries.invalidate_version(&BoardId::main(), 3);
        for answer in [Ok(1), Err(AppError::Busy)] {
            let given = answer.clone();
            let future = queries.fetch(key(), Options::default(), move |_| ready(given.clone()));
            // Resources want futures that may move between threads.
            fn movable<F: Send>(future: F) -> F {
                future
            }
            assert_eq!(movable(future).now_or_never(), Some(answer));
        }
        #[cfg(debug_assertions)]
        assert_eq!(queries.report(), []);
    });
}
