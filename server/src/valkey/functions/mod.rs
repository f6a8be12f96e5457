//! The function library that all writes and all consistent reads go through (`lua/`), with a typed wrapper for each function.
//! The library is loaded at start, and again whenever Valkey says that it has lost it: after a restart without data, or on a
//! failover to a server that never had it.
//!
//! - [`board`]: boards and their rules · [`submit`]: submissions · [`change`]: changes by operators
//! - [`moderate`]: what operators decide of players · [`freeze`]: boards that stay as they are for everybody · [`review`]: submissions that are looked at
//! - [`profile`]: players' profiles, and what rows of a board show of them
//! - [`restore`]: entries as they were, resets undone · [`job`]: long work · [`follow`]: boards that follow others · [`webhook`]: whom boards tell · [`limit`]: how much there may be
//! - [`read`]: rows, players, histories · [`activity`]: how much happened · [`period`]: periods · [`log`]: what happened
//! - [`status`]: what servers say of themselves, and Valkey of itself
//! - [`auth`]: keys, operators, sessions, and who did what
//! - `packed`: the bytes that go in and come out

pub mod activity;
pub mod auth;
pub mod board;
pub mod change;
pub mod demo;
pub mod follow;
pub mod freeze;
pub mod job;
pub mod limit;
pub mod log;
pub mod moderate;
mod packed;
pub mod period;
pub mod profile;
pub mod read;
pub mod restore;
pub mod review;
pub mod run;
pub mod status;
pub mod submit;
pub mod webhook;

use super::{
    StoreError,
    keys::{Keys, Label, Side},
    pool::Address,
};
use crate::hex::hex;
use app::model::{BoardId, Keep, RankMode, Rules, TieOrder};
use bytes::Bytes;
use fred::{
    clients::{Client, Pool, SubscriberClient},
    interfaces::{ClientLike, FunctionInterface},
    types::Value,
};
pub use packed::{Ahead, Entry, Standing};
use sha2::{Digest, Sha256};
use std::{sync::LazyLock, time::Duration};
use tracing::{Instrument, debug_span, info};

/// The functions.
const FUNCTIONS: &str = concat!(
    "#!lua name=leaderport\n",
    include_str!("../lua/common.lua"),
    include_str!("../lua/board.lua"),
    include_str!("../lua/gain.lua"),
    include_str!("../lua/submit.lua"),
    include_str!("../lua/change.lua"),
    include_str!("../lua/restore.lua"),
    include_str!("../lua/moderate.lua"),
    include_str!("../lua/freeze.lua"),
    include_str!("../lua/review.lua"),
    include_str!("../lua/run.lua"),
    include_str!("../lua/job.lua"),
    include_str!("../lua/webhook.lua"),
    include_str!("../lua/limit.lua"),
    include_str!("../lua/period.lua"),
    include_str!("../lua/rows.lua"),
    include_str!("../lua/pages.lua"),
    include_str!("../lua/percentiles.lua"),
    include_str!("../lua/players.lua"),
    include_str!("../lua/history.lua"),
    include_str!("../lua/find.lua"),
    include_str!("../lua/log.lua"),
    include_str!("../lua/profile.lua"),
    include_str!("../lua/faces.lua"),
    include_str!("../lua/auth.lua"),
);

/// The library's version, which another one never has; and the library, as Valkey gets it: with a function that says which it is.
static LIBRARY: LazyLock<(String, String)> = LazyLock::new(|| {
    let version = hex(&Sha256::digest(FUNCTIONS)[..6]);
    let says = format!(
        "server.register_function{{ function_name = '{VERSION}', flags = {{ 'no-writes' }}, callback = function() return {{ '{version}' }} end }}\n"
    );
    (version, format!("{FUNCTIONS}{says}"))
});
/// The function that says which version a library has.
const VERSION: &str = "leaderport_version";

/// The version of the library that this program brings.
pub fn library() -> &'static str {
    &LIBRARY.0
}

