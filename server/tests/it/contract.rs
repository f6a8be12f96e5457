//! The API's contract: its document, and one answer and one problem of each route, as they were agreed on. A change of the API shows in
//! review as a change of these files; `make contract` renews them.

use crate::{
    auth::code_of,
    authenticator::Authenticator,
    client::{Answer, admin, cookies, create_board, get, post, send},
    harness::{ADMIN_KEY, LeaderPort, NOON},
};
use hyper::body::Bytes;
use serde_json::{Value, json};
use std::{collections::BTreeSet, net::SocketAddr, path::Path};

/// Compares with what is kept, or keeps it where `UPDATE_CONTRACT` says so.
fn assert_kept(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_CONTRACT").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(kept == text, "{name} is not what the server says any more: run make contract, and look at what has changed");
}

async fn document(at: SocketAddr) -> Value {
    let answer = get(at, "/api/openapi.json").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"));
    answer.json()
}

#[tokio::test]
async fn the_document_is_the_one_that_was_agreed_on() {
    let server = LeaderPort::start().await;
    let document = document(server.address).await;
    assert_kept("openapi.json", &format!("{}\n", serde_json::to_string_pretty(&document).unwrap()));
    server.stop().await;
}

/// Every part of the document, and its path in there.
fn walk<'a>(value: &'a Value, path: String, visit: &mut impl FnMut(&str, &'a Value)) {
    visit(&path, value);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| walk(value, format!("{path}/{name}"), visit)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| walk(value, format!("{path}/{at}"), visit)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_whole() {
    let server = LeaderPort::start().await;
    let document = document(server.address).await;
    assert_eq!(document["openapi"], "3.1.0");
    // What is referred to is there, and says what it is.
    walk(&document, String::new(), &mut |path, value| {
        if let Some(target) = value.get("$ref").and_then(Value::as_str) {
            assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{path}: {target}");
        }
        if path.contains("/parameters/") && value.get("in").is_some() {
            assert!(value["description"].as_str().is_some_and(|text| !text.is_empty()), "{path}");
        }
    });
    let mut names = BTreeSet::new();
    let operations =
        document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| (format!("{method} {path}"), operation))
        });
    for (name, operation) in operations {
        let (method, template) = name.split_once(' ').unwrap();
        let is_kept = |problem: bool| {
            let of = |(name, kept, path, _): &&(&str, &str, &str, &str)| {
                let path = path.replace("{hook}", "/api/boards/laps/webhooks/{id}");
                OTHERS.iter().fold(*name, |name, who| name.trim_end_matches(who)).ends_with("-problem") == problem
                    && kept.eq_ignore_ascii_case(method)
                    && fits(&path, template)
            };
            REQUESTS.iter().any(|request| of(&request))
        };
        let tag = operation["tags"][0].as_str().unwrap();
        // What goes well there is a stream, a socket, a picture, or said in words.
        // A token in the log, or half a minute.
        let takes_more = ["post /api/setup", "post /api/boards/{board}/runs/finished"].contains(&&*name);
        assert!(is_kept(false) || takes_more || ["live", "server"].contains(&tag), "nothing that goes well is kept of {name}");
        assert!(is_kept(true) || tag == "server" || name == "get /api/jobs", "no problem is kept of {name}");
        assert!(names.insert(operation["operationId"].as_str().unwrap().to_owned()), "{name}");
        assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{name}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let response = response["$ref"].as_str().map_or(Some(response), |target| document.pointer(target.trim_start_matches('#')));
            let has_examples = response.is_some_and(|response| response["content"]["application/problem+json"]["examples"].is_object());
            assert!(status.as_str() < "400" || has_examples, "{name} {status}");
        }
    }
    server.stop().await;
}

/// Whether a path is one of a template like `/api/boards/{board}`.
fn fits(path: &str, template: &str) -> bool {
    let (parts, wanted): (Vec<_>, Vec<_>) = (path.split('?').next().unwrap().split('/').collect(), template.split('/').collect());
    parts.len() == wanted.len() && parts.iter().zip(wanted).all(|(part, wanted)| wanted.starts_with('{') || *part == wanted)
}

