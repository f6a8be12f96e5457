//! The function library that all writes and all consistent reads go through (`lua/`, one function a file), with a typed
//! wrapper for each. The library is loaded at start, and again whenever Valkey says that it has lost it: after a restart
//! without data, or on a failover to a server that never had it.

use super::{StoreError, keys::Keys, pool::Address};
use app::model::{BoardId, PlayerId, Rules, Score, Submission};
use fred::{
    clients::{Pool, SubscriberClient},
    interfaces::{ClientLike, FunctionInterface, HashesInterface},
    types::Value,
};
use std::time::Duration;
use tracing::info;

/// The library, as Valkey gets it.
const LIBRARY: &str = concat!(
    "#!lua name=leaderport\n",
    include_str!("lua/common.lua"),
    include_str!("lua/submit.lua"),
    include_str!("lua/page.lua"),
    include_str!("lua/player.lua"),
);

/// Bytes before the player's id in a rank member.
const ORDER_BYTES: usize = 6;

/// A place in the order, as the store knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The sort key: smaller is better.
    pub key: i64,
    /// From 0.
    pub rank: u64,
}

/// What became of one submission of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was counted, now or (`replayed`) when its id was first sent.
    Counted {
        /// Whether it became the player's standing.
        improved: bool,
        /// Where the player stood before.
        before: Option<Place>,
        /// Where the player stands now.
        after: Place,
        /// Players on the board.
        total: u64,
        /// The board's version.
        version: u64,
        /// Whether this is an earlier answer, given again.
        replayed: bool,
    },
    /// Its id was used before for another player or score.
    Conflict,
}

/// Some rows of a board, at one version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The board's version.
    pub version: u64,
    /// When it last changed, in milliseconds since 1970.
    pub updated_ms: u64,
    /// Players on the board.
    pub total: u64,
    /// Player and sort key, in rank order.
    pub rows: Vec<(PlayerId, i64)>,
}

/// One player's standing, at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The board's version.
    pub version: u64,
    /// Players on the board.
    pub total: u64,
    /// Where the player stands; `None` if they are not on the board.
    pub place: Option<Place>,
}

/// One call of [`Store::submit`].
pub struct Batch<'a> {
    /// The board that all of it is for.
    pub board: &'a BoardId,
    /// Who calls: each writer has one call in flight at a time.
    pub writer: &'a str,
    /// The writer's call number, counted up: the same number again is the same call again.
    pub call: u64,
    /// The time, in milliseconds since 1970.
    pub now_ms: u64,
    /// The submissions, each with its sort key.
    pub submissions: &'a [(Submission, i64)],
}

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
        self.pool.next().function_load_cluster::<(), _>(true, LIBRARY).await?;
        info!("function library loaded");
        Ok(())
    }

    /// Calls a function; loads the library first where Valkey does not have it.
    async fn call(&self, function: &str, keys: Vec<String>, args: Vec<Value>, read_only: bool) -> Result<Vec<Value>, StoreError> {
        let send = async || {
            let client = self.pool.next();
            if read_only {
                client.fcall_ro::<Vec<Value>, _, _, _>(function, keys.clone(), args.clone()).await
            } else {
                client.fcall::<Vec<Value>, _, _, _>(function, keys.clone(), args.clone()).await
            }
        };
        match send().await {
            Err(error) if error.details().contains("Function not found") => {
                self.load().await?;
                Ok(send().await?)
            }
            answer => Ok(answer?),
        }
    }

    /// Whether Valkey answers, and accepts commands on data.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.pool.next().ping::<()>(None).await?)
    }

    /// Writes a board's rules unless it has some already.
    pub async fn create_board(&self, board: &BoardId, rules: &Rules) -> Result<bool, StoreError> {
        let json = serde_json::to_string(rules).map_err(|error| StoreError::Refused(error.to_string()))?;
        Ok(self.pool.next().hsetnx(self.keys.boards(), board.as_str(), json).await?)
    }

    /// A board's rules, if there is such a board.
    pub async fn rules(&self, board: &BoardId) -> Result<Option<Rules>, StoreError> {
        let json: Option<String> = self.pool.next().hget(self.keys.boards(), board.as_str()).await?;
        json.map(|json| serde_json::from_str(&json).map_err(|error| StoreError::Refused(format!("rules of {board}: {error}")))).transpose()
    }

    /// Decides and writes a batch; one outcome for each submission, in order.
    pub async fn submit(&self, batch: &Batch<'_>) -> Result<Vec<Outcome>, StoreError> {
        let (board, keys) = (batch.board, &self.keys);
        let [seen_now, seen_before] = keys.seen(board, batch.now_ms);
        let names = vec![
            keys.rank(board),
            keys.entry(board),
            keys.version(board),
            seen_now,
            seen_before,
            keys.writer(board, batch.writer),
            keys.live(board),
        ];
        let mut args = Vec::with_capacity(3 + 3 * batch.submissions.len());
        args.extend([number(batch.call), number(batch.now_ms), number(Keys::seen_ttl_seconds())]);
        for (submission, key) in batch.submissions {
            args.push(text(submission.id.as_ref().map_or("", |id| id.as_str())));
            args.push(text(submission.player.as_str()));
            args.push(text(&key.to_string()));
        }
        let replies = self.call("leaderport_submit", names, args, false).await?;
        if replies.len() != batch.submissions.len() {
            return Err(odd("submit", &replies));
        }
        replies.iter().map(outcome).collect()
    }

    /// `count` rows from the `first` one on (from 0).
    pub async fn page(&self, board: &BoardId, first: u64, count: u32) -> Result<Page, StoreError> {
        let names = vec![self.keys.rank(board), self.keys.version(board)];
        let reply = self.call("leaderport_page", names, vec![number(first), number(u64::from(count))], true).await?;
        page(&reply).ok_or_else(|| odd("page", &reply))
    }

    /// One player's standing.
    pub async fn player(&self, board: &BoardId, player: &PlayerId) -> Result<Player, StoreError> {
        let names = vec![self.keys.rank(board), self.keys.entry(board), self.keys.version(board)];
        let reply = self.call("leaderport_player", names, vec![text(player.as_str())], true).await?;
        standing(&reply).ok_or_else(|| odd("player", &reply))
    }

    /// The board's version: 0 before its first change.
    pub async fn version(&self, board: &BoardId) -> Result<u64, StoreError> {
        let version: Option<u64> = self.pool.next().hget(self.keys.version(board), "version").await?;
        Ok(version.unwrap_or(0))
    }

    /// Ends the connections, after what is in flight.
    pub async fn close(&self) {
        // An error here says that Valkey is gone already.
        let _ = self.pool.quit().await;
    }
}

