//! Players' own accounts by the pages, as they are without JavaScript, and by the server functions behind them.

use crate::{
    auth::players::begin,
    browser::{Browser, NO_FIELDS},
    client::{FORM, admin, create_board, fill_in, get, patch, rows, send, submit},
    harness::LeaderPort,
    html::{Html, page, page_for},
};
use app::{
    api::{ReadOwn, SubmitScore},
    model::{BoardId, Period, PlayerId},
};
use serde_json::json;

fn code_on(page: &Html) -> String {
    page.part("<code>", "</code>").to_owned()
}

#[tokio::test]
async fn a_guest_begins_by_the_form_and_sees_the_code_once() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut browser = Browser::default();
    let shown = browser.open(at, "/me").await;
    assert!(shown.has("formaction=\"/me/begin\"") && shown.text().contains("Come back to your account"), "{}", shown.text());
    let location = browser.fill_in(at, "/me/begin", &[("name", "Ada Lovelace"), ("country", "GB"), ("hue", "3"), ("theme", "dark")]).await;
    assert_eq!(location, "/me?begun=yes");
    let shown = browser.open(at, &location).await;
    assert!(shown.text().contains("Your account is open.") && shown.has("data-theme=\"dark\""), "{}", shown.text());
    assert_eq!((shown.value("name"), shown.value("country")), ("Ada Lovelace".to_owned(), "GB".to_owned()));
    let code = code_on(&shown);
    assert!(code.starts_with("p-") && !browser.cookies().contains("code="), "{code}");
    assert!(!browser.open(at, "/me").await.has("<code>"), "it is shown once");
    // Now the form on a board knows who it is.
    let shown = browser.open(at, "/b/main").await;
    assert!(shown.text().contains("Send a score as Ada Lovelace Score") && !shown.has("name=\"player\""), "{}", shown.text());
    let location = browser.fill_in(at, "/b/main/scores", &[("score", "12")]).await;
    let shown = browser.open(at, &location).await;
    let own: Vec<_> = shown.rows().into_iter().filter(|row| row.is_own).map(|row| row.score).collect();
    assert_eq!(own, ["12"], "{location}");
    // And whoever else says that they are that player is told whose it is.
    let id = rows(at).await[0].1.clone();
    let answer = fill_in(at, "/b/main/scores", &[("player", &id), ("score", "99")]).await;
    let shown = page(at, answer.header("location")).await;
    assert!(shown.text().contains("This player has an account"), "{}", shown.text());
    let answer = fill_in(at, "/me", &[("name", &id)]).await;
    assert!(answer.header("set-cookie").is_empty());
    assert!(page(at, answer.header("location")).await.text().contains("This player has an account"));
    assert_eq!(rows(at).await, [(1, id, 12)]);
    server.stop().await;
}

#[tokio::test]
async fn a_player_comes_back_by_the_form_and_signs_out() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada" })).await;
    let (mut first, mut second) = (Browser::of(&ada), Browser::default());
    let wrong = second.fill_in(at, "/me/recover", &[("code", "ada-AAAAA")]).await;
    assert!(second.open(at, &wrong).await.text().contains("This is no recovery code"));
    let location = second.fill_in(at, "/me/recover", &[("code", &ada.code)]).await;
    assert!(!location.contains(&ada.code[..10]), "no secret is in an address");
    let shown = second.open(at, &location).await;
    assert!(shown.text().contains("Welcome back.") && code_on(&shown) != ada.code);
    let renewed = second.fill_in(at, "/me/code", &NO_FIELDS).await;
    let code = code_on(&second.open(at, &renewed).await);
    let left = second.fill_in(at, "/me/sign-out", &NO_FIELDS).await;
    let shown = second.open(at, &left).await;
    assert!(shown.text().contains("Signed out.") && shown.value("name").is_empty(), "{}", shown.text());
    assert_eq!(second.cookies(), "");
    second.fill_in(at, "/me/recover", &[("code", &code)]).await;
    first.fill_in(at, "/me/sign-out", &[("everywhere", "yes")]).await;
    assert!(second.open(at, "/me").await.text().contains("Come back to your account"), "here, too");
    server.stop().await;
}

#[tokio::test]
async fn a_profile_is_saved_by_the_form() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "country": "GB", "playerId": "ada" })).await;
    let mut browser = Browser::of(&ada);
    let fields = [("name", "Countess"), ("country", "NZ"), ("avatar", "https://game.example/a.png"), ("hue", "1"), ("theme", "light")];
    let saved = browser.fill_in(at, "/me", &fields).await;
    for path in ["/me", "/b/main", "/"] {
        let caching = async |cookie: &str| send(at, "GET", path, &[("cookie", cookie)], "").await.header("cache-control").to_owned();
        assert_eq!(
            (caching(&ada.cookie).await.as_str(), caching("").await.as_str()),
            ("no-store", ""),
            "{path}: what is somebody's is kept by no browser"
        );
    }
    let shown = browser.open(at, &saved).await;
    assert!(shown.text().contains("Saved.") && shown.value("avatar") == "https://game.example/a.png");
    let known = get(at, "/api/players/ada").await.json();
    assert_eq!((&known["name"], &known["country"]), (&json!("Countess"), &json!("NZ")));
    for (fields, reason) in [
        ([("name", "Eve"), ("country", "NZ"), ("avatar", "http://x")], "An avatar is the address of a picture"),
        ([("name", ""), ("country", "NZ"), ("avatar", "")], "name is missing"),
        ([("name", "Eve"), ("country", "nz"), ("avatar", "")], "two capital letters"),
    ] {
        let refused = browser.fill_in(at, "/me", &fields).await;
        let shown = browser.open(at, &refused).await;
        assert!(shown.text().contains(reason) && shown.value("name") == fields[0].1, "{reason}: {}", shown.text());
    }
    assert_eq!(get(at, "/api/players/ada").await.json()["name"], "Countess");
    server.stop().await;
}

