//! How the server is set up, what it logs when it is slow, and all that helps to find a fault.

use crate::{
    auth::{as_whom, operator},
    client::{admin, create_board, get, send, submit},
    harness::{ADMIN_KEY, LeaderPort, Program, program},
};
use serde_json::{Value, json};
use server::config::Setting;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::Stdio,
};

#[tokio::test]
async fn diagnostics_have_no_secrets() {
    let setting =
        |flag: &str, value: &str| Setting { flag: flag.to_owned(), variable: None, value: Some(value.to_owned()), source: "flag" };
    let server = LeaderPort::start_with(|config| config.settings = vec![setting("--admin-key", "…"), setting("--log", "info")]).await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Laps" })).await;
    submit(at, "somebody-who-plays", 5).await;
    let owner = operator(at, "ada", "owner").await;
    let answer = as_whom(at, &owner, "GET", "/api/diagnostics", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"leaderport-diagnostics.json\"");
    let found = answer.json();
    assert_eq!(found["settings"][0], json!({ "flag": "--admin-key", "value": "…", "source": "flag" }));
    assert!(found["boards"].as_array().unwrap().iter().any(|board| board["rules"]["title"] == "Laps"));
    assert!(found["metrics"].as_str().unwrap().contains("leaderport_submissions_total"));
    assert!(found["valkey"].as_str().unwrap().contains("used_memory"));
    assert!(found["status"]["instances"].is_array() && found["log"].is_array());
    let text = answer.text();
    for secret in [crate::harness::ADMIN_KEY, owner.split('=').nth(1).unwrap(), crate::auth::PASSWORD, "somebody-who-plays"] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert_eq!(
        admin(at, "GET", "/api/settings", "").await.json()["settings"][1],
        json!({ "flag": "--log", "value": "info", "source": "flag" })
    );
    server.stop().await;
}

/// However much is logged: what is sent to somebody who looks for a fault says neither who plays nor how to come in.
#[tokio::test]
async fn the_log_of_diagnostics_says_nothing_of_players() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let server = Program::start_logging_all(&folder.path().join("data"), File::create(&log).unwrap()).await;
    let at = server.address;
    submit(at, "somebody-who-plays", 5).await;
    assert_eq!(get(at, "/api/boards/main/entries/somebody-who-plays").await.status, 200);
    let change = r#"{"state":"hidden","reason":"somebody-who-cheats"}"#;
    let moderated = admin(at, "PATCH", "/api/boards/main/entries/somebody-who-plays/moderation", change).await;
    assert_eq!(moderated.status, 200, "{}", moderated.text());
    let refused = send(at, "GET", "/api/audit", &[("authorization", "Bearer a-key-that-is-wrong")], "").await;
    assert_eq!(refused.status, 401);
    let found = admin(at, "GET", "/api/diagnostics", "").await.json();
    let lines: Vec<&str> = found["log"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    for told in ["LeaderPort is at http://", "a player was moderated", "leaderport::security"] {
        assert!(lines.iter().any(|line| line.contains(told)), "{told}: {lines:#?}");
    }
    assert_eq!(server.end("-TERM").await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    let token = log.lines().find(|line| line.contains("server::auth::setup")).expect("whoever reads the log itself has the token");
    assert!(log.contains("somebody-who-plays") && token.contains("/setup"), "{log}");
    let all = lines.join("\n");
    for secret in ["somebody-who", "a-key-that-is-wrong", ADMIN_KEY, "server::auth::setup"] {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
}

#[tokio::test]
async fn a_server_tells_how_it_was_started_and_what_was_slow() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let mut child = program()
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir", data, "--slow-request", "0"])
        .env("LEADERPORT_ADMIN_KEY", crate::harness::ADMIN_KEY)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("LeaderPort is at http://")).unwrap();
    let address = line.split("http://").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    let settings = admin(address, "GET", "/api/settings?", "").await.json();
    let of = |flag: &str| {
        settings["settings"].as_array().unwrap().iter().find(|setting| setting["flag"] == flag).cloned().unwrap_or(Value::Null)
    };
    assert_eq!(
        of("--admin-key"),
        json!({ "flag": "--admin-key", "variable": "LEADERPORT_ADMIN_KEY", "value": "…", "source": "environment" })
    );
    assert_eq!((&of("--data-dir")["value"], &of("--data-dir")["source"]), (&json!(data), &json!("flag")));
    assert_eq!(of("--durability")["source"], "default");
    assert_eq!(of("--valkey-url")["value"], Value::Null);
    let slow = lines.find(|line| line.contains("slow request")).unwrap();
    assert!(slow.contains("/api/settings") && slow.contains("WARN"), "{slow}");
    crate::harness::kill(child.id(), "-TERM");
    assert_eq!(crate::harness::wait(&mut child).await, Some(0));
}
