//! Several servers on one Valkey.

use crate::{
    client::submit,
    harness::{LeaderPort, eventually},
    stage::{Stage, is_exact},
    viewer::{Viewer, top},
};
use rand::RngExt;
use serde_json::json;
use std::process::Stdio;

#[tokio::test]
async fn two_servers_show_the_same() {
    let (one, two) = LeaderPort::start_two().await;
    let mut stage = Stage::on("two_servers_show_the_same", one);
    stage.board(json!({ "id": "both" })).await;
    let (here, there) = (stage.at, two.address);
    for turn in 0..12 {
        let server = if turn % 2 == 0 { here } else { there };
        let seed = stage.random.random();
        stage.viewers.push(Viewer::watching(&[server], top("both"), seed));
    }
    for _ in 0..20 {
        stage.at = here;
        stage.play("both", 60, 10, 0..1_000).await;
        stage.at = there;
        stage.play("both", 60, 10, 0..1_000).await;
    }
    stage.ends_well().await;
    stage.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn viewers_go_from_one_server_to_the_other_and_back() {
    let (one, two) = LeaderPort::start_two().await;
    let mut stage = Stage::on("viewers_go_from_one_server_to_the_other_and_back", one);
    stage.board(json!({ "id": "nomads" })).await;
    let servers = [stage.at, two.address];
    for _ in 0..10 {
        let seed = stage.random.random();
        stage.viewers.push(Viewer::watching(&servers, top("nomads"), seed));
    }
    let truth = stage.truth("nomads");
    for _ in 0..60 {
        let at = stage.random.random_range(0..10);
        stage.viewers[at].cut();
        stage.play("nomads", 60, 5, 0..1_000).await;
    }
    stage.ends_well().await;
    let compared: usize = stage.viewers.iter().map(|viewer| truth.check(viewer)).sum();
    assert!(compared > 10, "{compared} states compared");
    stage.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn a_server_dies_and_its_viewers_go_to_the_other() {
    let valkey = crate::harness::Valkey::start();
    let mut stage = Stage::on("a_server_dies_and_its_viewers_go_to_the_other", LeaderPort::start_on(&valkey.url(), "lp:").await);
    let program = crate::harness::Program::start_on(&valkey.url(), "lp:", Stdio::null()).await;
    let servers = [program.address, stage.at];
    for _ in 0..30 {
        let seed = stage.random.random();
        stage.viewers.push(Viewer::watching(&servers, top("main"), seed));
    }
    stage.play("main", 60, 100, 0..1_000).await;
    stage.ends_well().await;
    submit(program.address, "p1", 5_000).await;
    program.end("-KILL").await;
    stage.play("main", 60, 100, 0..2_000).await;
    stage.ends_well().await;
    for (number, viewer) in stage.viewers.iter().enumerate() {
        eventually("everybody is somewhere", || async { !viewer.record().states.is_empty() }).await;
        is_exact(stage.at, viewer, number).await;
    }
    let moved = stage.viewers.iter().filter(|viewer| viewer.record().connections > 1).count();
    assert!(moved > 3, "{moved} of 30 were on the server that died");
    stage.stop().await;
}
