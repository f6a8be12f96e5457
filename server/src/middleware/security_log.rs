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
/// Lines in a second: nobody fills a disk by being refused. What is not written is counted.
const A_SECOND: u32 = 10;

static LINES: LazyLock<DefaultDirectRateLimiter> =
    LazyLock::new(|| RateLimiter::direct(Quota::per_second(NonZeroU32::new(A_SECOND).unwrap_or(NonZeroU32::MIN))));
static WITHHELD: AtomicU64 = AtomicU64::new(0);

/// The code of a problem that a response is.
#[derive(Clone, Debug)]
pub struct Refused(pub String);

/// Notes that somebody was refused. Neither what they sent nor a query is told, which may have secrets in it.
pub fn note(refused: &Refused, from: IpAddr, method: &str, route: &str) {
    let Some(code) = TOLD.into_iter().find(|code| *code == refused.0) else { return };
    metrics::refused(code);
    if LINES.check().is_err() {
        WITHHELD.fetch_add(1, Ordering::Relaxed);
        return;
    }
    let withheld = WITHHELD.swap(0, Ordering::Relaxed);
    warn!(target: "leaderport::security", code, %from, http.method = method, http.route = route, withheld, "refused");
}
