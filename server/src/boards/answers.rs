//! What reads and changes answer, as JSON shows it.

use app::{
    model::{Ahead, AvatarUrl, BoardId, Country, Metadata, PlayerId, PlayerName, Point, Rules, Score, WindowName},
    protocol::Row,
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A board and its rules.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoardInfo {
    /// Its id.
    pub id: BoardId,
    /// Its rules.
    #[serde(flatten)]
    pub rules: Rules,
    /// Its version.
    pub version: u64,
    /// When it was created, in ms since 1970.
    pub created_at: u64,
    /// When it last changed, in ms since 1970.
    pub last_update: u64,
    /// Since when it is frozen, in ms since 1970, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen_since: Option<u64>,
}

/// Some boards, in the order of their ids.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BoardList {
    /// The boards.
    pub boards: Vec<BoardInfo>,
    /// What to ask for the next ones with; nothing if these were the last.
    pub next_cursor: Option<String>,
}

/// Which entries of which moment an answer is about.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Which board.
    pub board: BoardId,
    /// Which window.
    pub window: WindowName,
    /// Which of its periods.
    pub period: String,
    /// The board's version that all of this belongs to.
    pub version: u64,
    /// Entries in the period.
    pub total: u64,
    /// When the board last changed, in ms since 1970.
    pub last_update: u64,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Rank, player, name and score.
    #[serde(flatten)]
    #[schema(value_type = app::model::Ranked)]
    pub row: Row,
    /// The tiebreaks, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tiebreaks: BTreeMap<String, i64>,
    /// When the standing was reached, in ms since 1970.
    pub reached_at: u64,
    /// Submissions so far.
    pub attempts: u64,
    /// The share of entries that are not ahead, in percent.
    pub percentile: f64,
    /// What is remembered with it.
    pub metadata: Option<Metadata>,
}

/// Some entries in rank order, or from the last one up where that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Entries {
    /// Which.
    #[serde(flatten)]
    pub moment: Moment,
    /// Entries that match: those in the range of scores or ranks where one was asked for, else all.
    pub matching: u64,
    /// The entries.
    pub entries: Vec<Entry>,
    /// The place, from 1, to go on from; nothing if these were the last, for a range of scores, or on the way up.
    pub next_from: Option<u64>,
    /// For a range of scores or ranks: how many to skip to go on; nothing if these were the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<u64>,
    /// What to ask for the next ones with, whatever has come, gone or moved meanwhile; nothing if these were the last, or for a range
    /// of ranks.
    pub next_cursor: Option<String>,
}

/// Entries that chance chose, in rank order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Which.
    #[serde(flatten)]
    pub moment: Moment,
    /// The entries.
    pub entries: Vec<Entry>,
}

/// What it takes to have some percentiles.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Percentiles {
    /// Which.
    #[serde(flatten)]
    pub moment: Moment,
    /// The percentiles, in the order they were asked for; empty without entries.
    pub percentiles: Vec<Percentile>,
}

/// What it takes to have a percentile.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Percentile {
    /// The percentile that was asked for.
    pub percentile: f64,
    /// The score of the last entry that has it.
    pub score: Score,
    /// The place of that entry in the order, from 1.
    pub place: u64,
}

/// Some players' entries, in rank order.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Friends {
    /// Which.
    #[serde(flatten)]
    pub moment: Moment,
    /// Their entries.
    pub entries: Vec<Friend>,
    /// Those who have no entry.
    pub missing: Vec<PlayerId>,
}

/// A player among some.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Friend {
    /// The entry, with its rank on the board.
    #[serde(flatten)]
    pub entry: Entry,
    /// The rank among those who were asked for.
    pub rank_among: u64,
}

/// One player's entry.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OneEntry {
    /// Which.
    #[serde(flatten)]
    pub moment: Moment,
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// The page it is on, from 1, if a page has as many rows as were asked for.
    pub page: u64,
    /// Whom to pass next.
    pub ahead: Option<Ahead>,
}

/// A player's standings over time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerHistory {
    /// Which board.
    pub board: BoardId,
    /// Which player.
    pub player_id: PlayerId,
    /// The board's version that all of this belongs to.
    pub version: u64,
    /// Submissions so far.
    pub attempts: u64,
    /// Standings so far, kept or not.
    pub moves: u64,
    /// The oldest so many of them are not kept any more.
    pub trimmed: u64,
    /// Those that are kept, oldest first; the last is the standing now.
    pub points: Vec<Point>,
}

