//! Data out and in: what is exported makes the same board again, however often and in however many pieces it is sent.

use crate::{
    client::{Answer, admin, assert_problem, create_board, fill, get, patch, send},
    harness::{ADMIN_KEY, LeaderPort, NOON, eventually, program},
};
use serde_json::{Value, json};
use std::{net::SocketAddr, process::Command};
use tokio::{io::AsyncWriteExt, net::TcpStream};

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";

/// Names that a spreadsheet, or a reader of CSV, could take for something else.
const NASTY: [&str; 14] = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'quoted'",
    "''",
    "a,b",
    "say \"hi\"",
    "\"",
    ";",
    "Ζήνων",
    "👩‍🚀",
    "<b>",
    "=HYPERLINK(\"http://x\",\"y\")",
];

async fn import(at: SocketAddr, board: &str, media_type: &str, body: impl Into<hyper::body::Bytes>) -> Answer {
    let key = format!("Bearer {ADMIN_KEY}");
    send(at, "POST", &format!("/api/boards/{board}/import"), &[("content-type", media_type), ("authorization", &key)], body).await
}

async fn imported(at: SocketAddr, board: &str, media_type: &str, body: &str) -> Value {
    let answer = import(at, board, media_type, body.to_owned()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn export(at: SocketAddr, board: &str, format: &str) -> String {
    let answer = get(at, &format!("/api/boards/{board}/export?format={format}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

/// Lines of players with few scores, so that many are equal.
fn lines(rows: u64) -> String {
    let line = |n: u64| {
        let name = NASTY.get(n as usize).map_or_else(|| format!("player {n}"), |name| (*name).to_owned());
        let metadata = if n.is_multiple_of(3) { json!({ "n": n, "=cmd": "a,\"b\"" }) } else { Value::Null };
        let line = json!({
            "playerId": name, "score": (n * 7919 % 613) as f64 / 4.0, "tiebreaks": { "penalty": n % 3 },
            "reachedAt": NOON - 90 * 24 * 60 * 60 * 1000 + n, "metadata": metadata,
        });
        line.to_string() + "\n"
    };
    (0..rows).map(line).collect()
}

fn rules(id: &str, ties: &str) -> Value {
    json!({ "id": id, "decimals": 2, "rankMode": "competition", "tieOrder": ties, "tiebreaks": [{ "name": "penalty", "direction": "asc" }] })
}

#[tokio::test]
async fn what_goes_out_comes_back_the_same() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for ties in ["first", "last"] {
        let boards = ["source", "by-json", "by-csv"].map(|name| format!("{name}-{ties}"));
        for board in &boards {
            create_board(at, rules(board, ties)).await;
        }
        let report = imported(at, &boards[0], NDJSON, &lines(20_000)).await;
        assert_eq!((&report["lines"], &report["counted"], &report["refused"]), (&json!(20_000), &json!(20_000), &json!(0)), "{report}");
        let (as_json, as_csv) = (export(at, &boards[0], "ndjson").await, export(at, &boards[0], "csv").await);
        assert_eq!((as_json.lines().count(), as_csv.lines().count()), (20_000, 20_001));
        imported(at, &boards[1], NDJSON, &as_json).await;
        imported(at, &boards[2], "text/csv; charset=utf-8", &as_csv).await;
        assert!(export(at, &boards[1], "ndjson").await == as_json, "{ties}: NDJSON");
        assert!(export(at, &boards[2], "ndjson").await == as_json, "{ties}: CSV");
        // Ranks are those that reads show.
        let first: Value = serde_json::from_str(as_json.lines().next().unwrap()).unwrap();
        let shown = get(at, &format!("/api/boards/{}/entries/{}", boards[0], percent(&first["playerId"]))).await.json();
        assert_eq!((&first["rank"], &first["reachedAt"], &first["score"]), (&shown["rank"], &shown["reachedAt"], &shown["score"]));
    }
    server.stop().await;
}

fn percent(player: &Value) -> String {
    percent_encoding::utf8_percent_encode(player.as_str().unwrap(), percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn an_import_that_breaks_off_is_resumed_and_counts_once() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for board in ["whole", "broken"] {
        create_board(at, json!({ "id": board, "keep": "sum", "decimals": 2, "tiebreaks": [{ "name": "penalty" }] })).await;
    }
    // Twice the same players: a line that counted twice would show in the sum.
    let body = lines(6_000) + &lines(6_000);
    let report = imported(at, "whole", NDJSON, &body).await;
    assert_eq!(report["counted"], 12_000);
    for cut in [1, rand::random_range(0..body.len()), rand::random_range(0..body.len())] {
        let mut socket = TcpStream::connect(at).await.unwrap();
        let head = format!(
            "POST /api/boards/broken/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN_KEY}\r\nContent-Type: {NDJSON}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(&body.as_bytes()[..cut]).await.unwrap();
    }
    let report = imported(at, "broken", NDJSON, &body).await;
    assert_eq!(report["counted"].as_u64().unwrap() + report["replayed"].as_u64().unwrap(), 12_000, "{report}");
    let again = imported(at, "broken", NDJSON, &body).await;
    assert_eq!((&again["counted"], &again["replayed"]), (&json!(0), &json!(12_000)));
    // An id that a line was given is the import's.
    let log = admin(at, "GET", "/api/boards/broken/log?limit=1", "").await.json();
    let taken = json!({ "id": log["records"][0]["id"], "playerId": "ada", "score": 1, "tiebreaks": { "penalty": 1 } });
    assert_eq!(admin(at, "POST", "/api/boards/broken/scores", taken.to_string()).await.status, 409);
    // Who was first among equals may differ where a sum was made in another order: sorted, it is the same.
    let sorted = |text: String| {
        let without_rank = |line: &str| line.split_once(',').unwrap().1.to_owned();
        let mut lines: Vec<_> = text.lines().map(without_rank).collect();
        lines.sort();
        lines
    };
    assert!(sorted(export(at, "broken", "ndjson").await) == sorted(export(at, "whole", "ndjson").await));
    server.stop().await;
}

#[tokio::test]
async fn lines_that_are_refused_are_told_and_the_others_count() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "maxScore": 100 })).await;
    let long = format!("{{\"playerId\":\"{}\"}}", "x".repeat(20_000));
    let body = format!(
        "{{\"playerId\":\"ada\",\"score\":1,\"rank\":7}}\n\n[1]\n{{\"playerId\":\"bob\",\"score\":101}}\r\n{long}\n{{\"playerId\":\"eve\",\"score\":2,\"x\":1}}\n{{\"player\":\"joe\",\"score\":3,\"id\":\"s-1\"}}\n{{\"playerId\":\"joe\",\"score\":4,\"id\":\"s-1\"}}\n{{\"playerId\":\"new\",\"score\":5,\"reachedAt\":{}}}\n{{\"playerId\":\"end\",\"score\":6}}",
        NOON + 3_600_000
    );
    let report = imported(at, "b", NDJSON, &body).await;
    assert_eq!((&report["lines"], &report["counted"], &report["refused"]), (&json!(9), &json!(3), &json!(6)), "{report}");
    let errors: Vec<_> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["line"].as_u64().unwrap(), error["problem"]["type"].as_str().unwrap()))
        .collect();
    let invalid = "urn:leaderport:problem:invalid";
    let conflict = "urn:leaderport:problem:conflict";
    assert_eq!(errors, [(3, invalid), (4, invalid), (5, invalid), (6, invalid), (8, conflict), (9, invalid)], "{report}");
    assert_eq!(export(at, "b", "ndjson").await.lines().count(), 3);

    let csv = "id,player,score\r\nx-1,\"cy\r\nd\",1\r\nx-2,dan,7\r\n\r\nx-3,dan\r\nx-4,\"d\"\"an\",8\r\nx-5,fay,nine\n";
    let report = imported(at, "b", CSV, csv).await;
    assert_eq!((&report["counted"], &report["refused"]), (&json!(2), &json!(3)), "{report}");
    // Lines of the same letters that say something else.
    for csv in ["player,score\ngus1,1\n", "player,score\ngus,11\n"] {
        assert_eq!(imported(at, "b", CSV, csv).await["counted"], 1, "{csv}");
    }
    // A list of errors has an end.
    let report = imported(at, "b", NDJSON, &"nonsense\n".repeat(500)).await;
    assert_eq!((&report["refused"], report["errors"].as_array().unwrap().len()), (&json!(500), 100));
    server.stop().await;
}

