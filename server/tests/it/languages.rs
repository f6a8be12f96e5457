//! Which language a page is in, how it is chosen, and which one problems are in: programs are told all in English. `app/src/i18n` tests the texts themselves.

use crate::{
    auth::{PASSWORD, enlist, operator},
    browser::Browser,
    client::{assert_problem, create_board, fill_in, get, post, rows, send, submit},
    harness::{ADMIN_KEY, LeaderPort},
    html::Html,
};
use serde_json::json;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn a_page_is_in_the_language_that_was_chosen_or_is_asked_for() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, "ada", 1_200).await;
    for (cookie, accepted, language, direction, says) in [
        ("", "", "en", "ltr", "1 player"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de", "ltr", "1 Spieler"),
        ("", "fr,tlh;q=0.9", "en", "ltr", "1 player"),
        ("", "en;q=0.2, ar-EG", "ar", "rtl", "لاعب واحد"),
        ("language=ja", "de", "ja", "ltr", "1人"),
        ("theme=dark; language=ar; x=1", "de", "ar", "rtl", "لاعب واحد"),
        // What is no language of ours was never chosen.
        ("language=<b>", "de", "de", "ltr", "1 Spieler"),
        ("language=", &"de,".repeat(1_000), "de", "ltr", "1 Spieler"),
    ] {
        for path in ["/", "/b/main"] {
            let answer = send(at, "GET", path, &[("cookie", cookie), ("accept-language", accepted)], "").await;
            let page = Html::of(&answer);
            let about = format!("{path} {cookie:?} {accepted:.20}: {}", page.html);
            assert!(page.has(&format!("<html lang=\"{language}\" dir=\"{direction}\"")), "{about}");
            assert!(page.text().contains(says), "{about}");
            let varies = |on: &str| answer.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains(on));
            assert!(varies("accept-language") && varies("cookie"), "{:?}", answer.headers);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn what_pages_say_is_a_file_whose_name_stands_for_it() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let mut files = Vec::new();
    for language in ["en", "de", "ar", "ja"] {
        let page = Html::of(&send(at, "GET", "/", &[("accept-language", language)], "").await);
        let path = format!("/texts/{}", page.part("\"/texts/", "\""));
        assert!(path.starts_with(&format!("/texts/{language}.")) && path.ends_with(".txt"), "{path}");
        let file = get(at, &path).await;
        assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "text/plain; charset=utf-8"));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        files.push((path, file.text()));
    }
    let lines: Vec<usize> = files.iter().map(|(_, text)| text.lines().count()).collect();
    assert!(lines[0] > 100 && lines.iter().all(|count| *count == lines[0]), "{lines:?}");
    // What the server alone says of pages is not among them.
    assert!(files[0].1.contains("Jump to me") && !files[0].1.contains("Your recovery code"), "{}", files[0].1);
    assert!(!files[0].1.contains("Name or password is wrong"), "{}", files[0].1);
    assert_eq!(get(at, &files[0].0.replace("en.", "en.0")).await.status, 404);
    server.stop().await;
}

#[tokio::test]
async fn a_language_is_chosen_by_a_form_that_leads_back() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let own = format!("http://{at}");
    for (referer, back) in [
        (format!("{own}/b/main?window=daily"), "/b/main?window=daily"),
        (format!("{own}/"), "/"),
        (format!("{own}//evil.example/"), "/"),
        ("http://evil.example/b/main".to_owned(), "/"),
        ("/b/main".to_owned(), "/"),
        (String::new(), "/"),
    ] {
        let answer = send(at, "POST", "/me/language", &[FORM, ("referer", &referer)], "language=de").await;
        assert_eq!((answer.status.as_u16(), answer.header("location")), (303, back), "{referer}");
        assert_eq!(answer.header("set-cookie"), "language=de; Path=/; Max-Age=31536000; SameSite=Lax");
    }
    for none in ["", "tlh", "de\r\nx: y"] {
        let answer = fill_in(at, "/me/language", &[("language", none)]).await;
        assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (303, ""), "{none:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_form_is_read_in_its_language_and_a_program_is_not() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (language, typed, score) in [("en", "1,000", 1_000), ("de", "2.000", 2_000), ("ar", "٣٠٠٠", 3_000), ("ja", "４０００", 4_000)]
    {
        let form = format!("player={language}&score={typed}");
        let answer = send(at, "POST", "/b/main/scores", &[FORM, ("accept-language", language)], form).await;
        assert_eq!(answer.header("location"), format!("/b/main?player={language}"));
        assert!(rows(at).await.iter().any(|(_, player, known)| player == language && *known == score), "{language}");
    }
    // In German it is neither one nor a thousand.
    let answer = send(at, "POST", "/b/main/scores", &[FORM, ("accept-language", "de")], "player=eve&score=1.0").await;
    assert!(answer.header("location").contains("refused=invalid"), "{}", answer.header("location"));
    let refused = Html::of(&send(at, "GET", answer.header("location"), &[("accept-language", "de")], "").await);
    assert!(refused.text().contains("Punkte sind eine Zahl, wie 1200."), "{}", refused.text());
    // A program's numbers are what they are, whoever reads its answers.
    let body = r#"{"playerId":"ada","score":"1.000"}"#;
    let headers = [("content-type", "application/json"), ("accept-language", "de")];
    assert_eq!(send(at, "POST", "/api/boards/main/scores", &headers, body).await.status, 422);
    let english = post(at, "/api/boards/main/scores", body).await;
    assert_problem(&english, 422, "invalid", "score", "score must be a number.", "no language");
    server.stop().await;
}

