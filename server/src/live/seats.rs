//! Who may connect.

use super::limits::Limits;
use crate::{limits::block, metrics::OpenSocket};
use app::error::AppError;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// Who may connect: so many in all, and so many from one address.
#[derive(Clone)]
pub struct Seats(Arc<Inner>);

struct Inner {
    limits: Arc<Limits>,
    next: AtomicU64,
    taken: Mutex<HashMap<IpAddr, usize>>,
    total: AtomicU64,
}

/// A client's place among those that may be connected; given back when dropped, also by a panic.
pub struct Seat {
    /// A number that no other seat has.
    pub number: u64,
    seats: Seats,
    block: IpAddr,
    _open: OpenSocket,
}

impl Seats {
    /// All free.
    pub fn new(limits: Arc<Limits>) -> Self {
        Self(Arc::new(Inner { limits, next: AtomicU64::new(1), taken: Mutex::default(), total: AtomicU64::new(0) }))
    }

    /// Takes one, if one is free.
    pub fn take(&self, address: IpAddr) -> Result<Seat, AppError> {
        let block = block(address);
        let mut taken = self.lock();
        if self.taken() >= self.0.limits.sockets {
            return Err(AppError::Busy);
        }
        let here = taken.entry(block).or_default();
        if *here >= self.0.limits.sockets_per_address {
            return Err(AppError::TooManySockets);
        }
        *here += 1;
        self.0.total.fetch_add(1, Ordering::Relaxed);
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        Ok(Seat { number, seats: self.clone(), block, _open: OpenSocket::new() })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.0.total.load(Ordering::Relaxed) as usize
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.lock();
        self.seats.0.total.fetch_sub(1, Ordering::Relaxed);
        if let Some(here) = taken.get_mut(&self.block) {
            *here -= 1;
            if *here == 0 {
                taken.remove(&self.block);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seats(sockets: usize, sockets_per_address: usize) -> Seats {
        Seats::new(Arc::new(Limits { sockets, sockets_per_address, ..Limits::default() }))
    }

    #[test]
    fn an_address_has_so_many_and_all_have_so_many() {
        let seats = seats(4, 2);
        let at = |address: &str| seats.take(address.parse().unwrap());
        let (first, second) = (at("10.0.0.1").unwrap(), at("10.0.0.1").unwrap());
        assert_ne!(first.number, second.number);
        assert_eq!(at("10.0.0.1").err(), Some(AppError::TooManySockets));
        assert_eq!(at("::ffff:10.0.0.1").err(), Some(AppError::TooManySockets), "the same address, written otherwise");
        // Two of one IPv6 network are one customer.
        let (third, _fourth) = (at("2001:db8:1:2::1").unwrap(), at("2001:db8:1:2:ffff::9").unwrap());
        assert_eq!(at("10.0.0.2").err(), Some(AppError::Busy));
        drop((first, third));
        assert_eq!(seats.taken(), 2);
        assert!(at("10.0.0.1").is_ok());
    }
}
