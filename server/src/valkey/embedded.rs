//! The Valkey that LeaderPort starts for itself: a child process on a unix socket in the data folder, append-only file on.
//!
//! It is started again when it dies, stopped cleanly with us, and never left behind: it runs under a few lines of
//! shell ([`KEEPER`]) that end it as soon as our end of a pipe closes, however we go. Should even the keeper be killed,
//! the next start finds the stale server by its socket and ends it.

use super::pool::Address;
use std::{
    fs::{DirBuilder, File, TryLockError},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::UnixStream,
    process::{Child, ChildStdin, ChildStdout, Command},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

/// Runs `valkey-server` with the arguments it is given, and ends it when standard input closes.
///
/// Standard input (kept as 3) is a pipe from us, held by the watching `cat` alone. Standard error comes in as the locked
/// [`VALKEY_LOCK`] (kept as 4), held by the server alone: the lock is free when the server is gone, and not before.
const KEEPER: &str = r#"
exec 3<&0 4>&2 2>&1
valkey-server "$@" </dev/null 3<&- &
server=$!
{ cat <&3; kill -TERM "$server"; } >/dev/null 2>&1 4>&- &
exec 3<&- 4>&-
wait "$server"
"#;

/// How long Valkey may take to answer after its start: it reads its data first.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// How long Valkey may take to write what is left and stop.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// The first and the longest pause before Valkey is started again.
const RESTART_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// A Valkey that ran for this long was well: the next pause is the first one again.
const WELL: Duration = Duration::from_secs(30);
/// The longest path of a unix socket that all systems take, in bytes.
const MAX_SOCKET_PATH: usize = 100;

/// What is said when an earlier Valkey can't be got rid of.
const STILL_THERE: &str = "a valkey from an earlier run holds the data folder and does not stop";
const SOCKET: &str = "valkey.sock";
const PID: &str = "valkey.pid";
/// Held by the LeaderPort that uses the data folder.
const LOCK: &str = "leaderport.lock";
/// Held by the Valkey that uses the data folder: two must never write the same files, not even for a moment.
const VALKEY_LOCK: &str = "valkey.lock";

/// When a write is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Durability {
    /// Within a second: a power cut may cost the last second.
    Everysec,
    /// Before it is acknowledged.
    Always,
}

impl Durability {
    fn appendfsync(self) -> &'static str {
        match self {
            Self::Everysec => "everysec",
            Self::Always => "always",
        }
    }
}

/// Why there is no embedded Valkey. The texts are for whoever started the program.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// Nothing to start.
    #[error(
        "valkey-server is not on the PATH. Install Valkey 8 or newer (`make setup` does), or set VALKEY_URL to a Valkey that runs already"
    )]
    NotInstalled,
    /// Somebody else works here.
    #[error("another LeaderPort uses the data folder {0}: stop it, or give this one another --data-dir")]
    InUse(PathBuf),
    /// Unix sockets have short names.
    #[error(
        "the path of the data folder is too long for a socket ({0} bytes with the socket's name, at most {MAX_SOCKET_PATH}): give a shorter --data-dir"
    )]
    PathTooLong(usize),
    /// The folder can't be used.
    #[error("the data folder {0} can't be used: {1}")]
    Folder(PathBuf, std::io::Error),
    /// It ended or stayed silent.
    #[error("valkey-server did not start: {0}")]
    NotStarted(String),
}

/// A running Valkey of our own.
pub struct Embedded {
    socket: PathBuf,
    stop: CancellationToken,
    supervisor: JoinHandle<()>,
    /// Held for as long as we run: the data folder is ours.
    _lock: File,
}

impl Embedded {
    /// Starts Valkey on the data in `folder`, and returns when it answers.
    pub async fn start(folder: &Path, durability: Durability) -> Result<Self, EmbeddedError> {
        if !on_path("valkey-server") {
            return Err(EmbeddedError::NotInstalled);
        }
        let socket = folder.join(SOCKET);
        let length = socket.as_os_str().len();
        if length > MAX_SOCKET_PATH {
            return Err(EmbeddedError::PathTooLong(length));
        }
        let lock = lock_folder(folder)?;
        end_stale(&socket).await?;
        let server = Server { folder: folder.to_owned(), socket: socket.clone(), durability };
        let running = server.start().await?;
        let stop = CancellationToken::new();
        let supervisor = tokio::spawn(supervise(server, running, stop.clone()));
        Ok(Self { socket, stop, supervisor, _lock: lock })
    }

    /// Where it listens.
    pub fn address(&self) -> Address {
        Address::Socket(self.socket.clone())
    }

    /// Stops it and waits until it has written everything.
    pub async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.supervisor.await {
            error!(%error, "the embedded valkey's supervisor failed");
        }
    }
}

/// A started server, under its keeper.
struct Running {
    keeper: Child,
    /// Our end of the pipe; closing it ends the server. Apart from `keeper`, whose `wait` would close it.
    pipe: Option<ChildStdin>,
}

/// What it takes to start the server once more.
struct Server {
    folder: PathBuf,
    socket: PathBuf,
    durability: Durability,
}

