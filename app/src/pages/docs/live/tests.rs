use super::{
    endings,
    messages::{EDITS, FROM_CLIENTS, FROM_SERVER, Kind, ROW},
    text,
};
use crate::{
    model::{Country, Face},
    pages::docs::document::html,
    protocol::{
        ClientMessage, Close, Delta, Edit, Format, MAX_MESSAGE, MAX_VIEW_ROWS, MAX_VIEWS, Notice, PAGE_ROWS, Row, ServerMessage, Snapshot,
        apply, diff, digest,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Rows, edits and ranks are told on their own.
const TOLD_ELSEWHERE: [&str; 3] = ["rows", "edits", "ranks"];

fn examples<T: DeserializeOwned>(kinds: &[Kind]) -> Vec<T> {
    let examples = kinds.iter().flat_map(|kind| kind.examples);
    examples.map(|example| serde_json::from_str(example).unwrap_or_else(|error| panic!("{error}: {example}"))).collect()
}

fn from_server<T>(pick: impl Fn(ServerMessage) -> Option<T>) -> T {
    examples(&FROM_SERVER).into_iter().find_map(pick).unwrap()
}

fn snapshot() -> Snapshot {
    from_server(|message| if let ServerMessage::Snapshot(snapshot) = message { Some(snapshot) } else { None })
}

fn delta() -> Delta {
    from_server(|message| if let ServerMessage::Delta(delta) = message { Some(delta) } else { None })
}

/// Where the members of a message are, as the tables write it.
fn paths(value: &Value, at: &str, paths: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            if !TOLD_ELSEWHERE.contains(&name.as_str()) {
                self::paths(value, &path, paths);
            }
            paths.insert(path);
        }),
        Value::Array(values) => values.iter().for_each(|value| self::paths(value, &format!("{at}[]"), paths)),
        _ => {}
    }
}

/// The examples of a kind are what is really sent, and its table lists all members that there are.
fn check<T: DeserializeOwned + Serialize>(kind: &Kind) {
    let mut known = BTreeSet::new();
    for example in kind.examples {
        let shown: Map<String, Value> = serde_json::from_str(example).unwrap();
        assert_eq!(shown.keys().collect::<Vec<_>>(), [kind.name]);
        let message: T = serde_json::from_str(example).unwrap();
        let sent = serde_json::to_value(&message).unwrap();
        paths(&sent[kind.name], "", &mut known);
    }
    // A notice has one of three.
    let listed: BTreeSet<String> = kind.members.iter().map(|member| member.path.to_owned()).collect();
    known.retain(|path| listed.contains(path) || !listed.iter().any(|longer| longer.starts_with(&format!("{path}."))));
    assert_eq!(listed, known, "{}", kind.name);
}

#[test]
fn every_kind_has_true_examples_and_all_its_members() {
    FROM_CLIENTS.iter().for_each(check::<ClientMessage>);
    FROM_SERVER.iter().for_each(check::<ServerMessage>);
    // Whoever adds a kind is led here by the compiler.
    let clients: BTreeSet<u8> = examples(&FROM_CLIENTS)
        .iter()
        .map(|message| match message {
            ClientMessage::Watch(_) => 0,
            ClientMessage::Follow(_) => 1,
            ClientMessage::Unwatch(_) => 2,
        })
        .collect();
    assert_eq!(clients, (0..3).collect());
    let server: BTreeSet<u8> = examples(&FROM_SERVER)
        .iter()
        .map(|message| match message {
            ServerMessage::Hello(_) => 0,
            ServerMessage::Watching(_) => 1,
            ServerMessage::Snapshot(_) => 2,
            ServerMessage::Delta(_) => 3,
            ServerMessage::Me(_) => 4,
            ServerMessage::Notice(Notice::Draining { .. }) => 5,
            ServerMessage::Notice(Notice::Closed { .. }) => 6,
            ServerMessage::Notice(Notice::Edited { .. }) => 7,
            ServerMessage::Refused(_) => 8,
        })
        .collect();
    assert_eq!(server, (0..9).collect());
}

