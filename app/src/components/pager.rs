use crate::{
    i18n::{number, t},
    paths::board_path,
    protocol::PAGE_ROWS,
    state::BoardState,
};
use leptos::prelude::*;

/// From page to page without JavaScript; with it, the list has all rows, and style sheets hide this.
#[component]
pub fn Pager(
    /// The standings.
    state: BoardState,
    /// The place of the first row on this page, from 1.
    from: u64,
) -> impl IntoView {
    let size = u64::from(PAGE_ROWS);
    let total = state.total().get_untracked();
    let path = move |from: u64| board_path(&state.board(), &state.period(), &format!("from={from}"));
    let last = (from + size - 1).min(total);
    let before = (from > 1).then(|| view! { <a rel="prev" href=path(from.saturating_sub(size).max(1))>{t::board::PREVIOUS}</a> });
    let after = (last < total).then(|| view! { <a rel="next" href=path(from + size)>{t::board::NEXT}</a> });
    let text = if total == 0 { String::new() } else { t::board::range(&number(from), &number(last), &number(total)).text() };
    view! {
        <nav class="pager" aria-label=t::site::PAGES>
            {before}
            <span>{text}</span>
            {after}
        </nav>
    }
}
