//! The only place that spells a key. Everything of a board carries the hash tag `{board}`, so that a board lives in one
//! cluster slot and its changes are atomic.

use app::model::BoardId;

/// The window that counts everything ever submitted; its only period bears the same name.
const ALL: &str = "all:all";

/// How long one bucket of seen submission ids is written to. With the bucket before it, an id is remembered for at
/// least this long.
const SEEN_BUCKET_MS: u64 = 24 * 60 * 60 * 1000;

/// Keys under one prefix, so that several LeaderPorts, and tests, can share a server.
#[derive(Clone, Debug)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    /// Keys that start with `prefix`, `lp:` by default.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into() }
    }

    /// Hash: board id → its rules as JSON.
    pub fn boards(&self) -> String {
        format!("{}boards", self.prefix)
    }

    /// Sorted set: member = order bytes + player id; score = sort key, smaller is better.
    pub fn rank(&self, board: &BoardId) -> String {
        self.of(board, &format!("{ALL}:rank"))
    }

    /// Hash: player → packed entry.
    pub fn entry(&self, board: &BoardId) -> String {
        self.of(board, &format!("{ALL}:entry"))
    }

    /// Hash: `version`, the board's counter, and `updated`, when it last moved.
    pub fn version(&self, board: &BoardId) -> String {
        self.of(board, "version")
    }

    /// Hashes: submission id → receipt, the bucket of `now_ms` and the one before it.
    pub fn seen(&self, board: &BoardId, now_ms: u64) -> [String; 2] {
        let bucket = now_ms / SEEN_BUCKET_MS;
        [bucket, bucket.saturating_sub(1)].map(|bucket| self.of(board, &format!("seen:{bucket}")))
    }

    /// How long a bucket of seen ids must be kept, in seconds: while it is the current one and the one before.
    pub fn seen_ttl_seconds() -> u64 {
        2 * SEEN_BUCKET_MS / 1000
    }

    /// Hash: a writer's last call and its answer.
    pub fn writer(&self, board: &BoardId, writer: &str) -> String {
        self.of(board, &format!("writer:{writer}"))
    }

    /// Sharded channel: the board's new version, each time it moves.
    pub fn live(&self, board: &BoardId) -> String {
        self.of(board, "live")
    }

    fn of(&self, board: &BoardId, what: &str) -> String {
        format!("{}{{{board}}}:{what}", self.prefix)
    }
}
