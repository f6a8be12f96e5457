//! Boards as data: created, listed, edited, archived, deleted; who may see them and who may submit.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, fill_in, get, next, open, patch, post, rows_of, send},
    harness::{ADMIN_KEY, LeaderPort, eventually},
};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio_tungstenite::{connect_async, tungstenite::Error};

/// What a new board is without any rules of its own.
fn defaults(id: &str) -> Value {
    json!({
        "id": id, "schema": 2, "title": id, "description": "", "direction": "desc", "keep": "best", "negative": false, "decimals": 0,
        "minScore": null, "maxScore": null, "tiebreaks": [], "tieOrder": "first", "rankMode": "ordinal", "windows": [],
        "visibility": "public", "submitters": "servers", "archived": false, "log": { "count": 1_000_000, "days": 365 }, "history": 100,
        "version": 0,
    })
}

/// Without the times, which no test can know.
fn timeless(mut board: Value) -> Value {
    let fields = board.as_object_mut().unwrap();
    for name in ["createdAt", "lastUpdate"] {
        assert!(fields.remove(name).unwrap().as_u64().unwrap() > 1_700_000_000_000);
    }
    board
}

async fn try_score(at: SocketAddr, board: &str, player: &str, score: i64) -> Answer {
    let body = json!({ "playerId": player, "score": score }).to_string();
    admin(at, "POST", &format!("/api/boards/{board}/scores"), body).await
}

async fn score(at: SocketAddr, board: &str, player: &str, score: i64) -> Value {
    let answer = try_score(at, board, player, score).await;
    assert_eq!(answer.status, 200, "{board} {player}: {}", answer.text());
    answer.json()
}

async fn total(at: SocketAddr, board: &str, query: &str) -> Value {
    admin(at, "GET", &format!("/api/boards/{board}/entries?{query}"), "").await.json()["total"].clone()
}