/// Each kind of problem in the document is in README's table, and the other way around.
#[tokio::test]
async fn the_document_and_readme_know_the_same_problems() {
    let server = LeaderPort::start().await;
    let about = document(server.address).await["info"]["description"].as_str().unwrap().to_owned();
    let documented: BTreeSet<String> =
        about.split("`urn:leaderport:problem:").skip(1).map(|rest| rest.split('`').next().unwrap().to_owned()).collect();
    let readme = include_str!("../../../README.md");
    let table = readme.split("## Errors").nth(1).unwrap().split("## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains('`') && !line.contains("`type`"));
    let codes = rows.flat_map(|row| row.split('|').nth(2).unwrap().split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
    assert_eq!(codes.collect::<BTreeSet<_>>(), documented);
    server.stop().await;
}

/// The requests that are kept: a name, method, path and body, with the key. `{job}` is the job that was last begun, `{hook}` the address of the
/// webhook, and `{delivery}` what it has to send.
const REQUESTS: &[(&str, &str, &str, &str)] = &[
    ("list-boards", "GET", "/api/boards", ""),
    ("list-boards-problem", "GET", "/api/boards?limit=0", ""),
    ("create-board", "POST", "/api/boards", r#"{"id":"new","windows":["daily"],"tiebreaks":[{"name":"penalty","direction":"asc"}]}"#),
    ("create-board-problem", "POST", "/api/boards", r#"{"id":"laps"}"#),
    ("get-board", "GET", "/api/boards/laps", ""),
    ("get-board-problem", "GET", "/api/boards/none", ""),
    ("edit-board", "PATCH", "/api/boards/new", r#"{"title":"New"}"#),
    ("edit-board-problem", "PATCH", "/api/boards/laps", r#"{"direction":"desc"}"#),
    ("submit-score", "POST", "/api/boards/laps/scores", r#"{"playerId":"bob","score":60.25,"id":"1"}"#),
    ("submit-score-problem", "POST", "/api/boards/laps/scores", r#"{"playerId":"bob","score":"fast"}"#),
    ("submit-scores", "POST", "/api/boards/laps/scores", r#"[{"playerId":"eve","score":61.5},{"playerId":"eve","score":61.5,"id":"1"}]"#),
    ("begin-run", "POST", "/api/boards/ring/runs", r#"{"playerId":"ada"}"#),
    ("begin-run-problem", "POST", "/api/boards/laps/runs", r#"{"playerId":"ada"}"#),
    ("finish-run-problem", "POST", "/api/boards/ring/runs/finished", r#"{"playerId":"ada","run":"made.up","taps":[120]}"#),
    ("list-entries", "GET", "/api/boards/laps/entries?limit=2", ""),
    ("list-entries-of-players", "GET", "/api/boards/laps/entries?players=ada,joe", ""),
    ("list-entries-by-chance", "GET", "/api/boards/laps/entries?sample=true", ""),
    ("list-entries-from-the-last", "GET", "/api/boards/laps/entries?order=worst&limit=2", ""),
    ("list-entries-problem", "GET", "/api/boards/laps/entries?from=0", ""),
    ("list-entries-from-the-last-problem", "GET", "/api/boards/laps/entries?order=worst&from=1", ""),
    ("get-entry", "GET", "/api/boards/laps/entries/eve", ""),
    ("get-entry-problem", "GET", "/api/boards/laps/entries/joe", ""),
    ("get-history", "GET", "/api/boards/laps/entries/eve/history", ""),
    ("get-history-problem", "GET", "/api/boards/laps/entries/joe/history", ""),
    ("get-percentiles", "GET", "/api/boards/laps/percentiles", ""),
    ("get-percentiles-problem", "GET", "/api/boards/laps/percentiles?percentiles=101", ""),
    ("list-periods", "GET", "/api/boards/laps/periods", ""),
    ("get-activity", "GET", "/api/boards/laps/activity?limit=2", ""),
    ("get-activity-problem", "GET", "/api/boards/laps/activity?step=week", ""),
    ("list-player-entries", "GET", "/api/players/ada/entries", ""),
    ("list-player-entries-problem", "GET", "/api/players/ada/entries?limit=0", ""),
    ("list-player-history", "GET", "/api/players/ada/history", ""),
    ("list-player-history-problem", "GET", "/api/players/ada/history?before=soon", ""),
    ("export", "GET", "/api/boards/laps/export?format=csv", ""),
    ("export-problem", "GET", "/api/boards/laps/export?format=xml", ""),
    (
        "import",
        "POST",
        "/api/boards/new/import",
        "{\"playerId\":\"ada\",\"score\":1,\"tiebreaks\":{\"penalty\":2}}\n{\"playerId\":\"bob\"}\n",
    ),
    ("import-problem", "POST", "/api/boards/laps/import", "{}"),
    ("list-log", "GET", "/api/boards/laps/log?limit=2", ""),
    ("list-log-from-the-oldest", "GET", "/api/boards/laps/log?order=oldest&limit=2", ""),
    ("list-log-problem", "GET", "/api/boards/laps/log?cursor=x", ""),
    ("list-log-from-the-oldest-problem", "GET", "/api/boards/laps/log?order=up", ""),
    ("undo", "POST", "/api/boards/laps/undo", r#"{"version":2}"#),
    ("undo-problem", "POST", "/api/boards/laps/undo", r#"{"version":2}"#),
    ("withdraw-submission-problem", "DELETE", "/api/boards/laps/submissions/99", ""),
    ("withdraw-submission", "DELETE", "/api/boards/laps/submissions/4", ""),
    ("roll-back", "POST", "/api/boards/laps/rollback", r#"{"to":3,"dryRun":true}"#),
    ("roll-back-problem", "POST", "/api/boards/laps/rollback", r#"{"to":"soon"}"#),
    ("rebuild", "POST", "/api/boards/laps/rebuild", r#"{"dryRun":true}"#),
    ("list-jobs", "GET", "/api/jobs", ""),
    ("rebuild-problem", "POST", "/api/boards/none/rebuild", "{}"),
    ("combine-problem", "POST", "/api/combine", r#"{"into":"all","parts":[]}"#),
    ("combine", "POST", "/api/combine", r#"{"into":"all","parts":[{"board":"laps"}]}"#),
    ("get-settings-problem", "GET", "/api/settings?limit=1", ""),
    ("get-diagnostics-problem", "GET", "/api/diagnostics?limit=1", ""),
    ("get-status-problem", "GET", "/api/status?limit=1", ""),
    ("list-watchers", "GET", "/api/live", ""),
    ("list-watchers-problem", "GET", "/api/live?limit=1", ""),
    ("get-limits", "GET", "/api/limits", ""),
    ("get-limits-problem", "GET", "/api/limits?limit=1", ""),
    ("edit-limits", "PATCH", "/api/limits", r#"{"submit":{"perSecond":5,"burst":20},"page":null}"#),
    ("edit-limits-problem", "PATCH", "/api/limits", r#"{"submit":{"perSecond":5,"burst":0}}"#),
    ("list-jobs-problem", "GET", "/api/jobs?limit=1", ""),
    ("get-job", "GET", "/api/jobs/{job}", ""),
    ("cancel-job", "DELETE", "/api/jobs/{job}", ""),
    ("get-job-problem", "GET", "/api/jobs/0123456789abcdef", ""),
    ("cancel-job-problem", "DELETE", "/api/jobs/x", ""),
    (
        "create-webhook",
        "POST",
        "/api/boards/laps/webhooks",
        r#"{"url":"https://game.example/hook","events":["leader","period"],"enabled":false}"#,
    ),
    ("create-webhook-problem", "POST", "/api/boards/laps/webhooks", r#"{"url":"https://10.0.0.1/","events":["leader"]}"#),
    ("list-webhooks", "GET", "/api/boards/laps/webhooks", ""),
    ("list-webhooks-problem", "GET", "/api/boards/none/webhooks", ""),
    ("get-webhook", "GET", "{hook}", ""),
    ("get-webhook-problem", "GET", "/api/boards/laps/webhooks/0123456789abcdef", ""),
    ("edit-webhook", "PATCH", "{hook}", r#"{"format":"discord","rotateSecret":true}"#),
    ("edit-webhook-problem", "PATCH", "{hook}", r#"{"places":0}"#),
    ("test-webhook", "POST", "{hook}/test", ""),
    ("test-webhook-problem", "POST", "/api/boards/laps/webhooks/x/test", ""),
    ("list-deliveries", "GET", "{hook}/deliveries", ""),
    ("list-deliveries-problem", "GET", "{hook}/deliveries?limit=0", ""),
    ("replay-delivery", "POST", "{hook}/deliveries/{delivery}/replay", ""),
    ("replay-delivery-problem", "POST", "{hook}/deliveries/msg_0/replay", ""),
    ("delete-webhook", "DELETE", "{hook}", ""),
    ("delete-webhook-problem", "DELETE", "{hook}", ""),
    ("list-periods-problem", "GET", "/api/boards/laps/periods?cursor=x", ""),
    ("follow-board-problem", "GET", "/api/boards/laps/events?len=0", ""),
    ("change-entry", "PATCH", "/api/boards/laps/entries/eve", r#"{"add":-0.5,"metadata":{"car":"red"}}"#),
    ("change-entry-problem", "PATCH", "/api/boards/laps/entries/eve", r#"{"add":1,"score":1}"#),
    ("remove-entry", "DELETE", "/api/boards/laps/entries/eve", ""),
    ("remove-entry-problem", "DELETE", "/api/boards/laps/entries/eve", ""),
    ("remove-entries", "DELETE", "/api/boards/laps/entries?keep_top=1", ""),
    ("remove-entries-problem", "DELETE", "/api/boards/laps/entries", ""),
    (
        "put-player",
        "PUT",
        "/api/players/bob",
        r#"{"name":"Bob Bell","country":"NZ","avatar":"https://game.example/bob.png","metadata":{"team":"blue"}}"#,
    ),
    ("get-note", "GET", "/api/players/bob/note", ""),
    ("get-note-problem", "GET", "/api/players/bob/note?x=1", ""),
    ("list-player-sessions", "GET", "/api/players/bob/sessions", ""),
    ("list-player-sessions-problem", "GET", "/api/players/bob/sessions?x=1", ""),
    ("end-player-sessions", "DELETE", "/api/players/bob/sessions", ""),
    ("end-player-sessions-problem", "DELETE", "/api/players/bob/sessions?x=1", ""),
    ("put-note", "PUT", "/api/players/bob/note", r#"{"note":"Asked for a new name."}"#),
    ("put-note-problem", "PUT", "/api/players/bob/note", r#"{"text":"no"}"#),
    ("put-player-problem", "PUT", "/api/players/bob", r#"{"country":"nz"}"#),
    ("get-player", "GET", "/api/players/bob", ""),
    ("get-player-problem", "GET", "/api/players/joe", ""),
    ("export-player", "GET", "/api/players/bob/export", ""),
    ("export-player-problem", "GET", "/api/players/bob/export?format=csv", ""),
    ("detach-account", "DELETE", "/api/players/bob/account", ""),
    ("detach-account-problem", "DELETE", "/api/players/bob/account?x=1", ""),
    ("delete-player", "DELETE", "/api/players/bob?log=clear", ""),
    ("delete-player-problem", "DELETE", "/api/players/bob?log=burn", ""),
    ("delete-board", "DELETE", "/api/boards/new", ""),
    ("delete-board-problem", "DELETE", "/api/boards/new", ""),
    ("create-key", "POST", "/api/keys", r#"{"label":"game servers","scopes":["submit"],"boards":["laps"],"signed":true}"#),
    ("create-key-problem", "POST", "/api/keys", r#"{"label":"game servers","scopes":[]}"#),
    ("list-keys", "GET", "/api/keys", ""),
    ("list-keys-problem", "GET", "/api/keys?limit=1", ""),
    ("get-key", "GET", "/api/keys/{key}", ""),
    ("get-key-problem", "GET", "/api/keys/none", ""),
    ("edit-key", "PATCH", "/api/keys/{key}", r#"{"scopes":["read","submit"],"boards":null,"expiresAt":1800000000000}"#),
    ("edit-key-problem", "PATCH", "/api/keys/{key}", r#"{"expiresAt":1}"#),
    ("rotate-key", "POST", "/api/keys/{key}/rotate", r#"{"overlapSeconds":3600}"#),
    ("rotate-key-problem", "POST", "/api/keys/{key}/rotate", r#"{"overlapSeconds":-1}"#),
    ("delete-key", "DELETE", "/api/keys/{key}", ""),
    ("delete-key-problem", "DELETE", "/api/keys/{key}", ""),
    ("set-up-problem", "POST", "/api/setup", r#"{"token":"x","name":"eve","password":"violet harbour tin sonata"}"#),
    ("create-operator", "POST", "/api/operators", r#"{"name":"ada","role":"owner","password":"violet harbour tin sonata"}"#),
    ("create-operator-problem", "POST", "/api/operators", r#"{"name":"bob","role":"viewer","password":"password1234"}"#),
    ("list-operators", "GET", "/api/operators", ""),
    ("list-operators-problem", "GET", "/api/operators?limit=1", ""),
    ("get-operator", "GET", "/api/operators/ada", ""),
    ("get-operator-problem", "GET", "/api/operators/nobody", ""),
    ("edit-operator", "PATCH", "/api/operators/ada", r#"{"role":"owner"}"#),
    ("edit-operator-problem", "PATCH", "/api/operators/ada", r#"{"role":"viewer"}"#),
    ("sign-in", "POST", "/api/session", r#"{"name":"ada","password":"violet harbour tin sonata"}"#),
    ("sign-in-problem", "POST", "/api/session", r#"{"name":"ada","password":"violet harbour tin"}"#),
    ("who-am-i", "GET", "/api/session", ""),
    ("who-am-i-own", "GET", "/api/session", ""),
    ("who-am-i-problem", "GET", "/api/session?me=1", ""),
    ("offer-codes-own", "POST", "/api/operators/ada/codes", r#"{"currentPassword":"violet harbour tin sonata"}"#),
    ("offer-codes-problem", "POST", "/api/operators/ada/codes", ""),
    ("confirm-codes-problem-own", "PUT", "/api/operators/ada/codes", r#"{"code":"12345"}"#),
    ("confirm-codes-own", "PUT", "/api/operators/ada/codes", r#"{"code":"{code}"}"#),
    ("challenge-passkey-own", "POST", "/api/operators/ada/passkeys/challenge", r#"{"currentPassword":"violet harbour tin sonata"}"#),
    ("challenge-passkey-problem-own", "POST", "/api/operators/ada/passkeys/challenge", r#"{"currentPassword":"violet harbour tin"}"#),
    ("add-passkey-own", "POST", "/api/operators/ada/passkeys", r#"{"label":"Blue key",{created}}"#),
    ("add-passkey-problem-own", "POST", "/api/operators/ada/passkeys", r#"{"label":"Blue key",{created}}"#),
    ("challenge-operator", "POST", "/api/session/challenge", r#"{"name":"ada","password":"violet harbour tin sonata"}"#),
    ("challenge-operator-problem", "POST", "/api/session/challenge", r#"{"name":"bob","password":"violet harbour tin sonata"}"#),
    ("list-sessions-own", "GET", "/api/operators/ada/sessions", ""),
    ("list-sessions-problem", "GET", "/api/operators/nobody/sessions", ""),
    ("end-session-problem", "DELETE", "/api/operators/ada/sessions/none", ""),
    ("end-session", "DELETE", "/api/operators/ada/sessions/{session}", ""),
    ("end-sessions", "DELETE", "/api/operators/ada/sessions", ""),
    ("end-sessions-problem", "DELETE", "/api/operators/nobody/sessions", ""),
    ("sign-out-own", "DELETE", "/api/session", ""),
    ("sign-out-problem", "DELETE", "/api/session?all=1", ""),
    ("create-operator-two", "POST", "/api/operators", r#"{"name":"bob","role":"viewer","password":"copper lantern oat museum"}"#),
    ("delete-operator", "DELETE", "/api/operators/bob", ""),
    ("delete-operator-problem", "DELETE", "/api/operators/carl", ""),
    ("list-acts", "GET", "/api/audit?act=DELETE&path=/api/boards/new", ""),
    ("list-acts-from-the-oldest", "GET", "/api/audit?act=POST&path=/api/boards&order=oldest&limit=1", ""),
    ("list-acts-problem", "GET", "/api/audit?cursor=x", ""),
    ("list-acts-from-the-oldest-problem", "GET", "/api/audit?order=newest&cursor=o5-0", ""),
    ("export-acts", "GET", "/api/audit/export?act=DELETE&path=/api/operators/bob", ""),
    ("export-acts-problem", "GET", "/api/audit/export?since=yesterday", ""),
    ("submit-short", "POST", "/api/score", r#"{"playerId":"ada","score":1200}"#),
    ("submit-short-problem", "POST", "/api/score", r#"{"playerId":"","score":1200}"#),
    ("get-leaderboard", "GET", "/api/leaderboard", ""),
    ("get-leaderboard-problem", "GET", "/api/leaderboard?board=none", ""),
    ("open-feed-problem", "GET", "/ws", ""),
    ("get-card-problem", "GET", "/b/none/og.png", ""),
    ("moderate", "PATCH", "/api/boards/laps/entries/ada/moderation", r#"{"state":"banned","reason":"a forged run"}"#),
    ("purge", "POST", "/api/boards/laps/purge", r#"{"playerId":"eve","since":0,"dryRun":true}"#),
    ("purge-problem", "POST", "/api/boards/laps/purge", r#"{"playerId":"eve","since":"noon"}"#),
    ("freeze-board", "POST", "/api/boards/laps/freeze", ""),
    ("freeze-board-problem", "POST", "/api/boards/none/freeze", ""),
    ("unfreeze-board", "DELETE", "/api/boards/laps/freeze", ""),
    ("unfreeze-board-problem", "DELETE", "/api/boards/none/freeze", ""),
    ("moderate-problem", "PATCH", "/api/boards/laps/entries/ada/moderation", r#"{"state":"gone"}"#),
    ("get-moderation", "GET", "/api/boards/laps/entries/ada/moderation", ""),
    ("get-moderation-problem", "GET", "/api/boards/none/entries/ada/moderation", ""),
    ("list-moderation", "GET", "/api/boards/laps/moderation", ""),
    ("list-moderation-problem", "GET", "/api/boards/laps/moderation?limit=0", ""),
    ("submit-barred-problem", "POST", "/api/boards/laps/scores", r#"{"playerId":"ada","score":1}"#),
    (
        "edit-board-review",
        "PATCH",
        "/api/boards/laps",
        r#"{"review":{"everything":true,"maxGain":{"score":5,"seconds":60},"proof":"optional"}}"#,
    ),
    (
        "submit-held",
        "POST",
        "/api/boards/laps/scores",
        r#"{"playerId":"bob","score":50.5,"id":"race-8-bob","proof":{"url":"https://video.example/8","note":"at 1:20"}}"#,
    ),
    (
        "submit-held-problem",
        "POST",
        "/api/boards/laps/scores",
        r#"{"playerId":"bob","score":50.5,"proof":{"url":"http://video.example/8"}}"#,
    ),
    ("list-reviews", "GET", "/api/boards/laps/review", ""),
    ("list-reviews-problem", "GET", "/api/boards/laps/review?state=lost", ""),
    ("decide-reviews", "POST", "/api/boards/laps/review", r#"{"ids":["{review}","x"],"decision":"approve","reason":"a clean run"}"#),
    ("decide-reviews-problem", "POST", "/api/boards/laps/review", r#"{"ids":["{review}"],"decision":"reject"}"#),
    ("get-review", "GET", "/api/boards/laps/review/{review}", ""),
    ("get-review-problem", "GET", "/api/boards/laps/review/x", ""),
    ("open-account", "POST", "/api/me", r#"{"name":"Zoe Quinn","country":"NZ","playerId":"zoe"}"#),
    ("open-account-problem", "POST", "/api/me", r#"{"name":"Zoe","playerId":"zoe"}"#),
    ("get-me-self", "GET", "/api/me", ""),
    ("get-me-problem", "GET", "/api/me", ""),
    ("who-am-i-self", "GET", "/api/session", ""),
    ("edit-me-self", "PATCH", "/api/me", r#"{"name":"Zoe","country":null,"avatar":"https://game.example/zoe.png"}"#),
    ("edit-me-problem-self", "PATCH", "/api/me", r#"{"avatar":"zoe.png"}"#),
    ("submit-own-self", "POST", "/api/score", r#"{"score":900}"#),
    ("submit-owned-problem-nobody", "POST", "/api/score", r#"{"playerId":"zoe","score":1}"#),
    ("export-me-self", "GET", "/api/me/export", ""),
    ("export-me-problem", "GET", "/api/me/export", ""),
    ("list-my-sessions-self", "GET", "/api/me/sessions", ""),
    ("list-my-sessions-problem", "GET", "/api/me/sessions", ""),
    ("renew-my-code-self", "POST", "/api/me/code", ""),
    ("renew-my-code-problem", "POST", "/api/me/code", ""),
    ("challenge-my-passkey-self", "POST", "/api/me/passkeys/challenge", ""),
    ("challenge-my-passkey-problem-nobody", "POST", "/api/me/passkeys/challenge", ""),
    ("add-my-passkey-self", "POST", "/api/me/passkeys", r#"{"label":"My phone",{created}}"#),
    ("add-my-passkey-problem-self", "POST", "/api/me/passkeys", r#"{"label":"My phone",{created}}"#),
    ("challenge-me", "POST", "/api/me/session/challenge", ""),
    ("challenge-me-problem", "POST", "/api/me/session/challenge?player=zoe", ""),
    ("come-back-by-passkey", "POST", "/api/me/session/passkey", "{{got}}"),
    ("come-back-by-passkey-problem", "POST", "/api/me/session/passkey", "{{got}}"),
    ("remove-my-passkey-self", "DELETE", "/api/me/passkeys/{passkey}", ""),
    ("remove-my-passkey-problem-self", "DELETE", "/api/me/passkeys/{passkey}", ""),
    ("recover-me-problem", "POST", "/api/me/session", r#"{"recoveryCode":"zoe-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"}"#),
    ("recover-me", "POST", "/api/me/session", r#"{"recoveryCode":"{recovery}"}"#),
    ("leave-me", "DELETE", "/api/me/session", ""),
    ("leave-me-problem", "DELETE", "/api/me/session?everywhere=maybe", ""),
    ("delete-me-self", "DELETE", "/api/me", ""),
    ("delete-me-problem", "DELETE", "/api/me", ""),
    ("no-route", "GET", "/api/nothing", ""),
];

/// How the names of requests end that are not sent with the key: by the operator or the player who has signed in, or by nobody.
const OTHERS: [&str; 3] = ["-own", "-self", "-nobody"];

/// An answer as it is kept: without what is another one each time.
fn kept(method: &str, path: &str, body: &str, answer: &Answer) -> String {
    let mut text = format!("{method} {path}\n{body}\n\n{}\n", answer.status);
    for name in ["content-type", "location", "set-cookie", "retry-after", "www-authenticate", "cache-control", "allow"] {
        let value = answer.header(name);
        let value = match name {
            "location" => before(value, &["/api/jobs/", "/api/keys/", "/api/boards/laps/webhooks/"]),
            "set-cookie" => before(value, &["operator=", "session="]) + value.find(';').map_or("", |at| &value[at..]),
            _ => value.to_owned(),
        };
        text += &if value.is_empty() { String::new() } else { format!("{name}: {value}\n") };
    }
    if !answer.header("etag").is_empty() {
        text += "etag: [tag]\n";
    }
    if answer.body.is_empty() {
        return text;
    }
    if !answer.header("content-type").contains("json") {
        return format!("{text}\n{}", answer.text());
    }
    let mut json = answer.json();
    redact(&mut json);
    format!("{text}\n{}\n", serde_json::to_string_pretty(&json).unwrap())
}

/// A text without what is another one each time: what comes after one of these beginnings.
fn before(text: &str, beginnings: &[&str]) -> String {
    let beginning = beginnings.iter().find(|beginning| text.starts_with(**beginning));
    beginning.map_or_else(|| text.to_owned(), |beginning| format!("{beginning}[id]"))
}

fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_job = members.contains_key("createdAt") && members.contains_key("kind");
            let is_key = members.contains_key("scopes") || members.contains_key("agent");
            let is_hook = members.contains_key("attempts") || members.contains_key("events");
            let is_review = members.contains_key("why");
            let is_passkey = members.contains_key("usedAt") || members.contains_key("displayName") || members.contains_key("transports");
            // A job goes on by itself.
            members.retain(|name, _| !is_job || name != "result");
            for (name, value) in members {
                match &**name {
                    "url" if value.as_str().is_some_and(|url| url.starts_with("otpauth:")) => *value = json!("[url]"),
                    "nextCursor" | "requestId" | "secret" | "signingSecret" | "session" | "recoveryCode" | "run" | "seed" | "challenge"
                    | "ceremony"
                        if value.is_string() =>
                    {
                        *value = json!(format!("[{name}]"))
                    }
                    "id" if is_key || is_hook || is_review || is_passkey => *value = json!("[id]"),
                    "id" | "state" | "updatedAt" | "done" | "total" if is_job => *value = json!(format!("[{name}]")),
                    _ => redact(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact),
        _ => {}
    }
}

#[tokio::test]
async fn answers_are_the_ones_that_were_agreed_on() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "direction": "asc", "decimals": 3, "rankMode": "competition", "windows": ["daily"] })).await;
    let first = admin(at, "POST", "/api/boards/laps/scores", r#"{"playerId":"ada","score":61.5}"#).await;
    assert_eq!(first.status, 200, "{}", first.text());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("contract");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _settings = settings.bind_to_scope();
    let [mut job, mut key, mut cookie, mut session, mut code, mut hook, mut delivery, mut review, mut player, mut recovery] =
        [const { String::new() }; 10];
    // Passkeys are for a site that has a name.
    let host = format!("localhost:{}", at.port());
    let origin = format!("http://{host}");
    let (mut challenge, mut device, mut passkey) = (Value::Null, None, String::new());
    for (name, method, path, body) in REQUESTS {
        let (admin, kind) = (format!("Bearer {ADMIN_KEY}"), if *name == "import" { "application/x-ndjson" } else { "application/json" });
        let who = match OTHERS.iter().find(|who| name.ends_with(**who)) {
            Some(&"-own") => ("cookie", &*cookie),
            Some(&"-self") => ("cookie", &*player),
            Some(_) => ("accept", "*/*"),
            None => ("authorization", &*admin),
        };
        let filled = path.replace("{job}", &job).replace("{key}", &key).replace("{session}", &session);
        let filled = filled.replace("{hook}", &hook).replace("{delivery}", &delivery).replace("{review}", &review);
        let filled_body = body.replace("{code}", &code).replace("{review}", &review).replace("{recovery}", &recovery);
        let filled = filled.replace("{passkey}", &passkey);
        let answered = |credential: Value| format!(r#""ceremony":{},"credential":{credential}"#, challenge["ceremony"]);
        let filled_body = if body.contains("{created}") {
            let (new, credential) = Authenticator::create(&challenge, &origin);
            if !name.contains("problem") {
                device = Some(new);
            }
            filled_body.replace("{created}", &answered(credential))
        } else if body.contains("{got}") {
            filled_body.replace("{got}", &answered(device.as_mut().unwrap().get(&challenge, &origin)))
        } else {
            filled_body
        };
        let answer = send(at, method, &filled, &[("content-type", kind), who, ("host", &*host)], filled_body).await;
        for (known, beginning) in [(&mut job, "/api/jobs/"), (&mut key, "/api/keys/")] {
            if let Some(id) = answer.header("location").strip_prefix(beginning) {
                id.clone_into(known);
            }
        }
        match *name {
            "sign-in" => cookie = cookies(&answer),
            "challenge-passkey-own" | "challenge-my-passkey-self" | "challenge-me" => challenge = answer.json(),
            "add-my-passkey-self" => answer.json()["id"].as_str().unwrap().clone_into(&mut passkey),
            "open-account" => player = cookies(&answer),
            "renew-my-code-self" => answer.json()["recoveryCode"].as_str().unwrap().clone_into(&mut recovery),
            "list-sessions-own" => answer.json()["sessions"][0]["id"].as_str().unwrap().clone_into(&mut session),
            "offer-codes-own" => code = code_of(answer.json()["secret"].as_str().unwrap(), NOON),
            "submit-held" => answer.json()["held"]["id"].as_str().unwrap_or_default().clone_into(&mut review),
            "create-webhook" => answer.header("location").clone_into(&mut hook),
            "test-webhook" => answer.json()["id"].as_str().unwrap_or_default().clone_into(&mut delivery),
            _ => {}
        }
        insta::assert_snapshot!(*name, kept(method, path, body, &answer));
    }
    let unauthorized = post(at, "/api/boards", Bytes::from_static(b"{}")).await;
    insta::assert_snapshot!("unauthorized", kept("POST", "/api/boards", "{}", &unauthorized));
    server.stop().await;
}
