//! Players whom operators hide, ban, or keep from submitting.

use crate::{
    auth::{as_whom, key, operator},
    client::{Answer, Socket, admin, assert_problem, create_board, delete, get, next, open, patch, rows_of},
    harness::{LeaderPort, eventually},
};
use serde_json::{Value, json};
use std::net::SocketAddr;

async fn send(at: SocketAddr, player: &str, score: i64) -> Answer {
    admin(at, "POST", "/api/boards/b/scores", json!({ "playerId": player, "score": score }).to_string()).await
}

async fn put_to(at: SocketAddr, player: &str, state: &str) -> Value {
    patch(at, &format!("/api/boards/b/entries/{player}/moderation"), json!({ "state": state, "reason": "test" })).await
}

async fn board(at: SocketAddr) {
    create_board(at, json!({ "id": "b", "windows": ["daily"], "rankMode": "dense" })).await;
    for (player, score) in [("ada", 9), ("bob", 8), ("cyd", 8), ("dan", 7)] {
        assert_eq!(send(at, player, score).await.status, 200);
    }
}

async fn players(at: SocketAddr, query: &str) -> Vec<(u64, String)> {
    let answer = get(at, &format!("/api/boards/b/entries?{query}")).await.json();
    let row = |row: &Value| (row["rank"].as_u64().unwrap(), row["playerId"].as_str().unwrap().to_owned());
    answer["entries"].as_array().unwrap().iter().map(row).collect()
}

fn row(rank: u64, player: &str) -> (u64, String) {
    (rank, player.to_owned())
}

/// All reads that may tell of a player. What is for many is told first, then what asks for the player alone.
fn reads(player: &str) -> ([String; 13], [String; 4]) {
    let of_many = ["", "?window=daily", "?players=ada,bob,cyd,dan", "?sample=true", "?score_min=0", "?rank_min=1", "?percentile=0"]
        .map(|query| format!("/api/boards/b/entries{query}"));
    let [a, b, c, d, e, f, g] = of_many;
    let others = ["/api/boards/b/export", "/api/boards/b/export?format=csv", "/api/leaderboard?board=b", "/", "/b/b", "/b/b?find=ob"];
    let [h, i, j, m, n, o] = others.map(str::to_owned);
    let alone = ["", "/history"].map(|rest| format!("/api/boards/b/entries/{player}{rest}"));
    let [k, l] = alone;
    let around = format!("/api/boards/b/entries?around={player}");
    ([a, b, c, d, e, f, g, h, i, j, m, n, o], [k, l, around, format!("/b/b/p/{player}")])
}

#[tokio::test]
async fn who_is_hidden_is_nowhere_and_who_is_shadow_banned_sees_themself() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    let mut socket: Socket = open(at, "?board=b").await;
    assert_eq!(next(&mut socket).await["total"], 4);
    for (state, is_told) in [("hidden", false), ("shadow", true), ("banned", false)] {
        let answer = put_to(at, "bob", state).await;
        assert_eq!((&answer["state"], &answer["playerId"], &answer["reason"]), (&json!(state), &json!("bob"), &json!("test")));
        let (of_many, alone) = reads("bob");
        for path in of_many {
            let answer = get(at, &path).await;
            let told = answer.text().replace("\"missing\":[\"bob\"]", "");
            assert!(answer.status == 200 && !told.contains("bob"), "{state} {path}: {told}");
        }
        for path in alone {
            assert_eq!(get(at, &path).await.status, if is_told { 200 } else { 404 }, "{state} {path}");
        }
        assert_eq!(players(at, "").await, [row(1, "ada"), row(2, "cyd"), row(3, "dan")], "others close up");
        assert_eq!(get(at, "/api/boards/b/percentiles?percentiles=0").await.json()["total"], 3);
        assert_eq!(get(at, "/api/players/bob/entries").await.text().contains("\"rank\""), is_told);
    }
    while next(&mut socket).await["total"] != 3 {}

    // Where they would stand, with what they submit meanwhile.
    put_to(at, "bob", "shadow").await;
    let receipt = send(at, "bob", 12).await.json();
    assert_eq!((&receipt["after"], &receipt["total"], &receipt["ahead"]), (&json!({ "score": 12, "rank": 1 }), &json!(4), &Value::Null));
    assert_eq!(receipt["windows"][0]["before"], json!({ "score": 8, "rank": 2 }));
    let own = get(at, "/api/boards/b/entries/bob").await.json();
    assert_eq!((&own["rank"], &own["total"], &own["percentile"]), (&json!(1), &json!(4), &json!(100.0)));
    assert_eq!(players(at, "around=bob&limit=2").await, [row(1, "ada"), row(2, "cyd")], "others are where they are");
    assert_eq!(get(at, "/api/boards/b/entries/ada").await.json()["rank"], 1);

    let back = put_to(at, "bob", "visible").await;
    assert_eq!((&back["entries"], &back["reason"], &back["since"]), (&json!(2), &Value::Null, &Value::Null));
    let all = [row(1, "bob"), row(2, "ada"), row(3, "cyd"), row(4, "dan")];
    assert_eq!(players(at, "").await, all);
    assert_eq!(players(at, "window=daily").await, all);
    assert_eq!(get(at, "/api/boards/b/entries/bob/history").await.json()["points"].as_array().unwrap().len(), 2);
    while rows_of(&next(&mut socket).await)[0] != (1, "bob".to_owned(), 12) {}
    server.stop().await;
}

