//! Views of every place of a board, while entries go from page to page.

use crate::{
    stage::{Stage, submit_all},
    viewer::rows,
};
use app::protocol::Watch;
use rand::RngExt;
use serde_json::json;

/// Watches pages from many places on, some across the bounds of pages.
fn viewers_of_many_places(stage: &mut Stage, board: &str, last: u64) {
    for _ in 0..20 {
        let (from, len) = (stage.random.random_range(1..=last), stage.random.random_range(1..=120));
        stage.viewer(rows(board, from, len));
    }
    for from in [1, 50, 51, 100, 101] {
        stage.viewer(rows(board, from, 50));
    }
}

#[tokio::test]
async fn entries_go_from_page_to_page() {
    let mut stage = Stage::new("entries_go_from_page_to_page").await;
    stage.board(json!({ "id": "moving", "keep": "last" })).await;
    viewers_of_many_places(&mut stage, "moving", 260);
    stage.play("moving", 230, 1_200, -1_000..1_000).await;
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn a_board_grows_from_nothing_across_pages() {
    let mut stage = Stage::new("a_board_grows_from_nothing_across_pages").await;
    stage.board(json!({ "id": "growing" })).await;
    viewers_of_many_places(&mut stage, "growing", 160);
    for n in 0..160 {
        // Everybody comes in at the top: every page moves down.
        submit_all(stage.at, "growing", json!([{ "playerId": format!("p{n}"), "score": n }])).await;
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn views_move_while_entries_do() {
    let mut stage = Stage::new("views_move_while_entries_do").await;
    stage.board(json!({ "id": "scrolling", "keep": "last" })).await;
    stage.play("scrolling", 300, 300, 0..1_000).await;
    for _ in 0..8 {
        stage.viewer(rows("scrolling", 1, 50));
    }
    for _ in 0..60 {
        let at = stage.random.random_range(0..stage.viewers.len());
        let (view, from, len) = (stage.random.random_range(0..4), stage.random.random_range(1..=320), stage.random.random_range(1..=200));
        if stage.random.random_bool(0.2) {
            stage.viewers[at].unwatch(view);
        } else {
            stage.viewers[at].watch(Watch { view, ..rows("scrolling", from, len) });
        }
        stage.play("scrolling", 300, 6, 0..1_000).await;
    }
    // Everybody has something to show in the end.
    stage.viewers.iter().for_each(|viewer| viewer.watch(rows("scrolling", 201, 100)));
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn deep_pages_catch_up_too() {
    let mut stage = Stage::new("deep_pages_catch_up_too").await;
    stage.board(json!({ "id": "deep" })).await;
    let all: Vec<_> = (0..1_000).map(|n| json!({ "playerId": format!("a{n}"), "score": n })).collect();
    submit_all(stage.at, "deep", json!(all)).await;
    let more: Vec<_> = (0..600).map(|n| json!({ "playerId": format!("b{n}"), "score": n })).collect();
    submit_all(stage.at, "deep", json!(more)).await;
    for from in [940, 990, 1_001, 1_200, 1_551, 1_601, 100_000, 1 << 40] {
        stage.viewer(rows("deep", from, 100));
    }
    stage.play("deep", 40, 200, 0..2_000).await;
    stage.ends_well().await;
    stage.stop().await;
}

/// A board by these rules, where many are equal.
async fn ties(name: &'static str, rules: serde_json::Value) {
    let mut stage = Stage::new(name).await;
    let mut all = json!({ "id": "ties" });
    all.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
    stage.board(all).await;
    viewers_of_many_places(&mut stage, "ties", 130);
    stage.play("ties", 120, 800, 0..12).await;
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn equals_share_ranks_by_competition() {
    ties("equals_share_ranks_by_competition", json!({ "rankMode": "competition", "keep": "last" })).await;
}

#[tokio::test]
async fn equals_share_modified_ranks() {
    ties("equals_share_modified_ranks", json!({ "rankMode": "modified", "keep": "last", "tieOrder": "last" })).await;
}

#[tokio::test]
async fn equals_share_dense_ranks() {
    ties("equals_share_dense_ranks", json!({ "rankMode": "dense", "keep": "last" })).await;
}

#[tokio::test]
async fn less_is_better_with_decimals() {
    ties("less_is_better_with_decimals", json!({ "direction": "asc", "decimals": 3, "keep": "last", "rankMode": "competition" })).await;
}

#[tokio::test]
async fn scores_add_up() {
    ties("scores_add_up", json!({ "keep": "sum" })).await;
}

#[tokio::test]
async fn tiebreaks_decide_and_are_shown() {
    let mut stage = Stage::new("tiebreaks_decide_and_are_shown").await;
    let tiebreaks = json!([{ "name": "penalty", "direction": "asc" }, { "name": "solved" }]);
    stage.board(json!({ "id": "contest", "tiebreaks": tiebreaks, "keep": "last", "rankMode": "competition" })).await;
    viewers_of_many_places(&mut stage, "contest", 130);
    for _ in 0..80 {
        let mut one = || {
            let random = &mut stage.random;
            let tiebreaks = json!({ "penalty": random.random_range(0..3), "solved": random.random_range(-2..2) });
            json!({ "playerId": format!("p{}", random.random_range(0..120)), "score": random.random_range(0..4), "tiebreaks": tiebreaks })
        };
        let scores: Vec<_> = (0..6).map(|_| one()).collect();
        submit_all(stage.at, "contest", json!(scores)).await;
    }
    stage.ends_well().await;
    stage.stop().await;
}

#[tokio::test]
async fn names_of_every_kind_come_through() {
    let mut stage = Stage::new("names_of_every_kind_come_through").await;
    stage.board(json!({ "id": "names", "keep": "last" })).await;
    stage.viewers_of_the_top("names", 6);
    let names =
        ["Ada Lovelace", "Ζήνων", "小林", "👩‍🚀", "\"quoted\"", "back\\slash", "<b>", "a:b", "{}", "null", "0", "ü", "é", "x y", "%2F", "p"];
    let longest = ["x".repeat(64), "小".repeat(21)];
    for _ in 0..60 {
        let at = stage.random.random_range(0..names.len() + longest.len());
        let name = names.get(at).copied().unwrap_or_else(|| &longest[at - names.len()]);
        let score = stage.random.random_range(-9_007_199_254_740_991_i64..=9_007_199_254_740_991);
        submit_all(stage.at, "names", json!([{ "playerId": name, "score": score }])).await;
    }
    stage.ends_well().await;
    stage.stop().await;
}
