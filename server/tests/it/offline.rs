//! What browsers keep for when the server can't be reached: the service worker, its page, and what makes the app installable.

use crate::{
    client::{Answer, get, send},
    harness::LeaderPort,
};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};
use tempfile::TempDir;

const STYLE_ASSETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../style/assets");

/// A front end whose files have these hashes, with a program of this text.
fn build(hashes: [&str; 3], program: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in std::fs::read_dir(STYLE_ASSETS).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    let package = folder.path().join("pkg");
    std::fs::create_dir(&package).unwrap();
    let kinds = ["js", "wasm", "css"];
    for (kind, hash) in kinds.iter().zip(hashes) {
        std::fs::write(package.join(format!("leaderport.{hash}.{kind}")), program).unwrap();
    }
    let lines: String = kinds.iter().zip(hashes).map(|(kind, hash)| format!("{kind}: {hash}\n")).collect();
    std::fs::write(folder.path().join("hash.txt"), lines).unwrap();
    folder
}

async fn serve(site: &Path) -> LeaderPort {
    let site = site.to_owned();
    LeaderPort::start_with(|config| config.site_root = Some(site)).await
}

/// The worker of a front end.
async fn worker(site: &Path) -> Answer {
    let server = serve(site).await;
    let answer = get(server.address, "/sw.js").await;
    server.stop().await;
    answer
}

/// The line of the worker that gives this name a value.
fn line<'a>(worker: &'a str, name: &str) -> &'a str {
    let start = format!("const {name} = ");
    worker.lines().find_map(|line| line.strip_prefix(&*start)?.strip_suffix(';')).unwrap_or_else(|| panic!("no {name}: {worker}"))
}

#[tokio::test]
async fn the_worker_names_the_files_of_its_build() {
    let site = build(["a1", "b2", "c3"], "1");
    let server = serve(site.path()).await;
    let at = server.address;
    let answer = get(at, "/sw.js").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; connect-src 'self'");
    let shell: Vec<String> = serde_json::from_str(line(&answer.text(), "SHELL")).unwrap();
    let folder = folder(&shell[0]);
    assert_eq!(shell[..3], [format!("{folder}/leaderport.a1.js"), format!("{folder}/leaderport.b2.wasm"), "/pkg/leaderport.c3.css".into()]);
    for path in &shell {
        assert_eq!(get(at, path).await.status, 200, "{path}");
    }
    // Its page is kept in each language: which one it is to be in shows when there is no network.
    let fallbacks: BTreeMap<String, String> = serde_json::from_str(line(&answer.text(), "FALLBACKS")).unwrap();
    assert_eq!(fallbacks.keys().collect::<Vec<_>>(), ["ar", "de", "en", "ja"]);
    for (language, address) in &fallbacks {
        let page = send(at, "GET", address, &[("cookie", "language=ja"), ("accept-language", "de")], "").await.text();
        assert!(shell.contains(address) && page.contains(&format!("<html lang=\"{language}\"")), "{page}");
    }
    let page = get(at, "/offline").await;
    assert_eq!((page.header("content-type"), page.header("cache-control")), ("text/html; charset=utf-8", "no-cache"));
    let text = page.text();
    assert!(
        text.starts_with("<!DOCTYPE html><html") && text.contains("/pkg/leaderport.c3.css") && text.contains("<div id=\"kept\"></div>")
    );
    // It stands in for other pages, where the app would take it for one of its own.
    assert!(!text.contains("<script"), "{text}");
    assert_eq!(send(at, "POST", "/sw.js", &[], "").await.status, 405);
    server.stop().await;
}

/// The folder of the build that a file is in: only addresses have it.
fn folder(address: &str) -> &str {
    let (folder, _) = address.rsplit_once('/').unwrap();
    assert!(folder.strip_prefix("/pkg/").is_some_and(|tag| tag.len() == 16), "{address}");
    folder
}

/// Divides the module of a front end into parts, loaded by a program of this hash.
fn divide(site: &Path, script: &str) {
    let package = site.join("pkg");
    let manifest = r#"{"board":["chunk_1.e5","split_board.f6"],"lobby":["chunk_1.e5","split_lobby.g7"]}"#;
    std::fs::write(package.join("__wasm_split_manifest.h8.json"), manifest).unwrap();
    std::fs::write(package.join(format!("__wasm_split.{script}.js")), "1").unwrap();
    for part in ["chunk_1.e5", "split_board.f6", "split_lobby.g7"] {
        std::fs::write(package.join(format!("{part}.wasm")), "1").unwrap();
    }
    let hashes = site.join("hash.txt");
    let whole = std::fs::read_to_string(&hashes).unwrap() + &format!("manifest: h8\nsplit: {script}\n");
    std::fs::write(hashes, whole).unwrap();
}

