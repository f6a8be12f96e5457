//! The dashboard, as it is without JavaScript.

use crate::{
    auth::{PASSWORD, enlist, operator},
    browser::Browser,
    client::{FORM, admin, assert_problem, create_board, fill, get, post, rows, send, submit},
    harness::LeaderPort,
    html::Html,
};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Every page there is, and the least that sees it.
const PAGES: [(&str, &str); 23] = [
    ("/admin", "viewer"),
    ("/admin/boards", "viewer"),
    ("/admin/boards/new", "viewer"),
    ("/admin/boards/main", "viewer"),
    ("/admin/boards/main/entries", "viewer"),
    ("/admin/boards/main/entries/ada", "viewer"),
    ("/admin/boards/main/review", "viewer"),
    ("/admin/boards/main/moderation", "viewer"),
    ("/admin/boards/main/log", "viewer"),
    ("/admin/boards/main/webhooks", "manager"),
    ("/admin/boards/main/rules", "viewer"),
    ("/admin/boards/main/data", "viewer"),
    ("/admin/players", "viewer"),
    ("/admin/players/ada", "viewer"),
    ("/admin/review", "viewer"),
    ("/admin/webhooks", "viewer"),
    ("/admin/jobs", "viewer"),
    ("/admin/live", "viewer"),
    ("/admin/keys", "manager"),
    ("/admin/operators", "viewer"),
    ("/admin/audit", "manager"),
    ("/admin/console", "viewer"),
    ("/admin/settings", "viewer"),
];

const ROLES: [&str; 4] = ["viewer", "moderator", "manager", "owner"];

fn rank(role: &str) -> usize {
    ROLES.iter().position(|known| *known == role).unwrap()
}

async fn browser(at: SocketAddr, role: &str) -> Browser {
    Browser::with(&operator(at, &format!("the-{role}"), role).await)
}

/// A form's hidden part and some fields.
fn form<'a>(call: &'a str, then: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("_form", "f"), ("_call", call), ("_then", then)].into_iter().chain(fields.iter().copied()).collect()
}

#[tokio::test]
async fn whoever_has_not_signed_in_is_asked_to() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    for (path, _) in PAGES {
        let answer = send(at, "GET", path, &[("accept", "text/html")], "").await;
        let page = Html::of(&answer);
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert!(page.text().contains("Sign in") && page.has("name=\"password\"") && !page.has("admin-nav"), "{path}: {}", page.text());
    }
    let mut nobody = Browser::default();
    let fields = form("POST /api/session", "/admin/boards", &[("name", "ada"), ("password", "not it at all")]);
    let refused = nobody.send(at, "/admin/boards", &[&[("_form", "sign-in")][..], &fields[1..]].concat()).await;
    let page = Html::of(&refused);
    assert_eq!(refused.status, 401);
    assert!(page.text().contains("Name or password is wrong.") && page.value("name") == "ada", "{}", page.text());
    assert!(!page.has("not it at all"), "a password is not sent back");
    let fields = form("POST /api/session", "/admin/boards", &[("name", "ada"), ("password", PASSWORD)]);
    assert_eq!(nobody.fill_in(at, "/admin/boards", &fields).await, "/admin/boards");
    assert!(nobody.open(at, "/admin/boards").await.text().contains("Main board"));
    assert_eq!(nobody.fill_in(at, "/admin/sign-in", &form("DELETE /api/session", "/admin/sign-in", &[])).await, "/admin/sign-in");
    assert!(nobody.open(at, "/admin/boards").await.text().contains("Sign in"));
    server.stop().await;
}

