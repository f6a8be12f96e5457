//! What has to do with security, in a log of its own: target `leaderport::security`.

use crate::metrics;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};
use tracing::warn;

/// Problems that whoever tries to get in, or further, meets: without a right, with a wrong key, password, code or signature, from another site's
/// page, too often, in another player's name.
const TOLD: [&str; 9] =
    ["unauthorized", "unsigned", "second-factor", "forbidden", "cross-site", "too-many-tries", "too-many-requests", "barred", "owned"];
/// Lines of a kind in a second: nobody fills a disk by being refused, nor hides among what others are refused. What is not written is counted.
const A_SECOND: u32 = 10;

/// What is written of a kind, and how many lines were not since the last one.
struct Lines(DefaultDirectRateLimiter, AtomicU64);

static LINES: LazyLock<[Lines; TOLD.len()]> = LazyLock::new(|| {
    let quota = Quota::per_second(NonZeroU32::new(A_SECOND).unwrap_or(NonZeroU32::MIN));
    std::array::from_fn(|_| Lines(RateLimiter::direct(quota), AtomicU64::new(0)))
});

/// The code of a problem that a response is.
#[derive(Clone, Debug)]
pub struct Refused(pub String);

/// Notes that somebody was refused. Neither what they sent nor a query is told, which may have secrets in it.
pub fn note(refused: &Refused, from: IpAddr, method: &str, route: &str) {
    let Some((code, Lines(quota, withheld))) = TOLD.into_iter().zip(&*LINES).find(|(code, _)| *code == refused.0) else { return };
    metrics::refused(code);
    if quota.check().is_err() {
        withheld.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let withheld = withheld.swap(0, Ordering::Relaxed);
    warn!(target: "leaderport::security", code, %from, http.method = method, http.route = route, withheld, "refused");
}
