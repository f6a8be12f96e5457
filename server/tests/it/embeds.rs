//! Boards within other pages: frames, overlays and badges.

use crate::{
    client::{admin, assert_problem, create_board, get, next, open, send, submit},
    harness::LeaderPort,
};
use serde_json::json;
use server::config::Config;
use tempfile::TempDir;

#[tokio::test]
async fn a_board_is_a_page_for_a_frame_and_for_an_overlay() {
    let server = LeaderPort::start_with(|config| config.allow_origin = vec!["https://blog.example".to_owned()]).await;
    let at = server.address;
    submit(at, "ada", 1200).await;
    submit(at, "bob", 900).await;
    let profile = json!({ "name": "Bob & <b>Co</b>" }).to_string();
    assert_eq!(admin(at, "PUT", "/api/players/bob", profile).await.status, 200);
    for (path, class, names) in
        [("/embed/main", "embed", ["ada", "Bob &amp; &lt;b&gt;Co&lt;/b&gt;"]), ("/overlay/main?limit=1", "overlay", ["ada", "ada"])]
    {
        let page = get(at, path).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{}", page.text());
        let text = page.text();
        assert!(text.starts_with("<!DOCTYPE html><html") && text.contains(&format!("class=\"{class}\"")), "{text}");
        assert!(names.iter().all(|name| text.contains(&format!("<bdi>{name}</bdi>"))), "{text}");
        assert!(text.contains("1,200"), "{text}");
        assert_eq!(text.matches("<li ").count(), if class == "embed" { 2 } else { 1 });
        let policy = page.header("content-security-policy");
        assert!(policy.ends_with("frame-ancestors 'self' https://blog.example"), "{policy}");
        assert_eq!(page.header("cache-control"), "public, max-age=10, stale-while-revalidate=60");
        let again = send(at, "GET", path, &[("if-none-match", page.header("etag"))], "").await;
        assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
    }
    let tag = get(at, "/embed/main").await.header("etag").to_owned();
    submit(at, "eve", 950).await;
    assert_ne!(get(at, "/embed/main").await.header("etag"), tag);
    assert!(get(at, "/embed/main?theme=dark").await.text().contains("data-theme=\"dark\""));
    server.stop().await;
}

#[tokio::test]
async fn a_board_that_rests_is_sent_anew_once_its_page_is_another() {
    let sites = ["c3", "d4"].map(|style| {
        let site = TempDir::new().unwrap();
        std::fs::write(site.path().join("hash.txt"), format!("js: a1\nwasm: b2\ncss: {style}\n")).unwrap();
        site
    });
    let served = |site: &TempDir, origin: &'static str| {
        let site = site.path().to_owned();
        move |config: &mut Config| (config.site_root, config.allow_origin) = (Some(site), vec![origin.to_owned()])
    };
    let before = || served(&sites[0], "https://blog.example");
    for (after, is_another) in
        [(before(), false), (served(&sites[1], "https://blog.example"), true), (served(&sites[0], "https://shop.example"), true)]
    {
        let (old, new) = LeaderPort::start_two_with(before(), after).await;
        submit(old.address, "ada", 5).await;
        let known = get(old.address, "/embed/main").await;
        let again = send(new.address, "GET", "/embed/main", &[("if-none-match", known.header("etag"))], "").await;
        assert_eq!(again.status == 200, is_another, "{:?}", again.headers);
        let (was, is) = (known.text(), get(new.address, "/embed/main").await);
        let has_changed = was != is.text() || known.header("content-security-policy") != is.header("content-security-policy");
        assert_eq!(has_changed, is_another);
        old.stop().await;
        new.stop().await;
    }
}

#[tokio::test]
async fn the_script_of_embeds_is_asked_for_again_now_and_then() {
    let server = LeaderPort::start().await;
    let script = get(server.address, "/embed.js").await;
    assert_eq!((script.status.as_u16(), script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), "public, max-age=600, stale-while-revalidate=86400");
    server.stop().await;
}

