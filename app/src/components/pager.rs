use crate::{
    i18n::{number, t},
    markup::{Tag, tag},
    paths::board_path,
    protocol::PAGE_ROWS,
    state::BoardState,
};
use leptos::prelude::GetUntracked;

/// From page to page without JavaScript, from the one that begins at this place (the first is 1); with it, the list has all rows, and style
/// sheets hide this.
pub fn pager(state: BoardState, from: u64) -> Tag {
    let size = u64::from(PAGE_ROWS);
    let total = state.total().get_untracked();
    let link = |rel: &'static str, from: u64| {
        tag("a").attr("rel", rel).attr("href", board_path(&state.board(), &state.period(), &format!("from={from}")))
    };
    let last = (from + size - 1).min(total);
    let before = (from > 1).then(|| link("prev", from.saturating_sub(size).max(1)).put(t::board::PREVIOUS));
    let after = (last < total).then(|| link("next", from + size).put(t::board::NEXT));
    let text = if total == 0 { String::new() } else { t::board::range(&number(from), &number(last), &number(total)).text() };
    tag("nav").class("pager").attr("aria-label", t::site::PAGES).put(before).put(tag("span").put(text)).put(after)
}
