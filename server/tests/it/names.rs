//! Nasty names, and what happens to each: typed into the forms, and sent as a player's id over REST. What is typed is put in order
//! (composed, blanks collapsed) or refused; an id is kept as it was sent, byte for byte, or refused.

use crate::{
    client::{Answer, FORM, admin, assert_problem, call, cookies, fill_in, get, post, rows, send, submit},
    harness::LeaderPort,
    html::{page, page_for},
};
use app::{api::SubmitScore, model::BoardId, paths::encode};
use serde_json::json;
use std::net::SocketAddr;

/// What happens to a name.
#[derive(Clone, Copy)]
enum Fate {
    /// It is taken as it is.
    Same,
    /// It is taken, and becomes this.
    Becomes(&'static str),
    /// It is refused, with these words.
    Refused(&'static str),
}
use Fate::{Becomes, Refused, Same};

const MISSING: Fate = Refused("name is missing");
const HIDDEN: Fate = Refused("no control characters and no invisible ones");
const BLANK: Fate = Refused("has to show something");
const LONG: Fate = Refused("at most 64 bytes");
const SPACE: Fate = Refused("no space at either end");
const UNFIT: Fate = Refused("1 to 32 characters long");

/// The name, what happens to it when it is typed, and when it is an id.
#[rustfmt::skip]
const NASTY: [(&str, Fate, Fate); 80] = [
    // Blanks.
    ("", MISSING, MISSING),
    ("   ", MISSING, BLANK),
    ("\u{3000}\u{a0}\u{2003}", MISSING, BLANK),
    (" ada1 ", Becomes("ada1"), SPACE),
    ("ada\u{a0}\u{2009}\u{3000} 2", Becomes("ada 2"), Same),
    ("ada  3", Becomes("ada 3"), Same),
    ("\u{2028}ada4\n", Becomes("ada4"), HIDDEN),
    ("ada\n5", HIDDEN, HIDDEN),
    ("ada\t6", HIDDEN, HIDDEN),
    ("ada\u{2028}7", HIDDEN, HIDDEN),
    ("\u{3164}", HIDDEN, HIDDEN),
    ("\u{2800}\u{2800}", HIDDEN, HIDDEN),
    ("\u{115f}\u{1160}", HIDDEN, HIDDEN),
    // Control, direction and invisible characters.
    ("ada\0", HIDDEN, HIDDEN),
    ("ada\u{7f}", HIDDEN, HIDDEN),
    ("ada\u{1b}[31m", HIDDEN, HIDDEN),
    ("ada\u{85}8", HIDDEN, HIDDEN),
    ("\u{202e}ada", HIDDEN, HIDDEN),
    ("ada\u{2066}exe.\u{2069}", HIDDEN, HIDDEN),
    ("ada\u{200f}", HIDDEN, HIDDEN),
    ("a\u{200b}da", HIDDEN, HIDDEN),
    ("a\u{feff}da", HIDDEN, HIDDEN),
    ("a\u{ad}da", HIDDEN, HIDDEN),
    ("a\u{2060}da", HIDDEN, HIDDEN),
    ("a\u{34f}da", HIDDEN, HIDDEN),
    ("a\u{200c}da", HIDDEN, HIDDEN),
    ("ada\u{e0041}", HIDDEN, HIDDEN),
    ("ada\u{e0100}", HIDDEN, HIDDEN),
    ("\u{200d}", BLANK, BLANK),
    ("a\u{200d}da", UNFIT, Same),
    ("ada\u{200d}", UNFIT, Same),
    ("ada\u{fe0f}", UNFIT, Same),
    ("ada\u{fe00}", UNFIT, Same),
    ("1\u{fe0f}", UNFIT, Same),
    // Private, unassigned, and what stands for broken text.
    ("\u{e000}da", UNFIT, Same),
    ("\u{f0000}da", UNFIT, Same),
    ("\u{378}da", UNFIT, Same),
    ("\u{ffff}da", UNFIT, Same),
    ("\u{fffd}da", UNFIT, Same),
    ("\u{fffc}da", UNFIT, Same),
    // Marks.
    ("a\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}da", UNFIT, Same),
    ("Z\u{335}\u{321}\u{326}\u{31b}\u{300}\u{311}\u{30a}a\u{336}\u{327}\u{316}l", UNFIT, Same),
    ("\u{e01}\u{e47}\u{e47}\u{e47}\u{e47}\u{e47}", UNFIT, Same),
    ("\u{301}ada", UNFIT, Same),
    ("ada \u{301}", UNFIT, Same),
    ("Zoe\u{308}", Becomes("Zo\u{eb}"), Same),
    ("Zo\u{eb}", Same, Same),
    ("Nguye\u{302}\u{303}n", Becomes("Nguy\u{1ec5}n"), Same),
    ("\u{212b}ke", Becomes("\u{c5}ke"), Same),
    ("\u{1112}\u{1161}\u{11ab}", Becomes("\u{d55c}"), Same),
    ("\u{1112}\u{1112}", Same, Same),
    ("\u{e19}\u{e49}\u{e33}\u{e1d}\u{e19}", Same, Same),
    ("\u{645}\u{64f}\u{62d}\u{64e}\u{645}\u{651}\u{64e}\u{62f}", Becomes("\u{645}\u{64f}\u{62d}\u{64e}\u{645}\u{64e}\u{651}\u{62f}"), Same),
    ("\u{5e9}\u{5b8}\u{5c1}\u{5dc}\u{5d5}\u{5b9}\u{5dd}", Same, Same),
    ("\u{1019}\u{103c}\u{102d}\u{102f}\u{1037}", Same, Same),
    ("\u{915}\u{94d}\u{937}\u{92e}\u{93e}", Same, Same),
    ("\u{dc1}\u{dca}\u{200d}\u{dbb}\u{dd3}", Same, Same),
    // Emoji.
    ("👩\u{200d}👩\u{200d}👧\u{200d}👦", Same, Same),
    ("🧑🏽\u{200d}🚀", Same, Same),
    ("❤\u{fe0f}\u{200d}🔥", Same, Same),
    ("👍🏿", Same, Same),
    ("👍🏿🏿", UNFIT, Same),
    ("👍\u{200d}", UNFIT, Same),
    ("1\u{fe0f}\u{20e3}", Same, Same),
    ("🇳🇿", Same, Same),
    ("🇳", Same, Same),
    ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", Same, Same),
    ("🏴\u{e0061}\u{e0064}\u{e0061}", HIDDEN, HIDDEN),
    ("🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲", Same, Same),
    ("🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲🎲", LONG, LONG),
    ("12345678901234567890123456789012", Same, Same),
    ("123456789012345678901234567890123", UNFIT, Same),
    // Look-alikes are players of their own.
    ("аda", Same, Same),
    ("𝐚𝐝𝐚", Same, Same),
    // What means something elsewhere.
    ("<script>alert(1)</script>", Same, Same),
    ("\"><img src=x onerror=alert(1)>", Same, Same),
    ("=HYPERLINK(\"//x\",\"y\")", Same, Same),
    ("@SUM(1+1)*cmd|' /C calc'!A0", Same, Same),
    ("../../etc/passwd?a=b&c#d%00", Same, Same),
    ("'; FLUSHALL; --", Same, Same),
];

fn becomes(name: &'static str, fate: Fate) -> Result<&'static str, &'static str> {
    match fate {
        Same => Ok(name),
        Becomes(other) => Ok(other),
        Refused(why) => Err(why),
    }
}

/// The names on the board, in order of their bytes.
async fn names(at: SocketAddr) -> Vec<String> {
    let mut names: Vec<_> = rows(at).await.into_iter().map(|row| row.1).collect();
    names.sort();
    names
}

/// What is on the board when each was sent.
fn all(fate_of: impl Fn(&(&'static str, Fate, Fate)) -> Fate) -> Vec<String> {
    let mut all: Vec<_> = NASTY.iter().filter_map(|row| becomes(row.0, fate_of(row)).ok()).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

/// Expects that the board's page shows them, as text.
async fn assert_shown(at: SocketAddr, names: &[String]) {
    let shown = page(at, "/b/main").await;
    let rows: Vec<_> = shown.rows().into_iter().map(|row| row.player).collect();
    assert_eq!(rows.len(), names.len().min(50));
    assert!(rows.iter().all(|row| names.contains(row)), "{rows:?}");
    assert!(!shown.has("<script>alert") && !shown.has("<img src=x"));
}

#[tokio::test]
async fn as_ids_they_are_kept_as_sent_or_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (name, _, fate) in NASTY {
        let answer = post(at, "/api/score", json!({ "playerId": name, "score": 1 }).to_string()).await;
        match becomes(name, fate) {
            Ok(kept) => {
                assert_eq!(answer.status, 200, "{name:?}: {}", answer.text());
                let entry = get(at, &format!("/api/boards/main/entries/{}", encode(kept))).await.json();
                assert_eq!(entry["playerId"], kept, "{entry}");
            }
            Err(why) => assert_problem(&answer, 422, "invalid", "playerId", why, &format!("{name:?}")),
        }
    }
    let names = names(at).await;
    assert_eq!(names, all(|row| row.2));
    assert_shown(at, &names).await;
    server.stop().await;
}

#[tokio::test]
async fn typed_into_the_score_form_they_are_put_in_order_or_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (name, fate, _) in NASTY {
        let answer = fill_in(at, "/b/main/scores", &[("player", name), ("score", "1")]).await;
        match becomes(name, fate) {
            Ok(kept) => {
                assert_eq!(answer.header("location"), format!("/b/main?player={}", encode(kept)), "{name:?}");
                assert_eq!(cookies(&answer), format!("player={}", encode(kept)));
            }
            Err(why) => assert_comes_back(at, &answer, ("/b/main", "player"), name, why).await,
        }
    }
    let names = names(at).await;
    assert_eq!(names, all(|row| row.1));
    assert_shown(at, &names).await;
    server.stop().await;
}

#[tokio::test]
async fn saved_on_the_page_of_oneself_they_are_put_in_order_or_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    // No name is nobody, there.
    for (name, fate, _) in NASTY.into_iter().filter(|row| !row.0.trim().is_empty()) {
        let answer = fill_in(at, "/me", &[("name", name)]).await;
        match becomes(name, fate) {
            Ok(kept) => {
                assert_eq!(answer.header("location"), "/me?saved=yes", "{name:?}");
                assert_eq!(page_for(at, "/me", &cookies(&answer)).await.value("name"), kept);
            }
            Err(why) => assert_comes_back(at, &answer, ("/me", "name"), name, why).await,
        }
    }
    server.stop().await;
}

/// Expects a form to come back with what was typed and why it was refused.
async fn assert_comes_back(at: SocketAddr, answer: &Answer, (path, field): (&str, &str), name: &str, why: &str) {
    let location = answer.header("location");
    assert!(location.starts_with(&format!("{path}?refused=name&")), "{name:?}: {location}");
    assert!(answer.header("set-cookie").is_empty());
    let shown = page(at, location).await;
    assert_eq!(shown.value(field), name);
    assert!(shown.text().contains(why), "{name:?} {why:?}: {}", shown.text());
}

#[tokio::test]
async fn in_a_profile_they_are_put_in_order_or_refused() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1).await;
    for (name, fate, _) in NASTY {
        let answer = admin(at, "PUT", "/api/players/ada", json!({ "name": name }).to_string()).await;
        match becomes(name, fate) {
            Ok(kept) => {
                assert_eq!((answer.status.as_u16(), answer.json()["name"].as_str()), (200, Some(kept)), "{name:?}");
                assert_eq!(get(at, "/api/boards/main/entries/ada").await.json()["name"], kept);
            }
            Err(why) => assert_problem(&answer, 422, "invalid", "name", why, &format!("{name:?}")),
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_browser_that_knows_fewer_rules_gets_the_same() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (name, fate, _) in NASTY {
        let sent =
            SubmitScore { board: BoardId::parse("main").unwrap(), player: name.to_owned(), score: "1".to_owned(), id: String::new() };
        let answer = call(at, &sent).await;
        assert_eq!(answer.status.as_u16(), if becomes(name, fate).is_ok() { 200 } else { 422 }, "{name:?}");
    }
    assert_eq!(names(at).await, all(|row| row.1));
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_text_is_no_name() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for half in [r"\ud800", r"\udc00ada", r"ada\ud83d", r"\ud83d\ud83d", r"\ud83dx"] {
        let answer = post(at, "/api/score", format!(r#"{{"playerId":"{half}","score":1}}"#)).await;
        assert_problem(&answer, 422, "invalid", "playerId", "must be a string", half);
    }
    for escape in [r"\u{61}", r"\x61", r"\ud83", "a\0"] {
        let answer = post(at, "/api/score", format!(r#"{{"playerId":"{escape}","score":1}}"#)).await;
        assert_problem(&answer, 400, "malformed", "", "isn't JSON", escape);
    }
    for bytes in ["ada%ED%A0%80", "%FF", "%C0%80", "ada%F0%9F%8E"] {
        let body = format!("player={bytes}&score=1&name={bytes}");
        for path in ["/b/main/scores", "/me"] {
            let answer = send(at, "POST", path, &[FORM], body.clone()).await;
            assert!(answer.header("location").contains("?refused=name&"), "{path} {bytes}: {}", answer.header("location"));
        }
    }
    for (count, path, status) in [(3_000, "/api/score", 422), (10_000, "/api/score", 413), (10_000, "/api/boards/main/scores", 422)] {
        let answer = post(at, path, json!({ "playerId": "🎲".repeat(count), "score": 1 }).to_string()).await;
        assert_eq!(answer.status.as_u16(), status, "{path} {count}: {}", answer.text());
    }
    assert!(fill_in(at, "/me", &[("name", &"🎲".repeat(1_000))]).await.header("location").starts_with("/me?refused=name&"));
    assert_eq!(fill_in(at, "/me", &[("name", &"🎲".repeat(10_000))]).await.status, 413);
    assert_eq!(rows(at).await, []);
    server.stop().await;
}
