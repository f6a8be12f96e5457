//! What developers see of a page, in a corner of it. Debug builds of the browser's module alone have it.
//!
//! - `panel`: the panel itself · `facts`: what it shows, as it is at the moment
//! - `frames` and `meter`: how smoothly the page moves and how much goes over the socket, worked out without either
//! - `wire`: what the live client asks of the switches, and tells · `network`: the switch that takes the network away

#[cfg(feature = "hydrate")]
mod facts;
mod frames;
mod meter;
#[cfg(feature = "hydrate")]
mod network;
#[cfg(feature = "hydrate")]
mod panel;
#[cfg(feature = "hydrate")]
pub mod wire;

/// Adds the panel to the page, beside the app's own tree, which must be as the server rendered it. To be called once, after hydration,
/// where the app's contexts are known.
#[cfg(feature = "hydrate")]
pub fn open() {
    use wasm_bindgen::JsCast;
    let Some(sources) = facts::Sources::of_tab() else { return };
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let Some(place) = document.create_element("div").ok().and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok()) else { return };
    place.set_id("devtools");
    if document.body().is_some_and(|body| body.append_child(&place).is_ok()) {
        // It stays for as long as the page does.
        leptos::mount::mount_to(place, move || panel::Panel(panel::PanelProps { sources })).forget();
    }
}
