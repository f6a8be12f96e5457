//! Queries: what a page asks of the server and keeps for a while. One request at a time for a key, however many ask; what is
//! known is shown at once and asked again behind it once it is stale; what may pass is tried again; what nobody waits for any
//! more is stopped; what a board's newer version outdates is asked again.
//!
//! `leptos-fetch` 0.4 has no retries, does not ask again on focus or reconnect, and knows nothing of boards' versions.
//!
//! - `core`: when a query is asked, asked again and forgotten: a state machine · `client`: who uses which, and their requests
//! - `typed`: their values, which neither of these knows the types of · `hook`: [`query`], for views
//! - `browser`: timers, focus and network

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
mod client;
#[cfg(any(feature = "hydrate", test))]
mod core;
mod hook;
#[cfg(debug_assertions)]
mod report;
#[cfg(any(feature = "hydrate", test))]
mod typed;

pub use hook::{Query, query};
#[cfg(debug_assertions)]
pub use report::{QueryReport, QueryState};

use crate::{error::AppError, model::BoardId};
use leptos::prelude::*;
use std::future::Future;

/// What a query is known by: the same key is the same question, and its answer of the same type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The board that it is about, whose newer versions outdate it.
    pub board: Option<BoardId>,
    /// The question, such as `history/ada`.
    pub name: String,
}

impl Key {
    /// A question about a board.
    pub fn of_board(board: BoardId, name: impl Into<String>) -> Self {
        Self { board: Some(board), name: name.into() }
    }
}

/// How a query is asked and kept. Where several use one, whoever came last says how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// For how long an answer is as good as a new one, in milliseconds. A board's versions make for no more requests than one in
    /// this time.
    pub stale_ms: f64,
    /// For how long an answer that nobody uses is kept, in milliseconds.
    pub cache_ms: f64,
    /// How often a request that failed for a reason that may pass is sent again.
    pub retries: u32,
    /// Whether what is stale is asked again when somebody comes back to the page.
    pub refetch_on_focus: bool,
    /// Whether what is stale is asked again when the network is back.
    pub refetch_on_reconnect: bool,
}

impl Options {
    /// What is asked whenever somebody comes to it, and then only when they say so; until it is there, whatever fails.
    pub const AT_A_WORD: Self =
        Self { stale_ms: 0.0, cache_ms: 0.0, retries: u32::MAX, refetch_on_focus: false, refetch_on_reconnect: false };
}

impl Default for Options {
    fn default() -> Self {
        Self { stale_ms: 1_000.0, cache_ms: 5_000.0, retries: 3, refetch_on_focus: true, refetch_on_reconnect: true }
    }
}

/// The tab's queries. On the server nothing is kept.
#[derive(Clone, Copy)]
pub struct Queries {
    #[cfg(feature = "hydrate")]
    client: StoredValue<std::rc::Rc<client::Client>, LocalStorage>,
}

impl Queries {
    /// Makes them and gives them to everything below the calling component.
    pub fn provide() {
        provide_context(Self {
            #[cfg(feature = "hydrate")]
            client: StoredValue::new_local(browser::client()),
        });
    }

    /// Those that were provided; `None` outside of the app.
    pub fn of_tab() -> Option<Self> {
        use_context()
    }

    /// Asks once, by way of what is kept: what is fresh is the answer, and a request that is under way is waited for. Dropping the
    /// future leaves it; a resource waits for its futures to the end, so there only the answer is dropped. On the server it is
    /// simply asked.
    pub fn fetch<T, F>(self, key: Key, options: Options, fetch: impl Fn(Key) -> F + 'static) -> impl Future<Output = Result<T, AppError>>
    where
        F: Future<Output = Result<T, AppError>> + 'static,
        T: Clone + Send + Sync + 'static,
    {
        #[cfg(feature = "hydrate")]
        {
            let (tell, answer) = typed::first();
            let seat = self.join(key, options, typed::fetch(fetch), tell);
            async move {
                let answer = answer.await;
                drop(seat);
                // Nobody answers once the app is gone.
                answer.unwrap_or(Err(AppError::Internal))
            }
        }
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = (self, options);
            fetch(key)
        }
    }

    /// Knows an answer from elsewhere, such as from what the server rendered, so that it is not asked for again; `version` is the
    /// board's that it shows. What is known already stays.
    pub fn seed<T: 'static>(self, key: Key, value: T, version: Option<u64>) {
        #[cfg(feature = "hydrate")]
        self.step(core::Event::Seed(key, std::rc::Rc::new(value), version));
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, key, value, version);
    }

    /// Shows at once what will become of an answer; nothing if there is none. It may be done more than once, if an earlier patch
    /// is rolled back. Newer data takes its place: the next that is asked for after it.
    pub fn patch<T: Clone + 'static>(self, key: &Key, change: impl Fn(&mut T) + 'static) -> Rollback {
        #[cfg(feature = "hydrate")]
        {
            let patch = self.client.try_with_value(|client| client.patch(key.clone(), typed::change(change)));
            Rollback { queries: self, key: key.clone(), patch: patch.unwrap_or(0) }
        }
        #[cfg(not(feature = "hydrate"))]
        {
            let _ = (self, key, change);
            Rollback {}
        }
    }

    /// A board has got to this version: older answers about it are asked again where they are used, each at most once in the time
    /// that it is fresh.
    pub fn invalidate_version(self, board: &BoardId, version: u64) {
        #[cfg(feature = "hydrate")]
        self.step(core::Event::Version(board.clone(), version));
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, board, version);
    }

    /// All that is known.
    #[cfg(debug_assertions)]
    pub fn report(&self) -> Vec<QueryReport> {
        #[cfg(feature = "hydrate")]
        return self.client.try_with_value(|client| client.report()).unwrap_or_default();
        #[cfg(not(feature = "hydrate"))]
        Vec::new()
    }
}

#[cfg(feature = "hydrate")]
impl Queries {
    fn step(self, event: core::Event) {
        self.client.try_with_value(|client| client.step(event));
    }

    fn join(self, key: Key, options: Options, fetch: client::Fetch, tell: client::Tell) -> Option<Seat> {
        let user = self.client.try_with_value(|client| client.join(key, options, fetch, tell))?;
        Some(Seat { queries: self, user })
    }

    fn refetch(self, user: u64) {
        self.client.try_with_value(|client| client.refetch(user));
    }
}

/// Somebody's place among those who use a query. Dropping it gives it up.
#[cfg(feature = "hydrate")]
struct Seat {
    queries: Queries,
    user: u64,
}

#[cfg(feature = "hydrate")]
impl Seat {
    fn user(&self) -> (Queries, u64) {
        (self.queries, self.user)
    }
}

#[cfg(feature = "hydrate")]
impl Drop for Seat {
    fn drop(&mut self) {
        self.queries.client.try_with_value(|client| client.leave(self.user));
    }
}

/// A way back from a patch. Without it, the patch stays until newer data comes.
#[must_use = "what is refused is to be rolled back"]
pub struct Rollback {
    #[cfg(feature = "hydrate")]
    queries: Queries,
    #[cfg(feature = "hydrate")]
    key: Key,
    #[cfg(feature = "hydrate")]
    patch: u64,
}

impl Rollback {
    /// Shows what there would be without the patch, unless newer data has come since; it is asked for again.
    pub fn roll_back(self) {
        #[cfg(feature = "hydrate")]
        self.queries.step(core::Event::Undo(self.key, self.patch));
    }
}

#[cfg(all(test, not(feature = "hydrate")))]
mod tests;
