//! Scores that come in by the plain form.

use crate::{
    client::{Answer, FORM, cookies, create_board, fill_in, get, patch, post, rows, send, submit},
    harness::LeaderPort,
    html::{page, page_for},
};
use serde_json::json;
use std::net::SocketAddr;

const SCORES: &str = "/b/main/scores";

async fn send_score(at: SocketAddr, player: &str, score: &str) -> Answer {
    fill_in(at, SCORES, &[("player", player), ("score", score)]).await
}

/// Where the browser is sent, which it is.
#[track_caller]
fn sent_to(answer: &Answer) -> &str {
    assert_eq!((answer.status.as_u16(), answer.body.len()), (303, 0), "{}", answer.text());
    answer.header("location")
}

#[tokio::test]
async fn a_score_is_counted_and_the_page_shows_whose_it_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let long = "é".repeat(32);
    for (player, score, counted) in [("ada", " 1200 ", 1_200), (" Ada L; =&,\"% ", "+7", 7), ("王芳 🎲", "-3", -3), (&long, "1e3", 1_000)]
    {
        let answer = send_score(at, player, score).await;
        let (location, cookie) = (sent_to(&answer), answer.header("set-cookie"));
        assert!(location.starts_with("/b/main?player=") && location.is_ascii(), "{location}");
        assert!(cookie.ends_with("; Path=/; Max-Age=31536000; SameSite=Lax"), "{cookie}");
        let shown = page_for(at, location, &cookies(&answer)).await;
        let own: Vec<_> = shown.rows().into_iter().filter(|row| row.is_own).map(|row| row.player).collect();
        assert_eq!((own, shown.value("player")), (vec![player.trim().to_owned()], player.trim().to_owned()));
        assert!(rows(at).await.iter().any(|row| row.1 == player.trim() && row.2 == counted), "{player}");
    }
    assert_eq!(rows(at).await.len(), 4);
    server.stop().await;
}

#[tokio::test]
async fn what_is_refused_comes_back_with_the_reason_and_what_was_typed() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let long = "x".repeat(65);
    for (player, score, reason) in [
        ("ada", "12x", "A score is a number, like 1200."),
        ("ada", "", "A score is missing."),
        ("ada", "1.5", "This board takes whole numbers only."),
        ("ada", "9007199254740992", "A score lies between"),
        ("", "1", "A player's name is missing."),
        ("a\u{202e}b", "1", "no control characters"),
        (&long, "1", "at most 64 bytes"),
        ("<b>\"&amp;", "<i>'", "A score is a number"),
        ("a&name=b", "1&score=2", "A score is a number"),
        ("a\r\nSet-Cookie: x=1", "1", "no control characters"),
    ] {
        let answer = send_score(at, player, score).await;
        let location = sent_to(&answer);
        let code = if reason.contains("A score") || reason.contains("whole numbers") { "invalid" } else { "name" };
        assert!(location.starts_with(&format!("/b/main?refused={code}&")) && answer.header("set-cookie").is_empty(), "{location}");
        let shown = page(at, location).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text().contains(reason), "{player:?} {score:?}: {}", shown.text());
        assert_eq!((shown.value("player"), shown.value("score")), (player.to_owned(), score.to_owned()));
    }
    // What is very long comes back cut: it travels in an address.
    let answer = send_score(at, &"é".repeat(1_000), "1").await;
    assert_eq!(page(at, sent_to(&answer)).await.value("player"), "é".repeat(100));
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn nonsense_in_a_form_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for body in
        [&b""[..], b"\xff\xfe", b"player", b"player=ada", b"score=1", b"player=%ff&score=x", b"{\"player\":\"ada\",\"score\":1}", b"&&&=&="]
    {
        let answer = send(at, "POST", SCORES, &[FORM], body.to_vec()).await;
        assert!(sent_to(&answer).starts_with("/b/main?refused=name&") || body == b"player=ada", "{body:?}");
        assert_eq!(page(at, sent_to(&answer)).await.status, 200);
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn of_two_values_the_last_counts() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let twice = [("player", "ada"), ("score", "1"), ("player", "bob"), ("score", "2")];
    assert_eq!(sent_to(&fill_in(at, SCORES, &twice).await), "/b/main?player=bob");
    assert_eq!(rows(at).await, [(1, "bob".to_owned(), 2)]);
    server.stop().await;
}

