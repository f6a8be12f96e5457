//! Verified runs: begun, played again, counted once; and what is made up is refused, each with its reason.

use crate::{
    auth::{as_whom, operator, players::begin as open_account},
    client::{Answer, admin, assert_problem, create_board, get, patch, post, rows_of},
    harness::{LeaderPort, NOON},
};
use app::game;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

const RUNS: &str = "/api/boards/ring/runs";
const FINISHED: &str = "/api/boards/ring/runs/finished";

/// A server whose clock is turned by hand.
async fn start() -> (LeaderPort, Arc<AtomicU64>) {
    let now = Arc::new(AtomicU64::new(NOON));
    (LeaderPort::start_at(now.clone()).await, now)
}

async fn begun(at: SocketAddr, player: &str) -> Value {
    let answer = post(at, RUNS, json!({ "playerId": player }).to_string()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn seed(run: &Value) -> u64 {
    run["seed"].as_str().unwrap().parse().unwrap()
}

/// Taps by chance, which come to this with this seed.
fn taps(seed: u64, hand: u64) -> (Vec<u32>, u32) {
    let mut random = game::Random::new(hand);
    let mut tick = 0;
    let next = || {
        tick += 20 + random.below(60);
        (tick < game::TICKS).then_some(tick)
    };
    let taps: Vec<u32> = std::iter::from_fn(next).collect();
    let score = game::replay(seed, &taps).unwrap().score;
    (taps, score)
}

async fn rows(at: SocketAddr) -> Vec<(u64, String, i64)> {
    rows_of(&get(at, "/api/boards/ring/entries").await.json())
}

async fn finish(at: SocketAddr, player: &str, run: &Value, taps: &[u32], score: Option<u32>) -> Answer {
    let mut body = json!({ "run": run["run"], "playerId": player, "taps": taps });
    if let Some(score) = score {
        body["score"] = score.into();
    }
    post(at, FINISHED, body.to_string()).await
}

#[tokio::test]
async fn a_run_counts_for_what_it_comes_to_once() {
    let (server, now) = start().await;
    let at = server.address;
    let run = begun(at, "ada").await;
    assert_eq!((&run["ticks"], &run["day"], &run["ghost"]), (&json!(game::TICKS), &json!("2026-11-21"), &Value::Null));
    let (taps, score) = taps(seed(&run), 1);
    assert!(score > 0);
    now.fetch_add(30_000, Ordering::SeqCst);
    let first = finish(at, "ada", &run, &taps, Some(score)).await;
    assert_eq!((first.status.as_u16(), &first.json()["after"]["score"], &first.json()["replayed"]), (200, &json!(score), &json!(false)));
    let again = finish(at, "ada", &run, &taps, None).await;
    assert_eq!((again.status.as_u16(), &again.json()["version"], &again.json()["replayed"]), (200, &first.json()["version"], &json!(true)));
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), i64::from(score))]);
    let entry = get(at, "/api/boards/ring/entries/ada").await.json();
    let outcome = game::replay(seed(&run), &taps).unwrap();
    assert_eq!(entry["metadata"], json!({ "hits": outcome.hits, "misses": outcome.misses, "bestRow": outcome.best_row }));
    server.stop().await;
}

