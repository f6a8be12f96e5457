//! The table of rights, as it is behind every route there is.

use super::{PASSWORD, admin_key, as_whom, key, operator, players::begin, sign_in};
use crate::{
    client::{FORM, admin, assert_problem, cookies, create_board, fill, get, patch, post, send},
    harness::{LeaderPort, eventually},
};
use app::{
    api::{OpenBoard, OpenLobby, ReadFragment, ReadOwn, ReadPage, SubmitScore, Wanted},
    model::{BoardId, Period, PlayerId, Start},
};
use leptos::server_fn::ServerFn;
use serde::Serialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{self, client::IntoClientRequest},
};

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum For {
    /// Everybody. What they see there depends on the board.
    All,
    /// Whoever has the right to…
    Read,
    Moderate,
    Manage,
    Administer,
    Own,
    /// The operator who is meant, and owners.
    Themself,
    /// The operator who is meant alone.
    NobodyElse,
    /// Players who have signed in.
    Player,
}

use For::{Administer, All, Manage, Moderate, NobodyElse, Own, Player, Read, Themself};

/// Every route of the document. One that is not here fails the test.
const ROUTES: &[(&str, For)] = &[
    ("get /api/boards", All),
    ("post /api/boards", Manage),
    ("get /api/boards/{board}", All),
    ("patch /api/boards/{board}", Manage),
    ("delete /api/boards/{board}", Manage),
    ("post /api/boards/{board}/scores", All),
    ("post /api/boards/{board}/runs", All),
    ("post /api/boards/{board}/runs/finished", All),
    ("get /api/boards/{board}/entries", All),
    ("delete /api/boards/{board}/entries", Moderate),
    ("get /api/boards/{board}/entries/{player}", All),
    ("patch /api/boards/{board}/entries/{player}", Moderate),
    ("delete /api/boards/{board}/entries/{player}", Moderate),
    ("get /api/boards/{board}/entries/{player}/history", All),
    ("get /api/boards/{board}/percentiles", All),
    ("get /api/boards/{board}/periods", All),
    ("get /api/boards/{board}/events", All),
    ("get /api/boards/{board}/activity", All),
    ("get /api/boards/{board}/export", All),
    ("post /api/boards/{board}/import", Manage),
    ("get /api/boards/{board}/log", Read),
    ("delete /api/boards/{board}/submissions/{version}", Moderate),
    ("post /api/boards/{board}/undo", Moderate),
    ("post /api/boards/{board}/purge", Moderate),
    ("post /api/boards/{board}/rollback", Manage),
    ("post /api/boards/{board}/rebuild", Manage),
    ("post /api/combine", Manage),
    ("get /api/boards/{board}/moderation", Read),
    ("get /api/boards/{board}/review", Read),
    ("post /api/boards/{board}/review", Moderate),
    ("get /api/boards/{board}/review/{id}", All),
    ("get /api/boards/{board}/entries/{player}/moderation", Read),
    ("patch /api/boards/{board}/entries/{player}/moderation", Moderate),
    ("post /api/boards/{board}/freeze", Manage),
    ("delete /api/boards/{board}/freeze", Manage),
    ("get /api/boards/{board}/webhooks", Manage),
    ("post /api/boards/{board}/webhooks", Manage),
    ("get /api/boards/{board}/webhooks/{id}", Manage),
    ("patch /api/boards/{board}/webhooks/{id}", Manage),
    ("delete /api/boards/{board}/webhooks/{id}", Manage),
    ("post /api/boards/{board}/webhooks/{id}/test", Manage),
    ("get /api/boards/{board}/webhooks/{id}/deliveries", Manage),
    ("post /api/boards/{board}/webhooks/{id}/deliveries/{delivery}/replay", Manage),
    ("get /api/limits", Read),
    ("get /api/status", Read),
    ("get /api/settings", Administer),
    ("get /api/diagnostics", Own),
    ("get /api/live", Read),
    ("patch /api/limits", Administer),
    ("get /api/jobs", Read),
    ("get /api/jobs/{id}", Read),
    ("delete /api/jobs/{id}", Manage),
    ("get /api/players/{player}", All),
    ("put /api/players/{player}", Moderate),
    ("delete /api/players/{player}", Manage),
    ("delete /api/players/{player}/account", Manage),
    ("get /api/players/{player}/export", Read),
    ("get /api/players/{player}/note", Read),
    ("put /api/players/{player}/note", Moderate),
    ("get /api/players/{player}/sessions", Administer),
    ("delete /api/players/{player}/sessions", Administer),
    ("get /api/players/{player}/entries", All),
    ("get /api/players/{player}/history", All),
    ("get /api/keys", Administer),
    ("post /api/keys", Administer),
    ("get /api/keys/{key}", Administer),
    ("patch /api/keys/{key}", Administer),
    ("delete /api/keys/{key}", Administer),
    ("post /api/keys/{key}/rotate", Administer),
    ("get /api/audit", Administer),
    ("get /api/audit/export", Administer),
    ("post /api/setup", All),
    ("post /api/session", All),
    ("get /api/session", All),
    ("delete /api/session", All),
    ("get /api/operators", Own),
    ("post /api/operators", Own),
    ("get /api/operators/{operator}", Themself),
    ("patch /api/operators/{operator}", Themself),
    ("delete /api/operators/{operator}", Own),
    ("post /api/operators/{operator}/codes", NobodyElse),
    ("put /api/operators/{operator}/codes", NobodyElse),
    ("post /api/operators/{operator}/passkeys/challenge", NobodyElse),
    ("post /api/operators/{operator}/passkeys", NobodyElse),
    ("post /api/session/challenge", All),
    ("get /api/operators/{operator}/sessions", Themself),
    ("delete /api/operators/{operator}/sessions", Themself),
    ("delete /api/operators/{operator}/sessions/{session}", Themself),
    ("post /api/me", All),
    ("get /api/me", Player),
    ("patch /api/me", Player),
    ("delete /api/me", Player),
    ("get /api/me/export", Player),
    ("post /api/me/session", All),
    ("delete /api/me/session", All),
    ("get /api/me/sessions", Player),
    ("post /api/me/code", Player),
    ("post /api/me/session/challenge", All),
    ("post /api/me/session/passkey", All),
    ("post /api/me/passkeys/challenge", Player),
    ("post /api/me/passkeys", Player),
    ("delete /api/me/passkeys/{passkey}", Player),
    ("get /api/leaderboard", All),
    ("post /api/score", All),
    ("get /b/{board}/og.png", All),
    ("get /b/{board}/p/{player}/og.png", All),
    ("get /b/{board}/runs/{run}/og.png", All),
    ("get /embed/{board}", All),
    ("get /overlay/{board}", All),
    ("get /badge/{board}/{player}", All),
    ("get /ws", All),
    ("get /healthz", All),
    ("get /readyz", All),
    ("get /metrics", All),
];

