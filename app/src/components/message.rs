use crate::i18n::{Text, t};
use leptos::prelude::*;

/// What is shown instead of a page, and the way on.
#[component]
pub fn Message(
    /// What it is about.
    heading: Text,
    /// What there is to say.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! {
        <section class="message">
            <h1>{heading}</h1>
            <p>{text}</p>
            <p>
                <a class="button" href="/">
                    {t::site::TO_BOARDS}
                </a>
            </p>
        </section>
    }
}
