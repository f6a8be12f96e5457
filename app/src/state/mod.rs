//! What a page knows, as stores and signals.
//!
//! - `board`: the standings · `optimistic`: what they will be once what was sent has counted
//! - `queue`: scores that wait for their receipts · `outbox`: sends them

mod board;
mod optimistic;
mod outbox;
pub mod queue;

pub use board::{Board, BoardState, BoardStoreFields, Notice, Outcome, ShownRow, ShownRowStoreFields};
pub use outbox::{Answer, Outbox};
pub use queue::Waiting;

#[cfg(test)]
mod tests;
