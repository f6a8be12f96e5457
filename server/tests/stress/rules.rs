//! Boards whose rules change, and boards that go, while they are watched.

use crate::{
    client::{delete, patch},
    harness::eventually,
    stage::{Stage, checks_out, window},
    viewer::{Viewer, top},
};
use app::protocol::{Format, Notice, Watch};
use rand::RngExt;
use serde_json::json;

#[tokio::test]
async fn a_board_is_edited_while_it_is_watched() {
    let mut stage = Stage::new("a_board_is_edited_while_it_is_watched").await;
    stage.board(json!({ "id": "edited", "keep": "last" })).await;
    stage.viewers_of_the_top("edited", 6);
    let modes = ["competition", "modified", "ordinal"];
    for turn in 0..9 {
        stage.play("edited", 60, 30, 0..10).await;
        patch(stage.at, "/api/boards/edited", json!({ "rankMode": modes[turn % 3], "title": format!("Turn {turn}") })).await;
    }
    stage.play("edited", 60, 30, 0..10).await;
    stage.ends_well().await;
    for viewer in &stage.viewers {
        let record = viewer.record();
        let edited =
            record.notices.iter().filter(|notice| matches!(notice, Notice::Edited { board } if board.as_str() == "edited")).count();
        assert!((1..=9).contains(&edited), "told {edited} times");
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_board_is_deleted_and_another_made_in_its_place() {
    let mut stage = Stage::new("a_board_is_deleted_and_another_made_in_its_place").await;
    for turn in 0..3 {
        stage.board(json!({ "id": "phoenix" })).await;
        stage.viewers_of_the_top("phoenix", 5);
        stage.board(json!({ "id": format!("stays{turn}") })).await;
        // Those of the turn before have lost it.
        stage.viewers.iter().for_each(|viewer| viewer.watch(top("phoenix")));
        stage.viewers.iter().for_each(|viewer| viewer.watch(Watch { view: 1, ..top(&format!("stays{turn}")) }));
        stage.viewers.iter().for_each(|viewer| viewer.follow(2, "phoenix", "p1"));
        stage.play("phoenix", 40, 60, 0..100).await;
        stage.all_exact().await;
        assert_eq!(delete(stage.at, "/api/boards/phoenix").await.status, 204);
        for viewer in &stage.viewers {
            eventually("both views of it are refused", || async {
                let record = viewer.record();
                let refused: Vec<_> =
                    record.refusals.iter().filter(|refused| refused.code == "not-found").map(|refused| refused.view).collect();
                refused.contains(&0) && refused.contains(&2)
            })
            .await;
            viewer.record().refusals.clear();
        }
        // The other board goes on.
        stage.play(&format!("stays{turn}"), 40, 60, 0..100).await;
        stage.ends_well().await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_board_becomes_private() {
    let mut stage = Stage::new("a_board_becomes_private").await;
    stage.board(json!({ "id": "secret" })).await;
    stage.viewers_of_the_top("secret", 5);
    let operator = Viewer::operator(&[stage.at], stage.random.random());
    operator.watch(top("secret"));
    stage.play("secret", 60, 60, 0..100).await;
    stage.ends_well().await;
    patch(stage.at, "/api/boards/secret", json!({ "visibility": "private" })).await;
    for viewer in &stage.viewers {
        eventually("the view is refused", || async { viewer.record().refusals.iter().any(|refused| refused.view == 0) }).await;
    }
    let shown = stage.viewers[0].record().states.len();
    stage.play("secret", 60, 120, 100..200).await;
    crate::stage::is_exact(stage.at, &operator, 0).await;
    checks_out(&operator);
    assert_eq!(stage.viewers[0].record().states.len(), shown, "nothing of it since");
    // Nor can it be watched anew.
    stage.viewers[1].watch(Watch { view: 3, ..top("secret") });
    eventually("refused again", || async { stage.viewers[1].record().refusals.iter().any(|refused| refused.view == 3) }).await;
    stage.stop().await;
}

#[tokio::test]
async fn a_window_goes_and_the_others_stay() {
    let mut stage = Stage::on("a_window_goes_and_the_others_stay", crate::harness::LeaderPort::start_at_noon().await);
    stage.board(json!({ "id": "windows", "windows": ["daily", "weekly"] })).await;
    for view in 0..4 {
        let viewer = Viewer::new(&[stage.at], Format::ALL[view % 2], view as u64);
        for (view, name) in ["all", "daily", "weekly"].iter().enumerate() {
            viewer.watch(Watch { view: view as u32, window: window(name), ..top("windows") });
        }
        stage.viewers.push(viewer);
    }
    stage.play("windows", 60, 60, 0..100).await;
    stage.ends_well().await;
    patch(stage.at, "/api/boards/windows", json!({ "windows": ["weekly"] })).await;
    for viewer in &stage.viewers {
        eventually("its view is refused", || async { viewer.record().refusals.iter().any(|refused| refused.view == 1) }).await;
    }
    stage.play("windows", 60, 60, 100..200).await;
    stage.ends_well().await;
    assert!(stage.viewers.iter().all(|viewer| viewer.record().refusals.len() == 1));
    stage.stop().await;
}
