//! The WebAssembly entry point: hydrates the app, nothing else.

// Types of views nest deeply.
#![recursion_limit = "1024"]

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once the module is loaded.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
