//! Whom operators keep out of the standings is nowhere: of two servers that differ only in who that is, and what they have, everybody is told the same.

use crate::{
    auth::as_whom,
    client::{admin, call, cookies, create_board, get, next, open, patch, post},
    freeze::{PAGES, READS, assert_all_are_listed, lasting},
    harness::{LeaderPort, PATIENCE, eventually},
};
use app::{
    api::{OpenBoard, OpenLobby, ReadFragment, ReadOwn, ReadPage, Wanted},
    model::{BoardId, Period, PlayerId, Start},
};
use futures::SinkExt;
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

/// Those of whom one is hidden, each on a server of their own; the other has never been there.
const WHO: [&str; 2] = ["zed", "eve"];

/// A server where one of them has played and is hidden, and a player who has signed in there and is neither.
struct Stage {
    server: LeaderPort,
    hidden: &'static str,
    stranger: String,
}

impl Stage {
    async fn new(hidden: &'static str, score: i64, state: &str, have_accounts: bool) -> Self {
        let server = LeaderPort::start_at_noon().await;
        let at = server.address;
        create_board(at, json!({ "id": "b", "windows": ["daily"], "submitters": "players", "rankMode": "dense" })).await;
        if have_accounts {
            for player in WHO {
                begin(at, player).await;
            }
        }
        let stranger = begin(at, "gil").await;
        let stage = Self { server, hidden, stranger };
        for (player, score) in [("ada", 9), (hidden, score), ("bob", 8), ("cyd", 8), (hidden, score + 1)] {
            stage.send(player, score).await;
        }
        stage.put(state).await;
        if state != "banned" {
            stage.send(hidden, score + 2).await;
        }
        let combine = json!({ "into": "sum", "follow": true, "parts": [{ "board": "b" }] });
        admin(at, "POST", "/api/combine", combine.to_string()).await;
        eventually("the other board is made", async || get(at, "/api/boards/sum/entries").await.json()["total"] == 3).await;
        stage
    }

    async fn send(&self, player: &str, score: i64) {
        let sent = admin(self.server.address, "POST", "/api/boards/b/scores", json!({ "playerId": player, "score": score }).to_string());
        assert_eq!(sent.await.status, 200);
    }

    async fn put(&self, state: &str) {
        let path = format!("/api/boards/b/entries/{}/moderation", self.hidden);
        patch(self.server.address, &path, json!({ "state": state, "reason": "test" })).await;
    }

    /// All that everybody is told, and the stranger.
    async fn told(&self) -> Vec<(String, String)> {
        let at = self.server.address;
        let mut all = Vec::new();
        for path in paths() {
            for (name, who) in [("anybody", ""), ("gil", &*self.stranger)] {
                let answer = as_whom(at, who, "GET", &path, "").await;
                let body: String = answer.body.iter().map(|byte| char::from(*byte)).collect();
                // Each is at an address of its own.
                let body = lasting(&body).replace(&at.to_string(), "");
                all.push((format!("GET {path} by {name}"), format!("{} {body}", answer.status)));
            }
        }
        all.extend(functions(at).await);
        all.push(("the plain feed".to_owned(), next(&mut open(at, "?board=b").await).await.to_string()));
        for player in WHO {
            all.push((format!("the live feed, with {player} followed"), followed(at, &self.stranger, player).await));
        }
        all.push(("events".to_owned(), first_event(at).await));
        all
    }
}

