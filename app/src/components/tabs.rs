use crate::{
    i18n::t,
    model::{BoardId, Period, WindowName},
    paths::board_path,
};
use leptos::prelude::*;

/// The windows of a board, and the periods of the one that is shown that are over.
#[component]
pub fn Tabs(
    /// The board.
    board: BoardId,
    /// Windows besides `all`.
    windows: Vec<WindowName>,
    /// What is shown.
    period: Period,
    /// Periods that are over, newest first.
    past: Vec<String>,
) -> impl IntoView {
    if windows.is_empty() {
        return ().into_any();
    }
    let shown = period.clone();
    let tab = {
        let board = board.clone();
        move |window: WindowName| {
            let is_shown = window == shown.window && shown.period.is_none();
            let label = label(&window);
            let href = board_path(&board, &Period { window, period: None }, "");
            view! { <a href=href aria-current=is_shown.then_some("page")>{label}</a> }
        }
    };
    let tabs = std::iter::once(WindowName::all()).chain(windows).map(tab).collect_view();
    let shown = period.period.clone();
    let old = move |id: String| {
        let is_shown = shown.as_ref() == Some(&id);
        let href = board_path(&board, &Period { window: period.window.clone(), period: Some(id.clone()) }, "");
        view! {
            <li>
                <a href=href aria-current=is_shown.then_some("page")>{id}</a>
            </li>
        }
    };
    let summary: String = period.period.as_ref().map_or_else(|| t::board::PAST_PERIODS.into(), |id| t::board::past_period(id).into());
    let past = (!past.is_empty()).then(|| {
        view! {
            <details class="past">
                <summary>{summary}</summary>
                <ul>{past.into_iter().map(old).collect_view()}</ul>
            </details>
        }
    });
    view! {
        <nav class="tabs" aria-label=t::board::WINDOWS>
            {tabs}
            {past}
        </nav>
    }
    .into_any()
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
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().collect::<String>() + letters.as_str()).unwrap_or_default()
}
