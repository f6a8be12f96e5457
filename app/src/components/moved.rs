use crate::i18n::{Text, number, t};
use leptos::prelude::*;

/// Places gained or lost.
#[component]
pub fn Moved(
    /// Gained; lost ones are negative.
    #[prop(into)]
    places: Signal<i64>,
) -> impl IntoView {
    let sign = Memo::new(move |_| places.get().signum());
    let (dir, word) = (move || of(sign.get()).0, move || of(sign.get()).1);
    view! {
        <span class="moved" data-dir=dir>
            <span class="visually-hidden">{move || word().text()}</span>
            {move || number(places.get().unsigned_abs())}
        </span>
    }
}

/// What a style sheet and a reader are told of a direction.
fn of(sign: i64) -> (&'static str, Text) {
    match sign {
        0 => ("none", t::board::NO_CHANGE),
        1 => ("up", t::board::UP),
        _ => ("down", t::board::DOWN),
    }
}
