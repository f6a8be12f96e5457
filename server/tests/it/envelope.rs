//! What is around an answer: who may read it across origins, how it is compressed, and what the request is called.

use crate::{
    client::{Answer, FORM, admin, create_board, fill, get, patch, post, send, submit},
    harness::{LeaderPort, PATIENCE, Program},
    html::Html,
};
use serde_json::json;
use std::{fs::File, net::SocketAddr, time::Duration};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

const GAME: &str = "https://game.example";

/// What an answer says to pages of other origins.
fn said(answer: &Answer) -> Vec<(String, String)> {
    let said = answer.headers.iter().filter(|(name, _)| name.as_str().starts_with("access-control-"));
    said.map(|(name, value)| (name.as_str().replace("access-control-", ""), value.to_str().unwrap().to_owned())).collect()
}

async fn preflight(at: SocketAddr, path: &str, origin: &str, method: &str) -> Answer {
    let headers =
        [("origin", origin), ("access-control-request-method", method), ("access-control-request-headers", "authorization,if-none-match")];
    send(at, "OPTIONS", path, &headers, "").await
}

#[tokio::test]
async fn pages_of_allowed_origins_may_use_the_api() {
    let server = LeaderPort::start_with(|config| config.allow_origin = vec![GAME.to_owned(), "http://localhost:8080".to_owned()]).await;
    let at = server.address;
    for path in ["/api/leaderboard", "/api/boards", "/api/boards/main/entries", "/api/boards/none", "/api/boards/main/events?len=0"] {
        let answer = send(at, "GET", path, &[("origin", GAME)], "").await;
        let expected = [("allow-origin", GAME), ("expose-headers", "etag,location,retry-after,x-request-id,ratelimit-policy,ratelimit")];
        assert_eq!(said(&answer), expected.map(|(name, value)| (name.to_owned(), value.to_owned())), "{path}");
        let answer = preflight(at, path, GAME, "PATCH").await;
        let expected = [
            ("allow-headers", "authorization,content-type,if-none-match,x-request-id,x-reason"),
            ("allow-methods", "GET,HEAD,POST,PUT,PATCH,DELETE"),
            ("allow-origin", GAME),
            ("max-age", "7200"),
        ];
        let mut all = said(&answer);
        all.sort();
        all.retain(|(name, _)| name != "expose-headers");
        assert_eq!(all, expected.map(|(name, value)| (name.to_owned(), value.to_owned())), "{path}");
        for other in ["https://evil.example", "https://game.example.evil.example", "null"] {
            for answer in [send(at, "GET", path, &[("origin", other)], "").await, preflight(at, path, other, "GET").await] {
                assert_eq!(said(&answer), [], "{path} {other}");
            }
        }
        assert!(answer.header("vary").contains("origin"), "{path}");
    }
    // The app's own pages and server functions stay its own.
    for path in ["/", "/b/main", "/fn/submit_score", "/metrics"] {
        assert_eq!(said(&send(at, "GET", path, &[("origin", GAME)], "").await), [], "{path}");
        assert_eq!(said(&preflight(at, path, GAME, "POST").await), [], "{path}");
    }
    let answer = send(at, "POST", "/b/main/scores", &[FORM, ("origin", GAME)], "player=ada&score=1").await;
    assert_eq!((answer.status.as_u16(), said(&answer)), (403, Vec::new()));
    server.stop().await;
}

