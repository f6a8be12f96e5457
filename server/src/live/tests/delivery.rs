//! What becomes of a state.

use super::{
    super::Limits,
    client::{Client, hub, pass, watch},
    made_up::MadeUp,
};
use crate::metrics::Kind;
use app::protocol::{Change, Known, Notice, PAGE_ROWS, Watch};
use std::sync::Arc;

#[tokio::test(start_paused = true)]
async fn the_same_bytes_go_to_everybody() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let (mut one, mut two) = (Client::at_the_top(&hub).await, Client::at_the_top(&hub).await);
    for score in [5_000_000, 6_000_000] {
        board.score("p60", score);
        pass(60).await;
        one.take().unwrap();
        two.take().unwrap();
        let (a, b) = (one.frames.last().unwrap(), two.frames.last().unwrap());
        assert_eq!(one.kinds.last(), Some(&Kind::Delta));
        assert_eq!((a.as_ptr(), a.len()), (b.as_ptr(), b.len()), "encoded once");
    }
    assert_eq!(one.rows(0), board.page(0, 50));
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_skips_states() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits { ring: 4, ..Limits::default() });
    let (mut slow, mut slower) = (Client::at_the_top(&hub).await, Client::at_the_top(&hub).await);
    slow.page_kinds();
    slower.page_kinds();
    for n in 0..10 {
        board.score("p60", 5_000_000 + n);
        pass(60).await;
        if n == 6 {
            slow.take().unwrap();
            assert_eq!(slow.page_kinds(), [Kind::Snapshot], "what it had is no longer known");
        }
    }
    slow.take().unwrap();
    slower.take().unwrap();
    assert_eq!(slow.page_kinds(), [Kind::Delta], "three states in one");
    assert_eq!(slower.page_kinds(), [Kind::Snapshot]);
    assert_eq!((slow.rows(0), slower.rows(0)), (board.page(0, 50), board.page(0, 50)));
}

#[tokio::test(start_paused = true)]
async fn whoever_joins_gets_the_state_of_now() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let stays = Client::at_the_top(&hub).await;
    // Nothing of this is on the page, but it is of a newer version by now.
    let version = board.score("p150", 5);
    pass(100).await;
    let late = Client::at_the_top(&hub).await;
    assert_eq!(late.shows(0).map(|seen| (seen.version, seen.rows)), Some((version, board.page(0, 50))));
    drop((stays, late));
    // A page that nobody watched is read before anybody is shown it.
    let version = board.score("p60", 5_000_000);
    pass(100).await;
    let mut later = Client::new(&hub);
    later.watch(watch(0, 1, PAGE_ROWS)).await;
    later.take().unwrap();
    assert_eq!(later.page_kinds(), []);
    pass(1).await;
    later.take().unwrap();
    assert_eq!(later.shows(0).map(|seen| (seen.version, seen.rows)), Some((version, board.page(0, 50))));
    assert_eq!(later.page_kinds(), [Kind::Snapshot]);
}

/// A client that comes back on a new socket with what the other one knew.
async fn back(hub: &super::super::Hub, mut left: Client) -> Client {
    drop(left.session);
    let mut client = Client::new(hub);
    client.mirror = std::mem::take(&mut left.mirror);
    for message in client.mirror.resume() {
        client.say(&message).await;
    }
    pass(100).await;
    client.take().unwrap();
    client
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_goes_on_from_what_it_has() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    // Others stay or nobody does: a page is kept for a while.
    for is_alone in [false, true] {
        let other = if is_alone { None } else { Some(Client::at_the_top(&hub).await) };
        let client = Client::at_the_top(&hub).await;
        board.score("p70", 7_000_000 + i64::from(is_alone));
        let mut client = back(&hub, client).await;
        assert_eq!(client.page_kinds(), [Kind::Delta], "alone: {is_alone}");
        assert_eq!(client.rows(0), board.page(0, 50));
        // With nothing new it is told just that.
        let mut client = back(&hub, client).await;
        assert_eq!(client.page_kinds(), [Kind::Delta]);
        assert!(client.frames.iter().all(|frame| frame.len() < 40));
        drop(other);
    }
    // After a long while nobody remembers.
    let client = Client::at_the_top(&hub).await;
    board.score("p71", 8_000_000);
    let mirror = client.mirror;
    drop(client.session);
    pass(60_000).await;
    let mut client = back(&hub, Client { mirror, ..Client::new(&hub) }).await;
    assert_eq!(client.page_kinds(), [Kind::Snapshot]);
    assert_eq!(client.rows(0), board.page(0, 50));
}

