use crate::{
    i18n::t,
    markup::{Markup, Tag, live, tag},
    model::{BoardId, Period, WindowName},
    paths::board_path,
    state::BoardState,
};
use leptos::prelude::With;

/// The windows of a board besides `all`, and the periods of the one that is shown that are over, newest first.
pub fn tabs(state: BoardState, past: Vec<(String, String)>) -> Markup {
    live(move || list(&state.board(), state.facts().with(|facts| facts.windows.clone()), &state.period(), past.clone()))
}

fn list(board: &BoardId, windows: Vec<WindowName>, period: &Period, past: Vec<(String, String)>) -> Markup {
    if windows.is_empty() {
        return Markup::Nothing;
    }
    let link = |period: Period, is_shown: bool| {
        tag("a").attr("href", board_path(board, &period, "")).attr("aria-current", is_shown.then_some("page"))
    };
    let tab = |window: WindowName| {
        let is_shown = window == period.window && period.period.is_none();
        let label = label(&window);
        link(Period { window, period: None }, is_shown).put(label)
    };
    let is_shown = |id: &String| period.period.as_ref() == Some(id);
    let shown = past.iter().find(|(id, _)| is_shown(id));
    let summary: String = shown.map_or_else(|| t::board::PAST_PERIODS.into(), |(_, name)| t::board::past_period(name).into());
    let old = |(id, name): (String, String)| {
        let is_shown = is_shown(&id);
        tag("li").put(link(Period { window: period.window.clone(), period: Some(id) }, is_shown).put(name))
    };
    let past = (!past.is_empty()).then(|| {
        let list = tag("ul").put(past.into_iter().map(old).collect::<Markup>());
        tag("details").class("past").put(tag("summary").put(summary)).put(list)
    });
    let tabs: Markup = std::iter::once(WindowName::all()).chain(windows).map(tab).collect();
    let nav: Tag = tag("nav").class("tabs").attr("aria-label", t::board::WINDOWS).put(tabs).put(past);
    nav.into()
}

/// What people call a window.
pub fn label(window: &WindowName) -> String {
    let name = window.as_str();
    let known = match name {
        _ if window.is_all() => Some(t::board::ALL_TIME),
        "daily" => Some(t::board::DAILY),
        "weekly" => Some(t::board::WEEKLY),
        "monthly" => Some(t::board::MONTHLY),
        _ => None,
    };
    if let Some(known) = known {
        return known.into();
    }
    // It has small letters, digits and hyphens.
    let (first, rest) = name.split_at(1.min(name.len()));
    first.to_ascii_uppercase() + rest
}
