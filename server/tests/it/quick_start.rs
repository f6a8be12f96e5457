//! The quick starts of `/docs` and of the README, run by a shell as they are written.

use crate::{
    client::{create_board, fill, get, rows_of},
    harness::{ADMIN_KEY, LeaderPort, NOON},
    html::page,
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::process::Command;

/// Runs a script against a server, and gives back the JSON values that it prints.
async fn run(at: SocketAddr, script: &str) -> Vec<Value> {
    assert!(script.contains("localhost:3000"), "{script}");
    // What a call prints ends a line; curl is to say what goes wrong, and nothing else.
    let script = script.replace("localhost:3000", &at.to_string()).replace("curl ", "curl -sS --fail-with-body -w '\\n' ");
    let mut command = Command::new("sh");
    command.args(["-euc", &script]).env("LEADERPORT_ADMIN_KEY", ADMIN_KEY).stdin(Stdio::null()).kill_on_drop(true);
    let output = command.output().await.unwrap();
    let (said, wrong) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{script}\n{said}\n{wrong}");
    let lines = said.lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// HTML's way of writing characters, undone.
fn plain(html: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(html.to_owned(), |text, (entity, character)| text.replace(entity, character))
}

#[tokio::test]
async fn the_first_board_in_five_calls_is_as_docs_say() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let docs = page(at, "/docs").await;
    let start = docs.part("id=\"start\"", "</section>");
    let calls: Vec<String> = start.split("<code>").skip(1).map(|rest| plain(rest.split("</code>").next().unwrap())).collect();
    let calls: Vec<String> = calls.into_iter().filter(|call| call.starts_with("curl ")).collect();
    assert_eq!(calls.len(), 5, "{start}");
    let said = run(at, &calls.join("\n")).await;
    assert_eq!(said.len(), 5);
    assert_eq!((&said[0]["id"], &said[0]["title"]), (&"first".into(), &"My first board".into()));
    assert_eq!(said[1].as_array().map(Vec::len), Some(3));
    let row = |rank, player: &str, score| (rank, player.to_owned(), score);
    assert_eq!(rows_of(&said[2]), [row(1, "ada", 1200), row(2, "eve", 1100), row(3, "bob", 900)]);
    assert_eq!((&said[3]["rank"], &said[3]["ahead"]["playerId"], &said[3]["ahead"]["gap"]), (&3.into(), &"eve".into(), &200.into()));
    assert_eq!(rows_of(&said[4]).len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn what_is_written_into_other_pages_is_the_same_in_docs_and_readme() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps" })).await;
    fill(at, "laps", [("ada".to_owned(), 7)]).await;
    let docs = page(at, "/docs").await;
    let listings = docs.part("id=\"embeds\"", "</section>").split("<pre").skip(1);
    let snippets: Vec<String> = listings.map(|rest| plain(rest.split_once("<code>").unwrap().1.split("</code>").next().unwrap())).collect();
    assert_eq!(snippets.len(), 4, "{snippets:?}");
    let readme = include_str!("../../../README.md");
    for snippet in snippets {
        assert!(readme.contains(&*snippet), "{snippet}");
        let address = snippet.split("https://scores.example").nth(1).unwrap().split(['"', ')']).next().unwrap();
        assert_eq!(get(at, address).await.status, 200, "{address}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_run_is_begun_and_counted_as_docs_say() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let docs = page(at, "/docs").await;
    let listings = docs.part("id=\"runs\"", "</section>").split("<code>").skip(1);
    let calls: Vec<String> =
        listings.map(|rest| plain(rest.split("</code>").next().unwrap())).filter(|call| call.contains("curl ")).collect();
    let [begin, finish] = &calls[..] else { panic!("{calls:?}") };
    let said = run(at, &format!("{begin}\necho \"\\\"$RUN\\\"\"")).await;
    now.fetch_add(30_000, Ordering::SeqCst);
    let said = run(at, &format!("RUN={}\n{finish}", said[0].as_str().unwrap())).await;
    assert_eq!(said[0]["after"]["rank"], 1, "{said:?}");
    server.stop().await;
}

/// The shell listings between two lines of the README.
fn listings(from: &str, to: &str) -> Vec<String> {
    let readme = include_str!("../../../README.md");
    let (_, text) = readme.split_once(from).unwrap();
    let text = text.split_once(to).unwrap().0;
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix('\n')).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_readme_starts_as_it_says() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let said = run(at, &listings("## Send a score, read the board, watch it", "## Boards of your own").join("\n")).await;
    assert_eq!(said.len(), 2);
    assert_eq!((&said[0]["success"], &said[0]["after"]["rank"]), (&true.into(), &1.into()));
    assert_eq!(rows_of(&said[1]), [(1, "ada".to_owned(), 1200)]);
    let own = listings("## Boards of your own", "## Pages");
    let calls: Vec<&String> = own.iter().filter(|listing| !listing.contains("make run")).collect();
    let said = run(at, &calls.iter().map(|listing| listing.as_str()).collect::<Vec<_>>().join("\n")).await;
    assert_eq!(said.len(), 7, "{said:?}");
    assert_eq!((&said[0]["id"], &said[1]["after"]["rank"]), (&"laps".into(), &1.into()));
    assert_eq!((&said[2][1]["after"]["rank"], &said[2][2]["problem"]["field"]), (&2.into(), &"score".into()));
    let players = |answer: &Value| -> Vec<String> {
        let entries = answer["entries"].as_array().into_iter().flatten();
        entries.map(|entry| entry["playerId"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(
        (players(&said[3]), players(&said[4])),
        (vec!["bob".to_owned(), "ada".to_owned(), "eve".to_owned()], vec!["bob".to_owned()])
    );
    assert_eq!(said[5]["windows"][0]["after"]["score"], 61.0);
    assert_eq!(players(&get(at, "/api/boards/laps/entries").await.json()), ["bob"], "but the first everybody has gone");
    server.stop().await;
}
