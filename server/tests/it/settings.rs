//! How the server is set up, what it logs when it is slow, and all that helps to find a fault.

use crate::{
    auth::{as_whom, operator},
    client::{admin, create_board, submit},
    harness::{LeaderPort, program},
};
use serde_json::{Value, json};
use server::config::Setting;
use std::{
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