#[tokio::test]
async fn a_board_is_created_with_defaults() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let answer = admin(at, "POST", "/api/boards", r#"{"id":"race-1"}"#).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (201, "/api/boards/race-1"));
    assert_eq!(timeless(answer.json()), defaults("race-1"));
    let shown = get(at, answer.header("location")).await;
    assert_eq!((shown.status.as_u16(), shown.header("cache-control")), (200, "no-cache"));
    assert_eq!(shown.body, answer.body);

    // The board that is there from the start takes scores from everybody.
    let mut main = defaults("main");
    (main["title"], main["submitters"]) = (json!("Main board"), json!("players"));
    assert_eq!(timeless(get(at, "/api/boards/main").await.json()), main);

    let again = admin(at, "POST", "/api/boards", r#"{"id":"race-1","title":"Other"}"#).await;
    assert_problem(&again, 409, "exists", "id", "another id", "the same id");
    assert_eq!(get(at, "/api/boards/race-1").await.body, shown.body);
    server.stop().await;
}

/// Every rule with a value that is not its default, as it is written and as it is shown.
fn rules() -> Vec<(&'static str, Value, Value)> {
    let same = |name, value: Value| (name, value.clone(), value);
    let every_kind = json!([
        { "name": "daily", "every": "day", "zone": "Europe/Berlin", "keepDays": 7, "lateSeconds": 604_800 },
        { "name": "sunday-week", "every": "week", "firstDay": "sunday", "zone": "UTC", "keepDays": 3650, "lateSeconds": 0 },
        { "name": "monthly", "every": "month", "zone": "America/New_York", "keepDays": 90, "lateSeconds": 60 },
        { "name": "noon", "every": "cron", "cron": "0 12 * * 1-5", "zone": "Asia/Kathmandu", "keepDays": 7, "lateSeconds": 0 },
    ]);
    let short = json!([
        { "name": "daily", "every": "day", "zone": "UTC", "keepDays": 90, "lateSeconds": 0 },
        { "name": "weekly", "every": "week", "firstDay": "monday", "zone": "UTC", "keepDays": 90, "lateSeconds": 0 },
        { "name": "monthly", "every": "month", "zone": "UTC", "keepDays": 90, "lateSeconds": 0 },
        { "name": "w", "every": "week", "firstDay": "monday", "zone": "UTC", "keepDays": 90, "lateSeconds": 0 },
    ]);
    vec![
        ("title", json!("  Große Fahrt 🏁 "), json!("Große Fahrt 🏁")),
        same("description", json!("Two\nlines")),
        same("direction", json!("asc")),
        same("keep", json!("last")),
        same("keep", json!("sum")),
        same("keep", json!("first")),
        same("negative", json!(true)),
        same("decimals", json!(6)),
        same("minScore", json!(-9_007_199_254_740_991_i64)),
        same("maxScore", json!(9_007_199_254_740_991_i64)),
        (
            "tiebreaks",
            json!([{ "name": "penalty_1", "direction": "asc" }, { "name": "b-2" }, { "name": "3" }]),
            json!([
                { "name": "penalty_1", "direction": "asc" }, { "name": "b-2", "direction": "desc" }, { "name": "3", "direction": "desc" }
            ]),
        ),
        same("tieOrder", json!("last")),
        same("rankMode", json!("competition")),
        same("rankMode", json!("modified")),
        same("rankMode", json!("dense")),
        same("windows", every_kind),
        ("windows", json!(["daily", "weekly", "monthly", { "name": "w", "every": "week" }]), short),
        same("visibility", json!("unlisted")),
        same("visibility", json!("private")),
        same("submitters", json!("players")),
        same("submitters", json!("runs")),
        same("archived", json!(true)),
        same("log", json!({ "count": 1, "days": 3650 })),
        ("log", json!({ "days": 1 }), json!({ "count": 1_000_000, "days": 1 })),
        same("history", json!(0)),
        same("history", json!(1000)),
    ]
}

#[tokio::test]
async fn every_rule_comes_back_as_it_was_written() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (number, (name, written, shown)) in rules().into_iter().enumerate() {
        let mut expected = defaults(&format!("new-{number}"));
        expected[name] = shown.clone();
        let created = create_board(at, json!({ "id": expected["id"], name: written })).await;
        assert_eq!(timeless(created), expected, "{name}");

        // The same by an edit; what is left out, or null, stays.
        let path = format!("/api/boards/edit-{number}");
        create_board(at, json!({ "id": format!("edit-{number}"), "description": "before" })).await;
        let mut expected = defaults(&format!("edit-{number}"));
        (expected["description"], expected[name], expected["version"]) = (json!("before"), shown, json!(1));
        let edited = patch(at, &path, json!({ name: written })).await;
        assert_eq!(timeless(edited.clone()), timeless(admin(at, "GET", &path, "").await.json()), "{name}");
        if name == "description" {
            expected["description"] = written.clone();
        }
        assert_eq!(timeless(edited), expected, "{name}");
        let unchanged = patch(at, &path, json!({ "description": null, "title": null })).await;
        assert_eq!(unchanged["description"], expected["description"]);
    }
    server.stop().await;
}

