//! The pages: one route a file.

mod docs;
mod home;
mod not_found;

pub use docs::{Docs, DocsLive};
pub use home::Home;
pub use not_found::NotFound;
