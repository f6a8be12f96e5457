//! What comes and goes leaves nothing behind.

use crate::{
    harness::{Program, eventually},
    stage::{Stage, metric},
    viewer::{Viewer, hear, message, rows, top},
};
use app::protocol::{ClientMessage, Format, ServerMessage, Unwatch, Watch};
use futures::SinkExt;
use rand::RngExt;
use serde_json::json;
use tempfile::TempDir;

/// Everything that is watched.
async fn watched(stage: &Stage) -> [f64; 4] {
    let mut all = [0.0; 4];
    for (at, name) in ["sockets", "pages", "players", "boards"].iter().enumerate() {
        all[at] = metric(stage.at, &format!("leaderport_live_{name}")).await;
    }
    all
}

/// Memory that a process holds, in KiB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// A thousand views come and go on one socket.
async fn thousand_views(stage: &mut Stage) {
    let mut socket = crate::viewer::connect(stage.at, Format::Binary.subprotocol(), &[]).await.unwrap();
    let mut answers = 0;
    for turn in 0..1_000 {
        let view = stage.random.random_range(0..12);
        let from = stage.random.random_range(0..40) * 50 + 1;
        let wish = ClientMessage::Watch(Watch { view, ..rows("churned", from, stage.random.random_range(1..=100)) });
        socket.send(message(Format::Binary, &wish)).await.unwrap();
        if turn % 3 == 0 {
            socket.send(message(Format::Binary, &ClientMessage::Unwatch(Unwatch { view }))).await.unwrap();
        }
        answers += 1;
        while answers > 20 {
            answers -= usize::from(matches!(hear(&mut socket, Format::Binary).await, Some(ServerMessage::Watching(_))));
        }
    }
    while answers > 0 {
        answers -= usize::from(matches!(hear(&mut socket, Format::Binary).await, Some(ServerMessage::Watching(_))));
    }
}

#[tokio::test]
async fn thousands_of_views_leave_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let mut stage = Stage::at("thousands_of_views_leave_nothing_behind", program.address);
    stage.board(json!({ "id": "churned" })).await;
    let many = |prefix: &str| -> Vec<_> { (0..1_000).map(|n| json!({ "playerId": format!("{prefix}{n}"), "score": n })).collect() };
    crate::stage::submit_all(stage.at, "churned", json!(many("a"))).await;
    crate::stage::submit_all(stage.at, "churned", json!(many("b"))).await;
    thousand_views(&mut stage).await;
    thousand_views(&mut stage).await;
    let before = memory(program.pid());
    for _ in 0..4 {
        thousand_views(&mut stage).await;
    }
    let after = memory(program.pid());
    // Memory that was freed may be kept by the allocator, but it must not grow with every view: 4,000 of them at one row each would show.
    assert!(after < before + 6 * 1024, "{before} KiB before, {after} KiB after");
    eventually("nothing is watched", || async { watched(&stage).await[..1] == [0.0] }).await;
    let lingering = watched(&stage).await[1];
    assert!(lingering <= 64.0, "{lingering} pages linger");
    assert_eq!(program.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn sockets_that_come_and_go_leave_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let mut stage = Stage::at("sockets_that_come_and_go_leave_nothing_behind", program.address);
    for round in 0..4 {
        for turn in 0..50 {
            let viewer = Viewer::watching(&[stage.at], top("main"), turn);
            viewer.follow(3, "main", &format!("p{turn}"));
            stage.viewers.push(viewer);
        }
        stage.play("main", 60, 30, 0..1_000 * (round + 1)).await;
        stage.ends_well().await;
        assert_eq!(watched(&stage).await, [50.0, 1.0, 50.0, 1.0]);
        // Some say goodbye, some break, some are paused when they go.
        for (at, viewer) in stage.viewers.drain(..).enumerate() {
            match at % 3 {
                0 => viewer.pause(10_000),
                1 => viewer.unwatch(3),
                _ => {}
            }
        }
        eventually("nobody watches", || async { watched(&stage).await[..3] == [0.0, watched(&stage).await[1], 0.0] }).await;
    }
    assert_eq!(program.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn what_lingers_goes_in_the_end() {
    use crate::harness::LeaderPort;
    use server::live::Limits;
    use std::time::Duration;
    // In a process of its own the figures are its own.
    let server = LeaderPort::start_with(|config| config.live = Limits { linger: Duration::from_millis(300), ..Limits::default() }).await;
    let mut stage = Stage::on("what_lingers_goes_in_the_end", server);
    stage.board(json!({ "id": "lingers" })).await;
    for _ in 0..3 {
        stage.viewers_of_the_top("lingers", 5);
        stage.play("lingers", 60, 60, 0..1_000).await;
        stage.ends_well().await;
        let snapshots: usize = stage.viewers.iter().map(|viewer| viewer.record().snapshots).sum();
        assert!(snapshots >= 5, "{snapshots}: nobody knew anything");
        stage.viewers.clear();
        tokio::time::sleep(Duration::from_millis(stage.random.random_range(0..1_200))).await;
    }
    stage.stop().await;
}
