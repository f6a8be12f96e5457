//! Browsers cap the height of an element. A list that is higher gets an element of [`MAX_HEIGHT`], and an offset between what the
//! scrollbar says and where the list really is.
//!
//! While one offset holds, scrolling is one to one, to the pixel. It holds for a stretch (a page) of some ten thousand px; where
//! the list leaves it, the scrollbar is set to what is right for the new place, and the offset makes up for that. Near the top
//! the offset is nothing and near the end all that is missing, so both ends are reached exactly, and nothing else is taken for
//! them. Whoever drags the bar goes where it points.

/// The greatest height that an element gets, in px; every browser goes further.
pub const MAX_HEIGHT: f64 = 8_000_000.0;
/// How far from both ends the scrollbar and the list go one to one, in px.
const EDGE: f64 = 100_000.0;
/// How far from both ends no offset but theirs will do.
const NEAR: f64 = EDGE / 2.0;
/// How far the scrollbar may be from where it points to: half of a page.
const SLACK: f64 = EDGE / 4.0;
/// The greatest viewport, and the furthest that is still no jump; both are less than [`SLACK`], so that no end can be overrun.
const MAX_STEP: f64 = EDGE / 5.0;

/// Where a list is scrolled to.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaling {
    /// The height of all rows.
    total: f64,
    /// How much of it can be seen.
    viewport: f64,
    /// Where the scrollbar is.
    top: f64,
    /// What is missing to where the list is. A whole number, so that parts of px stay what they are.
    offset: f64,
}

impl Scaling {
    /// A list at its top.
    pub fn new(total: f64, viewport: f64) -> Self {
        let mut scaling = Self { total: 0.0, viewport: 0.0, top: 0.0, offset: 0.0 };
        scaling.set_sizes(total, viewport);
        scaling
    }

    fn set_sizes(&mut self, total: f64, viewport: f64) {
        self.total = if total > MAX_HEIGHT { total.ceil() } else { total.max(0.0) };
        self.viewport = viewport.clamp(0.0, MAX_STEP);
    }

    /// The height of the element.
    pub fn height(&self) -> f64 {
        self.total.min(MAX_HEIGHT)
    }

    /// How much can be seen.
    pub fn viewport(&self) -> f64 {
        self.viewport
    }

    /// Where the scrollbar is, or is to be set.
    pub fn top(&self) -> f64 {
        self.top
    }

    /// The last place of the scrollbar.
    pub fn max_top(&self) -> f64 {
        (self.height() - self.viewport).max(0.0)
    }

    /// Where the list is.
    pub fn virtual_top(&self) -> f64 {
        self.top + self.offset
    }

    /// The last place of the list.
    pub fn virtual_end(&self) -> f64 {
        (self.total - self.viewport).max(0.0)
    }

    /// By how much the list is further than the scrollbar.
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// The scrollbar was moved; where it is to be set, if it has to be. What that makes the browser tell is no movement.
    pub fn on_scroll(&mut self, scroll_top: f64) -> Option<f64> {
        let top = scroll_top.max(0.0).min(self.max_top());
        let step = (top - self.top).abs();
        self.top = top;
        if step > self.jump() {
            self.offset = (self.pointed_at(top) - top).round();
        }
        self.settle(self.virtual_top())
    }

    /// Goes to a place in the list; where the scrollbar is to be set.
    pub fn scroll_to(&mut self, virtual_top: f64) -> f64 {
        let place = virtual_top.max(0.0).min(self.virtual_end());
        self.top = place - self.offset;
        self.settle(place);
        self.top
    }

    /// There is more or less to show, or to be seen of it. The list stays where it is, if that is still part of it; where the
    /// scrollbar is to be set, if it has to be.
    pub fn resize(&mut self, total: f64, viewport: f64) -> Option<f64> {
        let (place, before) = (self.virtual_top(), self.top);
        self.set_sizes(total, viewport);
        let top = self.scroll_to(place);
        (top != before).then_some(top)
    }

    /// Takes another offset where the one that there is will not do.
    fn settle(&mut self, place: f64) -> Option<f64> {
        let right = (place - self.bar_at(place)).round();
        let is_near = place <= NEAR || place >= self.virtual_end() - NEAR;
        let slack = if is_near || !self.is_scaled() { 0.0 } else { SLACK };
        if (self.offset - right).abs() <= slack {
            return None;
        }
        self.offset = right;
        self.top = (place - right).max(0.0).min(self.max_top());
        Some(self.top)
    }

    fn is_scaled(&self) -> bool {
        self.total > MAX_HEIGHT
    }