#[tokio::test]
async fn a_problem_is_in_the_language_of_whoever_has_named_one() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let rules = r#"{"id":"b","windows":[{"name":"noon","every":"cron","cron":"0 24 * * *"}]}"#;
    let key = format!("Bearer {ADMIN_KEY}");
    for (header, value, language, title, detail) in [
        ("x-no", "", "en", "Unprocessable Entity", "Window 'noon': The hour field \"24\" of the cron pattern \"0 24 * * *\""),
        ("accept-language", "tlh", "en", "Unprocessable Entity", "Window 'noon': The hour field"),
        (
            "accept-language",
            "de-CH",
            "de",
            "Nicht verarbeitbar",
            "Zeitraum „noon“: Das Feld \"24\" für die Stunde im Cron-Muster \"0 24 * * *\"",
        ),
        ("cookie", "language=ar", "ar", "لا يمكن معالجته", "الفترة «noon»: لا يُقرأ حقل الساعة \"24\""),
        ("cookie", "language=ja", "ja", "処理できません", "期間「noon」：cronのパターン\"0 24 * * *\"の時の項目\"24\""),
    ] {
        let headers = [("content-type", "application/json"), ("authorization", &*key), (header, value)];
        let answer = send(at, "POST", "/api/boards", &headers, rules).await;
        assert_problem(&answer, 422, "invalid", "windows", detail, value);
        assert_eq!((answer.header("content-language"), answer.json()["title"].as_str()), (language, Some(title)));
        let varies = |on: &str| answer.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains(on));
        assert!(varies("accept-language") && varies("cookie"), "{:?}", answer.headers);
    }
    // What only programs get wrong is English, and says so.
    let headers = [("content-type", "application/json"), ("accept-language", "de")];
    let malformed = send(at, "POST", "/api/boards/main/scores", &headers, "{").await;
    assert_problem(&malformed, 400, "malformed", "", "The body isn't JSON", "malformed");
    assert_eq!((malformed.header("content-language"), malformed.json()["title"].as_str()), ("de, en", Some("Ungültige Anfrage")));
    // A problem within an answer is in the same language.
    let batch = r#"[{"playerId":"ada","score":1},{"playerId":"bob","score":1.5}]"#;
    let outcomes = send(at, "POST", "/api/boards/main/scores", &headers, batch).await;
    assert_eq!(outcomes.json()[1]["problem"]["detail"], "Diese Bestenliste nimmt nur ganze Zahlen an.");
    server.stop().await;
}

#[tokio::test]
async fn numbers_in_a_refusal_are_those_that_its_reader_may_type() {
    let server = LeaderPort::start().await;
    let at = server.address;
    create_board(at, json!({ "id": "b", "decimals": 1, "minScore": -1000.5, "maxScore": 1000.5, "submitters": "players" })).await;
    for (language, most, least) in [
        ("en", "1,000.5", "\u{2212}1,000.5"),
        ("de", "1.000,5", "\u{2212}1.000,5"),
        ("ar", "1,000.5", "\u{200e}\u{2212}1,000.5"),
        ("ja", "1,000.5", "\u{2212}1,000.5"),
    ] {
        for (score, bound) in [("1000.6", most), ("-1000.6", least)] {
            let headers = [("content-type", "application/json"), ("accept-language", language)];
            let body = format!(r#"{{"playerId":"ada","score":{score}}}"#);
            let refused = send(at, "POST", "/api/boards/b/scores", &headers, body).await;
            assert!(refused.json()["detail"].as_str().unwrap().contains(bound), "{}", refused.text());
        }
        let form = format!("player={language}&score={most}");
        let taken = send(at, "POST", "/b/b/scores", &[FORM, ("accept-language", language)], form).await;
        assert_eq!(taken.header("location"), format!("/b/b?player={language}"));
    }
    server.stop().await;
}

#[tokio::test]
async fn the_dashboard_says_what_was_wrong_in_the_language_of_its_reader() {
    let server = LeaderPort::start().await;
    let at = server.address;
    enlist(at, "ada", "owner").await;
    let mut browser = Browser::default();
    browser.fill_in(at, "/me/language", &[("language", "de")]).await;
    let mut fields =
        [("_form", "sign-in"), ("_call", "POST /api/session"), ("_then", "/admin"), ("name", "ada"), ("password", "not it at all")];
    let refused = Html::of(&browser.send(at, "/admin/boards", &fields).await);
    assert!(refused.text().contains("Name oder Passwort ist falsch."), "{}", refused.text());
    fields[4].1 = PASSWORD;
    browser.fill_in(at, "/admin/boards", &fields).await;
    let create =
        [("_form", "rules"), ("_call", "POST /api/boards"), ("_then", "/admin"), ("id", "b"), ("title", "B"), ("decimals:number", "9")];
    let refused = Html::of(&browser.send(at, "/admin/boards/new", &create).await);
    assert!(refused.status == 422 && refused.text().contains("Es gibt 0 bis 6 Nachkommastellen."), "{}", refused.text());
    // So is what is found wrong before the API is asked.
    let console =
        [("_form", "console"), ("_call", ""), ("_then", "/admin/console"), ("_show", "yes"), ("_line", "POST /api/score"), ("_json", "{")];
    let refused = Html::of(&browser.send(at, "/admin/console", &console).await);
    assert!(refused.text().contains("Der Inhalt ist kein JSON."), "{}", refused.text());
    // And who has no right to something reads why.
    let mut viewer = Browser::with(&operator(at, "the-viewer", "viewer").await);
    viewer.fill_in(at, "/me/language", &[("language", "ja")]).await;
    let refused = Html::of(&viewer.send(at, "/admin/boards/new", &create).await);
    assert!(refused.status == 403 && refused.text().contains("その権限がありません。"), "{}", refused.text());
    server.stop().await;
}