#[tokio::test]
async fn the_same_form_counts_once_by_its_id() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "keep": "sum" })).await;
    let form = |score| [("player", "ada"), ("score", score), ("id", "f-1")];
    for _ in 0..2 {
        assert_eq!(sent_to(&fill_in(at, SCORES, &form("5")).await), "/b/main?player=ada");
    }
    // A page may be given to several people, and go on being used: theirs are others, and so is another score.
    assert_eq!(sent_to(&fill_in(at, SCORES, &form("6")).await), "/b/main?player=ada");
    let bob = [("player", "bob"), ("score", "5"), ("id", "f-1")];
    assert_eq!(sent_to(&fill_in(at, SCORES, &bob).await), "/b/main?player=bob");
    let wrong = fill_in(at, SCORES, &[("player", "ada"), ("score", "5"), ("id", "a b")]).await;
    assert!(sent_to(&wrong).contains("refused=invalid"));
    assert_ne!(page(at, sent_to(&wrong)).await.value("id"), "a b", "or it would be refused for ever");
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), 11), (2, "bob".to_owned(), 5)]);
    server.stop().await;
}

/// What a browser sends of a page's form.
fn filled<'a>(ids: &'a (String, String), score: &'a str) -> [(&'static str, &'a str); 4] {
    [("player", "ada"), ("score", score), ("id", &ids.0), ("window", &ids.1)]
}

#[tokio::test]
async fn each_page_has_an_id_for_what_is_sent_from_it() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "keep": "sum", "maxScore": 9 })).await;
    let hidden = async |path: &str| {
        let shown = page(at, path).await;
        (shown.value("id"), shown.value("window"))
    };
    let (first, other) = (hidden("/b/main").await, hidden("/b/main").await);
    assert!(first.0.len() >= 22 && first != other && first.1.is_empty(), "{first:?} {other:?}");
    for ids in [&first, &first, &other] {
        assert_eq!(sent_to(&fill_in(at, SCORES, &filled(ids, "4")).await), "/b/main?player=ada");
    }
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), 8)], "pressed twice it counts once");
    // What became of one that was refused may not be known: sent again, it is the same.
    let refused = fill_in(at, SCORES, &filled(&first, "10")).await;
    assert_eq!(page(at, sent_to(&refused)).await.value("id"), first.0);
    server.stop().await;
}

