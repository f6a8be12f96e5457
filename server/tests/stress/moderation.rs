//! Operators who take entries away and change them, under the eyes of viewers.

use crate::{
    client::{admin, delete, patch},
    stage::Stage,
    viewer::rows,
};
use rand::RngExt;
use serde_json::json;

#[tokio::test]
async fn rows_are_removed() {
    let mut stage = Stage::new("rows_are_removed").await;
    stage.board(json!({ "id": "removed" })).await;
    for from in [1, 26, 51, 101] {
        stage.viewer(rows("removed", from, 60));
    }
    for _ in 0..60 {
        stage.play("removed", 150, 12, 0..1_000).await;
        let player = stage.random.random_range(0..150);
        let answer = delete(stage.at, &format!("/api/boards/removed/entries/p{player}")).await;
        assert!([200, 404].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn a_board_shrinks_and_is_emptied() {
    let mut stage = Stage::new("a_board_shrinks_and_is_emptied").await;
    stage.board(json!({ "id": "shrinking", "rankMode": "dense" })).await;
    for from in [1, 26, 51, 151] {
        stage.viewer(rows("shrinking", from, 60));
    }
    stage.play("shrinking", 200, 600, 0..300).await;
    for keep in [170, 120, 60, 49, 3] {
        assert_eq!(delete(stage.at, &format!("/api/boards/shrinking/entries?keep_top={keep}")).await.status, 200);
        stage.breathe(80).await;
    }
    stage.all_exact().await;
    assert_eq!(delete(stage.at, "/api/boards/shrinking/entries?all=true").await.status, 200);
    stage.all_exact().await;
    assert_eq!(stage.viewers[0].shows(0).map(|seen| (seen.total, seen.rows.len())), Some((0, 0)));
    stage.play("shrinking", 60, 60, 0..300).await;
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn players_are_hidden_and_come_back() {
    let mut stage = Stage::new("players_are_hidden_and_come_back").await;
    stage.board(json!({ "id": "hidden", "rankMode": "dense" })).await;
    for from in [1, 26, 51] {
        stage.viewer(rows("hidden", from, 60));
    }
    for _ in 0..60 {
        stage.play("hidden", 120, 12, 0..200).await;
        let player = stage.random.random_range(0..120);
        let state = ["visible", "hidden", "shadow"][stage.random.random_range(0..3)];
        let change = json!({ "state": state, "reason": "chance" });
        patch(stage.at, &format!("/api/boards/hidden/entries/p{player}/moderation"), change).await;
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn entries_are_changed() {
    let mut stage = Stage::new("entries_are_changed").await;
    stage.board(json!({ "id": "changed", "rankMode": "modified" })).await;
    stage.play("changed", 80, 200, 0..500).await;
    stage.viewers_of_the_top("changed", 4);
    stage.viewer(rows("changed", 41, 30));
    for _ in 0..80 {
        let player = stage.random.random_range(0..100);
        let change = match stage.random.random_range(0..3) {
            0 => json!({ "score": stage.random.random_range(0..500) }),
            1 => json!({ "metadata": { "note": stage.random.random_range(0..9) }, "score": 7 }),
            _ => json!({ "add": stage.random.random_range(-50..50) }),
        };
        let answer = admin(stage.at, "PATCH", &format!("/api/boards/changed/entries/p{player}"), change.to_string()).await;
        assert!([200, 404].contains(&answer.status.as_u16()), "{}", answer.text());
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn ranges_of_scores_are_taken_out() {
    let mut stage = Stage::new("ranges_of_scores_are_taken_out").await;
    stage.board(json!({ "id": "ranges", "direction": "asc" })).await;
    stage.viewers_of_the_top("ranges", 4);
    stage.viewer(rows("ranges", 31, 60));
    for _ in 0..20 {
        stage.play("ranges", 150, 40, 0..1_000).await;
        let low = stage.random.random_range(0..900);
        let path = format!("/api/boards/ranges/entries?score_min={low}&score_max={}", low + 100);
        assert_eq!(delete(stage.at, &path).await.status, 200);
    }
    patch(stage.at, "/api/boards/ranges", json!({ "archived": true })).await;
    stage.ends_well().await;
    stage.stop().await;
}
