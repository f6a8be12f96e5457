//! What a history is made of.

use app::model::{Keep, ModerationState, RankMode, TieOrder, Window};

/// One step of a history, and what is read after it. Numbers are turned into what they stand for when the step is played, so that a
/// history makes sense without some of its steps.
#[derive(Clone, Debug)]
pub struct Turn {
    pub step: Step,
    pub reads: Vec<Read>,
}

#[derive(Clone, Debug)]
pub enum Step {
    Submit(Sent),
    Bulk(Vec<Sent>),
    Change {
        player: usize,
        period: Option<Pick>,
        score: Option<i64>,
        add: Option<i64>,
        tiebreaks: Option<[i64; 3]>,
        metadata: u8,
    },
    Remove {
        period: Option<Pick>,
        which: Gone,
    },
    /// A player is hidden, banned, kept from submitting, or not any more.
    Moderate {
        player: usize,
        state: Option<ModerationState>,
        submitting: Option<bool>,
    },
    /// The board is frozen, or not any more.
    Freeze(bool),
    Edit(Edit),
    /// Time goes on.
    Wait(u64),
    /// The clock is set back.
    SetBack(u64),
    CloseDue,
}

#[derive(Clone, Debug)]
pub struct Sent {
    pub player: usize,
    pub score: i64,
    pub tiebreaks: [i64; 3],
    pub id: Id,
    pub metadata: u8,
    pub at: At,
}

/// A submission's id.
#[derive(Clone, Debug)]
pub enum Id {
    None,
    New,
    /// What was sent with an id before, once more.
    Again(usize),
    /// An id that was used before, with something else.
    Other(usize),
    /// What was sent with an id so long ago that it counts anew.
    Forgotten(usize),
}

/// When a score was reached, in ms from now.
#[derive(Clone, Debug)]
pub enum At {
    Now,
    Ago(u64),
    Ahead(u64),
}

/// A period: of a window by its number, at some time.
#[derive(Clone, Debug)]
pub enum Pick {
    All,
    Current(usize),
    /// One that was written to.
    Known(usize),
    Ago(usize, u64),
    /// Of a window that the board does not have.
    Nowhere,
}

#[derive(Clone, Debug)]
pub enum Gone {
    Players(Vec<usize>),
    Scores(Option<i64>, Option<i64>),
    AllBut(u64),
    All,
}

#[derive(Clone, Debug)]
pub enum Edit {
    Keep(Keep),
    Mode(RankMode),
    Bounds(Option<i64>, Option<i64>),
    History(u16),
    Title(u8),
    Ties(TieOrder),
    Decimals(u8),
    /// Other windows, or other times for those that stay.
    Windows(Vec<Window>),
    Archive,
}

#[derive(Clone, Debug)]
pub enum Read {
    Leaderboard(usize),
    From(Pick, u64, usize),
    Around(Pick, usize, usize),
    PageOf(Pick, usize, usize),
    Scores(Pick, Option<i64>, Option<i64>, u64, usize),
    Ranks(Pick, u64, u64, u64, usize),
    Percentile(Pick, u32, usize),
    /// From the last one up.
    Up(Pick, Option<i64>, Option<i64>, usize),
    /// On from a cursor that was given out before.
    After(usize, Option<i64>, Option<i64>, usize),
    Percentiles(Pick, Vec<u32>),
    Sample(Pick, usize),
    Friends(Pick, Vec<usize>),
    Entry(Pick, usize, usize),
    History(usize),
    Periods(Option<usize>, usize),
    Info,
}