/// Operators see what they decide about, and nobody else does by what they were told.
#[tokio::test]
async fn operators_see_whom_they_hide() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    let viewer = operator(at, "vi", "viewer").await;
    let ask = |scope: &str, board: &str| json!({ "label": "a", "scopes": [scope], "boards": [board] });
    let [reads, elsewhere, submits] = [key(at, ask("read", "b")).await, key(at, ask("read", "c")).await, key(at, ask("submit", "b")).await];
    let paths = ["/api/boards/b/entries/bob", "/api/boards/b/entries/bob?window=daily", "/api/boards/b/entries/bob/history"];
    let mut tags = Vec::new();
    for state in ["hidden", "banned", "shadow"] {
        put_to(at, "bob", state).await;
        for path in paths {
            for who in [&*viewer, &reads, &crate::auth::admin_key()] {
                let answer = as_whom(at, who, "GET", path, "").await;
                assert_eq!(answer.status, 200, "{state} {path}: {}", answer.text());
                assert_eq!(answer.header("cache-control"), "private, no-cache");
                tags.push(answer.header("etag").to_owned());
                let again = tagged(at, who, path, tags.last().unwrap()).await;
                assert_eq!(again.status, 304, "{state} {path}");
            }
            // Where anybody may be them, who is shadow-banned is told to whoever asks.
            let others = if state == "shadow" { 200 } else { 404 };
            for who in ["", &elsewhere, &submits] {
                assert_eq!(as_whom(at, who, "GET", path, "").await.status, others, "{state} {path} by {who}");
                for tag in &tags {
                    assert_eq!(tagged(at, who, path, tag).await.status, others, "{state} {path} by {who}");
                }
            }
        }
        tags.clear();
    }
    put_to(at, "bob", "hidden").await;
    let entry = as_whom(at, &viewer, "GET", paths[0], "").await.json();
    assert_eq!((&entry["rank"], &entry["score"], &entry["total"]), (&json!(2), &json!(8), &json!(4)), "{entry}");
    assert_problem(&as_whom(at, &viewer, "GET", "/api/boards/b/entries/nobody", "").await, 404, "not-found", "", "", "who is nobody");
    server.stop().await;
}

/// Asks, with what was answered before.
async fn tagged(at: SocketAddr, who: &str, path: &str, tag: &str) -> Answer {
    let proof = if who.starts_with("Bearer") { "authorization" } else { "cookie" };
    let headers = [("if-none-match", tag), (proof, who)];
    crate::client::send(at, "GET", path, if who.is_empty() { &headers[..1] } else { &headers }, "").await
}

