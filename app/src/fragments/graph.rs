use crate::model::{Point, time};
use leptos::prelude::*;

/// The picture's size in its own units; style sheets make it as large as there is room.
const WIDTH: i64 = 600;
const HEIGHT: i64 = 160;
/// Room above and below the line.
const MARGIN: i64 = 8;

/// Something of a player's standings over time: steps, because a standing lasts until the next one.
#[component]
pub fn Graph(
    /// What it shows.
    title: &'static str,
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
        (Some(first), Some(last)) => {
            format!("{title}: from {} on {} to {} on {}", text(&first), time::day(first.at), text(&last), time::day(last.at))
        }
        _ => title.to_owned(),
    };
    let end = |point: Option<Point>| point.map(|point| view! { <span>{text(&point)} " " <small>{time::day(point.at)}</small></span> });
    view! {
        <section class="graph-card">
            <h2>{title}</h2>
            <svg class="graph" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
                <path class="area" d=area></path>
                <path class="line" d=line></path>
            </svg>
            <p class="axis">{end(first)}{end(last)}</p>
        </section>
    }
}

/// The steps as a path, from the left edge to the right one.
fn line(values: &[(u64, i64)], less_is_better: bool) -> String {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return format!("M0 {HEIGHT}") };
    let (low, high) = values.iter().fold((first.1, first.1), |(low, high), (_, value)| (low.min(*value), high.max(*value)));
    // A single standing, or ones that are all alike, make a level line in the middle.
    let span = i128::from(last.0 - first.0).max(1);
    let range = (i128::from(high) - i128::from(low)).max(1);
    let level = if low == high { range } else { 0 };
    let x = |at: u64| (i128::from(at - first.0) * i128::from(WIDTH) / span) as i64;
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
        // The widest scores there are.
        assert_eq!(line(&[(0, i64::MIN), (u64::MAX, i64::MAX)], false), "M0 152H600V8H600");
    }
}
