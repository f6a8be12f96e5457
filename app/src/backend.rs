//! What the app needs of the server that carries it. The server puts an `Arc<dyn Backend>` into context; server functions
//! call it, so that this crate knows nothing of stores or of the web server's state.

use crate::{
    error::AppError,
    model::{
        Account, BoardId, Entered, Found, InReview, Lobby, Opened, Own, Page, PasskeyInfo, Period, Played, PlayerId, Profile, Reached,
        Receipt, Start, Submission,
    },
};
use leptos::prelude::use_context;
use std::{future::Future, pin::Pin, sync::Arc};

/// A boxed future, so that [`Backend`] can be used as `dyn`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send + 'a>>;

/// The service behind the server functions. It speaks for whoever looks: nobody in particular, or a player who has signed in.
pub trait Backend: Send + Sync {
    /// The account of whoever looks, if they have signed in.
    fn account<'a>(&'a self) -> Answer<'a, Option<Account>>;
    /// The passkeys of whoever looks.
    fn passkeys<'a>(&'a self) -> Answer<'a, Vec<PasskeyInfo>>;
    /// What of the submissions of whoever looks waits for review, or was rejected lately, newest first; nothing if they have not signed in.
    fn reviews<'a>(&'a self) -> Answer<'a, Vec<InReview>>;
    /// The boards that everybody sees, after one of them.
    fn lobby<'a>(&'a self, after: Option<&'a BoardId>) -> Answer<'a, Lobby>;
    /// A board, with a page of its standings, and how whoever looks stands: the player who has signed in, else the one they say they are.
    fn open<'a>(&'a self, board: &'a BoardId, period: &'a Period, start: Start, own: Option<PlayerId>) -> Answer<'a, Opened>;
    /// A page of standings.
    fn page<'a>(&'a self, board: &'a BoardId, period: &'a Period, start: Start) -> Answer<'a, Page>;
    /// How a player stands.
    fn own<'a>(&'a self, board: &'a BoardId, period: &'a Period, player: PlayerId) -> Answer<'a, Own>;
    /// Players whose id has this text in it.
    fn find<'a>(&'a self, board: &'a BoardId, period: &'a Period, text: &'a str) -> Answer<'a, Found>;
    /// A player on a board.
    fn profile<'a>(&'a self, board: &'a BoardId, player: &'a PlayerId) -> Answer<'a, Profile>;
    /// The boards that a player has an entry on, among those that everybody sees.
    fn entered<'a>(&'a self, player: &'a PlayerId) -> Answer<'a, Vec<Entered>>;
    /// The standings that a player reached last on boards that they have an entry on, newest first.
    fn reached<'a>(&'a self, player: &'a PlayerId, boards: &'a [Entered]) -> Answer<'a, Vec<Reached>>;
    /// Digits behind the decimal point of a board's scores.
    fn decimals<'a>(&'a self, board: &'a BoardId) -> Answer<'a, u8>;
    /// A run of the game that was counted, by what its address says.
    fn played<'a>(&'a self, board: &'a BoardId, run: &'a str) -> Answer<'a, Played>;
    /// Counts one submission.
    fn submit<'a>(&'a self, board: &'a BoardId, submission: Submission) -> Answer<'a, Receipt>;
}

/// A call of the API, as programs make it.
#[derive(Clone, Debug)]
pub struct Call {
    /// What to do.
    pub method: http::Method,
    /// Where: path and query, encoded.
    pub path: String,
    /// With what, in JSON.
    pub body: Option<serde_json::Value>,
    /// Why, for the audit log.
    pub reason: Option<String>,
}

impl Call {
    /// Reads what is at a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self { method: http::Method::GET, path: path.into(), body: None, reason: None }
    }
}

/// What the API answers.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Whether it was done.
    pub status: http::StatusCode,
    /// What it says: JSON, or text as a string.
    pub body: serde_json::Value,
    /// What the browser is to remember.
    pub cookies: Vec<http::HeaderValue>,
}

impl Reply {
    /// A refusal by us, as one of the API would be, for whoever reads what is written at the moment.
    pub fn refused(error: &AppError) -> Self {
        let body = serde_json::json!({ "detail": error.text(), "field": error.field(), "type": error.code() });
        Self { status: error.status(), body, cookies: Vec::new() }
    }

    /// The code of the problem that it is, if the call was refused.
    pub fn problem(&self) -> Option<&str> {
        let kind = self.body.get("type").and_then(serde_json::Value::as_str).filter(|_| !self.status.is_success())?;
        kind.rsplit(':').next()
    }
}

/// The API as whoever looks at a page may use it: the dashboard is a client of it, so that whatever it does can be done by REST, with the same
/// rights, checks and traces.
pub trait Api: Send + Sync {
    /// Makes a call. The error is for where no answer came at all; a refusal is an answer.
    fn call(&self, call: Call) -> Answer<'_, Reply>;
}

/// The document that describes the server's API (OpenAPI), which the server puts into context for the pages that show it.
#[cfg(feature = "ssr")]
#[derive(Clone)]
pub struct ApiDocument(pub Arc<serde_json::Value>);

/// The API that the server put into context.
pub fn api() -> Result<Arc<dyn Api>, AppError> {
    use_context().ok_or(AppError::Internal)
}

/// The backend that the server put into context.
pub fn backend() -> Result<Arc<dyn Backend>, AppError> {
    use_context().ok_or(AppError::Internal)
}