/// A board as functions are told about it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Which board.
    pub board: BoardId,
    /// Which writing of its rules is meant.
    pub revision: String,
    /// How many tiebreak columns it has.
    pub columns: usize,
    /// Whether it is what goes on behind a board that is frozen.
    pub is_behind: bool,
    line: String,
}

impl Scope {
    /// A board with these rules, written as `revision`, as everybody sees it.
    pub fn new(board: BoardId, rules: &Rules, revision: String) -> Self {
        Self { board, revision, columns: rules.tiebreaks.len(), is_behind: false, line: line(rules) }
    }

    /// What goes on behind it while it is frozen.
    pub fn behind(&self) -> Self {
        Self { is_behind: true, ..self.clone() }
    }
}

impl<'a> From<&'a Scope> for Side<'a> {
    fn from(scope: &'a Scope) -> Self {
        Self::new(&scope.board, scope.is_behind)
    }
}

/// Rules as the library reads them; `lua/common.lua` says how.
fn line(rules: &Rules) -> String {
    let keep = match rules.keep {
        Keep::Best => "best",
        Keep::Last => "last",
        Keep::Sum => "sum",
        Keep::First => "first",
    };
    let ties = match rules.tie_order {
        TieOrder::First => "first",
        TieOrder::Last => "last",
    };
    let ranks = match rules.rank_mode {
        RankMode::Ordinal => "ordinal",
        RankMode::Competition => "competition",
        RankMode::Modified => "modified",
        RankMode::Dense => "dense",
    };
    format!("{keep} {ties} {ranks} {} {} {} {}", rules.tiebreaks.len(), rules.history, rules.log.count, rules.decimals)
}

/// A period that a call touches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Which.
    pub label: Label,
    /// When it starts, ends, closes, and is no longer kept, in ms since 1970; zeros for the window `all`.
    pub times: [u64; 4],
    /// Whether it is not the current period, but an earlier one: if that is closed, it is left out.
    pub late: bool,
}

impl Target {
    /// The only period of the window `all`.
    pub fn all() -> Self {
        Self { label: Label::all(), times: [0; 4], late: false }
    }

    fn args(&self) -> [Value; 3] {
        let [start, end, close, expires] = self.times;
        let state = format!("open {start} {end} {close} {expires}");
        [text(self.label.as_str()), text(&state), text(if self.late { "late" } else { "current" })]
    }
}

/// Why a call did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declined {
    /// There is no such board.
    NoBoard,
    /// The rules have changed: read them again.
    OtherRules,
    /// A current period is closed already: the board's time is this, in ms since 1970.
    Behind(u64),
    /// The period takes no changes any more.
    Closed,
    /// The board, or an entry, is another than it was taken for.
    Moved,
    /// There are entries where there must be none.
    Entries,
    /// What was set aside is not kept any more.
    Gone,
}

/// What a call that may be declined answers.
pub type Answer<T> = Result<Result<T, Declined>, StoreError>;

/// The store: Valkey by way of typed calls.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    keys: Keys,
}

impl Store {
    /// Connects, waiting for at most `patience` for Valkey to be there, and loads the library. The second value is the
    /// connection for [`super::feed::Feed`].
    pub async fn connect(address: &Address, keys: Keys, patience: Duration) -> Result<(Self, SubscriberClient), StoreError> {
        let (pool, subscriber) = super::pool::connect(address, patience).await?;
        let store = Self { pool, keys };
        store.load().await?;
        Ok((store, subscriber))
    }

