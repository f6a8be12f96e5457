use crate::{
    i18n::t,
    markup::{Tag, live, tag},
};
use leptos::prelude::*;

/// Has what is live stay as it is, or go on. Each of the pages that have it has its own copy: a part of the module for so little would be more.
#[inline(always)]
pub fn pause(paused: RwSignal<bool>) -> Tag {
    tag("button")
        .class("ghost small pause")
        .attr("type", "button")
        .live_attr("aria-pressed", move || Some(if paused.get() { "true" } else { "false" }))
        .on("click", move |_| paused.update(|paused| *paused = !*paused))
        .put(live(move || if paused.get() { t::board::GO_ON } else { t::board::PAUSE }))
}
