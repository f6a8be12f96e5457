//! What pages are told by reads.

use super::{BoardId, Bounds, Country, Direction, Face, Keep, PlayerId, Proving, RankMode, Rules, Score, Submitters, TieOrder, WindowName};
use crate::protocol::{MyStanding, Row};
use serde::{Deserialize, Serialize};

/// Which standings of a board: a window, and which of its periods.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    /// The window.
    pub window: WindowName,
    /// The period's id; none is the current one.
    pub period: Option<String>,
}

impl Default for Period {
    fn default() -> Self {
        Self { window: WindowName::all(), period: None }
    }
}

/// Which page of the standings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Start {
    /// The one with this place, from 1; the last one if there are not so many.
    Place(u64),
    /// The one that a player is on.
    Player(PlayerId),
    /// The one with the first row of this rank, or of one below it.
    Rank(u64),
}

/// What a page must know of a board's rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardFacts {
    /// What people call it.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Which scores are better.
    pub direction: Direction,
    /// Which of a player's submissions make the entry.
    pub keep: Keep,
    /// Digits behind the decimal point.
    pub decimals: u8,
    /// Which scores it takes.
    pub bounds: Bounds,
    /// Who is ahead when score and tiebreaks are equal.
    pub tie_order: TieOrder,
    /// Which ranks equal entries get.
    pub rank_mode: RankMode,
    /// The names of the values that are compared after the score.
    pub tiebreaks: Vec<String>,
    /// Windows besides `all`.
    pub windows: Vec<WindowName>,
    /// Whether everybody can send a score in by the form.
    pub is_open: bool,
    /// Whether players who have signed in can, each for themself.
    pub is_for_accounts: bool,
    /// Since when it shows how it was then, in ms since 1970, if it is frozen.
    pub frozen_since: Option<u64>,
}

impl BoardFacts {
    /// What pages know of a board with these rules, frozen at some time or not at all.
    pub fn of(rules: &Rules, frozen_since: Option<u64>) -> Self {
        // What is typed into the form has no proof.
        let must_prove = rules.review.is_some_and(|review| review.proof == Proving::Required);
        let takes = |from: Submitters| rules.submitters == from && !rules.archived && rules.follows.is_none() && !must_prove;
        Self {
            title: rules.title.clone(),
            description: rules.description.clone(),
            direction: rules.direction,
            keep: rules.keep,
            decimals: rules.decimals,
            bounds: rules.bounds(),
            tie_order: rules.tie_order,
            rank_mode: rules.rank_mode,
            tiebreaks: rules.tiebreaks.iter().map(|column| column.name.clone()).collect(),
            windows: rules.windows.iter().map(|window| window.name.clone()).collect(),
            is_open: takes(Submitters::Players),
            is_for_accounts: takes(Submitters::Accounts),
            frozen_since,
        }
    }
}

/// Rows of the standings, of one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The place of the first row, from 1.
    pub from: u64,
    /// The board's version.
    pub version: u64,
    /// Entries in the period.
    pub total: u64,
    /// The rows, best first.
    pub rows: Vec<Row>,
}

/// How whoever looks stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Own {
    /// Who.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// The standing; none without an entry.
    pub standing: Option<MyStanding>,
    /// Places gained since the last standing that was reached before today (UTC), lost ones negative; none without one.
    pub today: Option<i64>,
}

/// The account of whoever looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id that is theirs.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// What to call them.
    pub name: String,
    /// Where they are at home.
    pub country: Option<Country>,
    /// The address of their picture.
    pub avatar: Option<String>,
}

/// A board as it is opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opened {
    /// Which board.
    pub board: BoardId,
    /// What a page must know of its rules.
    pub facts: BoardFacts,
    /// Which window.
    pub window: WindowName,
    /// Which of its periods.
    pub period: String,
    /// Whether that period is over.
    pub is_past: bool,
    /// What is said of window and period behind the board's title; nothing of all time.
    pub which: String,
    /// The window's periods that are over, newest first: the id of each, and what people call it.
    pub past: Vec<(String, String)>,
    /// A page of the standings.
    pub page: Page,
    /// The place that was asked for, from 1.
    pub place: u64,
    /// How whoever looks stands, if that is known.
    pub own: Option<Own>,
    /// Their account, if they have signed in.
    pub account: Option<Account>,
}

/// Rows of a board that are listed with it.
pub const LEADERS: u32 = 3;

/// A board, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCard {
    /// Which board.
    pub board: BoardId,
    /// What people call it.
    pub title: String,
    /// Whether it shows how it was at some time, while it goes on behind that.
    pub is_frozen: bool,
    /// Its first rows.
    pub leaders: Page,
}

/// The boards that everybody sees, in the order of their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lobby {
    /// Some of them.
    pub cards: Vec<BoardCard>,
    /// The board to go on after; none if these were the last.
    pub next: Option<BoardId>,
}

/// A player who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPlayer {
    /// Who.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// What is shown of them.
    pub face: Face,
    /// The rank that is shown.
    pub rank: u64,
    /// The score.
    pub score: Score,
}

/// What a search for players found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The players, best first.
    pub players: Vec<FoundPlayer>,
    /// Whether all players were looked at: on a large board only some are.
    pub is_complete: bool,
}

/// A player on a board.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Which board.
    pub board: BoardId,
    /// What a page must know of its rules.
    pub facts: BoardFacts,
    /// Who.
    #[serde(deserialize_with = "PlayerId::deserialize_stored")]
    pub player: PlayerId,
    /// What is shown of them.
    pub face: Face,
    /// Entries on the board.
    pub total: u64,
    /// The standing.
    pub standing: MyStanding,
    /// Places gained since the last standing that was reached before today (UTC), lost ones negative; none without one.
    pub today: Option<i64>,
    /// Submissions so far.
    pub attempts: u64,
    /// Standings so far, kept or not.
    pub moves: u64,
    /// Those that are kept, oldest first; the last is the one of now.
    pub points: Vec<Point>,
}

/// A standing, when it was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(utoipa::ToSchema))]
pub struct Point {
    /// When, in ms since 1970.
    pub at: u64,
    /// The score.
    pub score: Score,
    /// The rank it made.
    pub rank: u64,
    /// Submissions until it was left.
    pub attempts: u64,
}

/// A standing of a player's on one of many boards.
#[derive(Clone, Debug, PartialEq)]
pub struct Reached {
    /// On which board.
    pub board: BoardId,
    /// What people call it.
    pub title: String,
    /// The standing, and when it was reached.
    pub point: Point,
}

/// A submission of a player's that operators look at, or have rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct InReview {
    /// On which board.
    pub board: BoardId,
    /// What people call it.
    pub title: String,
    /// The score.
    pub score: Score,
    /// Why it was rejected; nothing while it waits.
    pub reason: Option<String>,
}

/// A board that a player has an entry on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entered {
    /// Which board.
    pub board: BoardId,
    /// What people call it.
    pub title: String,
    /// Entries on it.
    pub total: u64,
    /// The player's standing.
    pub standing: MyStanding,
}