#[tokio::test]
async fn without_a_list_no_other_page_may_and_with_a_star_all_may() {
    let server = LeaderPort::start().await;
    for answer in [
        send(server.address, "GET", "/api/leaderboard", &[("origin", GAME)], "").await,
        preflight(server.address, "/api/leaderboard", GAME, "GET").await,
    ] {
        assert_eq!(said(&answer), []);
    }
    server.stop().await;
    let server = LeaderPort::start_with(|config| config.allow_origin = vec!["*".to_owned()]).await;
    let answer = send(server.address, "GET", "/api/leaderboard", &[("origin", "https://any.example")], "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://any.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    server.stop().await;
}

#[tokio::test]
async fn long_answers_are_compressed_as_whoever_asks_wants_them() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    fill(at, "b", (0..200).map(|n| (format!("player-{n}"), n))).await;
    let path = "/api/boards/b/entries?limit=200";
    let plain = get(at, path).await;
    let varies = |answer: &Answer| answer.headers.get_all("vary").iter().any(|value| value == "accept-encoding");
    assert_eq!((plain.header("content-encoding"), varies(&plain)), ("", true));
    for (wanted, encoding) in
        [("gzip", "gzip"), ("br", "br"), ("gzip, br", "br"), ("br;q=0.1, gzip", "gzip"), ("zstd", ""), ("identity", "")]
    {
        let answer = send(at, "GET", path, &[("accept-encoding", wanted)], "").await;
        assert_eq!(answer.header("content-encoding"), encoding, "{wanted}");
        assert_eq!(answer.header("etag"), plain.header("etag"), "{wanted}");
        assert!(varies(&answer), "{wanted}");
        let (size, whole) = (answer.body.len(), plain.body.len());
        assert!(if encoding.is_empty() { size == whole } else { size * 4 < whole }, "{wanted}: {size} of {whole}");
        // Who has it in one encoding has it in all.
        let known = [("accept-encoding", wanted), ("if-none-match", plain.header("etag"))];
        assert_eq!(send(at, "GET", path, &known, "").await.status, 304, "{wanted}");
    }
    // Short ones and errors go as they are.
    for path in ["/api/leaderboard?limit=1", "/api/boards/none"] {
        assert_eq!(send(at, "GET", path, &[("accept-encoding", "br")], "").await.header("content-encoding"), "", "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_request_has_an_id_in_its_answer_and_in_its_problem() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (long, longest) = ("x".repeat(129), "x".repeat(128));
    for path in ["/api/leaderboard", "/api/nothing", "/healthz", "/", "/api/boards/none/entries", "/api/leaderboard?limit=x"] {
        for brought in ["a-1/B:2", &longest] {
            let answer = send(at, "GET", path, &[("x-request-id", brought)], "").await;
            assert_eq!(answer.header("x-request-id"), brought, "{path}");
            if answer.header("content-type") == "application/problem+json" {
                assert_eq!(answer.json()["requestId"], json!(brought), "{path}");
            }
        }
        let mut made = Vec::new();
        for unsound in ["", "two words", "é", &long] {
            let answer = send(at, "GET", path, &[("x-request-id", unsound)], "").await;
            let id = answer.header("x-request-id").to_owned();
            assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{path} {unsound:?}: {id}");
            made.push(id);
        }
        made.sort();
        made.dedup();
        assert_eq!(made.len(), 4, "{path}");
    }
    // A method that there is none of is answered below our handlers, and a problem within an answer is no answer of its own.
    let answer = send(at, "PUT", "/api/score", &[("x-request-id", "put")], "").await;
    assert_eq!((answer.status.as_u16(), &answer.json()["requestId"]), (405, &json!("put")));
    let answer = admin(at, "POST", "/api/boards/main/scores", r#"[{"playerId":"ada","score":"x"}]"#).await;
    assert_eq!(answer.json()[0]["problem"]["requestId"], json!(null));
    server.stop().await;
}

#[tokio::test]
async fn the_log_knows_a_request_by_its_id() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let server = Program::start_logging_all(&folder.path().join("data"), File::create(&log).unwrap()).await;
    let json = [("content-type", "application/json"), ("x-request-id", "look-for-me")];
    assert_eq!(send(server.address, "POST", "/api/score", &json, r#"{"playerId":"ada","score":1}"#).await.status, 200);
    post(server.address, "/api/score", r#"{"playerId":"ada","score":1}"#).await;
    assert_eq!(server.end("-TERM").await, Some(0));
    let log = std::fs::read_to_string(log).unwrap();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("look-for-me")).collect();
    assert!(lines.len() == 1 && lines[0].contains("/api/score") && lines[0].contains("\"http.status\":200"), "{log}");
}

#[tokio::test]
async fn a_page_runs_nothing_but_what_is_ours() {
    let server = LeaderPort::start_with(|config| config.allow_origin = vec![GAME.to_owned()]).await;
    let at = server.address;
    fill(at, "main", [("ada".to_owned(), 5)]).await;
    let mut nonces = Vec::new();
    for path in [
        "/",
        "/b/main",
        "/b/main/p/ada",
        "/b/none",
        "/me",
        "/docs",
        "/docs/live",
        "/nowhere",
        "/admin",
        "/admin/sign-in",
        "/admin/no/where",
    ] {
        let answer = get(at, path).await;
        let policy = answer.header("content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'nonce-"), "{path}: {policy}");
        // What is done in somebody's name is done on no page that another lays itself over.
        let framed = if path == "/me" || path.starts_with("/admin") { "'none'" } else { &*format!("'self' {GAME}") };
        assert!(policy.ends_with(&format!("base-uri 'none'; frame-ancestors {framed}")), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 22, "{nonce}");
        let page = answer.text();
        let scripts: Vec<&str> = page.split("<script").skip(1).map(|script| script.split('>').next().unwrap()).collect();
        assert!(!scripts.is_empty() && scripts.iter().all(|script| script.contains(&format!("nonce=\"{nonce}\""))), "{path}: {scripts:?}");
        // Nothing that the policy would keep from working.
        let tags = page.split('<').map(|tag| tag.split('>').next().unwrap());
        for tag in tags.filter(|tag| tag.starts_with(|c: char| c.is_ascii_lowercase())) {
            let handles = tag.split(' ').any(|part| part.starts_with("on") && part.contains('='));
            assert!(!tag.contains(" style=") && !handles && !tag.starts_with("style"), "{path}: <{tag}>");
        }
        nonces.push(nonce);
    }
    nonces.sort();
    nonces.dedup();
    assert_eq!(nonces.len(), 11, "each page has a word of its own");
    for path in ["/api/leaderboard", "/api/boards/none", "/api/openapi.json", "/api/nothing"] {
        assert_eq!(get(at, path).await.header("content-security-policy"), "default-src 'none'; frame-ancestors 'none'", "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn only_a_trusted_proxy_says_that_it_was_tls() {
    let lasting = async |at: SocketAddr, protocol: &str| {
        let answer = send(at, "GET", "/b/main", &[("x-forwarded-proto", protocol)], "").await;
        answer.header("strict-transport-security").to_owned()
    };
    let open = LeaderPort::start().await;
    assert_eq!((lasting(open.address, "https").await, lasting(open.address, "http").await), (String::new(), String::new()));
    open.stop().await;
    let behind = LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    assert_eq!(
        (lasting(behind.address, "https").await, lasting(behind.address, "http").await),
        ("max-age=31536000".to_owned(), String::new())
    );
    behind.stop().await;
}

#[tokio::test]
async fn where_the_site_is_says_its_operator_or_whoever_asks() {
    let told = async |server: &LeaderPort, path: &str, headers: &[(&str, &str)]| {
        let shown = Html::of(&send(server.address, "GET", path, headers, "").await);
        let canonical = shown.tags("link").into_iter().find(|tag| tag.contains("canonical")).map(str::to_owned);
        (shown.meta("og:image"), canonical)
    };
    let by_tls = [("host", "scores.example"), ("x-forwarded-proto", "https")];
    let card = |origin: &str| format!("{origin}/b/main/og.png");
    let open = LeaderPort::start().await;
    assert_eq!(told(&open, "/b/main", &by_tls).await, (card("http://scores.example"), None), "anybody can write the header");
    assert_eq!(told(&open, "/b/main", &[("host", "user@scores example")]).await, (String::new(), None));
    open.stop().await;
    let behind = LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    assert_eq!(told(&behind, "/b/main", &by_tls).await, (card("https://scores.example"), None));
    behind.stop().await;
    let public = LeaderPort::start_with(|config| config.public_url = Some("https://scores.example".to_owned())).await;
    patch(public.address, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(public.address, "ada", 1).await;
    for (path, image, page) in [
        ("/", "/icon-512.png", "/"),
        ("/b/main?player=ada&from=3&refused=busy&name=x", "/b/main/og.png", "/b/main"),
        ("/b/main?from=3&window=daily&find=x", "/b/main/og.png?window=daily", "/b/main?window=daily"),
    ] {
        let (told_image, canonical) = told(&public, path, &[("host", "evil.example"), ("x-forwarded-proto", "http")]).await;
        assert_eq!(told_image, format!("https://scores.example{image}"), "{path}");
        let canonical = canonical.unwrap_or_default();
        assert!(canonical.contains(&format!("href=\"https://scores.example{page}\"")), "{path}: {canonical}");
    }
    public.stop().await;
}

#[tokio::test]
async fn who_takes_their_time_to_ask_is_not_waited_for() {
    let server = LeaderPort::start_with(|config| config.head_patience = Duration::from_millis(300)).await;
    let at = server.address;
    let connect = async || TcpStream::connect(at).await.unwrap();
    let ends = async |mut stream: TcpStream| {
        let mut rest = Vec::new();
        // A connection that is reset has ended as well.
        let _ = timeout(PATIENCE, stream.read_to_end(&mut rest)).await.expect("it ends");
        String::from_utf8(rest).unwrap()
    };
    // Nothing at all, half a head, a head that never ends, and a pause after a request.
    let mut slow = connect().await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\nx: ").await.unwrap();
    let mut endless = connect().await;
    endless.write_all(b"GET /healthz HTTP/1.1\r\n").await.unwrap();
    let (reader, mut writer) = endless.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b"x-y: z\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        drop(reader);
    });
    let mut idle = connect().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    assert_eq!(get(at, "/healthz").await.status, 200, "others are answered");
    assert!(!ends(slow).await.contains("200 OK"));
    assert!(ends(idle).await.contains("200 OK"));
    assert_eq!(ends(connect().await).await, "");
    timeout(PATIENCE, drip).await.expect("it is cut off").unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let many: String = (0..200).map(|n| format!("x-{n}: y\r\n")).collect();
    let lines: String = (0..50).map(|n| format!("x-{n}: {}\r\n", "y".repeat(10_000))).collect();
    let long = format!("x: {}\r\n", "y".repeat(500_000));
    for (about, headers) in [("many headers", many), ("a long one", long), ("much of many", lines)] {
        let (mut reader, mut writer) = TcpStream::connect(at).await.unwrap().into_split();
        // The rest of a head that was refused is not read, so sending it may fail.
        let send = tokio::spawn(async move {
            let _ = writer.write_all(format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{headers}\r\n").as_bytes()).await;
            writer
        });
        let mut answer = Vec::new();
        let mut part = [0; 1024];
        while let Ok(Ok(1..)) =
            timeout(PATIENCE, reader.read(&mut part)).await.map(|read| read.inspect(|length| answer.extend(&part[..*length])))
        {}
        drop(send.await.unwrap());
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 431 "), "{about}: {answer:?}");
    }
    assert_eq!(get(at, "/healthz").await.status, 200, "others are answered");
    server.stop().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_to_an_end_counts_for_nothing() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let (mut reader, mut writer) = TcpStream::connect(at).await.unwrap().into_split();
    // What has come of it is well-formed at any time.
    let score = r#"{"playerId":"ada","score":1}"#;
    let head = format!("POST /api/score HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 10000\r\n\r\n{score}");
    let drip = tokio::spawn(async move {
        writer.write_all(head.as_bytes()).await.unwrap();
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut answer = Vec::new();
    // A connection that is reset has ended as well.
    let _ = timeout(PATIENCE, reader.read_to_end(&mut answer)).await.expect("it ends");
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("urn:leaderport:problem:too-slow"), "{answer:?}");
    drop(reader);
    timeout(PATIENCE, drip).await.expect("nobody reads it any more").unwrap();
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0, "it was not submitted");
    server.stop().await;
}
