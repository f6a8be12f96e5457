//! The parts that pages are made of: one component a file.

mod connection;
mod notices;
mod rows;
mod score_form;
mod standing;

pub use connection::Connection;
pub use notices::Notices;
pub use rows::Rows;
pub use score_form::ScoreForm;
pub use standing::Standing;
