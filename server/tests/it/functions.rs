//! The server functions: public endpoints, whoever calls them.

use crate::{
    client::{Answer, FORM, call, call_with, create_board, fill, patch, rows, send, submit},
    harness::LeaderPort,
};
use app::{
    api::{OpenBoard, OpenLobby, ReadFragment, ReadOwn, ReadPage, SubmitScore, Wanted},
    error::{AppError, Field},
    model::{BoardId, Lobby, Opened, Own, Page, Period, PlayerId, Receipt, Start, WindowName},
};
use serde::de::DeserializeOwned;
use serde_json::json;

const ALL: [&str; 6] = ["/fn/open_lobby", "/fn/open_board", "/fn/read_page", "/fn/read_own", "/fn/read_fragment", "/fn/submit_score"];

fn board(id: &str) -> BoardId {
    BoardId::parse(id).unwrap()
}

fn player(name: &str) -> PlayerId {
    PlayerId::parse(name).unwrap()
}

fn daily(period: Option<&str>) -> Period {
    Period { window: WindowName::parse("daily").unwrap(), period: period.map(str::to_owned) }
}

fn score(id: &str, player: &str, score: &str, submission: &str) -> SubmitScore {
    SubmitScore { board: board(id), player: player.to_owned(), score: score.to_owned(), id: submission.to_owned() }
}

fn fragment(wanted: Wanted) -> ReadFragment {
    ReadFragment { wanted }
}

#[track_caller]
fn answered<T: DeserializeOwned>(answer: &Answer) -> T {
    assert_eq!(answer.status, 200, "{}", answer.text());
    postcard::from_bytes(&answer.body).unwrap()
}

/// Expects this error, with its status.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> AppError {
    let error: AppError = postcard::from_bytes(&answer.body).unwrap();
    assert_eq!((answer.status.as_u16(), error.code()), (status, code), "{error}");
    error
}

#[tokio::test]
async fn they_answer() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let receipt = answered::<Result<Receipt, AppError>>(&call(at, &score("main", " ada ", " 1200 ", "s-1")).await).unwrap();
    assert_eq!((receipt.after.rank, receipt.total, receipt.replayed), (1, 1, false));
    assert!(answered::<Result<Receipt, AppError>>(&call(at, &score("main", "ada", "1200", "s-1")).await).unwrap().replayed);
    fill(at, "main", (1..=60).map(|n| (format!("p{n:02}"), n))).await;
    let lobby: Lobby = answered(&call(at, &OpenLobby { after: None }).await);
    assert_eq!((lobby.cards.len(), lobby.cards[0].leaders.rows.len(), lobby.cards[0].leaders.total), (1, 3, 61));
    let opened: Opened =
        answered(&call(at, &OpenBoard { board: BoardId::main(), period: Period::default(), start: Start::Player(player("p05")) }).await);
    assert_eq!((opened.page.from, opened.place, opened.page.rows.len(), opened.own), (51, 57, 11, None));
    for (place, from) in [(0, 1), (50, 1), (51, 51), (u64::MAX, 51)] {
        let read: Page =
            answered(&call(at, &ReadPage { board: BoardId::main(), period: Period::default(), start: Start::Place(place) }).await);
        assert_eq!((read.from, read.total), (from, 61), "{place}");
    }
    let own: Own = answered(&call(at, &ReadOwn { board: BoardId::main(), period: Period::default(), player: player("nobody") }).await);
    assert_eq!(own.standing, None);
    server.stop().await;
}

