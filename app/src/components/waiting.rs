use crate::{
    i18n::{t, time_of_day},
    state::{Outbox, Waiting},
};
use leptos::prelude::*;

/// Scores that wait to be sent, whatever board they are for.
#[component]
pub fn WaitingScores() -> impl IntoView {
    let outbox = Outbox::of_tab();
    let waiting = move || outbox.map(|outbox| outbox.waiting().get()).unwrap_or_default();
    let item = |waiting: Waiting| {
        view! {
            <li>
                <bdi>{waiting.player.to_string()}</bdi>
                {format!(" · {} ", waiting.score.text())}
                <span class="why">{t::send::since(&time_of_day(waiting.since_ms))}</span>
            </li>
        }
    };
    let list = move || {
        let waiting = waiting();
        (!waiting.is_empty()).then(|| {
            view! {
                <h3>{t::send::waiting(waiting.len() as u64)}</h3>
                <ul>{waiting.into_iter().map(item).collect_view()}</ul>
            }
            .into_any()
        })
    };
    view! {
        <section class="waiting" role="status">
            {move || list()}
        </section>
    }
}
