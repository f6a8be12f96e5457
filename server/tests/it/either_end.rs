//! Lists that go on by cursors, from the end where they begin and from the other one, over HTTP and on the dashboard.

use crate::{
    auth::operator,
    browser::Browser,
    client::{admin, assert_problem, create_board, delete, fill, get, patch},
    harness::LeaderPort,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Goes through a list page by page as it is told to, and does something between one page and the next; all that was in it, in order. Once the
/// order is named, the cursor says it; what else is `kept` is said with each page.
async fn walk(at: SocketAddr, path: &str, order: &str, kept: &str, list: &str, mut between: impl AsyncFnMut(usize)) -> Vec<Value> {
    let (mut seen, mut query) = (Vec::new(), format!("&order={order}"));
    for turn in 0.. {
        let answer = admin(at, "GET", &format!("{path}?limit=7{kept}{query}"), "").await;
        assert_eq!(answer.status, 200, "{path} {query}: {}", answer.text());
        let page = answer.json();
        let items = page[list].as_array().unwrap();
        assert!(items.len() <= 7, "{page}");
        seen.extend(items.iter().cloned());
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        query = format!("&cursor={cursor}");
        between(turn).await;
    }
    seen
}

/// Each order's cursor is refused in the other one, and a word that is no order is.
async fn is_strict(at: SocketAddr, path: &str, [usual, other]: [&str; 2]) {
    for (order, wrong) in [(usual, other), (other, usual)] {
        let page = admin(at, "GET", &format!("{path}?limit=1&order={order}"), "").await.json();
        let cursor = page["nextCursor"].as_str().unwrap();
        let refused = admin(at, "GET", &format!("{path}?limit=1&order={wrong}&cursor={cursor}"), "").await;
        assert_problem(&refused, 422, "invalid", "cursor", "of the other order", path);
        let same = admin(at, "GET", &format!("{path}?limit=1&order={order}&cursor={cursor}"), "").await;
        assert_eq!(same.json(), admin(at, "GET", &format!("{path}?limit=1&cursor={cursor}"), "").await.json(), "{path} {order}");
    }
    for order in ["", "up", "Newest", "worst,best"] {
        let refused = admin(at, "GET", &format!("{path}?order={order}"), "").await;
        assert_problem(&refused, 422, "invalid", "order", &format!("order is {usual} or {other}"), path);
    }
}

#[tokio::test]
async fn a_log_is_whole_from_either_end_while_it_grows() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "keep": "last" })).await;
    let path = "/api/boards/b/log";
    // Calls of one record and of many, so that pages end within a call's records, and more calls than are read at once.
    for n in 0..110 {
        fill(at, "b", [(format!("p{}", n % 3), n)]).await;
    }
    for n in 0..4 {
        fill(at, "b", (0..10).map(|player| (format!("p{player}"), n * 10 + player))).await;
    }
    let versions = |lines: &[Value]| lines.iter().map(|line| line["version"].as_u64().unwrap()).collect::<Vec<_>>();
    let newer = async |turn: usize| fill(at, "b", [(format!("p{}", turn % 3), 1_000)]).await;
    let oldest = walk(at, path, "oldest", "", "records", async |turn| {
        if turn < 10 {
            newer(turn).await
        }
    })
    .await;
    let last = *versions(&oldest).last().unwrap();
    assert_eq!(versions(&oldest), (1..=160).collect::<Vec<_>>(), "what comes meanwhile comes in the end");
    let newest = walk(at, path, "newest", "", "records", async |turn| {
        if turn < 10 {
            newer(turn).await
        }
    })
    .await;
    assert_eq!(versions(&newest), (1..=last).rev().collect::<Vec<_>>(), "what comes meanwhile is before where one is");
    let mut of_one = walk(at, path, "oldest", "&player=p1", "records", async |_| ()).await;
    assert!(of_one.iter().all(|line| line["playerId"] == "p1"), "{of_one:?}");
    of_one.reverse();
    let back = walk(at, path, "newest", "&player=p1", "records", async |_| ()).await;
    assert_eq!(versions(&of_one), versions(&back));
    is_strict(at, path, ["newest", "oldest"]).await;
    for cursor in ["o", "ox", "oo5", "o-1", "o5-0"] {
        let refused = admin(at, "GET", &format!("{path}?cursor={cursor}"), "").await;
        assert_problem(&refused, 422, "invalid", "cursor", "no cursor", cursor);
    }
    let beyond = admin(at, "GET", &format!("{path}?cursor=o999999"), "").await.json();
    assert_eq!((&beyond["records"], &beyond["nextCursor"]), (&json!([]), &json!(null)));
    server.stop().await;
}

