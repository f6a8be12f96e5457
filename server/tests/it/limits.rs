//! Rate limits: how much one address and one player may ask for, on all servers together where that counts.

use crate::{
    auth::{as_whom, key},
    client::{Answer, admin, assert_problem, call, create_board, fill, fill_in, get, patch, send},
    harness::{LeaderPort, Valkey, eventually},
};
use app::{
    api::{ReadFragment, ReadPage, SubmitScore, Wanted},
    error::AppError,
    model::{BoardId, Period, Start},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Everybody who comes by way of this machine says where they come from.
async fn start() -> LeaderPort {
    LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.1/32".parse().unwrap()]).await
}

/// Sends as somebody at this address.
async fn from(at: SocketAddr, address: &str, method: &str, path: &str, body: impl Into<hyper::body::Bytes>) -> Answer {
    send(at, method, path, &[("content-type", "application/json"), ("x-forwarded-for", address)], body).await
}

async fn score(at: SocketAddr, address: &str, player: &str) -> Answer {
    from(at, address, "POST", "/api/score", json!({ "playerId": player, "score": 1 }).to_string()).await
}

async fn limit(at: SocketAddr, change: Value) {
    patch(at, "/api/limits", change).await;
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 429 && answer.text().contains("urn:leaderport:problem:too-many-requests")
}

/// So rarely that no test sees it come back.
fn never(burst: u32) -> Value {
    json!({ "perSecond": 0.001, "burst": burst })
}

#[tokio::test]
async fn an_address_reads_so_much_and_then_has_to_wait() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "read": { "perSecond": 4, "burst": 3 } })).await;
    let read = async |address: &str| from(at, address, "GET", "/api/leaderboard", "").await;
    let first = read("192.0.2.1").await;
    assert_eq!((first.status.as_u16(), first.header("ratelimit-policy")), (200, "\"read\";q=3;w=1"));
    assert_eq!(first.header("ratelimit"), "\"read\";r=2;t=1");
    let mut refused = read("192.0.2.1").await;
    for _ in 0..20 {
        if is_refused(&refused) {
            break;
        }
        refused = read("192.0.2.1").await;
    }
    assert_problem(&refused, 429, "too-many-requests", "", "Send it again in 1 s.", "too much");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("1", "\"read\";r=0;t=1"));
    assert_eq!(refused.header("ratelimit-policy"), "\"read\";q=3;w=1");
    // Others, operators and this machine itself read on; and it comes back.
    assert_eq!(read("192.0.2.2").await.status, 200);
    for _ in 0..10 {
        assert_eq!(admin(at, "GET", "/api/boards", "").await.status, 200);
        assert_eq!(get(at, "/api/leaderboard").await.header("ratelimit"), "");
    }
    eventually("it may read again", async || read("192.0.2.1").await.status == 200).await;
    server.stop().await;
}

#[tokio::test]
async fn kinds_of_requests_are_counted_apart() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "read": never(1), "write": never(1), "page": never(1), "live": never(1) })).await;
    let requests = [("GET", "/api/leaderboard"), ("POST", "/api/boards"), ("GET", "/"), ("GET", "/ws"), ("GET", "/api/boards/main/events")];
    for (method, path) in &requests[..4] {
        assert!(!is_refused(&from(at, "192.0.2.1", method, path, "").await), "{path}");
    }
    for (method, path) in requests {
        assert!(is_refused(&from(at, "192.0.2.1", method, path, "").await), "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        assert_eq!(from(at, "192.0.2.1", "GET", path, "").await.status, 200);
    }
    // A wrong key is a request like any other.
    let guess = |address| [("authorization", "Bearer a-guess-of-16-chars"), ("x-forwarded-for", address)];
    assert_eq!(send(at, "GET", "/api/boards", &guess("192.0.2.9"), "").await.status, 401);
    assert!(is_refused(&send(at, "GET", "/api/boards", &guess("192.0.2.9"), "").await));
    server.stop().await;
}

#[tokio::test]
async fn nobody_gets_around_it_by_another_address_that_is_theirs() {
    let server = LeaderPort::start_with(|config| config.unlimited = Vec::new()).await;
    let at = server.address;
    limit(at, json!({ "read": never(2) })).await;
    // No proxy is trusted: whatever is said, all comes from here.
    let answers = [1, 2, 3].map(|number| format!("192.0.2.{number}"));
    let mut refused = 0;
    for address in &answers {
        refused += usize::from(is_refused(&from(at, address, "GET", "/api/leaderboard", "").await));
    }
    assert_eq!(refused, 1);
    server.stop().await;

    // An IPv6 network is one customer, and an IPv4 address is one however it is written.
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "read": never(1), "submit": never(1) })).await;
    let read = async |address: &str| is_refused(&from(at, address, "GET", "/api/leaderboard", "").await);
    assert_eq!((read("2001:db8:1:2::1").await, read("2001:db8:1:2:ffff::9").await, read("2001:db8:1:3::1").await), (false, true, false));
    assert_eq!((read("192.0.2.1").await, read("::ffff:192.0.2.1").await), (false, true));
    let submit = async |address: &str, player: &str| is_refused(&score(at, address, player).await);
    assert_eq!((submit("2001:db8:1:2::1", "a").await, submit("2001:db8:1:2:ffff::9", "b").await), (false, true));
    server.stop().await;
}

