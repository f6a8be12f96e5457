use leptos::prelude::*;
use leptos_meta::Title;

/// What is shown where nothing is.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <section class="message">
            <h1>"There is nothing here"</h1>
            <p>"The address may be misspelt, or the board is gone."</p>
            <p>
                <a class="button" href="/">
                    "To the boards"
                </a>
            </p>
        </section>
    }
}
