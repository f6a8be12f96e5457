//! Scores that are far better than others: the modified z-score of Iglewicz and Hoaglin ("How to Detect and Handle Outliers", 1993), which a few
//! odd ones among the others don't sway.

use super::from_store;
use crate::valkey::functions::{
    Scope, Store,
    log::{Act, Asked},
    restore::Cause,
};
use app::{error::AppError, model::PlayerId};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use tokio::sync::Mutex;

/// Scores that a new one is compared to, and the fewest that say anything.
const NEWEST: usize = 200;
const FEWEST: usize = 30;
/// How long what was read is good enough.
const FRESH: Duration = Duration::from_secs(1);
/// Calls of the log that are read at a time, and in all.
const CALLS: u64 = 32;
const MOST_CALLS: u64 = 1_024;

/// What a board's newest scores are like, as this server has last read them.
#[derive(Default)]
pub struct Newest(Mutex<Option<(Instant, Option<Usual>)>>);

impl Newest {
    /// What they are like, if that can be told, read again if that was a while ago.
    pub async fn get(&self, store: &Store, scope: &Scope) -> Result<Option<Usual>, AppError> {
        // Whoever comes while they are read waits for them.
        let mut known = self.0.lock().await;
        if let Some((_, usual)) = known.filter(|(at, _)| at.elapsed() < FRESH) {
            return Ok(usual);
        }
        let at = Instant::now();
        let usual = Usual::of(&read(store, scope).await?);
        *known = Some((at, usual));
        Ok(usual)
    }
}

/// What scores are like, as sort keys: the one in the middle, and how far from it others usually are.
#[derive(Clone, Copy, Debug)]
pub struct Usual {
    median: f64,
    deviation: f64,
}

/// The sort keys of the newest submissions that counted and were not taken out since, of players whom everybody sees: what operators have no faith in says
/// nothing of what is usual.
async fn read(store: &Store, scope: &Scope) -> Result<Vec<i64>, AppError> {
    let verdicts = store.verdicts(&scope.board).await.map_err(from_store)?;
    let hidden: HashSet<PlayerId> = verdicts.into_iter().filter(|(_, verdict)| verdict.is_out()).map(|(player, _)| player).collect();
    let (mut keys, mut out, mut before) = (Vec::new(), HashSet::new(), None);
    for _ in 0..MOST_CALLS / CALLS {
        let records = store.log_back(scope, before, CALLS).await.map_err(from_store)?;
        let Some(first) = records.first() else { break };
        before = Some(first.version);
        for record in records.into_iter().rev() {
            // What took something out may be taken out itself.
            let is_out = out.contains(&record.version);
            match (record.act.asked(), &record.act) {
                _ if is_out => {}
                (Some(Asked::Restore(Cause::Out(version))), _) => drop(out.insert(*version)),
                (_, Act::Submitted { sent, .. }) if !hidden.contains(&sent.player) => keys.push(sent.key),
                _ => {}
            }
        }
        if keys.len() >= NEWEST {
            keys.truncate(NEWEST);
            break;
        }
    }
    Ok(keys)
}

impl Usual {
    /// Of some scores. Of too few, and of such that are all equal, it can't be told.
    pub fn of(keys: &[i64]) -> Option<Self> {
        if keys.len() < FEWEST {
            return None;
        }
        let mut values: Vec<f64> = keys.iter().map(|key| *key as f64).collect();
        let median = median(&mut values);
        values.iter_mut().for_each(|value| *value = (*value - median).abs());
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let deviation = match self::median(&mut values) {
            // More than half are equal: what the others are off by says more.
            0.0 => 1.253_314 * mean,
            deviation => deviation / 0.6745,
        };
        (deviation > 0.0).then_some(Self { median, deviation })
    }

    /// Whether a score, by its sort key, is far better than these.
    pub fn is_outlier(self, key: i64) -> bool {
        (self.median - key as f64) / self.deviation > 3.5
    }
}

/// The middle of values, which are put into another order; of an even number what is half-way between the two in the middle.
fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    let is_even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = if is_even { below.iter().copied().fold(f64::NEG_INFINITY, f64::max) } else { *upper };
    f64::midpoint(lower, *upper)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_outlier(key: i64, others: &[i64]) -> bool {
        Usual::of(others).is_some_and(|usual| usual.is_outlier(key))
    }

    fn naive_median(values: &[f64]) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(|a, b| a.partial_cmp(b).unwrap());
        (sorted[(sorted.len() - 1) / 2] + sorted[sorted.len() / 2]) / 2.0
    }

    fn naive(key: i64, others: &[i64]) -> bool {
        let values: Vec<f64> = others.iter().map(|key| *key as f64).collect();
        let middle = naive_median(&values);
        let off: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
        let (deviation, mean) = (naive_median(&off), off.iter().sum::<f64>() / off.len() as f64);
        let distance = (key as f64 - middle).abs();
        let score = if deviation > 0.0 {
            distance / (deviation / 0.6745)
        } else if mean > 0.0 {
            distance / (1.253_314 * mean)
        } else {
            0.0
        };
        others.len() >= 30 && (key as f64) < middle && score > 3.5
    }

    #[test]
    fn what_is_far_better_is_told_from_what_is_usual() {
        let usual: Vec<i64> = (-120..-80).collect();
        let told = |others: &[i64], keys: [i64; 4]| keys.map(|key| is_outlier(key, others));
        assert_eq!(told(&usual, [-110, -150, -160, 1_000]), [false, false, true, false], "worse ones are nobody's concern");
        assert_eq!(told(&usual[..29], [-110, -150, -1_000_000, 0]), [false; 4], "too few to tell");
        assert_eq!(told(&[-5; 40], [-5, -6, -1_000_000, 0]), [false; 4], "equal ones tell nothing");
        let mostly: Vec<i64> = [-5; 30].into_iter().chain([-15; 10]).collect();
        assert_eq!(told(&mostly, [-5, -15, -16, -17]), [false, false, true, true], "by the mean where most are equal");
    }

    proptest! {
        #[test]
        fn it_is_what_the_definition_says(
            others in prop_oneof![
                prop::collection::vec(-1_000_i64..1_000, 1..80),
                prop::collection::vec(-3_i64..3, 1..80),
                prop::collection::vec(-(1_i64 << 53)..(1 << 53), 30..60),
            ],
            key in prop_oneof![-3_000_i64..3_000, -(1_i64 << 53)..(1 << 53)],
        ) {
            prop_assert_eq!(is_outlier(key, &others), naive(key, &others));
        }
    }
}
