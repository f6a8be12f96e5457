use crate::{
    i18n::{t, time_of_day},
    markup::{Markup, Tag, live_of, tag},
    state::{Outbox, Waiting},
};
use leptos::prelude::*;

/// Scores that wait to be sent, whatever board they are for.
pub fn waiting_scores() -> Tag {
    let outbox = Outbox::of_tab();
    let waiting = move || outbox.map(|outbox| outbox.waiting().get()).unwrap_or_default();
    let list = |waiting: &Vec<Waiting>| {
        let heading = tag("h3").put(t::send::waiting(waiting.len() as u64));
        (!waiting.is_empty()).then(|| [heading.into(), tag("ul").put(waiting.iter().map(item).collect::<Markup>()).into()])
    };
    tag("section").class("waiting").attr("role", "status").put(live_of(waiting, list))
}

/// The way to the board that a score is for.
pub fn its_board(score: &Waiting) -> Tag {
    tag("a").attr("href", format!("/b/{}", score.board)).put(score.board.to_string())
}

fn item(waiting: &Waiting) -> Tag {
    tag("li")
        .put(tag("bdi").put(waiting.player.to_string()))
        .put(format!(" · {} (", waiting.score.text()))
        .put(its_board(waiting))
        .put(") ")
        .put(tag("span").class("why").put(t::send::since(&time_of_day(waiting.since_ms))))
}
