//! Players are found by a part of their name.

use crate::{
    client::{call, fill, submit},
    harness::LeaderPort,
    html::{Html, page},
};
use app::{
    api::{Fragment, ReadFragment, Wanted},
    model::{BoardId, Period},
};
use std::net::SocketAddr;

async fn find(at: SocketAddr, text: &str) -> Html {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let shown = page(at, &format!("/b/main?find={text}")).await;
    assert_eq!(shown.status, 200);
    shown
}

async fn names(at: SocketAddr, text: &str) -> Vec<String> {
    find(at, text).await.found().0
}

#[tokio::test]
async fn names_are_found_by_a_part_of_them_the_best_first() {
    let server = LeaderPort::start().await;
    let at = server.address;
    for (player, score) in [("Ada Lovelace", 5), ("ada", 1), ("BADAR", 9), ("bob", 7), ("王芳 小林", 3), ("Ζήνων", 2), ("Émile", 4)]
    {
        submit(at, player, score).await;
    }
    // The very name comes before better ones.
    for text in ["ada", "ADA", " aDa "] {
        assert_eq!(names(at, text).await, ["ada", "BADAR", "Ada Lovelace"], "{text}");
    }
    for (text, found) in [
        ("a l", &["Ada Lovelace"][..]),
        ("O", &["bob", "Ada Lovelace"]),
        ("芳 小", &["王芳 小林"]),
        ("ήνω", &["Ζήνων"]),
        ("mile", &["Émile"]),
        ("b", &["BADAR", "bob"]),
        ("adaa", &[]),
        ("👩‍🚀", &[]),
    ] {
        assert_eq!(names(at, text).await, found, "{text}");
    }
    let shown = find(at, "badar").await;
    assert_eq!((shown.value("find"), shown.found().1), ("badar".to_owned(), String::new()));
    assert!(shown.has(r#"href="/b/main?player=BADAR""#) && shown.text().contains("BADAR #1"));
    assert_eq!(find(at, "nobody").await.found(), (vec![], "Nobody is called like that.".to_owned()));
    server.stop().await;
}

#[tokio::test]
async fn what_is_typed_stands_for_itself() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let odd = ["a*b", "a?b", "a[x]b", "a\\b", "a-b", "a^b", "a]b", "a\"b", "a%b", "axb", "[^a]"];
    fill(at, "main", odd.iter().zip(1..).map(|(player, score)| ((*player).to_owned(), score))).await;
    for (text, found) in [
        ("*", &["a*b"][..]),
        ("?", &["a?b"]),
        ("[x]", &["a[x]b"]),
        ("\\", &["a\\b"]),
        ("a-b", &["a-b"]),
        ("^a", &["[^a]"]),
        ("[^a]", &["[^a]"]),
        ("]b", &["a]b", "a[x]b"]),
        ("\"", &["a\"b"]),
        ("%b", &["a%b"]),
        ("a\\*b", &[]),
        ("**", &[]),
        ("[a-z]", &[]),
    ] {
        assert_eq!(names(at, text).await, found, "{text}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_large_board_is_searched_as_well() {
    let server = LeaderPort::start().await;
    let at = server.address;
    let players = (0..3_000).map(|n| (format!("{}-{n:04}", if n % 2 == 0 { "Even" } else { "odd" }), n));
    fill(at, "main", players).await;
    assert_eq!(names(at, "Even-0000").await, ["Even-0000"]);
    assert_eq!(names(at, "ODD-2999").await, ["odd-2999"]);
    assert_eq!(names(at, "999").await, ["odd-2999", "odd-1999", "odd-0999"]);
    let (some, says) = find(at, "EVEN").await.found();
    assert_eq!((some.len(), &*says), (8, "There are more. Type more of the name."));
    assert!(some.iter().all(|name| name.starts_with("Even-")));
    assert_eq!(find(at, "even-x").await.found(), (vec![], "Nobody is called like that.".to_owned()));
    server.stop().await;
}

#[tokio::test]
async fn a_text_has_bounds() {
    let server = LeaderPort::start().await;
    let at = server.address;
    submit(at, &"é".repeat(32), 5).await;
    assert_eq!(names(at, &"é".repeat(32)).await.len(), 1);
    for text in ["", "  "] {
        let shown = find(at, text).await;
        assert_eq!(shown.ranks().2, 1);
        assert!(!shown.has("class=\"found"), "nothing is looked for");
    }
    let long = "x".repeat(65);
    assert_eq!(find(at, &long).await.found(), (vec![], "Search for 1 to 64 characters of a player's name.".to_owned()));
    for (text, said) in
        [("", ""), (" \t", ""), (&*long, "Search for"), (&*"é".repeat(65), "Search for"), (&*"é".repeat(64), "Nobody"), ("a\0b", "Nobody")]
    {
        let wanted = Wanted::Found { board: BoardId::main(), period: Period::default(), text: text.to_owned() };
        let answer = call(at, &ReadFragment { wanted }).await;
        assert_eq!(answer.status, 200, "{text:?}");
        let fragment: Fragment = postcard::from_bytes(&answer.body).unwrap();
        assert!(fragment.html.contains(said) && fragment.html.is_empty() == said.is_empty(), "{text:?}: {}", fragment.html);
    }
    server.stop().await;
}
