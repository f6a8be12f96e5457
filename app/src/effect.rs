//! Effects. Leptos has code for each type of a closure; here all are of one.

use leptos::prelude::Effect;

/// Does something once the page is hydrated, and whenever signals have changed that it read, until the calling component goes. On the
/// server it does nothing.
pub fn effect(mut act: impl FnMut() + 'static) {
    run(Box::new(move || act()));
}

fn run(mut act: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| act());
}
