//! Who plays in a browser: saved, shown, exported, forgotten.

use crate::{
    client::{Answer, FORM, admin, cookies, create_board, fill, fill_in, get, send, submit},
    harness::LeaderPort,
    html::{page, page_for},
};
use serde_json::json;
use std::net::SocketAddr;

async fn save(at: SocketAddr, fields: &[(&str, &str)]) -> Answer {
    let answer = fill_in(at, "/me", fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    answer
}

async fn export(at: SocketAddr, cookies: &str) -> serde_json::Value {
    let answer = send(at, "GET", "/me/export", &[("cookie", cookies)], "").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/json"), "{}", answer.text());
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"leaderport.json\"");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

#[tokio::test]
async fn what_is_saved_is_shown() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let name = "Ada; \"L\" 王芳";
    let answer = save(at, &[("name", &format!(" {name} ")), ("country", "NZ"), ("hue", "3"), ("theme", "dark")]).await;
    assert_eq!(answer.header("location"), "/me?saved=yes");
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(cookie.to_str().unwrap().ends_with("; Path=/; Max-Age=31536000; SameSite=Lax"), "{cookie:?}");
    }
    let shown = page_for(at, "/me?saved=yes", &cookies(&answer)).await;
    assert_eq!((shown.status, &*shown.title()), (200, "Me · LeaderPort"));
    assert!(shown.has("data-theme=\"dark\"") && shown.text().contains("Me Saved."), "{}", shown.html);
    assert_eq!((shown.value("name"), shown.value("country")), (name.to_owned(), "NZ".to_owned()));
    assert_eq!((shown.chosen("hue"), shown.chosen("theme")), (vec!["3".to_owned()], vec!["dark".to_owned()]));
    assert!(page_for(at, "/", &cookies(&answer)).await.has("data-theme=\"dark\""), "every page is dark");
    // The browser's own parts are as the page is, from before it has its style sheet.
    let light = ["\"#f6f5f2\" media=\"(prefers-color-scheme: light)\"", "\"#14151a\" media=\"(prefers-color-scheme: dark)\""];
    for (theme, scheme, bars) in [
        ("system", "light dark", &light[..]),
        ("light", "light", &["\"#f6f5f2\""][..]),
        ("dark", "dark", &["\"#14151a\""][..]),
        ("contrast", "dark", &["\"#000\""][..]),
    ] {
        let page = page_for(at, "/", &format!("theme={theme}")).await;
        assert!(page.has(&format!("<meta name=\"color-scheme\" content=\"{scheme}\"")), "{}", page.html);
        let told = bars.iter().all(|bar| page.has(&format!("<meta name=\"theme-color\" content={bar}>")));
        assert!(told && page.html.matches("\"theme-color\"").count() == bars.len(), "{}", page.html);
    }
    // Nothing is somebody, too.
    let nobody = save(at, &[("name", "  "), ("theme", "light")]).await;
    let shown = page_for(at, "/me", &cookies(&nobody)).await;
    assert_eq!((shown.value("name"), shown.chosen("theme")), (String::new(), vec!["light".to_owned()]));
    server.stop().await;
}

