use crate::live::Status;
use leptos::prelude::*;

/// Says how live the page is.
#[component]
pub fn Connection(
    /// How live it is.
    status: Memo<Status>,
    /// Why there is no more of it, where that is known.
    why: ReadSignal<Option<String>>,
) -> impl IntoView {
    let name = move || match status.get() {
        Status::Still => "still",
        Status::Connecting => "connecting",
        Status::Live => "live",
        Status::Lost => "lost",
        Status::Paused => "paused",
        Status::Ended => "ended",
    };
    let text = move || match status.get() {
        Status::Still => String::new(),
        Status::Connecting => "Connecting…".to_owned(),
        Status::Live => "Live".to_owned(),
        Status::Lost => "Connection lost, trying again…".to_owned(),
        Status::Paused => "Paused".to_owned(),
        Status::Ended => why.get().unwrap_or_else(|| "Not live: load the page again".to_owned()),
    };
    view! {
        <span class="connection" data-status=move || name() role="status">
            {move || text()}
        </span>
    }
}