#[tokio::test]
async fn cells_are_text_to_a_spreadsheet() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "negative": true })).await;
    fill(at, "b", NASTY.iter().zip(-7..).map(|(name, score)| ((*name).to_owned(), score))).await;
    let csv = export(at, "b", "csv").await;
    assert!(csv.starts_with("rank,playerId,score,reachedAt,metadata\r\n") && csv.ends_with("\r\n"), "{csv}");
    for (cell, name) in [("'=1+1", "=1+1"), ("'-1", "-1"), ("'''", "''"), ("\"say \"\"hi\"\"\"", "say"), ("\"'=HYPERLINK(", "=HYPER")] {
        assert!(csv.contains(&format!(",{cell}")), "{name}: {csv}");
    }
    assert!(csv.contains(",-5,"), "numbers stay numbers: {csv}");
    server.stop().await;
}

#[tokio::test]
async fn bad_requests_are_refused() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "tiebreaks": [{ "name": "t" }] })).await;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    for (path, status, code, field) in [
        ("b/export?format=xml", 422, "invalid", ""),
        ("b/export?format=csv&limit=5", 422, "invalid", ""),
        ("b/export?window=nowhere", 404, "not-found", ""),
        ("none/export", 404, "not-found", ""),
        ("secret/export", 404, "not-found", ""),
    ] {
        let answer = get(at, &format!("/api/boards/{path}")).await;
        assert!(answer.status == status && answer.text().contains(code) && answer.text().contains(field), "{path}: {}", answer.text());
    }
    assert_problem(&import(at, "b", "application/json", "{}").await, 415, "no-lines", "", "application/x-ndjson or text/csv", "JSON");
    assert_problem(&import(at, "none", NDJSON, "").await, 404, "not-found", "", "no such board", "no board");
    assert_eq!(send(at, "POST", "/api/boards/b/import", &[("content-type", NDJSON)], "").await.status, 401);
    for (head, says) in [
        ("", "missing"),
        ("playerId\n", "needs playerId"),
        ("playerId,score,score\n", "once"),
        ("playerId,score,x\n", "'x'"),
        (&*"x,".repeat(100), "too long"),
    ] {
        assert_problem(&import(at, "b", CSV, head.to_owned()).await, 422, "invalid", "request", says, head);
    }
    patch(at, "/api/boards/b", json!({ "archived": true })).await;
    assert_problem(&import(at, "b", NDJSON, "").await, 409, "closed", "", "archived", "archived");
    server.stop().await;
}

