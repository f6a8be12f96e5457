//! Clients that come and go.

use crate::{
    client::{get, next, open},
    events::Events,
    harness::eventually,
    stage::Stage,
    viewer::{Viewer, top},
};
use app::protocol::{Format, Leaderboard};
use rand::RngExt;
use serde_json::json;

#[tokio::test]
async fn many_join_at_once_while_scores_come_in() {
    let mut stage = Stage::new("many_join_at_once_while_scores_come_in").await;
    stage.board(json!({ "id": "storm" })).await;
    stage.play("storm", 80, 100, 0..1_000).await;
    let truth = stage.truth("storm");
    stage.viewers_of_the_top("storm", 150);
    stage.play("storm", 80, 400, 0..2_000).await;
    stage.ends_well().await;
    let compared: usize = stage.viewers.iter().map(|viewer| truth.check(viewer)).sum();
    assert!(compared > 20, "{compared} states compared");
    stage.stop().await;
}

#[tokio::test]
async fn they_come_and_go_all_the_time() {
    let mut stage = Stage::new("they_come_and_go_all_the_time").await;
    stage.board(json!({ "id": "lobby" })).await;
    for _ in 0..40 {
        for _ in 0..stage.random.random_range(0..8) {
            stage.viewer(top("lobby"));
        }
        for _ in 0..stage.random.random_range(0..6) {
            if !stage.viewers.is_empty() {
                let at = stage.random.random_range(0..stage.viewers.len());
                drop(stage.viewers.swap_remove(at));
            }
        }
        stage.play("lobby", 70, 10, 0..1_000).await;
    }
    stage.viewer(top("lobby"));
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn all_leave_at_once_and_come_back() {
    let mut stage = Stage::new("all_leave_at_once_and_come_back").await;
    stage.board(json!({ "id": "tide" })).await;
    for _ in 0..3 {
        stage.viewers_of_the_top("tide", 60);
        stage.play("tide", 60, 60, 0..1_000).await;
        stage.ends_well().await;
        stage.viewers.clear();
        stage.play("tide", 60, 60, 0..1_000).await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn many_boards_are_watched_by_one_socket_each_and_by_all() {
    let mut stage = Stage::new("many_boards_are_watched_by_one_socket_each_and_by_all").await;
    for board in 0..12 {
        stage.board(json!({ "id": format!("b{board}") })).await;
        stage.viewers_of_the_top(&format!("b{board}"), 2);
    }
    let all = stage.random.random();
    let of_all = Viewer::new(&[stage.at], Format::Binary, all);
    for board in 0..12 {
        of_all.watch(app::protocol::Watch { view: board, ..top(&format!("b{board}")) });
    }
    stage.viewers.push(of_all);
    for _ in 0..60 {
        let board = stage.random.random_range(0..12);
        stage.play(&format!("b{board}"), 60, 6, 0..1_000).await;
    }
    stage.ends_well().await;
    assert_eq!(stage.viewers.last().unwrap().record().connections, 1);
    stage.stop().await;
}

#[tokio::test]
async fn every_feed_says_the_same() {
    let mut stage = Stage::new("every_feed_says_the_same").await;
    stage.board(json!({ "id": "same" })).await;
    let formats = [Format::Binary, Format::Json];
    for format in formats {
        let viewer = Viewer::new(&[stage.at], format, 1);
        viewer.watch(top("same"));
        stage.viewers.push(viewer);
    }
    let mut plain = open(stage.at, "?board=same").await;
    let mut events = Events::open(stage.at, "/api/boards/same/events", None).await;
    let mut mirror = app::protocol::Mirror::default();
    mirror.watch(top("same"));
    stage.play("same", 70, 300, 0..1_000).await;
    stage.ends_well().await;
    let said: Leaderboard = serde_json::from_slice(&get(stage.at, "/api/leaderboard?board=same").await.body).unwrap();
    // The last states come by themselves.
    while serde_json::from_value::<Leaderboard>(next(&mut plain).await).unwrap() != said {}
    while mirror.view(0).is_none_or(|seen| seen.rows != said.entries) {
        let event = events.next().await;
        let message = Format::Json.decode(event.data.as_bytes()).unwrap();
        mirror.take(message);
    }
    eventually("both protocols show it", || async {
        stage.viewers.iter().all(|viewer| viewer.shows(0).is_some_and(|seen| seen.rows == said.entries && seen.total == said.total))
    })
    .await;
    stage.stop().await;
}

#[tokio::test]
async fn followed_players_stand_where_they_stand() {
    let mut stage = Stage::new("followed_players_stand_where_they_stand").await;
    stage.board(json!({ "id": "crowd", "rankMode": "competition" })).await;
    let players: Vec<String> = (0..30).map(|n| format!("p{n}")).chain(["nobody".to_owned()]).collect();
    for player in &players {
        let viewer = stage.viewer(top("crowd"));
        // Two views of one player are one.
        viewer.follow(7, "crowd", player);
        viewer.follow(8, "crowd", player);
        viewer.unwatch(8);
    }
    for _ in 0..10 {
        stage.play("crowd", 30, 20, 0..200).await;
        stage.breathe(100).await;
    }
    for (viewer, player) in stage.viewers.iter().zip(&players) {
        crate::stage::stands_right(stage.at, viewer, "crowd", player).await;
    }
    stage.ends_well().await;
    stage.stop().await;
}
