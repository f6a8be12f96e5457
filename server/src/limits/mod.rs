//! Rate limits: how much one address, and one player, may ask for.
//!
//! - [`rules`]: what the limits are · this file: kept and changed
//! - [`local`]: requests, counted by each server for itself, because a read costs less than asking the store whether it may be
//! - [`together`]: submissions, counted in the store for all servers together, because they are what must not be forged by going from server
//!   to server
//! - [`asker`]: whom a request is counted for

pub mod asker;
mod local;
pub mod rules;
mod together;

use crate::{
    boards::{Boards, caller::Caller, from_store, rights::Right},
    valkey::functions::limit::{Charge, Verdict},
};
use app::error::AppError;
use asker::Said;
use ipnet::IpNet;
pub use local::Class;
use local::{Local, Taken, Whose};
use rules::{Limits, LimitsChange};
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use together::Together;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How often it is looked whether the limits are others now.
const LOOK: Duration = Duration::from_millis(500);

/// The limits, and how much of them is used.
pub struct RateLimits {
    boards: Arc<Boards>,
    unlimited: Vec<IpNet>,
    local: RwLock<Arc<Local>>,
    together: Together,
}

impl RateLimits {
    /// Limits for all but these networks.
    pub fn new(boards: Arc<Boards>, unlimited: Vec<IpNet>) -> Self {
        let together = Together::start(boards.store().clone());
        Self { boards, unlimited, local: RwLock::new(Arc::new(Local::new(Limits::default()))), together }
    }

    /// Keeps up with what the limits are, until `ending`.
    pub async fn keep_up(self: Arc<Self>, ending: CancellationToken) {
        let mut turn = interval(LOOK);
        turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while ending.run_until_cancelled(turn.tick()).await.is_some() {
            // With the store away they stay as they are.
            if let Ok(limits) = self.stored().await {
                self.use_from_now(limits);
            }
            if !self.local().tidy() {
                warn!("too many addresses at once; requests are counted anew");
                self.fill(self.local().limits());
            }
        }
    }

    /// What the limits are.
    pub async fn show(&self, caller: Caller) -> Result<Limits, AppError> {
        caller.must(Right::Read, None)?;
        self.stored().await
    }

    /// Changes them; they as they were, and as they are. Every server goes by them within a second.
    pub async fn edit(&self, caller: Caller, change: &LimitsChange) -> Result<(Limits, Limits), AppError> {
        caller.must(Right::Administer, None)?;
        let before = self.stored().await?;
        let limits = before.changed(change)?;
        let written = serde_json::to_string(&limits).map_err(|_| AppError::Internal)?;
        self.boards.store().set_limits(&written).await.map_err(from_store)?;
        info!(limits = written, "limits edited");
        self.use_from_now(limits);
        Ok((before, limits))
    }

    /// Whether an address is one whose requests are not counted.
    pub fn is_unlimited(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.unlimited.iter().any(|network| network.contains(&address))
    }

    /// Counts a request; says how that stands, or by which limit it is too much.
    fn take(&self, class: Class, whose: &Whose) -> Result<Option<Said>, Said> {
        let Some((limit, taken)) = self.local().take(class, whose) else { return Ok(None) };
        match taken {
            Taken::Left(left) => Ok(Some(Said::new(class.name(), limit, left, None))),
            Taken::Wait(wait) => Err(Said::new(class.name(), limit, 0, Some(wait))),
        }
    }

    /// Counts a request against limits that all servers share; nothing if the store is away: then what it is for fails by itself. Refused if more
    /// are to be counted than can wait.
    async fn take_together(&self, charges: Vec<Charge>) -> Result<Option<Verdict>, AppError> {
        self.together.take(charges).await
    }

    async fn stored(&self) -> Result<Limits, AppError> {
        let Some(stored) = self.boards.store().limits().await.map_err(from_store)? else { return Ok(Limits::default()) };
        serde_json::from_str(&stored).map_err(|error| {
            warn!(%error, "the limits can't be read");
            AppError::Internal
        })
    }

    fn use_from_now(&self, limits: Limits) {
        if self.local().limits() != limits {
            self.fill(limits);
        }
    }

    fn fill(&self, limits: Limits) {
        *self.local.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Local::new(limits));
    }

    fn local(&self) -> Arc<Local> {
        self.local.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What counts as one address: an IPv4 address, or an IPv6 network of 64 bits, which is what one customer is given at least.
pub fn block(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}
