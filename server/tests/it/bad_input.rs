use crate::{
    client::{get, open, post, rows, send, submit},
    harness::{LeaderPort, Program},
};
use futures::SinkExt;
use std::fs::File;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// Body, status, code, field, and what the detail must say.
const SCORES: &[(&str, u16, &str, &str, &str)] = &[
    ("", 400, "malformed", "", "isn't JSON"),
    ("{", 400, "malformed", "", "isn't JSON"),
    ("playerId=ada&score=1", 400, "malformed", "", "isn't JSON"),
    (r#"{"playerId":"ada","score":NaN}"#, 400, "malformed", "", "isn't JSON"),
    (r#"{"playerId":"ada","score":01}"#, 400, "malformed", "", "isn't JSON"),
    (r#"{"playerId":"ada","score":Infinity}"#, 400, "malformed", "", "isn't JSON"),
    (r#"{"playerId":"ada","score":1} x"#, 400, "malformed", "", "isn't JSON"),
    ("[]", 422, "invalid", "request", "must be a JSON object"),
    ("null", 422, "invalid", "request", "must be a JSON object"),
    (r#"{"playerId":"ada","score":1,"cheat":true}"#, 422, "invalid", "request", "no member `cheat`"),
    (r#"{"playerId":"ada","player":"bob","score":1}"#, 422, "invalid", "request", "given twice"),
    ("{}", 422, "invalid", "playerId", "playerId"),
    (r#"{"score":1}"#, 422, "invalid", "playerId", "playerId"),
    (r#"{"playerId":null,"score":1}"#, 422, "invalid", "playerId", "playerId"),
    (r#"{"playerId":7,"score":1}"#, 422, "invalid", "playerId", "string"),
    (r#"{"playerId":"","score":1}"#, 422, "invalid", "playerId", "missing"),
    (r#"{"playerId":" ada","score":1}"#, 422, "invalid", "playerId", "space"),
    (r#"{"playerId":"a\u0000b","score":1}"#, 422, "invalid", "playerId", "control"),
    (r#"{"playerId":"a\u202eb","score":1}"#, 422, "invalid", "playerId", "invisible"),
    (r#"{"playerId":"ada"}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":null}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":"1"}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":true}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":[1]}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":{}}"#, 422, "invalid", "score", "number"),
    (r#"{"playerId":"ada","score":1.5}"#, 422, "invalid", "score", "whole"),
    (r#"{"playerId":"ada","score":1e300}"#, 422, "invalid", "score", "between"),
    (r#"{"playerId":"ada","score":-1e300}"#, 422, "invalid", "score", "between"),
    (r#"{"playerId":"ada","score":1e99999}"#, 422, "invalid", "score", "between"),
    (r#"{"playerId":"ada","score":9007199254740992}"#, 422, "invalid", "score", "between"),
    (r#"{"playerId":"ada","score":-9007199254740992}"#, 422, "invalid", "score", "between"),
    (r#"{"playerId":"ada","score":1,"id":""}"#, 422, "invalid", "id", "id"),
    (r#"{"playerId":"ada","score":1,"id":"a b"}"#, 422, "invalid", "id", "id"),
    (r#"{"playerId":"ada","score":1,"id":5}"#, 422, "invalid", "id", "id"),
];

#[tokio::test]
async fn a_bad_submission_is_refused_and_changes_nothing() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1).await;
    let before = get(at, "/api/leaderboard").await.body;
    let too_long = format!(r#"{{"playerId":"{}","score":1}}"#, "x".repeat(65));
    let long_id = format!(r#"{{"playerId":"ada","score":1,"id":"{}"}}"#, "x".repeat(65));
    let table = SCORES
        .iter()
        .copied()
        .chain([(too_long.as_str(), 422, "invalid", "playerId", "64"), (long_id.as_str(), 422, "invalid", "id", "64")]);
    for (body, status, code, field, says) in table {
        let answer = post(at, "/api/score", body.to_owned()).await;
        assert_eq!(answer.status.as_u16(), status, "{body}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{body}");
        let problem = answer.json();
        assert_eq!(problem["type"], format!("urn:leaderport:problem:{code}"), "{body}");
        assert_eq!(problem["status"], status, "{body}");
        assert_eq!(problem["field"].as_str().unwrap_or(""), field, "{body}");
        assert!(problem["detail"].as_str().unwrap().contains(says), "{body}: {problem}");
    }
    assert_eq!(get(at, "/api/leaderboard").await.body, before);
    server.stop().await;
}

#[tokio::test]
async fn a_score_on_the_edge_is_taken() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let name = "x".repeat(64);
    for body in [
        r#"{"playerId":"max","score":9007199254740991}"#.to_owned(),
        r#"{"playerId":"min","score":-9007199254740991}"#.to_owned(),
        r#"{"playerId":"e","score":1.2e3}"#.to_owned(),
        r#"{"playerId":"z","score":-0.0}"#.to_owned(),
        format!(r#"{{"player":"{name}","score":7}}"#),
    ] {
        assert_eq!(post(at, "/api/score", body).await.status, 200);
    }
    let expected = [("max", 9_007_199_254_740_991), ("e", 1200), (name.as_str(), 7), ("z", 0), ("min", -9_007_199_254_740_991)];
    assert_eq!(rows(at).await.iter().map(|row| (row.1.as_str(), row.2)).collect::<Vec<_>>(), expected);
    server.stop().await;
}

#[tokio::test]
async fn requests_of_the_wrong_kind_are_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let json = [("content-type", "application/json")];
    let huge = format!(r#"{{"playerId":"ada","score":1,"id":"{}"}}"#, "x".repeat(2 << 20));
    /// Method, path, headers, body, status, code.
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], String, u16, &'a str);
    let cases: Vec<Case> = vec![
        ("POST", "/api/score", &[], r#"{"playerId":"ada","score":1}"#.to_owned(), 415, "not-json"),
        ("POST", "/api/score", &[("content-type", "text/plain")], r#"{"playerId":"ada","score":1}"#.to_owned(), 415, "not-json"),
        ("POST", "/api/score", &json, huge, 413, "too-large"),
        ("GET", "/api/score", &[], String::new(), 405, "no-method"),
        ("PUT", "/api/score", &json, "{}".to_owned(), 405, "no-method"),
        ("BREW", "/api/score", &json, "{}".to_owned(), 405, "no-method"),
        ("POST", "/api/leaderboard", &json, "{}".to_owned(), 405, "no-method"),
        ("GET", "/fn/submit_score", &[], String::new(), 405, "no-method"),
        ("POST", "/", &[], String::new(), 405, "no-method"),
        ("POST", "/nowhere", &[], String::new(), 405, "no-method"),
        ("DELETE", "/favicon.svg", &[], String::new(), 405, "no-method"),
        ("PUT", "/pkg/x", &[], String::new(), 405, "no-method"),
        ("GET", "/api/nothing", &[], String::new(), 404, "no-route"),
        ("GET", "/api/leaderboard?limit=0", &[], String::new(), 422, "invalid"),
        ("GET", "/api/leaderboard?limit=1001", &[], String::new(), 422, "invalid"),
        ("GET", "/api/leaderboard?limit=-1", &[], String::new(), 422, "invalid"),
        ("GET", "/api/leaderboard?limit=ten", &[], String::new(), 422, "invalid"),
        ("GET", "/api/leaderboard?limt=10", &[], String::new(), 422, "invalid"),
        ("GET", "/api/leaderboard?board=Main", &[], String::new(), 422, "invalid"),
        ("GET", "/api/boards/Main/entries/ada", &[], String::new(), 422, "invalid"),
        ("GET", "/api/boards/main/entries/%20", &[], String::new(), 422, "invalid"),
        ("GET", "/api/boards/main/entries/%ff", &[], String::new(), 400, "malformed"),
        ("GET", "/ws", &[], String::new(), 400, "no-websocket"),
        ("GET", "/ws?limit=0", &[], String::new(), 422, "invalid"),
        ("GET", "/ws?limit=101", &[], String::new(), 422, "invalid"),
    ];
    for (method, path, headers, body, status, code) in cases {
        let answer = send(at, method, path, headers, body).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text());
        assert_eq!(answer.json()["type"], format!("urn:leaderport:problem:{code}"), "{method} {path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{method} {path}");
        assert_eq!(status == 405, !answer.header("allow").is_empty(), "{method} {path}");
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn nonsense_from_outside_is_no_error_of_ours() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let server = Program::start_logging(&folder.path().join("data"), File::create(&log).unwrap()).await;
    let at = server.address;
    for (body, ..) in SCORES {
        post(at, "/api/score", *body).await;
    }
    for path in ["/api/nothing", "/nowhere", "/api/leaderboard?limit=x", "/ws", "/fn/nothing", "/pkg/../../etc/passwd", "/?__err=x"] {
        get(at, path).await;
    }
    send(at, "POST", "/fn/submit_score", &[("content-type", "application/x-www-form-urlencoded")], "%ff=%fe").await;
    let mut raw = TcpStream::connect(at).await.unwrap();
    raw.write_all(b"\x16\x03\x01 this is no HTTP\r\n\r\n").await.unwrap();
    let mut socket = open(at, "").await;
    socket.send(Message::text("nonsense")).await.unwrap();
    drop(socket);
    assert_eq!(server.end("-TERM").await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    // Server tests run without the front end, and the log says so.
    let loud =
        |line: &&str| ["\"WARN\"", "\"ERROR\"", "panicked"].iter().any(|sign| line.contains(sign)) && !line.contains("server::front_end");
    assert!(log.contains("\"INFO\""), "{log}");
    assert_eq!(log.lines().filter(loud).collect::<Vec<_>>(), [""; 0]);
}
