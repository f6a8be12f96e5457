use crate::{
    components::{Message, Title},
    i18n::t,
};
use leptos::prelude::*;

/// What is shown where nothing is.
#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text=t::missing::TITLE.text() />
        <Message heading=t::missing::NOTHING text=t::missing::ADDRESS />
    }
}
