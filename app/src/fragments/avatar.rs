use crate::visitor::{hue_of, initials};
use leptos::prelude::*;

/// A player's mark: the letters that their name begins with, on a colour.
#[component]
pub fn Avatar(
    /// What they are called.
    #[prop(into)]
    name: String,
    /// Which colour; none is the one that goes with the name.
    #[prop(into, optional)]
    hue: Option<u8>,
) -> impl IntoView {
    let hue = hue.unwrap_or_else(|| hue_of(&name));
    view! {
        <span class="avatar" data-hue=hue.to_string() aria-hidden="true">
            {initials(&name)}
        </span>
    }
}
