//! What a page knows, as signals.
//!
//! - `board`: the standings · `shown`: their rows as they are shown · `known`: what those are made of
//! - `optimistic`: what they will be once what was sent has counted
//! - `queue`: scores that wait for their receipts · `outbox`: those of the tab · `sending`: sends them

mod board;
mod known;
mod optimistic;
mod outbox;
pub mod queue;
#[cfg(feature = "hydrate")]
mod sending;
mod shown;

pub use board::{BoardState, Notice, Outcome};
pub use outbox::Outbox;
pub use queue::Waiting;
pub use shown::{Rows, ShownRow, score_text};

#[cfg(test)]
mod tests;
