//! Pictures of boards, for links that are shared.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, get, patch, post, send, submit},
    harness::{LeaderPort, NOON},
    html::Html,
};
use hyper::body::Bytes;
use serde_json::json;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const CARD: &str = "/b/main/og.png";

/// The picture, which is one: a PNG of the size that other sites want.
#[track_caller]
fn picture(answer: &Answer) -> Bytes {
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"), "{}", answer.text());
    let body = &answer.body;
    assert_eq!(&body[..16], b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR");
    let number = |at: usize| u32::from_be_bytes(body[at..at + 4].try_into().unwrap());
    assert_eq!((number(16), number(20)), (1200, 630));
    assert!(body.ends_with(b"IEND\xae\x42\x60\x82"), "it is cut off");
    body.clone()
}

async fn card_of(address: SocketAddr, query: &str) -> Bytes {
    picture(&get(address, &format!("{CARD}?{query}")).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_has_a_picture_that_changes_when_it_does() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let empty = get(at, CARD).await;
    assert_eq!(empty.header("cache-control"), "public, max-age=60");
    assert!(picture(&get(at, CARD).await) == picture(&empty));
    submit(at, "ada", 1200).await;
    let one = get(at, CARD).await;
    assert!(picture(&one) != picture(&empty));
    // So it does when its title changes, or the rules of how scores are shown.
    patch(at, "/api/boards/main", json!({ "title": "Another title" })).await;
    let titled = get(at, CARD).await;
    assert!(picture(&titled) != picture(&one));
    let tags = [&empty, &one, &titled].map(|answer| answer.header("etag").to_owned());
    assert!(tags[0] != tags[1] && tags[1] != tags[2] && tags[2] != tags[0], "{tags:?}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_picture_is_not_sent_it_again() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let first = get(at, CARD).await;
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    let ask = async |known: &str| send(at, "GET", CARD, &[("if-none-match", known)], "").await;
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = ask(&known).await;
        assert_eq!((answer.status.as_u16(), answer.body.len(), answer.header("etag")), (304, 0, &*tag), "{known}");
        assert_eq!(answer.header("cache-control"), "public, max-age=60");
    }
    picture(&ask("\"other\"").await);
    submit(at, "ada", 1).await;
    picture(&ask(&tag).await);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_and_a_period_have_pictures_of_their_own() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(at, "ada", 5).await;
    let (all, saturday) = (card_of(at, "").await, card_of(at, "window=daily").await);
    assert!(all != saturday);
    assert!(card_of(at, "window=all&period=all").await == all);
    now.fetch_add(24 * 60 * 60 * 1000, Ordering::SeqCst);
    // Nobody has submitted today, so the version is the same; the picture is not.
    let sunday = card_of(at, "window=daily").await;
    assert!(sunday != saturday);
    assert!(card_of(at, "window=daily&period=2026-11-21").await == saturday);
    for (query, says) in [("window=hourly", "no such window"), ("window=daily&period=2026-11-20", "no such period")] {
        assert_problem(&get(at, &format!("{CARD}?{query}")).await, 404, "not-found", "", says, query);
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_not_for_everybody_has_no_picture() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    for path in ["/b/nowhere/og.png", "/b/secret/og.png"] {
        let answer = get(at, path).await;
        assert_problem(&answer, 404, "not-found", "", "There is no such board", path);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    // Operators see it, and no cache between keeps it.
    let seen = admin(at, "GET", "/b/secret/og.png", "").await;
    picture(&seen);
    assert_eq!(seen.header("cache-control"), "private, no-store");
    let tag = seen.header("etag").to_owned();
    let asked = send(at, "GET", "/b/secret/og.png", &[("if-none-match", &tag)], "").await;
    assert_problem(&asked, 404, "not-found", "", "There is no such board", "with the picture's tag");
    create_board(at, json!({ "id": "link", "visibility": "unlisted" })).await;
    picture(&get(at, "/b/link/og.png").await);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_has_a_picture_of_where_they_stand() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (score, player) in [(9, "ada"), (8, "bob"), (7, "eve")] {
        submit(at, player, score).await;
    }
    let of = async |player: &str| get(at, &format!("/b/main/p/{player}/og.png")).await;
    let (ada, bob) = (of("ada").await, of("bob").await);
    assert!(picture(&ada) != picture(&bob) && picture(&ada) != picture(&get(at, CARD).await));
    assert_eq!(picture(&of("ada").await), picture(&ada));
    let known = send(at, "GET", "/b/main/p/ada/og.png", &[("if-none-match", ada.header("etag"))], "").await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    // Whoever is not on the board has none, and whoever is hidden is not.
    assert_problem(&of("joe").await, 404, "not-found", "", "no such player", "nobody");
    patch(at, "/api/boards/main/entries/bob/moderation", json!({ "state": "hidden", "reason": "a test" })).await;
    assert_problem(&of("bob").await, 404, "not-found", "", "no such player", "hidden");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_else_is_asked_is_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (path, field, says) in [
        ("/b/main/og.png?width=9000".to_owned(), "request", "There is no query parameter `width` here"),
        ("/b/main/og.png?window=a&window=b".to_owned(), "window", "given twice"),
        ("/b/main/og.png?window=A%20B".to_owned(), "window", "A window's name"),
        (format!("/b/main/og.png?window={}", "a".repeat(33)), "window", "A window's name"),
        ("/b/MAIN/og.png".to_owned(), "board", "A board's id"),
        ("/b/main/og.png?lang=fr".to_owned(), "lang", "lang is one of: en, de, ar, ja."),
        ("/b/main/og.png?lang=".to_owned(), "lang", "lang is one of"),
        ("/b/main/p/ada/og.png?lang=de-AT".to_owned(), "lang", "lang is one of"),
    ] {
        let answer = get(at, &path).await;
        assert_problem(&answer, 422, "invalid", field, says, &path);
    }
    assert_problem(&post(at, CARD, "{}").await, 405, "no-method", "", "doesn't take this method", "POST");
    assert_problem(&get(at, &format!("{CARD}?window=daily&period={}", "9".repeat(4_000))).await, 404, "not-found", "", "window", "long");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_and_names_of_all_kinds_are_drawn() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let names = [
        "<script>&\"'",
        "</text></svg>",
        "<image href=\"/etc/passwd\"/>",
        "小林 さくら",
        "a👩‍🚀b👩‍🚀",
        "👨‍👩‍👧‍👦 🇩🇪 1️⃣ ❤️",
        "محمد الا 42 (ج) ab",
        "שרה כהן",
        "z̷̧̛̤͎̎̓a̵̡̛͚̮̿l̶̨̘̈́g",
        "\u{fdfd}\u{10ffff}",
        &"W".repeat(64),
    ];
    for (index, pair) in names.chunks(5).enumerate() {
        let path = format!("/api/boards/b{index}");
        let rules = json!({ "id": format!("b{index}"), "title": pair.concat(), "direction": "asc", "decimals": 6 });
        create_board(at, rules).await;
        let empty = picture(&get(at, &format!("/b/b{index}/og.png")).await);
        let scores: Vec<_> = pair.iter().map(|name| json!({ "playerId": name, "score": 9_007_199_254.5 })).collect();
        let answer = admin(at, "POST", &format!("{path}/scores"), json!(scores).to_string()).await;
        assert_eq!(answer.text().matches("\"accepted\":true").count(), pair.len(), "{}", answer.text());
        assert!(picture(&get(at, &format!("/b/b{index}/og.png")).await) != empty, "{pair:?}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_comes_back_has_another_picture() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let make = async |title: &str| {
        create_board(at, json!({ "id": "b", "title": title })).await;
        get(at, "/b/b/og.png").await
    };
    let first = make("First").await;
    assert_eq!(delete(at, "/api/boards/b").await.status, 204);
    let second = make("Second").await;
    assert_ne!(first.header("etag"), second.header("etag"));
    assert!(picture(&first) != picture(&second));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_ask_at_once_get_the_same() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let asked: Vec<_> = (0..40).map(|_| tokio::spawn(get(at, CARD))).collect();
    let mut pictures = Vec::new();
    for answer in asked {
        pictures.push(picture(&answer.await.unwrap()));
    }
    assert!(pictures.windows(2).all(|two| two[0] == two[1]));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_language_has_a_picture_of_its_own_which_its_pages_link() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1200).await;
    for path in [CARD, "/b/main/p/ada/og.png"] {
        let (english, german) = (get(at, path).await, get(at, &format!("{path}?lang=de")).await);
        assert!(picture(&english) != picture(&german), "{path}");
        assert_ne!(english.header("etag"), german.header("etag"));
        assert_eq!(german.header("cache-control"), "public, max-age=60");
        assert!(picture(&get(at, &format!("{path}?lang=en")).await) == picture(&english), "{path}");
        // Whoever has one of them does not have the other.
        let other = send(at, "GET", &format!("{path}?lang=de"), &[("if-none-match", english.header("etag"))], "").await;
        assert!(picture(&other) == picture(&german), "{path}");
        picture(&get(at, &format!("{path}?lang=ar")).await);
        picture(&get(at, &format!("{path}?lang=ja")).await);
    }
    for (path, language, image) in [
        ("/b/main", "en", "/b/main/og.png"),
        ("/b/main", "de", "/b/main/og.png?lang=de"),
        ("/b/main?window=all", "ar", "/b/main/og.png?lang=ar"),
        ("/b/main/p/ada", "ja", "/b/main/p/ada/og.png?lang=ja"),
    ] {
        let page = Html::of(&send(at, "GET", path, &[("accept-language", language)], "").await);
        assert_eq!(page.meta("og:image"), format!("http://{at}{image}"), "{path}");
    }
    server.stop().await;
}
