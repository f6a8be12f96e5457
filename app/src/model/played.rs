/// A run of the game that was counted, as it is shown to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// What people call the board.
    pub title: String,
    /// What whoever played it is called.
    pub name: String,
    /// When it was begun, in ms since 1970.
    pub at: u64,
    /// What it came to.
    pub score: u32,
    /// Taps that scored.
    pub hits: u32,
    /// Taps that did not, and targets that were let pass.
    pub misses: u32,
    /// The most hits in a row.
    pub best_row: u32,
    /// The rank of its player's best run then, and of how many.
    pub rank: (u64, u64),
}