#[tokio::test]
async fn each_role_sees_what_it_may() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 7).await;
    for role in ROLES {
        let mut browser = browser(at, role).await;
        for (path, least) in PAGES {
            let page = browser.open(at, path).await;
            let may = rank(role) >= rank(least);
            assert_eq!(page.status, if may { 200 } else { 403 }, "{role} {path}: {}", page.text());
            assert!(page.has("admin-nav"), "{path} has the ways to the others");
        }
        let links = browser.open(at, "/admin").await;
        assert_eq!(links.has("href=\"/admin/keys\""), rank(role) >= rank("manager"), "{role}");
        // What can't be done is not offered, and refused all the same.
        let board = browser.open(at, "/admin/boards/main").await;
        assert_eq!(board.has("DELETE /api/boards/main"), rank(role) >= rank("manager"), "{role}");
        let removal = form("DELETE /api/boards/main/entries?players={players}", "/admin", &[("players", "nobody")]);
        let answer = browser.send(at, "/admin/boards/main/entries", &removal).await;
        assert_eq!(answer.status == 403, rank(role) < rank("moderator"), "{role}: {}", answer.status);
    }
    let mut browser = Browser::with(&{
        let answer = crate::auth::sign_in(at, "the-owner", PASSWORD).await;
        crate::client::cookies(&answer)
    });
    for path in ["/admin/nothing", "/admin/boards/none", "/admin/boards/main/nothing", "/admin/operators/nobody"] {
        assert_eq!(browser.open(at, path).await.status, 404, "{path}");
    }
    server.stop().await;
}

#[tokio::test]
async fn forms_are_calls_of_the_api() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut browser = browser(at, "manager").await;
    for template in ["arcade", "speedrun", "contest", "classroom", "season"] {
        let page = browser.open(at, &format!("/admin/boards/new?template={template}")).await;
        let fields = controls(&page);
        let location = browser.fill_in(at, "/admin/boards/new", &fields).await;
        assert_eq!(location, format!("/admin/boards/{template}?done=created"));
        assert!(browser.open(at, &location).await.text().contains("Created."));
    }
    let speedrun = get(at, "/api/boards/speedrun").await.json();
    assert_eq!((&speedrun["direction"], &speedrun["decimals"], &speedrun["submitters"]), (&json!("asc"), &json!(3), &json!("accounts")));
    assert_eq!(get(at, "/api/boards/contest").await.json()["tiebreaks"], json!([{"name": "penalty", "direction": "asc"}]));
    let season = get(at, "/api/boards/season").await.json();
    assert_eq!(season["windows"].as_array().unwrap().len(), 2, "{season}");
    assert_eq!(season["windows"][1]["keepDays"], 1825);

    // Whoever is called like an address has a page all the same.
    submit(at, "a b/c?d#e%f", 7).await;
    let odd = browser.open(at, "/admin/boards/main/entries").await;
    let href = odd.tags("a").into_iter().find_map(|tag| tag.split_once("href=\"/admin/boards/main/entries/")).unwrap().1;
    let odd = browser.open(at, &format!("/admin/boards/main/entries/{}", href.split('"').next().unwrap())).await;
    assert!(odd.status == 200 && odd.text().contains("a b/c?d#e%f") && odd.text().contains("Rank 1"), "{}", odd.text());
    assert!(odd.has("PATCH /api/boards/main/entries/a%20b%2Fc%3Fd%23e%25f"), "{}", odd.text());

    // What is wrong comes back with what was typed, and why.
    let fields = [("_form", "rules"), ("_call", "POST /api/boards"), ("_then", "/admin"), ("id", "No Such Id"), ("title", "A & B")];
    let refused = browser.send(at, "/admin/boards/new", &fields).await;
    let page = Html::of(&refused);
    assert_eq!((refused.status.as_u16(), &*page.value("title"), &*page.value("id")), (422, "A & B", "No Such Id"));
    assert!(page.part("id=\"rules-id-error\" class=\"field-error\">", "</p>").contains("1 to 64"), "{}", page.text());

    // A change is looked through before it is made.
    let rules = browser.open(at, "/admin/boards/arcade/rules").await;
    let mut fields = controls(&rules);
    fields.push(("title".to_owned(), "Pinball".to_owned()));
    let preview = Html::of(&browser.send(at, "/admin/boards/arcade/rules", &fields).await);
    assert!(preview.text().contains("title Arcade Pinball") && !preview.text().contains("windows"), "{}", preview.text());
    assert_eq!(get(at, "/api/boards/arcade").await.json()["title"], "Arcade");
    let confirmed = controls(&preview);
    assert_eq!(browser.fill_in(at, "/admin/boards/arcade/rules", &confirmed).await, "/admin/boards/arcade/rules?done=saved");
    assert_eq!(get(at, "/api/boards/arcade").await.json()["title"], "Pinball");
    // What can't be is refused before it is looked through; what would put entries into another order is a rebuild.
    let mut wrong = controls(&rules);
    wrong.push(("decimals:number".to_owned(), "9".to_owned()));
    let refused = Html::of(&browser.send(at, "/admin/boards/arcade/rules", &wrong).await);
    assert!(refused.text().contains("decimals is 0 to 6.") && refused.value("decimals:number") == "9", "{}", refused.text());
    let mut turned = controls(&browser.open(at, "/admin/boards/main/rules").await);
    turned.push(("direction".to_owned(), "asc".to_owned()));
    let turned = Html::of(&browser.send(at, "/admin/boards/main/rules", &turned).await);
    assert!(turned.text().contains("direction desc asc") && turned.has("POST /api/boards/main/rebuild"), "{}", turned.text());
    // Everything that was done is in the audit log, by whom it was done.
    let acts = admin(at, "GET", "/api/audit?who=operator%20the-manager", "").await.json();
    let acts: Vec<&str> = acts["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert!(acts.contains(&"PATCH /api/boards/{board}") && acts.contains(&"POST /api/boards"), "{acts:?}");
    server.stop().await;
}