#[tokio::test]
async fn a_player_exports_and_goes_by_the_page() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let mut browser = Browser::of(&ada);
    browser.fill_in(at, "/b/main/scores", &[("score", "5")]).await;
    let export = send(at, "GET", "/me/export", &[("cookie", &browser.cookies())], "").await.json();
    assert_eq!((&export["account"]["playerId"], &export["player"]["boards"][0]["board"]), (&json!("ada"), &json!("main")), "{export}");
    let unsure = browser.fill_in(at, "/me/delete", &NO_FIELDS).await;
    assert!(browser.open(at, &unsure).await.text().contains("Tick the box first"));
    assert_eq!(rows(at).await.len(), 1);
    let gone = browser.fill_in(at, "/me/delete", &[("sure", "yes")]).await;
    assert!(browser.open(at, &gone).await.text().contains("Your account is gone"));
    assert_eq!((rows(at).await.len(), browser.cookies()), (0, String::new()));
    let acts = admin(at, "GET", "/api/audit?path=/me/delete", "").await.json();
    assert_eq!(acts["acts"][0]["who"], "player ada");
    server.stop().await;
}

#[tokio::test]
async fn a_board_for_accounts_asks_to_sign_in_first() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "arena", "submitters": "accounts" })).await;
    let shown = page(at, "/b/arena").await;
    assert!(shown.text().contains("takes scores from players with an account: begin, or come back") && !shown.has("score-form"));
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let mut browser = Browser::of(&ada);
    let shown = browser.open(at, "/b/arena").await;
    assert!(shown.text().contains("Send a score as Ada Score"), "{}", shown.text());
    let score = |player: &str| SubmitScore {
        board: BoardId::parse("arena").unwrap(),
        player: player.to_owned(),
        score: "7".to_owned(),
        id: player.to_owned(),
    };
    for (browser, player, status) in [(&browser, "ada", 200), (&browser, "guest", 403), (&Browser::default(), "ada", 401)] {
        assert_eq!(browser.calls(at, &score(player)).await.status, status, "{player}");
    }
    assert_eq!(get(at, "/api/leaderboard?board=arena").await.json()["total"], 1);
    server.stop().await;
}

/// Whom operators hide unawares sees no difference on any page, and nobody else sees them.
#[tokio::test]
async fn pages_tell_a_player_alone_what_is_theirs_alone() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    let mut browser = Browser::of(&ada);
    browser.fill_in(at, "/b/main/scores", &[("score", "5")]).await;
    submit(at, "guest", 9).await;
    patch(at, "/api/boards/main/entries/ada/moderation", json!({ "state": "shadow", "reason": "under review" })).await;
    let own = ReadOwn { board: BoardId::main(), period: Period::default(), player: PlayerId::parse("ada").unwrap() };
    for (path, says) in [("/me", "#2 of 2"), ("/b/main/p/ada", "Rank #2 of 2"), ("/b/main", "Ada # 2")] {
        let shown = browser.open(at, path).await;
        assert!(shown.text().contains(says), "{path}: {}", shown.text());
        let others = page_for(at, path, "player=ada").await;
        assert!(!others.text().contains(says), "{path}: {}", others.text());
    }
    assert_ne!(browser.calls(at, &own).await.body, Browser::default().calls(at, &own).await.body);
    server.stop().await;
}

#[tokio::test]
async fn pages_of_other_sites_send_no_form_in_a_players_name() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let ada = begin(at, json!({ "name": "Ada", "playerId": "ada" })).await;
    for (path, body) in [
        ("/me", "name=Eve"),
        ("/me/begin", "name=Eve"),
        ("/me/recover", &*format!("code={}", ada.code)),
        ("/me/code", ""),
        ("/me/sign-out", "everywhere=yes"),
        ("/me/delete", "sure=yes"),
        ("/b/main/scores", "score=9"),
    ] {
        let answer = send(at, "POST", path, &[FORM, ("sec-fetch-site", "cross-site"), ("cookie", &ada.cookie)], body.to_owned()).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (403, ""), "{path}");
    }
    assert!(Browser::of(&ada).open(at, "/me").await.text().contains("Your account"));
    assert_eq!(get(at, "/api/players/ada").await.json()["name"], "Ada");
    server.stop().await;
}