#[tokio::test]
async fn bounds_have_the_boards_decimals_and_null_takes_them_away() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "decimals": 3, "minScore": 0, "maxScore": 59.5 })).await;
    let text = get(at, "/api/boards/laps").await.text();
    assert!(text.contains(r#""minScore":0.000,"maxScore":59.500,"#), "{text}");
    patch(at, "/api/boards/laps", json!({ "decimals": 1 })).await;
    let text = get(at, "/api/boards/laps").await.text();
    assert!(text.contains(r#""minScore":0.0,"maxScore":59.5,"#), "{text}");
    let too_few = admin(at, "PATCH", "/api/boards/laps", r#"{"decimals":0}"#).await;
    assert_problem(&too_few, 422, "invalid", "maxScore", "whole numbers", "a bound that no longer fits");

    let board = patch(at, "/api/boards/laps", json!({ "maxScore": null })).await;
    assert_eq!(board["maxScore"], json!(null));
    assert_eq!(board["minScore"].to_string(), "0.0");
    let below = admin(at, "POST", "/api/boards/laps/scores", r#"{"playerId":"ada","score":-0.1}"#).await;
    assert_problem(&below, 422, "invalid", "score", "below 0.0", "a score below the bound");
    server.stop().await;
}

#[tokio::test]
async fn an_edit_is_a_version_of_its_own() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let created = create_board(at, json!({ "id": "race" })).await;
    score(at, "race", "ada", 5).await;
    let edited = patch(at, "/api/boards/race", json!({ "title": "Race" })).await;
    assert_eq!((&edited["title"], &edited["version"], &edited["createdAt"]), (&json!("Race"), &json!(2), &created["createdAt"]));
    assert!(edited["lastUpdate"].as_u64() >= created["lastUpdate"].as_u64());
    assert_eq!(total(at, "race", "").await, 1);
    let receipt = score(at, "race", "bob", 6).await;
    assert_eq!(receipt["version"], 3);
    server.stop().await;
}

/// All boards that a listing shows, by walking it with pages of `limit`.
async fn walk(at: SocketAddr, limit: usize, key: bool) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/boards?limit={limit}{cursor}");
        let page = if key { admin(at, "GET", &path, "").await } else { get(at, &path).await }.json();
        let boards = page["boards"].as_array().unwrap();
        ids.extend(boards.iter().map(|board| board["id"].as_str().unwrap().to_owned()));
        assert!(boards.len() <= limit);
        match page["nextCursor"].as_str() {
            // What says that there is more must be right.
            Some(next) => {
                assert_eq!(boards.len(), limit);
                cursor = format!("&cursor={next}");
            }
            None => return ids,
        }
    }
}

#[tokio::test]
async fn a_list_goes_through_all_boards_once() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let kinds = [json!({}), json!({ "visibility": "unlisted" }), json!({ "visibility": "private" }), json!({ "archived": true })];
    for (number, mut rules) in kinds.iter().cycle().take(12).cloned().enumerate() {
        rules["id"] = json!(format!("b{number:02}"));
        create_board(at, rules).await;
    }
    let public = ["b00", "b04", "b08", "main"];
    let all: Vec<String> = (0..12).map(|number| format!("b{number:02}")).chain(["main".to_owned()]).collect();
    for limit in [1, 2, 3, 4, 5, 12, 13, 14, 1000] {
        assert_eq!(walk(at, limit, false).await, public, "{limit}");
        assert_eq!(walk(at, limit, true).await, all, "{limit}");
    }
    // A listed board is shown as it is by itself, and a cursor need not be a board that is there.
    let listed = get(at, "/api/boards?limit=1&cursor=b03zzz").await.json();
    assert_eq!(listed["boards"][0], get(at, "/api/boards/b04").await.json());
    assert_eq!(listed["nextCursor"], "b04");
    assert_eq!(get(at, "/api/boards?cursor=zzz").await.json(), json!({ "boards": [], "nextCursor": null }));
    server.stop().await;
}

#[tokio::test]
async fn what_would_reorder_entries_is_refused_unless_there_are_none() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let changes = [
        ("direction", json!("asc")),
        ("decimals", json!(2)),
        ("tiebreaks", json!([{ "name": "moves" }])),
        ("tieOrder", json!("last")),
        ("rankMode", json!("dense")),
    ];
    create_board(at, json!({ "id": "full" })).await;
    create_board(at, json!({ "id": "dense", "rankMode": "dense" })).await;
    for board in ["full", "dense"] {
        score(at, board, "ada", 5).await;
    }
    let refused = async |board: &str, field: &str, value: &Value| {
        let path = format!("/api/boards/{board}");
        let before = get(at, &path).await.body;
        let answer = admin(at, "PATCH", &path, json!({ "title": "Changed", field: value }).to_string()).await;
        assert_problem(&answer, 409, "fixed", field, "create another board", &format!("{field} of {board}"));
        assert_eq!(get(at, &path).await.body, before, "{field} of {board}");
    };
    for (field, value) in &changes {
        refused("full", field, value).await;
        create_board(at, json!({ "id": field.to_lowercase() })).await;
        assert_eq!(patch(at, &format!("/api/boards/{}", field.to_lowercase()), json!({ *field: value })).await["version"], 1, "{field}");
    }
    for mode in ["ordinal", "competition", "modified"] {
        refused("dense", "rankMode", &json!(mode)).await;
        // Between these three nothing has to be known of each entry, and an unchanged rule is no change.
        patch(at, "/api/boards/full", json!({ "rankMode": mode, "direction": "desc", "keep": "last" })).await;
    }
    // Once the last entry is gone, the order is free again, whether it was removed or set aside by a reset.
    assert_eq!(delete(at, "/api/boards/full/entries/ada").await.status, 200);
    patch(at, "/api/boards/full", json!({ "direction": "asc" })).await;
    assert_eq!(delete(at, "/api/boards/dense/entries?all=true").await.json()["removed"], 1);
    patch(at, "/api/boards/dense", json!({ "rankMode": "ordinal", "windows": ["daily"] })).await;
    // The same where periods have been emptied; entries of any window hold it.
    score(at, "dense", "ada", 5).await;
    assert_eq!(delete(at, "/api/boards/dense/entries/ada?window=all").await.status, 200);
    refused("dense", "decimals", &json!(3)).await;
    assert_eq!(delete(at, "/api/boards/dense/entries/ada").await.status, 200);
    patch(at, "/api/boards/dense", json!({ "decimals": 3 })).await;
    assert_eq!(get(at, "/api/boards/dense/periods").await.json()["periods"], json!([]));
    assert_eq!(score(at, "dense", "ada", 5).await["after"]["rank"], 1);
    server.stop().await;
}

