//! Live delivery: state, not events. What somebody watches is read when its board moved, told once as what changed, encoded once,
//! and the same bytes go to everybody who has the state before. A slow socket skips states; it never gets an old one after a
//! new one.
//!
//! - [`hub`]: boards with viewers, and how to become one · [`watched`]: one such board, and the task that keeps it fresh
//! - [`page`]: a page and its last states · [`follow`]: a player and their standing · `mailbox`: how a socket learns that one of its own moved
//! - [`session`]: what one client watches, whatever it is connected by: [`socket`] or [`events`]
//! - [`seats`]: who may connect · [`census`]: who watches what · [`limits`]: the numbers · [`source`]: what the hub needs of the store

pub mod census;
pub mod events;
pub mod follow;
pub mod hub;
pub mod limits;
mod mailbox;
pub mod page;
pub mod seats;
pub mod session;
pub mod socket;
pub mod source;
#[cfg(test)]
mod tests;
pub mod watched;

pub use hub::Hub;
pub use limits::Limits;