/// What a browser sends of the page's form that has a call in it, as it stands.
fn controls(page: &Html) -> Vec<(String, String)> {
    let form = page.part("class=\"ask\">", "</form>");
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        rest.split_once('"').map(|(value, _)| value.replace("&quot;", "\"").replace("&amp;", "&"))
    };
    let mut found = Vec::new();
    for part in form.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or((part, ""));
        let is_off = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
        let Some(name) = attribute(tag, "name").filter(|_| !is_off) else {
            // Of a choice, what is selected.
            if tag.starts_with("option")
                && tag.contains(" selected")
                && let Some((_, value)) = found.last_mut()
            {
                *value = attribute(tag, "value").unwrap_or_default();
            }
            continue;
        };
        found.push((name, attribute(tag, "value").unwrap_or_default()));
    }
    found
}

#[tokio::test]
async fn entries_are_removed_and_put_back() {
    let server = LeaderPort::start().await;
    let at = server.address;
    fill(at, "main", (1..=5).map(|n| (format!("p{n}"), n * 100))).await;
    let mut browser = browser(at, "moderator").await;
    let page = browser.open(at, "/admin/boards/main/entries").await;
    assert!(page.text().contains("1 p5 500 1"), "{}", page.text());
    let selected = [("_form", "entries"), ("_preview", "yes"), ("players", "p5"), ("players", "p3")];
    let preview = browser.send(at, "/admin/boards/main/entries", &selected).await;
    assert!(Html::of(&preview).text().contains("Remove 2 players' entries"), "{}", Html::of(&preview).text());
    assert_eq!(rows(at).await.len(), 5, "nothing is done yet");
    let fields = controls(&Html::of(&preview));
    let location = browser.fill_in(at, "/admin/boards/main/entries", &fields).await;
    assert_eq!(rows(at).await.iter().map(|(_, player, _)| player.as_str()).collect::<Vec<_>>(), ["p4", "p2", "p1"]);
    let after = browser.open(at, &location).await;
    let version = after.value("version:number");
    let undo = [
        ("_form", "undo"),
        ("_call", "POST /api/boards/main/undo"),
        ("_then", "/admin/boards/main/entries?done=undone"),
        ("version:number", &*version),
    ];
    assert_eq!(browser.fill_in(at, "/admin/boards/main/entries", &undo).await, "/admin/boards/main/entries?done=undone");
    assert_eq!(rows(at).await.len(), 5);
    // One that can't be taken back says why, on the page it was asked on.
    let refused = browser.send(at, "/admin/boards/main/entries", &undo).await;
    assert!(refused.status.is_client_error() && Html::of(&refused).has("role=\"alert\""), "{}", refused.text());
    // Filters and places are in the address.
    let found = browser.open(at, "/admin/boards/main/entries?score_min=200&score_max=300").await;
    assert!(found.text().contains("2 of 5 entries") && !found.has("value=\"p5\""), "{}", found.text());
    assert!(browser.open(at, "/admin/boards/main/entries?player=p2").await.text().contains("p2 200"));
    assert!(browser.open(at, "/admin/boards/main/entries?rank=4").await.text().contains("4 p2 200"));
    server.stop().await;
}

