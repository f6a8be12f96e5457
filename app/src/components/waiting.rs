use crate::{
    model::time,
    state::{Outbox, Waiting},
};
use leptos::prelude::*;

/// Scores that wait to be sent, whatever board they are for.
#[component]
pub fn WaitingScores() -> impl IntoView {
    let outbox = Outbox::of_tab();
    let waiting = move || outbox.map(|outbox| outbox.waiting().get()).unwrap_or_default();
    let item = |waiting: Waiting| {
        let since = time::minute(waiting.since_ms as u64);
        view! {
            <li>
                <bdi>{waiting.player.to_string()}</bdi>
                {format!(" · {} ", waiting.score)}
                <span class="why">{format!("since {} UTC", &since[since.len() - 5..])}</span>
            </li>
        }
    };
    let title = |count: usize| if count == 1 { "1 score waits to be sent".to_owned() } else { format!("{count} scores wait to be sent") };
    let list = move || {
        let waiting = waiting();
        (!waiting.is_empty()).then(|| {
            view! {
                <h3>{title(waiting.len())}</h3>
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
