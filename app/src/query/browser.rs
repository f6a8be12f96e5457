//! What the browser does for the queries, and what becomes of page and network.

use super::{
    client::{Client, Host},
    core::Event,
};
use crate::{clock::Clock, dom::on_window};
use futures::future::LocalBoxFuture;
use js_sys::Math;
use leptos::{
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle},
    task::spawn_local,
};
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

/// The events of a window that say that somebody or the network is back; but for the last, they may say that somebody leaves, too.
pub const BACK: [&str; 3] = ["focus", "visibilitychange", "online"];
/// The longest time that an alarm is set for: browsers take no more than 2^31 ms.
const LONGEST_ALARM_MS: f64 = 600_000.0;

#[derive(Default)]
struct Browser {
    clock: RefCell<Clock>,
    alarm: Cell<Option<TimeoutHandle>>,
}

impl Host for Browser {
    fn now(&self) -> f64 {
        self.clock.borrow_mut().now()
    }

    fn random(&self) -> f64 {
        Math::random()
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        spawn_local(task);
    }

    fn wake(&self, after_ms: f64, ring: Box<dyn FnOnce()>) {
        let wait = after_ms.clamp(0.0, LONGEST_ALARM_MS).ceil();
        let alarm = set_timeout_with_handle(ring, Duration::from_millis(wait as u64)).ok();
        if let Some(before) = self.alarm.replace(alarm) {
            before.clear();
        }
    }
}

/// A client that listens to what becomes of page and network for as long as the calling component is there.
pub fn client() -> Rc<Client> {
    let client = Client::new(Box::<Browser>::default());
    for name in BACK {
        let listener = client.clone();
        on_window(name, move |_| match name {
            "online" => listener.step(Event::Online),
            _ if is_visible() => listener.step(Event::Focus),
            _ => {}
        });
    }
    client
}

/// Whether somebody may look at the page.
pub fn is_visible() -> bool {
    web_sys::window().and_then(|window| window.document()).is_some_and(|document| !document.hidden())
}
