use crate::components::{Message, Title};
use leptos::prelude::*;

/// What is shown where nothing is.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found" />
        <Message heading="There is nothing here" text="The address may be misspelt, or the board is gone." />
    }
}
