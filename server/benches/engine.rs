//! Measures the engine on a Valkey of its own: submissions in group commit, latencies of reads by size of board, bytes an entry.
//! Each figure stands beside what it is compared to. `make bench` runs it; arguments are what to measure (all by default):
//! `submit`, `memory`, `reads`, `runs`.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, reason = "it is a measurement")]

use app::{
    game,
    model::{BoardId, Limit, PlayerId, RulesChange, Score, Submission},
};
use server::{
    boards::{
        Boards,
        caller::Caller,
        clock::Clock,
        read::{Period, Which},
    },
    valkey::{functions::Store, keys::Keys, pool::Address},
};
use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Distinct players who submit.
const PLAYERS: u64 = 1_000_000;
/// Submissions in flight at once.
const IN_FLIGHT: usize = 2_048;
/// Bytes of a player's id, as many as valkey-benchmark's members have.
const ID_BYTES: usize = 19;
/// How long each throughput is measured.
const TIME: Duration = Duration::from_secs(8);
/// Runs of the game that are played again.
const RUNS: u64 = 20_000;
/// Reads for each latency.
const READS: usize = 4_000;

#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wants = |what: &str| wanted.is_empty() || wanted.iter().any(|word| word == what);
    let valkey = Valkey::start();
    let (store, _subscriber) =
        Store::connect(&Address::Socket(valkey.socket.clone()), Keys::new("bench:"), Duration::from_secs(10)).await.unwrap();
    let boards = Arc::new(Boards::open(store, Clock::default()).await.unwrap());
    if wants("submit") {
        submissions(&boards, &valkey).await;
    }
    if wants("memory") {
        memory(&boards, &valkey).await;
    }
    if wants("reads") {
        reads(&boards, &valkey).await;
    }
    if wants("runs") {
        runs();
    }
}

/// How many runs of the game one core plays again in a second.
fn runs() {
    let started = Instant::now();
    std::hint::black_box(game::digest_of_random_runs(RUNS));
    println!("runs played again    {:.0}/s on one core (goal: 100 or more)", RUNS as f64 / started.elapsed().as_secs_f64());
}

/// A Valkey as LeaderPort starts it (append-only file, written out every second), in a folder that goes with it.
struct Valkey {
    child: Child,
    folder: PathBuf,
    socket: PathBuf,
}

