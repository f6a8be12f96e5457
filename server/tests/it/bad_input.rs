use crate::{
    client::{FORM, admin, assert_problem, create_board, get, is_problem, open, post, rows, send, submit},
    harness::{ADMIN_KEY, LeaderPort, Program},
};
use futures::SinkExt;
use serde_json::json;
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
    (r#"{"playerId":"ada","player":"bob","score":1}"#, 422, "invalid", "playerId", "given twice"),
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
    let server = LeaderPort::start_at_noon().await;
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

/// Method, path, body, status, code, field, and what the detail must say.
type Refusal = (&'static str, &'static str, &'static str, u16, &'static str, &'static str, &'static str);

/// Boards: created, edited, listed, shown, deleted.
const BOARDS: &[Refusal] = &[
    ("POST", "/api/boards", "", 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards", r#"{"id":"x",}"#, 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards", r#"{"id":"x","direction":asc}"#, 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards", r#"{"id":"x"} {}"#, 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards", r#"[{"id":"x"}]"#, 422, "invalid", "request", "must be a JSON object"),
    ("POST", "/api/boards", r#""x""#, 422, "invalid", "request", "must be a JSON object"),
    ("POST", "/api/boards", "null", 422, "invalid", "request", "must be a JSON object"),
    ("POST", "/api/boards", "{}", 422, "invalid", "id", "A board needs an id"),
    ("POST", "/api/boards", r#"{"id":null}"#, 422, "invalid", "id", "A board needs an id"),
    ("POST", "/api/boards", r#"{"id":5}"#, 422, "invalid", "id", "id must be a string, not integer `5`."),
    ("POST", "/api/boards", r#"{"id":""}"#, 422, "invalid", "id", "1 to 64 characters"),
    ("POST", "/api/boards", r#"{"id":"Main"}"#, 422, "invalid", "id", "a-z, 0-9 and '-'"),
    ("POST", "/api/boards", r#"{"id":"a/b"}"#, 422, "invalid", "id", "a-z, 0-9 and '-'"),
    ("POST", "/api/boards", r#"{"id":"b"}"#, 409, "exists", "id", "another id"),
    ("POST", "/api/boards", r#"{"id":"x","id":"y"}"#, 422, "invalid", "id", "The member `id` is given twice."),
    (
        "POST",
        "/api/boards",
        r#"{"id":"x","colour":"red"}"#,
        422,
        "invalid",
        "request",
        "There is no member `colour` here. What there is: `id`, `title`",
    ),
    ("POST", "/api/boards", r#"{"id":"x","min_score":1}"#, 422, "invalid", "request", "`minScore`"),
    ("POST", "/api/boards", r#"{"id":"x","version":1}"#, 422, "invalid", "request", "no member `version`"),
    ("POST", "/api/boards?dry=true", r#"{"id":"x"}"#, 422, "invalid", "request", "no query parameter `dry` here: this takes none"),
    ("PATCH", "/api/boards/b", r#"{"id":"c"}"#, 422, "invalid", "id", "can't change"),
    ("PATCH", "/api/boards/b", "7", 422, "invalid", "request", "must be a JSON object"),
    ("PATCH", "/api/boards/b", r#"{"colour":"red"}"#, 422, "invalid", "request", "no member `colour`"),
    ("PATCH", "/api/boards/b?x=1", "{}", 422, "invalid", "request", "no query parameter `x`"),
    ("PATCH", "/api/boards/no-such", "{}", 404, "not-found", "", "no such board"),
    ("PATCH", "/api/boards/B", "{}", 422, "invalid", "board", "a-z"),
    ("DELETE", "/api/boards/no-such", "", 404, "not-found", "", "no such board"),
    ("DELETE", "/api/boards/b?now=1", "", 422, "invalid", "request", "no query parameter `now`"),
    ("GET", "/api/boards/no-such", "", 404, "not-found", "", "no such board"),
    ("GET", "/api/boards/b?verbose=1", "", 422, "invalid", "request", "no query parameter `verbose`"),
    ("GET", "/api/boards/%ff", "", 400, "malformed", "", "UTF-8"),
    ("GET", "/api/boards?limit=0", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards?limit=1001", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards?limit=ten", "", 422, "invalid", "limit", "whole number"),
    ("GET", "/api/boards?limit=", "", 422, "invalid", "limit", "whole number"),
    ("GET", "/api/boards?limit=1&limit=2", "", 422, "invalid", "limit", "The query parameter `limit` is given twice."),
    ("GET", "/api/boards?cursor=A%20B", "", 422, "invalid", "cursor", "no cursor that was given out"),
    ("GET", "/api/boards?page=2", "", 422, "invalid", "request", "no query parameter `page` here. What there is: `limit`, `cursor`"),
];

/// Rules, each refused by `POST` and by `PATCH` alike.
const RULES: &[(&str, &str, &str)] = &[
    (r#""title":5"#, "title", "title must be a string, not integer `5`."),
    (r#""title":"""#, "title", "1 to 100 characters"),
    (r#""title":"  ""#, "title", "1 to 100 characters"),
    (r#""title":"a\u0007b""#, "title", "control character"),
    (r#""description":["a"]"#, "description", "description must be a string, not a list."),
    (r#""description":"a\tb""#, "description", "control characters"),
    (r#""direction":"up""#, "direction", "direction must be `desc` or `asc`, not `up`."),
    (r#""direction":5"#, "direction", "direction must be a string, not integer `5`."),
    (r#""direction":{"desc":null}"#, "direction", "direction must be a string, not an object."),
    (r#""keep":"worst""#, "keep", "keep must be one of `best`, `last`, `sum`, `first`, not `worst`."),
    (r#""keep":true"#, "keep", "keep must be a string, not `true`."),
    (r#""negative":"yes""#, "negative", "negative must be true or false, not string \"yes\"."),
    (r#""decimals":7"#, "decimals", "0 to 6"),
    (r#""decimals":300"#, "decimals", "0 to 6"),
    (r#""decimals":-1"#, "decimals", "0 to 6"),
    (r#""decimals":1.5"#, "decimals", "decimals must be a whole number, not floating point `1.5`."),
    (r#""decimals":"2""#, "decimals", "decimals must be a whole number, not string \"2\"."),
    (r#""minScore":"5""#, "minScore", "minScore must be a number."),
    (r#""minScore":0.5"#, "minScore", "whole numbers"),
    (r#""minScore":1e300"#, "minScore", "between"),
    (r#""maxScore":9007199254740992"#, "maxScore", "between"),
    (r#""maxScore":[1]"#, "maxScore", "maxScore must be a number."),
    (r#""maxScore":1e-9"#, "maxScore", "6 decimals"),
    (r#""minScore":2,"maxScore":1"#, "minScore", "minScore is above maxScore"),
    (r#""tiebreaks":"moves""#, "tiebreaks", "tiebreaks must be a list"),
    (r#""tiebreaks":["moves"]"#, "tiebreaks", "tiebreaks[0] must be an object, not string \"moves\"."),
    (r#""tiebreaks":[["moves","asc"]]"#, "tiebreaks", "tiebreaks[0] must be an object, not a list."),
    (r#""tiebreaks":[{"direction":"asc"}]"#, "tiebreaks", "tiebreaks[0]: The member `name` is missing."),
    (r#""tiebreaks":[{"name":"a"},{"name":"b","weight":2}]"#, "tiebreaks", "tiebreaks[1]: There is no member `weight` here."),
    (r#""tiebreaks":[{"name":"a","direction":"up"}]"#, "tiebreaks", "tiebreaks[0].direction must be `desc` or `asc`, not `up`."),
    (r#""tiebreaks":[{"name":"Moves"}]"#, "tiebreaks", "1 to 32 characters"),
    (r#""tiebreaks":[{"name":""}]"#, "tiebreaks", "1 to 32 characters"),
    (r#""tiebreaks":[{"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"}]"#, "tiebreaks", "at most 3"),
    (r#""tiebreaks":[{"name":"a"},{"name":"b"},{"name":"a"}]"#, "tiebreaks", "same name"),
    (r#""tieOrder":"random""#, "tieOrder", "tieOrder must be `first` or `last`, not `random`."),
    (r#""rankMode":"1224""#, "rankMode", "`ordinal`, `competition`, `modified`, `dense`"),
    (r#""rankMode":null,"rankMode":"dense""#, "rankMode", "The member `rankMode` is given twice."),
    (r#""windows":{"name":"daily"}"#, "windows", "windows must be a list, not an object."),
    (r#""windows":[5]"#, "windows", "windows[0] must be \"daily\", \"weekly\", \"monthly\", or a window's parts, not integer `5`."),
    (r#""windows":["hourly"]"#, "windows", "\"daily\", \"weekly\", \"monthly\", or its parts"),
    (r#""windows":["all"]"#, "windows", "\"daily\", \"weekly\", \"monthly\", or its parts"),
    (r#""windows":[{"name":"all","every":"day"}]"#, "windows", "leave it out"),
    (r#""windows":[{"every":"day"}]"#, "windows", "windows[0]: The member `name` is missing."),
    (r#""windows":[{"name":"x"}]"#, "windows", "windows[0]: The member `every` is missing."),
    (r#""windows":[{"name":"X y","every":"day"}]"#, "windows", "1 to 32 characters"),
    (
        r#""windows":["daily",{"name":"x","every":"year"}]"#,
        "windows",
        "windows[1].every must be one of `day`, `week`, `month`, `cron`, not `year`.",
    ),
    (r#""windows":[{"name":"x","every":1}]"#, "windows", "windows[0].every must be a string, not integer `1`."),
    (r#""windows":[{"name":"x","every":"day","hour":3}]"#, "windows", "windows[0]: There is no member `hour` here."),
    (r#""windows":[{"name":"x","every":"day","firstDay":"sunday"}]"#, "windows", "Only a weekly window"),
    (r#""windows":[{"name":"x","every":"week","firstDay":"sun"}]"#, "windows", "windows[0].firstDay must be one of `monday`"),
    (r#""windows":[{"name":"x","every":"month","cron":"0 0 1 * *"}]"#, "windows", "only one with \"every\": \"cron\" has \"cron\""),
    (r#""windows":[{"name":"x","every":"cron"}]"#, "windows", "a pattern of five fields"),
    (r#""windows":[{"name":"x","every":"cron","cron":"0 0 * *"}]"#, "windows", "Window 'x': A cron pattern has 5 fields"),
    (r#""windows":[{"name":"x","every":"cron","cron":"0 24 * * *"}]"#, "windows", "The hour field \"24\""),
    (r#""windows":[{"name":"x","every":"cron","cron":"0 0 * FOO *"}]"#, "windows", "The month field \"FOO\""),
    (r#""windows":[{"name":"x","every":"cron","cron":"0 0 30 2 *"}]"#, "windows", "never comes"),
    (r#""windows":[{"name":"x","every":"day","zone":"Mars/Olympus"}]"#, "windows", "Window 'x': There is no time zone \"Mars/Olympus\""),
    (r#""windows":[{"name":"x","every":"day","zone":""}]"#, "windows", "There is no time zone"),
    (r#""windows":[{"name":"x","every":"day","keepDays":0}]"#, "windows", "keepDays is 1 to 3650"),
    (r#""windows":[{"name":"x","every":"day","keepDays":99999}]"#, "windows", "keepDays is 1 to 3650"),
    (r#""windows":[{"name":"x","every":"day","keepDays":-1}]"#, "windows", "keepDays is 1 to 3650"),
    (r#""windows":[{"name":"x","every":"day","keepDays":6,"lateSeconds":604800}]"#, "windows", "longer than keepDays"),
    (r#""windows":[{"name":"x","every":"day","lateSeconds":604801}]"#, "windows", "lateSeconds is 0 to 604800"),
    (r#""windows":[{"name":"x","every":"day","lateSeconds":-1}]"#, "windows", "lateSeconds is 0 to 604800"),
    (r#""windows":[{"name":"x","every":"cron","cron":"* * * * *"}]"#, "windows", "Window 'x': it would keep more than 5000 periods"),
    (r#""windows":[{"name":"x","every":"cron","cron":"0 * * * *","keepDays":3650}]"#, "windows", "Lower keepDays"),
    (r#""windows":["daily",{"name":"daily","every":"month"}]"#, "windows", "same name"),
    (r#""visibility":"hidden""#, "visibility", "`public`, `unlisted`, `private`"),
    (r#""submitters":"all""#, "submitters", "`servers`, `players`, `accounts`, `runs`"),
    (r#""archived":1"#, "archived", "archived must be true or false, not integer `1`."),
    (r#""log":5"#, "log", "log must be an object, not integer `5`."),
    (r#""log":[5,5]"#, "log", "log must be an object, not a list."),
    (r#""log":{"count":0}"#, "log", "1 to 100000000"),
    (r#""log":{"count":100000001}"#, "log", "1 to 100000000"),
    (r#""log":{"days":3651}"#, "log", "3650 days"),
    (r#""log":{"days":70000}"#, "log", "3650 days"),
    (r#""log":{"hours":1}"#, "log", "log: There is no member `hours` here. What there is: `count`, `days`."),
    (r#""history":1001"#, "history", "0 to 1000"),
    (r#""history":-1"#, "history", "0 to 1000"),
    (r#""history":"many""#, "history", "history must be a whole number"),
];

/// Submissions to a board with the tiebreak `moves`, and entries: read, changed, removed; periods.
const ENTRIES: &[Refusal] = &[
    ("POST", "/api/boards/b/scores", "", 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards/b/scores", r#"[{"playerId":"ada"]"#, 400, "malformed", "", "isn't JSON"),
    ("POST", "/api/boards/b/scores", "5", 422, "invalid", "request", "must be a JSON object"),
    ("POST", "/api/boards/b/scores", "[]", 422, "invalid", "request", "1 to 1000"),
    ("POST", "/api/boards/b/scores", "{}", 422, "invalid", "playerId", "playerId must be a string"),
    ("POST", "/api/boards/b/scores", r#"{"playerId":"ada","score":1}"#, 422, "invalid", "tiebreaks", "a whole number for each of: moves."),
    ("POST", "/api/boards/b/scores", r#"{"playerId":"ada","score":1,"tiebreaks":[1]}"#, 422, "invalid", "tiebreaks", "for each of: moves."),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"time":1}}"#,
        422,
        "invalid",
        "tiebreaks",
        "for each of: moves.",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1,"time":1}}"#,
        422,
        "invalid",
        "tiebreaks",
        "for each of: moves.",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":"1"}}"#,
        422,
        "invalid",
        "tiebreaks",
        "moves must be a whole number",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1.5}}"#,
        422,
        "invalid",
        "tiebreaks",
        "moves must be a whole number",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":9007199254740992}}"#,
        422,
        "invalid",
        "tiebreaks",
        "within ±9007199254740991",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1,"moves":2}}"#,
        422,
        "invalid",
        "tiebreaks",
        "for each of: moves.",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1},"metadata":"x"}"#,
        422,
        "invalid",
        "metadata",
        "JSON object of at most 1024 bytes",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1},"metadata":[1]}"#,
        422,
        "invalid",
        "metadata",
        "JSON object",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1},"at":"noon"}"#,
        422,
        "invalid",
        "at",
        "milliseconds since 1970",
    ),
    (
        "POST",
        "/api/boards/b/scores",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1},"window":"all"}"#,
        422,
        "invalid",
        "request",
        "There is no member `window` here. What there is: ",
    ),
    (
        "POST",
        "/api/boards/b/scores?window=all",
        r#"{"playerId":"ada","score":1,"tiebreaks":{"moves":1}}"#,
        422,
        "invalid",
        "request",
        "no query parameter `window`",
    ),
    ("POST", "/api/boards/no-such/scores", r#"{"playerId":"ada","score":1}"#, 404, "not-found", "", "no such board"),
    ("POST", "/api/boards/B/scores", r#"{"playerId":"ada","score":1}"#, 422, "invalid", "board", "a-z"),
    ("POST", "/api/score?board=b", r#"{"playerId":"ada","score":1}"#, 422, "invalid", "request", "no query parameter `board`"),
    ("GET", "/api/boards/b/entries?limit=0", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards/b/entries?limit=1001", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards/b/entries?players=ada&limit=0", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards/b/entries?from=0", "", 422, "invalid", "from", "from 1 on"),
    ("GET", "/api/boards/b/entries?from=-1", "", 422, "invalid", "from", "from 1 on"),
    ("GET", "/api/boards/b/entries?from=1.0", "", 422, "invalid", "from", "whole number"),
    ("GET", "/api/boards/b/entries?from=9007199254740992", "", 422, "invalid", "from", "whole number"),
    ("GET", "/api/boards/b/entries?from=", "", 422, "invalid", "from", "whole number"),
    ("GET", "/api/boards/b/entries?around=", "", 422, "invalid", "around", "missing"),
    ("GET", "/api/boards/b/entries?around=%00", "", 422, "invalid", "around", "control"),
    ("GET", "/api/boards/b/entries?around=nobody", "", 404, "not-found", "", "no such player"),
    ("GET", "/api/boards/b/entries?page_of=%20x", "", 422, "invalid", "page_of", "space"),
    ("GET", "/api/boards/b/entries?page_of=nobody", "", 404, "not-found", "", "no such player"),
    ("GET", "/api/boards/b/entries?players=", "", 422, "invalid", "players", "missing"),
    ("GET", "/api/boards/b/entries?players=ada,,bob", "", 422, "invalid", "players", "missing"),
    ("GET", "/api/boards/b/entries?players=ada,%25ff", "", 422, "invalid", "players", "UTF-8"),
    ("GET", "/api/boards/b/entries?score_min=low", "", 422, "invalid", "score_min", "number"),
    ("GET", "/api/boards/b/entries?score_min=", "", 422, "invalid", "score_min", "missing"),
    ("GET", "/api/boards/b/entries?score_max=1.5", "", 422, "invalid", "score_max", "whole numbers"),
    ("GET", "/api/boards/b/entries?score_max=1e99", "", 422, "invalid", "score_max", "between"),
    ("GET", "/api/boards/b/entries?score_min=2&score_max=1", "", 422, "invalid", "score_min", "above score_max"),
    ("GET", "/api/boards/b/entries?score_min=1&offset=-1", "", 422, "invalid", "offset", "from 0 on"),
    ("GET", "/api/boards/b/entries?offset=1", "", 422, "invalid", "offset", "goes with a range"),
    ("GET", "/api/boards/b/entries?players=ada&offset=1", "", 422, "invalid", "offset", "goes with a range"),
    ("GET", "/api/boards/b/entries?around=ada&offset=1", "", 422, "invalid", "offset", "goes with a range"),
    ("GET", "/api/boards/b/entries?percentile=100.1", "", 422, "invalid", "percentile", "0 to 100"),
    ("GET", "/api/boards/b/entries?percentile=-1", "", 422, "invalid", "percentile", "0 to 100"),
    ("GET", "/api/boards/b/entries?percentile=1.00001", "", 422, "invalid", "percentile", "4 decimals"),
    ("GET", "/api/boards/b/entries?percentile=half", "", 422, "invalid", "percentile", "number"),
    ("GET", "/api/boards/b/entries?from=1&around=ada", "", 422, "invalid", "request", "by one of"),
    ("GET", "/api/boards/b/entries?score_max=1&percentile=1", "", 422, "invalid", "request", "by one of"),
    ("GET", "/api/boards/b/entries?rank=1&rank_max=2", "", 422, "invalid", "request", "by one of"),
    ("GET", "/api/boards/b/entries?rank_min=1&score_min=2", "", 422, "invalid", "request", "by one of"),
    ("GET", "/api/boards/b/entries?sample=true&from=1", "", 422, "invalid", "request", "by one of"),
    ("GET", "/api/boards/b/entries?rank=0", "", 422, "invalid", "rank", "from 1 on"),
    ("GET", "/api/boards/b/entries?rank=9007199254740992", "", 422, "invalid", "rank", "from 1 on"),
    ("GET", "/api/boards/b/entries?rank_min=x", "", 422, "invalid", "rank_min", "from 1 on"),
    ("GET", "/api/boards/b/entries?rank_max=0", "", 422, "invalid", "rank_max", "from 1 on"),
    ("GET", "/api/boards/b/entries?rank_min=3&rank_max=2", "", 422, "invalid", "rank_min", "above rank_max"),
    ("GET", "/api/boards/b/entries?sample=yes", "", 422, "invalid", "sample", "sample=true"),
    ("GET", "/api/boards/b/entries?cursor=", "", 422, "invalid", "cursor", "no cursor"),
    ("GET", "/api/boards/b/entries?cursor=%00", "", 422, "invalid", "cursor", "no cursor"),
    ("GET", "/api/boards/b/entries?cursor=AAAA&from=1", "", 422, "invalid", "cursor", "goes alone"),
    ("GET", "/api/boards/b/entries?cursor=AAAA&rank_min=1", "", 422, "invalid", "cursor", "goes alone"),
    ("GET", "/api/boards/b/entries?cursor=AAAA&offset=1", "", 422, "invalid", "offset", "use from or cursor"),
    ("GET", "/api/boards/b/percentiles?percentiles=", "", 422, "invalid", "percentiles", "0 to 100"),
    ("GET", "/api/boards/b/percentiles?percentiles=50,101", "", 422, "invalid", "percentiles", "0 to 100"),
    ("GET", "/api/boards/b/percentiles?percentiles=1.00001", "", 422, "invalid", "percentiles", "4 decimals"),
    ("GET", "/api/boards/b/percentiles?p=1", "", 422, "invalid", "request", "no query parameter"),
    ("GET", "/api/boards/b/percentiles?window=none", "", 404, "not-found", "", "window"),
    ("GET", "/api/boards/none/percentiles", "", 404, "not-found", "", "board"),
    ("GET", "/api/boards/b/entries?scoreMin=1", "", 422, "invalid", "request", "`score_min`"),
    ("GET", "/api/boards/b/entries?window=Daily", "", 422, "invalid", "window", "a-z"),
    ("GET", "/api/boards/b/entries?window=hourly", "", 404, "not-found", "", "no such window"),
    ("GET", "/api/boards/b/entries?window=daily&period=x", "", 404, "not-found", "", "no such period"),
    ("GET", "/api/boards/b/entries?period=2026-11-21", "", 404, "not-found", "", "no such period"),
    ("GET", "/api/boards/no-such/entries?players=ada", "", 404, "not-found", "", "no such board"),
    ("GET", "/api/boards/b/entries/nobody", "", 404, "not-found", "", "no such player"),
    ("GET", "/api/boards/b/entries/%20", "", 422, "invalid", "playerId", "show something"),
    ("GET", "/api/boards/b/entries/ada?limit=1001", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards/b/entries/ada?window=hourly", "", 404, "not-found", "", "no such window"),
    ("GET", "/api/boards/b/entries/ada?from=1", "", 422, "invalid", "request", "no query parameter `from`"),
    ("GET", "/api/boards/no-such/entries/ada", "", 404, "not-found", "", "no such board"),
    ("GET", "/api/boards/b/entries/nobody/history", "", 404, "not-found", "", "no such player"),
    ("GET", "/api/boards/b/entries/ada/history?window=daily", "", 422, "invalid", "request", "no query parameter `window`"),
    ("GET", "/api/boards/no-such/entries/ada/history", "", 404, "not-found", "", "no such board"),
    ("GET", "/api/boards/b/periods?limit=0", "", 422, "invalid", "limit", "1 to 1000"),
    ("GET", "/api/boards/b/periods?cursor=x", "", 422, "invalid", "cursor", "no cursor that was given out"),
    ("GET", "/api/boards/b/periods?cursor=x:daily:y", "", 422, "invalid", "cursor", "no cursor that was given out"),
    ("GET", "/api/boards/b/periods?window=", "", 422, "invalid", "window", "1 to 32 characters"),
    ("GET", "/api/boards/b/periods?window=hourly", "", 404, "not-found", "", "no such window"),
    ("GET", "/api/boards/b/periods?period=x", "", 422, "invalid", "request", "no query parameter `period`"),
    ("GET", "/api/boards/no-such/periods", "", 404, "not-found", "", "no such board"),
    ("PATCH", "/api/boards/b/entries/ada", "{", 400, "malformed", "", "isn't JSON"),
    ("PATCH", "/api/boards/b/entries/ada", "[1]", 422, "invalid", "request", "must be a JSON object"),
    ("PATCH", "/api/boards/b/entries/ada", "{}", 422, "invalid", "request", "at least one of: score, add, tiebreaks, metadata"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"score":null}"#, 422, "invalid", "request", "at least one of"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"score":1,"add":1}"#, 422, "invalid", "add", "not both"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"score":"1"}"#, 422, "invalid", "score", "score must be a number"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"score":1.5}"#, 422, "invalid", "score", "whole numbers"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"add":true}"#, 422, "invalid", "add", "add must be a number"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"add":0.1}"#, 422, "invalid", "add", "whole numbers"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"add":9007199254740991}"#, 422, "invalid", "add", "larger than a score can be"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"tiebreaks":{}}"#, 422, "invalid", "tiebreaks", "for each of: moves."),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"metadata":5}"#, 422, "invalid", "metadata", "JSON object"),
    ("PATCH", "/api/boards/b/entries/ada", r#"{"attempts":5}"#, 422, "invalid", "request", "no member `attempts`"),
    ("PATCH", "/api/boards/b/entries/ada?limit=1", r#"{"score":5}"#, 422, "invalid", "request", "no query parameter `limit`"),
    ("PATCH", "/api/boards/b/entries/ada?window=hourly", r#"{"score":5}"#, 404, "not-found", "", "no such window"),
    ("PATCH", "/api/boards/b/entries/ada?window=daily&period=2099-01-01", r#"{"score":5}"#, 404, "not-found", "", "no such period"),
    ("PATCH", "/api/boards/b/entries/ada?period=x", r#"{"score":5}"#, 404, "not-found", "", "no such period"),
    ("PATCH", "/api/boards/b/entries/nobody", r#"{"metadata":{}}"#, 404, "not-found", "", "no such player"),
    ("PATCH", "/api/boards/b/entries/a%0Ab", r#"{"score":5}"#, 422, "invalid", "playerId", "control"),
    ("PATCH", "/api/boards/no-such/entries/ada", r#"{"score":5}"#, 404, "not-found", "", "no such board"),
    ("DELETE", "/api/boards/b/entries/nobody", "", 404, "not-found", "", "no such player"),
    ("DELETE", "/api/boards/b/entries/ada?all=true", "", 422, "invalid", "request", "no query parameter `all`"),
    ("DELETE", "/api/boards/b/entries/ada?window=hourly", "", 404, "not-found", "", "no such window"),
    ("DELETE", "/api/boards/b/entries/ada?window=daily&period=2099-01-01", "", 404, "not-found", "", "no such period"),
    ("DELETE", "/api/boards/no-such/entries/ada", "", 404, "not-found", "", "no such board"),
    ("DELETE", "/api/boards/b/entries", "", 422, "invalid", "request", "exactly one of"),
    ("DELETE", "/api/boards/b/entries?window=daily", "", 422, "invalid", "request", "exactly one of"),
    ("DELETE", "/api/boards/b/entries?all=false", "", 422, "invalid", "all", "all=true"),
    ("DELETE", "/api/boards/b/entries?all=true&players=ada", "", 422, "invalid", "request", "exactly one of"),
    ("DELETE", "/api/boards/b/entries?keep_top=1&score_min=1", "", 422, "invalid", "request", "exactly one of"),
    ("DELETE", "/api/boards/b/entries?keep_top=-1", "", 422, "invalid", "keep_top", "keep_top must be a whole number"),
    ("DELETE", "/api/boards/b/entries?keep_top=", "", 422, "invalid", "keep_top", "keep_top must be a whole number"),
    ("DELETE", "/api/boards/b/entries?score_min=x", "", 422, "invalid", "score_min", "number"),
    ("DELETE", "/api/boards/b/entries?score_max=0.1", "", 422, "invalid", "score_max", "whole numbers"),
    ("DELETE", "/api/boards/b/entries?score_min=2&score_max=1", "", 422, "invalid", "score_min", "above"),
    ("DELETE", "/api/boards/b/entries?players=ada,%20", "", 422, "invalid", "players", "show something"),
    ("DELETE", "/api/boards/b/entries?around=ada", "", 422, "invalid", "request", "no query parameter `around`"),
    ("DELETE", "/api/boards/b/entries?all=true&window=hourly", "", 404, "not-found", "", "no such window"),
    ("DELETE", "/api/boards/no-such/entries?all=true", "", 404, "not-found", "", "no such board"),
    ("GET", "/api/boards/b/nothing", "", 404, "no-route", "", "/docs"),
    ("GET", "/api/boards/", "", 404, "no-route", "", "/docs"),
];

/// A board `b` with an entry in two windows; and everything that a request could have changed.
async fn something_to_spoil(at: std::net::SocketAddr) {
    create_board(at, json!({ "id": "b", "tiebreaks": [{ "name": "moves" }], "windows": ["daily"] })).await;
    let ada = r#"{"playerId":"ada","score":5,"tiebreaks":{"moves":3},"metadata":{"a":1}}"#;
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", ada).await.status, 200);
}

async fn all_there_is(at: std::net::SocketAddr) -> Vec<String> {
    let mut all = Vec::new();
    for path in ["/api/boards", "/api/boards/b/entries", "/api/boards/b/entries?window=daily", "/api/boards/b/periods", "/api/leaderboard"]
    {
        let answer = admin(at, "GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        all.push(answer.text());
    }
    all
}

#[tokio::test]
async fn every_route_says_what_to_change_and_changes_nothing() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    something_to_spoil(at).await;
    let before = all_there_is(at).await;
    let mut wrong: Vec<String> = Vec::new();
    for (method, path, body, status, code, field, says) in BOARDS.iter().chain(ENTRIES) {
        let answer = admin(at, method, path, *body).await;
        if !is_problem(&answer, *status, code, field, says) {
            wrong.push(format!("{method} {path} {body}: not {status} {code} {field:?} {says:?}: {}", answer.text()));
        }
    }
    for (rule, field, says) in RULES {
        for (method, path, id) in [("POST", "/api/boards", r#""id":"x","#), ("PATCH", "/api/boards/b", "")] {
            let body = format!("{{{id}{rule}}}");
            let answer = admin(at, method, path, body.clone()).await;
            if !is_problem(&answer, 422, "invalid", field, says) {
                wrong.push(format!("{method} {body}: not {field:?} {says:?}: {}", answer.text()));
            }
        }
    }
    assert_eq!(wrong.join("\n"), "");
    // What is too long or too much to be written out above.
    let nine: Vec<_> = (0..9).map(|n| json!({ "name": format!("w{n}"), "every": "day" })).collect();
    let names = |count: usize| (0..count).map(|n| format!("p{n}")).collect::<Vec<_>>().join(",");
    for (rule, field, says) in [
        (json!({ "id": "x".repeat(65) }), "id", "1 to 64"),
        (json!({ "id": "x", "title": "é".repeat(101) }), "title", "100 characters"),
        (json!({ "id": "x", "description": "é".repeat(2001) }), "description", "2000 characters"),
        (json!({ "id": "x", "tiebreaks": [{ "name": "a".repeat(33) }] }), "tiebreaks", "32 characters"),
        (json!({ "id": "x", "windows": nine }), "windows", "at most 8"),
        (json!({ "id": "x", "windows": [{ "name": "a".repeat(33), "every": "day" }] }), "windows", "32 characters"),
        (json!({ "id": "x", "windows": [{ "name": "a", "every": "day", "zone": "a".repeat(65) }] }), "windows", "64 characters"),
        (json!({ "id": "x", "windows": [{ "name": "a", "every": "cron", "cron": "1,".repeat(51) }] }), "windows", "at most 100"),
    ] {
        let answer = admin(at, "POST", "/api/boards", rule.to_string()).await;
        assert_problem(&answer, 422, "invalid", field, says, &rule.to_string());
    }
    let metadata = json!({ "x": "y".repeat(1017) });
    let answer = admin(at, "PATCH", "/api/boards/b/entries/ada", json!({ "metadata": metadata }).to_string()).await;
    assert_problem(&answer, 422, "invalid", "metadata", "1024 bytes", "metadata that is too long");
    let path = format!("/api/boards/b/entries/{}", "x".repeat(65));
    assert_problem(&admin(at, "GET", &path, "").await, 422, "invalid", "playerId", "64 bytes", "a player's id that is too long");
    for method in ["GET", "DELETE"] {
        let answer = admin(at, method, &format!("/api/boards/b/entries?players={}", names(1001)), "").await;
        assert_problem(&answer, 422, "invalid", "players", "at most 1000", "too many players");
    }
    assert_eq!(get(at, &format!("/api/boards/b/entries?players={}", names(1000))).await.json()["missing"].as_array().unwrap().len(), 1000);
    assert_eq!(all_there_is(at).await, before);
    server.stop().await;
}

#[tokio::test]
async fn requests_to_boards_of_the_wrong_kind_are_refused() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    something_to_spoil(at).await;
    let before = all_there_is(at).await;
    let key = format!("Bearer {ADMIN_KEY}");
    let routes = [
        ("/api/boards", "GET,HEAD,POST", &["POST"][..]),
        ("/api/boards/b", "DELETE,GET,HEAD,PATCH", &["PATCH"]),
        ("/api/boards/b/scores", "POST", &["POST"]),
        ("/api/boards/b/entries", "DELETE,GET,HEAD", &[]),
        ("/api/boards/b/entries/ada", "DELETE,GET,HEAD,PATCH", &["PATCH"]),
        ("/api/boards/b/entries/ada/history", "GET,HEAD", &[]),
        ("/api/boards/b/periods", "GET,HEAD", &[]),
    ];
    for (path, allowed, with_body) in routes {
        for method in ["POST", "PATCH", "DELETE", "PUT", "BREW"].into_iter().filter(|method| !allowed.contains(method)) {
            let answer = admin(at, method, path, "{}").await;
            assert_problem(&answer, 405, "no-method", "", "see the Allow header", &format!("{method} {path}"));
            let mut allow: Vec<_> = answer.header("allow").split(',').collect();
            allow.sort_unstable();
            assert_eq!(allow.join(","), allowed, "{method} {path}");
        }
        for method in with_body {
            for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonx")] {
                let headers: Vec<_> =
                    [("authorization", key.as_str())].into_iter().chain(kind.map(|kind| ("content-type", kind))).collect();
                let answer = send(at, method, path, &headers, r#"{"id":"x","title":"x","score":1}"#).await;
                assert_problem(&answer, 415, "not-json", "", "Content-Type: application/json", &format!("{method} {path} {kind:?}"));
            }
            let huge = format!(r#"{{"title":"{}"}}"#, "x".repeat(1 << 20));
            assert_problem(&admin(at, method, path, huge).await, 413, "too-large", "", "1 MiB", &format!("{method} {path}"));
        }
    }
    // Up to 1 MiB is read: then it is the title that is too long.
    let large = format!(r#"{{"title":"{}"}}"#, "x".repeat((1 << 20) - 12));
    assert_eq!(large.len(), 1 << 20);
    assert_problem(&admin(at, "PATCH", "/api/boards/b", large).await, 422, "invalid", "title", "100 characters", "a large body");
    // The short form takes 16 KiB.
    let body = |length: usize| format!(r#"{{"playerId":"ada","score":1,"metadata":{{"x":"{}"}}}}"#, "y".repeat(length - 48));
    assert_eq!(body(16 << 10).len(), 16 << 10);
    assert_problem(&admin(at, "POST", "/api/score", body(16 << 10)).await, 422, "invalid", "metadata", "1024", "16 KiB");
    assert_problem(&admin(at, "POST", "/api/score", body((16 << 10) + 1)).await, 413, "too-large", "", "16 KiB", "more than that");
    let answer =
        send(at, "PATCH", "/api/boards/b", &[("content-type", "Application/JSON; charset=utf-8"), ("authorization", &key)], "{}").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let version = |all: &[String]| serde_json::from_str::<serde_json::Value>(&all[1]).unwrap()["version"].as_u64().unwrap();
    assert_eq!(version(&all_there_is(at).await), version(&before) + 1);
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
    for path in [
        "/api/nothing",
        "/nowhere",
        "/api/leaderboard?limit=x",
        "/ws",
        "/fn/nothing",
        "/pkg/../../etc/passwd",
        "/?after=%ff",
        "/b/main?from=%ff",
        "/b/%ff",
    ] {
        get(at, path).await;
    }
    for path in ["/b/main/scores", "/me", "/fn/submit_score", "/fn/open_board"] {
        send(at, "POST", path, &[FORM], "%ff=%fe").await;
    }
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
