use leptos::prelude::*;

/// Whose pages these are, and the way to the first of them.
#[component]
pub fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <img src="/favicon.svg" alt="" width="28" height="28" />
            "LeaderPort"
        </a>
    }
}