#[tokio::test]
async fn a_window_with_periods_keeps_its_calendar_and_takes_them_along_when_it_goes() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "race", "windows": ["daily", "weekly"] })).await;
    let path = "/api/boards/race";
    // Nothing has been submitted: any calendar will do.
    let berlin = json!({ "name": "daily", "every": "day", "zone": "Europe/Berlin" });
    patch(at, path, json!({ "windows": [berlin, "weekly"] })).await;
    patch(at, path, json!({ "windows": ["daily", "weekly"] })).await;
    score(at, "race", "ada", 5).await;
    let before = get(at, path).await.body;
    for other in [berlin, json!({ "name": "daily", "every": "month" }), json!({ "name": "daily", "every": "cron", "cron": "0 0 * * *" })] {
        let answer = admin(at, "PATCH", path, json!({ "windows": ["weekly", other] }).to_string()).await;
        assert_problem(&answer, 409, "fixed", "windows", "'daily' has periods", &other.to_string());
        assert_eq!(get(at, path).await.body, before);
    }
    let longer = json!({ "name": "daily", "every": "day", "keepDays": 5, "lateSeconds": 60 });
    let edited = patch(at, path, json!({ "windows": ["weekly", longer] })).await;
    assert_eq!(edited["windows"][1]["keepDays"], 5);
    assert_eq!(total(at, "race", "window=daily").await, 1);

    patch(at, path, json!({ "windows": ["weekly"] })).await;
    let gone = get(at, "/api/boards/race/entries?window=daily").await;
    assert_problem(&gone, 404, "not-found", "", "window", "a window that is gone");
    let periods = get(at, "/api/boards/race/periods").await.json();
    assert_eq!(periods["periods"].as_array().unwrap().len(), 1);
    assert_eq!(periods["periods"][0]["window"], "weekly");
    // A new window of the same name knows nothing of the old one, and may have another calendar.
    patch(at, path, json!({ "windows": ["weekly", { "name": "daily", "every": "month" }] })).await;
    assert_eq!(total(at, "race", "window=daily").await, 0);
    assert_eq!((total(at, "race", "window=weekly").await, total(at, "race", "").await), (json!(1), json!(1)));
    server.stop().await;
}

/// Every address that reads a board.
fn reads(board: &str) -> Vec<String> {
    let paths = ["", "/entries", "/entries?around=ada", "/entries?players=ada", "/entries/ada", "/entries/ada/history", "/periods"];
    let paths = paths.map(|path| format!("/api/boards/{board}{path}"));
    paths.into_iter().chain([format!("/api/leaderboard?board={board}")]).collect()
}

