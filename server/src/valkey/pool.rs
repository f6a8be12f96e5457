//! The connections to Valkey, and how they behave when it is away: reconnect for ever with jitter, give up on a command
//! after a while, notice a peer that has gone silent, and never queue without bound.

use super::StoreError;
use fred::{
    clients::{Pool, SubscriberClient},
    interfaces::{ClientLike, EventInterface},
    types::{
        Builder,
        config::{Config, ReconnectPolicy, ServerConfig, TcpConfig, UnresponsiveConfig},
    },
};
use std::{path::PathBuf, time::Duration};
use tracing::{info, warn};

/// Connections that share the load of one process: one per core that Valkey could keep busy with them is plenty.
const CONNECTIONS: usize = 2;
/// How long a command may take, waiting for a reconnect included, before its caller is told that Valkey is away.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(3);
/// How long a connection may owe an answer before it is taken for dead.
const SILENCE: Duration = Duration::from_secs(5);
/// Commands that may wait for one connection.
const QUEUE: usize = 8_192;
/// The addresses that are understood, for whoever gave another.
const SCHEMES: &str = "redis://, rediss://, redis-cluster://, redis-sentinel:// and redis+unix://";
/// The first and the longest pause between two tries to reconnect, and the jitter on it, in milliseconds.
const RECONNECT_MS: (u32, u32, u32) = (50, 2_000, 100);

/// Where Valkey is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A URL: `redis://`, `rediss://`, `redis-cluster://`, `redis-sentinel://`, `redis+unix://`.
    Url(String),
    /// A unix socket, which may be a relative path.
    Socket(PathBuf),
}

impl Address {
    fn config(&self) -> Result<Config, StoreError> {
        let mut config = match self {
            Self::Url(url) => {
                check_scheme(url)?;
                Config::from_url(url)?
            }
            Self::Socket(path) => Config { server: ServerConfig::Unix { path: path.clone() }, ..Config::default() },
        };
        // The first connection follows the reconnect policy too: Valkey may well start after us.
        config.fail_fast = false;
        Ok(config)
    }
}

/// Refuses what fred would take for the address of a plain server because it does not know the scheme.
fn check_scheme(url: &str) -> Result<(), StoreError> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let (family, kind) = scheme.split_at(scheme.find(['-', '+']).unwrap_or(scheme.len()));
    if matches!(family, "redis" | "rediss" | "valkey" | "valkeys") && matches!(kind, "" | "-cluster" | "-sentinel" | "+unix") {
        return Ok(());
    }
    Err(StoreError::Refused(format!("{SCHEMES} are the addresses it can have")))
}

fn builder(address: &Address) -> Result<Builder, StoreError> {
    let (first, longest, jitter) = RECONNECT_MS;
    let mut policy = ReconnectPolicy::new_exponential(0, first, longest, 2);
    policy.set_jitter(jitter);
    let mut builder = Builder::from_config(address.config()?);
    builder.set_policy(policy);
    builder.with_connection_config(|connection| {
        connection.connection_timeout = Duration::from_secs(5);
        connection.internal_command_timeout = Duration::from_secs(5);
        connection.max_command_buffer_len = QUEUE;
        connection.tcp = TcpConfig { nodelay: Some(true), ..TcpConfig::default() };
        connection.unresponsive = UnresponsiveConfig { max_timeout: Some(SILENCE), interval: Duration::from_secs(1) };
        connection.auto_client_setname = true;
    });
    builder.with_performance_config(|performance| {
        performance.default_command_timeout = COMMAND_TIMEOUT;
        // Messages that wait for a slow reader of the feed; one that falls behind reads everything again anyway.
        performance.broadcast_channel_capacity = 1_024;
    });
    Ok(builder)
}

/// Connects, waiting for at most `patience` for Valkey to be there.
pub async fn connect(address: &Address, patience: Duration) -> Result<(Pool, SubscriberClient), StoreError> {
    let builder = builder(address)?;
    let pool = builder.build_pool(CONNECTIONS)?;
    let subscriber = builder.build_subscriber_client()?;
    log_connection(&pool);
    let init = async {
        pool.init().await?;
        subscriber.init().await
    };
    match tokio::time::timeout(patience, init).await {
        Ok(Ok(_)) => Ok((pool, subscriber)),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", patience.as_secs()))),
    }
}

/// Says once, not for each connection of the pool, when Valkey goes away and comes back.
fn log_connection(pool: &Pool) {
    let client = pool.next();
    client.on_error(async |(error, _)| {
        warn!(%error, "valkey can't be reached");
        Ok(())
    });
    client.on_reconnect(async |server| {
        info!(server = %server, "valkey connected");
        Ok(())
    });
}
