use crate::error::AppError;
use leptos::prelude::*;
use leptos_meta::Title;

/// What is shown instead of what can't be read.
#[component]
pub fn Failure(
    /// Why it can't be read.
    error: AppError,
) -> impl IntoView {
    let title = match &error {
        AppError::NotFound { .. } | AppError::Invalid { .. } => "There is nothing here",
        AppError::Unavailable | AppError::Network | AppError::Busy => "Not to be reached at the moment",
        _ => "That did not work",
    };
    view! {
        <Title text=title />
        <section class="message">
            <h1>{title}</h1>
            <p>{error.to_string()}</p>
            <p>
                <a class="button" href="/">
                    "To the boards"
                </a>
            </p>
        </section>
    }
}
