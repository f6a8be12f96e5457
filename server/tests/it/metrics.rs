//! What is told to Prometheus, and the dashboard for Grafana that asks for it.

use crate::{
    auth::{admin_key, as_whom, key},
    client::{admin, assert_problem, create_board, fill, get, next, open, send, submit},
    harness::{ADMIN_KEY, LeaderPort, Valkey, eventually},
};
use clap::Parser;
use serde_json::{Value, json};
use server::{
    config::{Cli, Command, Config},
    metrics::ALL,
};
use std::collections::BTreeSet;
use tokio::net::TcpListener;

/// The names of ours that stand in a text, without what histograms put behind theirs.
fn names(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    let name = |rest: &str| {
        let name: String = rest.chars().take_while(|c| is_part(*c)).collect();
        let whole = format!("leaderport{name}");
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| whole.strip_suffix(end)).map(str::to_owned);
        base.filter(|base| ALL.contains(&&**base)).unwrap_or(whole)
    };
    text.split("leaderport").skip(1).filter(|rest| rest.starts_with('_')).map(name).collect()
}

#[tokio::test]
async fn the_dashboard_for_grafana_asks_for_what_there_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 7).await;
    let mut socket = open(at, "").await;
    assert_eq!(next(&mut socket).await["total"], 1);
    assert_eq!(get(at, "/readyz").await.status, 200);
    let told = get(at, "/metrics").await.text();
    let (told_names, known) = (names(&told), ALL.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
    assert!(told_names.is_subset(&known), "{told_names:?}");
    // These are there once it happens.
    let seldom = [
        "leaderport_refusals_total",
        "leaderport_live_closes_total",
        "leaderport_webhook_attempts_total",
        "leaderport_live_players",
        "leaderport_jobs_total",
    ];
    for name in known.iter().filter(|name| !seldom.contains(&name.as_str())) {
        assert!(told.contains(&format!("# HELP {name} ")) && told.contains(&format!("# TYPE {name} ")), "{name} is told, with what it is");
    }
    let text = include_str!("../../grafana.json");
    let dashboard: Value = serde_json::from_str(text).unwrap();
    assert_eq!(names(text), known, "every metric there is, and no other");
    let panels = dashboard["panels"].as_array().unwrap();
    let asked = panels.iter().flat_map(|panel| panel["targets"].as_array().cloned().unwrap_or_default());
    assert!(asked.clone().count() > 15 && asked.clone().all(|target| target["expr"].as_str().unwrap().contains("leaderport_")));
    assert!(panels.iter().filter(|panel| panel["type"] != "row").all(|panel| panel["datasource"]["uid"] == "${source}"));
    drop(socket);
    server.stop().await;
}

/// By the token alone: neither by other keys nor with the help of Valkey, which may be what is looked into.
#[tokio::test]
async fn metrics_are_for_whoever_has_the_token_if_there_is_one() {
    const TOKEN: &str = "metrics-token-of-the-test";
    let open = LeaderPort::start().await;
    assert_eq!(get(open.address, "/metrics").await.status, 200);
    open.stop().await;
    let valkey = Valkey::start();
    let parse = |token: &str| Cli::try_parse_from(["leaderport", "--metrics-token", token]).map(Cli::into_command);
    let Ok(Command::Serve(parsed)) = parse(TOKEN) else { panic!("it is a token") };
    assert!(parse("short").is_err() && !format!("{parsed:?}").contains(TOKEN));
    let server = LeaderPort::start_by(&valkey.url(), "token:", |config| config.metrics_token = parsed.metrics_token).await;
    let at = server.address;
    let ask = async |header: &str| send(at, "GET", "/metrics", &[("authorization", header)], "").await;
    for wrong in ["", TOKEN, "Bearer", "Bearer metrics-token-of-the-tesT", &format!("Basic {TOKEN}"), &admin_key()] {
        assert_problem(&ask(wrong).await, 401, "unauthorized", "", "--metrics-token", wrong);
    }
    let nobody = get(at, "/metrics").await;
    assert_eq!((nobody.status.as_u16(), nobody.header("www-authenticate")), (401, "Bearer"));
    drop(valkey);
    for right in [format!("Bearer {TOKEN}"), format!("bearer  {TOKEN} ")] {
        let told = ask(&right).await;
        assert!(told.status == 200 && told.text().contains("leaderport_http_requests_total"), "{}", told.text());
    }
    assert_eq!(get(at, "/healthz").await.status, 200, "that is for everybody");
    // Valkey is gone for good, so it can't stop well.
    drop(server);
}