#[tokio::test]
async fn who_may_not_submit_is_told_so() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board(at).await;
    let first = json!({ "playerId": "bob", "score": 10, "id": "one" }).to_string();
    admin(at, "POST", "/api/boards/b/scores", first.clone()).await;
    put_to(at, "bob", "banned").await;
    assert_problem(&send(at, "bob", 99).await, 403, "barred", "", "Operators of this board", "banned");
    // What has counted has, and others of the same call count.
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", first).await.json()["replayed"], true);
    let many = json!([{ "playerId": "bob", "score": 99 }, { "playerId": "eve", "score": 1 }]).to_string();
    let many = admin(at, "POST", "/api/boards/b/scores", many).await.json();
    assert_eq!((&many[0]["problem"]["status"], &many[1]["accepted"]), (&json!(403), &json!(true)));
    let lines = admin_lines(at, "{\"playerId\":\"bob\",\"score\":99}\n{\"playerId\":\"fay\",\"score\":2}\n").await;
    assert_eq!((&lines["counted"], &lines["errors"][0]["problem"]["status"]), (&json!(1), &json!(403)));

    patch(at, "/api/boards/b/entries/bob/moderation", json!({ "state": "visible" })).await;
    assert_eq!(send(at, "bob", 20).await.json()["after"]["rank"], 1);
    patch(at, "/api/boards/b/entries/bob/moderation", json!({ "submitting": false, "reason": "too many" })).await;
    assert_problem(&send(at, "bob", 99).await, 403, "barred", "", "", "kept from submitting");
    assert_eq!(players(at, "limit=1").await, [row(1, "bob")], "the entry stays");
    // Who has not come yet can be kept away.
    put_to(at, "mallory", "banned").await;
    assert_eq!(send(at, "mallory", 1).await.status, 403);
    server.stop().await;
}

/// Whoever decides a part of it leaves what somebody else decides at the same moment as it is.
#[tokio::test]
async fn two_who_decide_at_once_undo_nothing_of_each_other() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board(at).await;
    for frozen in [false, true] {
        if frozen {
            assert_eq!(admin(at, "POST", "/api/boards/b/freeze", "").await.status, 200);
        }
        for round in 0..30 {
            let path = format!("/api/boards/b/entries/p{round}/moderation");
            let decide = async |change: Value| patch(at, &path, change).await;
            tokio::join!(decide(json!({ "state": "hidden", "reason": "one" })), decide(json!({ "submitting": false, "reason": "other" })),);
            let decided = admin(at, "GET", &path, "").await.json();
            assert_eq!((&decided["state"], &decided["submitting"]), (&json!("hidden"), &json!(false)), "{frozen} {round}: {decided}");
            tokio::join!(decide(json!({ "state": "visible" })), decide(json!({ "submitting": true })));
            let decided = admin(at, "GET", &path, "").await.json();
            assert_eq!((&decided["state"], &decided["submitting"]), (&json!("visible"), &json!(true)), "{frozen} {round}: {decided}");
        }
    }
    server.stop().await;
}

async fn admin_lines(at: SocketAddr, lines: &'static str) -> Value {
    let key = format!("Bearer {}", crate::harness::ADMIN_KEY);
    let headers = [("content-type", "application/x-ndjson"), ("authorization", key.as_str())];
    crate::client::send(at, "POST", "/api/boards/b/import", &headers, lines).await.json()
}

#[tokio::test]
async fn operators_list_what_they_have_decided() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    let path = "/api/boards/b/entries/bob/moderation";
    let nothing = admin(at, "GET", path, "").await.json();
    assert_eq!(nothing, json!({ "playerId": "bob", "state": "visible", "submitting": true, "reason": null, "since": null }));
    for player in ["cyd", "bob", "zoe"] {
        put_to(at, player, "hidden").await;
    }
    let first = admin(at, "GET", "/api/boards/b/moderation?limit=2", "").await.json();
    let names = |list: &Value| list["players"].as_array().unwrap().iter().map(|one| one["playerId"].clone()).collect::<Vec<_>>();
    assert_eq!((names(&first), &first["nextCursor"]), (vec![json!("bob"), json!("cyd")], &json!("cyd")));
    let rest = admin(at, "GET", "/api/boards/b/moderation?cursor=cyd", "").await.json();
    assert_eq!((names(&rest), &rest["nextCursor"]), (vec![json!("zoe")], &Value::Null));
    // The log says it, and that it is undone in another way.
    let log = admin(at, "GET", "/api/boards/b/log?player=bob&limit=1", "").await.json();
    let record = &log["records"][0];
    assert_eq!((&record["kind"], &record["entries"], &record["moderation"]["state"]), (&json!("moderation"), &json!(2), &json!("hidden")));
    let undo = admin(at, "POST", "/api/boards/b/undo", json!({ "version": record["version"] }).to_string()).await;
    assert_problem(&undo, 409, "not-undoable", "", "decide otherwise", "undo");
    // Saying the same again changes nothing.
    let version = put_to(at, "bob", "hidden").await["version"].clone();
    assert_eq!(put_to(at, "bob", "hidden").await["version"], version);

    for (body, field, says) in [
        (json!({}), "request", "at least one"),
        (json!({ "state": "gone" }), "state", "must be"),
        (json!({ "state": "banned", "submitting": true, "reason": "x" }), "submitting", "banned"),
        (json!({ "submitting": false, "reason": " " }), "reason", "Say why"),
        (json!({ "reason": "x".repeat(501) }), "reason", "500"),
        (json!({ "state": "hidden", "why": "x" }), "request", "There is no"),
    ] {
        assert_problem(&admin(at, "PATCH", path, body.to_string()).await, 422, "invalid", field, says, &body.to_string());
    }
    for path in [path, "/api/boards/b/moderation"] {
        assert_problem(&get(at, path).await, 401, "unauthorized", "", "key", path);
    }
    assert_problem(&admin(at, "GET", "/api/boards/none/moderation", "").await, 404, "not-found", "", "board", "none");
    server.stop().await;
}