/// Runs a subcommand against a server: exit code, standard output and standard error.
async fn tool(at: SocketAddr, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command: Command = program();
    command.args(arguments).env("LEADERPORT_URL", format!("http://{at}")).env("LEADERPORT_ADMIN_KEY", ADMIN_KEY);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_from_a_shell() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for board in ["one", "two"] {
        create_board(at, json!({ "id": board, "title": board.to_uppercase() })).await;
    }
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made_up = program().args(["bench-data", "--rows", "3000"]).output().unwrap().stdout;
    std::fs::write(file("in.ndjson"), &made_up).unwrap();
    let (code, said, wrong) = tool(at, &["import", "one", &file("in.ndjson")]).await;
    assert_eq!((code, &*said), (Some(0), "3000 lines: 3000 counted, 0 counted before, 0 refused\n"), "{wrong}");
    assert_eq!(tool(at, &["import", "one", &file("in.ndjson")]).await.1, "3000 lines: 0 counted, 3000 counted before, 0 refused\n");
    assert_eq!(tool(at, &["export", "one", "--output", &file("out.csv")]).await.0, Some(0));
    assert!(std::fs::read_to_string(file("out.csv")).unwrap().starts_with("rank,playerId"));
    assert_eq!(tool(at, &["import", "two", &file("out.csv")]).await.0, Some(0));
    let (one, two) = (tool(at, &["export", "one"]).await.1, tool(at, &["export", "two", "--window", "all"]).await.1);
    assert!(one == two && one.lines().count() == 3000);
    let (_, boards, _) = tool(at, &["boards"]).await;
    assert!(boards.contains("one\t3000\tONE\n") && boards.contains("main\t0\tMain board\n"), "{boards}");

    std::fs::write(file("wrong.ndjson"), "{\"playerId\":\"ada\",\"score\":1}\nnonsense\n").unwrap();
    let (code, said, wrong) = tool(at, &["import", "one", &file("wrong.ndjson")]).await;
    assert_eq!((code, &*said), (Some(1), "2 lines: 1 counted, 0 counted before, 1 refused\n"));
    assert!(wrong.contains("line 2: This line isn't a JSON object") && wrong.contains("leaderport: 1 lines were refused"), "{wrong}");
    for (arguments, code, says) in [
        (&["export", "none"][..], 1, "no such board"),
        (&["import", "none", "-"], 1, "no such board"),
        (&["import", "one", "/nowhere"], 1, "can't read /nowhere"),
        (&["export", "NONE"], 2, "A board"),
        (&["boards", "--url", "http://127.0.0.1:1"], 1, "did not answer"),
    ] {
        let (got, _, wrong) = tool(at, arguments).await;
        assert!(got == Some(code) && wrong.contains(says), "{arguments:?}: {got:?} {wrong}");
    }
    server.stop().await;
}