/// Who is nowhere is found by operators all the same, with what they have, and put back there.
#[tokio::test]
async fn whom_operators_have_banned_they_find_again() {
    let server = LeaderPort::start().await;
    let at = server.address;
    fill(at, "main", [("ada".to_owned(), 7), ("bob".to_owned(), 5)]).await;
    let mut browser = browser(at, "moderator").await;
    let (list, own) = ("/admin/boards/main/moderation", "/admin/boards/main/entries/ada");
    let nobody = "Nobody is hidden, banned or kept from submitting";
    assert!(browser.open(at, list).await.text().contains(nobody));
    let decide = |state: &'static str, reason: &'static str| {
        let submits = if state == "banned" { "no" } else { "yes" };
        let decide = [("_form", "moderate"), ("_call", "PATCH /api/boards/main/entries/ada/moderation"), ("_then", own)];
        [&decide[..], &[("state", state), ("submitting:flag", submits), ("reason", reason)]].concat()
    };
    for state in ["hidden", "shadow", "banned"] {
        browser.fill_in(at, own, &decide(state, "a bot")).await;
        let listed = browser.open(at, list).await;
        assert!(listed.text().contains(&format!("ada {state}")) && listed.text().contains("a bot"), "{}", listed.text());
        assert!(!listed.text().contains(nobody) && listed.has(&format!("href=\"{own}\"")), "{}", listed.text());
        let theirs = browser.open(at, own).await;
        assert!(theirs.text().contains(&format!("ada {state}")) && theirs.text().contains("Rank 1"), "{}", theirs.text());
    }
    browser.fill_in(at, own, &decide("visible", "no bot")).await;
    assert!(browser.open(at, list).await.text().contains(nobody));
    assert_eq!(rows(at).await[0].1, "ada");
    server.stop().await;
}

