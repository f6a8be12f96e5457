//! What the pages show, and what they say about themselves.

use crate::{
    client::{admin, create_board, delete, fill, patch, post, submit},
    harness::LeaderPort,
    html::{page, page_for},
};
use serde_json::json;

/// What would be an element of its own if it was not escaped.
const HOSTILE: &str = "\"'><img src=x>&amp;</title></script>";

#[tokio::test]
async fn boards_are_listed_with_their_leaders() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let empty = page(at, "/").await;
    assert_eq!((empty.status, &*empty.title()), (200, "LeaderPort"));
    assert!(empty.text().contains("Main board 0 players No scores yet."), "{}", empty.text());
    submit(at, "ada & <bob>", 1200).await;
    assert!(page(at, "/").await.text().contains("Main board 1 player 1 ada & <bob> 1,200"));
    fill(at, "main", (1..=1_200).map(|n| (format!("p{n}"), n))).await;
    create_board(at, json!({ "id": "other", "title": "Another" })).await;
    for (id, visibility) in [("secret", "private"), ("link", "unlisted")] {
        create_board(at, json!({ "id": id, "visibility": visibility })).await;
    }
    let shown = page(at, "/").await;
    assert!(shown.text().contains("1,201 players 1 ada & <bob> 1,200 2 p1200 1,200 3 p1199 1,199"), "{}", shown.text());
    assert!(shown.has(r#"href="/b/main""#) && shown.has(r#"href="/b/other""#));
    assert!(!shown.has("/b/secret") && !shown.has("/b/link"));
    assert!(!shown.has("p1197"), "three of each are enough");
    // None of it is live before the browser has it.
    assert!(!shown.has("pulse") && !shown.text().contains("frozen"));
    assert_eq!(admin(at, "POST", "/api/boards/other/freeze", "").await.status, 200);
    assert!(page(at, "/").await.text().contains("Another 0 players frozen No scores yet."));
    for board in ["main", "other"] {
        assert_eq!(delete(at, &format!("/api/boards/{board}")).await.status, 204);
    }
    let none = page(at, "/").await;
    assert_eq!(none.status, 200);
    assert!(none.text().contains("No boards yet."));
    server.stop().await;
}

#[tokio::test]
async fn many_boards_are_listed_page_by_page() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for n in 0..30 {
        create_board(at, json!({ "id": format!("b{n:02}") })).await;
    }
    let first = page(at, "/").await;
    assert_eq!(first.html.matches("class=\"card\"").count(), 24);
    let next = first.link("next").unwrap();
    assert_eq!(next, "/?after=b23");
    let second = page(at, &next).await;
    assert_eq!((second.html.matches("class=\"card\"").count(), second.link("next")), (7, None));
    assert!(second.has(r#"href="/b/b24""#) && second.has(r#"href="/b/main""#) && !second.has(r#"href="/b/b23""#));
    // What is no id is as good as nothing, and what no board has is a place in their order all the same.
    assert!(page(at, "/?after=%3Cb%3E").await.has(r#"href="/b/b00""#));
    assert_eq!(page(at, "/?after=zzz").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_board_shows_its_rows_and_what_it_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "title": "Laps", "description": "Once around.", "decimals": 2, "direction": "asc" })).await;
    let empty = page(at, "/b/main").await;
    assert!(empty.text().contains("No scores yet. The first one leads."));
    assert_eq!(empty.meta("description"), "Laps: 0 players.");
    for (player, score) in [("ada & <bob>", "61.5"), ("王芳", "60.25")] {
        let answer = post(at, "/api/score", format!(r#"{{"playerId":"{player}","score":{score}}}"#)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let shown = page(at, "/b/main").await;
    assert_eq!(shown.status, 200);
    let rows: Vec<_> = shown.rows().into_iter().map(|row| (row.rank, row.player, row.score, row.is_own)).collect();
    assert_eq!(rows, [(1, "王芳".into(), "60.25".into(), false), (2, "ada & <bob>".into(), "61.50".into(), false)]);
    assert!(shown.has(r#"href="/b/main/p/ada%20%26%20%3Cbob%3E""#));
    let text = shown.text();
    for part in ["Laps 2 players", "Once around.", "1–2 of 2", "Send a score", "Without JavaScript"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(shown.title(), "Laps · LeaderPort");
    let description = "王芳 leads Laps with 60.25; 2 players.";
    let told = ["description", "og:title", "og:description", "og:image", "twitter:card"].map(|name| shown.meta(name));
    let image = format!("http://{at}/b/main/og.png");
    assert_eq!(told, [description, "Laps", description, &image, "summary_large_image"]);
    server.stop().await;
}

#[tokio::test]
async fn a_rank_is_found_where_it_is_also_where_many_share_it() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for mode in ["dense", "competition"] {
        create_board(at, json!({ "id": mode, "rankMode": mode })).await;
        // Four players have the same score each time.
        fill(at, mode, (0..400).map(|n| (format!("p{n:03}"), 1_000 - n / 4))).await;
    }
    let shown = async |path: &str| {
        let rows = page(at, path).await.rows();
        (rows[0].player.clone(), rows.iter().map(|row| row.rank).collect::<Vec<_>>())
    };
    let (first, ranks) = shown("/b/dense?rank=30").await;
    assert_eq!((&*first, ranks.contains(&30)), ("p100", true));
    assert_eq!(shown("/b/dense?rank=999").await.0, "p350");
    assert_eq!(shown("/b/dense?rank=0").await.0, "p000");
    assert_eq!(shown("/b/dense?rank=x").await.0, "p000");
    // Nobody is at rank 120 here: the next is at 121.
    let (first, ranks) = shown("/b/competition?rank=120").await;
    assert_eq!((&*first, ranks.contains(&121)), ("p100", true));
    // A page without JavaScript asks like that.
    assert!(page(at, "/b/dense").await.has(r#"id="jump" name="rank""#));
    server.stop().await;
}

#[tokio::test]
async fn whoever_looks_sees_all_that_makes_their_place() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "tiebreaks": [{ "name": "falls", "direction": "asc" }] })).await;
    let sent = admin(at, "POST", "/api/boards/laps/scores", r#"{"playerId":"ada","score":10,"tiebreaks":{"falls":3}}"#).await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    let text = page_for(at, "/b/laps", "player=ada").await.text();
    assert!(text.contains("# 1 of 1 Score 10 · 3"), "{text}");
    server.stop().await;
}

#[tokio::test]
async fn a_player_has_a_page() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for (player, score) in [("bob", 900), ("ada l", 500), ("ada l", 1_400), ("ada l", 7), ("cyd", 2_000)] {
        submit(at, player, score).await;
    }
    let shown = page(at, "/b/main/p/ada%20l").await;
    assert_eq!((shown.status, &*shown.title()), (200, "ada l on Main board · LeaderPort"));
    assert_eq!(shown.meta("description"), "ada l is at rank 2 of 3 on Main board with 1,400.");
    assert_eq!(shown.meta("og:image"), format!("http://{at}/b/main/p/ada%20l/og.png"));
    let text = shown.text();
    for part in [
        "Rank #2 of 3",
        "Score 1,400",
        "To pass cyd 600",
        "Top 66.7 %",
        "Attempts 3",
        "Highest rank #1 Nov 21, 2026",
        "Greatest leap 500 to 1,400",
        "Nov 21, 2026, 12:00 1,400 #1 3 Nov 21, 2026, 12:00 500 #2 1",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(shown.has(r#"href="/b/main?player=ada%20l""#));
    // Who leads has nobody to pass.
    assert!(!page(at, "/b/main/p/cyd").await.has("To pass"));
    server.stop().await;
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    submit(at, "ada", 1).await;
    let long = "x".repeat(65);
    for path in [
        "/nowhere",
        "/b",
        "/b/none",
        "/b/MAIN",
        "/b/%3Cb%3E",
        "/b/%ff",
        "/b/main/nothing",
        "/b/main?window=hourly",
        "/b/main?window=A%20B",
        "/b/main?window=daily&period=2001-01-01",
        "/b/main?window=daily&period=%00%ff",
        "/b/main?period=2026-11-21",
        "/b/main?player=nobody",
        "/b/main/p/nobody",
        "/b/none/p/ada",
        "/b/MAIN/p/ada",
        "/b/main/p/%20",
        &format!("/b/main/p/{long}"),
        &format!("/b/{long}"),
        "/fn/nothing",
        "/me/nothing",
    ] {
        let shown = page(at, path).await;
        assert_eq!(shown.status, 404, "{path}");
        assert!(shown.text().contains("There is nothing here"), "{path}: {}", shown.text());
        assert!(shown.rows().is_empty());
    }
    for path in ["/", "/b/main", "/b/main?window=daily", "/b/main?window=all&period=all", "/b/main/p/ada", "/me", "/docs", "/docs/live"] {
        assert_eq!(page(at, path).await.status, 200, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_others_write_is_text() {
    let server = LeaderPort::start().await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "title": HOSTILE, "description": HOSTILE })).await;
    submit(at, HOSTILE, 7).await;
    submit(at, "ada", 5).await;
    let typed: String = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>().replace('+', "%20");
    let cookies = format!("player={typed}; look={HOSTILE}; theme={HOSTILE}");
    for (path, times) in [
        ("/", 2),
        ("/b/main", 4),
        (&*format!("/b/main?find={typed}"), 6),
        (&*format!("/b/main?player={typed}"), 4),
        (&*format!("/b/main?refused=invalid&name={typed}&score={typed}"), 6),
        (&*format!("/b/main?refused={typed}&name=x&score=1"), 4),
        (&*format!("/b/main?window={typed}"), 0),
        (&*format!("/b/main/p/{typed}"), 5),
        ("/b/main/p/ada", 3),
        ("/me", 2),
        (&*format!("/me?refused=invalid&name={typed}%00"), 2),
        (&*format!("/me?saved={typed}"), 2),
        (&*format!("/{typed}"), 0),
    ] {
        let shown = page_for(at, path, &cookies).await;
        assert!(!shown.has("<img src=x") && !shown.has("</title></script>"), "{path}: {}", shown.html);
        assert!(shown.html.matches("&lt;img src=x").count() >= times, "{path}: {}", shown.html);
    }
    let shown = page(at, "/b/main").await;
    assert_eq!((&*shown.title(), &*shown.meta("og:title")), (&*format!("{HOSTILE} · LeaderPort"), HOSTILE));
    assert_eq!(shown.rows()[0].player, HOSTILE);
    server.stop().await;
}

#[tokio::test]
async fn a_private_board_is_on_no_page() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "secret", "title": "Hidden", "visibility": "private", "submitters": "players", "windows": ["daily"] }))
        .await;
    fill(at, "secret", [("ada-l".to_owned(), 5)]).await;
    for path in [
        "/b/secret",
        "/b/secret?window=daily",
        "/b/secret?window=hourly",
        "/b/secret?player=ada-l",
        "/b/secret?player=nobody",
        "/b/secret?find=ada",
        "/b/secret?refused=closed&name=x&score=1",
        "/b/secret/p/ada-l",
        "/b/secret/p/nobody",
    ] {
        let shown = page_for(at, path, "player=ada-l").await;
        // As if there were no such board.
        let none = page_for(at, &path.replace("secret", "no-such"), "player=ada-l").await;
        assert_eq!((shown.status, none.status), (404, 404), "{path}");
        assert_eq!((shown.text(), shown.title()), (none.text(), none.title()), "{path}");
        assert!(!shown.has("Hidden") && !shown.has("og.png"), "{path}: {}", shown.html);
    }
    for path in ["/", "/me"] {
        assert!(!page_for(at, path, "player=ada-l").await.has("Hidden"), "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_profile_tells_of_the_other_boards() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Lap times" })).await;
    create_board(at, json!({ "id": "secret", "title": "Hidden away", "visibility": "private" })).await;
    for board in ["main", "laps", "secret"] {
        fill(at, board, [("ada".to_owned(), 7), ("bob".to_owned(), 9)]).await;
    }
    let profile = page(at, "/b/main/p/ada").await;
    let text = profile.text();
    assert!(text.contains("On other boards") && text.contains("Lap times #2 of 2 7"), "{text}");
    assert!(profile.has(r#"href="/b/laps/p/ada""#) && !text.contains("Hidden away"));
    admin(at, "DELETE", "/api/boards/laps", "").await;
    assert!(!page(at, "/b/main/p/ada").await.text().contains("On other boards"));
    server.stop().await;
}