#[tokio::test]
async fn what_is_embedded_is_sent_compressed() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for n in 0..20 {
        submit(at, &format!("player {n}"), n).await;
    }
    for (path, part) in [("/embed.js", 2), ("/embed/main?limit=20", 2), ("/overlay/main?limit=20", 2), ("/badge/main/player%201.svg", 1)] {
        let sent = async |encoding: &str| send(at, "GET", path, &[("accept-encoding", encoding)], "").await;
        let (whole, small) = (sent("identity").await, sent("br").await);
        assert_eq!((small.status.as_u16(), small.header("content-encoding")), (200, "br"), "{path}");
        assert!(small.header("vary").contains("accept-encoding") && small.body.len() * part < whole.body.len(), "{path}");
    }
    let script = send(at, "GET", "/embed.js", &[("accept-encoding", "br")], "").await;
    assert!(script.body.len() <= 1024, "the script of 1 KB is {} bytes", script.body.len());
    server.stop().await;
}

#[tokio::test]
async fn a_window_is_embedded_as_the_whole_board_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "days", "title": "Days", "windows": [{ "name": "daily", "every": "day", "lateSeconds": 604_800 }] }))
        .await;
    let day_before = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(48);
    let scores = json!([{ "playerId": "old", "score": 9, "at": day_before.to_string() }, { "playerId": "new", "score": 5 }]).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/days/scores", scores).await.status, 200);
    for kind in ["embed", "overlay"] {
        let (whole, today) = (get(at, &format!("/{kind}/days")).await, get(at, &format!("/{kind}/days?window=daily")).await);
        assert!(whole.text().contains("<bdi>old</bdi>") && !whole.text().contains("data-window"), "{}", whole.text());
        let page = today.text();
        assert!(page.contains("<bdi>new</bdi>") && !page.contains("<bdi>old</bdi>") && page.contains("data-window=\"daily\""), "{page}");
        assert_ne!(whole.header("etag"), today.header("etag"));
    }
    assert!(get(at, "/embed/days?window=daily").await.text().contains("href=\"/b/days?window=daily\""));
    assert!(get(at, "/badge/days/new.svg").await.text().contains("Days: #2 · 5"));
    assert!(get(at, "/badge/days/new.svg?window=daily").await.text().contains("Days · Daily: #1 · 5"));
    // The script's own feed.
    let mut socket = open(at, "?board=days&window=daily&limit=5").await;
    let told = next(&mut socket).await;
    assert_eq!((told["total"].clone(), told["entries"][0]["playerId"].clone()), (json!(1), json!("new")));
    for path in ["/embed/days?window=weekly", "/overlay/days?window=weekly", "/badge/days/new.svg?window=weekly"] {
        assert_problem(&get(at, path).await, 404, "not-found", "", "window", path);
    }
    assert_problem(&get(at, "/embed/days?window=A!").await, 422, "invalid", "window", "a-z", "no window's name");
    server.stop().await;
}

