//! Where the list is, what it shows and where its rows are put, all together and without a browser.

use super::{
    Align, Fit, RowHeight,
    fit::{UNSEEN, fit},
    heights::Heights,
    keys::Step,
    scaling::Scaling,
};

/// How far from the anchor row the list may go, in px: browsers move rows by floats of 24 bits, which hold 1/64 px up to
/// some 10^5.
const REACH: f64 = 100_000.0;

/// A list on its way.
#[derive(Clone, Debug)]
pub struct Course {
    heights: Heights,
    scaling: Scaling,
    overscan: u32,
    /// The row that all others are placed by. It seldom changes, so rows seldom have to be moved.
    anchor: u64,
    /// How far the scroller is above the first row or below the last one, where there is more in it than the list.
    beside: f64,
}

impl Course {
    /// A list that begins at a row, before anybody sees it.
    pub fn new(height: RowHeight, count: u64, overscan: u32, first: u64) -> Self {
        let heights = Heights::new(height, count);
        let mut scaling = Scaling::new(heights.total(), 0.0);
        scaling.scroll_to(heights.offset_of(first));
        let mut course = Self { heights, scaling, overscan, anchor: 0, beside: 0.0 };
        course.settle_anchor();
        course
    }

    /// The height of the element that holds the rows.
    pub fn height(&self) -> f64 {
        self.scaling.height()
    }

    /// How much of the list can be seen.
    pub fn viewport(&self) -> f64 {
        self.scaling.viewport()
    }

    /// Where the list is.
    pub fn place(&self) -> f64 {
        self.scaling.virtual_top()
    }

    /// Where the scroller is to be.
    pub fn scroller(&self) -> f64 {
        self.scaling.top() + self.beside
    }

    /// What is to be rendered.
    pub fn fit(&self) -> Fit {
        fit(&self.heights, self.place() + self.beside, self.viewport(), self.overscan)
    }

    /// Where the anchor row is in the element that holds the rows.
    pub fn anchor_top(&self) -> f64 {
        self.heights.offset_of(self.anchor) - self.scaling.offset()
    }

    /// Where a row is, from the anchor row.
    pub fn row_top(&self, row: u64) -> f64 {
        self.heights.offset_of(row) - self.heights.offset_of(self.anchor)
    }

    /// Takes another row as the anchor if the list has gone far; whether it has.
    pub fn settle_anchor(&mut self) -> bool {
        let is_far = (self.heights.offset_of(self.anchor) - self.place()).abs() > REACH;
        if is_far {
            self.anchor = self.heights.row_at(self.place());
        }
        is_far
    }

    /// The scroller was moved; where it is to be set, if it has to be.
    pub fn scrolled(&mut self, to: f64) -> Option<f64> {
        let top = self.scaling.on_scroll(to);
        self.beside = to - to.max(0.0).min(self.scaling.max_top());
        top.map(|_| self.scroller())
    }

    /// There are more or less rows, or more or less can be seen of them; where the scroller is to be set, if it has to be. Whoever sees the
    /// last row goes on seeing it where there is less room.
    pub fn resized(&mut self, count: u64, viewport: f64) -> Option<f64> {
        let is_less = count == self.heights.count() && viewport < self.viewport();
        let stays_at_end = is_less && self.place() > 0.0 && self.place() > self.scaling.virtual_end() - UNSEEN;
        self.heights.set_count(count);
        let moves = self.scaling.resize(self.heights.total(), viewport).is_some();
        if stays_at_end {
            self.scaling.scroll_to(self.scaling.virtual_end());
        }
        (moves || stays_at_end).then(|| self.scroller())
    }

    /// Goes to a place; where the scroller is to be set.
    pub fn go(&mut self, place: f64) -> f64 {
        self.beside = 0.0;
        self.scaling.scroll_to(place)
    }

