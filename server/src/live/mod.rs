//! Live delivery: state, not events. A view is read when its board moved, encoded once, and the same bytes go to every
//! socket that watches it; a slow socket skips states, it never gets an old one after a new one.
//!
//! - [`hub`]: the views and what keeps them fresh
//! - [`session`]: one socket

mod hub;
mod session;

pub use hub::Hub;
pub use session::open;
