//! Views that come, move and go.

use super::{
    super::Limits,
    client::{Client, hub, pass, watch},
    made_up::MadeUp,
};
use crate::{boards::caller::Caller, metrics::Kind};
use app::{
    model::{BoardId, WindowName},
    protocol::{Change, ClientMessage, Close, Format, MAX_MESSAGE, MAX_VIEWS, PAGE_ROWS, Refused, ServerMessage, Unwatch, Watch},
};
use std::sync::Arc;

fn refusals(client: &mut Client) -> Vec<(u32, String)> {
    client.take().unwrap();
    let refused = client.said.drain(..).filter_map(|message| match message {
        ServerMessage::Refused(Refused { view, code, .. }) => Some((view, code)),
        _ => None,
    });
    refused.collect()
}

#[tokio::test(start_paused = true)]
async fn a_view_that_moves_keeps_the_pages_that_it_has() {
    let board = Arc::new(MadeUp::new(1_000));
    let hub = hub(&board, Limits::default());
    let mut client = Client::new(&hub);
    client.watch(watch(0, 26, 100)).await;
    pass(10).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds().len(), client.rows(0)), (3, board.page(25, 100)));
    client.watch(watch(0, 76, 100)).await;
    pass(10).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds(), client.rows(0)), (vec![Kind::Snapshot], board.page(75, 100)));
    // Entries go from page to page.
    for n in 0..100 {
        board.score(&format!("p{}", n * 3), 2_000_000 + n);
    }
    pass(100).await;
    client.take().unwrap();
    assert_eq!(client.rows(0), board.page(75, 100));
    // Beyond the end there is nothing, and that is no error.
    client.watch(watch(0, 100_001, 50)).await;
    pass(10).await;
    client.take().unwrap();
    assert_eq!((client.shows(0).unwrap().total, client.rows(0).len()), (1_000, 0));
}

#[tokio::test(start_paused = true)]
async fn two_views_share_a_page() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    client.watch(watch(1, 11, 10)).await;
    client.take().unwrap();
    assert_eq!(client.rows(1), board.page(10, 10));
    client.unwatch(0).await;
    client.page_kinds();
    board.score("p60", 3_000_000);
    pass(60).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds(), client.rows(1)), (vec![Kind::Delta], board.page(10, 10)));
    client.unwatch(1).await;
    board.score("p61", 3_000_001);
    pass(60).await;
    client.take().unwrap();
    assert_eq!(client.page_kinds(), []);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_lost_a_page_gets_it_whole() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    client.page_kinds();
    client.mirror = Default::default();
    client.watch(watch(0, 1, PAGE_ROWS)).await;
    client.take().unwrap();
    assert_eq!((client.page_kinds(), client.rows(0)), (vec![Kind::Snapshot], board.page(0, 50)));
}

#[tokio::test(start_paused = true)]
async fn what_can_not_be_is_refused_and_the_rest_goes_on() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    let wrong = [
        (Watch { from: 0, ..watch(1, 1, 50) }, "invalid"),
        (Watch { from: u64::MAX, ..watch(1, 1, 50) }, "invalid"),
        (watch(1, 1, 0), "invalid"),
        (watch(1, 1, 201), "invalid"),
        (watch(1, 1, u32::MAX), "invalid"),
        (Watch { known: vec![None; 3], ..watch(1, 1, 50) }, "invalid"),
        (Watch { period: Some("x".repeat(65)), ..watch(1, 1, 50) }, "not-found"),
        (Watch { window: WindowName::parse("yearly").unwrap(), ..watch(1, 1, 50) }, "not-found"),
    ];
    for (wanted, code) in wrong {
        client.say(&ClientMessage::Watch(wanted.clone())).await;
        assert_eq!(refusals(&mut client), [(1, code.to_owned())], "{wanted:?}");
    }
    for view in 1..MAX_VIEWS as u32 {
        client.watch(watch(view, 1, 10)).await;
    }
    client.follow(99, "p1").await;
    assert_eq!(refusals(&mut client), [(99, "too-many-views".to_owned())]);
    // A view that there is may move, and one that goes makes room.
    client.watch(watch(1, 51, 10)).await;
    client.unwatch(2).await;
    client.follow(99, "p1").await;
    pass(60).await;
    assert_eq!(refusals(&mut client), []);
    assert_eq!(client.rows(1), board.page(50, 10));
    client.say(&ClientMessage::Unwatch(Unwatch { view: 12_345 })).await;
    board.score("p60", 3_000_000);
    pass(60).await;
    client.take().unwrap();
    assert_eq!(client.rows(0), board.page(0, 50));
}