#[tokio::test]
async fn a_form_leads_back_to_the_window_that_it_was_sent_from() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    let shown = page(at, "/b/main?window=daily").await;
    let ids = (shown.value("id"), shown.value("window"));
    assert_eq!(sent_to(&fill_in(at, SCORES, &filled(&ids, "5")).await), "/b/main?window=daily&player=ada");
    let refused = fill_in(at, SCORES, &filled(&ids, "x")).await;
    assert!(sent_to(&refused).starts_with("/b/main?window=daily&refused=invalid&name=ada&score=x&id="), "{}", sent_to(&refused));
    let shown = page(at, sent_to(&refused)).await;
    assert_eq!((shown.value("window"), shown.value("score")), ("daily".to_owned(), "x".to_owned()));
    for window in ["all", "", "A B", "x&y=z", "\r\nset-cookie: x=1"] {
        let answer = fill_in(at, SCORES, &[("player", "ada"), ("score", "5"), ("window", window)]).await;
        assert_eq!(sent_to(&answer), "/b/main?player=ada", "{window}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_score_out_of_bounds_comes_back_with_the_bound() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "minScore": 10, "maxScore": 1300 })).await;
    for (score, said) in [("9", "no score below 10."), ("1301", "no score above 1,300.")] {
        let answer = fill_in(at, SCORES, &[("player", "ada"), ("score", score)]).await;
        let shown = page(at, sent_to(&answer)).await;
        assert_eq!((shown.value("player"), shown.value("score")), ("ada".to_owned(), score.to_owned()));
        assert!(shown.text().contains(said), "{score}: {}", shown.text());
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn boards_that_take_no_scores_say_so() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1).await;
    create_board(at, json!({ "id": "servers", "submitters": "servers" })).await;
    create_board(at, json!({ "id": "secret", "visibility": "private", "submitters": "players" })).await;
    patch(at, "/api/boards/main", json!({ "archived": true })).await;
    for (board, code, status, said) in [
        ("servers", "unauthorized", 200, "This board takes scores from servers only."),
        ("main", "closed", 200, "This board takes no scores at the moment."),
        ("secret", "not-found", 404, ""),
        ("none", "not-found", 404, ""),
        ("MAIN", "invalid", 404, ""),
        ("%0d%0aset-cookie:%20x", "invalid", 404, ""),
    ] {
        let answer = fill_in(at, &format!("/b/{board}/scores"), &[("player", "eve"), ("score", "9")]).await;
        let location = sent_to(&answer);
        assert!(location.ends_with(&format!("?refused={code}&name=eve&score=9")), "{board}: {location}");
        assert!(answer.header("set-cookie").is_empty());
        let shown = page(at, location).await;
        assert_eq!(shown.status, status, "{board}");
        assert!(!shown.has("score-form") && shown.text().contains(said), "{board}");
    }
    for board in ["main", "servers"] {
        assert!(!get(at, &format!("/api/boards/{board}/entries")).await.text().contains("eve"));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_board_with_tiebreaks_shows_them_and_has_no_form_for_scores_without() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (board, submitters) in [("laps", "players"), ("own", "accounts")] {
        let tiebreaks = json!([{ "name": "wins" }, { "name": "faults", "direction": "asc" }]);
        create_board(at, json!({ "id": board, "submitters": submitters, "rankMode": "competition", "tiebreaks": tiebreaks })).await;
        let shown = page(at, &format!("/b/{board}")).await;
        assert!(!shown.has("score-form"), "{board}");
        assert!(shown.text().contains("On this board more than the score is compared: scores come from the game itself."));
    }
    for (player, wins, faults) in [("ada", 1_200, 3), ("bob", 1_200, -1)] {
        let submission = json!({ "playerId": player, "score": 9, "tiebreaks": { "wins": wins, "faults": faults } });
        let answer = post(at, "/api/boards/laps/scores", submission.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let shown = page(at, "/b/laps").await;
    assert!(shown.text().contains("Score · wins · faults"), "{}", shown.text());
    let rows: Vec<_> = shown.rows().into_iter().map(|row| (row.rank, row.player, row.score)).collect();
    let row = |rank, player: &str, score: &str| (rank, player.to_owned(), score.to_owned());
    assert_eq!(rows, [row(1, "bob", "9 · 1,200 · \u{2212}1"), row(2, "ada", "9 · 1,200 · 3")]);
    server.stop().await;
}

#[tokio::test]
async fn an_address_cannot_put_words_into_our_mouth() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (query, shown) in [
        ("refused=invalid&name=ada&score=1&message=Call+555+to+win", "be read as it was sent"),
        ("refused=invalid&name=&score=1&error=Call+555", "name is missing"),
        ("refused=Call+555&name=ada&score=1", ""),
        ("refused=busy&name=ada&score=1", "The board is busy."),
        ("refused=name&name=ada&score=x", "1 to 32 characters long"),
        // The reason is that of what was typed, where there is one.
        ("refused=busy&name=ada&score=x", "A score is a number"),
    ] {
        let page = page(at, &format!("/b/main?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        assert!(!page.has("Call 555") && page.text().contains(shown), "{query}: {}", page.text());
    }
    // Without the sign, what the address says is not put into the form.
    assert_eq!(page(at, "/b/main?name=ada&score=1").await.value("score"), "");
    server.stop().await;
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let origins =
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "http://evil.example"), ("origin", "null")];
    for path in [SCORES, "/me", "/me/language", "/me/forget", "/fn/submit_score", "/fn/open_board"] {
        for foreign in origins {
            let answer = send(at, "POST", path, &[FORM, foreign], "player=eve&score=1&name=eve").await;
            let code = answer.json()["type"].clone();
            assert_eq!((answer.status.as_u16(), code), (403, json!("urn:leaderport:problem:cross-site")), "{path} {foreign:?}");
            assert!(answer.header("set-cookie").is_empty() && answer.header("clear-site-data").is_empty(), "{path} {foreign:?}");
        }
    }
    assert_eq!(rows(at).await, []);
    let own = format!("http://{at}");
    let answer = send(at, "POST", SCORES, &[FORM, ("origin", &own)], "player=ada&score=1").await;
    assert_eq!(sent_to(&answer), "/b/main?player=ada");
    server.stop().await;
}

#[tokio::test]
async fn forms_have_their_size_their_method_and_no_query() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (method, path, size, status) in [
        ("POST", SCORES, (16 << 10) + 1, 413),
        ("POST", "/me", (16 << 10) + 1, 413),
        ("GET", SCORES, 0, 405),
        ("PUT", SCORES, 0, 405),
        ("GET", "/me/forget", 0, 405),
        ("GET", "/me/language", 0, 405),
        ("DELETE", "/me", 0, 405),
        ("POST", "/me/export", 0, 405),
        ("POST", "/b/main", 0, 405),
        ("POST", "/b/main/scores?player=ada&score=1", 0, 422),
        ("POST", "/me?name=ada", 0, 422),
        ("POST", "/me/forget?x", 0, 422),
        ("POST", "/me/language?x", 0, 422),
    ] {
        let answer = send(at, method, path, &[FORM], "x".repeat(size)).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
        assert_eq!(status == 405, !answer.header("allow").is_empty(), "{method} {path}");
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}
