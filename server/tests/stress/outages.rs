//! Valkey that goes and comes back, and a server that stops.

use crate::{
    harness::{LeaderPort, Program, Valkey, embedded_pid, eventually, kill},
    stage::{Stage, checks_out},
    viewer::Viewer,
};
use app::protocol::{Close, Notice};
use rand::RngExt;
use serde_json::json;
use std::{process::Command, time::Duration};
use tempfile::TempDir;

#[tokio::test]
async fn valkey_dies_and_comes_back_with_its_data() {
    let folder = TempDir::new().unwrap();
    let program = Program::start(folder.path()).await;
    let mut stage = Stage::at("valkey_dies_and_comes_back_with_its_data", program.address);
    stage.board(json!({ "id": "durable" })).await;
    stage.viewers_of_the_top("durable", 10);
    for _ in 0..2 {
        stage.play("durable", 60, 60, 0..1_000).await;
        let pid = embedded_pid(folder.path()).unwrap();
        kill(pid, "-KILL");
        eventually("another Valkey runs", || async { embedded_pid(folder.path()).is_some_and(|now| now != pid) }).await;
        eventually("ready again", || crate::client::is_ready(program.address)).await;
        stage.play("durable", 60, 60, 0..2_000).await;
    }
    // What was acknowledged is on disk, so no version went back.
    stage.ends_well().await;
    assert!(stage.viewers.iter().all(|viewer| viewer.record().connections == 1), "no socket noticed");
    assert_eq!(program.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn valkey_comes_back_without_its_data() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let url = valkey.url();
    let mut stage = Stage::on("valkey_comes_back_without_its_data", LeaderPort::start_on(&url, "lp:").await);
    stage.viewers_of_the_top("main", 6);
    stage.play("main", 60, 200, 0..1_000).await;
    stage.ends_well().await;
    kill(valkey.pid(), "-KILL");
    drop(valkey);
    let valkey = Valkey::start_in(folder.path());
    eventually("ready again", || crate::client::is_ready(stage.at)).await;
    eventually("scores are taken again", || async {
        crate::client::post(stage.at, "/api/score", r#"{"playerId":"first","score":1}"#).await.status == 200
    })
    .await;
    stage.play("main", 30, 30, 0..1_000).await;
    // The truth has lower versions now, and is shown all the same.
    stage.all_exact().await;
    for viewer in &stage.viewers {
        let record = viewer.record();
        assert_eq!((record.lost, record.connections), (0, 1));
    }
    stage.stop().await;
    drop(valkey);
}

/// A Valkey that can be talked to by hand.
fn command(folder: &TempDir, words: &[&str]) {
    let socket = folder.path().join("v.sock");
    assert!(Command::new("valkey-cli").arg("-s").arg(socket).args(words).output().unwrap().status.success(), "{words:?}");
}

#[tokio::test]
async fn subscriptions_are_dropped_again_and_again() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let mut stage = Stage::on("subscriptions_are_dropped_again_and_again", LeaderPort::start_on(&valkey.url(), "lp:").await);
    stage.viewers_of_the_top("main", 8);
    for _ in 0..6 {
        stage.play("main", 60, 20, 0..1_000).await;
        command(&folder, &["CLIENT", "KILL", "TYPE", "PUBSUB"]);
        stage.play("main", 60, 5, 0..2_000).await;
        stage.breathe(50).await;
    }
    stage.ends_well().await;
    stage.stop().await;
    drop(valkey);
}

#[tokio::test]
async fn valkey_stands_still_for_a_while() {
    let folder = TempDir::new().unwrap();
    let valkey = Valkey::start_in(folder.path());
    let mut stage = Stage::on("valkey_stands_still_for_a_while", LeaderPort::start_on(&valkey.url(), "lp:").await);
    stage.viewers_of_the_top("main", 8);
    for _ in 0..2 {
        stage.play("main", 60, 40, 0..1_000).await;
        kill(valkey.pid(), "-STOP");
        let pause = stage.random.random_range(500..1_500);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        kill(valkey.pid(), "-CONT");
    }
    stage.play("main", 60, 40, 0..2_000).await;
    stage.ends_well().await;
    stage.stop().await;
    drop(valkey);
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let valkey = Valkey::start();
    let first = LeaderPort::start_on(&valkey.url(), "lp:").await;
    let second = LeaderPort::start_on(&valkey.url(), "lp:").await;
    let servers = [first.address, second.address];
    let mut stage = Stage::on("a_server_that_stops_says_when_to_come_back", second);
    let viewers: Vec<Viewer> =
        (0..40).map(|_| Viewer::watching(&servers, crate::viewer::top("main"), stage.random.random::<u64>())).collect();
    stage.viewers = viewers;
    stage.play("main", 60, 60, 0..1_000).await;
    stage.ends_well().await;
    let there = |viewer: &Viewer| viewer.record().connections;
    assert!(stage.viewers.iter().all(|viewer| there(viewer) == 1));
    first.stop().await;
    stage.play("main", 60, 60, 0..2_000).await;
    stage.ends_well().await;
    let mut returns = Vec::new();
    for viewer in &stage.viewers {
        let record = viewer.record();
        for notice in &record.notices {
            if let Notice::Draining { return_in_ms } = notice {
                returns.push(*return_in_ms);
                assert_eq!(record.closes.first(), Some(&Some(Close::Draining.code())));
            }
        }
    }
    // About half were there; they were told times that lie apart.
    assert!((8..=32).contains(&returns.len()), "{} were told", returns.len());
    returns.sort_unstable();
    returns.dedup();
    assert!(returns.len() > 5, "{returns:?}");
    assert!(returns.iter().all(|ms| *ms <= 600), "{returns:?}");
    stage.viewers.iter().for_each(checks_out);
    stage.stop().await;
    drop(valkey);
}
