//! Rate limits that all servers share, and what they are.

use super::{Store, StoreError, number, odd};
use crate::valkey::keys::Limited;
use fred::{interfaces::KeysInterface, types::Value};

/// What a request takes of one limit.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Of whom.
    pub whose: Limited,
    /// How long it takes until a unit comes back, in µs.
    pub period_us: u64,
    /// Units that there are.
    pub burst: u64,
    /// Units that it takes.
    pub units: u64,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it was within its limits, and is counted.
    pub is_counted: bool,
    /// Which of them is the tightest, from 0.
    pub tightest: usize,
    /// How long until it can be counted, in µs; `None`: never, it takes more than there is.
    pub wait_us: Option<u64>,
    /// Units left there.
    pub left: u64,
}

impl Store {
    /// Counts requests that are within their limits: each against all of them, or against none.
    pub async fn limit(&self, requests: &[Vec<Charge>]) -> Result<Vec<Verdict>, StoreError> {
        let keys = requests.iter().flatten().map(|charge| self.keys.limit(&charge.whose)).collect();
        let mut args = vec![number(requests.len() as u64)];
        for charges in requests {
            args.push(number(charges.len() as u64));
            args.extend(charges.iter().flat_map(|charge| [charge.period_us, charge.burst, charge.units].map(number)));
        }
        let reply = self.call("leaderport_limit", keys, args, false).await?;
        let verdict = |values: &[Value]| {
            let [counted, tightest, wait, left] = values else { return None };
            Some(Verdict {
                is_counted: counted.as_i64()? == 1,
                tightest: usize::try_from(tightest.as_u64()?.checked_sub(1)?).ok()?,
                wait_us: u64::try_from(wait.as_i64()?).ok(),
                left: left.as_u64()?,
            })
        };
        let verdicts: Option<Vec<_>> = reply.chunks(4).map(verdict).collect();
        verdicts.filter(|verdicts| verdicts.len() == requests.len()).ok_or_else(|| odd("limit", &reply))
    }

    /// What the limits are, as JSON, if anybody has said so.
    pub async fn limits(&self) -> Result<Option<String>, StoreError> {
        Ok(self.pool.next().get(self.keys.limits()).await?)
    }

    /// Says what they are.
    pub async fn set_limits(&self, limits: &str) -> Result<(), StoreError> {
        Ok(self.pool.next().set(self.keys.limits(), limits, None, None, false).await?)
    }
}