    /// The furthest that is scrolled rather than jumped. Whoever drags the bar goes by what one px of it stands for, or more.
    fn jump(&self) -> f64 {
        if !self.is_scaled() {
            return f64::INFINITY;
        }
        (self.max_top() / self.viewport.max(1.0) / 2.0).max(self.viewport).min(MAX_STEP)
    }

    /// Where the scrollbar should be for a place in the list: in proportion, but one to one at both ends.
    fn bar_at(&self, place: f64) -> f64 {
        if !self.is_scaled() || place <= EDGE {
            place
        } else if place >= self.virtual_end() - EDGE {
            place - (self.virtual_end() - self.max_top())
        } else {
            EDGE + (place - EDGE) / self.ratio()
        }
    }

    /// The place in the list that the scrollbar points to.
    fn pointed_at(&self, top: f64) -> f64 {
        if !self.is_scaled() || top <= EDGE {
            top
        } else if top >= self.max_top() - EDGE {
            top + (self.virtual_end() - self.max_top())
        } else {
            EDGE + (top - EDGE) * self.ratio()
        }
    }

    /// How many px of the list one px of the scrollbar stands for, between the ends.
    fn ratio(&self) -> f64 {
        (self.virtual_end() - 2.0 * EDGE) / (self.max_top() - 2.0 * EDGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_list::{RowHeight, heights::Heights};
    use proptest::prelude::*;

    /// A list and the scrollbar of a browser, which knows only px of the element.
    struct Run {
        list: Scaling,
        bar: f64,
    }

    impl Run {
        fn new(total: f64, viewport: f64) -> Self {
            Self { list: Scaling::new(total, viewport), bar: 0.0 }
        }

        fn at(total: f64, viewport: f64, place: f64) -> Self {
            let mut run = Self::new(total, viewport);
            run.bar = run.list.scroll_to(place);
            run.check();
            run
        }

        /// Scrolls as a browser does; what was really scrolled of it in the list.
        fn scroll(&mut self, by: f64) -> f64 {
            let before = self.list.virtual_top();
            self.drag(self.bar + by);
            self.list.virtual_top() - before
        }

        fn drag(&mut self, to: f64) {
            self.bar = to.clamp(0.0, self.list.max_top());
            if let Some(top) = self.list.on_scroll(self.bar) {
                self.bar = top;
                // The echo.
                let known = self.list.clone();
                assert_eq!((self.list.on_scroll(top), &self.list), (None, &known));
            }
            self.check();
        }

        fn check(&self) {
            let list = &self.list;
            assert_eq!(self.bar, list.top());
            assert!((0.0..=MAX_HEIGHT - list.viewport().min(list.height())).contains(&self.bar), "{list:?}");
            assert!((0.0..=list.virtual_end()).contains(&list.virtual_top()), "{list:?}");
            assert!(self.bar >= 1.0 || list.virtual_top() <= 1.0, "not the top: {list:?}");
            assert!(self.bar <= list.max_top() - 1.0 || list.virtual_top() >= list.virtual_end() - 1.0, "not the end: {list:?}");
        }
    }

    fn totals() -> impl Strategy<Value = f64> {
        prop_oneof![
            0.0..1e5_f64,
            (MAX_HEIGHT - 10.0)..(MAX_HEIGHT + 10.0),
            MAX_HEIGHT..2.0 * MAX_HEIGHT,
            Just(44.0 * 1e7),
            1e8..1e9_f64,
            Just(44.0 * 1e9)
        ]
    }

    /// Somewhere, preferably where something begins or ends.
    fn part() -> impl Strategy<Value = f64> {
        prop_oneof![0.0..1.0_f64, 0.0..1e-3_f64, 0.999..1.0_f64, Just(0.0), Just(1.0)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn small_scrolls_are_one_to_one(
            total in totals(),
            viewport in 100..2_000_u32,
            part in part(),
            steps in prop::collection::vec(-2_000..=2_000_i32, 1..300),
            drift in prop_oneof![Just(0), -2_000..2_000_i32],
        ) {
            let viewport = f64::from(viewport);
            let mut run = Run::at(total, viewport, part * total);
            for step in steps {
                let step = f64::from(step + drift).clamp(-viewport, viewport);
                let place = run.list.virtual_top();
                let expected = (place + step).clamp(0.0, run.list.virtual_end());
                let scrolled = run.scroll(step);
                // Sizes as fractions are rounded once a float holds them; px are exact.
                prop_assert!((place + scrolled - expected).abs() < 1e-3, "{step} from {place}: {scrolled}");
            }
        }

        #[test]
        fn whole_px_stay_whole(rows in 200_000..1_000_000_000_u64, part in 0.2..0.8_f64, steps in prop::collection::vec(-600..=700_i32, 500)) {
            let total = 44.0 * rows as f64;
            let mut run = Run::at(total, 600.0, (part * total).round());
            let begin = run.list.virtual_top();
            let sum: i32 = steps.iter().sum();
            for step in steps {
                run.scroll(f64::from(step));
            }
            prop_assert_eq!(run.list.virtual_top(), begin + f64::from(sum));
        }

        #[test]
        fn every_row_is_reached(
            count in prop_oneof![1..100_u64, 100_000..1_000_000_u64, Just(10_000_000), Just(1_000_000_000)],
            height in prop_oneof![Just(44.0), (64..6_400_u32).prop_map(|steps| f64::from(steps) / 64.0)],
            viewport in 100..2_000_u32,
            rows in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        ) {
            let heights = Heights::new(RowHeight::Fixed(height), count);
            let mut run = Run::new(heights.total(), f64::from(viewport));
            for row in rows {
                let row = row.index(count as usize) as u64;
                run.bar = run.list.scroll_to(heights.offset_of(row));
                run.check();
                let place = run.list.virtual_top();
                if heights.offset_of(row) <= run.list.virtual_end() {
                    prop_assert_eq!(heights.row_at(place), row);
                } else {
                    prop_assert_eq!(place, run.list.virtual_end());
                    prop_assert!(heights.offset_of(row) < place + f64::from(viewport));
                }
            }
        }

        #[test]
        fn the_bar_goes_where_it_points(total in totals(), viewport in 100..2_000_u32, parts in prop::collection::vec(part(), 1..20)) {
            let mut run = Run::new(total, f64::from(viewport));
            for part in parts {
                run.drag(part * run.list.max_top());
                let place = run.list.virtual_top();
                let pointed = run.list.pointed_at(run.bar);
                let page = if run.list.is_scaled() { SLACK + MAX_STEP * run.list.ratio() } else { 0.0 };
                prop_assert!((place - pointed).abs() <= page, "{place} for {pointed}");
            }
            run.drag(0.0);
            prop_assert!(run.list.virtual_top() == 0.0);
            run.drag(run.list.max_top());
            prop_assert!((run.list.virtual_top() - run.list.virtual_end()).abs() <= 1.0);
        }

        #[test]
        fn stays_where_it_is_while_rows_come_and_go(
            total in totals(),
            part in part(),
            sizes in prop::collection::vec((prop_oneof![-500..500_i32, -90_000_000..90_000_000_i32], 0..1_500_u32), 1..20),
        ) {
            let mut run = Run::at(total, 600.0, part * total);
            let mut total = total;
            for (more, viewport) in sizes {
                let place = run.list.virtual_top();
                total = (total + f64::from(more)).max(0.0);
                run.bar = run.list.resize(total, f64::from(viewport)).unwrap_or(run.bar);
                run.check();
                let expected = place.min(run.list.virtual_end());
                prop_assert!((run.list.virtual_top() - expected).abs() < 1e-3);
                prop_assert_eq!(run.list.resize(total, f64::from(viewport)), None);
            }
        }
    }

    #[test]
    fn a_list_that_fits_is_not_scaled() {
        let mut list = Scaling::new(1_000_000.0, 600.0);
        assert_eq!((list.on_scroll(700_000.0), list.virtual_top(), list.offset()), (None, 700_000.0, 0.0));
        assert_eq!((list.scroll_to(5e9), list.height()), (999_400.0, 1_000_000.0));
        // It grows beyond the limit and back.
        assert_eq!(list.resize(44e7, 600.0), Some(list.top()));
        assert_eq!(list.virtual_top(), 999_400.0);
        assert_eq!(list.resize(1_000_000.0, 600.0), Some(999_400.0));
    }

    #[test]
    fn the_bar_is_seldom_set() {
        let mut run = Run::at(44.0 * 1e7, 600.0, 2e8);
        let mut sets = 0;
        for _ in 0..10_000 {
            let bar = run.bar;
            run.scroll(100.0);
            sets += u32::from(run.bar != bar + 100.0);
        }
        assert_eq!(run.list.virtual_top(), 2e8 + 1e6);
        assert!(sets <= 41, "{sets}");
        // Nor when somebody goes back and forth where it was set.
        while run.scroll(100.0) == 100.0 && run.list.virtual_top() < 3e8 && run.bar < 7e6 {
            let (bar, offset) = (run.bar, run.list.offset());
            run.scroll(100.0);
            if run.list.offset() != offset {
                assert_ne!(run.bar, bar + 100.0);
                let offset = run.list.offset();
                for by in [-100.0, 100.0, -700.0, 700.0, -5_000.0, 5_000.0] {
                    run.scroll(by);
                    assert_eq!(run.list.offset(), offset);
                }
                return;
            }
        }
        panic!("it was never set");
    }
}
