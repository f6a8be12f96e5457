//! The process: signals, exit codes, and what it leaves behind.

use crate::{
    client::{is_ready, rows, submit},
    harness::{Program, Valkey, embedded_pid, eventually, kill, program, runs, wait},
};
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Runs the program to its end: exit code and standard error.
async fn run(arguments: &[&str], path: Option<&str>) -> (Option<i32>, String) {
    let mut command = program();
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped());
    if let Some(path) = path {
        command.env("PATH", path);
    }
    let mut child = command.spawn().unwrap();
    let code = wait(&mut child).await;
    (code, std::io::read_to_string(child.stderr.take().unwrap()).unwrap())
}

#[tokio::test]
async fn stops_cleanly_and_finds_its_data_again() {
    let folder = TempDir::new().unwrap();
    for signal in ["-TERM", "-INT"] {
        let server = Program::start(folder.path()).await;
        submit(server.address, "ada", 1200).await;
        assert_eq!(rows(server.address).await, [(1, "ada".to_owned(), 1200)]);
        let valkey = embedded_pid(folder.path()).unwrap();
        assert!(runs(valkey));
        assert_eq!(server.end(signal).await, Some(0), "{signal}");
        assert!(!runs(valkey), "stopped with us");
    }
}

#[tokio::test]
async fn a_killed_program_leaves_no_valkey_behind() {
    let folder = TempDir::new().unwrap();
    let server = Program::start(folder.path()).await;
    submit(server.address, "ada", 1200).await;
    let valkey = embedded_pid(folder.path()).unwrap();
    assert_eq!(server.end("-KILL").await, None);
    eventually("Valkey ended", || async { !runs(valkey) }).await;
    let server = Program::start(folder.path()).await;
    assert_eq!(rows(server.address).await, [(1, "ada".to_owned(), 1200)]);
    assert_eq!(server.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn a_stale_valkey_on_the_data_is_ended() {
    let folder = TempDir::new().unwrap();
    let stale = Valkey::start_in(folder.path());
    eventually("it runs", || async { folder.path().join("v.sock").exists() }).await;
    std::os::unix::fs::symlink("v.sock", folder.path().join("valkey.sock")).unwrap();
    let pid = stale.pid();
    let server = Program::start(folder.path()).await;
    assert!(!runs(pid), "it was ended");
    submit(server.address, "ada", 1).await;
    assert_eq!(server.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn a_program_that_still_waits_for_valkey_can_be_stopped() {
    let mut child =
        program().args(["--listen", "127.0.0.1:0", "--valkey-url", "redis://127.0.0.1:1"]).stderr(Stdio::piped()).spawn().unwrap();
    // Its first line says that Valkey can't be reached: from then on it waits.
    let mut log = BufReader::new(child.stderr.take().unwrap());
    log.read_line(&mut String::new()).unwrap();
    let told = Instant::now();
    kill(child.id(), "-TERM");
    assert_eq!(wait(&mut child).await, Some(0));
    assert!(told.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn two_programs_cannot_share_a_data_folder() {
    let folder = TempDir::new().unwrap();
    let server = Program::start(folder.path()).await;
    let (code, said) = run(&["--listen", "127.0.0.1:0", "--data-dir", &text(folder.path())], None).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("another LeaderPort uses the data folder"), "{said}");
    assert!(is_ready(server.address).await);
    assert_eq!(server.end("-TERM").await, Some(0));
}

#[tokio::test]
async fn failures_end_with_one_clear_line() {
    let folder = TempDir::new().unwrap();
    let data = text(folder.path());
    let server = Program::start(folder.path()).await;
    let taken = server.address.to_string();
    let long = format!("{data}/{}", "x".repeat(120));
    let broken = format!("{data}/broken");
    std::fs::create_dir_all(format!("{broken}/appendonlydir")).unwrap();
    std::fs::write(format!("{broken}/appendonlydir/appendonly.aof.manifest"), "this is no manifest").unwrap();
    let cases: &[(&[&str], Option<&str>, i32, &str)] = &[
        (&["--listen", "127.0.0.1:0", "--data-dir", &data], Some("/nonexistent"), 1, "or set VALKEY_URL"),
        (&["--listen", &taken], None, 1, "can't listen on"),
        (&["--listen", "127.0.0.1:0", "--data-dir", "/proc/nowhere"], None, 1, "can't be used"),
        (&["--listen", "127.0.0.1:0", "--data-dir", &long], None, 1, "too long"),
        (&["--listen", "127.0.0.1:0", "--data-dir", &broken], None, 1, "manifest"),
        (&["--listen", "127.0.0.1:0", "--valkey-url", "gopher://x"], None, 1, "VALKEY_URL"),
        (&["--listen", "nowhere"], None, 2, "--listen"),
        (&["--valkey-prefix", "{x}"], None, 2, "--valkey-prefix"),
        (&["--public-url", "scores.example"], None, 2, "--public-url"),
        (&["--public-url", "https://scores.example/path"], None, 2, "--public-url"),
        (&["--public-url", "https://user@scores.example"], None, 2, "--public-url"),
        (&["--public-url", "javascript://scores.example"], None, 2, "--public-url"),
        (&["--no-such-flag"], None, 2, "--no-such-flag"),
    ];
    for (arguments, path, code, says) in cases {
        let (ended, said) = run(arguments, *path).await;
        assert_eq!(ended, Some(*code), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        if *code == 1 {
            assert_eq!(said.lines().filter(|line| line.starts_with("leaderport: ")).count(), 1, "{said}");
        }
    }
    assert_eq!(server.end("-TERM").await, Some(0));
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
