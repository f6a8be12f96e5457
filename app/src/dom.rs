//! What is taken out of a page, of its events, and of what scripts give, by name.

use leptos::{
    leptos_dom::helpers::window_event_listener_untyped,
    prelude::{document, on_cleanup},
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Event;

/// The element of this id, if it is there and of this kind.
pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// A member of an object; undefined where there is none.
pub fn member(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Does something at each event of the window, until the calling component goes. What becomes of the document gets to the window as well.
pub fn on_window(event: &str, act: impl Fn(Event) + 'static) {
    let handle = window_event_listener_untyped(event, act);
    on_cleanup(move || handle.remove());
}
