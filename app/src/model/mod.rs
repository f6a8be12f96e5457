//! The words of LeaderPort as types: each can only hold a valid value, and is parsed the same way in a form and on the
//! server.

mod board;
mod combination;
mod country;
mod moderation;
mod name;
mod passkey;
mod played;
mod player;
mod profile;
mod reads;
mod receipt;
mod review;
#[cfg(feature = "ssr")]
mod role;
mod rules;
#[cfg(feature = "ssr")]
mod schema;
mod score;
#[cfg(feature = "ssr")]
pub mod status;
mod submission;
pub mod time;
mod window;
mod written;

pub use board::{BoardId, Limit};
pub use combination::{By, Combination, Combine, Part, Players};
pub use country::Country;
pub use moderation::ModerationState;
pub use name::PlayerName;
pub use passkey::PasskeyInfo;
pub use played::Played;
pub use player::PlayerId;
pub use profile::{AvatarUrl, Face, PlayerProfile};
pub use reads::{
    Account, BoardCard, BoardFacts, Entered, Found, FoundPlayer, InReview, LEADERS, Lobby, Opened, Own, Page, Period, Point, Profile,
    Reached, Start,
};
pub use receipt::{Ahead, Receipt, Standing, WindowReceipt, percentile, share_ahead};
pub use review::{MaxGain, Outliers, Proof, Proving, Review, ReviewState, Why};
#[cfg(feature = "ssr")]
pub use role::Role;
pub use rules::{Bounds, Column, Direction, Keep, LogRetention, RankMode, Rules, RulesChange, Submitters, TieOrder, Visibility};
#[cfg(feature = "ssr")]
pub use schema::Ranked;
pub use score::Score;
pub use submission::{Metadata, MetadataChange, Submission, SubmissionId};
pub use window::{Every, Weekday, Window, WindowName};
pub use written::{given, is_prose};