/// Who there is, and what each may besides what everybody may.
const WHO: &[(&str, &[For])] = &[
    ("nobody", &[]),
    ("player", &[Player]),
    ("key read", &[Read]),
    ("key submit", &[]),
    ("key signed", &[]),
    ("key expired", &[]),
    ("key manage", &[Read, Moderate, Manage]),
    ("key elsewhere", &[]),
    ("viewer", &[Read]),
    ("moderator", &[Read, Moderate]),
    ("manager", &[Read, Moderate, Manage, Administer]),
    ("owner", &[Read, Moderate, Manage, Administer, Own, Themself]),
    ("admin", &[Read, Moderate, Manage, Administer, Own, Themself]),
];

/// The operators among them.
const ROLES: [&str; 4] = ["viewer", "moderator", "manager", "owner"];

/// Every page of the app, and who sees it. One that is not here fails the test.
const PAGES: &[(&str, For)] = &[
    ("/", All),
    ("/b/{board}", All),
    ("/b/{board}/p/{player}", All),
    ("/me", All),
    ("/play", All),
    ("/admin", Read),
    // As the page of keys, which stands for all of them: another test has each.
    ("/admin/{*page}", Administer),
    ("/docs", All),
    ("/docs/live", All),
];

/// Every plain form, what is sent by it, and who may. One that is not here fails the test.
const FORMS: &[(&str, &str, For)] = &[
    ("/b/{board}/scores", "player=eve&score=9", All),
    ("/me", "name=eve", All),
    ("/me/language", "language=de", All),
    ("/me/forget", "", All),
    ("/me/export", "", All),
    ("/me/begin", "name=Somebody", All),
    ("/me/recover", "code=none", All),
    ("/me/code", "", Player),
    ("/me/passkeys/remove", "passkey=none", Player),
    ("/me/sign-out", "", All),
    ("/me/delete", "sure=yes", Player),
];

