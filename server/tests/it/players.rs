//! Players on all boards: profiles, shown wherever rows are and at one version the same; exports; and their going.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, fill, get, next, open, patch, post, submit},
    harness::{LeaderPort, NOON, eventually},
    html::page,
};
use app::paths::encode;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const DAY: u64 = 24 * 60 * 60 * 1000;
const PHOTO: &str = "https://game.example/ada.png";

async fn put(at: SocketAddr, player: &str, profile: Value) -> Answer {
    admin(at, "PUT", &format!("/api/players/{}", encode(player)), profile.to_string()).await
}

async fn written(at: SocketAddr, player: &str, profile: Value) -> Value {
    let answer = put(at, player, profile).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn read(at: SocketAddr, path: &str) -> Value {
    let answer = get(at, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

/// What a row shows: name, country and avatar.
fn face(row: &Value) -> (String, String, String) {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    (text("name"), text("country"), text("avatar"))
}

async fn shown(at: SocketAddr, board: &str) -> Vec<(String, String, String)> {
    read(at, &format!("/api/boards/{board}/entries")).await["entries"].as_array().unwrap().iter().map(face).collect()
}

fn ada() -> (String, String, String) {
    ("Ada Lovelace".to_owned(), "GB".to_owned(), PHOTO.to_owned())
}

fn plain(name: &str) -> (String, String, String) {
    (name.to_owned(), String::new(), String::new())
}

fn profile() -> Value {
    json!({ "name": "Ada  Lovelace ", "country": "GB", "avatar": PHOTO, "metadata": { "team": "engines" } })
}

#[tokio::test]
async fn a_profile_is_written_read_and_replaced() {
    let server = LeaderPort::start().await;
    let at = server.address;
    assert_problem(&get(at, "/api/players/ada").await, 404, "not-found", "", "no such player with a profile", "none");
    let first = written(at, "ada", profile()).await;
    assert_eq!((&first["name"], &first["playerId"]), (&json!("Ada Lovelace"), &json!("ada")));
    // What a game remembers is not for everybody.
    let told = admin(at, "GET", "/api/players/ada", "").await.json();
    assert_eq!((&told["metadata"]["team"], &told), (&json!("engines"), &first));
    let public = read(at, "/api/players/ada").await;
    assert_eq!((&public["metadata"], &public["country"], &public["avatar"]), (&Value::Null, &json!("GB"), &json!(PHOTO)));
    let second = written(at, "ada", json!({ "country": "NZ" })).await;
    assert_eq!((&second["name"], &second["avatar"], &second["metadata"]), (&Value::Null, &Value::Null, &Value::Null));
    assert!(second["updatedAt"].as_u64() > first["updatedAt"].as_u64());

    for (body, status, code, field, says) in [
        (r#"{"name":""}"#, 422, "invalid", "name", "is missing"),
        (r#"{"name":"a\u202eb"}"#, 422, "invalid", "name", "invisible"),
        (r#"{"name":5}"#, 422, "invalid", "name", "must be a string"),
        (r#"{"country":"nz"}"#, 422, "invalid", "country", "two capital letters"),
        (r#"{"country":"XX"}"#, 422, "invalid", "country", "ISO 3166-1"),
        (r#"{"avatar":"http://game.example/a.png"}"#, 422, "invalid", "avatar", "https://"),
        (r#"{"avatar":"javascript:alert(1)"}"#, 422, "invalid", "avatar", "https://"),
        (r#"{"avatar":"https://user@game.example/a.png"}"#, 422, "invalid", "avatar", "https://"),
        (r#"{"avatar":"https://game.example/\"onerror=x"}"#, 422, "invalid", "avatar", "https://"),
        (r#"{"avatar":"https:///a.png"}"#, 422, "invalid", "avatar", "https://"),
        (r#"{"metadata":[1]}"#, 422, "invalid", "metadata", "object"),
        (r#"{"nick":"ada"}"#, 422, "invalid", "request", "nick"),
        ("[]", 422, "invalid", "request", "object"),
        ("{", 400, "malformed", "", "isn't JSON"),
    ] {
        assert_problem(&admin(at, "PUT", "/api/players/ada", body).await, status, code, field, says, body);
    }
    let long = format!("https://game.example/{}", "a".repeat(250));
    assert_problem(&put(at, "ada", json!({ "avatar": long })).await, 422, "invalid", "avatar", "256", "long");
    assert_problem(&post(at, "/api/players/ada", "{}").await, 405, "no-method", "", "", "POST");
    for (method, path) in [("PUT", "/api/players/ada"), ("DELETE", "/api/players/ada"), ("GET", "/api/players/ada/export")] {
        let answer = crate::client::send(at, method, path, &[("content-type", "application/json")], "{}").await;
        assert_problem(&answer, 401, "unauthorized", "", "admin key", method);
    }
    assert_eq!(admin(at, "GET", "/api/players/ada", "").await.json(), second, "nothing of what was refused was written");
    server.stop().await;
}

#[tokio::test]
async fn rows_show_profiles_wherever_they_are() {
    let (one, two) = LeaderPort::start_two().await;
    let at = one.address;
    for (player, score) in [("p1", 5), ("p2", 7), ("p3", 6)] {
        submit(at, player, score).await;
    }
    let mut viewer = open(two.address, "").await;
    assert_eq!(face(&next(&mut viewer).await["entries"][2]), plain("p1"));
    let before = read(at, "/api/leaderboard").await["version"].as_u64().unwrap();
    let tag = get(two.address, "/api/boards/main/entries").await.header("etag").to_owned();
    written(at, "p1", profile()).await;
    written(at, "p3", json!({ "name": "Bob" })).await;
    // Each is a change of the board, so who has a page of a version has what that version is.
    let entries = read(at, "/api/boards/main/entries").await;
    assert_eq!(entries["version"], before + 2);
    assert_eq!(entries["entries"].as_array().unwrap().iter().map(face).collect::<Vec<_>>(), [plain("p2"), plain("Bob"), ada()]);
    assert_ne!(get(two.address, "/api/boards/main/entries").await.header("etag"), tag);
    loop {
        let state = next(&mut viewer).await;
        if state["version"] == before + 2 {
            assert_eq!(state, read(two.address, "/api/leaderboard").await);
            assert_eq!(face(&state["entries"][2]), ada());
            break;
        }
    }
    for server in [at, two.address] {
        for path in [
            "/api/boards/main/entries?around=p1&limit=1",
            "/api/boards/main/entries?players=p1",
            "/api/boards/main/entries?score_max=5",
            "/api/boards/main/entries?percentile=0",
            "/api/boards/main/entries?sample=true&limit=1000",
        ] {
            let entries = read(server, path).await;
            assert_eq!(face(entries["entries"].as_array().unwrap().last().unwrap()), ada(), "{path}");
        }
        let entry = read(server, "/api/boards/main/entries/p1").await;
        assert_eq!((face(&entry), entry["ahead"]["name"].as_str(), entry["ahead"]["playerId"].as_str()), (ada(), Some("Bob"), Some("p3")));
    }
    // Receipts say whom to pass by their names, too.
    assert_eq!(submit(at, "p4", 5).await["ahead"]["name"], "Ada Lovelace");
    assert_eq!(submit(at, "p2", 8).await["ahead"], Value::Null);
    let set = patch(at, "/api/boards/main/entries/p4", json!({ "score": 4 })).await;
    assert_eq!(set["windows"][0]["ahead"]["name"], "Ada Lovelace");

    let shown = page(at, "/b/main").await;
    assert!(shown.has(&format!("src=\"{PHOTO}\"")) && shown.has("🇬🇧") && shown.text().contains("Ada Lovelace"));
    assert_eq!(page(at, "/b/main?find=lovel").await.found().0, ["Ada Lovelace"]);
    let own = page(at, "/b/main/p/p1").await;
    assert!(own.text().contains("Ada Lovelace") && own.text().contains("To pass Bob"), "{}", own.text());
    assert!(page(at, "/").await.text().contains("Bob"));

    // The same again is no change.
    let version = read(at, "/api/leaderboard").await["version"].clone();
    written(at, "p1", profile()).await;
    assert_eq!(read(at, "/api/leaderboard").await["version"], version);
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn who_comes_onto_a_board_later_is_shown_as_well() {
    let server = LeaderPort::start().await;
    let at = server.address;
    written(at, "ada", profile()).await;
    create_board(at, json!({ "id": "a", "windows": ["daily"] })).await;
    for board in ["main", "a"] {
        fill(at, board, [("bob".to_owned(), 9), ("ada".to_owned(), 5)]).await;
        eventually("ada is shown", async || shown(at, board).await == [plain("bob"), ada()]).await;
    }
    // By an operator's hand, back by an undo, on a copy, and on a board that is made of others.
    create_board(at, json!({ "id": "b" })).await;
    patch(at, "/api/boards/b/entries/ada", json!({ "score": 5 })).await;
    assert_eq!(shown(at, "b").await, [ada()]);
    delete(at, "/api/boards/a/entries/ada").await;
    let log = admin(at, "GET", "/api/boards/a/log", "").await.json();
    assert_eq!(log["records"][0]["kind"], "remove");
    assert_eq!(log["records"][1]["kind"], "profile");
    let undo = async |at_record: usize| {
        admin(at, "POST", "/api/boards/a/undo", json!({ "version": log["records"][at_record]["version"] }).to_string()).await
    };
    let undone = undo(0).await;
    assert_eq!(undone.status, 200, "{}", undone.text());
    assert_eq!(shown(at, "a").await, [plain("bob"), ada()]);
    assert_problem(&undo(1).await, 409, "not-undoable", "", "", "a profile");
    for (path, body) in [
        ("/api/boards/a/rebuild", json!({ "into": "copy" })),
        ("/api/combine", json!({ "into": "both", "parts": [{ "board": "a" }, { "board": "b" }] })),
    ] {
        let asked = admin(at, "POST", path, body.to_string()).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
    }
    for (board, faces) in [("copy", vec![plain("bob"), ada()]), ("both", vec![ada(), plain("bob")])] {
        eventually("it is made", async || get(at, &format!("/api/boards/{board}/entries")).await.status == 200).await;
        eventually("all are shown", async || shown(at, board).await == faces).await;
    }
    // A board that has moved by a profile is rolled back like any other.
    let version = read(at, "/api/boards/b").await["version"].as_u64().unwrap();
    patch(at, "/api/boards/b/entries/ada", json!({ "score": 6 })).await;
    written(at, "ada", json!({ "name": "Countess" })).await;
    let back = admin(at, "POST", "/api/boards/b/rollback", json!({ "to": version }).to_string()).await;
    assert_eq!(back.status, 200, "{}", back.text());
    let entry = read(at, "/api/boards/b/entries/ada").await;
    assert_eq!((&entry["score"], &entry["name"]), (&json!(5), &json!("Countess")));
    server.stop().await;
}

#[tokio::test]
async fn names_that_look_the_same_are_refused_where_that_is_wanted() {
    let (valkey, prefix) = (crate::harness::Valkey::start(), "names:");
    let open = LeaderPort::start_on(&valkey.url(), prefix).await;
    for player in ["p1", "p2"] {
        written(open.address, player, json!({ "name": "Twin" })).await;
    }
    open.stop().await;
    let strict = LeaderPort::start_by(&valkey.url(), prefix, |config| config.unique_names = true).await;
    let at = strict.address;
    written(at, "ada", json!({ "name": "Paypal" })).await;
    for name in ["paypal", "Pаypаl", "ＰAYPAL", "PaypaI", "Twin"] {
        assert_problem(&put(at, "bob", json!({ "name": name })).await, 409, "name-taken", "name", "Choose another", name);
    }
    assert_eq!(get(at, "/api/players/bob").await.status, 404);
    written(at, "bob", json!({ "name": "Pepper" })).await;
    // One's own name may change its looks, and is free when it is given up, or when its player goes.
    written(at, "ada", json!({ "name": "PayPal" })).await;
    written(at, "ada", json!({ "name": "Ada" })).await;
    written(at, "bob", json!({ "name": "paypal" })).await;
    assert_eq!(delete(at, "/api/players/bob").await.status, 200);
    written(at, "eve", json!({ "name": "Paypal" })).await;
    strict.stop().await;
}

#[tokio::test]
async fn a_player_is_exported_and_goes_from_everywhere() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    written(at, "ada", profile()).await;
    create_board(at, json!({ "id": "ties", "rankMode": "dense", "windows": ["daily"] })).await;
    create_board(at, json!({ "id": "old", "visibility": "private" })).await;
    create_board(at, json!({ "id": "cleared" })).await;
    create_board(at, json!({ "id": "others" })).await;
    fill(at, "ties", [("ada".to_owned(), 5), ("bob".to_owned(), 5), ("eve".to_owned(), 7)]).await;
    fill(at, "cleared", [("ada".to_owned(), 1), ("bob".to_owned(), 2)]).await;
    // What is set aside is kept for a week.
    assert_eq!(delete(at, "/api/boards/cleared/entries?all=true").await.status, 200);
    now.fetch_add(DAY, Ordering::SeqCst);
    eventually("the day is closed", async || {
        read(at, "/api/boards/ties/periods?window=daily").await["periods"]
            .as_array()
            .unwrap()
            .iter()
            .any(|period| period["state"] == "closed")
    })
    .await;
    fill(at, "ties", [("ada".to_owned(), 6)]).await;
    fill(at, "old", [("ada".to_owned(), 1)]).await;
    fill(at, "others", [("bob".to_owned(), 1)]).await;
    patch(at, "/api/boards/old", json!({ "archived": true })).await;

    let export = admin(at, "GET", "/api/players/ada/export", "").await.json();
    assert_eq!((&export["profile"]["metadata"]["team"], &export["playerId"]), (&json!("engines"), &json!("ada")));
    let boards = export["boards"].as_array().unwrap();
    assert_eq!(boards.iter().map(|board| board["board"].as_str().unwrap()).collect::<Vec<_>>(), ["old", "ties"]);
    let periods: Vec<_> =
        boards[1]["entries"].as_array().unwrap().iter().map(|entry| (entry["window"].clone(), entry["score"].clone())).collect();
    assert_eq!(periods, [("all", 6), ("daily", 5), ("daily", 6)].map(|(window, score)| (json!(window), json!(score))));
    assert_eq!(boards[1]["history"].as_array().unwrap().len(), 2);
    let nobody = admin(at, "GET", "/api/players/nobody/export", "").await.json();
    assert_eq!(nobody, json!({ "playerId": "nobody", "profile": null, "boards": [] }));

    let yesterday = "/api/boards/ties/entries?window=daily&period=2026-11-21";
    let tag = get(at, yesterday).await.header("etag").to_owned();
    assert_problem(&delete(at, "/api/players/ada?log=burn").await, 422, "invalid", "log", "keep or clear", "burn");
    let gone = delete(at, "/api/players/ada").await.json();
    assert_eq!(gone, json!({ "playerId": "ada", "boards": ["cleared", "old", "ties"], "entries": 5 }));
    assert_eq!(get(at, "/api/players/ada").await.status, 404);
    assert_eq!(admin(at, "GET", "/api/players/ada/export", "").await.json()["boards"], json!([]));
    let left = read(at, yesterday).await;
    let rows: Vec<_> = left["entries"].as_array().unwrap().iter().map(|row| (row["playerId"].clone(), row["rank"].clone())).collect();
    assert_eq!(rows, [("eve", 1), ("bob", 2)].map(|(player, rank)| (json!(player), json!(rank))));
    assert_ne!(get(at, yesterday).await.header("etag"), tag);
    let closed = read(at, "/api/boards/ties/periods?window=daily").await["periods"]
        .as_array()
        .unwrap()
        .iter()
        .find(|period| period["state"] == "closed")
        .unwrap()
        .clone();
    assert_eq!(closed["total"], 2, "{closed}");
    assert_eq!(read(at, "/api/players/ada/history").await["points"], json!([]));

    // The log still knows, and can bring the open entries back, unless it is cleared.
    let log = async |board: &str| {
        admin(at, "GET", &format!("/api/boards/{board}/log?player=ada"), "").await.json()["records"].as_array().unwrap().len()
    };
    assert_eq!((log("ties").await, log("cleared").await), (3, 1));
    let again = delete(at, "/api/players/ada?log=clear").await.json();
    assert_eq!(again["entries"], 0);
    assert_eq!((log("ties").await, log("cleared").await, log("old").await), (0, 0, 0));
    assert_eq!(admin(at, "GET", "/api/boards/others/log", "").await.json()["records"].as_array().unwrap().len(), 1);
    // Whoever comes back is somebody new.
    fill(at, "ties", [("ada".to_owned(), 1)]).await;
    assert_eq!(face(&read(at, "/api/boards/ties/entries/ada").await), plain("ada"));
    server.stop().await;
}

#[tokio::test]
async fn a_note_is_for_operators_and_goes_with_the_player() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 5).await;
    let path = "/api/players/ada/note";
    assert_eq!(admin(at, "GET", path, "").await.json(), json!({ "text": "" }));
    let written = admin(at, "PUT", path, r#"{"note":" Streams on Fridays. "}"#).await;
    assert_eq!(
        (written.status.as_u16(), &written.json()["text"], &written.json()["by"]),
        (200, &json!("Streams on Fridays."), &json!("admin key"))
    );
    assert_eq!(get(at, path).await.status, 401);
    let long = json!({ "note": "x".repeat(2_001) }).to_string();
    assert_problem(&admin(at, "PUT", path, long).await, 422, "invalid", "note", "2000", "long");
    assert_problem(&admin(at, "PUT", path, "{\"note\":\"a\\u0007b\"}").await, 422, "invalid", "note", "control", "a bell");
    assert_eq!(admin(at, "DELETE", "/api/players/ada", "").await.status, 200);
    assert_eq!(admin(at, "GET", path, "").await.json(), json!({ "text": "" }), "it is gone with the player");
    server.stop().await;
}
