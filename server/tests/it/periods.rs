//! Days on pages: periods that are over, and what was gained today.

use crate::{
    client::{call, fill, patch, submit},
    harness::{LeaderPort, NOON},
    html::{page, page_for},
};
use app::{
    api::ReadOwn,
    model::{BoardId, Own, Period, PlayerId},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

const DAY: u64 = 24 * 60 * 60 * 1000;
const OVER: &str = "This period is over: the standings are final.";

#[tokio::test]
async fn periods_that_are_over_can_be_read() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily", "weekly"] })).await;
    fill(at, "main", (1..=60).map(|n| (format!("p{n:02}"), 100 - n))).await;
    let saturday = page(at, "/b/main?window=daily").await;
    assert_eq!((saturday.ranks(), &*saturday.title()), ((1, 50, 50), "Main board · Daily · LeaderPort"));
    assert!(!saturday.text().contains(OVER) && !saturday.text().contains("Past"));
    assert_eq!(saturday.meta("og:image"), format!("http://{at}/b/main/og.png?window=daily"));
    // The current one has an address of its own, too.
    assert!(!page(at, "/b/main?window=daily&period=2026-11-21").await.text().contains(OVER));

    now.fetch_add(DAY, Ordering::SeqCst);
    let sunday = page(at, "/b/main?window=daily").await;
    assert_eq!((sunday.status, sunday.ranks()), (200, (0, 0, 0)));
    assert!(sunday.text().contains("All time Daily Weekly Past Nov 21, 2026"), "{}", sunday.text());
    assert!(sunday.has(r#"href="/b/main?window=daily&amp;period=2026-11-21""#) && sunday.has("score-form"));
    submit(at, "p60", 500).await;
    assert_eq!(page(at, "/b/main?window=daily").await.ranks(), (1, 1, 1));

    let past = page_for(at, "/b/main?window=daily&period=2026-11-21", "player=p60").await;
    assert_eq!((past.status, past.ranks()), (200, (1, 50, 50)));
    let text = past.text();
    for part in [OVER, "To the current one", "Past: Nov 21, 2026", "60 players", "# 60 of 60"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!past.has("score-form"), "nobody can send a score to it");
    // Wherever it is told of, it is not taken for today.
    let (which, description) = ("Main board · Daily · Nov 21, 2026", past.meta("description"));
    assert_eq!((past.title(), past.meta("og:title")), (format!("{which} · LeaderPort"), which.to_owned()));
    assert_eq!(description, format!("p01 leads {which} with 99; 60 players."));
    assert_eq!(past.meta("og:description"), description);
    assert!(past.has(r#"<a href="/b/main?window=daily">To the current one"#), "{}", past.html);
    assert_eq!(past.link("next").as_deref(), Some("/b/main?window=daily&period=2026-11-21&from=51"));
    assert_eq!(past.meta("og:image"), format!("http://{at}/b/main/og.png?window=daily&period=2026-11-21"));
    let found = page(at, "/b/main?window=daily&period=2026-11-21&find=p60").await;
    assert_eq!((found.found().0, found.value("period")), (vec!["p60".to_owned()], "2026-11-21".to_owned()));
    assert!(found.has(r#"href="/b/main?window=daily&amp;period=2026-11-21&amp;player=p60""#), "{}", found.html);
    // Days that nobody played, or that are no days.
    for period in ["2026-11-20", "2026-11-23", "2026-13-45", "all", "x", ""] {
        assert_eq!(page(at, &format!("/b/main?window=daily&period={period}")).await.status, 404, "{period}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_page_says_what_was_gained_since_the_day_before() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    patch(at, "/api/boards/main", json!({ "windows": ["daily"] })).await;
    for (player, score) in [("cyd", 30), ("bob", 20), ("ada", 10)] {
        submit(at, player, score).await;
    }
    let text = async |path: &str, player: &str| page_for(at, path, &format!("player={player}")).await.text();
    assert!(!text("/b/main", "ada").await.contains("Today"), "they came today");
    now.fetch_add(DAY, Ordering::SeqCst);
    assert!(text("/b/main", "ada").await.contains("Today no change 0"));
    submit(at, "ada", 40).await;
    submit(at, "new", 5).await;
    for (player, says, places) in
        [("ada", Some("Today up 2"), Some(2)), ("cyd", Some("Today down 1"), Some(-1)), ("new", None, None), ("nobody", None, None)]
    {
        let (board, profile) = (text("/b/main", player).await, text(&format!("/b/main/p/{player}"), player).await);
        assert_eq!(board.contains("Today"), says.is_some(), "{player}: {board}");
        assert!(says.is_none_or(|says| board.contains(says) && profile.contains(says)), "{player}: {board} {profile}");
        let own = ReadOwn { board: BoardId::main(), period: Period::default(), player: PlayerId::parse(player).unwrap() };
        assert_eq!(postcard::from_bytes::<Own>(&call(at, &own).await.body).unwrap().today, places, "{player}");
    }
    // A day's standings begin with the day.
    assert!(!text("/b/main?window=daily", "ada").await.contains("Today"));
    server.stop().await;
}
