//! Between the live client and the panel: what is counted and what is switched.

use super::meter::Traffic;
use leptos::prelude::set_timeout;
use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
    time::Duration,
};

thread_local! {
    static TRAFFIC: Cell<Traffic> = const { Cell::new(Traffic { messages_in: 0.0, bytes_in: 0.0, messages_out: 0.0, bytes_out: 0.0 }) };
    static IS_CUT: Cell<bool> = const { Cell::new(false) };
    static DELAY_MS: Cell<u32> = const { Cell::new(0) };
}

/// All that went over the tab's sockets.
pub fn traffic() -> Traffic {
    TRAFFIC.get()
}

/// A message of so many bytes was sent.
pub fn sent(bytes: usize) {
    let known = TRAFFIC.get();
    TRAFFIC.set(Traffic { messages_out: known.messages_out + 1.0, bytes_out: known.bytes_out + bytes as f64, ..known });
}

fn received(bytes: usize) {
    let known = TRAFFIC.get();
    TRAFFIC.set(Traffic { messages_in: known.messages_in + 1.0, bytes_in: known.bytes_in + bytes as f64, ..known });
}

/// Whether there is to be no network.
pub fn is_cut() -> bool {
    IS_CUT.get()
}

/// Says whether there is to be a network.
pub(super) fn cut(is_cut: bool) {
    IS_CUT.set(is_cut);
}

/// How long each frame is held back, in milliseconds.
pub(super) fn delay() -> u32 {
    DELAY_MS.get()
}

/// Says how long each frame is held back, in milliseconds.
pub(super) fn set_delay(delay_ms: u32) {
    DELAY_MS.set(delay_ms);
}

/// The frames of one socket that are held back. Those that still are when it is dropped, with its socket, are never taken.
#[derive(Default)]
pub struct Late {
    frames: Rc<RefCell<VecDeque<Vec<u8>>>>,
}

impl Late {
    /// Takes a frame when its time has come. Each timer takes the oldest there is, so that their order stays whatever is switched.
    pub fn take(&self, bytes: Vec<u8>, take: impl FnOnce(&[u8]) + 'static) {
        received(bytes.len());
        let delay = delay();
        if delay == 0 && self.frames.borrow().is_empty() {
            return take(&bytes);
        }
        self.frames.borrow_mut().push_back(bytes);
        let frames = Rc::downgrade(&self.frames);
        let ring = move || {
            let oldest = frames.upgrade().and_then(|frames| frames.borrow_mut().pop_front());
            if let Some(bytes) = oldest {
                take(&bytes);
            }
        };
        set_timeout(ring, Duration::from_millis(delay.into()));
    }
}