/// What waits to be delivered is told by whichever server looks after it, and of jobs how they ended.
#[tokio::test]
async fn what_waits_and_what_has_failed_is_told() {
    let valkey = Valkey::start();
    // Nothing listens there.
    let nowhere = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let private = |config: &mut Config| config.webhook_allow_private = vec!["127.0.0.0/8".parse().unwrap()];
    let one = LeaderPort::start_by(&valkey.url(), "waits:", private).await;
    let two = LeaderPort::start_by(&valkey.url(), "waits:", private).await;
    let status = async |at| admin(at, "GET", "/api/status", "").await.json();
    create_board(one.address, json!({ "id": "laps" })).await;
    let setup = json!({ "url": format!("http://{nowhere}/"), "events": ["leader"] });
    let created = admin(one.address, "POST", "/api/boards/laps/webhooks", setup.to_string()).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let hook = created.header("location").to_owned();
    fill(one.address, "laps", [("ada".to_owned(), 7)]).await;
    let waits = json!({ "webhooks": 1, "failing": 1, "waiting": 1 });
    for at in [one.address, two.address] {
        eventually("a delivery waits", async || status(at).await["webhooks"] == waits).await;
        let told = status(at).await;
        assert_eq!(told["instances"].as_array().unwrap().iter().filter(|server| server["webhooks"]["webhooks"] == 1).count(), 1, "{told}");
        assert!(told["troubles"].to_string().contains("Nothing arrives at 1 webhook; deliveries that wait in all: 1."), "{told}");
        let key = format!("Bearer {ADMIN_KEY}");
        let told = send(at, "GET", "/api/status", &[("authorization", &*key), ("accept-language", "de")], "").await.text();
        assert!(told.contains("An 1 Webhook kommt nichts an; wartende Zustellungen insgesamt: 1."), "{told}");
    }
    // Whoever switches it off does not wait for it any more.
    assert_eq!(admin(one.address, "PATCH", &hook, r#"{"enabled":false}"#).await.status, 200);
    let idle = json!({ "webhooks": 1, "failing": 0, "waiting": 0 });
    eventually("nothing waits", async || status(two.address).await["webhooks"] == idle).await;
    assert_eq!(admin(one.address, "DELETE", &hook, "").await.status, 204);
    eventually("nobody looks after it", async || status(two.address).await["webhooks"]["webhooks"] == 0).await;

    let job = admin(one.address, "POST", "/api/boards/laps/rebuild", r#"{"dryRun":true}"#).await;
    assert_eq!(job.status, 202, "{}", job.text());
    let done = json!({ "waiting": 0, "running": 0, "done": 1, "failed": 0, "cancelled": 0 });
    eventually("the job is done", async || status(two.address).await["jobs"] == done).await;
    let counted = |text: String| text.lines().any(|line| line.starts_with("leaderport_jobs_total{kind=\"rebuild\",outcome=\"done\"} "));
    eventually("it is counted", async || counted(get(one.address, "/metrics").await.text())).await;
    two.stop().await;
    one.stop().await;
}

#[tokio::test]
async fn any_server_tells_of_all() {
    let valkey = Valkey::start();
    let one = LeaderPort::start_by(&valkey.url(), "two:", |_| {}).await;
    let two = LeaderPort::start_by(&valkey.url(), "two:", |_| {}).await;
    for at in [one.address, two.address] {
        let told = async || admin(at, "GET", "/api/status", "").await.json();
        let addresses = async || {
            let mut all: Vec<String> = Vec::new();
            all.extend(
                told().await["instances"].as_array().unwrap().iter().map(|instance| instance["address"].as_str().unwrap().to_owned()),
            );
            all.sort();
            all
        };
        let mut expected = [one.address.to_string(), two.address.to_string()];
        expected.sort();
        eventually("both are told of", async || addresses().await == expected).await;
        let status = told().await;
        let cores =
            status["instances"].as_array().unwrap().iter().all(|one| one["cpu"].as_f64().is_none_or(|cores| (0.0..64.0).contains(&cores)));
        assert!(cores, "{status}");
        assert_eq!((&status["store"]["role"], &status["troubles"]), (&json!("primary"), &json!([])), "{status}");
        // All have brought the same functions, and those are what Valkey has.
        let library = status["store"]["library"].as_str().unwrap();
        assert_eq!(library.len(), 12, "{status}");
        assert!(status["instances"].as_array().unwrap().iter().all(|one| one["library"] == library), "{status}");
    }
    // It is nobody's business who may look at one board.
    let board = json!({ "label": "wall", "scopes": ["read"], "boards": ["main"] });
    let all = json!({ "label": "watch", "scopes": ["read"] });
    for (ask, status) in [(board, 403), (all, 200)] {
        let who = key(one.address, ask).await;
        assert_eq!(as_whom(one.address, &who, "GET", "/api/status", "").await.status, status);
    }
    // Who goes says so.
    two.stop().await;
    let count = async || {
        admin(one.address, "GET", "/api/status", "").await.json()["instances"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|instance| instance["draining"] == false)
            .count()
    };
    eventually("one is left", async || count().await == 1).await;
    one.stop().await;
}