impl Server {
    async fn start(&self) -> Result<Running, EmbeddedError> {
        let failed = |reason: String| EmbeddedError::NotStarted(reason);
        let lock = wait_for_lock(&self.folder).await?;
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "leaderport-valkey"])
            .args(["--port", "0", "--unixsocket", SOCKET, "--unixsocketperm", "700", "--dir", ".", "--pidfile", PID])
            .args(["--appendonly", "yes", "--appendfsync", self.durability.appendfsync(), "--save", ""])
            .args(["--maxmemory-policy", "noeviction", "--daemonize", "no", "--logfile", "", "--loglevel", "notice"])
            .current_dir(&self.folder)
            // A group of its own: Ctrl-C is for us; Valkey stops after we have finished with it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(lock)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let pipe = keeper.stdin.take();
        let said = tokio::spawn(log_lines(keeper.stdout.take()));
        tokio::select! {
            status = keeper.wait() => Err(failed(format!("it ended at once ({}){}", describe(status), last_words(said).await))),
            answered = wait_until_it_answers(&self.socket) => match answered {
                true => Ok(Running { keeper, pipe }),
                false => Err(failed(format!("no answer within {} s", START_PATIENCE.as_secs()))),
            },
        }
    }
}

/// Keeps Valkey running until `stop`.
async fn supervise(server: Server, mut running: Running, stop: CancellationToken) {
    let mut pause = RESTART_PAUSE.0;
    loop {
        let started = Instant::now();
        tokio::select! {
            () = stop.cancelled() => return end(running).await,
            status = running.keeper.wait() => error!(status = describe(status), "valkey ended by itself; starting it again"),
        }
        // Lets whatever the keeper has left behind end.
        drop(running.pipe.take());
        if started.elapsed() > WELL {
            pause = RESTART_PAUSE.0;
        }
        running = loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(RESTART_PAUSE.1);
            tokio::select! {
                // What was begun ends with its pipe.
                () = stop.cancelled() => return,
                started = server.start() => match started {
                    Ok(running) => break running,
                    Err(error) => error!(%error, "valkey could not be started again; trying on"),
                },
            }
        };
        info!("valkey runs again");
    }
}

async fn end(mut running: Running) {
    // The keeper takes the closed pipe as the word to stop Valkey, with SIGTERM: it then writes what is left.
    drop(running.pipe.take());
    match timeout(STOP_PATIENCE, running.keeper.wait()).await {
        Ok(status) => debug!(status = describe(status), "valkey stopped"),
        Err(_) => warn!("valkey did not stop in time; it is left to finish by itself"),
    }
}

fn describe(status: std::io::Result<ExitStatus>) -> String {
    status.map_or_else(|error| error.to_string(), |status| status.to_string())
}

/// Makes the data folder ours, for as long as the returned file is open.
fn lock_folder(folder: &Path) -> Result<File, EmbeddedError> {
    // Scores are nobody's business but ours: 0700.
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| EmbeddedError::Folder(folder.to_owned(), error))?;
    try_lock(folder, LOCK)?.ok_or_else(|| EmbeddedError::InUse(folder.to_owned()))
}

/// Waits until no Valkey uses the folder any more; the next one takes the returned file with it.
async fn wait_for_lock(folder: &Path) -> Result<File, EmbeddedError> {
    let deadline = Instant::now() + STOP_PATIENCE;
    while Instant::now() < deadline {
        if let Some(file) = try_lock(folder, VALKEY_LOCK)? {
            return Ok(file);
        }
        sleep(Duration::from_millis(20)).await;
    }
    Err(EmbeddedError::NotStarted(STILL_THERE.to_owned()))
}

/// Locks a file; `None` if somebody else has.
fn try_lock(folder: &Path, name: &str) -> Result<Option<File>, EmbeddedError> {
    let unusable = |error| EmbeddedError::Folder(folder.to_owned(), error);
    let file = File::create(folder.join(name)).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

/// Ends a Valkey that a killed LeaderPort left on this socket. The lock is ours, so nobody needs it.
async fn end_stale(socket: &Path) -> Result<(), EmbeddedError> {
    if ask(socket, "PING").await.is_none() {
        return Ok(());
    }
    warn!("a valkey from an earlier run still holds the data folder; ending it");
    let deadline = Instant::now() + STOP_PATIENCE;
    while Instant::now() < deadline {
        // It answers only when it refuses, so the answer tells nothing; that it no longer answers does.
        ask(socket, "SHUTDOWN").await;
        if ask(socket, "PING").await.is_none() {
            return Ok(());
        }
        sleep(Duration::from_millis(100)).await;
    }
    Err(EmbeddedError::NotStarted(STILL_THERE.to_owned()))
}

async fn wait_until_it_answers(socket: &Path) -> bool {
    let deadline = Instant::now() + START_PATIENCE;
    while Instant::now() < deadline {
        if ask(socket, "PING").await.is_some_and(|answer| answer.starts_with("+PONG")) {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

/// Sends one inline command and reads what comes back, if anything does within a second.
async fn ask(socket: &Path, command: &str) -> Option<String> {
    let talk = async {
        let mut stream = UnixStream::connect(socket).await.ok()?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await.ok()?;
        let mut answer = [0; 256];
        let n = stream.read(&mut answer).await.ok().filter(|n| *n > 0)?;
        Some(String::from_utf8_lossy(&answer[..n]).into_owned())
    };
    timeout(Duration::from_secs(1), talk).await.ok().flatten()
}

/// Passes Valkey's lines on to the log; returns the last one that it marked as a warning (with `#`).
async fn log_lines(output: Option<ChildStdout>) -> Option<String> {
    let mut lines = BufReader::new(output?).lines();
    let mut warning = None;
    while let Ok(Some(line)) = lines.next_line().await {
        debug!(target: "valkey", "{line}");
        if let Some((_, text)) = line.split_once(" # ") {
            warning = Some(text.to_owned());
        }
    }
    warning
}

/// What a Valkey that ended said last, as the end of a sentence.
async fn last_words(said: JoinHandle<Option<String>>) -> String {
    match timeout(Duration::from_secs(1), said).await {
        Ok(Ok(Some(line))) => format!(": {line}"),
        _ => "; see its lines with --log valkey=debug".to_owned(),
    }
}

fn on_path(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
