//! The server functions, by resource. They are public endpoints: each checks what it is given.

#![allow(missing_docs, reason = "a server function's arguments become public fields, and can't carry documentation")]

mod boards;
mod scores;

pub use boards::{OpenBoard, open_board};
pub use scores::{Rejected, SubmitScore, submit_score};
