use crate::{
    components::{message, title},
    i18n::t,
    markup::Markup,
};
use leptos::prelude::*;

/// What is shown where nothing is.
#[component]
pub fn NotFound() -> impl IntoView {
    title(|| t::missing::TITLE.text().to_owned());
    Markup::from(message(t::missing::NOTHING, t::missing::ADDRESS))
}
