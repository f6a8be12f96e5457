//! The only place that spells a key. Everything of a board carries the hash tag `{board}`, so that a board lives in one
//! cluster slot and its changes are atomic.

use app::model::{BoardId, PlayerId, WindowName, time};
use std::net::IpAddr;

/// How long one bucket of seen submission ids is written to. With the bucket before it, an id is remembered for at
/// least this long.
const SEEN_BUCKET_MS: u64 = 24 * 60 * 60 * 1000;

/// A period of a window, as keys and functions name it: `daily:2026-11-21`; the window `all` has one period, which is nameless.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Label(String);

impl Label {
    /// The only period of the window `all`.
    pub fn all() -> Self {
        Self::default()
    }

    /// A period of a window.
    pub fn new(window: &WindowName, period: &str) -> Self {
        if window.is_all() { Self::all() } else { Self(format!("{window}:{period}")) }
    }

    /// One that a function answered.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The text that functions know it by.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Window and period; `None` for what is no period, such as entries that were set aside.
    pub fn parts(&self) -> Option<(WindowName, &str)> {
        if self.0.is_empty() {
            return Some((WindowName::all(), "all"));
        }
        let (window, period) = self.0.split_once(':').filter(|(_, period)| !period.contains('~'))?;
        Some((WindowName::parse(window).ok()?, period))
    }

    /// The window that this is a period of, or was before a reset.
    pub fn window(&self) -> Option<WindowName> {
        WindowName::parse(self.in_keys().split_once(':')?.0).ok()
    }

    /// Where a reset sets this period's entries aside.
    pub fn aside(&self, token: &str) -> Self {
        Self(format!("{}~{token}", self.in_keys()))
    }

    /// The token in the name of what a reset set aside.
    pub fn aside_token(&self) -> Option<&str> {
        self.0.split_once('~').map(|(_, token)| token)
    }

    /// The period that was set aside under this name.
    pub fn before_aside(&self) -> Self {
        let period = self.0.split('~').next().unwrap_or_default();
        if period == "all:all" { Self::all() } else { Self(period.to_owned()) }
    }

    fn in_keys(&self) -> &str {
        if self.0.is_empty() { "all:all" } else { &self.0 }
    }
}

/// Which of a board's standings: those that everybody sees, or, while the board is frozen, those behind them, which go on.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    board: &'a BoardId,
    is_behind: bool,
}

impl<'a> Side<'a> {
    /// What everybody sees, or what is behind it.
    pub fn new(board: &'a BoardId, is_behind: bool) -> Self {
        Self { board, is_behind }
    }

    /// Which board.
    pub fn board(self) -> &'a BoardId {
        self.board
    }
}

impl<'a> From<&'a BoardId> for Side<'a> {
    fn from(board: &'a BoardId) -> Self {
        Self::new(board, false)
    }
}

