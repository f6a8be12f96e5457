//! What a page knows, as signals.
//!
//! - `board`: the standings · `shown`: their rows as they are shown · `known`: what those are made of
//! - `optimistic`: what they will be once what was sent has counted
//! - `queue`: scores that wait for their receipts · `outbox`: sends them

mod board;
mod known;
mod optimistic;
mod outbox;
pub mod queue;
mod shown;

pub use board::{BoardState, Notice, Outcome};
pub use outbox::{Answer, Outbox};
pub use queue::Waiting;
pub use shown::{Rows, ShownRow};

#[cfg(test)]
mod tests;