#[tokio::test(start_paused = true)]
async fn what_is_known_may_be_old_new_or_made_up() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let stays = Client::at_the_top(&hub).await;
    let first = stays.shows(0).unwrap();
    for n in 0..5 {
        board.score("p80", 9_000_000 + n);
        pass(60).await;
    }
    let mut kinds = Vec::new();
    let made_up = app::protocol::Digest(42);
    for (version, digest) in [(first.version, first.digest), (first.version, made_up), (0, made_up), (u64::MAX, made_up)] {
        let mut client = Client::new(&hub);
        let wanted = Watch { known: vec![Some(Known { version, digest })], ..watch(0, 1, PAGE_ROWS) };
        // Its mirror knows nothing: a delta would not fit, so only the kind is looked at.
        let bytes = app::protocol::Format::Binary.encode(&app::protocol::ClientMessage::Watch(wanted)).unwrap();
        client.session.take(&bytes).await.unwrap();
        let now = client.session.due().unwrap();
        pass(60).await;
        let later = client.session.due().unwrap();
        let of_pages = |frames: &[(Kind, bytes::Bytes)]| frames.iter().map(|(kind, _)| *kind).find(|kind| *kind != Kind::Other);
        kinds.push((of_pages(&now), of_pages(&later)));
    }
    let expected = [
        (Some(Kind::Delta), None),
        (Some(Kind::Snapshot), None),
        (Some(Kind::Snapshot), None),
        // It may come from a server that was ahead: the board is read first.
        (None, Some(Kind::Snapshot)),
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_lost_data_is_believed() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let (mut client, mut slow) = (Client::at_the_top(&hub).await, Client::at_the_top(&hub).await);
    slow.page_kinds();
    for n in 0..10 {
        board.score("p60", 5_000_000 + n);
    }
    pass(100).await;
    client.take().unwrap();
    assert_eq!(client.shows(0).unwrap().version, 11);
    client.page_kinds();
    board.change_silently(|state| {
        state.rows.truncate(3);
        state.version = 2;
    });
    board.miss();
    pass(100).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds(), client.shows(0).unwrap().version), (vec![Kind::Snapshot], 3));
    slow.take().unwrap();
    assert_eq!((slow.page_kinds(), slow.rows(0)), (vec![Kind::Snapshot], board.page(0, 50)));
    assert_eq!(client.rows(0), board.page(0, 50));
    // And it goes on from there, though these versions have been before.
    board.score("p2", 6_000_000);
    pass(100).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds(), client.rows(0)), (vec![Kind::Delta], board.page(0, 50)));
}

#[tokio::test(start_paused = true)]
async fn a_period_that_is_over_makes_room_for_the_next() {
    let board = Arc::new(MadeUp::new(20));
    let hub = hub(&board, Limits::default());
    let mut client = Client::new(&hub);
    let window = app::model::WindowName::parse("daily").unwrap();
    client.watch(Watch { window: window.clone(), ..watch(0, 1, PAGE_ROWS) }).await;
    pass(10).await;
    client.take().unwrap();
    assert_eq!(client.shows(0).unwrap().period, "2026-11-21");
    // Nothing is submitted at midnight, so nothing is said.
    {
        let mut state = board.state();
        state.period = "2026-11-22".to_owned();
        state.rows.clear();
    }
    client.changes.clear();
    pass(600).await;
    client.take().unwrap();
    let over = Change::Notice(Notice::Closed { board: app::model::BoardId::main(), window, period: "2026-11-21".to_owned() });
    assert_eq!(client.changes[0], over);
    assert!(matches!(client.changes[1], Change::Page(_)));
    let shown = client.shows(0).unwrap();
    assert_eq!((shown.period.as_str(), shown.total, shown.rows.len()), ("2026-11-22", 0, 0));
}

#[tokio::test(start_paused = true)]
async fn whoever_watches_is_told_of_other_rules_once() {
    let board = Arc::new(MadeUp::new(20));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    client.watch(watch(1, 51, PAGE_ROWS)).await;
    pass(10).await;
    client.take().unwrap();
    client.changes.clear();
    board.change(|state| state.revision = "second".to_owned());
    pass(200).await;
    client.take().unwrap();
    let edited = Change::Notice(Notice::Edited { board: app::model::BoardId::main() });
    assert_eq!(client.changes, [edited]);
}
