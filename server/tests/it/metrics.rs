//! What is told to Prometheus, and the dashboard for Grafana that asks for it.

use crate::{
    auth::{as_whom, key},
    client::{admin, get, next, open, submit},
    harness::{LeaderPort, Valkey, eventually},
};
use serde_json::{Value, json};
use server::metrics::ALL;
use std::collections::BTreeSet;

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
    let seldom =
        ["leaderport_refusals_total", "leaderport_live_closes_total", "leaderport_webhook_attempts_total", "leaderport_live_players"];
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
