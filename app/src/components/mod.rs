//! The parts that pages are made of: one component a file. `later` puts things off.

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
mod row;
mod score_form;
mod slides;
mod standings;
mod tabs;
mod title;
mod waiting;

pub use announcer::Announcer;
pub use avatar::{Avatar, flag, who};
pub use brand::Brand;
pub use connection::Connection;
pub use failure::Failure;
#[cfg(feature = "ssr")]
pub(crate) use failure::mark;
pub use finder::{Finder, Jump};
pub use me_card::MeCard;
pub use message::Message;
pub use moved::Moved;
pub use notices::Notices;
pub use pager::Pager;
pub use row::Row;
pub use score_form::{Refusal, ScoreForm, Taken};
pub use standings::{Standings, follow};
pub use tabs::{Tabs, label};
pub use title::Title;
#[cfg(feature = "ssr")]
pub use title::into_head;
pub use waiting::WaitingScores;