#[tokio::test]
async fn a_badge_says_where_a_player_stands() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Laps & <more>", "direction": "asc", "decimals": 3 })).await;
    let score = json!([{ "playerId": "ada", "score": 61.5 }, { "playerId": "bob", "score": 60.25 }]).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/laps/scores", score).await.status, 200);
    let badge = get(at, "/badge/laps/ada.svg").await;
    assert_eq!((badge.status.as_u16(), badge.header("content-type")), (200, "image/svg+xml"));
    assert!(badge.text().contains(">#2 · 61.500<") && badge.text().contains("Laps &amp; &lt;more&gt;"), "{}", badge.text());
    assert!(!badge.text().contains("<more>"));
    let again = send(at, "GET", "/badge/laps/ada.svg", &[("if-none-match", badge.header("etag"))], "").await;
    assert_eq!(again.status, 304);
    assert_problem(&get(at, "/badge/laps/joe.svg").await, 404, "not-found", "", "no such player", "nobody");
    assert_problem(&get(at, "/badge/laps/ada").await, 404, "no-route", "", "", "no picture's name");
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_for_everybody_is_embedded_nowhere() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "visibility": "private" })).await;
    let score = json!({ "playerId": "ada", "score": 5 }).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/secret/scores", score).await.status, 200);
    for path in ["/embed/secret", "/overlay/secret", "/badge/secret/ada.svg", "/embed/none"] {
        assert_problem(&get(at, path).await, 404, "not-found", "", "no such board", path);
    }
    let seen = admin(at, "GET", "/embed/secret", "").await;
    assert_eq!((seen.status.as_u16(), seen.header("cache-control")), (200, "private, no-store"));
    for (query, field, says) in [
        ("limit=0", "limit", ""),
        ("limit=51", "limit", ""),
        ("theme=pink", "theme", "system, light, dark, contrast"),
        ("lang=fr", "lang", "en, de, ar, ja"),
        ("width=3", "request", "no query parameter"),
    ] {
        assert_problem(&get(at, &format!("/embed/main?{query}")).await, 422, "invalid", field, says, query);
    }
    server.stop().await;
}

#[tokio::test]
async fn what_is_embedded_is_in_the_language_of_its_address() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Laps", "decimals": 1, "windows": ["daily"] })).await;
    let score = json!([{ "playerId": "ada", "score": 1234.5 }, { "playerId": "bob", "score": -2000 }]).to_string();
    assert_eq!(admin(at, "POST", "/api/boards/laps/scores", score).await.status, 200);
    for (lang, direction, data, scores) in [
        ("en", "ltr", "", ["1,234.5", "−2,000.0"]),
        ("de", "ltr", "data-lang=\"de\"", ["1.234,5", "−2.000,0"]),
        ("ar", "rtl", "data-lang=\"ar\"", ["1,234.5", "\u{200e}\u{2212}2,000.0"]),
        ("ja", "ltr", "data-lang=\"ja\"", ["1,234.5", "−2,000.0"]),
    ] {
        for kind in ["embed", "overlay"] {
            // The address says it, not whoever asks: what caches keep is the same for all.
            let answer = send(at, "GET", &format!("/{kind}/laps?lang={lang}"), &[("accept-language", "ja")], "").await;
            let page = answer.text();
            assert!(page.contains(&format!("<html lang=\"{lang}\" dir=\"{direction}\"")), "{page}");
            assert!(page.contains(data) && page.contains("data-decimals=\"1\""), "{page}");
            assert!(scores.iter().all(|score| page.contains(&format!(">{score}<"))), "{lang}: {page}");
            let other = if lang == "de" { "en" } else { "de" };
            let other = get(at, &format!("/{kind}/laps?lang={other}")).await;
            assert_ne!(other.header("etag"), answer.header("etag"));
        }
    }
    let english = get(at, "/embed/laps").await.text();
    assert!(english.contains("<html lang=\"en\" dir=\"ltr\"") && !english.contains("data-lang"), "{english}");
    for (lang, says) in [
        ("en", "Laps · Daily: #1 · 1,234.5"),
        ("de", "Laps · Täglich: #1 · 1.234,5"),
        ("ar", "Laps · يومي: #1 · 1,234.5"),
        ("ja", "Laps · 日間: 1位 · 1,234.5"),
    ] {
        let badge = get(at, &format!("/badge/laps/ada.svg?window=daily&lang={lang}")).await;
        assert!(badge.text().contains(says) && badge.text().contains(&format!(" lang=\"{lang}\"")), "{}", badge.text());
    }
    assert_problem(&get(at, "/badge/laps/ada.svg?lang=xx").await, 422, "invalid", "lang", "lang is one of", "no language");
    server.stop().await;
}