    /// Where the list is once a row is where it is wanted.
    pub fn place_of(&self, row: u64, align: Align) -> f64 {
        let row = row.min(self.heights.count().saturating_sub(1));
        align
            .top(self.heights.offset_of(row), self.heights.height_of(row), self.place(), self.viewport())
            .max(0.0)
            .min(self.scaling.virtual_end())
    }

    /// Rows came in above, or went there: what is seen stays. Whoever looks at the very top sees what is new there.
    pub fn shift(&mut self, rows: i64) {
        if self.place() < UNSEEN {
            return;
        }
        let first = self.heights.row_at(self.place());
        let by = self.heights.offset_of(first.saturating_add_signed(rows)) - self.heights.offset_of(first);
        // The rows keep their places from the anchor, too.
        self.anchor = self.anchor.saturating_add_signed(rows).min(self.heights.count());
        self.scaling.scroll_to(self.place() + by);
    }

    /// Takes the measured height of a row; whether anything moves. What is seen stays if the row begins above it.
    pub fn measure(&mut self, row: u64, height: f64) -> bool {
        let is_above = self.heights.offset_of(row) < self.place() - UNSEEN / 2.0;
        let moved = self.heights.measure(row, height);
        if moved == 0.0 {
            return false;
        }
        let place = self.place() + if is_above { moved } else { 0.0 };
        self.scaling.resize(self.heights.total(), self.viewport());
        self.scaling.scroll_to(place);
        true
    }