#[tokio::test]
async fn everybody_plays_the_same_on_a_day_and_races_whoever_is_ahead() {
    let (server, now) = start().await;
    let at = server.address;
    let mut scores = Vec::new();
    for (player, hand) in [("ada", 1), ("bob", 2), ("eve", 3)] {
        let run = begun(at, player).await;
        let (taps, score) = taps(seed(&run), hand);
        now.fetch_add(30_000, Ordering::SeqCst);
        assert_eq!(finish(at, player, &run, &taps, None).await.status, 200);
        scores.push((score, player, taps));
    }
    scores.sort();
    let ghost = async |player: &str| begun(at, player).await["ghost"].clone();
    let [last, middle, best] = &scores[..] else { panic!("three") };
    // Whoever is new races the last, others the next one ahead, and the first themself.
    for (player, (score, whose, taps)) in [("joe", last), (last.1, middle), (middle.1, best), (best.1, best)] {
        assert_eq!(ghost(player).await, json!({ "playerId": whose, "name": whose, "score": score, "taps": taps }));
    }
    // Whoever is hidden is not there to be raced.
    patch(at, &format!("/api/boards/ring/entries/{}/moderation", middle.1), json!({ "state": "hidden", "reason": "a test" })).await;
    assert_eq!(ghost(last.1).await["playerId"], best.1);
    let today = seed(&begun(at, "ada").await);
    assert_eq!(today, seed(&begun(at, "joe").await));
    now.fetch_add(24 * 60 * 60 * 1000, Ordering::SeqCst);
    let tomorrow = begun(at, "ada").await;
    assert_ne!(seed(&tomorrow), today);
    assert_eq!(tomorrow["ghost"], Value::Null);
    // Another board is another game.
    create_board(at, json!({ "id": "mine", "submitters": "runs" })).await;
    let other = post(at, "/api/boards/mine/runs", r#"{"playerId":"ada"}"#).await.json();
    assert_ne!(seed(&other), seed(&tomorrow));
    server.stop().await;
}

#[tokio::test]
async fn what_is_made_up_is_refused_with_its_reason() {
    let (server, now) = start().await;
    let at = server.address;
    create_board(at, json!({ "id": "other", "submitters": "runs" })).await;
    let run = begun(at, "ada").await;
    let (good, score) = taps(seed(&run), 1);
    let send = async |body: Value| {
        let mut whole = json!({ "run": run["run"], "playerId": "ada", "taps": good });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        post(at, FINISHED, whole.to_string()).await
    };
    assert_problem(&send(json!({})).await, 422, "invalid", "run", "can't be over yet", "sent before half a minute is over");
    now.fetch_add(30_000, Ordering::SeqCst);
    let text = run["run"].as_str().unwrap();
    let (said, signature) = text.split_once('.').unwrap();
    let forged = |from: &str, to: &str| {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
        let said = String::from_utf8(BASE64.decode(said).unwrap()).unwrap();
        assert!(said.contains(from), "{said}");
        format!("{}.{signature}", BASE64.encode(said.replace(from, to)))
    };
    let another_seed = forged(run["seed"].as_str().unwrap(), "7");
    let many: Vec<u32> = (0..601).map(|tap| tap * 5).collect();
    let mut edited = good.clone();
    edited.pop();
    for (body, field, says, about) in [
        (json!({ "taps": many }), "taps", "room for", "too long"),
        (json!({ "taps": [100, 103] }), "taps", "less than 50 ms", "too fast"),
        (json!({ "taps": [100, game::TICKS] }), "taps", "after the end", "too late"),
        (json!({ "taps": [100, 90] }), "taps", "order", "out of order"),
        (json!({ "taps": [-5] }), "taps", "", "no ticks"),
        (json!({ "score": score + 1 }), "score", "those of the run", "a score that it does not come to"),
        (json!({ "taps": edited, "score": score + 7 }), "score", "those of the run", "edited"),
        (json!({ "playerId": "bob" }), "run", "another player", "another player's"),
        (json!({ "run": another_seed }), "run", "no run that was begun here", "another seed"),
        (json!({ "run": forged("ada", "bob"), "playerId": "bob" }), "run", "no run that was begun here", "another name in it"),
        (json!({ "run": format!("{said}.{said}") }), "run", "no run that was begun here", "another signature"),
        (json!({ "run": "x".repeat(5_000) }), "run", "no run that was begun here", "no ticket"),
    ] {
        assert_problem(&send(body).await, 422, "invalid", field, says, about);
    }
    let elsewhere = json!({ "run": text, "playerId": "ada", "taps": good }).to_string();
    assert_problem(
        &post(at, "/api/boards/other/runs/finished", elsewhere).await,
        422,
        "invalid",
        "run",
        "another board",
        "another board's",
    );
    assert_eq!(rows(at).await, [], "nothing of all that counts");
    assert_eq!(send(json!({ "score": score })).await.status, 200);
    assert_problem(&send(json!({ "taps": taps(seed(&run), 2).0 })).await, 422, "invalid", "run", "sent already", "played twice");
    let late = begun(at, "ada").await;
    now.fetch_add(12 * 60 * 60 * 1000 + 1, Ordering::SeqCst);
    assert_problem(&finish(at, "ada", &late, &good, None).await, 422, "invalid", "run", "too old", "a day later");
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), i64::from(score))]);
    server.stop().await;
}

