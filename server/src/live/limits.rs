//! The numbers of the live feed.

use std::time::Duration;

/// The numbers of the live feed.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The shortest time between two reads of a page.
    pub tick: Duration,
    /// The same for deep pages: those that do not begin within the first [`Limits::shallow`] places.
    pub deep_tick: Duration,
    /// Places that are read at the fast tick.
    pub shallow: u64,
    /// The shortest time between two reads of a followed player's standing.
    pub follow_tick: Duration,
    /// How often a watched board's version is looked at when nothing was said about it: messages are not guaranteed, and a change must
    /// be on every screen within a second.
    pub check: Duration,
    /// How long a page that nobody watches any more keeps its states, for whoever comes back.
    pub linger: Duration,
    /// Pages of one board that may linger.
    pub lingering: usize,
    /// States of a page that are kept, for clients that have an older one.
    pub ring: usize,
    /// Pages that one server keeps fresh.
    pub pages: usize,
    /// Players that one server follows: each is looked up once every [`Limits::follow_tick`] while their board moves.
    pub players: usize,
    /// How often a client is told that the server is there, and asked whether it is.
    pub beat: Duration,
    /// How long a client may stay silent: two questions unanswered.
    pub idle: Duration,
    /// How long what is being sent may wait for a client that does not read.
    pub stall: Duration,
    /// The most bytes that are given to a socket at a time; what comes meanwhile is told as one state later.
    pub outbox: usize,
    /// Sockets that may be open at once.
    pub sockets: usize,
    /// Sockets that may be open at once from one address (IPv6: from one /64).
    pub sockets_per_address: usize,
    /// When a server stops, its clients come back within this time and [`Limits::return_each`] for each of them.
    pub return_within: Duration,
    /// See [`Limits::return_within`].
    pub return_each: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tick: Duration::from_millis(50),
            deep_tick: Duration::from_millis(500),
            shallow: 1_000,
            follow_tick: Duration::from_secs(1),
            check: Duration::from_millis(500),
            linger: Duration::from_secs(30),
            lingering: 64,
            ring: 32,
            pages: 10_000,
            players: 20_000,
            beat: Duration::from_secs(25),
            idle: Duration::from_secs(60),
            stall: Duration::from_secs(10),
            outbox: 64 * 1024,
            sockets: 10_000,
            sockets_per_address: 1_000,
            return_within: Duration::from_millis(500),
            return_each: Duration::from_millis(2),
        }
    }
}

impl Limits {
    /// The shortest time between two reads of the page whose first row has the index `first`.
    pub fn tick_of(&self, first: u64) -> Duration {
        if first < self.shallow { self.tick } else { self.deep_tick }
    }

    /// Within which time `sockets` clients are to come back.
    pub fn spread(&self, sockets: usize) -> Duration {
        let each = self.return_each.saturating_mul(u32::try_from(sockets).unwrap_or(u32::MAX));
        self.return_within.saturating_add(each).min(Duration::from_secs(30))
    }
}
