use super::later::later;
use crate::{
    effect::effect,
    i18n::{number, t},
    markup::{Tag, live, tag},
    protocol::MyStanding,
};
use leptos::prelude::*;
use std::time::Duration;

/// How often an announcement is made, at most.
const PAUSE: Duration = Duration::from_secs(5);

/// Tells screen readers of the own rank, and of nothing else that moves, and not more often than one can listen.
pub fn announcer(standing: ReadSignal<Option<MyStanding>>) -> Tag {
    let said = RwSignal::new(None::<u64>);
    let rank = move || standing.with(|standing| standing.as_ref().map(|standing| standing.rank));
    let known = StoredValue::new(untrack(rank));
    let say = later(PAUSE, move || {
        known.set_value(untrack(rank));
        said.set(known.get_value());
    });
    effect(move || {
        if rank() != known.get_value() {
            say();
        }
    });
    let text = move || said.get().map(|rank| t::board::your_rank(&number(rank)).text()).unwrap_or_default();
    tag("p").class("visually-hidden").attr("aria-live", "polite").put(live(text))
}
