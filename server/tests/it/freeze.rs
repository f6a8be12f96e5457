//! Boards that are frozen: everybody sees how they were, operators how they are.

use crate::{
    auth::as_whom,
    client::{Answer, Socket, admin, call, cookies, create_board, delete, fill_in, get, next, open, patch, post, rows_of},
    harness::{LeaderPort, NOON, eventually},
};
use app::{
    api::{OpenBoard, ReadFragment, ReadOwn, ReadPage, SubmitScore, Wanted},
    error::AppError,
    model::{BoardId, Period, PlayerId, Receipt, Start},
};
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const DAY: u64 = 24 * 60 * 60 * 1000;

/// What to ask for of every read that everybody may use; `b` is a board, `sum` one that follows it. A route that is not here fails the test.
pub const READS: &[(&str, &[&str])] = &[
    ("/api/boards", &["/api/boards"]),
    ("/api/boards/{board}", &["/api/boards/b", "/api/boards/sum"]),
    (
        "/api/boards/{board}/entries",
        &[
            "/api/boards/b/entries",
            "/api/boards/b/entries?window=daily",
            "/api/boards/b/entries?around=bob",
            "/api/boards/b/entries?page_of=bob",
            "/api/boards/b/entries?players=ada,eve,zed",
            "/api/boards/b/entries?score_min=1&score_max=1000000",
            "/api/boards/b/entries?rank_min=1&rank_max=9",
            "/api/boards/b/entries?percentile=0",
            "/api/boards/b/entries?sample=true&limit=1000",
            "/api/boards/sum/entries",
        ],
    ),
    (
        "/api/boards/{board}/entries/{player}",
        &["/api/boards/b/entries/ada", "/api/boards/b/entries/zed", "/api/boards/b/entries/eve?window=daily"],
    ),
    ("/api/boards/{board}/entries/{player}/history", &["/api/boards/b/entries/ada/history", "/api/boards/b/entries/zed/history"]),
    ("/api/boards/{board}/percentiles", &["/api/boards/b/percentiles", "/api/boards/b/percentiles?window=daily"]),
    ("/api/boards/{board}/periods", &["/api/boards/b/periods"]),
    ("/api/boards/{board}/activity", &["/api/boards/b/activity", "/api/boards/b/activity?step=day"]),
    ("/api/boards/{board}/export", &["/api/boards/b/export", "/api/boards/b/export?format=csv&window=daily"]),
    ("/api/players/{player}", &["/api/players/ada"]),
    ("/api/players/{player}/entries", &["/api/players/ada/entries", "/api/players/zed/entries"]),
    ("/api/players/{player}/history", &["/api/players/ada/history", "/api/players/zed/history"]),
    ("/api/leaderboard", &["/api/leaderboard?board=b"]),
    ("/b/{board}/og.png", &["/b/b/og.png", "/b/b/og.png?window=daily"]),
    ("/embed/{board}", &["/embed/b"]),
    ("/overlay/{board}", &["/overlay/b?limit=3"]),
    ("/badge/{board}/{player}", &["/badge/b/ada.svg", "/badge/b/zed.svg"]),
    ("/b/{board}/p/{player}/og.png", &["/b/b/p/ada/og.png", "/b/b/p/zed/og.png"]),
];

/// What a player who has signed in, eve, is told as themself.
const OWN: &[&str] = &["/api/me", "/api/me/export", "/api/boards/b/entries/eve", "/api/boards/b/entries/eve/history", "/b/b", "/b/b/p/eve"];

/// The pages.
pub const PAGES: &[&str] =
    &["/", "/b/b", "/b/b?window=daily", "/b/b?player=bob", "/b/b?player=zed", "/b/b?find=e", "/b/b/p/ada", "/b/b/p/zed", "/b/sum"];

/// Routes that tell nothing of a board to everybody, or all the time and are looked at otherwise.
const OTHERS: &[&str] = &[
    "/api/boards/{board}/events",
    "/api/boards/{board}/log",
    "/api/boards/{board}/moderation",
    "/api/boards/{board}/entries/{player}/moderation",
    "/api/boards/{board}/review",
    "/api/boards/{board}/review/{id}",
    "/api/boards/{board}/webhooks",
    "/api/boards/{board}/webhooks/{id}",
    "/api/boards/{board}/webhooks/{id}/deliveries",
    "/b/{board}/runs/{run}/og.png",
    "/api/limits",
    "/api/status",
    "/api/settings",
    "/api/diagnostics",
    "/api/live",
    "/api/jobs",
    "/api/jobs/{id}",
    "/api/players/{player}/export",
    "/api/players/{player}/note",
    "/api/players/{player}/sessions",
    "/api/keys",
    "/api/keys/{key}",
    "/api/audit",
    "/api/audit/export",
    "/api/session",
    "/api/me/sessions",
    "/api/operators",
    "/api/operators/{operator}",
    "/api/operators/{operator}/sessions",
    "/ws",
    "/healthz",
    "/readyz",
    "/metrics",
];