/// What happened to a player is told by their id, not by what is called alike.
#[tokio::test]
async fn a_player_s_page_tells_of_nobody_else() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b" })).await;
    for player in ["b", "ada", "ada2", "a b/c", "entries"] {
        submit(at, player, 5).await;
    }
    let noted = async |player: &str, name: &str| {
        let body = json!({ "name": name }).to_string();
        assert_eq!(admin(at, "PUT", &format!("/api/players/{player}"), body).await.status, 200);
    };
    noted("ada2", "Second Ada").await;
    noted("a%20b%2Fc", "An odd one").await;
    assert_eq!(admin(at, "PATCH", "/api/boards/main/entries/ada", r#"{"add":1}"#).await.status, 200);
    assert_eq!(admin(at, "DELETE", "/api/boards/b/entries?players=ada", "").await.status, 200);
    let mut browser = browser(at, "manager").await;
    let (change, profile) = ("PATCH /api/boards/{board}/entries/{player}", "PUT /api/players/{player}");
    for (player, told) in [("b", None), ("ada", Some(change)), ("ada2", Some(profile)), ("a%20b%2Fc", Some(profile)), ("entries", None)] {
        let page = browser.open(at, &format!("/admin/players/{player}")).await;
        for act in ["POST /api/boards", "DELETE /api/boards", change, profile] {
            assert_eq!(page.text().contains(act), told == Some(act), "{player} {act}: {}", page.text());
        }
        let acts = admin(at, "GET", &format!("/api/audit?player={player}"), "").await.json();
        assert_eq!(acts["acts"].as_array().unwrap().len(), usize::from(told.is_some()), "{player}: {acts}");
    }
    assert_problem(&admin(at, "GET", "/api/audit?player=", "").await, 422, "invalid", "playerId", "", "nobody");
    server.stop().await;
}

#[tokio::test]
async fn a_held_score_is_approved_and_a_frozen_board_opens() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({"id": "b", "title": "Held", "submitters": "players", "review": {"everything": true, "proof": "optional"}}))
        .await;
    let held = send(
        at,
        "POST",
        "/api/boards/b/scores",
        &[("content-type", "application/json")],
        r#"{"playerId":"eve","score":9,"proof":{"url":"https://v.example/1"}}"#,
    )
    .await;
    assert_eq!(held.status, 202);
    let mut browser = browser(at, "manager").await;
    assert!(browser.open(at, "/admin/review").await.text().contains("Held 1 0"), "{}", browser.open(at, "/admin/review").await.text());
    let queue = browser.open(at, "/admin/boards/b/review").await;
    let id = queue.value("ids:list");
    assert!(queue.text().contains("eve 9 everything proof") && id.len() == 32, "{}", queue.text());
    let decide = [
        ("_form", "decide"),
        ("_call", "POST /api/boards/b/review"),
        ("_then", "/admin"),
        ("_show", "yes"),
        ("ids:list", &*id),
        ("decision", "approve"),
        ("reason:?", ""),
    ];
    let decided = Html::of(&browser.send(at, "/admin/boards/b/review", &decide).await);
    assert!(decided.text().contains("1 of 1 decided."), "{}", decided.text());
    assert_eq!(get(at, "/api/boards/b/entries").await.json()["entries"][0]["playerId"], "eve");

    assert_eq!(
        browser.fill_in(at, "/admin/boards/main", &form("POST /api/boards/main/freeze", "/admin/boards/main?done=frozen", &[])).await,
        "/admin/boards/main?done=frozen"
    );
    assert!(browser.open(at, "/admin/boards/main").await.text().contains("frozen"));
    assert_eq!(post(at, "/api/score", r#"{"playerId":"ada","score":5}"#).await.status, 202);
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0, "nobody sees it");
    assert!(browser.open(at, "/admin/boards/main/entries").await.text().contains("1 ada 5"), "operators do");
    browser.fill_in(at, "/admin/boards/main", &form("DELETE /api/boards/main/freeze", "/admin", &[])).await;
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 1);
    // Shadow-banned is gone for others, and can be made visible again.
    let moderate = |state: &'static str| {
        form(
            "PATCH /api/boards/main/entries/ada/moderation",
            "/admin",
            &[("state", state), ("submitting:flag", "yes"), ("reason", "a test")],
        )
    };
    browser.fill_in(at, "/admin/boards/main/entries/ada", &moderate("shadow")).await;
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 0);
    assert!(browser.open(at, "/admin/boards/main/entries/ada").await.text().contains("shadow"));
    browser.fill_in(at, "/admin/boards/main/entries/ada", &moderate("visible")).await;
    assert_eq!(get(at, "/api/leaderboard").await.json()["total"], 1);
    let note = form("PUT /api/players/ada/note", "/admin/players/ada?done=saved", &[("note", "Watch </textarea><b>this</b> & that.")]);
    browser.fill_in(at, "/admin/players/ada", &note).await;
    let noted = browser.open(at, "/admin/players/ada").await;
    assert!(
        noted.has("Watch &lt;/textarea>&lt;b>this&lt;/b> &amp; that.") && noted.text().contains("operator the-manager"),
        "{}",
        noted.text()
    );
    let recorder = browser.open(at, "/admin/players/ada").await.text();
    assert!(recorder.contains("main submission score 5") && recorder.contains("main moderation shadow a test"), "{recorder}");
    server.stop().await;
}

