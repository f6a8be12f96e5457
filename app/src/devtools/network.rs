//! Takes the network away from the page, and gives it back.

use super::wire;
use js_sys::{Function, Object, Promise, Reflect, TypeError};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Event, Window};

thread_local! {
    /// The browser's own `fetch`, while ours stands in for it.
    static FETCH: RefCell<Option<JsValue>> = const { RefCell::new(None) };
}

/// Switches the network off or on. Nobody asks before a request, so requests fail at the browser's door; the live client and the
/// outbox are told as the browser would tell them, and ask [`wire::is_cut`] in case it tells them otherwise.
pub fn mock_offline(is_offline: bool) {
    let Some(window) = web_sys::window() else { return };
    if wire::is_cut() == is_offline {
        return;
    }
    wire::cut(is_offline);
    if is_offline {
        take_fetch(&window)
    } else {
        give_fetch_back(&window)
    }
    if let Ok(event) = Event::new(if is_offline { "offline" } else { "online" }) {
        // It can't be cancelled.
        let _ = window.dispatch_event(&event);
    }
}

fn take_fetch(window: &Window) {
    FETCH.set(Reflect::get(window, &"fetch".into()).ok());
    // It is never freed: somebody may have kept it.
    let refuse = Closure::<dyn Fn() -> Promise>::new(|| Promise::reject(&TypeError::new("Failed to fetch: mock offline")));
    put_fetch(window, refuse.into_js_value().unchecked_ref());
}

fn give_fetch_back(window: &Window) {
    if let Some(fetch) = FETCH.take() {
        put_fetch(window, fetch.unchecked_ref());
    }
}

fn put_fetch(window: &Window, fetch: &Function) {
    // A page that has frozen its window keeps the network that it has.
    let _ = Reflect::set(window.unchecked_ref::<Object>(), &"fetch".into(), fetch);
}
