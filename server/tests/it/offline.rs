//! What browsers keep for when the server can't be reached: the service worker, its page, and what makes the app installable.

use crate::{
    client::{Answer, get, send},
    harness::LeaderPort,
};
use serde_json::Value;
use std::path::Path;
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
    assert_eq!(shell[..3], ["/pkg/leaderport.a1.js", "/pkg/leaderport.b2.wasm", "/pkg/leaderport.c3.css"]);
    for path in &shell {
        assert_eq!(get(at, path).await.status, 200, "{path}");
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
    assert_eq!(parts, ["/pkg/__wasm_split.i9.js", "/pkg/chunk_1.e5.wasm", "/pkg/split_board.f6.wasm", "/pkg/split_lobby.g7.wasm"]);
    // The module and the programs are rewritten after they got their names, the parts are not.
    for (path, is_for_good) in [
        ("/pkg/leaderport.a1.js", false),
        ("/pkg/leaderport.b2.wasm", false),
        ("/pkg/leaderport.c3.css", true),
        ("/pkg/__wasm_split.i9.js", false),
        ("/pkg/__wasm_split_manifest.h8.json", false),
        ("/pkg/chunk_1.e5.wasm", true),
        ("/pkg/split_board.f6.wasm", true),
    ] {
        let answer = get(at, path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control").contains("immutable"), is_for_good, "{path}");
    }
    let needs = async |path: &str| {
        let page = get(at, path).await.text();
        ["chunk_1.e5", "split_board.f6", "split_lobby.g7"].map(|part| page.contains(&format!("/pkg/{part}.wasm")))
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
    assert_eq!(line(&get(server.address, "/sw.js").await.text(), "PARTS"), "[]");
    assert!(get(server.address, "/pkg/leaderport.b2.wasm").await.header("cache-control").contains("immutable"));
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
    for linked in ["/manifest.webmanifest", "/icon-apple.png"] {
        assert!(text.contains(&format!("href=\"{linked}\"")), "{text}");
        assert_eq!(get(at, linked).await.status, 200, "{linked}");
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
