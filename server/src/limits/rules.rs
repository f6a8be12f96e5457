//! What the limits are.

use app::{
    error::{AppError, Field},
    i18n::t,
    model::given,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// The highest rate, and the most at once.
const MOST: u32 = 1_000_000;
/// The lowest rate: one in a quarter of an hour or so.
const LEAST: f64 = 0.001;

/// How much of something there may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Limit {
    /// How many a second, for long: 0.001 to 1000000.
    #[schema(minimum = 0.001, maximum = 1_000_000)]
    pub per_second: f64,
    /// How many at once: 1 to 1000000.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub burst: u32,
}

impl Limit {
    const fn new(per_second: f64, burst: u32) -> Self {
        Self { per_second, burst }
    }

    /// How long it takes until one more is allowed.
    pub fn period(self) -> Duration {
        Duration::from_secs_f64(1.0 / self.per_second)
    }

    /// How long it takes until so many more are allowed, in whole seconds.
    pub fn seconds_for(self, units: u32) -> u64 {
        (f64::from(units) / self.per_second).ceil() as u64
    }

    fn check(self) -> Result<Self, AppError> {
        if (LEAST..=f64::from(MOST)).contains(&self.per_second) && (1..=MOST).contains(&self.burst) {
            return Ok(self);
        }
        Err(AppError::invalid(Field::Request, t::problem::RATE_LIMIT))
    }
}

/// All limits. Where there is none, there is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Limits {
    /// Reads by one address, on each server.
    pub read: Option<Limit>,
    /// Requests that want to change something, by one address, on each server.
    pub write: Option<Limit>,
    /// Pages and files by one address, on each server.
    pub page: Option<Limit>,
    /// Live feeds that one address opens, on each server.
    pub live: Option<Limit>,
    /// Submissions by one address, on all servers together.
    pub submit: Option<Limit>,
    /// Submissions by one player, on all boards and servers together.
    pub per_player: Option<Limit>,
    /// Submissions with one API key, on all boards and servers together.
    pub per_key: Option<Limit>,
    /// Requests with one API key, on each server.
    pub key_requests: Option<Limit>,
}

impl Default for Limits {
    /// Generous: a class behind one address does not come near them, and what does is no class.
    fn default() -> Self {
        Self {
            read: Some(Limit::new(200.0, 1_000)),
            write: Some(Limit::new(200.0, 1_000)),
            page: Some(Limit::new(100.0, 1_000)),
            live: Some(Limit::new(50.0, 1_000)),
            submit: Some(Limit::new(100.0, 1_000)),
            per_player: Some(Limit::new(10.0, 50)),
            // A game server is trusted until an operator says otherwise.
            per_key: None,
            // But one key that has leaked, or has a fault, doesn't take all there is.
            key_requests: Some(Limit::new(1_000.0, 5_000)),
        }
    }
}

/// What is to change of the limits; `null` stands for no limit.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct LimitsChange {
    /// Reads by one address, on each server.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    read: Option<Option<Limit>>,
    /// Requests that want to change something, by one address, on each server.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    write: Option<Option<Limit>>,
    /// Pages and files by one address, on each server.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    page: Option<Option<Limit>>,
    /// Live feeds that one address opens, on each server.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    live: Option<Option<Limit>>,
    /// Submissions by one address, on all servers together.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    submit: Option<Option<Limit>>,
    /// Submissions by one player, on all boards and servers together.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    per_player: Option<Option<Limit>>,
    /// Submissions with one API key, on all boards and servers together.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    per_key: Option<Option<Limit>>,
    /// Requests with one API key, on each server.
    #[serde(deserialize_with = "given")]
    #[schema(value_type = Option<Limit>)]
    key_requests: Option<Option<Limit>>,
}

impl Limits {
    /// The limits with what is to change of them, checked.
    pub fn changed(self, change: &LimitsChange) -> Result<Self, AppError> {
        let of = |before: Option<Limit>, change: Option<Option<Limit>>| change.unwrap_or(before).map(Limit::check).transpose();
        Ok(Self {
            read: of(self.read, change.read)?,
            write: of(self.write, change.write)?,
            page: of(self.page, change.page)?,
            live: of(self.live, change.live)?,
            submit: of(self.submit, change.submit)?,
            per_player: of(self.per_player, change.per_player)?,
            per_key: of(self.per_key, change.per_key)?,
            key_requests: of(self.key_requests, change.key_requests)?,
        })
    }
}
