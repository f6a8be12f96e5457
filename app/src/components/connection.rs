use crate::{
    i18n::t,
    live::Status,
    markup::{Tag, live, tag},
};
use leptos::prelude::*;

/// Says how live the page is, and why there is no more of it, where that is known.
pub fn connection(status: Memo<Status>, why: ReadSignal<Option<String>>) -> Tag {
    let name = move || {
        Some(match status.get() {
            Status::Still => "still",
            Status::Connecting => "connecting",
            Status::Live => "live",
            Status::Lost => "lost",
            Status::Paused => "paused",
            Status::Ended => "ended",
        })
    };
    let text = move || match status.get() {
        Status::Still => String::new(),
        Status::Connecting => t::board::CONNECTING.into(),
        Status::Live => t::board::LIVE.into(),
        Status::Lost => t::board::TRYING_AGAIN.into(),
        Status::Paused => t::board::IS_PAUSED.into(),
        Status::Ended => why.get().unwrap_or_else(|| t::board::NOT_LIVE.into()),
    };
    tag("span").class("connection").live_attr("data-status", name).attr("role", "status").put(live(text))
}
