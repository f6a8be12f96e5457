use crate::{
    client::{get, rows, send, submit},
    harness::LeaderPort,
};

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn the_page_holds_the_rows() {
    let server = LeaderPort::start().await;
    submit(server.address, "ada & <bob>", 1200).await;
    let page = get(server.address, "/").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains("ada &amp; &lt;bob&gt;"), "{}", page.text());
    assert!(page.text().contains("1,200"));
    assert!(page.text().contains("1 player<"));
    server.stop().await;
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so() {
    let server = LeaderPort::start().await;
    let page = get(server.address, "/nowhere").await;
    assert_eq!(page.status, 404);
    assert!(page.text().contains("There is nothing here"));
    server.stop().await;
}

#[tokio::test]
async fn a_plain_form_is_counted_and_sent_back_to_the_page() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let page = format!("http://{at}/");
    let headers = [FORM, ("accept", "text/html"), ("referer", &*page), ("sec-fetch-site", "same-origin")];
    let answer = send(at, "POST", "/fn/submit_score", &headers, "player=ada&score=+1200+").await;
    assert_eq!((answer.status.as_u16(), answer.header("location").trim_end_matches('?')), (302, &*page));
    assert_eq!(rows(at).await, [(1, "ada".to_owned(), 1200)]);
    server.stop().await;
}

#[tokio::test]
async fn a_plain_form_that_is_refused_comes_back_with_the_reason_and_what_was_typed() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let page = format!("http://{at}/");
    let headers = [FORM, ("accept", "text/html"), ("referer", &*page)];
    let answer = send(at, "POST", "/fn/submit_score", &headers, "player=ada&score=12x").await;
    assert_eq!(answer.status, 302);
    let back = answer.header("location").strip_prefix(&format!("http://{at}")).unwrap().to_owned();
    let page = get(at, &back).await.text();
    assert!(page.contains("A score is a number, like 1200."), "{page}");
    assert!(page.contains(r#"value="ada""#) && page.contains(r#"value="12x""#), "{page}");
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn an_address_cannot_put_words_into_our_mouth() {
    use base64::{Engine, prelude::BASE64_URL_SAFE};
    let server = LeaderPort::start().await;
    for (player, shown) in [("ada", "be read as it was sent"), ("", "name is missing")] {
        let error = r#"{"error":{"code":"invalid","field":"score","message":"Call 555 to win"},"player":"PLAYER","score":"1"}"#;
        let error = BASE64_URL_SAFE.encode(error.replace("PLAYER", player));
        let page = get(server.address, &format!("/?__path=/fn/submit_score&__err={error}")).await.text();
        assert!(!page.contains("Call 555"), "{page}");
        assert!(page.contains(shown), "{page}");
    }
    // Nonsense is as good as nothing.
    assert_eq!(get(server.address, "/?__err=%ff%00nonsense").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_script_gets_the_status_of_its_error() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let long = format!("player={}&score=1", "x".repeat(1000));
    let huge = format!("player={}&score=1", "x".repeat(1 << 20));
    let table: &[(&[u8], u16)] = &[
        (b"player=&score=1", 422),
        (b"player=ada&score=", 422),
        (b"player=ada", 422),
        (b"", 422),
        (b"\xff\xfe", 422),
        (b"player=%ff&score=1&score=2", 422),
        (long.as_bytes(), 422),
        (huge.as_bytes(), 413),
    ];
    for (body, status) in table {
        let answer = send(at, "POST", "/fn/submit_score", &[FORM, ("accept", "application/json")], body.to_vec()).await;
        assert_eq!(answer.status == 413, answer.header("content-type") == "application/problem+json");
        assert_eq!(answer.status.as_u16(), *status, "{:.60}: {}", String::from_utf8_lossy(body), answer.text());
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}

#[tokio::test]
async fn another_site_cannot_submit_in_a_visitors_name() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for foreign in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "http://evil.example"), ("origin", "null")]
    {
        let answer = send(at, "POST", "/fn/submit_score", &[FORM, foreign], "player=eve&score=1").await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["type"].as_str()),
            (403, Some("urn:leaderport:problem:cross-site")),
            "{foreign:?}"
        );
    }
    assert_eq!(rows(at).await, []);
    server.stop().await;
}
