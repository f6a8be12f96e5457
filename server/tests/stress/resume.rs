//! Clients that come back.

use crate::{
    client::get,
    events::Events,
    stage::{Stage, checks_out},
    viewer::{connect, hear, message, top},
};
use app::protocol::{ClientMessage, Digest, Format, Known, Leaderboard, Mirror, ServerMessage, Watch, digest};
use futures::SinkExt;
use rand::RngExt;
use serde_json::json;
use std::net::SocketAddr;

/// The first frame of a page that a new socket is sent which knows this.
async fn first_frame(at: SocketAddr, board: &str, known: Known) -> ServerMessage {
    let mut socket = connect(at, Format::Binary.subprotocol(), &[]).await.unwrap();
    let wanted = Watch { known: vec![Some(known)], ..top(board) };
    socket.send(message(Format::Binary, &ClientMessage::Watch(wanted))).await.unwrap();
    loop {
        match hear(&mut socket, Format::Binary).await.unwrap() {
            ServerMessage::Hello(_) | ServerMessage::Watching(_) => {}
            frame => return frame,
        }
    }
}

#[tokio::test]
async fn sockets_break_all_the_time() {
    let mut stage = Stage::new("sockets_break_all_the_time").await;
    stage.board(json!({ "id": "broken" })).await;
    stage.viewers_of_the_top("broken", 15);
    let truth = stage.truth("broken");
    for _ in 0..80 {
        let at = stage.random.random_range(0..15);
        stage.viewers[at].cut();
        stage.play("broken", 70, 5, 0..1_000).await;
    }
    stage.ends_well().await;
    let (mut snapshots, mut deltas, mut connections, mut compared) = (0, 0, 0, 0);
    for viewer in &stage.viewers {
        compared += truth.check(viewer);
        let record = viewer.record();
        (snapshots, deltas, connections) = (snapshots + record.snapshots, deltas + record.deltas, connections + record.connections);
    }
    assert!(connections > 60 && compared > 10, "{connections} connections, {compared} states compared");
    assert!(snapshots < connections / 2, "{snapshots} snapshots and {deltas} deltas on {connections} connections");
    stage.stop().await;
}

#[tokio::test]
async fn from_the_version_of_a_moment_ago() {
    let mut stage = Stage::new("from_the_version_of_a_moment_ago").await;
    stage.board(json!({ "id": "ago" })).await;
    stage.viewers_of_the_top("ago", 1);
    stage.play("ago", 60, 100, 0..1_000).await;
    stage.all_exact().await;
    let seen = stage.viewers[0].shows(0).unwrap();
    let old = Known { version: seen.version, digest: seen.digest };
    stage.play("ago", 60, 5, 2_000..3_000).await;
    stage.all_exact().await;
    assert!(matches!(first_frame(stage.at, "ago", old).await, ServerMessage::Delta(_)));
    // What a page that was rendered on the server knows is as good as what came over a socket.
    let said: Leaderboard = serde_json::from_slice(&get(stage.at, "/api/leaderboard?board=ago").await.body).unwrap();
    let rendered = Known { version: said.version, digest: digest("all", 1, said.total, &said.entries) };
    match first_frame(stage.at, "ago", rendered).await {
        ServerMessage::Delta(delta) => assert_eq!((delta.digest, delta.edits.len()), (rendered.digest, 0), "nothing is new"),
        other => panic!("{other:?}"),
    }
    stage.stop().await;
}

#[tokio::test]
async fn from_versions_that_nobody_knows() {
    let mut stage = Stage::new("from_versions_that_nobody_knows").await;
    stage.board(json!({ "id": "unknown" })).await;
    stage.viewers_of_the_top("unknown", 2);
    stage.play("unknown", 60, 100, 0..1_000).await;
    stage.all_exact().await;
    let now = stage.viewers[0].shows(0).unwrap();
    for known in [
        Known { version: 1, digest: Digest(1) },
        Known { version: now.version, digest: Digest(0) },
        Known { version: now.version + 1_000, digest: Digest(7) },
        Known { version: u64::MAX, digest: Digest((1 << 53) - 1) },
    ] {
        match first_frame(stage.at, "unknown", known).await {
            ServerMessage::Snapshot(snapshot) => assert_eq!((snapshot.digest, &snapshot.rows), (now.digest, &now.rows)),
            other => panic!("{known:?}: {other:?}"),
        }
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn after_a_rest_with_nobody_there() {
    let mut stage = Stage::new("after_a_rest_with_nobody_there").await;
    stage.board(json!({ "id": "rest" })).await;
    stage.viewers_of_the_top("rest", 1);
    for _ in 0..8 {
        stage.play("rest", 60, 20, 0..1_000).await;
        stage.all_exact().await;
        stage.viewers[0].cut();
    }
    stage.ends_well().await;
    let (snapshots, connections) = {
        let record = stage.viewers[0].record();
        (record.snapshots, record.connections)
    };
    assert!(snapshots <= 1 && connections >= 8, "{snapshots} snapshots on {connections} connections");
    checks_out(&stage.viewers[0]);
    stage.stop().await;
}

#[tokio::test]
async fn events_go_on_from_the_last_id() {
    let mut stage = Stage::new("events_go_on_from_the_last_id").await;
    stage.board(json!({ "id": "events" })).await;
    stage.viewers_of_the_top("events", 1);
    stage.play("events", 60, 60, 0..1_000).await;
    stage.all_exact().await;
    let path = "/api/boards/events/events?from=1&len=50";
    let mut mirror = Mirror::default();
    mirror.watch(top("events"));
    let mut last = None;
    for turn in 0..6 {
        let mut events = Events::open(stage.at, path, last.as_deref()).await;
        drop(mirror.resume());
        loop {
            let event = events.next().await;
            mirror.take(Format::Json.decode(event.data.as_bytes()).unwrap());
            if !event.id.is_empty() {
                let expected = if turn == 0 { "snapshot" } else { "delta" };
                assert_eq!(event.name, expected, "turn {turn}");
                last = Some(event.id);
                break;
            }
        }
        assert_eq!(mirror.view(0), stage.viewers[0].shows(0));
        drop(events);
        stage.play("events", 60, 5, 0..2_000).await;
        stage.all_exact().await;
    }
    stage.stop().await;
}
