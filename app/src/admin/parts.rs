//! What the dashboard's pages are built from.

use crate::{i18n::t, model::time};
use leptos::{children::ToChildren, prelude::*};
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

/// How long a time has passed, or is to come, roughly.
pub fn ago(ms: u64) -> String {
    let now = now();
    let seconds = now.abs_diff(ms) / 1_000;
    let said = match (seconds, ms > now) {
        (0..60, false) => t::desk_time::seconds_ago(seconds),
        (60..3_600, false) => t::desk_time::minutes_ago(seconds / 60),
        (3_600..172_800, false) => t::desk_time::hours_ago(seconds / 3_600),
        (_, false) => t::desk_time::days_ago(seconds / 86_400),
        (0..60, true) => t::desk_time::in_seconds(seconds),
        (60..3_600, true) => t::desk_time::in_minutes(seconds / 60),
        (3_600..172_800, true) => t::desk_time::in_hours(seconds / 3_600),
        (_, true) => t::desk_time::in_days(seconds / 86_400),
    };
    said.text()
}

/// What is in a component: made at once, so that it may borrow what it is made from.
pub struct Inside(pub AnyView);

impl<F, V> ToChildren<F> for Inside
where
    F: FnOnce() -> V,
    V: IntoView + 'static,
{
    fn to_children(make: F) -> Self {
        Self(make().into_view().into_any())
    }
}

/// A time, told by how long it has passed.
#[component]
pub fn When(
    /// In ms since 1970.
    at: u64,
) -> impl IntoView {
    view! { <time title=format!("{} UTC", time::minute(at))>{ago(at)}</time> }
}

/// A word for a state, with its colour.
#[component]
pub fn Badge(
    /// `good`, `warn`, `bad` or `plain`.
    kind: &'static str,
    /// The word.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <span class="badge" data-kind=kind>{text}</span> }
}

/// A figure, and what it is.
#[component]
pub fn Figure(
    /// What it is.
    label: &'static str,
    /// The figure.
    #[prop(into)]
    value: String,
    /// More about it.
    #[prop(optional, into)]
    hint: String,
) -> impl IntoView {
    view! {
        <div class="figure">
            <dt>{label}</dt>
            <dd>
                <strong>{value}</strong>
                {(!hint.is_empty()).then(|| view! { <small>{hint}</small> })}
            </dd>
        </div>
    }
}

/// What is there when there is nothing yet, and what to do about it.
#[component]
pub fn Empty(
    /// What there is none of, and how it comes.
    #[prop(into)]
    text: String,
    /// The way on.
    #[prop(optional)]
    children: Option<Inside>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <p>{text}</p>
            {children.map(|children| children.0)}
        </div>
    }
}

/// A part of a page, under a heading.
#[component]
pub fn Panel(
    /// The heading.
    #[prop(into)]
    title: String,
    /// What may change by itself: the name by which it is found again.
    #[prop(optional)]
    live: &'static str,
    /// What is in it.
    children: Inside,
) -> impl IntoView {
    view! {
        <section class="panel-card" id=(!live.is_empty()).then_some(live) data-live=(!live.is_empty()).then_some("")>
            <h2>{title}</h2>
            {children.0}
        </section>
    }
}

/// What is said once: a secret, a link.
#[component]
pub fn Told(
    /// What it is.
    title: &'static str,
    /// The thing itself, in order to copy it.
    #[prop(into)]
    value: String,
    /// What to know about it.
    #[prop(into)]
    hint: String,
) -> impl IntoView {
    view! {
        <section class="code" role="status">
            <h2>{title}</h2>
            <p>
                <code>{value}</code>
            </p>
            <p class="hint">{hint}</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Language, within};

    #[test]
    fn times_are_told_in_the_readers_language() {
        let told = |ms: u64| Language::ALL.map(|language| within(language, || ago(ms)));
        // Half a unit more, so that what passes meanwhile counts for nothing.
        let (now, minute, day) = (now(), 60_000, time::DAY_MS);
        assert_eq!(told(now - 5 * minute - 30_000), ["5 min ago", "vor 5 Min.", "قبل 5 د", "5分前"]);
        assert_eq!(told(now - 2 * day - day / 2), ["2 days ago", "vor 2 Tagen", "قبل يومين", "2日前"]);
        assert_eq!(told(now + 30 * day + day / 2), ["in 30 days", "in 30 Tagen", "بعد 30 يومًا", "30日後"]);
        assert_eq!(told(now + 90 * minute + 30_000)[0], "in 1 h");
    }
}
