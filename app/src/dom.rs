//! What is taken out of a page, and of what scripts give, by name.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};

/// The element of this id, if it is there and of this kind.
pub fn by_id<T: JsCast>(id: &str) -> Option<T> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// A member of an object; undefined where there is none.
pub fn member(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}
