use crate::live::Status;
use leptos::prelude::*;

/// Says how live the page is.
#[component]
pub fn Connection(
    /// How live it is.
    status: Signal<Status>,
) -> impl IntoView {
    let name = move || match status.get() {
        Status::Still => "still",
        Status::Connecting => "connecting",
        Status::Live => "live",
        Status::Lost => "lost",
        Status::Ended => "ended",
    };
    let text = move || match status.get() {
        Status::Still => "",
        Status::Connecting => "Connecting…",
        Status::Live => "Live",
        Status::Lost => "Connection lost, trying again…",
        Status::Ended => "Not live: load the page again",
    };
    view! {
        <span class="connection" data-status=name role="status">
            {text}
        </span>
    }
}
