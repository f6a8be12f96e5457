//! What is read when.

use super::{
    super::Limits,
    client::{Client, hub, pass, watch},
    made_up::MadeUp,
};
use app::protocol::PAGE_ROWS;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

#[tokio::test(start_paused = true)]
async fn a_page_is_read_once_a_tick_however_much_happens() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut clients = Vec::new();
    for _ in 0..20 {
        clients.push(Client::at_the_top(&hub).await);
    }
    board.state().reads.clear();
    let started = Instant::now();
    for n in 0..1_000 {
        board.score(&format!("p{}", n % 200), n * 7_919 % 1_000_000);
        pass(1).await;
    }
    pass(50).await;
    let reads = board.state().reads.clone();
    let ticks = started.elapsed().as_millis() as usize / 50 + 1;
    assert!((15..=ticks).contains(&reads.len()), "{} reads in {ticks} ticks", reads.len());
    assert!(reads.windows(2).all(|two| two[1].0 - two[0].0 >= Duration::from_millis(50)), "{reads:?}");
    for client in &mut clients {
        client.take().unwrap();
        assert_eq!(client.rows(0), board.page(0, 50));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_while_nothing_moves() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    client.follow(1, "p7").await;
    pass(1_000).await;
    let reads = || {
        let state = board.state();
        (state.reads.len(), state.player_reads.len())
    };
    assert_eq!(reads(), (1, 1));
    pass(60_000).await;
    assert_eq!(reads(), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn the_first_change_after_a_rest_is_not_waited_for() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    pass(10_000).await;
    let version = board.score("p60", 2_000_000);
    pass(1).await;
    client.take().unwrap();
    assert_eq!(client.shows(0).unwrap().version, version);
}

#[tokio::test(start_paused = true)]
async fn deep_pages_go_by_the_slow_tick() {
    let board = Arc::new(MadeUp::new(2_000));
    let hub = hub(&board, Limits::default());
    let mut client = Client::new(&hub);
    client.watch(watch(0, 1_501, PAGE_ROWS)).await;
    pass(1).await;
    board.state().reads.clear();
    for n in 0..1_000 {
        board.score(&format!("p{n}"), n + 5_000_000);
        pass(5).await;
    }
    pass(500).await;
    client.take().unwrap();
    let reads = board.state().reads.clone();
    assert!((9..=12).contains(&reads.len()), "{} reads in 5.5 s", reads.len());
    assert_eq!(client.rows(0), board.page(1_500, 50));
}

#[tokio::test(start_paused = true)]
async fn pages_of_one_tick_are_read_together() {
    let board = Arc::new(MadeUp::new(500));
    let hub = hub(&board, Limits::default());
    let mut clients = Vec::new();
    // They come a while apart; soon they go by one clock.
    for page in 0..10 {
        let mut client = Client::new(&hub);
        client.watch(watch(0, page * 50 + 1, PAGE_ROWS)).await;
        pass(3).await;
        clients.push(client);
    }
    // They go together from the first change on, though one comes after the other while the board moves.
    for n in 0..400 {
        board.score("p499", 8_000_000 + n);
        if n % 40 == 7 {
            clients.remove(0);
            let mut client = Client::new(&hub);
            client.watch(watch(0, (n as u64 / 40) * 50 + 1, PAGE_ROWS)).await;
            clients.push(client);
        }
        pass(1).await;
    }
    board.state().reads.clear();
    for n in 0..400 {
        board.score("p499", 9_000_000 + n);
        pass(1).await;
    }
    let sizes: Vec<usize> = board.state().reads.iter().map(|(_, pages)| pages.len()).collect();
    assert!(sizes.iter().all(|pages| *pages == 10), "{sizes:?}");
    pass(200).await;
    board.state().reads.clear();
    let version = board.score("p498", 9_999_999);
    pass(60).await;
    let reads = board.state().reads.clone();
    assert_eq!(reads.len(), 1, "{reads:?}");
    assert_eq!(reads[0].1.len(), 10);
    for (page, client) in clients.iter_mut().enumerate() {
        client.take().unwrap();
        assert_eq!((client.shows(0).unwrap().version, client.rows(0)), (version, board.page(page * 50, 50)));
    }
}

#[tokio::test(start_paused = true)]
async fn standings_are_read_once_a_second_and_in_bulk() {
    let board = Arc::new(MadeUp::new(1_000));
    let hub = hub(&board, Limits::default());
    let mut clients = Vec::new();
    for n in 0..450 {
        let mut client = Client::new(&hub);
        client.follow(0, &format!("p{n}")).await;
        clients.push(client);
    }
    pass(1_100).await;
    board.state().player_reads.clear();
    for n in 0..1_000 {
        board.score("p0", 2_000_000 + n);
        pass(5).await;
        clients[0].take().unwrap();
        clients[1].take().unwrap();
    }
    let reads = board.state().player_reads.clone();
    // 450 players take three calls.
    assert!((4 * 3..=6 * 3).contains(&reads.len()), "{}", reads.len());
    assert!(reads.iter().all(|(_, players)| *players <= 200));
    pass(1_100).await;
    // Only who stands otherwise is told: the others' ranks are what they were.
    let told = |client: &mut Client| {
        client.take().unwrap();
        client.kinds.iter().filter(|kind| **kind == crate::metrics::Kind::Me).count()
    };
    assert!((5..=8).contains(&told(&mut clients[0])), "{}", told(&mut clients[0]));
    assert_eq!(told(&mut clients[1]), 1);
    assert_eq!(told(&mut clients[449]), 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_said_is_seen_all_the_same() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    let version = board.change_silently(|state| state.rows[60].1 = 3_000_000);
    pass(600).await;
    client.take().unwrap();
    assert_eq!((client.shows(0).unwrap().version, client.rows(0)), (version, board.page(0, 50)));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_not_pestered() {
    let board = Arc::new(MadeUp::new(200));
    let hub = hub(&board, Limits::default());
    let mut client = Client::at_the_top(&hub).await;
    board.state().is_away = true;
    board.state().reads.clear();
    for n in 0..1_000 {
        // What is said all the time is no reason to ask all the time.
        board.score("p60", 4_000_000 + n);
        pass(10).await;
    }
    let tries = board.state().reads.len();
    assert!((10..=25).contains(&tries), "{tries} tries in 10 s");
    client.take().unwrap();
    assert_ne!(client.rows(0), board.page(0, 50));
    board.state().is_away = false;
    pass(600).await;
    client.take().unwrap();
    assert_eq!(client.rows(0), board.page(0, 50));
}
