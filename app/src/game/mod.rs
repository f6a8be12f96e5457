//! Ring, the game at `/play`: a pointer runs round a ring; a tap while it is on the target scores and turns it round. Whole numbers only, no clock and no
//! chance but the seed's: the same taps come to the same score everywhere, so the server plays a run again and believes its own result.
//!
//! A run lasts [`TICKS`]. Each hit is worth 100, and up to 50 more the nearer it is to the target's middle, times one more for every five in a row, at most
//! five times. Each hit in a row makes the pointer faster. Whoever taps beside the target, or lets it pass, starts a new row at the slowest; a tap
//! beside it also stops the pointer for [`STUNNED`].

mod random;
mod replay;

pub use random::Random;
pub use replay::{Outcome, Refused, digest_of_random_runs, replay};

/// Steps of the game in a second.
pub const TICKS_PER_SECOND: u32 = 120;
/// Steps of a run: half a minute.
pub const TICKS: u32 = 30 * TICKS_PER_SECOND;
/// A whole turn of the ring.
pub const TURN: u32 = 1 << 16;
/// How far from the target's middle the pointer may be for a tap to count.
pub const REACH: u32 = TURN / 26;
/// How long the pointer stands still after a tap beside the target, in ticks.
pub const STUNNED: u32 = TICKS_PER_SECOND * 3 / 10;
/// How far the pointer moves in a tick at first, and how much further with each hit in a row, for so many at most.
const SLOWEST: u32 = TURN / 180;
const FASTER: u32 = TURN / 4_096;
const MOST_FASTER: u32 = 32;
/// How far ahead of the pointer the next target is.
const NEAREST: u32 = TURN / 6;
const FURTHEST: u32 = TURN * 5 / 8;
/// Points of a hit, and of how near to the middle it is.
const HIT: u32 = 100;
const MIDDLE: u32 = 50;
/// Hits in a row for one more time the points, and how often at most.
const ROW: u32 = 5;
const MOST_TIMES: u32 = 5;

/// What happened in a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A tap on the target, with the points that it was worth.
    Hit(u32),
    /// A tap beside it.
    Beside,
    /// The pointer has passed the target.
    Passed,
}

/// A game as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Game {
    random: Random,
    tick: u32,
    angle: u32,
    is_clockwise: bool,
    /// How far it is to the target's middle; less than nothing when it is behind.
    ahead: i32,
    stunned_until: u32,
    row: u32,
    best_row: u32,
    hits: u32,
    misses: u32,
    score: u32,
}

impl Game {
    /// A game that begins.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let angle = random.below(TURN);
        let mut game = Self {
            random,
            tick: 0,
            angle,
            is_clockwise: true,
            ahead: 0,
            stunned_until: 0,
            row: 0,
            best_row: 0,
            hits: 0,
            misses: 0,
            score: 0,
        };
        game.aim();
        game
    }

    /// Goes on by a tick, at the beginning of which the player may have tapped.
    pub fn step(&mut self, has_tapped: bool) -> Option<Event> {
        if self.is_over() {
            return None;
        }
        let tapped = if has_tapped && !self.is_stunned() { Some(self.tap()) } else { None };
        let passed = if self.is_stunned() { None } else { self.advance() };
        self.tick += 1;
        tapped.or(passed)
    }

    fn tap(&mut self) -> Event {
        let off = self.ahead.unsigned_abs();
        if off > REACH {
            self.miss();
            self.stunned_until = self.tick + STUNNED;
            return Event::Beside;
        }
        let points = (HIT + MIDDLE * (REACH - off) / REACH) * self.times();
        self.score += points;
        self.hits += 1;
        self.row += 1;
        self.best_row = self.best_row.max(self.row);
        self.is_clockwise = !self.is_clockwise;
        self.aim();
        Event::Hit(points)
    }

    fn advance(&mut self) -> Option<Event> {
        let speed = self.speed();
        let to = if self.is_clockwise { self.angle + speed } else { self.angle + TURN - speed };
        self.angle = to % TURN;
        self.ahead -= speed.cast_signed();
        if self.ahead >= -REACH.cast_signed() {
            return None;
        }
        self.miss();
        self.aim();
        Some(Event::Passed)
    }

    fn miss(&mut self) {
        self.misses += 1;
        self.row = 0;
    }

    fn aim(&mut self) {
        self.ahead = (NEAREST + self.random.below(FURTHEST - NEAREST)).cast_signed();
    }

    fn speed(&self) -> u32 {
        SLOWEST + FASTER * self.row.min(MOST_FASTER)
    }

    /// How many times its points the next hit counts.
    pub fn times(&self) -> u32 {
        (1 + self.row / ROW).min(MOST_TIMES)
    }

    /// The tick that comes next.
    pub fn tick(&self) -> u32 {
        self.tick
    }

    /// Where the pointer is, clockwise from the top.
    pub fn angle(&self) -> u32 {
        self.angle
    }

    /// Where the middle of the target is, clockwise from the top.
    pub fn target(&self) -> u32 {
        let ahead = if self.is_clockwise { self.ahead } else { -self.ahead };
        (self.angle + TURN).wrapping_add_signed(ahead) % TURN
    }

    /// Whether the pointer stands still for a while.
    pub fn is_stunned(&self) -> bool {
        self.tick < self.stunned_until
    }

    /// Hits in a row.
    pub fn row(&self) -> u32 {
        self.row
    }

    /// The points so far.
    pub fn score(&self) -> u32 {
        self.score
    }

    /// Whether the time is up.
    pub fn is_over(&self) -> bool {
        self.tick >= TICKS
    }
}

#[cfg(test)]
mod tests;
