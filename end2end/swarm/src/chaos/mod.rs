//! What goes wrong on the way.
//!
//! - `plan`: what goes wrong when: a pure function of the seed · `act`: lets it go wrong

mod act;
mod plan;

pub use act::{Done, Stage, Valkey};
pub use plan::plan;

use clap::ValueEnum;
use serde::Serialize;

/// A kind of thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Some viewers' sockets are reset.
    Sockets,
    /// Some viewers don't read for 1 to 15 seconds.
    Pause,
    /// The server ends, by SIGTERM or SIGKILL, and is started again.
    Server,
    /// The same for Valkey.
    Valkey,
}
