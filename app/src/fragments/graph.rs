use crate::{
    i18n::{Text, day, minute, t},
    model::Point,
};
use leptos::prelude::*;

/// The picture's size in its own units; style sheets make it as large as there is room.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 160;
/// Room above and below the line.
const MARGIN: i64 = 8;
/// Standings at most that tell what they are when they are pointed at.
const POINTED: usize = 200;

/// Something of a player's standings over time: steps, because a standing lasts until the next one.
#[component]
pub fn Graph(
    /// What it shows.
    title: Text,
    /// The standings, oldest first.
    points: Vec<Point>,
    /// What of them.
    of: fn(&Point) -> i64,
    /// That as text.
    text: fn(&Point) -> String,
    /// Whether less is better, and so higher up.
    #[prop(optional)]
    less_is_better: bool,
) -> impl IntoView {
    let values: Vec<(u64, i64)> = points.iter().map(|point| (point.at, of(point))).collect();
    let line = line(&values, less_is_better);
    let area = format!("{line}V{HEIGHT}H0Z");
    let (first, last) = (points.first().copied(), points.last().copied());
    let label = match (first, last) {
        (Some(first), Some(last)) => t::profile::graph(&day(last.at), &text(&first), &text(&last), &day(first.at), title.text()).text(),
        _ => title.into(),
    };
    let (low, high) = (points.iter().min_by_key(|point| of(point)), points.iter().max_by_key(|point| of(point)));
    let (top, bottom) = if less_is_better { (low, high) } else { (high, low) };
    let scale = top.zip(bottom).filter(|(top, bottom)| of(top) != of(bottom)).map(|(top, bottom)| {
        view! { <p class="scale" aria-hidden="true"><span>{text(top)}</span><span>{text(bottom)}</span></p> }
    });
    let steps = columns(&values).into_iter().map(|(point, from, width)| {
        let point = &points[point];
        let says = format!("{} · {}", text(point), minute(point.at));
        view! { <rect x=from y="0" width=width height=HEIGHT><title>{says}</title></rect> }
    });
    let steps = steps.collect_view();
    let end = |point: Option<Point>| point.map(|point| view! { <span>{text(&point)} " " <small><bdi>{day(point.at)}</bdi></small></span> });
    view! {
        <section class="graph-card">
            <h2>{title}</h2>
            <div class="plot" dir="ltr">
                <svg class="graph" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                    <path class="area" d=area></path>
                    <path class="line" d=line></path>
                    {steps}
                </svg>
                {scale}
            </div>
            <p class="axis" dir="ltr">{end(first)}{end(last)}</p>
        </section>
    }
}

/// How far to the right each time is.
fn across(values: &[(u64, i64)]) -> impl Fn(u64) -> i64 {
    let (first, last) = (values.first().map_or(0, |(at, _)| *at), values.last().map_or(0, |(at, _)| *at));
    let span = i128::from(last - first).max(1);
    move |at| (i128::from(at - first) * i128::from(WIDTH) / span) as i64
}

/// What is pointed at where: some of the values by their places, each with the left edge and the width of its stretch.
fn columns(values: &[(u64, i64)]) -> Vec<(usize, i64, i64)> {
    let x = across(values);
    let chosen: Vec<usize> = (0..values.len()).step_by(values.len().div_ceil(POINTED).max(1)).collect();
    let end = |at: usize| chosen.get(at + 1).map_or(WIDTH, |next| x(values[*next].0));
    let stretch = |(at, value): (usize, &usize)| (*value, x(values[*value].0), end(at) - x(values[*value].0));
    chosen.iter().enumerate().map(stretch).filter(|(_, _, width)| *width > 0).collect()
}

/// The steps as a path, from the left edge to the right one.
fn line(values: &[(u64, i64)], less_is_better: bool) -> String {
    let Some(first) = values.first() else { return format!("M0 {HEIGHT}") };
    let (low, high) = values.iter().fold((first.1, first.1), |(low, high), (_, value)| (low.min(*value), high.max(*value)));
    // A single standing, or ones that are all alike, make a level line in the middle.
    let range = (i128::from(high) - i128::from(low)).max(1);
    let level = if low == high { range } else { 0 };
    let x = across(values);
    let y = |value: i64| {
        let above = 2 * (i128::from(value) - i128::from(low)) + level;
        let share = if less_is_better { above } else { 2 * range - above };
        MARGIN + (share * i128::from(HEIGHT - 2 * MARGIN) / (2 * range)) as i64
    };
    let steps = values[1..].iter().map(|(at, value)| format!("H{}V{}", x(*at), y(*value)));
    format!("M0 {}{}H{WIDTH}", y(first.1), steps.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        assert_eq!(line(&[], false), "M0 160");
        assert_eq!(line(&[(5, 7)], false), "M0 80H600");
        assert_eq!(line(&[(0, 0), (50, 10), (100, 5)], false), "M0 152H300V8H600V80H600");
        assert_eq!(line(&[(0, 1), (100, 3)], true), "M0 8H600V152H600");
        assert_eq!(columns(&[]), []);
        assert_eq!(columns(&[(5, 7)]), [(0, 0, 600)]);
        assert_eq!(columns(&[(0, 0), (50, 10), (50, 11), (100, 5)]), [(0, 0, 300), (2, 300, 300)]);
        let many: Vec<_> = (0..1_000).map(|at| (at, 0)).collect();
        assert_eq!((columns(&many).len(), columns(&many)[1]), (200, (5, 3, 3)));
        // The widest scores there are.
        assert_eq!(line(&[(0, i64::MIN), (u64::MAX, i64::MAX)], false), "M0 152H600V8H600");
    }
}
