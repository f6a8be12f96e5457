use crate::{i18n::t, live::Status};
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
        Status::Connecting => t::board::CONNECTING.into(),
        Status::Live => t::board::LIVE.into(),
        Status::Lost => t::board::TRYING_AGAIN.into(),
        Status::Paused => t::board::IS_PAUSED.into(),
        Status::Ended => why.get().unwrap_or_else(|| t::board::NOT_LIVE.into()),
    };
    view! {
        <span class="connection" data-status=move || name() role="status">
            {move || text()}
        </span>
    }
}
