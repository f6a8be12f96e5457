//! Servers to test: Valkey, and LeaderPort on port 0.

use crate::client::is_ready;
use clap::Parser;
use server::{
    boards::clock::Clock,
    config::{Cli, Command, Config},
};
use std::{
    future::Future,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command as Process, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::Instant};

/// The admin key of every LeaderPort in this process.
pub const ADMIN_KEY: &str = "test-key-of-20-chars";

/// 2026-11-21T12:00:00Z, a Saturday, in ms since 1970.
pub const NOON: u64 = 1_795_262_400_000;

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Asks until the answer is yes; fails when it takes too long.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !ask().await {
        assert!(Instant::now() < deadline, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A Valkey of a test's own, without persistence; it ends with this value, or with the test process.
pub struct Valkey {
    keeper: Child,
    pipe: Option<ChildStdin>,
    folder: PathBuf,
    keep: Option<TempDir>,
}

impl Valkey {
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let mut valkey = Self::start_in(folder.path());
        valkey.keep = Some(folder);
        valkey
    }

    /// Starts in a folder that outlives it, so that another can be started in its place.
    pub fn start_in(folder: &Path) -> Self {
        Self::start_with(folder, &["--port", "0"])
    }

    /// Starts with these arguments besides.
    pub fn start_with(folder: &Path, arguments: &[&str]) -> Self {
        let script = r#"
            valkey-server --unixsocket v.sock --save '' --pidfile v.pid --dir . "$@" </dev/null >/dev/null &
            cat >/dev/null; kill $!; wait
        "#;
        let mut keeper =
            Process::new("sh").args(["-c", script, "valkey"]).args(arguments).current_dir(folder).stdin(Stdio::piped()).spawn().unwrap();
        let pipe = keeper.stdin.take();
        Self { keeper, pipe, folder: folder.to_owned(), keep: None }
    }

    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.join("v.sock").display())
    }

    pub fn pid(&self) -> u32 {
        read_pid(&self.folder.join("v.pid")).unwrap()
    }
}

impl Drop for Valkey {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let _ = self.keeper.wait();
    }
}

/// The Valkey that most tests share.
fn shared_valkey() -> String {
    static SHARED: OnceLock<Valkey> = OnceLock::new();
    SHARED.get_or_init(Valkey::start).url()
}

/// A key prefix that no other test has.
fn fresh_prefix() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("test{}:", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// LeaderPort in this process, by the same `run` that `main` calls.
pub struct LeaderPort {
    pub address: SocketAddr,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<Result<(), server::RunError>>,
}

impl LeaderPort {
    /// On the shared Valkey, with a key prefix that no other test has.
    pub async fn start() -> Self {
        Self::start_on(&shared_valkey(), &fresh_prefix()).await
    }

    /// The same, at the time that `now_ms` says.
    pub async fn start_at(now_ms: Arc<AtomicU64>) -> Self {
        Self::start_by(&shared_valkey(), &fresh_prefix(), |config| config.clock = Clock::new(move || now_ms.load(Ordering::SeqCst))).await
    }

    /// The same, at a time that stands still: for what must not run into another day.
    pub async fn start_at_noon() -> Self {
        Self::start_by(&shared_valkey(), &fresh_prefix(), |config| config.clock = Clock::new(|| NOON)).await
    }

    /// The same, without an admin key.
    pub async fn start_without_key() -> Self {
        Self::start_by(&shared_valkey(), &fresh_prefix(), |config| config.admin_key = None).await
    }

    /// The same, with a configuration that is changed like this.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::start_by(&shared_valkey(), &fresh_prefix(), change).await
    }

    /// Two on the same boards.
    pub async fn start_two() -> (Self, Self) {
        let (valkey, prefix) = (shared_valkey(), fresh_prefix());
        (Self::start_on(&valkey, &prefix).await, Self::start_on(&valkey, &prefix).await)
    }

    /// The same, each with a configuration that is changed like this, one after the other.
    pub async fn start_two_with(first: impl FnOnce(&mut Config), second: impl FnOnce(&mut Config)) -> (Self, Self) {
        let (valkey, prefix) = (shared_valkey(), fresh_prefix());
        (Self::start_by(&valkey, &prefix, first).await, Self::start_by(&valkey, &prefix, second).await)
    }

    pub async fn start_on(valkey: &str, prefix: &str) -> Self {
        Self::start_by(valkey, prefix, |_| ()).await
    }

    pub async fn start_by(valkey: &str, prefix: &str, change: impl FnOnce(&mut Config)) -> Self {
        let arguments = ["leaderport", "--valkey-url", valkey, "--valkey-prefix", prefix, "--admin-key", ADMIN_KEY];
        let Command::Serve(mut config) = Cli::parse_from(arguments).into_command() else { panic!("it serves without a subcommand") };
        // Tests call their players by names.
        config.chosen_ids = true;
        change(&mut config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel();
        let running = tokio::spawn(server::run(*config, listener, async move {
            // A dropped sender is a shutdown, too.
            let _ = told.await;
        }));
        eventually("the server is ready", || is_ready(address)).await;
        Self { address, shutdown, running }
    }

    /// Stops it, and expects that it stops well.
    pub async fn stop(self) {
        self.shutdown.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.running).await.expect("stops in time").unwrap().unwrap();
    }
}