fn number(n: u64) -> Value {
    Value::String(n.to_string().into())
}

fn text(s: &str) -> Value {
    Value::String(s.into())
}

fn odd(function: &str, reply: &[Value]) -> StoreError {
    StoreError::Refused(format!("{function} answered in a shape that this server does not know: {reply:?}"))
}

fn outcome(reply: &Value) -> Result<Outcome, StoreError> {
    let reply = reply.as_str().unwrap_or_default();
    let mut words = reply.split(' ');
    let known = match words.next() {
        Some("conflict") => Some(Outcome::Conflict),
        Some("stale") => return Err(StoreError::Unavailable("the call was overtaken by a later one".to_owned())),
        Some(kind @ ("new" | "seen")) => counted(words, kind == "seen"),
        _ => None,
    };
    known.ok_or_else(|| StoreError::Refused(format!("submit answered in a shape that this server does not know: {reply}")))
}

fn counted<'a>(mut words: impl Iterator<Item = &'a str>, replayed: bool) -> Option<Outcome> {
    let improved = words.next()? == "1";
    let mut place = || Some((words.next()?, words.next()?));
    let (before, after) = (place()?, place()?);
    let read = |(key, rank): (&str, &str)| Some(Place { key: key.parse().ok()?, rank: rank.parse().ok()? });
    Some(Outcome::Counted {
        improved,
        before: if before.0 == "-" { None } else { Some(read(before)?) },
        after: read(after)?,
        total: words.next()?.parse().ok()?,
        version: words.next()?.parse().ok()?,
        replayed,
    })
}

fn page(reply: &[Value]) -> Option<Page> {
    let (head, rows) = reply.split_at_checked(3)?;
    Some(Page {
        version: head[0].as_u64()?,
        updated_ms: head[1].as_u64()?,
        total: head[2].as_u64()?,
        rows: rows.chunks_exact(2).map(|row| Some((member_player(&row[0])?, sort_key(&row[1])?))).collect::<Option<_>>()?,
    })
}

fn standing(reply: &[Value]) -> Option<Player> {
    let (head, place) = reply.split_at_checked(2)?;
    let place = match place {
        [] => None,
        [rank, key] => Some(Place { rank: rank.as_u64()?, key: sort_key(key)? }),
        _ => return None,
    };
    Some(Player { version: head[0].as_u64()?, total: head[1].as_u64()?, place })
}

fn member_player(member: &Value) -> Option<PlayerId> {
    let player = member.as_bytes()?.get(ORDER_BYTES..)?;
    PlayerId::parse(std::str::from_utf8(player).ok()?).ok()
}

fn sort_key(value: &Value) -> Option<i64> {
    let key = value.as_i64()?;
    Score::new(key).ok().map(Score::units)
}