/// The id that the first line of an import gets, if it says no more than a player and a score.
fn id_of_first_line(player: &str, score: i64) -> String {
    let said = format!("{player}\n{score}\n[]\nNone\n");
    let hash = said.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("line-1-{hash:016x}")
}

#[tokio::test]
async fn who_makes_a_lines_id_their_own_harms_nobody() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let conflict = |outcome: &Value| outcome["problem"]["type"] == "urn:leaderport:problem:conflict";
    let theirs = json!({ "playerId": "ada", "score": 5, "id": id_of_first_line("ada", 5) });
    let bulk = json!([theirs, { "playerId": "bob", "score": 7 }]).to_string();
    assert_eq!(imported(at, "main", NDJSON, "{\"playerId\":\"ada\",\"score\":5}\n").await["counted"], 1);
    let outcomes = admin(at, "POST", "/api/boards/main/scores", bulk.clone()).await.json();
    assert!(conflict(&outcomes[0]) && outcomes[1]["accepted"] == true, "{outcomes}");
    // The other way around as well.
    create_board(at, json!({ "id": "other" })).await;
    assert_eq!(admin(at, "POST", "/api/boards/other/scores", bulk).await.json()[0]["accepted"], true);
    let report = imported(at, "other", NDJSON, "{\"playerId\":\"ada\",\"score\":5}\n{\"playerId\":\"eve\",\"score\":1}\n").await;
    assert_eq!((&report["counted"], &report["refused"]), (&json!(1), &json!(1)), "{report}");
    server.stop().await;
}

#[tokio::test]
async fn imported_players_are_shown_as_their_profiles_say() {
    let server = LeaderPort::start().await;
    let at = server.address;
    assert_eq!(admin(at, "PUT", "/api/players/ada", r#"{"name":"Ada Lovelace"}"#).await.status, 200);
    imported(at, "main", NDJSON, "{\"playerId\":\"ada\",\"score\":5}\n").await;
    eventually("her name is shown", async || get(at, "/api/boards/main/entries/ada").await.json()["name"] == "Ada Lovelace").await;
    server.stop().await;
}
