use leptos::prelude::*;

/// Places gained or lost.
#[component]
pub fn Moved(
    /// Gained; lost ones are negative.
    places: i64,
) -> impl IntoView {
    let (dir, word) = match places {
        0 => ("none", "no change"),
        gained if gained > 0 => ("up", "up"),
        _ => ("down", "down"),
    };
    view! {
        <span class="moved" data-dir=dir>
            <span class="visually-hidden">{word}</span>
            {places.unsigned_abs().to_string()}
        </span>
    }
}
