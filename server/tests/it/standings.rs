//! Standings of more than a page, and whose they are.

use crate::{
    client::{create_board, fill, patch, submit},
    harness::LeaderPort,
    html::{page, page_for},
};
use serde_json::json;
use std::net::SocketAddr;

/// A board of 200: `p001` with 999 points leads, then `p002` with 998.
async fn of_200() -> LeaderPort {
    let server = LeaderPort::start().await;
    patch(server.address, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    fill(server.address, "main", (1..=200).map(|n| (format!("p{n:03}"), 1_000 - n))).await;
    server
}

/// The ranks of a page's rows, and where its pager leads.
async fn paged(at: SocketAddr, query: &str) -> ((u64, u64, usize), Option<String>, Option<String>) {
    let shown = page(at, &format!("/b/main{query}")).await;
    assert_eq!(shown.status, 200, "{query}");
    (shown.ranks(), shown.link("prev"), shown.link("next"))
}

#[tokio::test]
async fn the_page_that_is_asked_for_comes() {
    let server = of_200().await;
    let at = server.address;
    let link = |from: u64| Some(format!("/b/main?from={from}"));
    let first = ((1, 50, 50), None, link(51));
    let third = ((101, 150, 50), link(51), link(151));
    let last = ((151, 200, 50), link(101), None);
    for (query, expected) in [
        ("", &first),
        ("?from=1", &first),
        ("?from=50", &first),
        ("?from=51", &((51, 100, 50), link(1), link(101))),
        ("?from=101", &third),
        ("?from=120", &third),
        ("?from=+120+", &third),
        ("?player=p120", &third),
        ("?player=p120&from=1", &third),
        // What is no player at all is left out.
        ("?player=+&from=120", &third),
        ("?from=200", &last),
        ("?from=201", &last),
        ("?from=1000000", &last),
        ("?from=9007199254740993", &last),
        ("?from=18446744073709551615", &last),
        ("?from=0", &first),
        ("?from=-5", &first),
        ("?from=1.5", &first),
        ("?from=ten", &first),
        ("?from=", &first),
        ("?from=18446744073709551616", &first),
        ("?from=%ff%00", &first),
        ("?nonsense=%3Cb%3E&&=&x", &first),
    ] {
        assert_eq!(paged(at, query).await, *expected, "{query}");
    }
    let shown = page(at, "/b/main?from=120").await;
    let rows = shown.rows();
    assert_eq!((rows[19].rank, &*rows[19].player, &*rows[19].score), (120, "p120", "880"));
    assert!(shown.text().contains("101–150 of 200") && shown.text().contains("200 players"));
    server.stop().await;
}

#[tokio::test]
async fn the_pager_stays_with_its_standings() {
    let server = of_200().await;
    let at = server.address;
    let (ranks, before, after) = paged(at, "?window=daily&from=60").await;
    assert_eq!(ranks, (51, 100, 50));
    assert_eq!(before.as_deref(), Some("/b/main?window=daily&from=1"));
    assert_eq!(after.as_deref(), Some("/b/main?window=daily&from=101"));
    assert_eq!(paged(at, &after.unwrap()["/b/main".len()..]).await.0, (101, 150, 50));
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_is_just_full_is_the_last() {
    let server = LeaderPort::start().await;
    let at = server.address;
    assert_eq!(paged(at, "?from=7").await, ((0, 0, 0), None, None));
    fill(at, "main", (1..=50).map(|n| (format!("p{n}"), n))).await;
    assert_eq!(paged(at, "?from=51").await, ((1, 50, 50), None, None));
    submit(at, "last", 0).await;
    assert_eq!(paged(at, "?from=51").await, ((51, 51, 1), Some("/b/main?from=1".to_owned()), None));
    server.stop().await;
}

#[tokio::test]
async fn who_plays_here_sees_their_row_and_how_they_stand() {
    let server = of_200().await;
    let at = server.address;
    let shown = page_for(at, "/b/main?from=120", "other=1; player=p120").await;
    let own: Vec<_> = shown.rows().into_iter().filter(|row| row.is_own).map(|row| row.rank).collect();
    assert_eq!(own, [120]);
    let text = shown.text();
    for part in ["# 120 of 200", "Score 880", "To pass p119 1", "Top 60.0 %", "Jump to me"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(shown.has(r#"href="/b/main?player=p120""#));
    assert_eq!(shown.value("player"), "p120", "the form knows the name");
    // On another page the row is not there, the standing is.
    let elsewhere = page_for(at, "/b/main", "player=p120").await;
    assert!(elsewhere.rows().iter().all(|row| !row.is_own) && elsewhere.text().contains("# 120 of 200"));
    let leader = page_for(at, "/b/main", "player=p001").await;
    assert!(leader.text().contains("Ahead of you nobody"), "{}", leader.text());
    let daily = page_for(at, "/b/main?window=daily", "player=p120").await;
    assert!(daily.has(r#"href="/b/main?window=daily&amp;player=p120""#), "{}", daily.html);
    server.stop().await;
}

#[tokio::test]
async fn who_has_no_score_or_is_nobody_is_told_so() {
    let server = of_200().await;
    let at = server.address;
    let new = page_for(at, "/b/main", "player=new").await;
    assert!(new.text().contains("Not on these standings yet.") && !new.has("Jump to me"));
    for cookies in
        ["", "player=", "player=%20", "player=%zz", "player=%ff", "player=a%00b", "player", "player=p120%20", ";;;=", "PLAYER=p120"]
    {
        let shown = page_for(at, "/b/main?from=120", cookies).await;
        assert_eq!(shown.status, 200, "{cookies}");
        assert!(shown.text().contains("say who you are") && shown.rows().iter().all(|row| !row.is_own), "{cookies}: {}", shown.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn equal_scores_share_ranks_as_the_board_says() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (mode, ranks) in [("ordinal", [1, 2, 3, 4]), ("competition", [1, 2, 2, 4]), ("modified", [1, 3, 3, 4]), ("dense", [1, 2, 2, 3])] {
        create_board(at, json!({ "id": mode, "rankMode": mode })).await;
        fill(at, mode, [("a", 9), ("b", 5), ("c", 5), ("d", 1)].map(|(player, score)| (player.to_owned(), score))).await;
        let shown = page_for(at, &format!("/b/{mode}"), "player=c").await;
        assert_eq!(shown.rows().iter().map(|row| row.rank).collect::<Vec<_>>(), ranks, "{mode}");
        assert!(shown.text().contains(&format!("# {} of 4", ranks[2])), "{mode}: {}", shown.text());
    }
    server.stop().await;
}
