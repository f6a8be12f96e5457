use crate::{
    i18n::t,
    live::{Live, Status},
    markup::{Markup, Tag, live, tag},
    state::Outbox,
};
use leptos::prelude::*;

// Each of the pages that have these has its own copy, as of `pause`.

/// How live the page is.
#[inline(always)]
pub fn status(gone: RwSignal<Option<String>>, paused: RwSignal<bool>) -> Memo<Status> {
    let live = Live::of_tab();
    let is_online = Outbox::of_tab().map(Outbox::is_online);
    Memo::new(move |_| match live {
        Some(_) if is_online.is_some_and(|is_online| !is_online.get()) => Status::Lost,
        Some(_) if gone.with(Option::is_some) => Status::Ended,
        Some(_) if paused.get() => Status::Paused,
        Some(live) => live.status().get(),
        None => Status::Still,
    })
}

/// Says that nothing new is shown, and why, while that is so.
#[inline(always)]
pub fn stopped(status: Memo<Status>) -> Markup {
    let is_online = Outbox::of_tab().map(Outbox::is_online);
    live(move || {
        let (kind, text) = match status.get() {
            _ if is_online.is_some_and(|online| !online.get()) => ("offline", t::board::OFFLINE),
            Status::Lost => ("offline", t::board::LOST),
            Status::Paused => ("paused", t::board::PAUSED),
            _ => return None,
        };
        Some(banner(kind, text.into()))
    })
}

/// Something to know of the page as a whole.
pub fn banner(kind: &'static str, text: Markup) -> Tag {
    tag("p").class("banner").attr("data-kind", kind).put(text)
}

/// Says how live the page is, and why there is no more of it, where that is known.
#[inline(always)]
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