#[tokio::test]
async fn boards_take_runs_by_their_rules_or_say_so_before_one_is_played() {
    let (server, now) = start().await;
    let at = server.address;
    create_board(at, json!({ "id": "fine", "submitters": "runs", "decimals": 2 })).await;
    let run = post(at, "/api/boards/fine/runs", r#"{"playerId":"ada"}"#).await.json();
    let (taps, score) = taps(seed(&run), 1);
    now.fetch_add(30_000, Ordering::SeqCst);
    let body = json!({ "run": run["run"], "playerId": "ada", "taps": taps, "score": score }).to_string();
    let counted = post(at, "/api/boards/fine/runs/finished", body).await;
    assert_eq!((counted.status.as_u16(), &counted.json()["after"]["score"]), (200, &json!(f64::from(score))), "{}", counted.text());
    assert!(counted.text().contains(&format!("\"score\":{score}.00,")), "{}", counted.text());
    // What no run would fit is no rule.
    for (rules, field) in [
        (json!({ "id": "ties", "submitters": "runs", "tiebreaks": [{ "name": "time" }] }), "tiebreaks"),
        (json!({ "id": "proof", "submitters": "runs", "review": { "proof": "required" } }), "review"),
    ] {
        let refused = admin(at, "POST", "/api/boards", rules.to_string()).await;
        assert_problem(&refused, 422, "invalid", field, "runs of a game", field);
    }
    patch(at, "/api/boards/fine", json!({ "archived": true })).await;
    let closed = post(at, "/api/boards/fine/runs", r#"{"playerId":"ada"}"#).await;
    assert_problem(&closed, 409, "closed", "", "archived", "an archived board");
    server.stop().await;
}

#[tokio::test]
async fn a_run_counts_on_the_day_that_it_was_begun() {
    let (server, now) = start().await;
    let at = server.address;
    const HOUR: u64 = 60 * 60 * 1000;
    now.fetch_add(12 * HOUR - 10_000, Ordering::SeqCst);
    let run = begun(at, "ada").await;
    // Whoever practises until the next day is not ahead of those who play the game of that day.
    now.fetch_add(10 * HOUR, Ordering::SeqCst);
    let today = begun(at, "bob").await;
    now.fetch_add(30_000, Ordering::SeqCst);
    let (bobs, score_of_bob) = taps(seed(&today), 2);
    assert_eq!(finish(at, "bob", &today, &bobs, None).await.status, 200);
    let (played, score) = taps(seed(&run), 1);
    let receipt = finish(at, "ada", &run, &played, None).await.json();
    assert_eq!(receipt["windows"][0]["period"], "2026-11-21", "{receipt}");
    let of_day = async |day: &str| rows_of(&get(at, &format!("/api/boards/ring/entries?window=daily&period={day}")).await.json());
    assert_eq!(of_day("2026-11-21").await, [(1, "ada".to_owned(), i64::from(score))]);
    assert_eq!(of_day("2026-11-22").await, [(1, "bob".to_owned(), i64::from(score_of_bob))]);
    assert_eq!(rows(at).await.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn the_taps_of_another_run_are_refused() {
    let (server, now) = start().await;
    let at = server.address;
    let run = begun(at, "ada").await;
    let (played, score) = taps(seed(&run), 1);
    let runs: Vec<Value> = [begun(at, "bob").await, begun(at, "eve").await, begun(at, "ada").await].into();
    let [bobs, eves, adas] = &runs[..] else { panic!("three") };
    now.fetch_add(30_000, Ordering::SeqCst);
    assert_eq!(finish(at, "ada", &run, &played, None).await.status, 200);
    let ghost = begun(at, "joe").await["ghost"]["taps"].clone();
    assert_eq!(ghost, json!(played));
    let moved: Vec<u32> = played.iter().map(|tap| tap - 2).collect();
    let edited: Vec<u32> = played.iter().enumerate().filter(|(at, _)| at % 20 != 7).map(|(_, tap)| *tap).collect();
    for (taps, about) in [(&played, "the same"), (&moved, "all of them sooner"), (&edited, "some left out")] {
        for (player, run) in [("bob", bobs), ("eve", eves), ("ada", adas)] {
            assert_problem(&finish(at, player, run, taps, None).await, 422, "invalid", "taps", "played before", about);
        }
    }
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), i64::from(score))]);
    // Sent again it is the same run, also once the player has done better.
    let better = (2..).map(|hand| taps(seed(&run), hand)).find(|(_, other)| *other > score).unwrap();
    assert_eq!(finish(at, "ada", adas, &better.0, None).await.status, 200);
    assert_eq!(finish(at, "ada", &run, &played, None).await.json()["replayed"], true);
    // A recording of a run that is not the best any more is none to send again, either.
    let again = begun(at, "ada").await;
    now.fetch_add(30_000, Ordering::SeqCst);
    assert_problem(&finish(at, "ada", &again, &moved, None).await, 422, "invalid", "taps", "played before", "one's own");
    // Whoever has tapped little has played like many.
    assert_eq!(finish(at, "bob", bobs, &[100, 400, 700], None).await.status, 200);
    assert_eq!(finish(at, "eve", eves, &[100, 400, 700], None).await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn runs_are_for_boards_and_players_that_may() {
    let (server, now) = start().await;
    let at = server.address;
    let ada = open_account(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    // A score alone is none.
    begun(at, "bob").await;
    let bare = post(at, "/api/boards/ring/scores", r#"{"playerId":"bob","score":5}"#).await;
    assert_problem(&bare, 401, "unauthorized", "", "verified runs", "a score");
    assert_problem(
        &post(at, "/api/boards/main/runs", r#"{"playerId":"bob"}"#).await,
        422,
        "invalid",
        "board",
        "no runs",
        "another kind of board",
    );
    assert_problem(&post(at, "/api/boards/none/runs", r#"{"playerId":"bob"}"#).await, 404, "not-found", "", "", "no board");
    assert_problem(&post(at, RUNS, "{}").await, 422, "invalid", "playerId", "Say who plays", "nobody");
    // Whoever has an account plays as themself, and nobody else does.
    assert_problem(&post(at, RUNS, r#"{"playerId":"ada"}"#).await, 403, "owned", "", "", "somebody's id");
    let run = as_whom(at, &ada.cookie, "POST", RUNS, "{}").await;
    assert_eq!(run.status, 201, "{}", run.text());
    now.fetch_add(30_000, Ordering::SeqCst);
    let (taps, score) = taps(seed(&run.json()), 1);
    let body = json!({ "run": run.json()["run"], "playerId": "ada", "taps": taps }).to_string();
    assert_problem(&post(at, FINISHED, body.clone()).await, 403, "owned", "", "", "a stolen ticket");
    assert_eq!(as_whom(at, &ada.cookie, "POST", FINISHED, &body).await.json()["after"]["score"], score);
    // What is played while a board is frozen is told nobody, and raced by nobody.
    let owner = operator(at, "olga", "owner").await;
    assert_eq!(admin(at, "POST", "/api/boards/ring/freeze", "").await.status, 200);
    let run = begun(at, "bob").await;
    assert_eq!(run["ghost"], Value::Null);
    now.fetch_add(30_000, Ordering::SeqCst);
    let sealed = finish(at, "bob", &run, &self::taps(seed(&run), 2).0, None).await;
    assert_eq!((sealed.status.as_u16(), sealed.json()), (202, json!({ "success": true, "frozen": true })));
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), i64::from(score))]);
    let seen = as_whom(at, &owner, "GET", "/api/boards/ring/entries", "").await.json();
    assert_eq!(seen["entries"].as_array().unwrap().len(), 2);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_has_a_picture_that_says_what_it_came_to() {
    let (server, now) = start().await;
    let at = server.address;
    let play = async |player: &str, hand: u64| {
        let run = begun(at, player).await;
        now.fetch_add(30_000, Ordering::SeqCst);
        finish(at, player, &run, &taps(seed(&run), hand).0, None).await.json()
    };
    let (adas, bobs) = (play("ada", 1).await, play("bob", 2).await);
    let path = |of: &Value, what: &str| of[what].as_str().unwrap().to_owned();
    let picture = async |path: &str| {
        let answer = get(at, path).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"), "{}", answer.text());
        answer.body
    };
    let card = path(&adas, "picture");
    let drawn = picture(&card).await;
    assert!(drawn == picture(&card).await && drawn != picture(&path(&bobs, "picture")).await);
    assert_ne!(drawn, picture(&format!("{card}?lang=de")).await);
    // Its page shows it, and says so to whoever it is sent to.
    let page = get(at, &path(&adas, "page")).await;
    assert_eq!(page.status, 200);
    for part in [format!("og:image\" content=\"http://{at}{card}"), format!("src=\"{card}\" alt=\"ada: {}", adas["after"]["score"])] {
        assert!(page.text().replace(',', "").contains(&part), "{part} in {}", page.text());
    }
    // No other numbers have a picture, be they signed for something else.
    let run = card.split('/').nth(4).unwrap();
    let (said, signature) = run.split_once('.').unwrap();
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
    let said = String::from_utf8(BASE64.decode(said).unwrap()).unwrap();
    let score = adas["after"]["score"].to_string();
    assert!(said.contains(&score), "{said}");
    let better = format!("{}.{signature}", BASE64.encode(said.replacen(&score, "99999", 1)));
    let ticket = begun(at, "ada").await["run"].as_str().unwrap().to_owned();
    for forged in [better, ticket, "x".to_owned()] {
        for (path, status) in [(format!("/b/ring/runs/{forged}/og.png"), 422), (format!("/play?board=ring&run={forged}"), 404)] {
            assert_eq!(get(at, &path).await.status, status, "{path}");
        }
    }
    create_board(at, json!({ "id": "mine", "submitters": "runs" })).await;
    assert_eq!(get(at, &card.replace("/b/ring/", "/b/mine/")).await.status, 422);
    // Nobody is shown who is not there any more.
    assert_eq!(admin(at, "DELETE", "/api/players/ada", "").await.status, 200);
    assert_eq!(get(at, &card).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn what_is_erased_is_raced_by_nobody() {
    let (server, now) = start().await;
    let at = server.address;
    let today = seed(&begun(at, "ada").await);
    let mut hands: Vec<u64> = (1..5).collect();
    hands.sort_by_key(|hand| taps(today, *hand).1);
    let play = async |player: &str, hand: u64| {
        let run = begun(at, player).await;
        now.fetch_add(30_000, Ordering::SeqCst);
        let (taps, score) = taps(seed(&run), hand);
        assert_eq!(finish(at, player, &run, &taps, None).await.status, 200);
        score
    };
    let raced = async || {
        let ghost = begun(at, "joe").await["ghost"].clone();
        (ghost["playerId"].clone(), ghost["score"].clone())
    };
    play("ada", hands[3]).await;
    assert_eq!(admin(at, "DELETE", "/api/players/ada", "").await.status, 200);
    // Whoever comes by the same id begins with nothing of that.
    let score = play("ada", hands[2]).await;
    assert_eq!(raced().await, (json!("ada"), json!(score)));
    // And so does a board that is made anew on the same day.
    assert_eq!(admin(at, "DELETE", "/api/boards/ring", "").await.status, 204);
    let score = play("ada", hands[1]).await;
    assert_eq!(raced().await, (json!("ada"), json!(score)));
    server.stop().await;
}

#[tokio::test]
async fn what_waits_for_review_is_raced_by_nobody() {
    for rule in [
        json!({ "maxScore": 1 }),
        // Whoever plays is none of the servers that are trusted, and the run is its own proof all the same.
        json!({ "maxScore": 1, "trustServers": true }),
        json!({ "maxScore": 1, "trustServers": true, "proof": "required" }),
    ] {
        let (server, now) = start().await;
        let at = server.address;
        create_board(at, json!({ "id": "ring", "submitters": "runs", "review": rule })).await;
        // She is on the board already.
        let known = json!({ "playerId": "ada", "score": 1 }).to_string();
        assert_eq!(admin(at, "POST", "/api/boards/ring/scores", known).await.status, 200);
        let run = begun(at, "ada").await;
        let (taps, score) = taps(seed(&run), 1);
        assert!(score > 1);
        now.fetch_add(30_000, Ordering::SeqCst);
        let held = finish(at, "ada", &run, &taps, None).await;
        assert_eq!((held.status.as_u16(), &held.json()["held"]["why"]), (202, &json!(["high-score"])), "{rule}");
        assert_eq!(begun(at, "bob").await["ghost"], Value::Null);
        server.stop().await;
    }
}

#[tokio::test]
async fn a_run_that_does_not_count_takes_no_way_to_play_from_others() {
    let (server, now) = start().await;
    let at = server.address;
    let (spent, adas, bobs) = (begun(at, "eve").await, begun(at, "ada").await, begun(at, "bob").await);
    let [first, second, third] = [1, 2, 3].map(|hand| taps(seed(&spent), hand).0);
    now.fetch_add(30_000, Ordering::SeqCst);
    assert_eq!(finish(at, "eve", &spent, &first, None).await.status, 200);
    // By one ticket, played in as many ways as one likes.
    for taps in [&second, &third] {
        assert_problem(&finish(at, "eve", &spent, taps, None).await, 422, "invalid", "run", "sent already", "a ticket that is spent");
    }
    assert_eq!(finish(at, "ada", &adas, &second, None).await.status, 200);
    // Nor does one of somebody who is kept from playing.
    let again = begun(at, "eve").await;
    patch(at, "/api/boards/ring/entries/eve/moderation", json!({ "state": "banned", "reason": "a test" })).await;
    now.fetch_add(30_000, Ordering::SeqCst);
    assert_problem(&finish(at, "eve", &again, &third, None).await, 403, "barred", "", "", "somebody who is banned");
    assert_eq!(finish(at, "bob", &bobs, &third, None).await.status, 200);
    server.stop().await;
}
