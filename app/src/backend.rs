//! What the app needs of the server that carries it. The server puts an `Arc<dyn Backend>` into context; server functions
//! call it, so that this crate knows nothing of stores or of the web server's state.

use crate::{
    error::AppError,
    model::{BoardId, Limit, Receipt, Rules, Submission},
    protocol::Leaderboard,
};
use leptos::prelude::use_context;
use std::{future::Future, pin::Pin, sync::Arc};

/// A boxed future, so that [`Backend`] can be used as `dyn`.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send + 'a>>;

/// The service behind the server functions.
pub trait Backend: Send + Sync {
    /// A board's rules.
    fn rules<'a>(&'a self, board: &'a BoardId) -> Answer<'a, Rules>;
    /// The first `limit` rows of a board.
    fn top<'a>(&'a self, board: &'a BoardId, limit: Limit) -> Answer<'a, Leaderboard>;
    /// Counts one submission.
    fn submit<'a>(&'a self, board: &'a BoardId, submission: Submission) -> Answer<'a, Receipt>;
}

/// The backend that the server put into context.
pub fn backend() -> Result<Arc<dyn Backend>, AppError> {
    use_context().ok_or(AppError::Internal)
}