#[tokio::test]
async fn secrets_are_shown_once() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut browser = browser(at, "manager").await;
    let fields = [
        ("_form", "key"),
        ("_call", "POST /api/keys"),
        ("_then", "/admin/keys"),
        ("_show", "yes"),
        ("label", "Server"),
        ("scopes:list", ""),
        ("scopes:list", "submit"),
        ("boards:lines~", ""),
        ("expiresAt:number~", ""),
        ("signed:flag", "no"),
    ];
    let answer = browser.send(at, "/admin/keys", &fields).await;
    let page = Html::of(&answer);
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"), "{}", page.text());
    let secret = page.part("<code>", "</code>").to_owned();
    let used = crate::auth::as_whom(at, &format!("Bearer {secret}"), "POST", "/api/score", r#"{"playerId":"ada","score":3}"#).await;
    assert_eq!(used.status, 200, "{}", used.text());
    let again = browser.open(at, "/admin/keys").await;
    assert!(again.text().contains("Server") && !again.has(&secret), "{}", again.text());
    // The console sends what is typed, and shows what comes back; what is no call is said so, and nothing typed is lost.
    let typed = [
        ("_form", "console"),
        ("_call", ""),
        ("_then", "/admin/console"),
        ("_show", "yes"),
        ("_line", "POST /api/score"),
        ("_json", r#"{"playerId":"bob","score":4}"#),
    ];
    let shown = Html::of(&browser.send(at, "/admin/console", &typed).await);
    assert!(
        shown.text().contains("The answer: 200 OK") && shown.has("&quot;success&quot;: true") || shown.has("\"success\": true"),
        "{}",
        shown.text()
    );
    let wrong =
        [("_form", "console"), ("_call", ""), ("_then", "/admin/console"), ("_show", "yes"), ("_line", "POST /api/score"), ("_json", "{")];
    let refused = browser.send(at, "/admin/console", &wrong).await;
    assert!(refused.status == 422 && Html::of(&refused).text().contains("The body is no JSON."), "{}", Html::of(&refused).text());
    server.stop().await;
}

/// Nobody needs to have signed in to send a form; what is made of it is bounded whatever its fields are called.
#[tokio::test]
async fn a_form_that_somebody_has_made_up_harms_nobody() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let send_form = async |body: String| send(at, "POST", "/admin", &[FORM, ("sec-fetch-site", "same-origin")], body).await;
    let bodies = [
        format!("_call=POST /api/x&{}=1", ".".repeat(16_300)),
        format!("_call=POST /api/x&{}=1", "1.".repeat(8_000)),
        format!("_call=POST /api/x&{}", "a&".repeat(8_000)),
        format!("_call=POST /api/{}&={}", "{}".repeat(4_000), "x".repeat(8_000)),
    ];
    for body in bodies {
        let answer = send_form(body.clone()).await;
        assert_eq!(answer.status, 422, "{}", &body[..40]);
        assert_eq!(get(at, "/healthz").await.status, 200);
    }
    assert_eq!(send_form("_call=POST /api/boards&a.b.31.4000000000=1".to_owned()).await.status, 401, "as deep as it may be");
    server.stop().await;
}

#[tokio::test]
async fn forms_of_other_sites_do_nothing_and_none_leads_away() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let cookie = operator(at, "ada", "owner").await;
    let body = "_call=DELETE+%2Fapi%2Fboards%2Fmain&_then=%2Fadmin";
    for headers in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let answer = send(at, "POST", "/admin/boards", &[FORM, headers, ("cookie", &cookie)], body).await;
        assert_problem(&answer, 403, "cross-site", "", "", headers.0);
    }
    assert_eq!(get(at, "/api/boards/main").await.status, 200);
    let mut browser = Browser::with(&cookie);
    let away = form("PATCH /api/boards/main", "https://evil.example/", &[("description", "x")]);
    assert_eq!(browser.fill_in(at, "/admin/boards", &away).await, "/admin");
    for call in ["GET /admin", "GET http://evil.example/api/boards", "DELETE /metrics", "nonsense", ""] {
        let answer = browser.send(at, "/admin/boards", &form(call, "/admin", &[])).await;
        assert_eq!(answer.status, 422, "{call}");
    }
    // A link that somebody has made up puts no other call behind a button.
    let crafted = browser.open(at, "/admin/boards/main/entries?done=removed&undo=1&of=main/freeze%23").await;
    assert!(crafted.has("POST /api/boards/main%2Ffreeze%23/undo"), "{}", crafted.part("class=\"banner\"", "</div>"));
    let large = "x".repeat(20_000);
    assert_eq!(browser.send(at, "/admin/boards", &form("PATCH /api/boards/main", "/admin", &[("description", &large)])).await.status, 413);
    let nobody = send(at, "POST", "/admin/boards", &[FORM, ("sec-fetch-site", "same-origin")], body).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(get(at, "/api/boards/main").await.json()["id"], Value::from("main"));
    server.stop().await;
}
