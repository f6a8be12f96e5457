use crate::protocol::MyStanding;
use leptos::prelude::*;

/// How often an announcement is made, at most, in milliseconds.
#[cfg(feature = "hydrate")]
const PAUSE_MS: u64 = 5_000;

/// Tells screen readers of the own rank, and of nothing else that moves, and not more often than one can listen.
#[component]
pub fn Announcer(
    /// How whoever plays in this browser stands.
    standing: Signal<Option<MyStanding>>,
) -> impl IntoView {
    let said = RwSignal::new(None::<u64>);
    #[cfg(feature = "hydrate")]
    {
        let rank = Memo::new(move |_| standing.with(|standing| standing.as_ref().map(|standing| standing.rank)));
        let known = StoredValue::new(rank.get_untracked());
        let is_resting = StoredValue::new(false);
        Effect::new(move |_| {
            if rank.get() != known.get_value() && !is_resting.get_value() {
                is_resting.set_value(true);
                let say = move || {
                    // Whoever has left the page is told nothing.
                    if is_resting.try_set_value(false).is_none() {
                        known.set_value(rank.get_untracked());
                        said.set(known.get_value());
                    }
                };
                set_timeout(say, std::time::Duration::from_millis(PAUSE_MS));
            }
        });
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = standing;
    let text = move || said.get().map(|rank| format!("Your rank is {rank}."));
    view! {
        <p class="visually-hidden" aria-live="polite">
            {text}
        </p>
    }
}
