//! What a page knows, as stores and signals.

mod board;
mod optimistic;

pub use board::{Board, BoardState, BoardStoreFields, Notice, Outcome, ShownRow, ShownRowStoreFields};
