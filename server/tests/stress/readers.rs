//! Clients that read slowly, or not at all.

use crate::{
    client::{get, open},
    harness::{LeaderPort, eventually},
    stage::Stage,
    viewer::{Viewer, message, rows, top},
};
use app::protocol::{ClientMessage, Close, Format, Watch};
use futures::SinkExt;
use rand::RngExt;
use serde_json::json;
use server::live::Limits;
use std::time::Duration;
use tokio::time::Instant;

/// A stage whose server loses patience soon.
async fn impatient(name: &'static str) -> Stage {
    let server = LeaderPort::start_with(|config| {
        config.live = Limits {
            stall: Duration::from_millis(700),
            beat: Duration::from_millis(300),
            idle: Duration::from_millis(900),
            ..Limits::default()
        };
    });
    Stage::on(name, server.await)
}

#[tokio::test]
async fn slow_readers_are_borne_with_and_end_exact() {
    let mut stage = Stage::new("slow_readers_are_borne_with_and_end_exact").await;
    stage.board(json!({ "id": "slow" })).await;
    stage.viewers_of_the_top("slow", 12);
    for _ in 0..30 {
        let (at, pause) = (stage.random.random_range(0..12), stage.random.random_range(50..400));
        stage.viewers[at].pause(pause);
        stage.play("slow", 70, 15, 0..1_000).await;
    }
    stage.ends_well().await;
    assert!(stage.viewers.iter().all(|viewer| viewer.record().connections == 1), "nobody was sent away");
    stage.stop().await;
}

/// Asks for page after page and reads nothing of it, until the server loses patience or the connection breaks.
async fn stall(at: std::net::SocketAddr, board: &str) {
    let mut socket = crate::viewer::connect(at, Format::Json.subprotocol(), &[]).await.unwrap();
    for turn in 0_u64.. {
        let wanted = Watch { view: 0, ..rows(board, turn % 2 * 200 + 1, 200) };
        if socket.send(message(Format::Json, &ClientMessage::Watch(wanted))).await.is_err() {
            return;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_stalled_reader_is_sent_away_and_costs_the_others_nothing() {
    let mut stage = impatient("a_stalled_reader_is_sent_away_and_costs_the_others_nothing").await;
    stage.board(json!({ "id": "stalled" })).await;
    let all: Vec<_> = (0..400).map(|n| json!({ "playerId": format!("{}{n}", "x".repeat(60 - n.to_string().len())), "score": n })).collect();
    crate::stage::submit_all(stage.at, "stalled", json!(all)).await;
    stage.viewers_of_the_top("stalled", 6);
    stage.all_exact().await;
    let code = Close::Slow.code();
    let closes = async |at| {
        get(at, "/metrics").await.text().lines().any(|line| line.starts_with(&format!("leaderport_live_closes_total{{code=\"{code}\"}}")))
    };
    let stalled: Vec<_> = (0..3).map(|_| tokio::spawn(stall(stage.at, "stalled"))).collect();
    let (mut slowest, started) = (Duration::ZERO, Instant::now());
    while !closes(stage.at).await {
        assert!(started.elapsed() < crate::harness::PATIENCE, "the stalled are sent away");
        let submitted = Instant::now();
        stage.play("stalled", 50, 1, 1_000..9_000).await;
        stage.all_exact().await;
        slowest = slowest.max(submitted.elapsed());
    }
    assert!(slowest < Duration::from_secs(5), "{slowest:?} until the others had it");
    for task in stalled {
        task.abort();
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn a_half_open_socket_is_noticed() {
    let stage = impatient("a_half_open_socket_is_noticed").await;
    stage.board(json!({ "id": "half" })).await;
    let mut socket = crate::viewer::connect(stage.at, Format::Binary.subprotocol(), &[]).await.unwrap();
    socket.send(message(Format::Binary, &ClientMessage::Watch(top("half")))).await.unwrap();
    let mut plain = open(stage.at, "?board=half").await;
    // What reads answers pings; what doesn't is as good as gone, and its socket says so.
    let viewer = Viewer::watching(&[stage.at], top("half"), 1);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for socket in [&mut socket, &mut plain] {
        let mut code = None;
        while let Some(Ok(said)) = futures::StreamExt::next(socket).await {
            if let tokio_tungstenite::tungstenite::Message::Close(frame) = said {
                code = frame.map(|frame| u16::from(frame.code));
            }
        }
        assert_eq!(code, Some(Close::Silent.code()));
    }
    assert_eq!(viewer.record().connections, 1, "who answers stays");
    stage.stop().await;
}

#[tokio::test]
async fn a_quiet_socket_is_told_that_the_server_is_there() {
    use app::protocol::ServerMessage;
    let stage = impatient("a_quiet_socket_is_told_that_the_server_is_there").await;
    let mut socket = crate::viewer::connect(stage.at, Format::Json.subprotocol(), &[]).await.unwrap();
    for _ in 0..4 {
        assert!(matches!(crate::viewer::hear(&mut socket, Format::Json).await, Some(ServerMessage::Hello(_))));
    }
    stage.stop().await;
}

#[tokio::test]
async fn events_end_with_whoever_takes_them() {
    let mut stage = impatient("events_end_with_whoever_takes_them").await;
    stage.board(json!({ "id": "unread" })).await;
    let all: Vec<_> = (0..400).map(|n| json!({ "playerId": format!("{}{n}", "x".repeat(60 - n.to_string().len())), "score": n })).collect();
    crate::stage::submit_all(stage.at, "unread", json!(all)).await;
    let mut events = crate::events::Events::open(stage.at, "/api/boards/unread/events?len=200", None).await;
    assert_eq!(events.next().await.name, "watching");
    stage.viewers.push(Viewer::watching(&[stage.at], rows("unread", 1, 200), 2));
    stage.all_exact().await;
    drop(events);
    stage.play("unread", 50, 60, 1_000..2_000).await;
    stage.ends_well().await;
    // A stream ends whose board goes, and one whose server stops.
    stage.board(json!({ "id": "goes" })).await;
    for (path, last) in [("/api/boards/goes/events", "refused"), ("/api/boards/unread/events", "notice")] {
        let mut events = crate::events::Events::open(stage.at, path, None).await;
        while events.next().await.name != "snapshot" {}
        if last == "refused" {
            assert_eq!(crate::client::delete(stage.at, "/api/boards/goes").await.status, 204);
            assert_eq!(events.next().await.name, "refused");
            assert!(events.try_next().await.is_none());
        } else {
            let stopping = stage.server.take().unwrap();
            let stopping = tokio::spawn(stopping.stop());
            let event = events.next().await;
            assert!(event.name == "notice" && event.data.contains("draining"), "{event:?}");
            assert!(events.try_next().await.is_none());
            stopping.await.unwrap();
        }
    }
}

#[tokio::test]
async fn whoever_hangs_up_leaves_a_seat() {
    // Seats tell more than a metric would: that one is shared by all servers of this process.
    let server = LeaderPort::start_with(|config| config.max_sockets_per_address = 1).await;
    let stage = Stage::on("whoever_hangs_up_leaves_a_seat", server);
    let mut events = crate::events::Events::open(stage.at, "/api/boards/main/events", None).await;
    assert_eq!(events.next().await.name, "watching");
    let seated = async || crate::viewer::connect(stage.at, Format::Json.subprotocol(), &[]).await.is_ok();
    assert!(!seated().await, "the one seat is taken");
    drop(events);
    eventually("the seat is free", seated).await;
    stage.stop().await;
}