async fn begin(at: SocketAddr, player: &str) -> String {
    let answer = post(at, "/api/me", json!({ "name": player, "playerId": player }).to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    cookies(&answer)
}

/// Every read that everybody may use, for each of them.
fn paths() -> BTreeSet<String> {
    let mut paths = BTreeSet::from(["/b/b?find=zed".to_owned()]);
    for path in READS.iter().flat_map(|(_, paths)| *paths).chain(PAGES) {
        paths.insert((*path).to_owned());
        for other in ["ada", "bob", "zed", "eve"] {
            paths.extend(WHO.map(|player| path.replace(other, player)));
        }
    }
    paths
}

async fn functions(at: SocketAddr) -> Vec<(String, String)> {
    let (id, period) = (BoardId::parse("b").unwrap(), Period::default());
    let mut answers = vec![("the lobby".to_owned(), call(at, &OpenLobby { after: None }).await)];
    for name in WHO {
        let player = PlayerId::parse(name).unwrap();
        let (board, start) = (id.clone(), Start::Player(player.clone()));
        let profile = Wanted::Profile { board: board.clone(), player: player.clone() };
        let found = Wanted::Found { board: board.clone(), period: period.clone(), text: name.to_owned() };
        answers.extend([
            (
                format!("a board at {name}"),
                call(at, &OpenBoard { board: board.clone(), period: period.clone(), start: start.clone() }).await,
            ),
            (format!("a page at {name}"), call(at, &ReadPage { board: board.clone(), period: period.clone(), start }).await),
            (format!("how {name} stands"), call(at, &ReadOwn { board, period: period.clone(), player }).await),
            (format!("the page of {name}"), call(at, &ReadFragment { wanted: profile }).await),
            (format!("who is called {name}"), call(at, &ReadFragment { wanted: found }).await),
        ]);
    }
    answers.into_iter().map(|(what, answer)| (what, format!("{} {:?}", answer.status, answer.body))).collect()
}

/// The first rows and the first standing that the live feed tells somebody who follows a player.
async fn followed(at: SocketAddr, cookie: &str, player: &str) -> String {
    let mut request = format!("ws://{at}/ws").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "leaderport.json.v1".parse().unwrap());
    request.headers_mut().insert("cookie", cookie.parse().unwrap());
    let mut socket = connect_async(request).await.unwrap().0;
    for wish in [
        json!({ "watch": { "view": 1, "board": "b", "from": 1, "len": 50 } }),
        json!({ "follow": { "view": 2, "board": "b", "player": player } }),
    ] {
        socket.send(Message::Text(wish.to_string().into())).await.unwrap();
    }
    let (mut rows, mut me) = (None, None);
    loop {
        let mut told = next(&mut socket).await;
        for (kind, place) in [("snapshot", &mut rows), ("me", &mut me)] {
            if let Some(told) = told.get_mut(kind) {
                *place = Some(told.take());
            }
        }
        if let (Some(rows), Some(me)) = (&rows, &me) {
            return format!("{rows} {me}");
        }
    }
}

/// The first event of a board's feed.
async fn first_event(at: SocketAddr) -> String {
    let mut stream = TcpStream::connect(at).await.unwrap();
    let ask = format!("GET /api/boards/b/events HTTP/1.1\r\nHost: {at}\r\n\r\n");
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut told = Vec::new();
    let read = async {
        loop {
            assert_ne!(stream.read_buf(&mut told).await.unwrap(), 0);
            let text = String::from_utf8_lossy(&told);
            if let Some((_, event)) = text.split_once("event: snapshot")
                && let Some((event, _)) = event.split_once("\n\n")
            {
                return event.to_owned();
            }
        }
    };
    timeout(PATIENCE, read).await.expect("an event in time")
}

/// What a stranger's own score comes to.
async fn receipt(stage: &Stage) -> Value {
    as_whom(stage.server.address, &stage.stranger, "POST", "/api/boards/b/scores", r#"{"score":5}"#).await.json()
}

#[tokio::test]
async fn of_whom_operators_hide_nothing_leaks_through_any_read() {
    for (state, have_accounts) in [("hidden", false), ("banned", false), ("shadow", true)] {
        let (one, other) = (Stage::new(WHO[0], 20, state, have_accounts).await, Stage::new(WHO[1], 3, state, have_accounts).await);
        assert_all_are_listed(one.server.address).await;
        for (of_one, of_other) in one.told().await.into_iter().zip(other.told().await) {
            assert_eq!(of_one, of_other, "{state}");
        }
        assert_eq!(receipt(&one).await, receipt(&other).await, "{state}");
        // All of it would tell.
        for stage in [&one, &other] {
            stage.put("visible").await;
        }
        let (of_one, of_other) = (one.told().await, other.told().await);
        let same: Vec<_> = of_one.iter().zip(&of_other).filter(|(one, other)| one == other).map(|(one, _)| one.0.as_str()).collect();
        assert!(same.len() * 5 < of_one.len(), "{state}: {same:?}");
        one.server.stop().await;
        other.server.stop().await;
    }
}