#[tokio::test]
async fn what_a_player_reached_is_told_newest_first_whatever_the_board() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "laps", "title": "Laps" })).await;
    let score = async |board: &str, score: i64| {
        let sent =
            admin(at, "POST", &format!("/api/boards/{board}/scores"), json!({ "playerId": "ada", "score": score }).to_string()).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
    };
    let reached = async || {
        let shown = page_for(at, "/me", "player=ada").await;
        let history = shown.part("class=\"history\"", "</section>").to_owned();
        let cell = |row: &str, class: &str| {
            let rest = row.split_once(class).unwrap_or_else(|| panic!("no {class}: {row}")).1;
            let (_, rest) = rest.split_once('>').unwrap();
            rest.split('<').next().unwrap().to_owned()
        };
        let rows: Vec<_> = history.split("<tr>").skip(2).collect();
        rows.into_iter()
            .map(|row| [cell(row, "href="), cell(row, "class=\"score\""), cell(row, "class=\"rank\"")].join(" "))
            .collect::<Vec<_>>()
    };
    assert!(!page_for(at, "/me", "player=ada").await.has("class=\"history\""), "nothing was reached");
    for (board, points) in [("main", 10), ("laps", 7), ("main", 12), ("main", 11)] {
        score(board, points).await;
    }
    let main = get(at, "/api/boards/main").await.json()["title"].as_str().unwrap().to_owned();
    let known = [format!("{main} 12 #1"), "Laps 7 #1".to_owned(), format!("{main} 10 #1")];
    assert_eq!(reached().await, known, "what was no better made no standing");
    // A frozen board tells what it told then.
    assert_eq!(admin(at, "POST", "/api/boards/laps/freeze", "").await.status, 200);
    score("laps", 8).await;
    assert_eq!(reached().await, known);
    // Twenty are shown, and each board's newest are among them.
    for points in 13..40 {
        score("main", points).await;
    }
    let shown = reached().await;
    assert_eq!((shown.len(), &shown[0], &shown[19]), (20, &format!("{main} 39 #1"), &format!("{main} 20 #1")));
    server.stop().await;
}

