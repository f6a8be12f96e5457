//! The WebAssembly entry point: hydrates the app, nothing else.

// Types of views nest deeply.
#![recursion_limit = "1024"]

use app::pages::Page;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page once the module is loaded, with what the page says in its language.
#[wasm_bindgen]
pub async fn hydrate(texts: String) {
    console_error_panic_hook::set_once();
    app::i18n::load(texts);
    let path = leptos::prelude::location().pathname().unwrap_or_default();
    if let Some(page) = Page::at(&path)
        && page.load().await.is_err()
    {
        // Without its part, the page stays as the server rendered it: links lead on, forms are sent.
        return;
    }
    leptos::mount::hydrate_body(app::App);
}

/// What a thousand runs of the game come to, for the test that they come to the same here as on the server.
#[cfg(debug_assertions)]
#[wasm_bindgen]
pub fn digest_of_runs() -> String {
    app::game::digest_of_random_runs(1_000).to_string()
}