#[tokio::test]
async fn what_operators_do_reaches_those_who_are_hidden() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    put_to(at, "bob", "hidden").await;
    let changed = patch(at, "/api/boards/b/entries/bob", json!({ "score": 30 })).await;
    assert_eq!(changed["windows"][0]["after"], json!({ "score": 30, "rank": 1 }));
    let version = send(at, "bob", 40).await.json()["version"].as_u64().unwrap();
    // Withdrawn, and rolled back, unseen.
    assert_eq!(delete(at, &format!("/api/boards/b/submissions/{version}")).await.json()["entries"], 2);
    let known = admin(at, "GET", "/api/players/bob/export", "").await.json();
    assert_eq!(known["boards"][0]["entries"][0]["score"], 30);
    assert_eq!(admin(at, "POST", "/api/boards/b/rollback", json!({ "to": 4 }).to_string()).await.status, 200);
    assert_eq!(players(at, "").await, [row(1, "ada"), row(2, "cyd"), row(3, "dan")], "still hidden");
    // All entries go with a reset, and all come back.
    let reset = delete(at, "/api/boards/b/entries?all=true").await.json();
    assert_eq!(reset["removed"], 8);
    put_to(at, "cyd", "hidden").await;
    put_to(at, "bob", "visible").await;
    assert_eq!(admin(at, "POST", "/api/boards/b/undo", json!({ "version": reset["version"] }).to_string()).await.json()["entries"], 8);
    assert_eq!(players(at, "").await, [row(1, "ada"), row(2, "bob"), row(3, "dan")]);
    assert_eq!(delete(at, "/api/boards/b/entries/cyd").await.json()["removed"], 2);
    // A copy out of the log hides whom the board hides, and a player who is removed from everywhere leaves nothing.
    put_to(at, "dan", "shadow").await;
    let job = admin(at, "POST", "/api/boards/b/rebuild", json!({ "into": "copy" }).to_string()).await.json();
    let path = format!("/api/jobs/{}", job["id"].as_str().unwrap());
    eventually("the copy is made", async || admin(at, "GET", &path, "").await.json()["state"] == "done").await;
    assert!(!get(at, "/api/boards/copy/entries").await.text().contains("dan"));
    assert_eq!(delete(at, "/api/players/dan").await.json()["entries"], 3);
    assert_eq!(admin(at, "GET", "/api/boards/b/moderation", "").await.text().matches("dan").count(), 0);
    server.stop().await;
}

#[tokio::test]
async fn a_combined_board_has_no_one_who_is_hidden_on_its_parts() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board(at).await;
    let combine = json!({ "into": "sum", "follow": true, "parts": [{ "board": "b" }] });
    admin(at, "POST", "/api/combine", combine.to_string()).await;
    let total = async || get(at, "/api/boards/sum/entries").await.json()["total"].as_u64();
    eventually("it is made", async || total().await == Some(4)).await;
    put_to(at, "bob", "hidden").await;
    eventually("it follows", async || total().await == Some(3)).await;
    put_to(at, "bob", "visible").await;
    eventually("it follows back", async || total().await == Some(4)).await;
    server.stop().await;
}