/// LeaderPort as a process, with its own Valkey.
pub struct Program {
    pub address: SocketAddr,
    child: Child,
}

/// The built program, with nothing of the tester's environment that would configure it.
pub fn program() -> Process {
    let mut command = Process::new(env!("CARGO_BIN_EXE_leaderport"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("LEADERPORT_") || name.starts_with("LEPTOS_")) {
        command.env_remove(name);
    }
    command.env_remove("VALKEY_URL");
    command
}

impl Program {
    /// Starts it on the data in `folder`.
    pub async fn start(folder: &Path) -> Self {
        Self::start_logging(folder, Stdio::null()).await
    }

    /// Starts it, with its log going to `log`.
    pub async fn start_logging(folder: &Path, log: impl Into<Stdio>) -> Self {
        let folder = folder.to_str().unwrap();
        Self::start_as(&["--durability", "always", "--data-dir", folder], log).await
    }

    /// The same, with a log that has every request.
    pub async fn start_logging_all(folder: &Path, log: impl Into<Stdio>) -> Self {
        Self::start_as(&["--data-dir", folder.to_str().unwrap(), "--log", "info,server=debug"], log).await
    }

    /// The same, with a log that has nothing but what went wrong.
    pub async fn start_logging_little(folder: &Path, log: impl Into<Stdio>) -> Self {
        Self::start_as(&["--data-dir", folder.to_str().unwrap(), "--log", "error"], log).await
    }

    /// The same, with a collector of traces.
    pub async fn start_tracing(folder: &Path, collector: &str) -> Self {
        Self::start_as(&["--data-dir", folder.to_str().unwrap(), "--log", "warn", "--otlp-endpoint", collector], Stdio::null()).await
    }

    /// Starts it on a Valkey that runs already.
    pub async fn start_on(valkey: &str, prefix: &str, log: impl Into<Stdio>) -> Self {
        Self::start_as(&["--valkey-url", valkey, "--valkey-prefix", prefix], log).await
    }

    async fn start_as(arguments: &[&str], log: impl Into<Stdio>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let child = program()
            .args(["--listen", &address.to_string()])
            .args(arguments)
            .env("LEADERPORT_ADMIN_KEY", ADMIN_KEY)
            .stderr(log)
            .spawn()
            .unwrap();
        let program = Self { address, child };
        eventually("the program is ready", || is_ready(address)).await;
        program
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal and waits for the end; the exit code, if it ended by itself.
    pub async fn end(mut self, signal: &str) -> Option<i32> {
        kill(self.child.id(), signal);
        wait(&mut self.child).await
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub async fn wait(child: &mut Child) -> Option<i32> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(Instant::now() < deadline, "the program does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

pub fn kill(pid: u32, signal: &str) {
    assert!(Process::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
}

/// Whether a process is there and runs (a zombie does not).
pub fn runs(pid: u32) -> bool {
    let state = Process::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = String::from_utf8_lossy(&state.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

/// The process that started this one.
pub fn parent(pid: u32) -> u32 {
    let parent = Process::new("ps").args(["-o", "ppid=", "-p", &pid.to_string()]).output().unwrap();
    String::from_utf8_lossy(&parent.stdout).trim().parse().unwrap()
}

/// The process id of the embedded Valkey on the data in `folder`; none while it writes no such file.
pub fn embedded_pid(folder: &Path) -> Option<u32> {
    read_pid(&folder.join("valkey.pid"))
}

fn read_pid(file: &Path) -> Option<u32> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}
