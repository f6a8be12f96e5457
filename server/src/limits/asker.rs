//! Whom a request is counted for, known to whatever answers it.

use super::{Class, RateLimits, block, local::Whose, rules::Limit};
use crate::valkey::{functions::limit::Charge, keys::Limited};
use app::{
    error::{AppError, Field},
    model::PlayerId,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::{
    collections::BTreeMap,
    future::Future,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The headers that say how a limit stands (draft-ietf-httpapi-ratelimit-headers-10).
pub const HEADERS: [HeaderName; 2] = [HeaderName::from_static("ratelimit-policy"), HeaderName::from_static("ratelimit")];

tokio::task_local! {
    static CURRENT: Asker;
}

/// How a limit stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    name: &'static str,
    limit: Limit,
    left: u32,
    wait: Option<Duration>,
}

impl Said {
    /// So much is left of a limit; `wait` is how long a request that was too much has to.
    pub fn new(name: &'static str, limit: Limit, left: u32, wait: Option<Duration>) -> Self {
        Self { name, limit, left, wait }
    }

    /// The error that it stands for, for a request that was too much.
    pub fn error(&self) -> AppError {
        let seconds = self.wait.unwrap_or_default().as_secs_f64().ceil();
        AppError::TooManyRequests { seconds: (seconds as u32).max(1) }
    }

    /// Says it in an answer.
    pub fn write(&self, headers: &mut HeaderMap) {
        let Self { name, limit, left, .. } = self;
        let policy = format!("\"{name}\";q={};w={}", limit.burst, limit.seconds_for(limit.burst).max(1));
        let state = format!("\"{name}\";r={left};t={}", limit.seconds_for(limit.burst.saturating_sub(*left)));
        for (header, value) in HEADERS.into_iter().zip([policy, state]) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(header, value);
            }
        }
    }
}

/// By what the submissions of a request are counted.
#[derive(Clone)]
enum By {
    /// Where it comes from, and whose they are.
    Address(IpAddr),
    /// The API key that it has, by its id.
    Key(String),
}

/// Whoever sent a request whose submissions are counted.
#[derive(Clone)]
pub struct Asker {
    limits: Arc<RateLimits>,
    by: By,
    /// As what it is counted itself, if it is.
    class: Option<Class>,
    said: Arc<Mutex<Option<Said>>>,
}

impl Asker {
    /// Counts a request of this kind; whoever sent it, or by which limit it is too much.
    pub fn take(limits: Arc<RateLimits>, class: Class, address: IpAddr) -> Result<Self, Said> {
        Self { limits, by: By::Address(block(address)), class: Some(class), said: Arc::default() }.counted()
    }

    /// Counts a request with an API key, if it comes from where requests are counted; whoever sent it, or by which limit it is too much.
    pub fn of_key(limits: Arc<RateLimits>, key: &str, is_counted: bool) -> Result<Self, Said> {
        Self { limits, by: By::Key(key.to_owned()), class: is_counted.then_some(Class::Keyed), said: Arc::default() }.counted()
    }

    fn counted(self) -> Result<Self, Said> {
        let Some(class) = self.class else { return Ok(self) };
        let whose = match &self.by {
            By::Address(block) => Whose::Address(*block),
            By::Key(key) => Whose::Key(key.clone()),
        };
        let said = self.limits.take(class, &whose)?;
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = said;
        Ok(self)
    }

    /// Counts the request that is being answered once more, because it asks for as much as one more would.
    pub fn once_more() -> Result<(), AppError> {
        Self::current().map_or(Ok(()), |asker| asker.counted().map(drop).map_err(|said| said.error()))
    }

    /// Who sent the request that is being answered, if they are counted.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers the request for them.
    pub async fn scope<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }

    /// What was last said of a limit.
    pub fn said(&self) -> Option<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Counts submissions by these players: all of them, or none and an error. Where nobody is counted, all is well.
    pub async fn submit<'a>(players: impl Iterator<Item = &'a PlayerId>) -> Result<(), AppError> {
        let Some(asker) = Self::current() else { return Ok(()) };
        let mut each = BTreeMap::<&PlayerId, u64>::new();
        players.for_each(|player| *each.entry(player).or_default() += 1);
        if each.is_empty() { Ok(()) } else { asker.count(each).await }
    }

    async fn count(&self, each: BTreeMap<&PlayerId, u64>) -> Result<(), AppError> {
        let limits = self.limits.local().limits();
        let all = each.values().sum();
        let (first, each) = match &self.by {
            By::Address(block) => (limits.submit.map(|limit| ("submit", limit, Limited::Address(*block), all)), each),
            By::Key(key) => (limits.per_key.map(|limit| ("perKey", limit, Limited::Key(key.clone()), all)), BTreeMap::new()),
        };
        let by_player =
            each.into_iter().filter_map(|(player, units)| Some(("perPlayer", limits.per_player?, Limited::Player(player.clone()), units)));
        let charged = first.into_iter().chain(by_player).map(|(name, limit, whose, units)| {
            let period_us = u64::try_from(limit.period().as_micros()).unwrap_or(u64::MAX).max(1);
            ((name, limit, units), Charge { whose, period_us, burst: limit.burst.into(), units })
        });
        let (names, charges): (Vec<_>, Vec<_>) = charged.unzip();
        if charges.is_empty() {
            return Ok(());
        }
        let Some(verdict) = self.limits.take_together(charges).await? else { return Ok(()) };
        let Some((name, limit, units)) = names.get(verdict.tightest).copied() else { return Err(AppError::Internal) };
        // What can never be counted is said at once: there is nothing to wait for.
        let Some(wait_us) = verdict.wait_us else { return Err(too_much_at_once(name, limit, units)) };
        let wait = (!verdict.is_counted).then(|| Duration::from_micros(wait_us));
        let said = Said::new(name, limit, u32::try_from(verdict.left).unwrap_or(u32::MAX), wait);
        let error = said.wait.is_some().then(|| said.error());
        *self.said.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
        error.map_or(Ok(()), Err)
    }
}

fn too_much_at_once(name: &str, limit: Limit, units: u64) -> AppError {
    let whose = match name {
        "perPlayer" => "for one player",
        "perKey" => "with one key",
        _ => "from one address",
    };
    AppError::invalid(
        Field::Request,
        format!("These are {units} submissions {whose}, and at most {} are taken at once. Send fewer.", limit.burst),
    )
}
