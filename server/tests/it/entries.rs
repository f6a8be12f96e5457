//! Entries over HTTP: submitted, one by one and many at once, read in every way there is, changed and removed.

use crate::{
    client::{Answer, admin, assert_problem, create_board, delete, get, patch, post, says_so},
    harness::{LeaderPort, NOON},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const SCORES: &str = "/api/boards/b/scores";
const ENTRIES: &str = "/api/boards/b/entries";
const DAY: u64 = 24 * 60 * 60 * 1000;

/// Submits with the key; the answer's text, after it was counted.
async fn counts(at: SocketAddr, body: impl Into<String>) -> String {
    let body = body.into();
    let answer = admin(at, "POST", SCORES, body.clone()).await;
    assert_eq!(answer.status, 200, "{body}: {}", answer.text());
    answer.text()
}

async fn receipt(at: SocketAddr, body: Value) -> Value {
    serde_json::from_str(&counts(at, body.to_string()).await).unwrap()
}

/// What a read of entries answers.
async fn read(at: SocketAddr, query: &str) -> Value {
    let answer = get(at, &format!("{ENTRIES}?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    answer.json()
}

async fn text(at: SocketAddr, path: &str) -> String {
    let answer = get(at, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.text()
}

fn players(answer: &Value) -> Vec<&str> {
    answer["entries"].as_array().unwrap().iter().map(|entry| entry["playerId"].as_str().unwrap()).collect()
}

fn ranks(answer: &Value) -> Vec<u64> {
    answer["entries"].as_array().unwrap().iter().map(|entry| entry["rank"].as_u64().unwrap()).collect()
}

/// A board `b` by these rules, with an entry for each score: `p00` reached the first one, and so on.
async fn board_of(at: SocketAddr, mut rules: Value, scores: &[i64]) {
    rules["id"] = json!("b");
    create_board(at, rules).await;
    let all: Vec<_> = scores.iter().zip(0..).map(|(score, n)| json!({ "playerId": format!("p{n:02}"), "score": score })).collect();
    counts(at, json!(all).to_string()).await;
}

#[tokio::test]
async fn pages_by_next_from_go_through_the_board_once_in_every_rank_mode() {
    let server = LeaderPort::start().await;
    let at = server.address;
    // Three of each score, so that pages of any size cut through equal ones.
    let scores: Vec<i64> = (0..23).map(|n| 100 - n / 3).collect();
    let equal = |n: usize| -> Vec<usize> { (0..23).filter(|other| scores[*other] == scores[n]).collect() };
    let distinct = |n: usize| scores[..=n].iter().collect::<BTreeSet<_>>().len();
    for mode in ["ordinal", "competition", "modified", "dense"] {
        board_of(at, json!({ "rankMode": mode }), &scores).await;
        let rank = |n: usize| match mode {
            "ordinal" => n + 1,
            "competition" => equal(n)[0] + 1,
            "modified" => equal(n)[equal(n).len() - 1] + 1,
            _ => distinct(n),
        };
        let expected: Vec<(usize, String)> = (0..23).map(|n| (rank(n), format!("p{n:02}"))).collect();
        for limit in [1, 2, 3, 5, 7, 22, 23, 24, 1000] {
            let mut seen: Vec<(usize, String)> = Vec::new();
            let mut from = String::new();
            loop {
                let page = read(at, &format!("limit={limit}{from}")).await;
                assert_eq!((&page["total"], &page["matching"]), (&json!(23), &json!(23)));
                seen.extend(ranks(&page).into_iter().map(|rank| rank as usize).zip(players(&page).into_iter().map(str::to_owned)));
                match page["nextFrom"].as_u64() {
                    Some(next) => from = format!("&from={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, expected, "{mode} {limit}");
        }
        assert_eq!(delete(at, "/api/boards/b").await.status, 204);
    }
    server.stop().await;
}

/// Goes through the board by cursors, and does something between one page and the next; who was shown, in order.
async fn walk(at: SocketAddr, first: &str, limit: usize, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut seen, mut query) = (Vec::new(), first.to_owned());
    for turn in 0.. {
        let page = read(at, &format!("limit={limit}&{query}")).await;
        seen.extend(players(&page).into_iter().map(str::to_owned));
        match page["nextCursor"].as_str() {
            Some(cursor) => query = format!("cursor={cursor}"),
            None => break,
        }
        between(turn).await;
    }
    seen
}

#[tokio::test]
async fn pages_by_cursor_show_who_stands_still_once_whatever_moves() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let scores: Vec<i64> = (0..60).map(|n| 100 - n / 4).collect();
    for (mode, ties) in [("ordinal", "first"), ("dense", "last")] {
        board_of(at, json!({ "rankMode": mode, "tieOrder": ties }), &scores).await;
        // Those with odd numbers move: up, down and away, before and after where the reader is. New ones come.
        let seen = walk(at, "from=1", 5, async |turn| {
            let mover = |n: usize| format!("p{:02}", (turn * 14 + n * 2 + 1) % 60);
            for (n, score) in [(0, 200), (1, -5), (2, 93)] {
                patch(at, &format!("{ENTRIES}/{}", mover(n)), json!({ "score": score })).await;
            }
            delete(at, &format!("{ENTRIES}/{}", mover(3))).await;
            counts(at, json!({ "playerId": format!("new-{turn}"), "score": 96 }).to_string()).await;
        })
        .await;
        let still: Vec<&String> =
            seen.iter().filter(|player| player.starts_with('p') && player[1..].parse::<u32>().unwrap() % 2 == 0).collect();
        let mut expected: Vec<String> = (0..60).step_by(2).map(|n| format!("p{n:02}")).collect();
        if ties == "last" {
            // Within equal scores, the later ones come first.
            expected.chunks_mut(2).for_each(<[String]>::reverse);
        }
        assert_eq!(still, expected.iter().collect::<Vec<_>>(), "{mode} {ties}");
        delete(at, "/api/boards/b").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_cursor_keeps_to_its_period_and_its_range() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board_of(at, json!({ "windows": ["daily", "weekly"] }), &(0..9).map(|n| 100 - n).collect::<Vec<_>>()).await;
    let names = |numbers: std::ops::Range<usize>| numbers.map(|n| format!("p{n:02}")).collect::<Vec<_>>();
    // The day ends between two pages.
    let seen = walk(at, "window=daily", 4, async |turn| now.store(NOON + (turn as u64 + 1) * DAY, Ordering::SeqCst)).await;
    assert_eq!(seen, names(0..9));
    assert_eq!(read(at, "window=daily").await["total"], json!(0));
    let weekly = read(at, "window=weekly&limit=2&period=2026-W47").await;
    let cursor = weekly["nextCursor"].as_str().unwrap();
    for named in ["", "&window=weekly", "&window=weekly&period=2026-W47"] {
        assert_eq!(players(&read(at, &format!("limit=3&cursor={cursor}{named}")).await), names(2..5), "{named}");
    }
    for named in ["window=daily", "period=all", "window=all", "window=weekly&period=2026-W46"] {
        let answer = get(at, &format!("{ENTRIES}?cursor={cursor}&{named}")).await;
        assert_problem(&answer, 422, "invalid", "cursor", "another window or period", named);
    }
    // In a range of scores it goes on to the range's end, and says how many are in all of it.
    let page = read(at, "score_min=93&score_max=98&limit=4").await;
    let rest = read(at, &format!("score_min=93&score_max=98&limit=4&cursor={}", page["nextCursor"].as_str().unwrap())).await;
    assert_eq!((players(&page), players(&rest)), (names(2..6).iter().map(|s| &**s).collect(), vec!["p06", "p07"]));
    assert_eq!((&rest["matching"], &rest["nextCursor"], &rest["nextFrom"]), (&json!(6), &json!(null), &json!(null)));
    // Of a board with other columns it is none.
    create_board(at, json!({ "id": "other", "tiebreaks": [{ "name": "x" }] })).await;
    let answer = get(at, &format!("/api/boards/other/entries?cursor={}", page["nextCursor"].as_str().unwrap())).await;
    assert_problem(&answer, 422, "invalid", "cursor", "no cursor", "a cursor of another board");
    server.stop().await;
}

#[tokio::test]
async fn entries_are_read_by_their_ranks_in_every_rank_mode() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (mode, second, two_to_four, all) in [
        ("ordinal", vec!["p01"], vec!["p01", "p02", "p03"], 5),
        ("competition", vec!["p01", "p02"], vec!["p01", "p02", "p03"], 5),
        ("modified", vec![], vec!["p01", "p02", "p03"], 5),
        ("dense", vec!["p01", "p02"], vec!["p01", "p02", "p03", "p04"], 5),
    ] {
        board_of(at, json!({ "rankMode": mode }), &[9, 8, 8, 7, 6]).await;
        assert_eq!(players(&read(at, "rank=2").await), second, "{mode}");
        let range = read(at, "rank_min=2&rank_max=4").await;
        assert_eq!((players(&range), &range["matching"]), (two_to_four.clone(), &json!(two_to_four.len())), "{mode}");
        assert_eq!((players(&read(at, "rank_min=1").await).len(), players(&read(at, "rank_max=99").await).len()), (all, all), "{mode}");
        assert_eq!(players(&read(at, "rank=6").await), [""; 0], "{mode}");
        let page = read(at, "rank_min=2&rank_max=4&limit=1&offset=1").await;
        assert_eq!((players(&page), &page["nextOffset"], &page["nextCursor"]), (vec![two_to_four[1]], &json!(2), &json!(null)), "{mode}");
        delete(at, "/api/boards/b").await;
    }
    server.stop().await;
}

#[tokio::test]
async fn chance_chooses_among_all() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board_of(at, json!({}), &(0..40).map(|n| 100 - n).collect::<Vec<_>>()).await;
    let mut chosen = BTreeSet::new();
    for turn in 0.. {
        let sample = read(at, "sample=true&limit=5").await;
        let ranks = ranks(&sample);
        assert_eq!((ranks.len(), ranks.is_sorted()), (5, true), "{sample}");
        chosen.extend(ranks);
        if chosen.len() == 40 {
            break;
        }
        // Not to have had everybody by then is less likely than one in a million million.
        assert!(turn < 400, "{chosen:?}");
    }
    assert_eq!(ranks(&read(at, "sample=true").await), (1..=40).collect::<Vec<_>>());
    assert_eq!(read(at, "sample=true&limit=1").await["total"], json!(40));
    server.stop().await;
}

#[tokio::test]
async fn a_percentile_has_its_score() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let path = "/api/boards/b/percentiles";
    board_of(at, json!({ "direction": "asc", "decimals": 1 }), &(1..=10).collect::<Vec<_>>()).await;
    let answer = text(at, &format!("{path}?percentiles=100,90,50,0,12.5")).await;
    let expected = r#""percentiles":[{"percentile":100.0,"score":1.0,"place":1},{"percentile":90.0,"score":2.0,"place":2},{"percentile":50.0,"score":6.0,"place":6},{"percentile":0.0,"score":10.0,"place":10},{"percentile":12.5,"score":9.0,"place":9}]"#;
    assert!(answer.contains(expected), "{answer}");
    let by_default = get(at, path).await.json();
    assert_eq!(by_default["percentiles"].as_array().unwrap().len(), 3);
    assert_eq!((&by_default["total"], &by_default["window"], &by_default["version"]), (&json!(10), &json!("all"), &json!(10)));
    let answer = get(at, &format!("{path}?percentiles={}", vec!["1"; 101].join(","))).await;
    assert_problem(&answer, 422, "invalid", "percentiles", "at most 100", "too many percentiles");
    delete(at, "/api/boards/b?").await;
    create_board(at, json!({ "id": "empty" })).await;
    assert_eq!(get(at, "/api/boards/empty/percentiles").await.json()["percentiles"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn a_page_says_what_it_is_of() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board_of(at, json!({}), &(0..60).map(|n| 100 - n).collect::<Vec<_>>()).await;
    let page = read(at, "").await;
    assert_eq!(page["entries"].as_array().unwrap().len(), 50);
    assert_eq!(
        (&page["board"], &page["window"], &page["period"], &page["version"]),
        (&json!("b"), &json!("all"), &json!("all"), &json!(60))
    );
    assert_eq!((&page["total"], &page["nextFrom"]), (&json!(60), &json!(51)));
    let reached = &page["entries"][0]["reachedAt"];
    assert_eq!(reached, &page["lastUpdate"]);
    assert_eq!(
        page["entries"][0],
        json!({
            "rank": 1, "playerId": "p00", "name": "p00", "score": 100, "reachedAt": reached, "attempts": 1, "percentile": 100.0,
            "metadata": null,
        })
    );
    let end = read(at, "from=60").await;
    assert_eq!((players(&end), ranks(&end), &end["nextFrom"]), (vec!["p59"], vec![60], &json!(null)));
    for beyond in ["from=61", "from=9007199254740991"] {
        let page = read(at, beyond).await;
        assert_eq!((players(&page), &page["total"], &page["nextFrom"]), (vec![], &json!(60), &json!(null)));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_player_is_in_the_middle_or_the_window_is_full_at_an_end() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board_of(at, json!({}), &(0..10).map(|n| 100 - n).collect::<Vec<_>>()).await;
    for limit in [1_usize, 2, 3, 4, 5, 9, 10, 11] {
        for index in 0..10_usize {
            let size = limit.min(10);
            let first = index.saturating_sub((limit - 1) / 2).min(10 - size);
            let expected: Vec<String> = (first..first + size).map(|n| format!("p{n:02}")).collect();
            let page = read(at, &format!("around=p{index:02}&limit={limit}")).await;
            assert_eq!(players(&page), expected, "{index} {limit}");
            assert_eq!(ranks(&page)[0] as usize, first + 1);
            let next = (first + size < 10).then_some(first + size + 1);
            assert_eq!(page["nextFrom"], json!(next), "{index} {limit}");

            let first = index / limit * limit;
            let expected: Vec<String> = (first..(first + limit).min(10)).map(|n| format!("p{n:02}")).collect();
            assert_eq!(players(&read(at, &format!("page_of=p{index:02}&limit={limit}")).await), expected, "{index} {limit}");
            let one = get(at, &format!("{ENTRIES}/p{index:02}?limit={limit}")).await.json();
            assert_eq!(one["page"], json!(index / limit + 1), "{index} {limit}");
        }
    }
    for way in ["around", "page_of"] {
        let answer = get(at, &format!("{ENTRIES}?{way}=nobody")).await;
        assert_problem(&answer, 404, "not-found", "", "no such player", way);
    }
    server.stop().await;
}

#[tokio::test]
async fn some_players_are_ranked_among_themselves() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "rankMode": "competition" })).await;
    let all: Vec<_> = [("x", 9), ("a,b", 8), ("y", 8), ("100%", 8), ("two words", 7), ("ä&=+#?/", 6)]
        .map(|(player, score)| json!({ "playerId": player, "score": score }))
        .into();
    counts(at, json!(all).to_string()).await;
    // As in an address, once more: `%252C` is a comma within an id. A repeated player is shown once.
    let query = "players=two+words,nobody,100%2525,a%252Cb,two%20words,%C3%A4%26%3D%252B%23%3F%2F";
    let friends = read(at, query).await;
    assert_eq!(players(&friends), ["a,b", "100%", "two words", "ä&=+#?/"]);
    assert_eq!(ranks(&friends), [2, 2, 5, 6]);
    let among: Vec<_> = friends["entries"].as_array().unwrap().iter().map(|entry| entry["rankAmong"].as_u64().unwrap()).collect();
    assert_eq!(among, [1, 1, 3, 4]);
    assert_eq!((&friends["missing"], &friends["total"]), (&json!(["nobody"]), &json!(6)));
    // One by one they are asked for as they are.
    let one = get(at, &format!("{ENTRIES}/%C3%A4&=+%23%3F%2F")).await.json();
    assert_eq!((&one["playerId"], &one["rank"]), (&json!("ä&=+#?/"), &json!(6)));
    server.stop().await;
}

#[tokio::test]
async fn a_range_of_scores_says_how_many_match() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (direction, sign) in [("desc", 1), ("asc", -1)] {
        // 1.00, 0.75 … −1.00 in the order of the board.
        let scores: Vec<_> = (0..9).map(|n| sign * (100 - 25 * n)).collect();
        create_board(at, json!({ "id": "b", "decimals": 2, "direction": direction })).await;
        let all: Vec<String> = scores.iter().zip(0..).map(|(units, n)| format!(r#"{{"playerId":"p{n}","score":{units}e-2}}"#)).collect();
        counts(at, format!("[{}]", all.join(","))).await;
        // Bounds in scores, and which places match where more is better.
        for (low, high, first, last) in [
            (Some("0"), Some("0.5"), 2, 4),
            (Some("-0.25"), None, 0, 5),
            (None, Some("-0.5"), 6, 8),
            (Some("0.76"), Some("1e0"), 0, 0),
            (Some("-9.99"), Some("9.99"), 0, 8),
        ] {
            let turned = |bound: Option<&str>| bound.map(|text| if sign > 0 { text.to_owned() } else { negative(text) });
            let (low, high) = if sign > 0 { (turned(low), turned(high)) } else { (turned(high), turned(low)) };
            let bounds: Vec<_> = [("score_min", low), ("score_max", high)]
                .into_iter()
                .filter_map(|(name, bound)| Some(format!("{name}={}", bound?)))
                .collect();
            let (bounds, count) = (bounds.join("&"), last - first + 1);
            for offset in [0, 1, 2, 9, 10_000] {
                let page = read(at, &format!("{bounds}&offset={offset}&limit=2")).await;
                let expected: Vec<String> = (first + offset..=last).take(2).map(|n| format!("p{n}")).collect();
                assert_eq!(players(&page), expected, "{direction} {bounds} {offset}");
                assert_eq!((&page["matching"], &page["total"]), (&json!(count), &json!(9)), "{direction} {bounds} {offset}");
                if let Some(rank) = ranks(&page).first() {
                    assert_eq!(*rank as usize, first + offset + 1);
                }
                let more = !expected.is_empty() && offset + expected.len() < count;
                let next = more.then(|| offset + expected.len());
                assert_eq!((&page["nextOffset"], &page["nextFrom"]), (&json!(next), &json!(null)), "{direction} {bounds} {offset}");
            }
        }
        let none = read(at, "score_min=0.01&score_max=0.02").await;
        assert_eq!((players(&none), &none["matching"], &none["nextFrom"]), (vec![], &json!(0), &json!(null)));
        assert_eq!(delete(at, "/api/boards/b").await.status, 204);
    }
    server.stop().await;
}

fn negative(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| format!("-{text}"), str::to_owned)
}

#[tokio::test]
async fn a_percentile_is_where_so_many_are_not_ahead() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board_of(at, json!({}), &(0..8).map(|n| 100 - n).collect::<Vec<_>>()).await;
    for (percentile, first) in
        [("100", 0), ("87.6", 0), ("87.5", 1), ("87.4999", 1), ("50", 4), ("12.5", 7), ("12.4999", 7), ("0.0001", 7), ("0", 7)]
    {
        let page = read(at, &format!("percentile={percentile}&limit=1")).await;
        assert_eq!(players(&page), [format!("p{first:02}")], "{percentile}");
        let own = page["entries"][0]["percentile"].as_f64().unwrap();
        assert_eq!(own, (8 - first) as f64 * 12.5, "{percentile}");
        assert_eq!(get(at, &format!("{ENTRIES}/p{first:02}")).await.json()["percentile"], own);
    }
    server.stop().await;
}

#[tokio::test]
async fn one_entry_says_whom_to_pass_next() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "decimals": 1, "direction": "asc", "tiebreaks": [{ "name": "moves", "direction": "asc" }] })).await;
    counts(at, r#"[{"playerId":"a","score":9.5,"tiebreaks":{"moves":3}},{"playerId":"b","score":12,"tiebreaks":{"moves":3}}]"#).await;
    counts(at, r#"{"playerId":"c","score":12.0,"tiebreaks":{"moves":2}}"#).await;
    let expected = |player: &str, ahead: &str| (format!(r#""playerId":"{player}""#), format!(r#""ahead":{ahead}"#));
    for (player, ahead) in [
        expected("a", "null"),
        expected("c", r#"{"playerId":"a","name":"a","score":9.5,"gap":2.5}"#),
        // Nothing but the tiebreak is between them.
        expected("b", r#"{"playerId":"c","name":"c","score":12.0,"gap":0.0}"#),
    ] {
        let id = player.trim_end_matches('"').chars().last().unwrap();
        let one = text(at, &format!("{ENTRIES}/{id}")).await;
        assert!(one.contains(&player) && one.contains(&ahead), "{one}");
    }
    assert_eq!(get(at, &format!("{ENTRIES}/c")).await.json()["tiebreaks"], json!({ "moves": 2 }));
    assert_problem(&get(at, &format!("{ENTRIES}/d")).await, 404, "not-found", "", "no such player", "nobody");
    server.stop().await;
}

#[tokio::test]
async fn a_history_has_every_standing_up_to_what_the_rules_keep() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    board_of(at, json!({ "history": 3 }), &[45]).await;
    for score in [10, 20, 15, 30, 40, 50] {
        now.fetch_add(1000, Ordering::SeqCst);
        receipt(at, json!({ "playerId": "ada", "score": score })).await;
    }
    let mut history = get(at, &format!("{ENTRIES}/ada/history")).await.json();
    let points = history["points"].take();
    assert_eq!(history, json!({ "board": "b", "playerId": "ada", "version": 7, "attempts": 6, "moves": 5, "trimmed": 2, "points": null }));
    // An attempt that moved nobody is counted with the standing it left as it was.
    assert_eq!(
        points,
        json!([
            { "at": NOON + 4000, "score": 30, "rank": 2, "attempts": 4 },
            { "at": NOON + 5000, "score": 40, "rank": 2, "attempts": 5 },
            { "at": NOON + 6000, "score": 50, "rank": 1, "attempts": 6 },
        ])
    );
    assert_problem(&get(at, &format!("{ENTRIES}/nobody/history")).await, 404, "not-found", "", "no such player", "history");
    server.stop().await;
}

#[tokio::test]
async fn windows_and_periods_are_read_by_their_names() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let late = json!({ "name": "daily", "every": "day", "lateSeconds": 86_400 });
    let noon = json!({ "name": "noon", "every": "cron", "cron": "0 12 * * *", "zone": "Europe/Berlin" });
    create_board(at, json!({ "id": "b", "windows": [late, "weekly", "monthly", noon] })).await;
    let first = receipt(at, json!({ "playerId": "ada", "score": 5 })).await;
    let periods: Vec<_> = first["windows"].as_array().unwrap().iter().map(|window| (&window["window"], &window["period"])).collect();
    let ids = [("daily", "2026-11-21"), ("weekly", "2026-W47"), ("monthly", "2026-11"), ("noon", "20261121T110000Z")];
    assert_eq!(periods, ids.map(|(window, period)| (json!(window), json!(period))).each_ref().map(|(window, period)| (window, period)));
    now.fetch_add(DAY, Ordering::SeqCst);
    receipt(at, json!({ "playerId": "ada", "score": 4 })).await;
    receipt(at, json!({ "playerId": "bob", "score": 3 })).await;

    let shown = async |query: &str| {
        let answer = read(at, query).await;
        let entries = answer["entries"].as_array().unwrap().iter().map(|entry| entry["score"].as_i64().unwrap()).collect::<Vec<_>>();
        (answer["period"].as_str().unwrap().to_owned(), entries)
    };
    let is = |period: &str, scores: &[i64]| (period.to_owned(), scores.to_vec());
    assert_eq!(shown("window=daily").await, is("2026-11-22", &[4, 3]));
    assert_eq!(shown("window=daily&period=2026-11-22").await, is("2026-11-22", &[4, 3]));
    assert_eq!(shown("window=daily&period=2026-11-21").await, is("2026-11-21", &[5]));
    assert_eq!(shown("window=weekly").await, is("2026-W47", &[5, 3]));
    assert_eq!(shown("window=noon&period=20261121T110000Z").await, is("20261121T110000Z", &[5]));
    assert_eq!(shown("window=all&period=all").await, is("all", &[5, 3]));
    let one = get(at, &format!("{ENTRIES}/ada?window=daily&period=2026-11-21")).await.json();
    assert_eq!((&one["window"], &one["period"], &one["score"]), (&json!("daily"), &json!("2026-11-21"), &json!(5)));
    for (query, says) in [
        ("window=hourly", "no such window"),
        ("window=daily&period=2026-11-20", "no such period"),
        ("window=daily&period=2026-11-23", "no such period"),
        ("window=daily&period=yesterday", "no such period"),
        ("period=2026-11-21", "no such period"),
    ] {
        for path in [format!("{ENTRIES}?{query}"), format!("{ENTRIES}/ada?{query}"), format!("{ENTRIES}?players=ada&{query}")] {
            assert_problem(&get(at, &path).await, 404, "not-found", "", says, &path);
        }
    }

    // A page of a window's current period that nobody has submitted to yet is empty.
    now.fetch_add(30 * DAY, Ordering::SeqCst);
    assert_eq!(shown("window=daily").await, is("2026-12-22", &[]));
    server.stop().await;
}

#[tokio::test]
async fn periods_are_listed_newest_first_page_by_page() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "windows": ["daily", "weekly"] })).await;
    for _ in 0..4 {
        receipt(at, json!({ "playerId": "ada", "score": 5 })).await;
        now.fetch_add(DAY, Ordering::SeqCst);
    }
    let all = ["2026-11-24", "2026-W48", "2026-11-23", "2026-11-22", "2026-11-21", "2026-W47"];
    for (limit, window, expected) in [
        (1, "", &all[..]),
        (2, "", &all),
        (4, "", &all),
        (6, "", &all),
        (1000, "", &all),
        (3, "&window=daily", &["2026-11-24", "2026-11-23", "2026-11-22", "2026-11-21"]),
        (1, "&window=weekly", &["2026-W48", "2026-W47"]),
        (1, "&window=all", &[]),
    ] {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = get(at, &format!("/api/boards/b/periods?limit={limit}{window}{cursor}")).await.json();
            ids.extend(page["periods"].as_array().unwrap().iter().map(|period| period["period"].as_str().unwrap().to_owned()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        // Two periods start together on the Monday: which comes first is told by their names.
        let as_set = |ids: &[String]| ids.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(as_set(&ids), expected.iter().map(|id| (*id).to_owned()).collect(), "{limit}{window}");
        assert_eq!(ids.len(), expected.len(), "{limit}{window}");
    }
    let newest = get(at, "/api/boards/b/periods?limit=1&window=daily").await.json()["periods"][0].clone();
    let start = NOON + 2 * DAY + DAY / 2;
    assert_eq!(
        newest,
        json!({
            "window": "daily", "period": "2026-11-24", "state": "open", "start": start, "end": start + DAY, "keptUntil": start + 91 * DAY,
            "total": null, "closedAt": null,
        })
    );
    assert_problem(&get(at, "/api/boards/b/periods?window=hourly").await, 404, "not-found", "", "no such window", "periods");
    server.stop().await;
}

#[tokio::test]
async fn a_closed_period_can_be_read_and_takes_no_changes() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "windows": ["daily"] })).await;
    receipt(at, json!({ "playerId": "ada", "score": 5 })).await;
    now.fetch_add(DAY, Ordering::SeqCst);
    let closed = async || {
        let period = get(at, "/api/boards/b/periods").await.json()["periods"][0].clone();
        (period["state"] == "closed").then_some(period)
    };
    crate::harness::eventually("the period is closed", || async { closed().await.is_some() }).await;
    let period = closed().await.unwrap();
    assert_eq!((&period["total"], &period["closedAt"]), (&json!(1), &json!(NOON + DAY)));
    let before = text(at, &format!("{ENTRIES}?window=daily&period=2026-11-21")).await;
    for (method, path, body) in [
        ("PATCH", "/ada?window=daily&period=2026-11-21", r#"{"add":1}"#),
        ("DELETE", "/ada?window=daily&period=2026-11-21", ""),
        ("DELETE", "?window=daily&period=2026-11-21&all=true", ""),
    ] {
        let answer = admin(at, method, &format!("{ENTRIES}{path}"), body).await;
        assert_problem(&answer, 409, "closed", "", "closed", path);
    }
    // A period that is to come, or is not kept, is not made by a change.
    for period in ["2026-11-20", "2026-11-23", "2099-01-01"] {
        for (method, path) in [("PATCH", "/ada"), ("DELETE", "/ada")] {
            let answer = admin(at, method, &format!("{ENTRIES}{path}?window=daily&period={period}"), r#"{"score":1}"#).await;
            assert_problem(&answer, 404, "not-found", "", "no such period", period);
        }
    }
    // A change that names no period is one of the current ones.
    patch(at, &format!("{ENTRIES}/ada"), json!({ "score": 6 })).await;
    assert_eq!(text(at, &format!("{ENTRIES}?window=daily&period=2026-11-21")).await, before.replace(r#""version":2"#, r#""version":3"#));
    assert_eq!(get(at, "/api/boards/b/periods").await.json()["periods"].as_array().unwrap().len(), 2);
    server.stop().await;
}

/// An entry's score, attempts and metadata, as they are written.
async fn standing(at: SocketAddr, query: &str) -> String {
    let one = text(at, &format!("{ENTRIES}/ada{query}")).await;
    let part = |name: &str, end: &str| one.split_once(&format!(r#""{name}":"#)).unwrap().1.split_once(end).unwrap().0.to_owned();
    format!("{} {} {}", part("score", ","), part("attempts", ","), part("metadata", r#","page""#))
}

#[tokio::test]
async fn an_operator_sets_and_adds() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "decimals": 2, "maxScore": 50, "windows": ["daily"] })).await;
    counts(at, r#"[{"playerId":"ada","score":10.5},{"playerId":"bob","score":20}]"#).await;
    let ada = &*format!("{ENTRIES}/ada");
    let change = async |query: &str, body: &str| {
        let answer = admin(at, "PATCH", &format!("{ada}{query}"), body.to_owned()).await;
        assert_eq!(answer.status, 200, "{query} {body}: {}", answer.text());
        answer
    };
    let changed = change("", r#"{"score":20.25}"#).await;
    assert!(changed.text().contains(r#""before":{"score":10.50,"rank":2},"after":{"score":20.25,"rank":1}"#), "{}", changed.text());
    let changed = changed.json();
    assert_eq!(changed["version"], 3);
    let windows: Vec<_> = changed["windows"].as_array().unwrap().iter().map(|window| window["window"].as_str().unwrap()).collect();
    assert_eq!(windows, ["all", "daily"]);
    assert_eq!(standing(at, "").await, "20.25 1 null");

    change("", r#"{"add":-20.3}"#).await;
    assert_eq!((standing(at, "").await, standing(at, "?window=daily").await), ("-0.05 1 null".to_owned(), "-0.05 1 null".to_owned()));
    // One window alone; an operator is not bound by the board's bounds.
    change("?window=daily", r#"{"add":100}"#).await;
    assert_eq!((standing(at, "").await, standing(at, "?window=daily").await), ("-0.05 1 null".to_owned(), "99.95 1 null".to_owned()));
    change("?window=all", r#"{"score":0}"#).await;
    assert_eq!((standing(at, "").await, standing(at, "?window=daily").await), ("0.00 1 null".to_owned(), "99.95 1 null".to_owned()));

    // A score makes an entry where there is none; the rest does not.
    let eve = patch(at, &format!("{ENTRIES}/eve"), json!({ "add": 5 })).await;
    assert_eq!((&eve["windows"][0]["before"], &eve["windows"][0]["after"]["rank"]), (&json!(null), &json!(2)));
    let answer = admin(at, "PATCH", &format!("{ENTRIES}/nobody"), r#"{"metadata":{}}"#).await;
    assert_problem(&answer, 404, "not-found", "", "no such player", "metadata of nobody");
    let answer = admin(at, "PATCH", ada, r#"{"add":9e14}"#).await;
    assert_problem(&answer, 422, "invalid", "add", "between", "more than a score can be");
    change("", r#"{"score":90071992547409.91}"#).await;
    let answer = admin(at, "PATCH", ada, r#"{"add":0.01}"#).await;
    assert_problem(&answer, 422, "invalid", "add", "larger than a score can be", "a sum that is too large");
    assert_eq!(standing(at, "").await, "90071992547409.91 1 null");
    server.stop().await;
}

#[tokio::test]
async fn an_operator_changes_tiebreaks_and_metadata() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let tiebreaks = json!([{ "name": "lives" }, { "name": "moves", "direction": "asc" }]);
    create_board(at, json!({ "id": "b", "tiebreaks": tiebreaks })).await;
    for (player, lives, moves) in [("ada", 1, 5), ("bob", 2, 5), ("eve", 2, 4)] {
        receipt(at, json!({ "playerId": player, "score": 7, "tiebreaks": { "moves": moves, "lives": lives } })).await;
    }
    assert_eq!(players(&read(at, "").await), ["eve", "bob", "ada"]);
    let changed = patch(at, &format!("{ENTRIES}/ada"), json!({ "tiebreaks": { "lives": 3, "moves": 9 } })).await;
    assert_eq!((&changed["windows"][0]["improved"], &changed["windows"][0]["after"]["rank"]), (&json!(true), &json!(1)));
    assert_eq!(players(&read(at, "").await), ["ada", "eve", "bob"]);
    assert_eq!(get(at, &format!("{ENTRIES}/ada")).await.json()["tiebreaks"], json!({ "lives": 3, "moves": 9 }));

    let ada = &*format!("{ENTRIES}/ada");
    patch(at, ada, json!({ "metadata": { "skin": "red" } })).await;
    assert_eq!(standing(at, "").await, r#"7 1 {"skin":"red"}"#);
    patch(at, ada, json!({ "score": 8 })).await;
    assert_eq!(standing(at, "").await, r#"8 1 {"skin":"red"}"#);
    let cleared = patch(at, ada, json!({ "metadata": null })).await;
    assert_eq!(cleared["windows"][0]["improved"], false);
    assert_eq!(standing(at, "").await, "8 1 null");
    assert_eq!(players(&read(at, "").await), ["ada", "eve", "bob"]);
    server.stop().await;
}

#[tokio::test]
async fn entries_are_removed_by_name_by_range_from_below_and_all() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    board_of(at, json!({ "rankMode": "dense", "windows": ["daily"] }), &(0..20).map(|n| 100 - n / 2).collect::<Vec<_>>()).await;
    let remove = async |query: &str| -> Value {
        let answer = delete(at, &format!("{ENTRIES}{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text());
        answer.json()
    };
    let left = async |query: &str| players(&read(at, query).await).iter().map(|player| player[1..].parse().unwrap()).collect::<Vec<u32>>();

    // One, in all windows; an entry is counted in each.
    assert_eq!(remove("/p03").await, json!({ "removed": 2, "version": 21 }));
    let nobody = delete(at, &format!("{ENTRIES}/p03")).await;
    assert_problem(&nobody, 404, "not-found", "", "no such player", "an entry that is gone");
    // In one window.
    assert_eq!(remove("/p04?window=daily").await, json!({ "removed": 1, "version": 22 }));
    assert!(left("").await.contains(&4) && !left("window=daily").await.contains(&4));
    // Some; those who have none don't matter.
    assert_eq!(remove("?players=p00,nobody,p01&window=all").await["removed"], 2);
    assert_eq!(remove("?players=nobody").await, json!({ "removed": 0, "version": 23 }));
    // By scores, both ends included: 90, 91 and 92.
    assert_eq!(remove("?score_min=90&score_max=92&window=all").await["removed"], 4);
    assert_eq!(left("").await, [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    assert_eq!(left("window=daily").await.len(), 18);
    assert_eq!(remove("?score_max=93&window=all").await["removed"], 2);
    assert_eq!(remove("?score_min=99&window=all").await["removed"], 1);
    // All but the first few.
    assert_eq!(remove("?keep_top=100").await["removed"], 0);
    assert_eq!(remove("?keep_top=3").await["removed"], (10 - 3) + (18 - 3));
    assert_eq!((left("").await, left("window=daily").await), (vec![4, 5, 6], vec![0, 1, 2]));
    // Ranks, and steps of dense ranks, are those of the entries that are left.
    assert_eq!(ranks(&read(at, "").await), [1, 1, 2]);

    let before = remove("?players=nobody").await["version"].as_u64().unwrap();
    assert_eq!(remove("?all=true&window=daily").await, json!({ "removed": 3, "version": before + 1 }));
    assert_eq!(remove("?all=true").await, json!({ "removed": 3, "version": before + 2 }));
    assert_eq!(remove("?all=true").await, json!({ "removed": 0, "version": before + 2 }));
    assert_eq!((left("").await, left("window=daily").await), (vec![], vec![]));
    // A player starts anew.
    let again = receipt(at, json!({ "playerId": "p04", "score": 1 })).await;
    assert_eq!((&again["before"], &again["after"]["rank"], &again["total"]), (&json!(null), &json!(1), &json!(1)));
    assert_eq!(get(at, &format!("{ENTRIES}/p04/history")).await.json()["points"].as_array().unwrap().len(), 1);
    server.stop().await;
}

/// One call to Valkey removes some thousand at most; whoever asked is told of all.
#[tokio::test]
async fn thousands_of_entries_are_removed_at_once() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "windows": ["daily"] })).await;
    for first in [0, 1000, 2000, 3000] {
        let all: Vec<_> = (first..first + 1000).map(|n| json!({ "playerId": format!("p{n:04}"), "score": n })).collect();
        counts(at, json!(all).to_string()).await;
    }
    let removed = delete(at, &format!("{ENTRIES}?score_max=1499")).await.json();
    assert_eq!(removed["removed"], 3000);
    assert_eq!(removed["version"], get(at, "/api/boards/b").await.json()["version"]);
    assert_eq!(delete(at, &format!("{ENTRIES}?keep_top=10&window=daily")).await.json()["removed"], 2490);
    for (query, total, last) in [("", 2500, "p1500"), ("window=daily&", 10, "p3990")] {
        let end = read(at, &format!("{query}from={total}")).await;
        assert_eq!((&end["total"], players(&end)), (&json!(total), vec![last]), "{query}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_range_of_removals_turns_with_the_direction() {
    let server = LeaderPort::start().await;
    let at = server.address;
    board_of(at, json!({ "direction": "asc" }), &[1, 2, 3, 4, 5]).await;
    assert_eq!(delete(at, &format!("{ENTRIES}?score_min=4")).await.json()["removed"], 2);
    assert_eq!(delete(at, &format!("{ENTRIES}?score_max=1")).await.json()["removed"], 1);
    assert_eq!(players(&read(at, "").await), ["p01", "p02"]);
    assert_eq!(delete(at, &format!("{ENTRIES}?keep_top=0")).await.json()["removed"], 2);
    assert_eq!(read(at, "").await["total"], 0);
    server.stop().await;
}

#[tokio::test]
async fn each_of_many_submissions_has_an_outcome_of_its_own_in_order() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "maxScore": 100 })).await;
    let body = r#"[
        {"playerId":"ada","score":5,"id":"a"},
        {"playerId":"bob","score":1.5},
        {"playerId":"bob","score":101},
        {"playerId":"","score":1},
        {"score":1},
        {"playerId":"bob","score":7,"cheat":true},
        7,
        [],
        {"playerId":"ada","score":6,"id":"a"},
        {"playerId":"ada","score":5,"id":"a"},
        {"playerId":"bob","score":9,"metadata":7},
        {"playerId":"bob","score":9,"tiebreaks":{"x":1}},
        {"playerId":"bob","score":8}
    ]"#;
    let answer: Value = serde_json::from_str(&counts(at, body).await).unwrap();
    let outcomes = answer.as_array().unwrap();
    assert_eq!(outcomes.len(), 13);
    let accepted: Vec<usize> = outcomes.iter().enumerate().filter(|(_, outcome)| outcome["accepted"] == true).map(|(n, _)| n).collect();
    assert_eq!(accepted, [0, 9, 12]);
    for (index, status, code, field, says) in [
        (1, 422, "invalid", "score", "whole"),
        (2, 422, "invalid", "score", "above 100"),
        (3, 422, "invalid", "playerId", "missing"),
        (4, 422, "invalid", "playerId", "playerId must be"),
        (5, 422, "invalid", "request", "no member `cheat`"),
        (6, 422, "invalid", "request", "must be a JSON object"),
        (7, 422, "invalid", "request", "must be a JSON object"),
        (8, 409, "conflict", "id", "used before"),
        (10, 422, "invalid", "metadata", "JSON object"),
        (11, 422, "invalid", "tiebreaks", "no tiebreaks"),
    ] {
        assert_eq!(outcomes[index]["accepted"], false, "{index}");
        assert!(says_so(&outcomes[index]["problem"], status, code, field, says), "{index}: {}", outcomes[index]);
    }
    assert_eq!((&outcomes[9]["replayed"], &outcomes[9]["version"]), (&json!(true), &outcomes[0]["version"]));
    assert_eq!(players(&read(at, "").await), ["bob", "ada"]);
    assert_eq!(get(at, "/api/boards/b").await.json()["version"], 2);
    server.stop().await;
}

#[tokio::test]
async fn what_is_written_together_is_ranked_together() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let body = json!([{ "playerId": "ada", "score": 5 }, { "playerId": "bob", "score": 8 }, { "playerId": "eve", "score": 7 }]);
    let outcomes = receipt(at, body).await;
    let outcome = |n: usize| outcomes[n].as_object().unwrap();
    for (n, rank) in [(0, 3), (1, 1), (2, 2)] {
        assert_eq!((&outcome(n)["after"]["rank"], &outcome(n)["total"], &outcome(n)["version"]), (&json!(rank), &json!(3), &json!(3)));
    }
    assert_eq!(outcome(0)["ahead"], json!({ "playerId": "eve", "name": "eve", "score": 7, "gap": 2 }));
    // A player who comes twice is written twice: the second time knows of the first.
    let outcomes = receipt(at, json!([{ "playerId": "ada", "score": 7 }, { "playerId": "ada", "score": 9 }])).await;
    assert_eq!(outcomes[0]["after"], json!({ "score": 7, "rank": 3 }));
    assert_eq!((&outcomes[1]["before"], &outcomes[1]["after"]), (&outcomes[0]["after"], &json!({ "score": 9, "rank": 1 })));
    assert_eq!((&outcomes[0]["version"], &outcomes[1]["version"]), (&json!(4), &json!(5)));
    server.stop().await;
}

#[tokio::test]
async fn a_thousand_submissions_go_at_once_and_no_more() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let many = |count: u64| json!((0..count).map(|n| json!({ "playerId": format!("p{n}"), "score": n * 7919 % 1000 })).collect::<Vec<_>>());
    for (body, says) in [(many(1001).to_string(), "1 to 1000"), ("[]".to_owned(), "1 to 1000"), (" [ ] ".to_owned(), "1 to 1000")] {
        let answer = admin(at, "POST", SCORES, body).await;
        assert_problem(&answer, 422, "invalid", "request", says, "too many, or none");
    }
    assert_eq!(read(at, "").await["total"], 0);
    let outcomes: Vec<Value> = serde_json::from_str(&counts(at, many(1000).to_string()).await).unwrap();
    let scores: Vec<_> = outcomes.iter().map(|outcome| outcome["after"]["score"].as_u64().unwrap()).collect();
    assert_eq!(scores, (0..1000).map(|n| n * 7919 % 1000).collect::<Vec<_>>());
    let board = read(at, "limit=1000").await;
    assert_eq!((&board["total"], &board["version"]), (&json!(1000), &json!(1000)));
    assert!(ranks(&board).into_iter().eq(1..=1000));
    server.stop().await;
}

#[tokio::test]
async fn decimals_are_exact_to_the_letter() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "decimals": 6 })).await;
    // As it is sent, and as it is shown.
    for (sent, shown) in [
        ("9007199254.740991", "9007199254.740991"),
        ("9007199254.740990", "9007199254.740990"),
        ("0.1", "0.100000"),
        ("1e-6", "0.000001"),
        ("-0", "0.000000"),
        ("-0.000001", "-0.000001"),
        ("-9007199254.740990", "-9007199254.740990"),
        ("-9.007199254740991e9", "-9007199254.740991"),
    ] {
        let body = format!(r#"{{"playerId":"p{sent}","score":{sent}}}"#);
        let receipt = counts(at, body).await;
        assert!(receipt.contains(&format!(r#""after":{{"score":{shown},"rank""#)), "{sent}: {receipt}");
        let one = text(at, &format!("{ENTRIES}/p{sent}")).await;
        assert!(one.contains(&format!(r#""score":{shown},"#)), "{sent}: {one}");
        for path in [ENTRIES, "/api/leaderboard?board=b"] {
            let all = text(at, path).await;
            assert!(all.contains(&format!(r#""name":"p{sent}","score":{shown}"#)), "{sent}: {all}");
        }
        assert!(text(at, &format!("{ENTRIES}/p{sent}/history")).await.contains(&format!(r#""score":{shown},"#)), "{sent}");
        assert!(text(at, &format!("{ENTRIES}?score_min={shown}&score_max={shown}")).await.contains(r#""matching":1,"#), "{sent}");
    }
    // They came in the order of the board: each one's gap is the exact difference to the one before.
    for (player, gap) in [
        ("9007199254.740990", "0.000001"),
        ("0.1", "9007199254.640990"),
        ("-9007199254.740990", "9007199254.740989"),
        ("-9.007199254740991e9", "0.000001"),
    ] {
        let one = text(at, &format!("{ENTRIES}/p{player}")).await;
        assert!(one.contains(&format!(r#""gap":{gap}}}"#)), "{player}: {one}");
    }
    for too_much in ["9007199254.740992", "-9007199254.740992", "0.0000001", "1e-7"] {
        let answer = admin(at, "POST", SCORES, format!(r#"{{"playerId":"x","score":{too_much}}}"#)).await;
        assert_problem(&answer, 422, "invalid", "score", "", too_much);
    }

    create_board(at, json!({ "id": "three", "decimals": 3 })).await;
    let receipt = admin(at, "POST", "/api/boards/three/scores", r#"{"playerId":"ada","score":12.34}"#).await;
    assert!(receipt.text().contains(r#""after":{"score":12.340,"rank":1}"#), "{}", receipt.text());
    server.stop().await;
}

#[tokio::test]
async fn a_late_score_counts_in_the_periods_of_its_time() {
    let now = Arc::new(AtomicU64::new(NOON));
    let server = LeaderPort::start_at(now.clone()).await;
    let at = server.address;
    let daily = json!({ "name": "daily", "every": "day", "lateSeconds": 3 * 86_400, "keepDays": 90 });
    create_board(at, json!({ "id": "b", "submitters": "players", "windows": [daily, "monthly"] })).await;
    let submission = |player: &str, time: &Value| json!({ "playerId": player, "score": 5, "at": time }).to_string();
    for (time, reached, periods) in [
        (json!("2026-11-19T23:59:59.999Z"), NOON - 3 * DAY / 2 - 1, ["2026-11-19", "2026-11"].as_slice()),
        (json!("2026-11-20T00:00:00+01:00"), NOON - 3 * DAY / 2 - 3_600_000, &["2026-11-19", "2026-11"]),
        (json!(NOON - DAY), NOON - DAY, &["2026-11-20", "2026-11"]),
        (json!(NOON), NOON, &["2026-11-21", "2026-11"]),
        // The day is closed for long, the month is not; 31 days ago both are.
        (json!(NOON - 10 * DAY), NOON - 10 * DAY, &["2026-11"]),
        (json!(NOON - 31 * DAY), NOON - 31 * DAY, &[]),
        // A clock may be ahead of ours a little: that is now.
        (json!(NOON + 60_000), NOON, &["2026-11-21", "2026-11"]),
        (json!(null), NOON, &["2026-11-21", "2026-11"]),
    ] {
        let player = format!("p{reached}{}", periods.len());
        let receipt: Value = serde_json::from_str(&counts(at, submission(&player, &time)).await).unwrap();
        let counted: Vec<_> = receipt["windows"].as_array().unwrap().iter().map(|window| window["period"].as_str().unwrap()).collect();
        assert_eq!(counted, periods, "{time}");
        assert_eq!(get(at, &format!("{ENTRIES}/{player}")).await.json()["reachedAt"], reached, "{time}");
    }
    let before = get(at, "/api/boards/b").await.body;
    for (time, says) in [
        (json!(NOON + 60_001), "future"),
        (json!("2027-01-01T00:00:00Z"), "future"),
        (json!(NOON - 31 * DAY - 1), "31 days"),
        (json!(0), "31 days"),
        (json!("2026-11-21T12:00:00"), "2026-11-21T12:00:00Z"),
        (json!("2026-11-21"), "2026-11-21T12:00:00Z"),
        (json!("yesterday"), "2026-11-21T12:00:00Z"),
        (json!("1960-01-01T00:00:00Z"), "milliseconds"),
        (json!(-1), "milliseconds"),
        (json!(1.5), "milliseconds"),
        (json!(1_u64 << 60), "milliseconds"),
        (json!(true), "milliseconds"),
        (json!([NOON]), "milliseconds"),
    ] {
        let answer = admin(at, "POST", SCORES, submission("eve", &time)).await;
        assert_problem(&answer, 422, "invalid", "at", says, &time.to_string());
    }
    assert_eq!(get(at, "/api/boards/b").await.body, before);
    // A retry is the same submission, also once our clock has gone past its time.
    now.store(NOON + DAY / 2 - 1000, Ordering::SeqCst);
    let ahead = json!({ "playerId": "ada", "score": 5, "id": "ahead", "at": NOON + DAY / 2 + 1000 });
    let first = receipt(at, ahead.clone()).await;
    assert_eq!(first["windows"][0]["period"], "2026-11-21");
    now.store(NOON + DAY, Ordering::SeqCst);
    let again = receipt(at, ahead).await;
    assert_eq!((&again["replayed"], &again["windows"]), (&json!(true), &first["windows"]));
    let before = get(at, "/api/boards/b").await.body;
    // Whoever has no key can't say when.
    let answer = post(at, SCORES, submission("eve", &json!(NOON))).await;
    assert_problem(&answer, 422, "invalid", "at", "admin key", "without a key");
    assert_eq!(get(at, "/api/boards/b").await.body, before);
    server.stop().await;
}

#[tokio::test]
async fn metadata_is_kept_as_it_is_written() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    let longest = format!(r#"{{"x":"{}"}}"#, "y".repeat(1024 - 8));
    let mut score = 0;
    for metadata in [
        r#"{"big":12345678901234567890123456789,"tiny":1e-400,"exact":0.10000000000000000000001,"minus":-0}"#,
        r#"{ "b" : 1 , "a" : [ true , null , {} ] , "\u00e4" : "\ud83c\udfc1 \n" }"#,
        "{}",
        &longest,
    ] {
        score += 1;
        counts(at, format!(r#"{{"playerId":"ada","score":{score},"metadata":{metadata}}}"#)).await;
        assert_eq!(standing(at, "").await, format!("{score} {score} {metadata}"));
        assert!(text(at, ENTRIES).await.contains(&format!(r#""metadata":{metadata}"#)));
    }
    // A better score without any leaves it, one with null clears it; a worse one has no say.
    counts(at, r#"{"playerId":"ada","score":10}"#).await;
    assert_eq!(standing(at, "").await, format!("10 5 {longest}"));
    counts(at, r#"{"playerId":"ada","score":1,"metadata":null}"#).await;
    assert_eq!(standing(at, "").await, format!("10 6 {longest}"));
    counts(at, r#"{"playerId":"ada","score":11,"metadata":null}"#).await;
    assert_eq!(standing(at, "").await, "11 7 null");
    counts(at, "{\"playerId\":\"ada\",\"score\":12,\"metadata\":{\n\t\"a\": 1\r\n}}").await;
    assert_eq!(standing(at, "").await, r#"12 8 {  "a": 1  }"#);
    server.stop().await;
}

#[tokio::test]
async fn a_retry_is_answered_with_the_first_receipt() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "keep": "sum", "tiebreaks": [{ "name": "moves" }], "windows": ["daily"] })).await;
    let body = r#"{"playerId":"ada","score":5,"id":"run-1","tiebreaks":{"moves":3},"metadata":{"a":1}}"#;
    let first = counts(at, body).await;
    counts(at, r#"{"playerId":"bob","score":9,"tiebreaks":{"moves":0}}"#).await;
    let again = counts(at, body).await;
    assert_eq!(again, first.replace(r#""replayed":false"#, r#""replayed":true"#));
    // The members' order and spaces around them are no other submission.
    let other = r#"{ "tiebreaks" : {"moves":3.0}, "metadata":{"a":1}, "id":"run-1", "score" : 5e0, "player" : "ada" }"#;
    assert_eq!(counts(at, other).await, again);
    // Within one body, too.
    let both: Value = serde_json::from_str(&counts(at, format!("[{body},{body}]")).await).unwrap();
    assert_eq!(
        (both[0].to_string(), both[1].to_string()),
        (both[1].to_string(), serde_json::from_str::<Value>(&again).unwrap().to_string())
    );
    for other in [
        body.replace(r#""ada""#, r#""eve""#),
        body.replace(":5,", ":6,"),
        body.replace(":3}", ":4}"),
        body.replace(r#"{"a":1}"#, "null"),
        body.replace(r#","metadata":{"a":1}"#, ""),
    ] {
        let answer: Answer = admin(at, "POST", SCORES, other.clone()).await;
        assert_problem(&answer, 409, "conflict", "id", "used before", &other);
    }
    assert_eq!(standing(at, "").await, r#"5 1 {"a":1}"#);
    assert_eq!(get(at, "/api/boards/b").await.json()["version"], 2);
    server.stop().await;
}