#[tokio::test]
async fn nonsense_is_refused_and_changes_nothing() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let bodies = vec![vec![], vec![0xff; 10], vec![0xff, 0xff, 0xff, 0xff, 0x0f], b"{}".to_vec(), b"player=ada&score=1".to_vec()];
    for path in ALL {
        for body in &bodies {
            let answer = call_with(at, path, body.clone()).await;
            assert!(answer.status.is_client_error(), "{path} {body:?}: {} {}", answer.status, answer.text());
        }
        assert_eq!(call_with(at, path, vec![0; (16 << 10) + 1]).await.status, 413, "{path}");
        assert_eq!(send(at, "GET", path, &[], "").await.status, 405, "{path}");
        assert!(send(at, "POST", path, &[FORM], "player=ada&score=1").await.status.is_client_error(), "{path}");
    }
    // An id that no board can have, and every cut of what is right.
    assert_eq!(call_with(at, "/fn/submit_score", &b"\x04MAIN\x03ada\x011\x00"[..]).await.status, 422);
    let whole = postcard::to_allocvec(&score("main", "ada", "1", "s-1")).unwrap();
    for end in 0..whole.len() {
        assert!(call_with(at, "/fn/submit_score", whole[..end].to_vec()).await.status.is_client_error(), "{end}");
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn errors_have_their_statuses() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(at, "ada", 1).await;
    for (id, rules) in [("old", json!({ "archived": true })), ("servers", json!({ "submitters": "servers" }))] {
        create_board(at, json!({ "id": id, "submitters": "players" })).await;
        patch(at, &format!("/api/boards/{id}"), rules).await;
    }
    let open = |id: &str, period: Period, start: Start| OpenBoard { board: board(id), period, start };
    let hourly = Period { window: WindowName::parse("hourly").unwrap(), period: None };
    for wanted in [
        open("none", Period::default(), Start::Place(1)),
        open("main", hourly, Start::Place(1)),
        open("main", daily(Some("2001-01-01")), Start::Place(1)),
        open("main", daily(Some("nonsense")), Start::Place(1)),
        open("main", Period::default(), Start::Player(player("nobody"))),
    ] {
        refused(&call(at, &wanted).await, 404, "not-found");
        let OpenBoard { board, period, start } = wanted;
        refused(&call(at, &ReadPage { board, period, start }).await, 404, "not-found");
    }
    for (sent, status, code, field) in [
        (score("main", "", "1", ""), 422, "invalid", Some(Field::Player)),
        (score("main", "ada", "x", ""), 422, "invalid", Some(Field::Score)),
        (score("main", "ada", "1.5", ""), 422, "invalid", Some(Field::Score)),
        (score("main", "ada", "1", "a b"), 422, "invalid", Some(Field::Id)),
        (score("none", "ada", "1", ""), 404, "not-found", None),
        (score("old", "ada", "1", ""), 409, "closed", None),
        (score("servers", "ada", "1", ""), 401, "unauthorized", None),
    ] {
        assert_eq!(refused(&call(at, &sent).await, status, code).field(), field, "{code}");
    }
    answered::<Result<Receipt, AppError>>(&call(at, &score("main", "ada", "5", "s-1")).await).unwrap();
    refused(&call(at, &score("main", "ada", "6", "s-1")).await, 409, "conflict");
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), 5)]);
    server.stop().await;
}

#[tokio::test]
async fn a_private_board_is_told_to_nobody() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "visibility": "private", "submitters": "players" })).await;
    fill(at, "secret", [("ada".to_owned(), 5)]).await;
    let (id, period, start) = (board("secret"), Period::default(), Start::Place(1));
    for answer in [
        call(at, &OpenBoard { board: id.clone(), period: period.clone(), start: start.clone() }).await,
        call(at, &ReadPage { board: id.clone(), period: period.clone(), start }).await,
        call(at, &ReadOwn { board: id.clone(), period: period.clone(), player: player("ada") }).await,
        call(at, &fragment(Wanted::Found { board: id.clone(), period, text: "ada".to_owned() })).await,
        call(at, &fragment(Wanted::Profile { board: id, player: player("ada") })).await,
        call(at, &score("secret", "bob", "9", "")).await,
        call(at, &score("secret", "bob", "x", "")).await,
    ] {
        refused(&answer, 404, "not-found");
    }
    let lobby: Lobby = answered(&call(at, &OpenLobby { after: None }).await);
    assert_eq!(lobby.cards.iter().map(|card| card.board.as_str()).collect::<Vec<_>>(), ["main"]);
    server.stop().await;
}
