//! The REST handlers, by resource. `json` and `query` read what comes in, `caller` who asks, `address` from where.

mod address;
mod boards;
mod caller;
mod entries;
mod health;
mod json;
mod live;
mod periods;
mod query;
mod scores;
mod short;

pub use boards::{create, delete, edit, list, show};
pub use entries::{change, entries, entry, history, remove, remove_many};
pub use health::{healthz, metrics, readyz};
pub use live::{events, feed};
pub use periods::periods;
pub use scores::submit;
pub use short::{leaderboard, score};
