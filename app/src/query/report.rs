//! What developers are told of the queries.

use super::Key;

/// One query, as it is at the moment.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryReport {
    /// What is asked.
    pub key: Key,
    /// How long ago its value or error came, in milliseconds; `None` if neither has.
    pub age_ms: Option<f64>,
    /// How it stands.
    pub state: QueryState,
    /// How many use it.
    pub users: u32,
}

/// How a query stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryState {
    /// As good as asked now.
    Fresh,
    /// To be asked again when there is a reason to.
    Stale,
    /// A request is under way.
    Fetching,
    /// A request has failed; it is sent again in a moment.
    Waiting,
    /// It could not be had.
    Failed,
}