/// What neither the document nor a page nor a form has, and who that is for. One that is not here fails the test.
const PLAIN: &[(&str, For)] = &[
    ("/api/openapi.json", All),
    ("/api/{*rest}", All),
    ("/embed.js", All),
    ("/sw.js", All),
    ("/manifest.webmanifest", All),
    ("/offline", All),
    // The dashboard's forms, which are sent with the others.
    ("/admin", Administer),
    ("/admin/{*page}", Administer),
];

/// What proves who each of them is.
async fn everybody(at: SocketAddr) -> BTreeMap<&'static str, String> {
    let mut proofs = BTreeMap::from([("nobody", String::new()), ("admin", admin_key())]);
    for (who, scope) in [("key read", "read"), ("key submit", "submit"), ("key manage", "manage")] {
        proofs.insert(who, key(at, json!({ "label": who, "scopes": [scope] })).await);
    }
    let ask = json!({ "label": "elsewhere", "scopes": ["read", "submit", "manage"], "boards": ["other"] });
    proofs.insert("key elsewhere", key(at, ask).await);
    let signed = json!({ "label": "signed", "scopes": ["submit"], "signed": true });
    proofs.insert("key signed", key(at, signed).await);
    let expires = json!({ "label": "expired", "scopes": ["read", "submit", "manage"], "expiresAt": now() + 100 });
    let expired = key(at, expires).await;
    eventually("it has expired", async || as_whom(at, &expired, "GET", "/api/jobs", "").await.status == 401).await;
    proofs.insert("key expired", expired);
    for role in ROLES {
        proofs.insert(role, operator(at, role, role).await);
    }
    proofs.insert("player", begin(at, json!({ "name": "Ada" })).await.cookie);
    proofs
}

#[tokio::test]
async fn every_route_asks_for_its_right() {
    let server = LeaderPort::start().await;
    let mut proofs = everybody(server.address).await;
    every_route(server.address, WHO, &mut proofs).await;
    server.stop().await;
}

/// Whoever has to have a second factor and has none is an operator by name alone.
#[tokio::test]
async fn who_owes_a_second_factor_has_no_right() {
    let server = LeaderPort::start_with(|config| config.require_second_factor = true).await;
    let owes = operator(server.address, "owner", "owner").await;
    every_route(server.address, &[("nobody", &[]), ("owner", &[])], &mut [("nobody", String::new()), ("owner", owes)].into()).await;
    server.stop().await;
}