    /// Where the list is after a key; `None` if it does nothing here, so that the page around the list may take it.
    pub fn key(&self, key: &str, has_modifier: bool) -> Option<f64> {
        let step = Step::of(key, has_modifier).filter(|_| self.viewport() > 0.0)?;
        let place = self.place_of(step.first(&self.heights, self.place(), self.viewport()), Align::Start);
        ((place - self.place()).abs() >= UNSEEN).then_some(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn course(count: u64, first: u64) -> Course {
        let mut course = Course::new(RowHeight::Fixed(44.0), count, 5, first);
        course.resized(count, 600.0);
        course
    }

    /// Where a row is on the screen, from the top of the list's viewport.
    fn on_screen(course: &Course, row: u64) -> f64 {
        course.anchor_top() + course.row_top(row) - course.scroller()
    }

    fn act() -> impl Strategy<Value = (u8, i64)> {
        prop_oneof![(Just(0), -600..600_i64), (Just(1), 0..8_000_000_i64), (Just(2), 0..10_000_000_i64), (Just(3), -50..50_i64)]
    }

    proptest! {
        #[test]
        fn rows_are_on_the_screen_where_the_list_is(acts in prop::collection::vec(act(), 1..100)) {
            let mut course = course(10_000_000, 0);
            for (kind, by) in acts {
                let place = course.place();
                let _ = match kind {
                    0 => course.scrolled((course.scroller() + by as f64).clamp(0.0, 8e6 - 600.0)),
                    1 => course.scrolled((by as f64).min(8e6 - 600.0)),
                    2 => Some(course.go(course.place_of(by.cast_unsigned(), Align::Center))),
                    _ => {
                        course.shift(by);
                        None
                    }
                };
                if kind == 0 {
                    prop_assert_eq!(course.place(), (place + by as f64).clamp(0.0, 44e7 - 600.0));
                }
                course.settle_anchor();
                let fit = course.fit();
                for row in fit.rows {
                    prop_assert_eq!(on_screen(&course, row), 44.0 * row as f64 - course.place());
                    prop_assert!(course.row_top(row).abs() < REACH + 10_000.0);
                }
                prop_assert!(on_screen(&course, fit.visible.start) <= 1.0);
                prop_assert!(on_screen(&course, fit.visible.end) >= 599.0);
                prop_assert!((0.0..=8e6).contains(&course.scroller()));
            }
        }

        #[test]
        fn measured_rows_above_move_nothing_that_is_seen(measured in prop::collection::vec((0..400_u64, 2..200_u32), 1..100), first in 100..300_u64) {
            let mut course = Course::new(RowHeight::Measured { estimate: 44.0 }, 500, 5, first);
            course.resized(500, 600.0);
            for (row, height) in measured {
                let seen = course.fit().visible.start;
                let before = on_screen(&course, seen);
                course.measure(row, f64::from(height));
                if row < seen {
                    prop_assert_eq!(on_screen(&course, seen), before);
                }
                prop_assert!(course.place() <= course.height() - 600.0);
            }
        }
    }

    #[test]
    fn begins_at_a_row() {
        let course = course(10_000_000, 7_654_321);
        assert_eq!((course.fit().visible.start, on_screen(&course, 7_654_321)), (7_654_321, 0.0));
        assert_eq!(course.height(), 8e6);
    }

    #[test]
    fn keeps_the_place_but_at_the_top() {
        let mut course = course(10_000_000, 5_000_000);
        course.scrolled(course.scroller() + 30.0);
        let (at, top) = (on_screen(&course, 5_000_003), course.row_top(5_000_003));
        course.resized(10_000_004, 600.0);
        course.shift(4);
        // The same rows are where they were, and need not be moved for it.
        assert_eq!((on_screen(&course, 5_000_007), course.row_top(5_000_007)), (at, top));
        course.go(0.0);
        course.shift(4);
        assert_eq!((course.place(), course.fit().visible.start), (0.0, 0));
    }

    #[test]
    fn the_end_stays_in_sight_where_there_is_less_room() {
        let mut course = course(1_000, 0);
        course.go(44_000.0);
        assert_eq!(course.resized(1_000, 555.0), Some(44_000.0 - 555.0));
        assert_eq!(course.fit().visible.end, 1_000);
        // With more room, and elsewhere, the list stays where it is.
        assert_eq!(course.resized(1_000, 600.0), Some(44_000.0 - 600.0));
        course.go(4_400.0);
        assert_eq!((course.resized(1_000, 300.0), course.place()), (None, 4_400.0));
        // More rows come in where they can be scrolled to.
        course.go(44_000.0);
        assert_eq!((course.resized(1_001, 290.0), course.place()), (None, 44_000.0 - 300.0));
    }

    #[test]
    fn more_than_the_list_may_scroll() {
        let mut course = course(1_000, 0);
        assert_eq!(course.scrolled(-250.0), None);
        assert_eq!((course.place(), course.scroller(), course.fit().visible), (0.0, -250.0, 0..8));
        // New rows do not scroll away what is above them.
        assert_eq!(course.resized(2_000, 600.0), None);
        assert_eq!(course.scrolled(88_000.0 - 500.0), None);
        assert_eq!((course.place(), course.fit().visible), (87_400.0, 1_988..2_000));
    }

    #[test]
    fn keys_that_lead_nowhere_are_not_taken() {
        let mut course = course(1_000, 0);
        assert_eq!((course.key("ArrowUp", false), course.key("Home", false), course.key("ArrowDown", true)), (None, None, None));
        assert_eq!(course.key("ArrowDown", false), Some(44.0));
        assert_eq!(course.key("PageDown", false), Some(44.0 * 12.0));
        assert_eq!(course.key("End", false), Some(44_000.0 - 600.0));
        course.go(44_000.0 - 600.0);
        assert_eq!((course.key("End", false), course.key("ArrowDown", false)), (None, None));
        assert_eq!(course.key("ArrowUp", false), Some(44_000.0 - 616.0));
    }

    #[test]
    fn goes_to_the_nearest_place() {
        let mut course = course(1_000, 100);
        assert_eq!(course.place_of(105, Align::Nearest), 4_400.0);
        assert_eq!(course.place_of(113, Align::Nearest), 44.0 * 114.0 - 600.0);
        assert_eq!(course.place_of(u64::MAX, Align::Start), 44_000.0 - 600.0);
        course.go(course.place_of(0, Align::End));
        assert_eq!(course.place(), 0.0);
    }
}