/// A proxy puts what its client has sent and where that came from into one line. This machine is a proxy, and is not limited itself.
#[tokio::test]
async fn nobody_passes_for_the_proxy_by_what_they_make_it_say() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "read": never(1) })).await;
    let read = async |said: &[u8]| {
        let mut socket = tokio::net::TcpStream::connect(at).await.unwrap();
        let head = [b"GET /api/leaderboard HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: ", said, b"\r\n\r\n"].concat();
        socket.write_all(&head).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer)[9..12].parse::<u16>().unwrap()
    };
    for (said, status) in [
        (&b"\xff, 192.0.2.1"[..], 200),
        (b"192.0.2.1", 429),
        (b"127.0.0.1, \xe9\x80, 192.0.2.1:50123", 429),
        // All whom the proxy can't say so that it can be read are one.
        (b"192.0.2.2, \xff", 200),
        (b"192.0.2.3, unknown", 429),
        (b"\xff", 429),
    ] {
        assert_eq!(read(said).await, status, "{}", String::from_utf8_lossy(said));
    }
    assert_eq!(get(at, "/api/leaderboard").await.header("ratelimit"), "", "the proxy itself");
    server.stop().await;
}

#[tokio::test]
async fn submissions_are_counted_by_player_and_address_all_or_none() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "submit": never(5), "perPlayer": never(2) })).await;
    let first = score(at, "192.0.2.1", "ada").await;
    assert_eq!((first.status.as_u16(), first.header("ratelimit")), (200, "\"perPlayer\";r=1;t=1000"), "the tightest is told");
    assert_eq!(score(at, "192.0.2.2", "ada").await.status, 200);
    let refused = score(at, "192.0.2.3", "ada").await;
    assert_problem(&refused, 429, "too-many-requests", "", "Send it again", "by whichever address");
    assert_eq!(refused.header("ratelimit-policy"), "\"perPlayer\";q=2;w=2000");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((990..=1000).contains(&wait), "{wait}");

    // A list that is too much for one of them is counted against none.
    create_board(at, json!({ "id": "b", "submitters": "players" })).await;
    let list =
        |players: &[&str]| json!(players.iter().map(|player| json!({ "playerId": player, "score": 1 })).collect::<Vec<_>>()).to_string();
    let many = async |address: &str, players: &[&str]| from(at, address, "POST", "/api/boards/b/scores", list(players)).await;
    assert!(is_refused(&many("192.0.2.4", &["bob", "eve", "ada"]).await));
    assert_eq!(many("192.0.2.4", &["bob", "eve", "bob", "eve", "joe"]).await.status, 200, "bob, eve and the address had all of theirs");
    let refused = many("192.0.2.4", &["ann"]).await;
    assert!(is_refused(&refused) && refused.header("ratelimit").starts_with("\"submit\";r=0;"), "{}", refused.text());
    let answer = many("192.0.2.5", &["a", "b", "c", "d", "e", "f"]).await;
    assert_problem(&answer, 422, "invalid", "request", "at most 5 are taken at once", "never");
    let answer = many("192.0.2.5", &["a", "a", "a"]).await;
    assert_problem(&answer, 422, "invalid", "request", "for one player, and at most 2", "never");
    let board = get(at, "/api/leaderboard?board=b").await.json();
    assert_eq!(board["total"], 3, "{board}");
    // Operators' are not counted.
    for _ in 0..10 {
        assert_eq!(admin(at, "POST", "/api/score", r#"{"playerId":"ada","score":2}"#).await.status, 200);
    }
    server.stop().await;
}

#[tokio::test]
async fn every_door_counts() {
    let server = LeaderPort::start_with(|config| config.unlimited = Vec::new()).await;
    let at = server.address;
    limit(at, json!({ "perPlayer": never(1) })).await;
    let typed = |player: &str, id: &str| SubmitScore { board: BoardId::main(), player: player.into(), score: "1".into(), id: id.into() };
    assert_eq!(call(at, &typed("ada", "1")).await.status, 200);
    let refused = call(at, &typed("ada", "2")).await;
    assert_eq!((refused.status.as_u16(), refused.header("ratelimit-policy")), (429, "\"perPlayer\";q=1;w=1000"));
    let error: AppError = postcard::from_bytes(&refused.body).unwrap();
    assert!(matches!(error, AppError::TooManyRequests { seconds } if seconds > 900), "{error:?}");
    let form = async |player| fill_in(at, "/b/main/scores", &[("player", player), ("score", "1"), ("id", "")]).await;
    assert_eq!(form("bob").await.status, 303);
    let refused = form("bob").await;
    assert!(refused.header("location").contains("too-many-requests"), "{}", refused.header("location"));
    let page = get(at, refused.header("location")).await.text();
    assert!(page.contains("too much at once"), "the page says so");

    limit(at, json!({ "read": never(1) })).await;
    let read = ReadPage { board: BoardId::main(), period: Period::default(), start: Start::Place(1) };
    assert_eq!(call(at, &read).await.status, 200);
    assert_eq!(call(at, &read).await.status, 429);
    server.stop().await;
}

#[tokio::test]
async fn a_search_counts_by_what_it_looks_at() {
    let server = LeaderPort::start_with(|config| config.unlimited = Vec::new()).await;
    let at = server.address;
    create_board(at, json!({ "id": "small" })).await;
    fill(at, "small", [("ada".to_owned(), 1)]).await;
    fill(at, "main", (0..10_000).map(|n| (format!("player {n}"), n))).await;
    limit(at, json!({ "read": never(7), "page": never(12) })).await;
    let search = async |board: &str| {
        let (board, period, text) = (BoardId::parse(board).unwrap(), Period::default(), "nobody".to_owned());
        call(at, &ReadFragment { wanted: Wanted::Found { board, period, text } }).await
    };
    assert_eq!(search("small").await.header("ratelimit"), "\"read\";r=6;t=1000", "a small one is one request");
    let large = search("main").await;
    let left: u32 = large.header("ratelimit").split_once("r=").unwrap().1.split(';').next().unwrap().parse().unwrap();
    assert!(large.status == 200 && left < 4, "{left}");
    assert!(search("main").await.status == 429 || search("main").await.status == 429, "and there are not many of them");
    // Pages are no way around it.
    let said = async || get(at, "/b/main?find=nobody").await.text().contains("too much at once");
    assert!(!said().await);
    assert!(said().await || said().await);
    server.stop().await;
}

#[tokio::test]
async fn two_servers_share_what_counts() {
    let valkey = Valkey::start();
    let trusting = |config: &mut server::config::Config| config.trusted_proxy = vec!["127.0.0.1/32".parse().unwrap()];
    let (one, two) = (LeaderPort::start_by(&valkey.url(), "l:", trusting).await, LeaderPort::start_by(&valkey.url(), "l:", trusting).await);
    limit(one.address, json!({ "perPlayer": never(3) })).await;
    // The other one has heard of it within a second: nobody has come to the limit before.
    let knows = async || score(two.address, "192.0.2.1", "eve").await.header("ratelimit-policy").starts_with("\"perPlayer\";q=3");
    eventually("the limit is known", knows).await;
    for server in [&one, &two, &one] {
        assert_eq!(score(server.address, "192.0.2.1", "ada").await.status, 200);
    }
    for server in [&one, &two] {
        assert!(is_refused(&score(server.address, "192.0.2.1", "ada").await));
    }
    one.stop().await;
    two.stop().await;
}

#[tokio::test]
async fn what_a_player_may_comes_back() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "perPlayer": { "perSecond": 5, "burst": 1 } })).await;
    assert_eq!(score(at, "192.0.2.1", "ada").await.status, 200);
    let (refused, counted) = (AtomicU32::new(0), AtomicU32::new(0));
    eventually("two more are counted", async || {
        let answer = score(at, "192.0.2.1", "ada").await;
        assert!(answer.status == 200 || is_refused(&answer), "{}", answer.text());
        let number = if answer.status == 200 { &counted } else { &refused };
        number.fetch_add(1, Ordering::Relaxed);
        counted.load(Ordering::Relaxed) == 2
    })
    .await;
    assert!(refused.load(Ordering::Relaxed) > 0, "not at once");
    server.stop().await;
}