async fn board(at: SocketAddr) {
    create_board(at, json!({ "id": "b", "windows": ["daily"], "submitters": "players", "rankMode": "dense", "log": { "count": 1000 } }))
        .await;
    for (player, score) in [("ada", 9), ("bob", 8), ("cyd", 8), ("ada", 10)] {
        assert_eq!(send(at, player, score).await.status, 200);
    }
}

async fn send(at: SocketAddr, player: &str, score: i64) -> Answer {
    post(at, "/api/boards/b/scores", json!({ "playerId": player, "score": score }).to_string()).await
}

async fn freeze(at: SocketAddr) -> Value {
    let answer = admin(at, "POST", "/api/boards/b/freeze", "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn unfreeze(at: SocketAddr) -> Value {
    let answer = delete(at, "/api/boards/b/freeze").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn standings(at: SocketAddr) -> Vec<(u64, String, i64)> {
    rows_of(&get(at, "/api/leaderboard?board=b").await.json())
}

async fn true_standings(at: SocketAddr) -> Vec<(u64, String, i64)> {
    rows_of(&admin(at, "GET", "/api/leaderboard?board=b", "").await.json())
}

fn row(rank: u64, player: &str, score: i64) -> (u64, String, i64) {
    (rank, player.to_owned(), score)
}

/// What was said, without what differs each time that it is: a page's nonce, its form's id, a problem's number.
pub fn lasting(text: &str) -> String {
    ["nonce=\"", "name=\"id\" value=\"", "\"requestId\":\""].into_iter().fold(text.to_owned(), |text, before| {
        let mut parts = text.split(before);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
    })
}

/// Expects that there is no read that is not listed here.
pub async fn assert_all_are_listed(at: SocketAddr) {
    let document = get(at, "/api/openapi.json").await.json();
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_known = OTHERS.contains(&path.as_str()) || OWN.contains(&path.as_str()) || READS.iter().any(|(known, _)| known == path);
        assert!(item.get("get").is_none() || is_known, "does GET {path} tell of a frozen board, or of whom operators hide?");
    }
}

/// All that everybody is told: path, status, tag and text.
async fn told(at: SocketAddr, eve: &str) -> Vec<(String, u16, String, String)> {
    let mut all = Vec::new();
    // What players are told as themselves is no more.
    for path in OWN {
        let answer = as_whom(at, eve, "GET", path, "").await;
        all.push(((*path).to_owned(), answer.status.as_u16(), answer.header("etag").to_owned(), lasting(&answer.text())));
    }
    for path in READS.iter().flat_map(|(_, paths)| *paths).chain(PAGES) {
        let answer = get(at, path).await;
        let body = answer.body.iter().map(|byte| char::from(*byte)).collect::<String>();
        all.push(((*path).to_owned(), answer.status.as_u16(), answer.header("etag").to_owned(), lasting(&body)));
    }
    let (id, period, zed) = (BoardId::parse("b").unwrap(), Period::default(), PlayerId::parse("zed").unwrap());
    let calls = [
        call(at, &OpenBoard { board: id.clone(), period: period.clone(), start: Start::Player(zed.clone()) }).await,
        call(at, &ReadPage { board: id.clone(), period: period.clone(), start: Start::Place(1) }).await,
        call(at, &ReadOwn { board: id.clone(), period: period.clone(), player: zed.clone() }).await,
        call(at, &ReadFragment { wanted: Wanted::Profile { board: id.clone(), player: zed } }).await,
        call(at, &ReadFragment { wanted: Wanted::Found { board: id, period, text: "z".to_owned() } }).await,
    ];
    for (number, answer) in calls.into_iter().enumerate() {
        all.push((format!("function {number}"), answer.status.as_u16(), String::new(), format!("{:?}", answer.body)));
    }
    all
}

/// All that can happen to a board.
async fn happen(at: SocketAddr, eve: &str) {
    assert_eq!(send(at, "zed", 50).await.status, 202);
    assert_eq!(as_whom(at, eve, "POST", "/api/boards/b/scores", r#"{"score":30}"#).await.status, 202);
    let many = json!([{ "playerId": "gil", "score": 4 }, { "playerId": "bob", "score": 40, "id": "one" }]).to_string();
    assert_eq!(post(at, "/api/boards/b/scores", many).await.status, 200);
    patch(at, "/api/boards/b/entries/cyd", json!({ "score": 99, "metadata": { "car": "red" } })).await;
    assert_eq!(delete(at, "/api/boards/b/entries/ada").await.json()["removed"], 2);
    let version = admin(at, "GET", "/api/boards/b/log?limit=1", "").await.json()["records"][0]["version"].clone();
    assert_eq!(admin(at, "POST", "/api/boards/b/undo", json!({ "version": version }).to_string()).await.status, 200);
    let late = json!([{ "playerId": "late", "score": 5, "at": NOON - DAY }]).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/b/scores", late).await.json()[0]["accepted"], true);
    // Who comes while it is frozen is on the true standings alone, with a name and all.
    assert_eq!(admin(at, "PUT", "/api/players/zed", json!({ "name": "Zed" }).to_string()).await.status, 200);
}

#[tokio::test]
async fn nothing_of_a_frozen_board_leaks_through_any_read() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    assert_eq!(admin(at, "PUT", "/api/players/ada", json!({ "name": "Ada", "country": "GB" }).to_string()).await.status, 200);
    let combine = json!({ "into": "sum", "follow": true, "parts": [{ "board": "b" }] });
    admin(at, "POST", "/api/combine", combine.to_string()).await;
    eventually("the other board is made", async || get(at, "/api/boards/sum/entries").await.json()["total"] == 3).await;

    assert_all_are_listed(at).await;

    let eve = post(at, "/api/me", json!({ "name": "Eve", "playerId": "eve" }).to_string()).await;
    assert_eq!(eve.status, 201, "{}", eve.text());
    let eve = cookies(&eve);
    let mut feed: Socket = open(at, "?board=b").await;
    let shown = next(&mut feed).await;
    freeze(at).await;
    let before = told(at, &eve).await;
    happen(at, &eve).await;
    assert_eq!(true_standings(at).await.len(), 7);
    for (before, after) in before.iter().zip(told(at, &eve).await) {
        assert_eq!(*before, after);
    }
    // Nor is anything told of it by whoever follows.
    for _ in 0..20 {
        assert_eq!(get(at, "/api/boards/sum/entries").await.json()["total"], 3);
    }

    let opened = unfreeze(at).await;
    assert_eq!(opened.get("frozenSince"), None);
    let all = [
        row(1, "cyd", 99),
        row(2, "zed", 50),
        row(3, "bob", 40),
        row(4, "eve", 30),
        row(5, "ada", 10),
        row(6, "late", 5),
        row(7, "gil", 4),
    ];
    assert_eq!(standings(at).await, all);
    eventually("whoever follows has it", async || get(at, "/api/boards/sum/entries").await.json()["total"] == 7).await;
    // What the feed told meanwhile was what it had told before.
    loop {
        let frame = next(&mut feed).await;
        if frame["total"] == 7 {
            assert_eq!((&frame["version"], rows_of(&frame)[1].clone()), (&opened["version"], row(2, "zed", 50)));
            break;
        }
        assert_eq!(frame["entries"], shown["entries"]);
    }
    let after = told(at, &eve).await;
    let same = before.iter().zip(&after).filter(|(before, after)| before.3 == after.3).map(|(before, _)| before.0.as_str());
    assert_eq!(same.collect::<Vec<_>>(), ["/api/me", "/api/players/ada"], "all else tells of it now");
    server.stop().await;
}

#[tokio::test]
async fn a_receipt_of_a_frozen_board_says_that_the_score_counts_and_no_more() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board(at).await;
    let early = json!({ "playerId": "bob", "score": 20, "id": "early" }).to_string();
    assert_eq!(post(at, "/api/boards/b/scores", early.clone()).await.json()["after"]["rank"], 1);
    freeze(at).await;
    let sealed = json!({ "accepted": true, "frozen": true });
    for (body, about) in [(json!({ "playerId": "zed", "score": 50, "id": "1" }).to_string(), "new"), (early.clone(), "known since before")]
    {
        for _ in 0..2 {
            let answer = post(at, "/api/boards/b/scores", body.clone()).await;
            assert_eq!((answer.status.as_u16(), answer.json()), (202, sealed.clone()), "{about}");
        }
    }
    let many = json!([{ "playerId": "eve", "score": 1 }, { "playerId": "eve", "score": "x" }]).to_string();
    let many = post(at, "/api/boards/b/scores", many).await.json();
    assert_eq!((&many[0], &many[1]["problem"]["status"]), (&sealed, &json!(422)));
    let key = crate::auth::key(at, json!({ "scopes": ["submit"], "label": "game" })).await;
    let answer = as_whom(at, &key, "POST", "/api/boards/b/scores", r#"{"playerId":"kim","score":70}"#).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (202, sealed), "a key that reads nothing");
    let function = SubmitScore { board: BoardId::parse("b").unwrap(), player: "fay".into(), score: "80".into(), id: "2".into() };
    let answer = call(at, &function).await;
    let told: Result<Receipt, AppError> = postcard::from_bytes(&answer.body).unwrap();
    assert_eq!((answer.status.as_u16(), told), (200, Err(AppError::Sealed)));
    let form = fill_in(at, "/b/b/scores", &[("player", "gil"), ("score", "90"), ("id", "3")]).await;
    assert_eq!((form.status.as_u16(), form.header("location")), (303, "/b/b?taken=sealed"));
    assert!(get(at, "/b/b?taken=sealed").await.text().contains("It counts. The board is frozen"));

    // The admin key sees all of it, and once it is over so does everybody.
    let receipt = admin(at, "POST", "/api/boards/b/scores", json!({ "playerId": "hal", "score": 85 }).to_string()).await;
    assert_eq!((receipt.status.as_u16(), &receipt.json()["after"]), (200, &json!({ "score": 85, "rank": 2 })));
    assert_eq!(standings(at).await[0], row(1, "bob", 20));
    unfreeze(at).await;
    assert_eq!(standings(at).await[..3], [row(1, "gil", 90), row(2, "hal", 85), row(3, "fay", 80)]);
    let again = post(at, "/api/boards/b/scores", early).await.json();
    assert_eq!((&again["replayed"], &again["after"]["rank"]), (&json!(true), &json!(1)));
    // On `main`, by the short form.
    admin(at, "POST", "/api/boards/main/freeze", "").await;
    let short = post(at, "/api/score", r#"{"playerId":"ada","score":1}"#).await;
    assert_eq!((short.status.as_u16(), short.json()), (202, json!({ "success": true, "frozen": true })));
    server.stop().await;
}

#[tokio::test]
async fn operators_see_a_frozen_board_as_it_is() {
    let (server, other) = LeaderPort::start_two().await;
    let (at, there) = (server.address, other.address);
    board(at).await;
    // The other server knows the board, too.
    assert_eq!(send(there, "dan", 1).await.status, 200);
    let frozen = freeze(at).await;
    assert!(frozen["frozenSince"].is_u64());
    assert_eq!(freeze(there).await["frozenSince"], frozen["frozenSince"], "it is frozen already");
    assert_eq!(send(there, "zed", 50).await.status, 202, "the other server knows at once");
    assert_eq!(true_standings(at).await[0], row(1, "zed", 50));
    assert_eq!(standings(there).await[0], row(1, "ada", 10));
    let (public, own) = (get(at, "/api/boards/b").await, admin(at, "GET", "/api/boards/b", "").await);
    assert!(public.json()["version"].as_u64() < own.json()["version"].as_u64());
    assert_ne!(public.header("etag"), own.header("etag"));
    assert_eq!((public.header("cache-control"), own.header("cache-control")), ("no-cache", "private, no-cache"));
    // Whoever has what is of now is told so, as long as it is.
    let page = "/api/boards/b/entries";
    let tag = admin(at, "GET", page, "").await.header("etag").to_owned();
    let again = async |tag: &str| {
        let key = crate::auth::admin_key();
        crate::client::send(at, "GET", page, &[("authorization", &key), ("if-none-match", tag)], "").await.status.as_u16()
    };
    assert_eq!(again(&tag).await, 304);
    assert_eq!(send(there, "zed", 60).await.status, 202);
    assert_eq!(again(&tag).await, 200);

    // Rules are for both, and who is hidden is gone from both; what is undone is undone where it was done.
    patch(at, "/api/boards/b", json!({ "title": "Finals" })).await;
    assert_eq!(get(at, "/api/boards/b").await.json()["title"], "Finals");
    patch(there, "/api/boards/b/entries/ada/moderation", json!({ "state": "hidden", "reason": "test" })).await;
    assert_eq!(standings(at).await[0], row(1, "bob", 8));
    assert!(!true_standings(at).await.iter().any(|(_, player, _)| player == "ada"));
    patch(there, "/api/boards/b/entries/ada/moderation", json!({ "state": "visible" })).await;
    assert_eq!(standings(at).await[0], row(1, "ada", 10));
    assert_eq!(admin(at, "PUT", "/api/players/bob", json!({ "name": "Bobby" }).to_string()).await.status, 200);
    for answer in [get(at, page).await, admin(at, "GET", page, "").await] {
        assert!(answer.text().contains("Bobby"), "{}", answer.text());
    }
    assert_eq!(delete(at, "/api/players/cyd").await.json()["entries"], 4, "both kinds of standings, two periods each");
    assert!(!get(at, "/api/boards/b/entries").await.text().contains("cyd"));
    let kinds = admin(at, "GET", "/api/boards/b/log?limit=100", "").await.json();
    assert!(kinds["records"].as_array().unwrap().iter().any(|record| record["kind"] == "freeze"));

    unfreeze(there).await;
    assert_eq!(standings(at).await, [row(1, "zed", 60), row(2, "ada", 10), row(3, "bob", 8), row(4, "dan", 1)]);
    assert_eq!(send(at, "ada", 70).await.json()["after"]["rank"], 1);
    assert_eq!(send(there, "dan", 80).await.json()["after"]["rank"], 1);
    let log = admin(at, "GET", "/api/boards/b/log?limit=100", "").await.json();
    let versions: Vec<u64> = log["records"].as_array().unwrap().iter().map(|record| record["version"].as_u64().unwrap()).collect();
    assert!(versions.is_sorted_by(|a, b| a > b), "{versions:?}");
    // Again, and the board goes with all that is behind it.
    freeze(at).await;
    assert_eq!(send(at, "zed", 99).await.status, 202);
    assert_eq!(delete(there, "/api/boards/b").await.status, 204);
    eventually("both servers know that it is gone", async || get(at, page).await.status == 404).await;
    board(at).await;
    freeze(at).await;
    assert_eq!(true_standings(at).await, standings(at).await);
    server.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn periods_go_on_behind_a_frozen_board() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board(at).await;
    freeze(at).await;
    let states = async |answer: Answer| {
        let periods = answer.json()["periods"].as_array().unwrap().clone();
        periods.iter().map(|period| period["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    now.store(NOON + DAY, Ordering::SeqCst);
    assert_eq!(send(at, "zed", 50).await.status, 202);
    let path = "/api/boards/b/periods?window=daily";
    eventually("a period is closed unseen", async || states(admin(at, "GET", path, "").await).await == ["open", "closed"]).await;
    assert_eq!(states(get(at, path).await).await, ["open"]);
    assert_eq!(get(at, "/api/boards/b/entries?window=daily").await.json()["total"], 0, "of today there is nothing yet");
    // What is set aside comes back behind it, too.
    let reset = delete(at, "/api/boards/b/entries?all=true").await.json();
    assert_eq!((standings(at).await.len(), true_standings(at).await.len()), (3, 0));
    assert_eq!(admin(at, "POST", "/api/boards/b/undo", json!({ "version": reset["version"] }).to_string()).await.status, 200);
    unfreeze(at).await;
    assert_eq!(states(get(at, path).await).await, ["open", "closed"]);
    assert_eq!(standings(at).await[0], row(1, "zed", 50));
    assert_eq!(rows_of(&get(at, "/api/boards/b/entries?window=daily").await.json()), [row(1, "zed", 50)]);
    server.stop().await;
}

#[tokio::test]
async fn a_board_can_be_frozen_and_opened_while_scores_pour_in() {
    let (server, other) = LeaderPort::start_two().await;
    let (at, there) = (server.address, other.address);
    create_board(at, json!({ "id": "b", "submitters": "players", "keep": "sum" })).await;
    let pour = |at: SocketAddr| async move {
        for number in 0..150_i64 {
            let body = json!({ "playerId": format!("p{}", number % 5), "score": 1 }).to_string();
            let status = post(at, "/api/boards/b/scores", body).await.status.as_u16();
            assert!(status == 200 || status == 202, "{status}");
        }
    };
    let toggle = async {
        for _ in 0..6 {
            freeze(at).await;
            let shown = get(there, "/api/boards/b").await.json()["version"].clone();
            assert_eq!(get(at, "/api/boards/b").await.json()["version"], shown);
            unfreeze(there).await;
        }
    };
    tokio::join!(pour(at), pour(there), toggle);
    let sums: Vec<_> = standings(at).await.into_iter().map(|(_, _, score)| score).collect();
    assert_eq!(sums, [60; 5], "each counted once");
    server.stop().await;
    other.stop().await;
}