    /// The keys this store uses.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    async fn load(&self) -> Result<(), StoreError> {
        // Every primary of a cluster gets it; on a single server this is a plain load.
        self.pool.next().function_load_cluster::<(), _>(true, &*LIBRARY.1).await?;
        info!("function library loaded");
        Ok(())
    }

    /// The version of the library that Valkey has; none if it has none, or one that does not say. Nothing is loaded: somebody only looks.
    pub async fn library(&self) -> Result<Option<String>, StoreError> {
        match send(self.pool.next(), VERSION, Vec::new(), Vec::new(), true).await {
            Err(error) if is_unknown(&error) => Ok(None),
            reply => Ok(reply?.first().and_then(Value::as_string)),
        }
    }

    /// Calls a function; loads the library first where Valkey does not have it.
    async fn call(&self, function: &str, keys: Vec<String>, args: Vec<Value>, read_only: bool) -> Result<Vec<Value>, StoreError> {
        self.call_by(self.pool.next(), function, keys, args, read_only).await
    }

    /// The same by way of one connection: calls of a board that are sent one after the other arrive in this order.
    async fn call_in_order(&self, board: &BoardId, function: &str, keys: Vec<String>, args: Vec<Value>) -> Result<Vec<Value>, StoreError> {
        let number = board.as_str().bytes().map(usize::from).sum::<usize>();
        let clients = self.pool.clients();
        let client = clients.get(number % clients.len().max(1)).unwrap_or_else(|| self.pool.next());
        self.call_by(client, function, keys, args, false).await
    }

    async fn call_by(
        &self,
        client: &Client,
        function: &str,
        keys: Vec<String>,
        args: Vec<Value>,
        read_only: bool,
    ) -> Result<Vec<Value>, StoreError> {
        let span = debug_span!("valkey", otel.name = function, otel.kind = "client", db.system.name = "valkey");
        let answered = async {
            match send(client, function, keys.clone(), args.clone(), read_only).await {
                Err(error) if is_unknown(&error) => {
                    self.load().await?;
                    Ok(send(client, function, keys, args, read_only).await?)
                }
                answer => Ok(answer?),
            }
        };
        answered.instrument(span).await
    }

    /// Whether Valkey answers, and accepts commands on data.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.pool.next().ping::<()>(None).await?)
    }

    /// Ends the connections, after what is in flight.
    pub async fn close(&self) {
        // An error here says that Valkey is gone already.
        let _ = self.pool.quit().await;
    }
}

/// Whether Valkey does not have a function.
fn is_unknown(error: &fred::error::Error) -> bool {
    error.details().contains("Function not found")
}

async fn send(
    client: &Client,
    function: &str,
    keys: Vec<String>,
    args: Vec<Value>,
    read_only: bool,
) -> Result<Vec<Value>, fred::error::Error> {
    if read_only { client.fcall_ro(function, keys, args).await } else { client.fcall(function, keys, args).await }
}

fn number(n: u64) -> Value {
    Value::String(n.to_string().into())
}

fn text(s: &str) -> Value {
    Value::String(s.into())
}

fn blob(bytes: Vec<u8>) -> Value {
    Value::Bytes(Bytes::from(bytes))
}

fn odd(function: &str, reply: &[Value]) -> StoreError {
    let shown: String = format!("{reply:?}").chars().take(300).collect();
    StoreError::Refused(format!("{function} answered in a shape that this server does not know: {shown}"))
}

/// The answer of a call that may be declined: what it says, or why it did nothing.
fn settled(function: &str, reply: &[Value]) -> Answer<Bytes> {
    let word = reply.first().and_then(Value::as_str);
    let more = reply.get(1);
    match (word.as_deref(), more) {
        (Some("ok"), answer) => Ok(Ok(answer.and_then(Value::as_bytes).map(Bytes::copy_from_slice).unwrap_or_default())),
        (Some("none"), _) => Ok(Err(Declined::NoBoard)),
        (Some("rules"), _) => Ok(Err(Declined::OtherRules)),
        (Some("closed"), _) => Ok(Err(Declined::Closed)),
        (Some("moved"), _) => Ok(Err(Declined::Moved)),
        (Some("entries"), _) => Ok(Err(Declined::Entries)),
        (Some("gone"), _) => Ok(Err(Declined::Gone)),
        (Some("behind"), Some(time)) => Ok(Err(Declined::Behind(time.as_u64().ok_or_else(|| odd(function, reply))?))),
        (Some("stale"), _) => Err(StoreError::Unavailable("the call was overtaken by a later one".to_owned())),
        _ => Err(odd(function, reply)),
    }
}