#[test]
fn what_the_server_is_shown_to_say_is_what_it_says() {
    for example in FROM_SERVER.iter().flat_map(|kind| kind.examples) {
        let message: ServerMessage = serde_json::from_str(example).unwrap();
        assert_eq!(serde_json::to_value(&message).unwrap(), serde_json::from_str::<Value>(example).unwrap());
    }
}

#[test]
fn defaults_are_those_that_are_listed() {
    for kind in &FROM_CLIENTS {
        let example = kind.examples.last().unwrap();
        let whole: Value = serde_json::from_str(example).unwrap();
        for member in kind.members.iter().filter(|member| !member.path.contains('[')) {
            let without = |default: Option<Value>| {
                let mut message = whole.clone();
                let members = message[kind.name].as_object_mut().unwrap();
                members.remove(member.path);
                members.extend(default.map(|value| (member.path.to_owned(), value)));
                serde_json::from_value::<ClientMessage>(message).ok()
            };
            let default = member.default.map(|text| serde_json::from_str(text.trim_matches('`')).unwrap());
            assert_eq!(without(None), default.and_then(|value| without(Some(value))), "{} of {}", member.path, kind.name);
        }
        let mut unknown = whole.clone();
        unknown[kind.name]["unknown"] = Value::Null;
        assert!(serde_json::from_value::<ClientMessage>(unknown).is_err());
    }
}

#[test]
fn the_delta_follows_the_snapshot_and_their_digests_are_true() {
    let (snapshot, delta) = (snapshot(), delta());
    let Snapshot { period, from, total, rows, .. } = &snapshot;
    assert_eq!(snapshot.digest, digest(period, *from, *total, rows));
    let now = apply(rows, &delta.edits, &delta.ranks, PAGE_ROWS as usize).unwrap();
    assert_eq!(delta.digest, digest(period, *from, delta.total, &now));
    assert_eq!((delta.edits, delta.ranks), diff(rows, &now), "as the server would say it");
    assert_eq!(delta.page, snapshot.page);
}

#[test]
fn every_edit_is_told_and_shown() {
    let told: Vec<&str> = EDITS.iter().filter_map(|[edit, _]| edit.split('"').nth(1)).collect();
    let edits = delta().edits;
    let shown = edits.iter().map(|edit| match edit {
        Edit::Drop { .. } => "drop",
        Edit::Move { .. } => "move",
        Edit::Put { .. } => "put",
    });
    assert_eq!(told, shown.collect::<Vec<_>>());
}

#[test]
fn all_members_of_a_row_are_listed() {
    let face = Face { name: "Ada".to_owned(), country: Country::parse("GB").ok(), avatar: Some("https://game.example/ada.png".to_owned()) };
    let row = Row { tiebreaks: vec![1], face, ..snapshot().rows.remove(0) };
    let mut known = BTreeSet::new();
    paths(&serde_json::to_value(row).unwrap(), "", &mut known);
    assert_eq!(known, ROW.iter().map(|member| member.path.to_owned()).collect());
}

#[test]
fn the_page_has_it_all() {
    let page = html(text());
    let has = |text: &str| assert!(page.contains(text), "{text}");
    for close in Close::ALL {
        let again = if Close::reconnects(close.code()) { "again" } else { "don't" };
        has(&format!("<td role=\"cell\">{}</td><td role=\"cell\">{again}</td>", close.code()));
    }
    for format in Format::ALL {
        has(format.subprotocol());
    }
    for [code, _] in endings::REFUSALS {
        has(&format!("<code>{code}</code>"));
    }
    has("20 lines");
    has("function watchBoard(url, board, show) {");
    for (id, _) in page.match_indices("href=\"#").map(|(at, found)| page[at + found.len()..].split_once('"').unwrap()) {
        has(&format!("id=\"{id}\""));
    }
}

/// The text says these numbers.
#[test]
fn numbers_are_those_of_the_protocol() {
    assert_eq!((MAX_MESSAGE, MAX_VIEWS, MAX_VIEW_ROWS, PAGE_ROWS), (16 * 1024, 32, 200, 50));
    assert_eq!(crate::model::Limit::MOST_LIVE.get(), 100);
}

#[test]
fn the_client_has_at_most_twenty_lines_of_code() {
    let client = include_str!("../../../../../style/assets/live-client.js");
    let code = client.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    assert!(code.count() <= 20);
}