/// Whose a limit is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limited {
    /// An address, or a block of them.
    Address(IpAddr),
    /// A player.
    Player(PlayerId),
    /// An API key, by its id.
    Key(String),
}

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum People {
    /// Those who run boards.
    Operators,
    /// Those who play.
    Players,
}

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

    /// Sorted set: the ids of the boards, all with score 0, so in the order of the alphabet.
    pub fn boards(&self) -> String {
        format!("{}boards", self.prefix)
    }

    /// String: the version of the shapes that the data has.
    pub fn schema(&self) -> String {
        format!("{}schema", self.prefix)
    }

    /// String: how far the demo is.
    pub fn demo(&self) -> String {
        format!("{}demo", self.prefix)
    }

    /// String: somebody fills the demo's boards.
    pub fn demo_lease(&self) -> String {
        format!("{}demo:lease", self.prefix)
    }

    /// Hash: a board's `rules` (JSON), their `revision`, its `version`, and when it was `created` and `updated`, in ms. Of a board that is frozen,
    /// as everybody sees it, also since when: `frozen`.
    pub fn board<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "board")
    }

    /// A period's five keys. Sorted set: member = order bytes + player id, score = sort key, smaller is better. Hash: player →
    /// packed entry. On dense boards a sorted set of the distinct standings, and a hash of how many entries share each. Hash: player →
    /// packed entry of those whom operators keep out of the standings, which the other keys know nothing of.
    ///
    /// What resets set aside nobody sees, so there is one of it.
    pub fn period<'a>(&self, side: impl Into<Side<'a>>, label: &Label) -> [String; 5] {
        let side = side.into();
        let side = if label.aside_token().is_some() { side.board.into() } else { side };
        ["rank", "entry", "steps", "counts", "hidden"].map(|part| self.on(side, &format!("{}:{part}", label.in_keys())))
    }

    /// Hash: label → state, of every period that was ever written to and is still kept.
    pub fn periods<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "periods")
    }

    /// Hash: player and chunk → earlier standings in the window `all`.
    pub fn history<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "history")
    }

    /// Where a reset sets the history aside.
    pub fn history_aside(&self, board: &BoardId, token: &str) -> String {
        self.of(board, &format!("history~{token}"))
    }

    /// Hash: hour, counted from 1970 → submissions that were counted in it.
    pub fn activity<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "activity")
    }

    /// Hash: player → what rows show of them, for those who have a profile.
    pub fn faces<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "faces")
    }

    /// Hash: player → what operators have decided of them, for those of whom they have.
    pub fn moderation(&self, board: &BoardId) -> String {
        self.of(board, "moderation")
    }

    /// A board's review queue. Hash: id → what it knows of a submission, as JSON. Hash: submission id → id. Sorted sets: the ids of those that wait, are flagged,
    /// were approved, were rejected, by when they came or were decided; of those that had to wait, by their number; and of those that nobody has decided
    /// about, by whose they are (see `review.lua`).
    pub fn review(&self, board: &BoardId) -> [String; 8] {
        ["", ":ids", ":waiting", ":flagged", ":approved", ":rejected", ":told", ":open"]
            .map(|part| self.of(board, &format!("review{part}")))
    }

    /// The best run of each player on a day. Sorted set: players by score. Hash: player → what they did. Hash: a way to play → which run it was, and the other way round.
    pub fn runs(&self, board: &BoardId, day: &str) -> [String; 3] {
        ["", ":taps", ":ways"].map(|part| self.of(board, &format!("runs:{day}{part}")))
    }

    /// Those of every day whose runs may be there still. A run is kept for two days from when it was sent, which may be half a day after its day.
    pub fn runs_kept(&self, board: &BoardId, now_ms: u64) -> [[String; 3]; 5] {
        // A day ahead, as another server's clock may be.
        [1, 0, -1, -2, -3].map(|days: i64| self.runs(board, &time::day(now_ms.saturating_add_signed(days * time::DAY_MS.cast_signed()))))
    }

    /// Stream: every accepted submission and every change, by version.
    pub fn log(&self, board: &BoardId) -> String {
        self.of(board, "log")
    }

    /// Hashes: submission id → receipt, the bucket of `now_ms`, the one before it and the one after it: a clock may have been set
    /// back, or another server's be ahead.
    pub fn seen(&self, board: &BoardId, now_ms: u64) -> [String; 3] {
        let bucket = now_ms / SEEN_BUCKET_MS;
        [bucket, bucket.saturating_sub(1), bucket + 1].map(|bucket| self.of(board, &format!("seen:{bucket}")))
    }

    /// How long a bucket of seen ids must be kept, in seconds: while it is the current one and the one before.
    pub fn seen_ttl_seconds() -> u64 {
        2 * SEEN_BUCKET_MS / 1000
    }

    /// Hash: a writer's last call and its answer.
    pub fn writer(&self, board: &BoardId, writer: &str) -> String {
        self.of(board, &format!("writer:{writer}"))
    }

    /// Sharded channel: the board's new version, each time it moves. What happens behind a frozen board nobody listens to.
    pub fn live<'a>(&self, side: impl Into<Side<'a>>) -> String {
        self.on(side, "live")
    }

    /// Sorted set: the ids of boards that follow others, all with score 0.
    pub fn following(&self) -> String {
        format!("{}following", self.prefix)
    }

    /// String: a name for whoever keeps a board that follows others up to date, as long as they do.
    pub fn keeper(&self, board: &BoardId) -> String {
        self.of(board, "keeper")
    }

    /// Sorted set: board and id of each webhook, all with score 0.
    pub fn hooked(&self) -> String {
        format!("{}hooked", self.prefix)
    }

    /// Sorted set: the ids of a board's webhooks, by when they were created.
    pub fn hooks(&self, board: &BoardId) -> String {
        self.of(board, "hooks")
    }

    /// A webhook's four keys. Hash: what it is. Sorted sets: the ids of its deliveries, by when they were made; those that are to be sent, by
    /// when. Hash: delivery → what is sent, and how it goes.
    pub fn hook(&self, board: &BoardId, id: &str) -> [String; 4] {
        ["", ":list", ":due", ":deliveries"].map(|part| self.of(board, &format!("hook:{id}{part}")))
    }

    /// String: a name for whoever sends a webhook's deliveries, as long as they do.
    pub fn hook_keeper(&self, board: &BoardId, id: &str) -> String {
        self.of(board, &format!("hook:{id}:keeper"))
    }

    /// String: the rate limits, as JSON.
    pub fn limits(&self) -> String {
        format!("{}{{limits}}:rules", self.prefix)
    }

    /// String: when somebody's limit is whole again, in µs. A request may be counted against several, so all are in one slot.
    pub fn limit(&self, whose: &Limited) -> String {
        match whose {
            Limited::Address(address) => format!("{}{{limits}}:address:{address}", self.prefix),
            Limited::Key(key) => format!("{}{{limits}}:key:{key}", self.prefix),
            Limited::Player(player) => format!("{}{{limits}}:player:{player}", self.prefix),
        }
    }

    /// Sorted set: a player's submissions that had to wait, or were rejected, each as board and id in the queue, by when that was, in ms.
    pub fn own_reviews(&self, player: &PlayerId) -> String {
        format!("{}{{players}}:reviews:{player}", self.prefix)
    }

    /// Hash: player → profile.
    pub fn profiles(&self) -> String {
        format!("{}{{players}}:profiles", self.prefix)
    }

    /// Hash: what a name looks like → the player who has it.
    pub fn names(&self) -> String {
        format!("{}{{players}}:names", self.prefix)
    }

    /// Hash: players whose name operators alone change.
    pub fn locked_names(&self) -> String {
        format!("{}{{players}}:locked", self.prefix)
    }

    /// Hash: player → what operators note about them, as JSON.
    pub fn notes(&self) -> String {
        format!("{}{{players}}:notes", self.prefix)
    }

    /// Hash: server → how it does, as JSON.
    pub fn instances(&self) -> String {
        format!("{}{{status}}:instances", self.prefix)
    }

    /// Stream: what happened in stretches of time.
    pub fn stretches(&self) -> String {
        format!("{}{{status}}:stretches", self.prefix)
    }

    /// Sorted set: the ids of jobs, by when they were created.
    pub fn jobs(&self) -> String {
        format!("{}{{jobs}}:list", self.prefix)
    }

    /// Hash: a job, what it is to do and how far it is.
    pub fn job(&self, id: &str) -> String {
        format!("{}{{jobs}}:job:{id}", self.prefix)
    }

    /// Hash: an API key's id → the key, as JSON, with hashes of its secrets.
    pub fn api_keys(&self) -> String {
        self.of_auth("keys")
    }

    /// Hash: an API key's id → when it was last used, in ms.
    pub fn api_key_uses(&self) -> String {
        self.of_auth("key-uses")
    }

    /// Text: the board that a submission which was signed by an API key was sent to, by the id that it was signed with, for a while.
    pub fn signed(&self, key: &str, id: &str) -> String {
        self.of_auth(&format!("signed:{key}:{id}"))
    }

    /// Hash: an operator's name → the operator, as JSON, with a hash of their password.
    pub fn operators(&self) -> String {
        self.of_auth("operators")
    }

    /// Hash: the id of a player who has an account → the account, as JSON, with a hash of their recovery code.
    pub fn accounts(&self) -> String {
        self.of_auth("accounts")
    }

    /// Hash: a session, by the hash of its token.
    pub fn session(&self, of: People, id: &str) -> String {
        match of {
            People::Operators => self.of_auth(&format!("session:{id}")),
            People::Players => self.of_auth(&format!("player-session:{id}")),
        }
    }

    /// Sorted set: the ids of somebody's sessions, by when they end, in ms.
    pub fn sessions(&self, of: People, whose: &str) -> String {
        match of {
            People::Operators => self.of_auth(&format!("sessions:{whose}")),
            People::Players => self.of_auth(&format!("player-sessions:{whose}")),
        }
    }

    /// Hash: whose a player's passkey is, by its id.
    pub fn passkeys(&self) -> String {
        self.of_auth("passkeys")
    }

    /// Text: what a challenge to a passkey was given out for, by the hash of what it is taken back with.
    pub fn challenge(&self, id: &str) -> String {
        self.of_auth(&format!("challenge:{id}"))
    }

    /// Counter: tries of something, for a while.
    pub fn tries(&self, of: &str) -> String {
        self.of_auth(&format!("tries:{of}"))
    }

    /// Stream: who did what with a right to it, as JSON.
    pub fn audit(&self) -> String {
        self.of_auth("audit")
    }

    /// Stream: the same of what anybody may do or try.
    pub fn audit_of_the_public(&self) -> String {
        self.of_auth("audit-public")
    }

    /// String: the secret that runs of the game are signed with.
    pub fn run_secret(&self) -> String {
        self.of_auth("run-secret")
    }

    fn of_auth(&self, what: &str) -> String {
        format!("{}{{auth}}:{what}", self.prefix)
    }

    fn on<'a>(&self, side: impl Into<Side<'a>>, what: &str) -> String {
        let Side { board, is_behind } = side.into();
        if is_behind { self.of(board, &format!("behind:{what}")) } else { self.of(board, what) }
    }

    fn of(&self, board: &BoardId, what: &str) -> String {
        format!("{}{{{board}}}:{what}", self.prefix)
    }
}
