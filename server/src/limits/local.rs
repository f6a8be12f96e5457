//! Limits that each server keeps by itself: what they are for is cheap, and asking the store would cost more than it.

use super::rules::{Limit, Limits};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};
use std::{net::IpAddr, num::NonZeroU32, time::Duration};

/// The most addresses and keys that are remembered; beyond that all are forgotten rather than any more memory taken.
const MOST: usize = 500_000;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A read of the API.
    Read,
    /// Whatever wants to change something.
    Write,
    /// A page or a file.
    Page,
    /// The opening of a live feed.
    Live,
    /// Whatever comes with an API key.
    Keyed,
}

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Those of an address, or of a network that counts as one.
    Address(IpAddr),
    /// Those with an API key, by its id.
    Key(String),
}

impl Class {
    const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Page, Self::Live, Self::Keyed];

    /// The name of its limit.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Page => "page",
            Self::Live => "live",
            Self::Keyed => "keyRequests",
        }
    }

    fn limit(self, limits: &Limits) -> Option<Limit> {
        match self {
            Self::Read => limits.read,
            Self::Write => limits.write,
            Self::Page => limits.page,
            Self::Live => limits.live,
            Self::Keyed => limits.key_requests,
        }
    }
}

type Buckets = RateLimiter<Whose, HashMapStateStore<Whose>, DefaultClock, StateInformationMiddleware>;

/// Whether a request is within its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is; so many more are.
    Left(u32),
    /// It will be, after this time.
    Wait(Duration),
}

/// The buckets of each kind.
pub struct Local {
    limits: Limits,
    buckets: [Option<Buckets>; 5],
}

impl Local {
    /// Full buckets.
    pub fn new(limits: Limits) -> Self {
        Self { buckets: Class::ALL.map(|class| buckets(class.limit(&limits)?)), limits }
    }

    /// What the limits are.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes one request of a kind; nothing where there is no limit.
    pub fn take(&self, class: Class, whose: &Whose) -> Option<(Limit, Taken)> {
        let (limit, buckets) = (class.limit(&self.limits)?, self.buckets[class as usize].as_ref()?);
        Some((
            limit,
            match buckets.check_key(whose) {
                Ok(snapshot) => Taken::Left(snapshot.remaining_burst_capacity()),
                Err(until) => Taken::Wait(until.wait_time_from(DefaultClock::default().now())),
            },
        ))
    }

    /// Forgets those whose buckets are full again; `false` if there are too many others.
    pub fn tidy(&self) -> bool {
        self.buckets.iter().flatten().all(|buckets| {
            buckets.retain_recent();
            buckets.len() <= MOST
        })
    }
}

fn buckets(limit: Limit) -> Option<Buckets> {
    let quota = Quota::with_period(limit.period())?.allow_burst(NonZeroU32::new(limit.burst)?);
    Some(RateLimiter::hashmap(quota).with_middleware())
}