#[tokio::test]
async fn limits_are_data() {
    let server = start().await;
    let at = server.address;
    let shown = admin(at, "GET", "/api/limits", "").await.json();
    assert_eq!(shown["perPlayer"], json!({ "perSecond": 10.0, "burst": 50 }));
    limit(at, json!({ "perPlayer": null, "submit": { "perSecond": 0.5, "burst": 7 } })).await;
    let shown = admin(at, "GET", "/api/limits", "").await.json();
    assert_eq!(
        (&shown["perPlayer"], &shown["submit"], &shown["read"]["burst"]),
        (&json!(null), &json!({ "perSecond": 0.5, "burst": 7 }), &json!(1000))
    );
    for (body, field, says) in [
        (json!({ "perPlayer": { "perSecond": 0, "burst": 1 } }), "request", "0.001"),
        (json!({ "perPlayer": { "perSecond": 1, "burst": 0 } }), "request", "burst"),
        (json!({ "perPlayer": { "perSecond": 1e9, "burst": 1 } }), "request", "1000000"),
        (json!({ "perPlayer": { "perSecond": 1 } }), "request", "burst"),
        (json!({ "perPlayer": 5 }), "request", "perPlayer"),
        (json!({ "everything": null }), "request", "everything"),
    ] {
        let answer = admin(at, "PATCH", "/api/limits", body.to_string()).await;
        assert_problem(&answer, 422, "invalid", field, says, &body.to_string());
    }
    assert_eq!(get(at, "/api/limits").await.status, 401);
    server.stop().await;
}

