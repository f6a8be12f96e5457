//! The REST handlers, by resource, and those of the pages' forms. `json` and `query` read what comes in, `caller` who asks, `address` from where; `conditional` says what
//! whoever asks has already.

mod activity;
mod address;
mod boards;
mod caller;
mod conditional;
mod entries;
mod forms;
mod health;
mod json;
mod live;
mod og;
mod percentiles;
mod periods;
mod players;
mod query;
mod scores;
mod short;

pub use activity::activity;
pub use boards::{create, delete, edit, list, show};
pub use entries::{change, entries, entry, history, remove, remove_many};
pub use forms::{export_visitor, forget_visitor, save_visitor, send_score};
pub use health::{healthz, metrics, readyz};
pub use live::{events, feed};
pub use og::card;
pub use percentiles::percentiles;
pub use periods::periods;
pub use players::{player_entries, player_history};
pub use scores::submit;
pub use short::{leaderboard, score};