impl Valkey {
    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("leaderport-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let socket = folder.join("s");
        let child = Command::new("valkey-server")
            .args(["--port", "0", "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--unixsocket"])
            .arg(&socket)
            .arg("--dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn()
            .expect("valkey-server");
        while !Command::new("valkey-cli").arg("-s").arg(&socket).arg("ping").output().is_ok_and(|ping| ping.stdout.starts_with(b"PONG")) {
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { child, folder, socket }
    }

    /// Waits for what goes on in the background: what was deleted is freed, the append-only file rewritten.
    async fn settle(&self) {
        while self.info("memory", "lazyfree_pending_objects") + self.info("persistence", "aof_rewrite_in_progress") > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn info(&self, section: &str, name: &str) -> u64 {
        let text = output(Command::new("valkey-cli").arg("-s").arg(&self.socket).args(["info", section]));
        text.lines().find_map(|line| line.strip_prefix(&format!("{name}:"))?.trim().parse().ok()).unwrap()
    }
}

impl Drop for Valkey {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn output(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

async fn board(boards: &Boards, id: &str, rules: &str) -> BoardId {
    let board = BoardId::parse(id).unwrap();
    let rules: RulesChange = serde_json::from_str(rules).unwrap();
    boards.create(Caller::Admin, board.clone(), rules).await.unwrap();
    board
}

/// A player's id, of as many bytes as it is told.
fn player_id(player: u64, bytes: usize) -> PlayerId {
    PlayerId::parse(&format!("player:{player:0width$}", width = bytes - 7)).unwrap()
}

fn submission(player: PlayerId, score: i64) -> Submission {
    Submission::new(player, Score::new(score, 0).unwrap())
}

/// Pipelined ZADDs a second, of as many members and as long as the players' names, on the same Valkey.
fn zadds(socket: &Path) -> f64 {
    let mut command = Command::new("valkey-benchmark");
    command.arg("-s").arg(socket).args(["-P", "16", "-n", "2000000", "-r", &PLAYERS.to_string(), "--csv", "-q"]);
    let text = output(command.args(["zadd", "bench:plain", "__rand_int__", "player:__rand_int__"]));
    let figure = text.lines().last().unwrap().split("\",\"").nth(1).unwrap();
    figure.trim_matches('"').parse().unwrap()
}

async fn submissions(boards: &Arc<Boards>, valkey: &Valkey) {
    println!("\n== Engine: submissions a second in group commit, receipts with ranks, {PLAYERS} players, {IN_FLIGHT} in flight");
    let before = zadds(&valkey.socket);
    println!("valkey-benchmark ZADD, 50 clients, pipeline of 16      {before:>9.0}/s");
    for (name, id, rules) in [
        ("one window", "one", r#"{"title":"one"}"#),
        ("four windows", "four", r#"{"title":"four","windows":["daily","weekly","monthly"]}"#),
        ("one window, dense ranks", "dense", r#"{"title":"dense","rankMode":"dense"}"#),
        (
            "one window, two tiebreaks, competition ranks",
            "ties",
            r#"{"title":"t","rankMode":"competition","tiebreaks":[{"name":"a"},{"name":"b"}]}"#,
        ),
    ] {
        let board = board(boards, id, rules).await;
        let tiebreaks = if id == "ties" { vec![1, 2] } else { vec![] };
        let rate = submit_for(boards, &board, &tiebreaks).await;
        println!("{name:<54} {rate:>9.0}/s   {:.2} of ZADD", rate / before);
        boards.delete(Caller::Admin, &board).await.unwrap();
    }
    let after = zadds(&valkey.socket);
    println!("valkey-benchmark ZADD, again                           {after:>9.0}/s");
}

async fn submit_for(boards: &Arc<Boards>, board: &BoardId, tiebreaks: &[i64]) -> f64 {
    let counted = Arc::new(AtomicU64::new(0));
    let started = Instant::now();
    let tasks: Vec<_> = (0..IN_FLIGHT as u64)
        .map(|task| {
            let (boards, board, counted, tiebreaks) = (boards.clone(), board.clone(), counted.clone(), tiebreaks.to_vec());
            tokio::spawn(async move {
                let mut random = task.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
                while started.elapsed() < TIME {
                    // xorshift: cheap, and good enough to pick players and scores.
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let submission = Submission {
                        tiebreaks: tiebreaks.clone(),
                        ..submission(player_id(random % PLAYERS, ID_BYTES), (random >> 32) as i64 % 1_000_000)
                    };
                    let receipt = boards.submit(Caller::Admin, &board, submission).await.unwrap();
                    assert!(receipt.after.rank > 0);
                    counted.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    counted.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64()
}

/// Gives so many players an entry.
async fn fill(boards: &Boards, board: &BoardId, from: u64, to: u64, id_bytes: usize) {
    let mut next = from;
    while next < to {
        let end = (next + 1_000).min(to);
        // A permutation of the numbers as scores: no two are equal, and none comes in order.
        let score = |player: u64| (player.wrapping_mul(2_654_435_761) % 4_294_967_296) as i64;
        let batch = (next..end).map(|player| Ok(submission(player_id(player, id_bytes), score(player)))).collect();
        let outcomes = boards.submit_all(Caller::Admin, board, batch).await.unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
        next = end;
    }
}

async fn memory(boards: &Boards, valkey: &Valkey) {
    println!("\n== Memory: bytes of Valkey an entry, all parts, log apart (goal: at most 220)");
    let daily = r#""windows":["daily","weekly","monthly"]"#;
    for (name, id, id_bytes, windows, entries) in [
        ("one window, ids of 13 bytes", "short", 13, "", PLAYERS),
        ("one window, ids of 19 bytes", "long", 19, "", PLAYERS),
        ("four windows, ids of 13 bytes, each entry of the four", "four", 13, daily, 4 * PLAYERS),
    ] {
        let comma = if windows.is_empty() { "" } else { "," };
        let board = board(boards, id, &format!(r#"{{"title":"m","log":{{"count":1}}{comma}{windows}}}"#)).await;
        valkey.settle().await;
        let before = valkey.info("memory", "used_memory_dataset");
        fill(boards, &board, 0, PLAYERS, id_bytes).await;
        println!("{name:<54} {:>9.0}", (valkey.info("memory", "used_memory_dataset") - before) as f64 / entries as f64);
        boards.delete(Caller::Admin, &board).await.unwrap();
    }
}

async fn reads(boards: &Boards, valkey: &Valkey) {
    println!("\n== Reads: p50 / p99 in µs by size of board (goal: p99 at 10M at most 1.5 times that at 10k)");
    let board = board(boards, "reads", r#"{"title":"r","log":{"count":1}}"#).await;
    let mut filled = 0;
    let mut first: Vec<f64> = Vec::new();
    for size in [10_000, 1_000_000, 10_000_000] {
        fill(boards, &board, filled, size, ID_BYTES).await;
        filled = size;
        valkey.settle().await;
        let mut line = format!("{size:>10} entries");
        for (at, what) in ["rank", "around", "page"].into_iter().enumerate() {
            let (p50, p99) = latencies(boards, &board, what, size).await;
            if first.len() <= at {
                first.push(p99);
            }
            line += &format!("   {what} {p50:>4.0} / {p99:>4.0} ({:.2}×)", p99 / first[at]);
        }
        println!("{line}");
    }
}

async fn latencies(boards: &Boards, board: &BoardId, what: &str, size: u64) -> (f64, f64) {
    let period = Period::default();
    let limit = Limit::PAGE;
    let mut took: Vec<f64> = Vec::with_capacity(READS);
    for turn in 0..READS as u64 + 200 {
        let place = turn.wrapping_mul(2_654_435_761) % size;
        let player = player_id(place, ID_BYTES);
        let started = Instant::now();
        match what {
            "rank" => drop(boards.entry(Caller::Admin, board, &period, player, limit).await.unwrap()),
            "around" => drop(boards.entries(Caller::Admin, board, &period, &Which::Around(player), limit).await.unwrap()),
            _ => drop(boards.entries(Caller::Admin, board, &period, &Which::From(place + 1), limit).await.unwrap()),
        }
        // The first ones warm up.
        if turn >= 200 {
            took.push(started.elapsed().as_secs_f64() * 1e6);
        }
    }
    took.sort_by(f64::total_cmp);
    (took[took.len() / 2], took[took.len() * 99 / 100])
}
