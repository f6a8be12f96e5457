//! What a process uses, also across its restarts.

use crate::process;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

/// How often is looked: what a process that is ended used since the last time is not seen.
const PAUSE: Duration = Duration::from_millis(100);

/// Looks at a process until dropped.
pub struct Usage {
    seen: Arc<Seen>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Seen {
    pid: AtomicI32,
    /// The most memory so far, in bytes.
    most: AtomicU64,
    cpu: Mutex<Cpu>,
}

#[derive(Default)]
struct Cpu {
    pid: i32,
    /// What this one had used when it was last looked at.
    seen: f64,
    total: f64,
}

impl Usage {
    /// From now on.
    pub fn of(pid: i32) -> Self {
        let seen = Arc::new(Seen::default());
        seen.pid.store(pid, Ordering::Relaxed);
        seen.look();
        let task = tokio::spawn({
            let seen = seen.clone();
            async move {
                loop {
                    sleep(PAUSE).await;
                    seen.look();
                }
            }
        });
        Self { seen, task }
    }

    /// Its number: it changes when it is started again.
    pub fn pid(&self) -> i32 {
        self.seen.pid.load(Ordering::Relaxed)
    }

    /// It was started again.
    pub fn is_now(&self, pid: i32) {
        self.seen.look();
        self.seen.pid.store(pid, Ordering::Relaxed);
    }

    /// The processor time that it has used, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        self.seen.look();
        self.seen.cpu.lock().unwrap_or_else(PoisonError::into_inner).total
    }

    /// The memory that it has, in bytes.
    pub fn resident_bytes(&self) -> u64 {
        process::resident_bytes(self.pid()).unwrap_or(0)
    }

    /// The most memory that it had so far, in bytes.
    pub fn most_bytes(&self) -> u64 {
        self.seen.look();
        self.seen.most.load(Ordering::Relaxed)
    }
}

impl Drop for Usage {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    fn look(&self) {
        let pid = self.pid.load(Ordering::Relaxed);
        self.most.fetch_max(process::resident_bytes(pid).unwrap_or(0), Ordering::Relaxed);
        if let Some(seconds) = process::cpu_seconds(pid) {
            self.cpu.lock().unwrap_or_else(PoisonError::into_inner).take(pid, seconds);
        }
    }
}

impl Cpu {
    fn take(&mut self, pid: i32, seconds: f64) {
        let before = if self.pid == pid { self.seen } else { 0.0 };
        self.total += seconds - before;
        (self.pid, self.seen) = (pid, seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_begins_at_nothing() {
        let mut cpu = Cpu::default();
        [(7, 10.0), (7, 12.0), (8, 1.0), (8, 1.5)].into_iter().for_each(|(pid, seconds)| cpu.take(pid, seconds));
        assert!((cpu.total - 13.5).abs() < 1e-9);
    }
}