#[tokio::test]
async fn what_is_remembered_by_tls_is_told_by_nothing_else() {
    let server = LeaderPort::start_with(|config| config.trusted_proxy = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let at = server.address;
    for (path, form, names) in [
        ("/b/main/scores", "player=bob&score=7", &["player"][..]),
        ("/me", "name=eve&country=NZ&hue=3&theme=dark", &["player", "look", "theme"]),
        ("/me/forget", "", &["player", "look", "theme", "language"]),
        ("/me/language", "language=de", &["language"]),
        ("/me/begin", "name=Ada&theme=dark", &["look", "theme", "player", "__Host-code", "__Host-session"]),
    ] {
        for protocol in ["https", "http"] {
            let headers = [FORM, ("sec-fetch-site", "same-origin"), ("x-forwarded-proto", protocol)];
            let answer = send(at, "POST", path, &headers, form).await;
            assert_eq!(answer.status, 303, "{path}: {}", answer.text());
            let set: Vec<&str> = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
            let told: Vec<&str> = set.iter().map(|cookie| cookie.split('=').next().unwrap()).collect();
            let plain = |name: &str| if protocol == "http" { name.replace("__Host-", "") } else { name.to_owned() };
            assert_eq!(told, names.iter().map(|name| plain(name)).collect::<Vec<_>>(), "{path}");
            assert!(set.iter().all(|cookie| cookie.split("; ").any(|part| part == "Secure") == (protocol == "https")), "{path}: {set:?}");
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_name_that_is_none_comes_back() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (name, reason) in [
        ("x".repeat(65), "at most 64 bytes"),
        ("a\u{200b}b".to_owned(), "no invisible ones"),
        ("\u{200d}".to_owned(), "has to show something"),
    ] {
        let answer = save(at, &[("name", &name), ("theme", "dark")]).await;
        assert!(answer.header("set-cookie").is_empty(), "nothing of it is saved");
        let shown = page_for(at, answer.header("location"), "player=ada").await;
        assert_eq!((shown.status, shown.value("name")), (200, name.clone()));
        assert!(shown.text().contains(reason) && shown.has("aria-invalid=\"true\""), "{name:?}: {}", shown.text());
        assert!(!shown.text().contains("Saved."));
    }
    server.stop().await;
}

#[tokio::test]
async fn a_country_that_is_none_comes_back() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for country in ["nz", "XX", "N", "NZL"] {
        let answer = save(at, &[("name", "ada"), ("country", country)]).await;
        assert!(answer.header("set-cookie").is_empty(), "nothing of it is saved");
        let shown = page_for(at, answer.header("location"), "").await;
        assert_eq!((shown.value("name"), shown.value("country")), ("ada".to_owned(), country.to_owned()));
        assert!(shown.text().contains("two capital letters") && !shown.text().contains("Saved."), "{country}: {}", shown.text());
    }
    server.stop().await;
}

#[tokio::test]
async fn nonsense_is_nobody() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let answer = save(at, &[("name", "ada"), ("country", ""), ("hue", "99"), ("theme", "pink"), ("other", "1")]).await;
    assert_eq!(cookies(&answer), "player=ada; look=.; theme=system");
    for cookies in
        ["player=%zz; look=xx.99; theme=pink", "player=%20; look; theme", "=;;", "look=NZ5.-1", "theme=\"dark\"", "player=\"ada\"x%"]
    {
        let shown = page_for(at, "/me", cookies).await;
        assert_eq!((shown.status, shown.value("name"), shown.value("country")), (200, String::new(), String::new()), "{cookies}");
        assert_eq!(shown.chosen("theme"), ["system"], "{cookies}");
        assert!(!shown.has("data-theme") && shown.text().contains("You have no score on any board yet."), "{cookies}");
        assert_eq!(export(at, cookies).await["you"]["name"], json!(null), "{cookies}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_page_and_the_export_say_where_one_stands() {
    let server = LeaderPort::start_at_noon().await;
    let at = server.address;
    for (id, visibility) in [("race", "public"), ("link", "unlisted"), ("secret", "private"), ("empty", "public")] {
        create_board(at, json!({ "id": id, "title": format!("The {id}"), "visibility": visibility })).await;
        if id != "empty" {
            fill(at, id, [("ada l".to_owned(), 7), ("bob".to_owned(), 9)]).await;
        }
    }
    submit(at, "ada l", 1_200).await;
    let shown = page_for(at, "/me", "player=ada%20l").await;
    assert!(shown.text().contains("Main board #1 of 1 1,200 The race #2 of 2 7"), "{}", shown.text());
    assert!(shown.has(r#"href="/b/race/p/ada%20l""#));
    for hidden in ["The link", "The secret", "The empty"] {
        assert!(!shown.has(hidden), "{hidden}");
    }
    let all = export(at, "player=ada%20l; look=NZ.3; theme=dark").await;
    assert_eq!(all["you"], json!({ "name": "ada l", "country": "NZ", "hue": 3, "theme": "dark" }));
    let boards: Vec<_> = all["boards"].as_array().unwrap().iter().map(|board| board["board"].as_str().unwrap()).collect();
    assert_eq!(boards, ["main", "race"]);
    let race = &all["boards"][1];
    assert_eq!((&race["player"], &race["total"], &race["standing"]["rank"]), (&json!("ada l"), &json!(2), &json!(2)));
    assert_eq!((&race["points"][0]["score"], &race["points"][0]["at"]), (&json!(7), &json!(crate::harness::NOON)));
    assert_eq!(export(at, "").await, json!({ "you": { "name": null, "country": null, "hue": null, "theme": "system" }, "boards": [] }));
    assert_eq!(export(at, "player=stranger").await["boards"], json!([]));
    server.stop().await;
}

#[tokio::test]
async fn what_is_forgotten_is_gone() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 5).await;
    let answer = fill_in(at, "/me/forget", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/me?forgotten=yes"));
    assert_eq!((cookies(&answer).as_str(), answer.header("clear-site-data")), ("player=; look=; theme=; language=", "\"storage\""));
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(cookie.to_str().unwrap().contains("; Path=/; Max-Age=0;"), "{cookie:?}");
    }
    let shown = page(at, "/me?forgotten=yes").await;
    assert!(shown.text().contains("Me Forgotten.") && shown.value("name").is_empty());
    // The score stays on the board.
    assert_eq!(page(at, "/b/main").await.ranks(), (1, 1, 1));
    server.stop().await;
}