/// Some of a player's entries, board by board.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerEntries {
    /// Which player.
    pub player_id: PlayerId,
    /// The entries, in the order of the boards' ids.
    pub entries: Vec<OnBoard>,
    /// What to ask for the next ones with; nothing if there are no more boards.
    pub next_cursor: Option<String>,
}

/// A player's entry on one of many boards.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct OnBoard {
    /// The board's title.
    pub title: String,
    /// The entry, and which board.
    #[serde(flatten)]
    pub entry: OneEntry,
}

/// A player's standings on all boards over time.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerMoments {
    /// Which player.
    pub player_id: PlayerId,
    /// The standings, newest first.
    pub points: Vec<PlayerMoment>,
    /// What to send as `before` for older ones, in ms since 1970; nothing if these were the last.
    pub next_before: Option<u64>,
}

/// A standing that a player reached.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PlayerMoment {
    /// On which board.
    pub board: BoardId,
    /// The board's title.
    pub title: String,
    /// The standing.
    #[serde(flatten)]
    pub point: Point,
}

/// How much happened on a board.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Which board.
    pub board: BoardId,
    /// Hours or days without a gap, oldest first; the last may still go on.
    pub steps: Vec<ActivityStep>,
    /// What to send as `before` for those before these, in ms since 1970.
    pub next_before: Option<u64>,
}

/// An hour or a day on a board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ActivityStep {
    /// When it began, in ms since 1970.
    pub at: u64,
    /// Submissions that were counted in it.
    pub submissions: u64,
}

/// Some periods, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeriodList {
    /// Which board.
    pub board: BoardId,
    /// The board's version that all of this belongs to.
    pub version: u64,
    /// The periods.
    pub periods: Vec<PeriodInfo>,
    /// What to ask for the next ones with; nothing if these were the last.
    pub next_cursor: Option<String>,
}

/// A period that was submitted to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeriodInfo {
    /// Which window.
    pub window: WindowName,
    /// The period's id.
    pub period: String,
    /// `open`, or `closed`.
    pub state: &'static str,
    /// When it starts, in ms since 1970.
    pub start: u64,
    /// When it ends, in ms since 1970.
    pub end: u64,
    /// Until when it is kept, in ms since 1970.
    pub kept_until: u64,
    /// Once it is closed: its entries.
    pub total: Option<u64>,
    /// Once it is closed: when that was, in ms since 1970.
    pub closed_at: Option<u64>,
}

/// What removing entries did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Removed {
    /// Entries that are gone, all windows together.
    pub removed: u64,
    /// The board's version.
    pub version: u64,
}

/// A player's profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerInfo {
    /// Who.
    pub player_id: PlayerId,
    /// What to call them; without a name they are called by their id.
    pub name: Option<PlayerName>,
    /// Where they are at home.
    pub country: Option<Country>,
    /// Their picture; without one, pages show the letters that their name begins with.
    pub avatar: Option<AvatarUrl>,
    /// What a game remembers with them; only operators are told.
    pub metadata: Option<Metadata>,
    /// Whether operators alone change the name; only they are told.
    pub name_locked: Option<bool>,
    /// When it was written, in ms since 1970.
    pub updated_at: u64,
}

/// A player who was removed from everywhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerLeft {
    /// Who.
    pub player_id: PlayerId,
    /// The boards that they had entries on.
    pub boards: Vec<BoardId>,
    /// Entries that were removed, those of all periods together.
    pub entries: u64,
}

/// All that is known of a player.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerRecord {
    /// Who.
    pub player_id: PlayerId,
    /// Their profile, if they have one.
    pub profile: Option<PlayerInfo>,
    /// The boards that they have entries on, in the order of their ids.
    pub boards: Vec<PlayerOnBoard>,
}

/// All that is known of a player on a board.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerOnBoard {
    /// Which board.
    pub board: BoardId,
    /// What people call it.
    pub title: String,
    /// The entries in all periods that are kept, `all` first.
    pub entries: Vec<PlayerInPeriod>,
    /// The standings so far in the window `all`, oldest first; the last is the one of now.
    pub history: Vec<Point>,
}

/// A player's entry in a period.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlayerInPeriod {
    /// Which window.
    pub window: WindowName,
    /// Which of its periods.
    pub period: String,
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
}
