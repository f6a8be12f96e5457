//! The storm: everybody hangs up at once, and comes back at once.

use crate::{
    latency::Latencies,
    viewer::{Crowd, Order, World},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Serialize;
use std::time::Duration;
use tokio::time::Instant;

/// How long all may take to be back.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a storm.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Storm {
    /// From when a viewer was told to hang up until it had its page again, on a new socket.
    pub back: Latencies,
    /// Those who did not come back in time.
    pub missing: usize,
}

/// Has all viewers hang up and come back. That what they show then is right is for the last check to say: nobody submits any more.
pub async fn storm(world: &World, crowd: &Crowd) -> Storm {
    let mut random = StdRng::seed_from_u64(world.options.seed);
    let jitter = Duration::from_millis(world.options.storm_jitter.into());
    let started = Instant::now();
    crowd.viewers().iter().for_each(|viewer| viewer.order(Order::Return(jitter.mul_f64(random.random()))));
    let missing = crowd.wait(PATIENCE, |viewer| viewer.since().is_none_or(|since| since < started)).await;
    let mut back = Latencies::default();
    let times = crowd.viewers().iter().filter_map(|viewer| viewer.since()?.checked_duration_since(started));
    times.for_each(|time| back.add_duration(time));
    Storm { back, missing }
}