#[tokio::test(start_paused = true)]
async fn what_is_no_message_ends_the_socket() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::new(&hub);
    assert_eq!(client.session.take(&[]).await, Err(Close::Unexpected));
    assert_eq!(client.session.take(&[9; 10]).await, Err(Close::Unexpected));
    assert_eq!(client.session.take(&vec![0; MAX_MESSAGE + 1]).await, Err(Close::TooLarge));
    let mut longer = Format::Binary.encode(&ClientMessage::Unwatch(Unwatch { view: 1 })).unwrap();
    longer.push(0);
    assert_eq!(client.session.take(&longer).await, Err(Close::Unexpected));
}

#[tokio::test(start_paused = true)]
async fn whoever_may_not_see_a_board_any_more_loses_it() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let (mut client, mut operator) = (Client::at_the_top(&hub).await, Client::of(&hub, Caller::Admin));
    client.follow(1, "p3").await;
    operator.watch(watch(0, 1, PAGE_ROWS)).await;
    pass(1_100).await;
    assert_eq!((refusals(&mut client), refusals(&mut operator)), (vec![], vec![]));
    board.change(|state| state.is_open = false);
    pass(1_100).await;
    let mut lost = refusals(&mut client);
    lost.sort();
    assert_eq!(lost, [(0, "not-found".to_owned()), (1, "not-found".to_owned())]);
    board.score("p60", 3_000_000);
    pass(60).await;
    assert_eq!(refusals(&mut operator), []);
    assert_eq!(operator.rows(0), board.page(0, 50));
    let before = client.frames.len();
    client.take().unwrap();
    assert_eq!(client.frames.len(), before, "not a byte more");
}

#[tokio::test(start_paused = true)]
async fn a_board_that_goes_and_comes_back_is_another_one() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    board.state().is_gone = true;
    board.miss();
    pass(100).await;
    assert_eq!(refusals(&mut client), [(0, "not-found".to_owned())]);
    board.change(|state| {
        state.is_gone = false;
        state.rows.truncate(2);
    });
    client.watch(watch(0, 1, PAGE_ROWS)).await;
    pass(100).await;
    client.take().unwrap();
    assert_eq!(client.rows(0), board.page(0, 50));
}

#[tokio::test(start_paused = true)]
async fn what_nobody_watches_is_forgotten() {
    let board = Arc::new(MadeUp::new(10_000));
    let limits = Limits { lingering: 8, ..Limits::default() };
    let hub = hub(&board, limits);
    let mut client = Client::new(&hub);
    for page in 0..200 {
        client.watch(watch(0, page * 50 + 1, PAGE_ROWS)).await;
        client.follow(1, &format!("p{page}")).await;
        pass(20).await;
        client.take().unwrap();
    }
    pass(1_000).await;
    assert!(hub.pages() <= 9, "{} pages", hub.pages());
    assert_eq!((hub.boards(), board.state().listeners), (1, 1));
    drop(client);
    pass(40_000).await;
    assert_eq!((hub.pages(), hub.boards(), hub.seats().taken(), board.state().listeners), (0, 0, 0, 0));
    board.state().reads.clear();
    board.score("p1", 1);
    pass(10_000).await;
    assert!(board.state().reads.is_empty());
    // And it can be watched again.
    let client = Client::at_the_top(&hub).await;
    assert_eq!(client.rows(0), board.page(0, 50));
}

#[tokio::test(start_paused = true)]
async fn there_is_an_end_to_players() {
    let board = Arc::new(MadeUp::new(10));
    let hub = hub(&board, Limits { players: 2, ..Limits::default() });
    let mut client = Client::new(&hub);
    for view in 0..3 {
        client.follow(view, &format!("p{view}")).await;
    }
    assert_eq!(refusals(&mut client), [(2, "busy".to_owned())]);
    client.unwatch(0).await;
    client.follow(2, "p2").await;
    pass(10).await;
    assert_eq!(refusals(&mut client), []);
    assert!(client.changes.iter().any(|change| matches!(change, Change::Me(me) if me.player.as_str() == "p2")));
}

#[tokio::test(start_paused = true)]
async fn there_is_an_end_to_pages() {
    let board = Arc::new(MadeUp::new(10_000));
    let hub = hub(&board, Limits { pages: 3, ..Limits::default() });
    let mut client = Client::new(&hub);
    client.watch(watch(0, 1, 100)).await;
    client.watch(watch(1, 1_001, 100)).await;
    assert_eq!(refusals(&mut client), [(1, "busy".to_owned())]);
    client.watch(watch(2, 101, 50)).await;
    pass(60).await;
    assert_eq!(refusals(&mut client), []);
    assert_eq!(client.rows(2), board.page(100, 50));
    let other_board = Watch { board: BoardId::parse("other").unwrap(), ..watch(3, 1, 50) };
    client.watch(other_board).await;
    assert_eq!(refusals(&mut client), [(3, "busy".to_owned())]);
}
