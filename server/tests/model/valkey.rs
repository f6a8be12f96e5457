//! The Valkey that the tests share, and boards on it.

use app::model::{BoardId, RulesChange};
use server::{
    boards::{Boards, caller::Caller, clock::Clock},
    valkey::{functions::Store, keys::Keys, pool::Address},
};
use std::{
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

/// A Valkey without persistence. It ends with the test process: then the pipe that its keeper reads from closes.
struct Valkey {
    _keeper: Child,
    _pipe: ChildStdin,
    socket: PathBuf,
}

impl Valkey {
    fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("leaderport-model").tempdir().unwrap().keep();
        let script = r#"
            valkey-server --port 0 --unixsocket v.sock --save '' --dir . </dev/null >/dev/null &
            cat >/dev/null; kill $!; wait; cd /; rm -r -- "$1"
        "#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "valkey"]).arg(&folder).current_dir(&folder).stdin(Stdio::piped());
        let mut keeper = command.spawn().unwrap();
        let pipe = keeper.stdin.take().unwrap();
        Self { _keeper: keeper, _pipe: pipe, socket: folder.join("v.sock") }
    }
}

fn shared() -> &'static Valkey {
    static SHARED: OnceLock<Valkey> = OnceLock::new();
    SHARED.get_or_init(Valkey::start)
}

/// What `valkey-cli` answers to a command.
pub fn ask(command: &[&str]) -> String {
    let output = Command::new("valkey-cli").arg("-s").arg(&shared().socket).args(command).output().unwrap();
    assert!(output.status.success(), "valkey-cli {command:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A clock that tests turn.
#[derive(Clone, Default)]
pub struct Hands(Arc<AtomicU64>);

impl Hands {
    pub fn at(now_ms: u64) -> Self {
        let hands = Self::default();
        hands.set(now_ms);
        hands
    }

    pub fn set(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::SeqCst);
    }

    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn clock(&self) -> Clock {
        let hands = self.clone();
        Clock::new(move || hands.now_ms())
    }
}

/// A place on the shared Valkey that nobody else writes to.
#[derive(Clone)]
pub struct Place {
    pub prefix: String,
    pub hands: Hands,
}

impl Place {
    pub fn new(now_ms: u64) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self { prefix: format!("t{}:", NEXT.fetch_add(1, Ordering::Relaxed)), hands: Hands::at(now_ms) }
    }

    /// The service, as one more server on this place would have it.
    pub async fn open(&self) -> Boards {
        self.open_at(&self.hands).await
    }

    /// The same with a clock of its own.
    pub async fn open_at(&self, hands: &Hands) -> Boards {
        Boards::open(self.store().await, hands.clock()).await.unwrap()
    }

    /// The store, for what the service does not show.
    pub async fn store(&self) -> Store {
        let address = Address::Socket(shared().socket.clone());
        Store::connect(&address, Keys::new(&self.prefix), Duration::from_secs(30)).await.unwrap().0
    }

    /// A key of a board.
    pub fn key(&self, board: &BoardId, what: &str) -> String {
        format!("{}{{{board}}}:{what}", self.prefix)
    }
}

/// A board with these rules.
pub async fn create(boards: &Boards, id: &str, rules: RulesChange) -> BoardId {
    let id = BoardId::parse(id).unwrap();
    boards.create(Caller::Admin, id.clone(), rules).await.unwrap();
    id
}