/// Tries every route of the document as each of these, with what proves that they are who they are.
async fn every_route(at: SocketAddr, everybody: &[(&'static str, &[For])], proofs: &mut BTreeMap<&'static str, String>) {
    let document = get(at, "/api/openapi.json").await.json();
    let routes = document["paths"].as_object().unwrap().iter();
    let routes: Vec<String> =
        routes.flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))).collect();
    assert!(routes.len() > 50);
    for route in &routes {
        let (_, wanted) = ROUTES.iter().find(|(known, _)| known == route).unwrap_or_else(|| panic!("who may use {route}?"));
        let (method, template) = route.split_once(' ').unwrap();
        // There is nothing of these names, so nothing is done; whoever has no right isn't told that.
        let path = template.replace("{board}", "none").replace("{player}", "nobody").replace("{version}", "1");
        let path = path.replace("{id}", "0123456789abcdef").replace("{delivery}", "msg_0").replace(['{', '}'], "");
        let body = match (method, wanted) {
            ("get", _) => "",
            ("post", NobodyElse) if template.ends_with("/passkeys") => r#"{"label":"x","ceremony":"x","credential":{}}"#,
            ("post", NobodyElse) => r#"{"currentPassword":"x"}"#,
            (_, NobodyElse) => r#"{"code":"000000"}"#,
            _ => "{}",
        };
        let mut of_nobody = None;
        for (who, rights) in everybody {
            // Nobody is signed out.
            if template == "/api/session" && *who == "nobody" {
                continue;
            }
            let answer = as_whom(at, &proofs[*who], &method.to_uppercase(), &path, body).await;
            // Of the player who signed out, or has gone, there is another.
            if *who == "player" && method == "delete" && template.starts_with("/api/me") {
                proofs.insert("player", begin(at, json!({ "name": "Ada" })).await.cookie);
            }
            // And of the operator who signed out.
            if method == "delete" && template == "/api/session" && ROLES.contains(who) {
                proofs.insert(who, cookies(&sign_in(at, who, PASSWORD).await));
            }
            // A right on another board is one somewhere: where no board is named, what is asked decides.
            // Another test says how.
            if *who == "key elsewhere" && !template.contains("{board}") && [Read, Moderate, Manage].contains(wanted) {
                continue;
            }
            of_nobody = of_nobody.or(Some(answer.status));
            // A key that is not good any more is refused, also where none is needed, but for where nobody asks for one.
            if *who == "key expired" && *wanted == All && Some(answer.status) != of_nobody {
                assert_problem(&answer, 401, "unauthorized", "", "not valid", &format!("{route} by {who}"));
                continue;
            }
            // What such a key submits is looked at before anything else.
            if *who == "key signed" && ["/api/score", "/api/boards/{board}/runs/finished"].contains(&template) {
                assert_problem(&answer, 401, "unsigned", "", "", route);
                continue;
            }
            let may = *wanted == All || rights.contains(wanted);
            let expected = match (may, *who) {
                (true, _) => None,
                (false, "nobody" | "key expired") => Some((401, "unauthorized")),
                (false, _) => Some((403, "forbidden")),
            };
            match expected {
                Some((status, code)) => assert_problem(&answer, status, code, "", "", &format!("{route} by {who}")),
                None => assert!(![401, 403].contains(&answer.status.as_u16()), "{route} by {who}: {}", answer.text()),
            }
        }
    }
}

/// What is in no document and is no page's is for everybody alike; it is refused to nobody, and lends nobody anything.
#[tokio::test]
async fn every_other_route_is_for_whom_it_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let proofs = everybody(at).await;
    for path in server::router::PLAIN {
        let (_, wanted) = PLAIN.iter().find(|(known, _)| *known == path).unwrap_or_else(|| panic!("whose is {path}?"));
        let of_nobody = get(at, &path.replace("{*rest}", "none")).await;
        for (who, _) in WHO.iter().filter(|_| *wanted == All) {
            let answer = as_whom(at, &proofs[*who], "GET", &path.replace("{*rest}", "none"), "").await;
            assert_eq!(answer.status, of_nobody.status, "{path} by {who}");
            assert_eq!(answer.text().len(), of_nobody.text().len(), "{path} by {who}");
        }
    }
    server.stop().await;
}

