//! The REST handlers, by resource, and those of the pages' forms. `json` and `query` read what comes in, `caller` who asks, `address` from where; `conditional` says what
//! whoever asks has already.

mod activity;
mod address;
mod boards;
mod caller;
mod combine;
mod conditional;
mod entries;
mod forms;
mod health;
mod jobs;
mod json;
mod live;
mod og;
mod openapi;
mod percentiles;
mod periods;
mod players;
mod problems;
mod query;
mod scores;
mod short;
mod transfer;
mod undo;

pub use activity::*;
pub use boards::*;
pub use combine::*;
pub use entries::*;
pub use forms::{export_visitor, forget_visitor, save_visitor, send_score};
pub use health::*;
pub use jobs::*;
pub use live::*;
pub use og::*;
pub use openapi::{base, document};
pub use percentiles::*;
pub use periods::*;
pub use players::*;
pub use scores::*;
pub use short::*;
pub use transfer::*;
pub use undo::*;
