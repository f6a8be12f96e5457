//! The parts that pages are made of: one component a file. `later` puts things off, `typed` is what comes of the form for scores.

mod announcer;
mod avatar;
mod brand;
mod connection;
mod failure;
mod finder;
mod later;
mod me_card;
mod message;
mod moved;
mod notices;
mod pager;
mod pause;
mod place;
#[cfg(feature = "hydrate")]
mod refused;
mod row;
mod score_form;
mod slides;
mod standings;
mod tabs;
mod title;
mod typed;
mod waiting;

pub use announcer::announcer;
pub use avatar::{avatar, flag, who};
pub use brand::brand;
pub use connection::{banner, connection, status, stopped};
pub use failure::failure;
#[cfg(feature = "ssr")]
pub(crate) use failure::mark;
pub use finder::{finder, jump};
pub use me_card::me_card;
pub use message::message;
pub use moved::moved;
pub use notices::notices;
pub use pager::pager;
pub use pause::pause;
pub use place::{go_to, go_to_own, note, own_path, stay_at};
#[cfg(feature = "hydrate")]
pub use refused::Refusals;
pub use score_form::{refusal, score_form, taken};
pub use standings::{Standings, follow, standings};
pub use tabs::{label, tabs};
#[cfg(feature = "ssr")]
pub use title::into_head;
pub use title::title;
pub use waiting::waiting_scores;
