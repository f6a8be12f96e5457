use super::Kind;
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde::Serialize;
use std::{fmt, time::Duration};

/// The most of the viewers that one event is for.
const MOST: f64 = 0.5;
/// The shortest time between two events, as a part of the mean.
const SHORTEST: f64 = 0.1;

/// Something goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// When, in ms since the players began.
    pub at_ms: u64,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum What {
    /// Viewers' sockets are reset.
    Sockets {
        /// The part of all viewers.
        part: f64,
        /// Chooses them.
        pick: u32,
    },
    /// Viewers don't read.
    Pause {
        /// The part of all viewers.
        part: f64,
        /// Chooses them.
        pick: u32,
        /// For how long.
        ms: u64,
    },
    /// The server ends, by SIGTERM or else by SIGKILL.
    Server {
        /// Whether by SIGTERM.
        kindly: bool,
    },
    /// The same for Valkey.
    Valkey {
        /// Whether by SIGTERM.
        kindly: bool,
    },
}

/// What goes wrong within `length`, every `every` on average: a pure function of all this.
pub fn plan(seed: u64, kinds: &[Kind], every: Duration, length: Duration) -> Vec<Event> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut events = Vec::new();
    let mut at = Duration::ZERO;
    while let Some(kind) = kinds.choose(&mut random) {
        let share: f64 = -f64::ln(1.0 - random.random::<f64>());
        at += every.mul_f64(share.max(SHORTEST));
        if at >= length {
            break;
        }
        events.push(Event { at_ms: at.as_millis() as u64, what: What::draw(*kind, &mut random) });
    }
    events
}

impl What {
    fn draw(kind: Kind, random: &mut StdRng) -> Self {
        // Mostly few viewers, sometimes many.
        let part = (MOST * random.random::<f64>().powi(2) * 1e3).round() / 1e3;
        let (pick, ms, kindly) = (random.random(), random.random_range(1_000..=15_000), random.random());
        match kind {
            Kind::Sockets => Self::Sockets { part, pick },
            Kind::Pause => Self::Pause { part, pick, ms },
            Kind::Server => Self::Server { kindly },
            Kind::Valkey => Self::Valkey { kindly },
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signal = |kindly: &bool| if *kindly { "SIGTERM" } else { "SIGKILL" };
        match self {
            Self::Sockets { part, .. } => write!(f, "{:.1}% of the sockets are reset", part * 1e2),
            Self::Pause { part, ms, .. } => write!(f, "{:.1}% of the viewers don't read for {:.1} s", part * 1e2, *ms as f64 / 1e3),
            Self::Server { kindly } => write!(f, "{} to the server", signal(kindly)),
            Self::Valkey { kindly } => write!(f, "{} to Valkey", signal(kindly)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Kind; 4] = [Kind::Sockets, Kind::Pause, Kind::Server, Kind::Valkey];

    fn plan_of(seed: u64) -> Vec<Event> {
        plan(seed, &ALL, Duration::from_secs(2), Duration::from_secs(600))
    }

    #[test]
    fn the_same_seed_makes_the_same_plan() {
        assert_eq!(plan_of(7), plan_of(7));
        assert_ne!(plan_of(7), plan_of(8));
        assert_eq!(plan(7, &[], Duration::from_secs(2), Duration::from_secs(600)), []);
    }

    #[test]
    fn a_longer_run_begins_like_a_shorter_one() {
        let short = plan(7, &ALL, Duration::from_secs(2), Duration::from_secs(60));
        assert_eq!(short, plan_of(7)[..short.len()]);
        assert!(short.iter().all(|event| event.at_ms < 60_000));
    }

    #[test]
    fn happens_as_often_as_wanted_and_of_every_kind() {
        let events = plan_of(1);
        assert!((200..=400).contains(&events.len()), "{}", events.len());
        assert!(events.is_sorted_by_key(|event| event.at_ms));
        let of = |is: fn(&What) -> bool| events.iter().filter(|event| is(&event.what)).count();
        let counts = [
            of(|what| matches!(what, What::Sockets { part, .. } if *part <= MOST)),
            of(|what| matches!(what, What::Pause { ms: 1_000..=15_000, .. })),
            of(|what| matches!(what, What::Server { kindly: true })),
            of(|what| matches!(what, What::Server { kindly: false })),
            of(|what| matches!(what, What::Valkey { .. })),
        ];
        assert!(counts.iter().all(|count| *count > 15), "{counts:?}");
    }
}