#[tokio::test]
async fn pages_of_other_origins_see_it() {
    let server = LeaderPort::start_with(|config| {
        config.unlimited = Vec::new();
        config.allow_origin = vec!["https://game.example".to_owned()];
    })
    .await;
    let at = server.address;
    limit(at, json!({ "read": never(1) })).await;
    let read = async || send(at, "GET", "/api/leaderboard", &[("origin", "https://game.example")], "").await;
    assert_eq!(read().await.status, 200);
    let refused = read().await;
    assert!(is_refused(&refused));
    assert_eq!(refused.header("access-control-allow-origin"), "https://game.example");
    let exposed = refused.header("access-control-expose-headers").to_lowercase();
    for name in ["retry-after", "ratelimit", "ratelimit-policy"] {
        assert!(exposed.split(',').any(|exposed| exposed.trim() == name), "{exposed}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_asks_so_much_and_then_has_to_wait() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "keyRequests": never(2), "read": never(1) })).await;
    let [one, two] =
        [key(at, json!({ "label": "one", "scopes": ["read"] })).await, key(at, json!({ "label": "two", "scopes": ["read"] })).await];
    let ask = async |key: &str, from: &str, method: &str, path: &str| {
        send(at, method, path, &[("authorization", key), ("x-forwarded-for", from)], "").await
    };
    let first = ask(&one, "192.0.2.1", "GET", "/api/boards").await;
    assert_eq!((first.status.as_u16(), first.header("ratelimit")), (200, "\"keyRequests\";r=1;t=1000"));
    assert_eq!(ask(&one, "192.0.2.1", "GET", "/api/leaderboard").await.status, 200, "by the key, not by the address");
    // Whatever it wants, and from wherever.
    for (from, method, path) in [("192.0.2.1", "GET", "/api/boards"), ("192.0.2.2", "POST", "/api/boards"), ("192.0.2.3", "GET", "/ws")] {
        let refused = ask(&one, from, method, path).await;
        assert!(is_refused(&refused), "{path}: {}", refused.text());
        assert_eq!(refused.header("ratelimit-policy"), "\"keyRequests\";q=2;w=2000");
    }
    assert_eq!(ask(&two, "192.0.2.1", "GET", "/api/boards").await.status, 200, "another key");
    assert_eq!(as_whom(at, &one, "GET", "/api/boards", "").await.status, 200, "a network that is not limited");
    server.stop().await;
}

#[tokio::test]
async fn a_key_submits_so_much_and_reads_on() {
    let server = start().await;
    let at = server.address;
    limit(at, json!({ "perKey": never(3), "read": never(1), "submit": never(1) })).await;
    let [one, two] =
        [key(at, json!({ "label": "one", "scopes": ["submit"] })).await, key(at, json!({ "label": "two", "scopes": ["submit"] })).await];
    let many = json!([{ "playerId": "ada", "score": 1 }, { "playerId": "bob", "score": 1 }]).to_string();
    let send = async |key: &str| as_whom(at, key, "POST", "/api/boards/main/scores", &many).await;
    let first = send(&one).await;
    assert_eq!((first.status.as_u16(), first.header("ratelimit")), (200, "\"perKey\";r=1;t=2000"));
    let refused = send(&one).await;
    assert!(is_refused(&refused), "{}", refused.text());
    assert_eq!(refused.header("ratelimit-policy"), "\"perKey\";q=3;w=3000");
    assert_eq!(send(&two).await.status, 200, "another key");
    for _ in 0..5 {
        assert_eq!(as_whom(at, &one, "GET", "/api/leaderboard", "").await.status, 200);
    }
    let four = json!(["a", "b", "c", "d"].map(|player| json!({ "playerId": player, "score": 1 }))).to_string();
    let never = as_whom(at, &two, "POST", "/api/boards/main/scores", &four).await;
    assert_problem(&never, 422, "invalid", "request", "4 submissions with one key, and at most 3", "more than there ever is");
    server.stop().await;
}