#[tokio::test]
async fn the_audit_log_is_whole_from_either_end_while_it_grows() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let path = "/api/audit";
    let create = async |id: String| {
        create_board(at, json!({ "id": id })).await;
    };
    for n in 0..23 {
        create(format!("a{n}")).await;
    }
    let ids = |acts: &[Value]| acts.iter().map(|act| act["after"]["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let names = |letters: &str, most: usize| (0..most).map(|n| format!("{letters}{n}")).collect::<Vec<_>>();
    let oldest = walk(at, path, "oldest", "", "acts", async |turn| {
        if turn < 3 {
            create(format!("b{turn}")).await
        }
    })
    .await;
    let expected = [names("a", 23), names("b", 3)].concat();
    assert_eq!(ids(&oldest), expected, "what comes meanwhile comes in the end");
    let mut newest = walk(at, path, "newest", "", "acts", async |turn| create(format!("c{turn}")).await).await;
    newest.reverse();
    assert_eq!(ids(&newest), expected, "what comes meanwhile is before where one is");
    // A stretch of time is the same from either end.
    let (since, until) = (newest[5]["at"].as_u64().unwrap(), newest[20]["at"].as_u64().unwrap());
    let within = async |order: &str| admin(at, "GET", &format!("{path}?since={since}&until={until}&order={order}"), "").await.json();
    let (mut up, down) = (within("oldest").await, within("newest").await);
    up["acts"].as_array_mut().unwrap().reverse();
    assert_eq!((&up["acts"], &up["nextCursor"]), (&down["acts"], &json!(null)));
    is_strict(at, path, ["newest", "oldest"]).await;
    for cursor in ["o", "o5", "o5-x", "oo5-0"] {
        let refused = admin(at, "GET", &format!("{path}?cursor={cursor}"), "").await;
        assert_problem(&refused, 422, "invalid", "cursor", "no cursor", cursor);
    }
    server.stop().await;
}

const ENTRIES: &str = "/api/boards/b/entries";

fn players(entries: &[Value]) -> Vec<String> {
    entries.iter().map(|entry| entry["playerId"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn entries_from_the_last_one_up_are_those_from_the_first_one_down() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for mode in ["ordinal", "competition", "modified", "dense"] {
        create_board(at, json!({ "id": "b", "rankMode": mode })).await;
        fill(at, "b", (0..31).map(|n| (format!("p{n:02}"), 100 - n / 3))).await;
        for range in ["", "&score_min=92&score_max=97", "&score_max=95", "&score_min=99", "&score_min=200"] {
            // A range has to be said again.
            let whole = async |order: &str| {
                let (mut seen, mut cursor) = (Vec::new(), String::new());
                loop {
                    let page = get(at, &format!("{ENTRIES}?limit=4&order={order}{range}{cursor}")).await.json();
                    let matching = admin(at, "GET", &format!("{ENTRIES}?limit=1{range}"), "").await.json()["matching"].clone();
                    assert_eq!(page["matching"], matching, "{page}");
                    assert!(order == "best" || page["nextFrom"].is_null(), "{page}");
                    seen.extend(page["entries"].as_array().unwrap().iter().cloned());
                    let Some(next) = page["nextCursor"].as_str() else { return seen };
                    cursor = format!("&cursor={next}");
                }
            };
            let (best, mut worst) = (whole("best").await, whole("worst").await);
            worst.reverse();
            assert_eq!(best, worst, "{mode} {range}");
        }
        delete(at, "/api/boards/b").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn who_stands_still_is_shown_once_on_the_way_up_whatever_moves() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "windows": ["daily"] })).await;
    fill(at, "b", (0..60).map(|n| (format!("p{n:02}"), 100 - n / 4))).await;
    let seen = walk(at, ENTRIES, "worst", "&window=daily", "entries", async |turn| {
        let mover = |n: usize| format!("{ENTRIES}/p{:02}", (turn * 14 + n * 2 + 1) % 60);
        for (n, score) in [(0, 200), (1, -5), (2, 93)] {
            patch(at, &mover(n), json!({ "score": score })).await;
        }
        delete(at, &mover(3)).await;
        fill(at, "b", [(format!("new-{turn}"), 96)]).await;
    })
    .await;
    let is_still = |player: &String| player.starts_with('p') && player[1..].parse::<u32>().unwrap() % 2 == 0;
    let still: Vec<_> = players(&seen).into_iter().filter(is_still).collect();
    assert_eq!(still, (0..60).step_by(2).rev().map(|n| format!("p{n:02}")).collect::<Vec<_>>());
    is_strict(at, ENTRIES, ["best", "worst"]).await;
    // The end of a list that nothing is before, and what has an order of its own.
    assert_eq!(get(at, &format!("{ENTRIES}?order=worst&score_min=5000")).await.json()["entries"], json!([]));
    for with in [
        "from=1",
        "around=p00",
        "page_of=p00",
        "players=p00",
        "rank=1",
        "rank_min=1",
        "percentile=50",
        "sample=true",
        "score_min=1&offset=1",
    ] {
        let refused = get(at, &format!("{ENTRIES}?order=worst&{with}")).await;
        assert_problem(&refused, 422, "invalid", "order", "goes alone", with);
        assert_eq!(get(at, &format!("{ENTRIES}?order=best&{with}")).await.status, 200, "{with}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_dashboard_shows_lists_from_either_end() {
    let server = LeaderPort::start().await;
    let at = server.address;
    fill(at, "main", (0..60).map(|n| (format!("player-{n:02}"), 1_000 - n))).await;
    for n in 0..60 {
        create_board(at, json!({ "id": format!("board-{n:02}") })).await;
    }
    let mut browser = Browser::with(&operator(at, "ada", "owner").await);
    let lists = [
        ("/admin/audit", "&act=POST", "When", "oldest", ["descending", "ascending"], ["board-59", "board-00"], ["Older", "Newer"]),
        ("/admin/boards/main/log", "", "When", "oldest", ["descending", "ascending"], ["player-59", "player-00"], ["Older", "Newer"]),
        (
            "/admin/boards/main/entries",
            "&score_max=1000",
            "Rank",
            "worst",
            ["ascending", "descending"],
            ["player-00", "player-59"],
            ["More", "More"],
        ),
    ];
    for (path, filter, head, word, [usual, other], [first, last], [on, back]) in lists {
        let filter_only = format!("{path}?{}", filter.trim_start_matches('&'));
        let page = browser.open(at, filter_only.trim_end_matches('?')).await;
        let column = |page: &crate::html::Html, sorted: &str| {
            let column = page.part(&format!("aria-sort=\"{sorted}\" class=\"figures\">"), "</th>").to_owned();
            assert!(column.ends_with(&format!(">{head}</a>")), "{path}: {column}");
            column.split('"').nth(1).unwrap().replace("&amp;", "&")
        };
        assert!(page.has(first) && !page.has(last) && page.text().contains(on), "{path}: {}", page.text());
        // The head leads to the other end, and from there back to this one; neither keeps a place.
        let turned_at = column(&page, usual);
        assert!(turned_at.contains(&format!("order={word}")) && turned_at.contains(filter.trim_start_matches('&')), "{turned_at}");
        let turned = browser.open(at, &turned_at).await;
        assert!(turned.has(last) && !turned.has(first) && turned.text().contains(back), "{turned_at}: {}", turned.text());
        assert_eq!(column(&turned, other), filter_only.trim_end_matches('?'));
        assert_eq!(turned.value("order"), word, "what is filtered stays in its order");
        let next = turned.link("next").unwrap().replace("&amp;", "&");
        let rest = browser.open(at, &next).await;
        assert!(rest.has(first) && !rest.has(last) && next.contains(&format!("order={word}")), "{next}: {}", rest.text());
        // What is no order is none.
        assert!(browser.open(at, &format!("{path}?order=up")).await.has(&format!("aria-sort=\"{usual}\"")), "{path}");
    }
    // Where there is one order, none is offered, and one that the address has does no harm.
    for narrowed in ["player=player-07", "rank=8"] {
        let page = browser.open(at, &format!("/admin/boards/main/entries?order=worst&{narrowed}")).await;
        assert!(page.status == 200 && page.has("player-07") && !page.has("aria-sort"), "{narrowed}: {}", page.text());
    }
    server.stop().await;
}
