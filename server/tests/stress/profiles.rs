//! Profiles that are written, replaced and taken away while players come onto boards, move and go, under the eyes of viewers, by way of
//! two servers.

use crate::{
    client::{admin, delete, get},
    harness::{LeaderPort, eventually},
    stage::Stage,
    viewer::rows,
};
use rand::{RngExt, rngs::StdRng};
use serde_json::{Value, json};
use std::collections::HashMap;

const PLAYERS: u32 = 90;
const BOARDS: [&str; 2] = ["one", "two"];

/// A profile, or none, and what rows show of it.
fn profile(random: &mut StdRng, player: &str) -> (Option<Value>, Value) {
    if random.random_bool(0.15) {
        return (None, json!([player, null, null]));
    }
    let name = random.random_bool(0.8).then(|| format!("Name {}", random.random_range(0..9)));
    let country = random.random_bool(0.5).then(|| ["NZ", "GB", "JP"][random.random_range(0..3)]);
    let avatar = random.random_bool(0.3).then(|| format!("https://game.example/{}.png", random.random_range(0..9)));
    let shown = json!([name.as_deref().unwrap_or(player), country, avatar]);
    (Some(json!({ "name": name, "country": country, "avatar": avatar })), shown)
}

#[tokio::test]
async fn profiles_change_while_players_come_and_go() {
    let (one, two) = LeaderPort::start_two().await;
    let servers = [one.address, two.address];
    let mut stage = Stage::on("profiles_change_while_players_come_and_go", one);
    for board in BOARDS {
        stage.board(json!({ "id": board, "keep": "last", "windows": ["daily"] })).await;
        for from in [1, 31, 61] {
            stage.viewer(rows(board, from, 40));
        }
    }
    let mut shown: HashMap<String, Value> = HashMap::new();
    for _ in 0..120 {
        let board = BOARDS[stage.random.random_range(0..2)];
        stage.play(board, PLAYERS, 3, 0..500).await;
        let player = format!("p{}", stage.random.random_range(0..PLAYERS));
        let at = servers[stage.random.random_range(0..2)];
        if stage.random.random_bool(0.1) {
            delete(at, &format!("/api/boards/{board}/entries/{player}")).await;
        }
        let (written, face) = profile(&mut stage.random, &player);
        let path = format!("/api/players/{player}");
        let answer = match written {
            Some(profile) => admin(at, "PUT", &path, profile.to_string()).await,
            None => delete(at, &path).await,
        };
        assert_eq!(answer.status, 200, "{}", answer.text());
        shown.insert(player, face);
    }
    for board in BOARDS {
        eventually("every row shows the newest profile", async || {
            let entries = get(servers[1], &format!("/api/boards/{board}/entries?limit=1000")).await.json();
            entries["entries"].as_array().unwrap().iter().all(|row| {
                let player = row["playerId"].as_str().unwrap();
                let face = json!([row["name"], row["country"], row["avatar"]]);
                face == *shown.get(player).unwrap_or(&json!([player, null, null]))
            })
        })
        .await;
    }
    stage.ends_well().await;
    stage.stop().await;
    two.stop().await;
}