#[tokio::test]
async fn a_private_board_is_not_there_for_others() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "visibility": "private", "submitters": "players" })).await;
    score(at, "secret", "ada", 5).await;
    for (secret, none) in reads("secret").into_iter().zip(reads("no-such")) {
        // As if there were no such board, to the letter.
        let answer = get(at, &secret).await;
        assert_problem(&answer, 404, "not-found", "", "no such board", &secret);
        let said = |answer: &Answer| {
            Value::Object(answer.json().as_object().unwrap().clone().into_iter().filter(|(name, _)| name != "requestId").collect())
        };
        assert_eq!(said(&answer), said(&get(at, &none).await));
        assert_eq!(admin(at, "GET", &secret, "").await.status, 200, "{secret}");
    }
    let answer = post(at, "/api/boards/secret/scores", r#"{"playerId":"bob","score":5}"#).await;
    assert_problem(&answer, 404, "not-found", "", "no such board", "a submission");
    let Err(Error::Http(response)) = connect_async(format!("ws://{at}/ws?board=secret")).await else { panic!("a socket") };
    assert_eq!(response.status().as_u16(), 404);
    assert_eq!(total(at, "secret", "").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_private_main_board_is_on_no_page() {
    let server = LeaderPort::start().await;
    let at = server.address;
    score(at, "main", "ada-l", 5).await;
    assert!(get(at, "/").await.text().contains("ada-l"));
    patch(at, "/api/boards/main", json!({ "visibility": "private", "title": "Hidden" })).await;
    let page = get(at, "/").await.text();
    assert!(!page.contains("ada-l") && !page.contains("Hidden"), "{page}");
    assert_problem(&get(at, "/api/leaderboard").await, 404, "not-found", "", "no such board", "the short form");
    let answer = post(at, "/api/score", r#"{"playerId":"bob","score":5}"#).await;
    assert_problem(&answer, 404, "not-found", "", "no such board", "the short form");
    assert_eq!(get(at, "/b/main").await.status, 404);
    let answer = fill_in(at, "/b/main/scores", &[("player", "bob"), ("score", "5")]).await;
    assert_eq!(answer.header("location"), "/b/main?refused=not-found&name=bob&score=5");
    assert_eq!(total(at, "main", "").await, 1);
    server.stop().await;
}

#[tokio::test]
async fn an_unlisted_board_is_for_whoever_knows_its_id() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "class", "visibility": "unlisted" })).await;
    score(at, "class", "ada", 5).await;
    for path in reads("class") {
        assert_eq!(get(at, &path).await.status, 200, "{path}");
    }
    let mut socket = open(at, "?board=class").await;
    assert_eq!(rows_of(&next(&mut socket).await), [(1, "ada".to_owned(), 5)]);
    assert_eq!(walk(at, 10, false).await, ["main"]);
    drop(socket);
    server.stop().await;
}

#[tokio::test]
async fn a_board_takes_scores_from_those_it_trusts() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (submitters, says) in [("servers", "from servers only"), ("runs", "verified runs only"), ("players", "")] {
        create_board(at, json!({ "id": submitters, "submitters": submitters })).await;
        let path = format!("/api/boards/{submitters}/scores");
        for body in [r#"{"playerId":"eve","score":7}"#, r#"[{"playerId":"eve","score":7}]"#] {
            let answer = post(at, &path, body).await;
            if says.is_empty() {
                assert_eq!(answer.status, 200, "{}", answer.text());
            } else {
                assert_problem(&answer, 401, "unauthorized", "", says, &path);
            }
        }
        assert_eq!(total(at, submitters, "").await, u64::from(says.is_empty()));
        score(at, submitters, "ada", 5).await;
    }
    server.stop().await;
}

