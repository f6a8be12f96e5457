//! What waits to be delivered: each server counts what it keeps, and says so with how else it does.

use crate::metrics;
use app::model::status::Backlog;
use std::sync::atomic::{AtomicU64, Ordering};

/// Of the webhooks that this server keeps.
#[derive(Debug, Default)]
pub struct Kept {
    webhooks: AtomicU64,
    failing: AtomicU64,
    waiting: AtomicU64,
}

impl Kept {
    /// As it is now.
    pub fn now(&self) -> Backlog {
        let [webhooks, failing, waiting] = [&self.webhooks, &self.failing, &self.waiting].map(|count| count.load(Ordering::Relaxed));
        Backlog { webhooks, failing, waiting }
    }
}

/// What one webhook has in it, for as long as this server keeps it.
pub struct Share<'a> {
    of: &'a Kept,
    is_failing: bool,
    waiting: u64,
}

impl<'a> Share<'a> {
    /// Of a webhook about which nothing is known yet.
    pub fn of(kept: &'a Kept) -> Self {
        kept.webhooks.fetch_add(1, Ordering::Relaxed);
        Self { of: kept, is_failing: false, waiting: 0 }
    }

    /// Whether nothing has arrived there lately, and how many deliveries wait.
    pub fn set(&mut self, is_failing: bool, waiting: u64) {
        // What is added before it is taken away never falls below nothing.
        self.of.failing.fetch_add(is_failing.into(), Ordering::Relaxed);
        self.of.failing.fetch_sub(self.is_failing.into(), Ordering::Relaxed);
        self.of.waiting.fetch_add(waiting, Ordering::Relaxed);
        self.of.waiting.fetch_sub(self.waiting, Ordering::Relaxed);
        metrics::backlog(f64::from(is_failing) - f64::from(self.is_failing), waiting as f64 - self.waiting as f64);
        (self.is_failing, self.waiting) = (is_failing, waiting);
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.set(false, 0);
        self.of.webhooks.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_webhook_has_in_it_goes_with_it() {
        let kept = Kept::default();
        let (mut one, mut other) = (Share::of(&kept), Share::of(&kept));
        one.set(true, 5);
        other.set(true, 3);
        one.set(false, 2);
        assert_eq!(kept.now(), Backlog { webhooks: 2, failing: 1, waiting: 5 });
        drop(other);
        assert_eq!(kept.now(), Backlog { webhooks: 1, failing: 0, waiting: 2 });
        drop(one);
        assert_eq!(kept.now(), Backlog::default());
    }
}