#[tokio::test]
async fn the_parts_of_a_module_are_kept_and_loaded_with_their_page() {
    let site = build(["a1", "b2", "c3"], "1");
    divide(site.path(), "i9");
    let server = serve(site.path()).await;
    let at = server.address;
    let answer = get(at, "/sw.js").await.text();
    let parts: Vec<String> = serde_json::from_str(line(&answer, "PARTS")).unwrap();
    let folder = folder(&parts[0]);
    let names = ["__wasm_split.i9.js", "chunk_1.e5.wasm", "split_board.f6.wasm", "split_lobby.g7.wasm"];
    assert_eq!(parts, names.map(|name| format!("{folder}/{name}")));
    // Names are given before files are done: the folder of the build says what is in them. A page of another build is told that its files are gone, not given
    // others of the same name.
    for name in ["leaderport.a1.js", "leaderport.b2.wasm"].into_iter().chain(names) {
        for (address, status, caching) in [
            (format!("{folder}/{name}"), 200, "public, max-age=31536000, immutable"),
            (format!("/pkg/{name}"), 200, "no-cache"),
            (format!("/pkg/0123456789abcdef/{name}"), 404, "no-cache"),
        ] {
            let answer = get(at, &address).await;
            assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (status, caching), "{address}");
        }
    }
    assert!(get(at, "/pkg/leaderport.c3.css").await.header("cache-control").contains("immutable"));
    let needs = async |path: &str| {
        let page = get(at, path).await.text();
        ["chunk_1.e5", "split_board.f6", "split_lobby.g7"].map(|part| page.contains(&format!("{folder}/{part}.wasm")))
    };
    assert_eq!(needs("/").await, [true, false, true]);
    assert_eq!(needs("/b/main").await, [true, true, false]);
    assert_eq!(needs("/me").await, [false; 3]);
    server.stop().await;
}

#[tokio::test]
async fn the_module_of_a_build_without_parts_never_changes() {
    let site = build(["a1", "b2", "c3"], "1");
    let server = serve(site.path()).await;
    let worker = get(server.address, "/sw.js").await.text();
    assert_eq!(line(&worker, "PARTS"), "[]");
    let shell: Vec<String> = serde_json::from_str(line(&worker, "SHELL")).unwrap();
    assert!(shell[1].ends_with("/leaderport.b2.wasm"), "{shell:?}");
    assert!(get(server.address, &shell[1]).await.header("cache-control").contains("immutable"));
    server.stop().await;
}

#[tokio::test]
async fn other_parts_are_another_worker() {
    let workers = ["i9", "k1"].map(|script| {
        let site = build(["a1", "b2", "c3"], "1");
        divide(site.path(), script);
        site
    });
    let [first, second] = [worker(workers[0].path()).await.text(), worker(workers[1].path()).await.text()];
    assert_ne!(line(&first, "BUILD"), line(&second, "BUILD"));
    std::fs::remove_file(workers[0].path().join("pkg/split_board.f6.wasm")).unwrap();
    assert_eq!(worker(workers[0].path()).await.status, 404);
}

#[tokio::test]
async fn another_build_is_another_worker() {
    let first = worker(build(["a1", "b2", "c3"], "1").path()).await.text();
    assert_eq!(worker(build(["a1", "b2", "c3"], "1").path()).await.text(), first);
    let others = [(["a1", "b2", "d4"], "1"), (["a1", "d4", "c3"], "1"), (["d4", "b2", "c3"], "1"), (["a1", "b2", "c3"], "2")];
    for (hashes, program) in others {
        let other = worker(build(hashes, program).path()).await.text();
        assert_ne!(line(&other, "BUILD"), line(&first, "BUILD"), "{hashes:?} {program}");
    }
}

#[tokio::test]
async fn where_there_is_no_front_end_there_is_no_worker() {
    let site = build(["a1", "b2", "c3"], "1");
    std::fs::remove_file(site.path().join("pkg/leaderport.b2.wasm")).unwrap();
    assert_eq!(worker(site.path()).await.status, 404);
}

#[tokio::test]
async fn the_app_can_be_installed() {
    let site = build(["a1", "b2", "c3"], "1");
    let server = serve(site.path()).await;
    let at = server.address;
    let page = get(at, "/").await;
    let policy = page.header("content-security-policy").to_owned();
    assert!(policy.contains("manifest-src 'self'; worker-src 'self'"), "{policy}");
    let text = page.text();
    for linked in ["/manifest.webmanifest?lang=en", "/icon-apple.png"] {
        assert!(text.contains(&format!("href=\"{linked}\"")), "{text}");
        assert_eq!(get(at, linked).await.status, 200, "{linked}");
    }
    for (language, description, play) in [
        ("en", "Leaderboards that move while you watch.", "Play"),
        ("de", "Bestenlisten, die sich bewegen, während du zusiehst.", "Spielen"),
    ] {
        let page = send(at, "GET", "/", &[("cookie", &format!("language={language}"))], "").await.text();
        let linked = format!("/manifest.webmanifest?lang={language}");
        assert!(page.contains(&format!("href=\"{linked}\"")), "{page}");
        let manifest = get(at, &linked).await.json();
        assert_eq!([&manifest["lang"], &manifest["description"], &manifest["shortcuts"][0]["name"]], [language, description, play]);
    }
    let answer = get(at, "/manifest.webmanifest").await;
    assert_eq!(answer.header("content-type"), "application/manifest+json");
    let manifest = answer.json();
    assert_eq!([&manifest["start_url"], &manifest["scope"], &manifest["display"]], ["/", "/", "standalone"]);
    let icons = manifest["icons"].as_array().unwrap();
    for icon in icons {
        let picture = get(at, icon["src"].as_str().unwrap()).await;
        assert_eq!((picture.status.as_u16(), picture.header("content-type")), (200, icon["type"].as_str().unwrap()));
    }
    let has = |sizes: &str, purpose: Value| icons.iter().any(|icon| icon["sizes"] == sizes && icon["purpose"] == purpose);
    assert!(has("192x192", Value::Null) && has("512x512", Value::Null) && has("512x512", "maskable".into()), "{manifest}");
    server.stop().await;
}