#[tokio::test]
async fn without_the_key_nothing_is_changed_and_a_wrong_one_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "race" })).await;
    score(at, "race", "ada", 5).await;
    let (board, entries) = (get(at, "/api/boards/race").await.body, get(at, "/api/boards/race/entries").await.body);
    let changes = [
        ("POST", "/api/boards", r#"{"id":"other"}"#),
        ("PATCH", "/api/boards/race", r#"{"title":"Mine"}"#),
        ("DELETE", "/api/boards/race", ""),
        ("POST", "/api/boards/race/scores", r#"{"playerId":"eve","score":7}"#),
        ("PATCH", "/api/boards/race/entries/ada", r#"{"score":7}"#),
        ("DELETE", "/api/boards/race/entries/ada", ""),
        ("DELETE", "/api/boards/race/entries?all=true", ""),
    ];
    let (json, half) = (("content-type", "application/json"), format!("Bearer {}", &ADMIN_KEY[..19]));
    for (method, path, body) in changes {
        let answer = send(at, method, path, &[json], body).await;
        assert_problem(&answer, 401, "unauthorized", "", "Authorization: Bearer", path);
    }
    let more = [("GET", "/api/boards", ""), ("GET", "/api/boards/race/entries", ""), ("GET", "/api/leaderboard", "")];
    for (method, path, body) in changes.into_iter().chain(more) {
        for wrong in ["Bearer wrong-key-of-20-chars", "Bearer", "Basic dGVzdC1rZXktb2YtMjAtY2hhcnM=", ADMIN_KEY, &half] {
            let answer = send(at, method, path, &[json, ("authorization", wrong)], body).await;
            assert_problem(&answer, 401, "unauthorized", "", "not valid", &format!("{method} {path} {wrong}"));
        }
    }
    assert_eq!((get(at, "/api/boards/race").await.body, get(at, "/api/boards/race/entries").await.body), (board, entries));
    // The scheme's name has no case.
    let answer = send(at, "GET", "/api/boards", &[("authorization", &format!("bearer {ADMIN_KEY}"))], "").await;
    assert_eq!(answer.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_a_key_lets_nobody_run_boards() {
    let server = LeaderPort::start_without_key().await;
    let at = server.address;
    let path = "/api/boards";
    assert_problem(&post(at, path, r#"{"id":"race"}"#).await, 401, "unauthorized", "", "admin key", "no key");
    assert_problem(&admin(at, "POST", path, r#"{"id":"race"}"#).await, 401, "unauthorized", "", "not valid", "some key");
    assert_eq!(walk(at, 10, false).await, ["main"]);
    server.stop().await;
}

#[tokio::test]
async fn an_archived_board_can_be_read_and_takes_nothing() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "past", "submitters": "players", "windows": ["daily"] })).await;
    score(at, "past", "ada", 5).await;
    patch(at, "/api/boards/past", json!({ "archived": true })).await;
    let before = get(at, "/api/boards/past/entries").await.body;
    for (method, path, body) in [
        ("POST", "/api/boards/past/scores", r#"{"playerId":"bob","score":7}"#),
        ("POST", "/api/boards/past/scores", r#"[{"playerId":"bob","score":7}]"#),
        ("PATCH", "/api/boards/past/entries/ada", r#"{"add":1}"#),
        ("PATCH", "/api/boards/past/entries/bob?window=daily", r#"{"score":1}"#),
        ("DELETE", "/api/boards/past/entries/ada", ""),
        ("DELETE", "/api/boards/past/entries?keep_top=0", ""),
        ("DELETE", "/api/boards/past/entries?all=true", ""),
    ] {
        let answer = admin(at, method, path, body).await;
        assert_problem(&answer, 409, "closed", "", "archived", &format!("{method} {path}"));
    }
    for path in reads("past") {
        assert_eq!(get(at, &path).await.status, 200, "{path}");
    }
    assert_eq!(get(at, "/api/boards/past/entries").await.body, before);
    let mut socket = open(at, "?board=past").await;
    assert_eq!(rows_of(&next(&mut socket).await), [(1, "ada".to_owned(), 5)]);
    drop(socket);
    // It can be opened again.
    patch(at, "/api/boards/past", json!({ "archived": false })).await;
    score(at, "past", "bob", 7).await;
    server.stop().await;
}

#[tokio::test]
async fn a_deleted_board_is_gone_and_another_one_starts_empty() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    let rules = json!({ "id": "race", "windows": ["daily"], "rankMode": "dense" });
    create_board(at, rules.clone()).await;
    let body = r#"{"playerId":"ada","score":5,"id":"run-1"}"#;
    for player in ["ada", "bob"] {
        score(at, "race", player, 4).await;
    }
    let receipt = admin(at, "POST", "/api/boards/race/scores", body).await;
    assert_eq!(receipt.json()["version"], 3, "{}", receipt.text());
    let answer = delete(at, "/api/boards/race").await;
    assert_eq!((answer.status.as_u16(), answer.text()), (204, String::new()));
    for path in reads("race") {
        assert_problem(&admin(at, "GET", &path, "").await, 404, "not-found", "", "no such board", &path);
    }
    for (method, path, body) in [
        ("POST", "/scores", r#"{"score":1,"playerId":"ada"}"#),
        ("DELETE", "", ""),
        ("PATCH", "", r#"{"title":"Race"}"#),
        ("PATCH", "/entries/ada", r#"{"score":1}"#),
        ("DELETE", "/entries/ada", ""),
        ("DELETE", "/entries?all=true", ""),
    ] {
        let answer = admin(at, method, &format!("/api/boards/race{path}"), body).await;
        assert_problem(&answer, 404, "not-found", "", "no such board", &format!("{method} {path}"));
    }
    assert_eq!(walk(at, 10, true).await, ["main"]);

    let again = create_board(at, rules).await;
    assert_eq!(again["version"], 0);
    for query in ["", "window=daily"] {
        assert_eq!(total(at, "race", query).await, 0);
    }
    assert_eq!(get(at, "/api/boards/race/periods").await.json()["periods"], json!([]));
    let receipt = admin(at, "POST", "/api/boards/race/scores", body.replace(":5,", ":3,")).await.json();
    assert_eq!((&receipt["replayed"], &receipt["after"]["score"], &receipt["before"]), (&json!(false), &json!(3), &json!(null)));
    let history = get(at, "/api/boards/race/entries/ada/history").await.json();
    assert_eq!((&history["moves"], &history["attempts"]), (&json!(1), &json!(1)));
    server.stop().await;
}

#[tokio::test]
async fn main_can_be_deleted_and_stays_so() {
    let server = LeaderPort::start().await;
    let at = server.address;
    score(at, "main", "ada", 5).await;
    assert_eq!(delete(at, "/api/boards/main").await.status, 204);
    assert_problem(&get(at, "/api/leaderboard").await, 404, "not-found", "", "no such board", "main");
    assert_eq!((get(at, "/").await.status, get(at, "/b/main").await.status), (hyper::StatusCode::OK, hyper::StatusCode::NOT_FOUND));
    create_board(at, json!({ "id": "main", "title": "Mine" })).await;
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0);
    server.stop().await;
}

#[tokio::test]
async fn two_servers_see_each_others_edits() {
    let (one, two) = LeaderPort::start_two().await;
    let (here, there) = (one.address, two.address);
    create_board(here, json!({ "id": "race", "submitters": "players" })).await;
    // Both know the rules of now, so what follows is what they do not know.
    for at in [here, there] {
        score(at, "race", "ada", 5).await;
    }
    let submits =
        async |at, score: i64| post(at, "/api/boards/race/scores", json!({ "playerId": "bob", "score": score }).to_string()).await;

    // What is no longer taken is refused at once …
    patch(here, "/api/boards/race", json!({ "maxScore": 10 })).await;
    assert_problem(&submits(there, 50).await, 422, "invalid", "score", "above 10", "a bound that the other server has set");
    patch(there, "/api/boards/race", json!({ "archived": true })).await;
    assert_problem(&submits(here, 5).await, 409, "closed", "", "archived", "archived by the other server");
    let answer = delete(here, "/api/boards/race/entries/ada").await;
    assert_problem(&answer, 409, "closed", "", "archived", "a change");
    // … and a new window counts at once; what is taken again is within a second.
    patch(here, "/api/boards/race", json!({ "archived": false, "maxScore": null })).await;
    eventually("the other server takes high scores again", || async { submits(there, 50).await.status == 200 }).await;
    patch(here, "/api/boards/race", json!({ "windows": ["daily"] })).await;
    assert_eq!(submits(there, 51).await.json()["windows"][0]["window"], "daily");

    patch(here, "/api/boards/race", json!({ "visibility": "private" })).await;
    assert_eq!(get(there, "/api/boards/race").await.status, 404);
    eventually("the other server hides its entries", || async { get(there, "/api/boards/race/entries").await.status == 404 }).await;
    eventually("and its rows", || async { get(there, "/api/leaderboard?board=race").await.status == 404 }).await;

    assert_eq!(delete(here, "/api/boards/race").await.status, 204);
    assert_eq!(try_score(there, "race", "eve", 5).await.status, 404);
    let is_gone = || async { admin(there, "GET", "/api/boards/race/entries", "").await.status == 404 };
    eventually("the other server shows nothing of a deleted board", is_gone).await;
    create_board(there, json!({ "id": "race" })).await;
    score(here, "race", "eve", 5).await;
    assert_eq!((total(here, "race", "").await, total(there, "race", "").await), (json!(1), json!(1)));
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn who_is_no_operator_is_refused_before_anything_else_is_read() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (method, path) in [
        ("POST", "/api/boards?x=1"),
        ("PATCH", "/api/boards/main?x=1"),
        ("DELETE", "/api/boards/No"),
        ("PATCH", "/api/boards/main/entries/%20"),
        ("DELETE", "/api/boards/main/entries/%20"),
        ("DELETE", "/api/boards/main/entries?x=1"),
    ] {
        let answer = send(at, method, path, &[("content-type", "text/plain")], "nonsense").await;
        assert_problem(&answer, 401, "unauthorized", "", "admin key", &format!("{method} {path}"));
        assert_eq!(answer.header("www-authenticate"), "Bearer", "{method} {path}");
    }
    server.stop().await;
}
