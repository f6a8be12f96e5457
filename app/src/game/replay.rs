use super::{Game, TICKS, TICKS_PER_SECOND};

/// Ticks between two taps that a hand can make: 50 ms.
const FASTEST: u32 = TICKS_PER_SECOND / 20;
/// Taps of a run at most.
const MOST_TAPS: usize = (TICKS / FASTEST) as usize;

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The points.
    pub score: u32,
    /// Taps that scored.
    pub hits: u32,
    /// Taps beside the target, and targets that were let pass.
    pub misses: u32,
    /// The most hits in a row.
    pub best_row: u32,
    /// Stands for how the game stood at its end.
    pub hash: u64,
}

/// Why the taps of a run can't be a player's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// More taps than a run has room for.
    TooMany,
    /// A tap before the one that it follows, or at the same tick.
    OutOfOrder,
    /// Two taps that follow one another faster than a hand can tap.
    TooFast,
    /// A tap after the end.
    TooLate,
}

impl Refused {
    /// The reason in words.
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooMany => "More taps than half a minute has room for.",
            Self::OutOfOrder => "The taps are not in the order of their times.",
            Self::TooFast => "Two taps follow one another within less than 50 ms.",
            Self::TooLate => "A tap comes after the end of the run.",
        }
    }
}

/// Plays a run again, of which the ticks of its taps are known.
pub fn replay(seed: u64, taps: &[u32]) -> Result<Outcome, Refused> {
    check(taps)?;
    let mut game = Game::new(seed);
    let mut taps = taps.iter().peekable();
    while !game.is_over() {
        let has_tapped = taps.next_if(|tap| **tap == game.tick()).is_some();
        game.step(has_tapped);
    }
    Ok(game.outcome())
}

fn check(taps: &[u32]) -> Result<(), Refused> {
    if taps.len() > MOST_TAPS {
        return Err(Refused::TooMany);
    }
    for pair in taps.windows(2) {
        match pair {
            [before, after] if after <= before => return Err(Refused::OutOfOrder),
            [before, after] if after - before < FASTEST => return Err(Refused::TooFast),
            _ => {}
        }
    }
    if taps.last().is_some_and(|last| *last >= TICKS) { Err(Refused::TooLate) } else { Ok(()) }
}

impl Game {
    /// What it has come to.
    pub fn outcome(&self) -> Outcome {
        // FNV-1a (Fowler, Noll and Vo): it tells two games apart that went another way, and is no secret.
        let ahead = self.ahead.cast_unsigned();
        let parts =
            [self.tick, self.angle, self.is_clockwise.into(), ahead, self.stunned_until, self.row, self.hits, self.misses, self.score];
        let bytes = parts.iter().flat_map(|part| part.to_le_bytes());
        let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Outcome { score: self.score, hits: self.hits, misses: self.misses, best_row: self.best_row, hash }
    }

    /// Whether a tap now would be one that a hand can make, after the last one.
    pub fn takes_tap_after(&self, last: Option<u32>) -> bool {
        last.is_none_or(|last| self.tick() >= last + FASTEST)
    }
}

/// A number that stands for how so many runs by chance end: it is the same wherever the rules are.
pub fn digest_of_random_runs(runs: u64) -> u64 {
    let mut digest = 0_u64;
    for seed in 0..runs {
        let mut random = super::Random::new(!seed);
        let (mut taps, mut tick) = (Vec::new(), 0);
        loop {
            tick += FASTEST + random.below(60);
            if tick >= TICKS {
                break;
            }
            taps.push(tick);
        }
        let outcome = replay(seed, &taps).map_or(0, |outcome| outcome.hash ^ u64::from(outcome.score));
        digest = digest.rotate_left(5) ^ outcome;
    }
    digest
}
