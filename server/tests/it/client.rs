//! A small client: HTTP with one connection a request, and the live feed; nothing hidden.

use crate::harness::{ADMIN_KEY, PATIENCE};
use futures::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde_json::Value;
use std::net::SocketAddr;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::Message};

/// The type of a plain form's body.
pub const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends one request; an error says that the server is not there.
pub async fn try_send(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Answer, String> {
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    tokio::spawn(connection);
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", address.to_string());
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into())).unwrap();
    let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok(Answer { status: parts.status, headers: parts.headers, body })
}

pub async fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
    try_send(address, method, path, headers, body).await.unwrap_or_else(|error| panic!("{method} {path}: {error}"))
}

/// Whether the server can do its work.
pub async fn is_ready(address: SocketAddr) -> bool {
    try_send(address, "GET", "/readyz", &[], "").await.is_ok_and(|answer| answer.status == 200)
}

pub async fn get(address: SocketAddr, path: &str) -> Answer {
    send(address, "GET", path, &[], "").await
}

pub async fn post(address: SocketAddr, path: &str, json: impl Into<Bytes>) -> Answer {
    send(address, "POST", path, &[("content-type", "application/json")], json).await
}

/// Sends with the admin key; a body is JSON.
pub async fn admin(address: SocketAddr, method: &str, path: &str, json: impl Into<Bytes>) -> Answer {
    let key = format!("Bearer {ADMIN_KEY}");
    send(address, method, path, &[("content-type", "application/json"), ("authorization", &key)], json).await
}

/// Calls a server function with its arguments.
pub async fn call(address: SocketAddr, arguments: &(impl ServerFn + Serialize)) -> Answer {
    call_with(address, path_of(arguments), postcard::to_allocvec(arguments).unwrap()).await
}

/// Calls a server function with whatever this is.
pub async fn call_with(address: SocketAddr, path: &str, body: impl Into<Bytes>) -> Answer {
    send(address, "POST", path, &[("content-type", "application/x-postcard"), ("accept", "application/x-postcard")], body).await
}

fn path_of<T: ServerFn>(_: &T) -> &'static str {
    T::PATH
}

/// Sends a plain form, as a browser does.
pub async fn fill_in(address: SocketAddr, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    send(address, "POST", path, &[FORM, ("accept", "text/html"), ("sec-fetch-site", "same-origin")], body).await
}

/// The cookies that an answer sets, as the next request sends them.
pub fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    set.collect::<Vec<_>>().join("; ")
}

/// Submits players with scores, all at once.
pub async fn fill(address: SocketAddr, board: &str, scores: impl IntoIterator<Item = (String, i64)>) {
    let all: Vec<_> = scores.into_iter().map(|(player, score)| serde_json::json!({ "playerId": player, "score": score })).collect();
    for some in all.chunks(1_000) {
        let answer = admin(address, "POST", &format!("/api/boards/{board}/scores"), serde_json::json!(some).to_string()).await;
        assert_eq!(answer.text().matches("\"accepted\":true").count(), some.len(), "{}", answer.text());
    }
}

/// Creates a board by its rules, `id` included, and expects that it works.
pub async fn create_board(address: SocketAddr, rules: Value) -> Value {
    let answer = admin(address, "POST", "/api/boards", rules.to_string()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    answer.json()
}

/// Edits with the admin key, and expects that it works.
pub async fn patch(address: SocketAddr, path: &str, change: Value) -> Value {
    let answer = admin(address, "PATCH", path, change.to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{path} {change}: {}", answer.text());
    answer.json()
}

/// Deletes with the admin key.
pub async fn delete(address: SocketAddr, path: &str) -> Answer {
    admin(address, "DELETE", path, "").await
}

/// Expects a problem with this status, code, field ("" for none) and a detail that says this.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str, field: &str, says: &str, about: &str) {
    assert!(is_problem(answer, status, code, field, says), "{about}: not {status} {code} {field:?} {says:?}: {}", answer.text());
}

/// Whether it is such a problem.
pub fn is_problem(answer: &Answer, status: u16, code: &str, field: &str, says: &str) -> bool {
    answer.status == status
        && answer.header("content-type") == "application/problem+json"
        && answer.header("www-authenticate") == if status == 401 { "Bearer" } else { "" }
        && says_so(&answer.json(), status, code, field, says)
}

/// The same for a problem within an answer.
pub fn says_so(problem: &Value, status: u16, code: &str, field: &str, says: &str) -> bool {
    problem["type"] == format!("urn:leaderport:problem:{code}")
        && problem["status"] == status
        && problem["field"].as_str().unwrap_or_default() == field
        && problem["detail"].as_str().unwrap_or_default().contains(says)
}

/// Submits and expects it to be counted.
pub async fn submit(address: SocketAddr, player: &str, score: i64) -> Value {
    let answer = post(address, "/api/score", serde_json::json!({ "playerId": player, "score": score }).to_string()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

/// The board's rows as (rank, player, score).
pub async fn rows(address: SocketAddr) -> Vec<(u64, String, i64)> {
    let board = get(address, "/api/leaderboard?limit=1000").await.json();
    rows_of(&board)
}

pub fn rows_of(board: &Value) -> Vec<(u64, String, i64)> {
    let row = |row: &Value| (row["rank"].as_u64().unwrap(), row["playerId"].as_str().unwrap().to_owned(), row["score"].as_i64().unwrap());
    board["entries"].as_array().unwrap().iter().map(row).collect()
}

/// A socket of the plain feed.
pub type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Opens one.
pub async fn open(address: SocketAddr, query: &str) -> Socket {
    connect_async(format!("ws://{address}/ws{query}")).await.unwrap().0
}

/// The next state that is pushed.
pub async fn next(socket: &mut Socket) -> Value {
    loop {
        match timeout(PATIENCE, socket.next()).await.expect("a frame in time").expect("an open socket").unwrap() {
            Message::Text(json) => return serde_json::from_str(&json).unwrap(),
            Message::Ping(_) => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
}