/// What happens on a board that is not for everybody is told live to those alone who may read it.
#[tokio::test]
async fn the_live_feed_asks_for_the_right_to_read() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let proofs = everybody(at).await;
    hide_a_board(at).await;
    for (who, rights) in WHO {
        let proof = &*proofs[*who];
        let name = if proof.starts_with("Bearer") { "authorization" } else { "cookie" };
        let refused = if *who == "key expired" { 401 } else { 404 };
        let mut request = format!("ws://{at}/ws?board=secret").into_client_request().unwrap();
        request.headers_mut().insert(name, proof.parse().unwrap());
        let opened = match connect_async(request).await {
            Ok((socket, _)) => {
                drop(socket);
                200
            }
            Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
            Err(error) => panic!("{who}: {error}"),
        };
        let mut stream = TcpStream::connect(at).await.unwrap();
        let ask = format!("GET /api/boards/secret/events HTTP/1.1\r\nHost: {at}\r\n{name}: {proof}\r\n\r\n");
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut head = [0; "HTTP/1.1 200".len()];
        stream.read_exact(&mut head).await.unwrap();
        let streamed: u16 = std::str::from_utf8(&head[9..]).unwrap().parse().unwrap();
        let expected = if rights.contains(&Read) { 200 } else { refused };
        assert_eq!((opened, streamed), (expected, expected), "{who}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_key_for_one_board_does_nothing_elsewhere() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for board in ["mine", "other"] {
        create_board(at, json!({ "id": board, "visibility": "private" })).await;
        fill(at, board, [("ada".to_owned(), 5)]).await;
    }
    let key = key(at, json!({ "label": "mine", "scopes": ["read", "submit", "manage"], "boards": ["mine", "new"] })).await;
    let asks = |board: &str| {
        [
            ("GET", format!("/api/boards/{board}"), String::new()),
            ("GET", format!("/api/boards/{board}/entries"), String::new()),
            ("GET", format!("/api/boards/{board}/log"), String::new()),
            ("POST", format!("/api/boards/{board}/scores"), json!({ "playerId": "bob", "score": 3, "at": now() }).to_string()),
            ("PATCH", format!("/api/boards/{board}/entries/ada"), json!({ "add": 1 }).to_string()),
            ("PATCH", format!("/api/boards/{board}"), json!({ "title": "Mine" }).to_string()),
            ("POST", format!("/api/boards/{board}/rebuild"), json!({ "dryRun": true }).to_string()),
            ("DELETE", format!("/api/boards/{board}/entries/bob"), String::new()),
        ]
    };
    for (method, path, body) in asks("mine") {
        let answer = as_whom(at, &key, method, &path, &body).await;
        assert!(answer.status.is_success(), "{method} {path}: {}", answer.text());
    }
    for (method, path, body) in asks("other") {
        let answer = as_whom(at, &key, method, &path, &body).await;
        let code = answer.status.as_u16();
        // What is private is not there for whoever may not see it.
        let is_hidden = path.ends_with("scores") || (method == "GET" && !path.ends_with("log"));
        assert_eq!(code, if is_hidden { 404 } else { 403 }, "{method} {path}: {}", answer.text());
    }
    // What reaches further than its boards is not for it, however it is put.
    for (method, path, body, status) in [
        ("POST", "/api/boards", r#"{"id":"new"}"#, 201),
        ("POST", "/api/boards", r#"{"id":"newer"}"#, 403),
        ("POST", "/api/boards/mine/rebuild", r#"{"into":"other"}"#, 403),
        ("POST", "/api/boards/mine/rebuild", r#"{"into":"third","rules":{"title":"x"}}"#, 403),
        ("POST", "/api/combine", r#"{"into":"third","parts":[{"board":"mine"}]}"#, 403),
        ("PUT", "/api/players/ada", r#"{"name":"Ada"}"#, 403),
        ("GET", "/api/players/ada/export", "", 403),
        ("DELETE", "/api/players/ada", "", 403),
        ("DELETE", "/api/players/ada/account", "", 403),
        ("DELETE", "/api/boards/new", "", 204),
    ] {
        let answer = as_whom(at, &key, method, path, body).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
    // Nor does it take what it may not see into what it may.
    let answer = as_whom(at, &key, "POST", "/api/combine", r#"{"into":"new","parts":[{"board":"mine"},{"board":"other"}]}"#).await;
    assert_problem(&answer, 422, "invalid", "parts", "'other': there is no such board", "a private part");
    // Jobs of other boards are none of its business.
    let job = as_whom(at, &admin_key(), "POST", "/api/boards/other/rebuild", r#"{"dryRun":true}"#).await;
    assert_eq!(job.status, 202, "{}", job.text());
    let path = job.header("location").to_owned();
    for method in ["GET", "DELETE"] {
        assert_eq!(as_whom(at, &key, method, &path, "").await.status, 403);
    }
    let seen = as_whom(at, &key, "GET", "/api/jobs", "").await.json();
    assert!(seen["jobs"].as_array().unwrap().iter().all(|job| job["board"] == "mine"), "{seen}");
    let listed = as_whom(at, &key, "GET", "/api/boards", "").await.json();
    let ids: Vec<_> = listed["boards"].as_array().unwrap().iter().map(|board| board["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, ["main", "mine"]);
    server.stop().await;
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64
}

#[tokio::test]
async fn who_may_submit_is_said_by_the_board() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "arena" })).await;
    let [reads, submits, manages] = [
        key(at, json!({ "label": "r", "scopes": ["read"] })).await,
        key(at, json!({ "label": "s", "scopes": ["submit"] })).await,
        key(at, json!({ "label": "m", "scopes": ["manage"] })).await,
    ];
    let moderator = operator(at, "mo", "moderator").await;
    let manager = operator(at, "max", "manager").await;
    for (submitters, visibility, nobody) in
        [("servers", "public", 401), ("players", "public", 200), ("runs", "public", 401), ("players", "private", 404)]
    {
        patch(at, "/api/boards/arena", json!({ "submitters": submitters, "visibility": visibility })).await;
        // Who is known and may not is told so; for who may see the board it is like for everybody.
        let known = if submitters == "players" { 200 } else { 403 };
        for (who, status) in [("", nobody), (&reads, known), (&submits, 200), (&manages, known), (&moderator, known), (&manager, 200)] {
            let answer = as_whom(at, who, "POST", "/api/boards/arena/scores", r#"{"playerId":"ada","score":3}"#).await;
            assert_eq!(answer.status, status, "{submitters} {visibility} by {who}: {}", answer.text());
        }
    }
    // Who may see a board's private sides is not thereby one who says when a score was reached.
    let late = json!({ "playerId": "ada", "score": 4, "at": now() }).to_string();
    for (who, status) in [(&reads, 422), (&submits, 200), (&moderator, 422), (&manager, 200)] {
        let answer = as_whom(at, who, "POST", "/api/boards/arena/scores", &late).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
    server.stop().await;
}

/// A board that only those see who have a right to it, and what it is called.
async fn hide_a_board(at: SocketAddr) -> &'static str {
    create_board(at, json!({ "id": "secret", "title": "Hidden away", "visibility": "private", "submitters": "players" })).await;
    fill(at, "secret", [("ada".to_owned(), 5)]).await;
    "Hidden away"
}

/// Pages are for everybody, and lend nobody their rights; those for operators ask for one.
#[tokio::test]
async fn every_page_is_for_whom_it_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let proofs = everybody(at).await;
    let title = hide_a_board(at).await;
    let listed = app::routes();
    assert!(listed.len() >= PAGES.len(), "{}", listed.len());
    for page in &listed {
        let template = page.path();
        let (_, wanted) = PAGES.iter().find(|(known, _)| *known == template).unwrap_or_else(|| panic!("whose page is {template}?"));
        let path = template.replace("{board}", "secret").replace("{player}", "ada").replace("{*page}", "keys");
        for (who, rights) in WHO {
            let answer = as_whom(at, &proofs[*who], "GET", &path, "").await;
            let (status, text) = (answer.status.as_u16(), answer.text());
            match wanted {
                All => {
                    assert_eq!(status, if template.contains("{board}") { 404 } else { 200 }, "{path} by {who}");
                    assert!(!text.contains(title), "{path} tells {who} of a board that is not for everybody");
                }
                // A browser has no key.
                _ if !ROLES.contains(who) => {
                    assert!(text.contains("name=\"password\"") && !text.contains("admin-nav"), "{path} by {who}");
                }
                _ => assert_eq!(status, if rights.contains(wanted) { 200 } else { 403 }, "{path} by {who}"),
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn every_form_is_for_whom_it_is() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut proofs = everybody(at).await;
    hide_a_board(at).await;
    let fill_in = async |who: &str, method: &str, path: &str, body: &str| {
        let name = if who.starts_with("Bearer") { "authorization" } else { "cookie" };
        send(at, method, path, &[FORM, (name, who), ("sec-fetch-site", "same-origin")], body.to_owned()).await
    };
    for (path, _) in server::router::FORMS {
        let (_, body, wanted) = FORMS.iter().find(|(known, ..)| *known == path).unwrap_or_else(|| panic!("who may send {path}?"));
        let (method, is_file) = if path.ends_with("/export") { ("GET", true) } else { ("POST", false) };
        for (who, rights) in WHO {
            let answer = fill_in(&proofs[*who], method, &path.replace("{board}", "secret"), body).await;
            if *wanted == All || rights.contains(wanted) {
                assert_eq!(answer.status, if is_file { 200 } else { 303 }, "{path} by {who}: {}", answer.text());
            } else {
                // Whoever else somebody is, they are no player who has signed in.
                assert_problem(&answer, 401, "unauthorized", "", "", &format!("{path} by {who}"));
            }
            if path.ends_with("/scores") {
                assert!(answer.header("location").starts_with("/b/secret?refused=not-found"), "{who}: {}", answer.header("location"));
            }
            // Who signed out, has gone, or is another by now.
            if *who == "player" && ["/me/sign-out", "/me/delete", "/me/begin"].contains(&path) {
                proofs.insert("player", begin(at, json!({ "name": "Ada" })).await.cookie);
            }
        }
    }
    // The dashboard's do what the API lets whoever has signed in do, and nothing for a key.
    for path in ["/admin", "/admin/keys"] {
        for (who, rights) in WHO {
            let answer = fill_in(&proofs[*who], "POST", path, "_form=f&_call=POST+%2Fapi%2Fkeys&_then=%2Fadmin&label=a").await;
            let expected = match (ROLES.contains(who) && rights.contains(&Administer), *who) {
                (true, _) => 422,
                (false, "nobody" | "admin") => 401,
                (false, who) if who.starts_with("key") => 401,
                _ => 403,
            };
            assert_eq!(answer.status, expected, "{path} by {who}");
        }
    }
    let own: Value = admin(at, "GET", "/api/boards/secret/entries", "").await.json();
    assert_eq!(own["total"], 1);
    server.stop().await;
}

/// Server functions speak for nobody: whoever calls them sees and does what everybody may.
#[tokio::test]
async fn server_functions_lend_nobody_their_rights() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let proofs = everybody(at).await;
    let title = hide_a_board(at).await;
    let (board, player) = (BoardId::parse("secret").unwrap(), PlayerId::parse("ada").unwrap());
    let (period, start) = (Period::default(), Start::Place(1));
    let found = Wanted::Found { board: board.clone(), period: period.clone(), text: "ada".to_owned() };
    let score = SubmitScore { board: board.clone(), player: "eve".to_owned(), score: "9".to_owned(), id: "1".to_owned() };
    // What is called, and what nobody is answered; one that is not here fails the test.
    let calls = [
        ask(&OpenLobby { after: None }, 200),
        ask(&OpenBoard { board: board.clone(), period: period.clone(), start: start.clone() }, 404),
        ask(&ReadPage { board: board.clone(), period: period.clone(), start }, 404),
        ask(&ReadOwn { board, period, player }, 404),
        ask(&ReadFragment { wanted: found }, 404),
        ask(&score, 404),
    ];
    for (path, _) in leptos::server_fn::axum::server_fn_paths() {
        let (_, body, status) = calls.iter().find(|(known, ..)| *known == path).unwrap_or_else(|| panic!("who may call {path}?"));
        for (who, _) in WHO {
            let proof = &*proofs[*who];
            let name = if proof.starts_with("Bearer") { "authorization" } else { "cookie" };
            let headers = [("content-type", "application/x-postcard"), ("accept", "application/x-postcard"), (name, proof)];
            let answer = send(at, "POST", path, &headers, body.clone()).await;
            assert_eq!(answer.status, *status, "{path} by {who}");
            assert!(!answer.text().contains(title), "{path} tells {who} of a board that is not for everybody");
        }
    }
    let own: Value = as_whom(at, &proofs["owner"], "GET", "/api/boards/secret/entries", "").await.json();
    assert_eq!(own["total"], 1, "nor was anything submitted");
    assert_eq!(post(at, "/api/boards/secret/scores", r#"{"playerId":"eve","score":9}"#).await.status, 404);
    server.stop().await;
}

/// A call of a server function: its path, its body, and the status that it is to have.
fn ask<T: ServerFn + Serialize>(arguments: &T, status: u16) -> (&'static str, Vec<u8>, u16) {
    (T::PATH, postcard::to_allocvec(arguments).unwrap(), status)
}
