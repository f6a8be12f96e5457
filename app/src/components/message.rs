use leptos::prelude::*;

/// What is shown instead of a page, and the way on.
#[component]
pub fn Message(
    /// What it is about.
    heading: &'static str,
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
                    "To the boards"
                </a>
            </p>
        </section>
    }
}
