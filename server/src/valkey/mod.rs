//! Valkey, the only store. Nothing outside this folder names fred, and only [`keys`] spells a key.
//!
//! - [`embedded`]: the `valkey-server` that LeaderPort starts for itself when it is given none
//! - [`pool`]: the connections, and how they behave when Valkey is away
//! - [`functions`]: the function library (`lua/`), each function with a typed wrapper
//! - [`feed`]: "this board changed", as it happens

pub mod embedded;
pub mod feed;
pub mod functions;
pub mod keys;
pub mod pool;

/// Why Valkey did not do what it was asked. The text is for the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Valkey is away, or did not answer in time: what was asked may or may not have happened.
    #[error("valkey is away: {0}")]
    Unavailable(String),
    /// More commands wait than the queue holds; this one was not sent.
    #[error("too many commands wait for valkey: {0}")]
    Backpressure(String),
    /// Valkey refused the command, or answered with something of another shape.
    #[error("valkey: {0}")]
    Refused(String),
}

impl From<fred::error::Error> for StoreError {
    fn from(error: fred::error::Error) -> Self {
        use fred::error::ErrorKind::{Backpressure, Canceled, Cluster, IO, Routing, Sentinel, Timeout};
        let text = error.to_string();
        // A server that is loading its data, or a replica that is being promoted, is as good as away.
        let starting =
            ["LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "TRYAGAIN"].iter().any(|code| error.details().starts_with(code));
        match error.kind() {
            IO | Timeout | Canceled | Routing | Cluster | Sentinel => Self::Unavailable(text),
            Backpressure => Self::Backpressure(text),
            _ if starting => Self::Unavailable(text),
            _ => Self::Refused(text),
        }
    }
}
