//! The words of LeaderPort as types: each can only hold a valid value, and is parsed the same way in a form and on the
//! server.

mod board;
mod player;
mod receipt;
mod score;
mod submission;

pub use board::{BoardId, Direction, Limit, Rules};
pub use player::PlayerId;
pub use receipt::{Receipt, Standing};
pub use score::Score;
pub use submission::{Submission, SubmissionId};
