//! Where keys lead.

use super::{fit::UNSEEN, heights::Heights};

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A viewport up, less one row.
    PageUp,
    /// A viewport down, less one row.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Step {
    /// What a key does, by its name in the browser; `None` if that is up to the browser, as it is for anything with ctrl, alt
    /// or meta.
    pub fn of(key: &str, has_modifier: bool) -> Option<Self> {
        let step = match key {
            "ArrowUp" => Self::Up,
            "ArrowDown" => Self::Down,
            "PageUp" => Self::PageUp,
            "PageDown" => Self::PageDown,
            "Home" => Self::First,
            "End" => Self::Last,
            _ => return None,
        };
        (!has_modifier).then_some(step)
    }

    /// The row that comes first then, where the viewport begins at `top` now.
    pub fn first(self, heights: &Heights, top: f64, viewport: f64) -> u64 {
        let here = heights.row_at(top + UNSEEN);
        let begin = heights.offset_of(here);
        let first = match self {
            // A row of which a part is hidden is brought in first.
            Self::Up if top - begin > UNSEEN => here,
            Self::Up => here.saturating_sub(1),
            Self::Down => here.saturating_add(1),
            Self::PageUp => {
                let end = begin + heights.height_of(here);
                heights.row_from(end - viewport - UNSEEN).min(here.saturating_sub(1))
            }
            Self::PageDown => {
                let cut = heights.row_at(begin + viewport + UNSEEN);
                cut.saturating_sub(1).max(here.saturating_add(1))
            }
            Self::First => 0,
            Self::Last => u64::MAX,
        };
        // The last one that can come first. Where that is a row of which next to nothing is seen, at the very end, the viewport
        // stays: no key for down leads up.
        let last = heights.row_from(heights.total() - viewport - UNSEEN);
        first.min(last.max(here))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_list::RowHeight;
    use proptest::prelude::*;

    const STEPS: [Step; 6] = [Step::Up, Step::Down, Step::PageUp, Step::PageDown, Step::First, Step::Last];

    fn firsts(heights: &Heights, top: f64, viewport: f64) -> [u64; 6] {
        STEPS.map(|step| step.first(heights, top, viewport))
    }

    #[test]
    fn keys_lead_where_they_say() {
        let heights = Heights::new(RowHeight::Fixed(44.0), 10_000_000);
        // Ten rows and a half.
        assert_eq!(firsts(&heights, 44e5, 462.0), [99_999, 100_001, 99_991, 100_009, 0, 9_999_990]);
        // Exactly ten.
        assert_eq!(firsts(&heights, 44e5, 440.0), [99_999, 100_001, 99_991, 100_009, 0, 9_999_990]);
        // Half of the first row is hidden.
        assert_eq!(firsts(&heights, 44e5 + 22.0, 440.0)[..2], [100_000, 100_001]);
        // At both ends.
        assert_eq!(firsts(&heights, 0.0, 440.0), [0, 1, 0, 9, 0, 9_999_990]);
        assert_eq!(firsts(&heights, 44e7 - 440.0, 440.0), [9_999_989, 9_999_990, 9_999_981, 9_999_990, 0, 9_999_990]);
        // A list that is all but seen, from its end: down is not up.
        let mut nearly = Heights::new(RowHeight::Measured { estimate: 44.0 }, 3);
        for (row, height) in [(0, 2.0), (1, 300.0), (2, 255.0)] {
            nearly.measure(row, height);
        }
        assert_eq!(firsts(&nearly, 1.0, 556.0), [0, 1, 0, 1, 0, 1]);
        // Nowhere to go.
        for heights in [Heights::new(RowHeight::Fixed(44.0), 3), Heights::new(RowHeight::Fixed(44.0), 0)] {
            assert_eq!(firsts(&heights, 0.0, 440.0), [0; 6]);
        }
    }

    #[test]
    fn other_keys_are_the_browsers() {
        let names = ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"];
        assert_eq!(names.map(|key| Step::of(key, false)), STEPS.map(Some));
        assert_eq!(names.map(|key| Step::of(key, true)), [None; 6]);
        assert_eq!(["ArrowLeft", "Tab", " ", "a", ""].map(|key| Step::of(key, false)), [None; 5]);
    }

    proptest! {
        #[test]
        fn pages_leave_nothing_out(measured in prop::collection::vec(2..90_u32, 1..100), top in any::<prop::sample::Index>(), viewport in 100..900_u32) {
            let viewport = f64::from(viewport);
            let mut heights = Heights::new(RowHeight::Measured { estimate: 44.0 }, measured.len() as u64);
            for (row, height) in measured.iter().enumerate() {
                heights.measure(row as u64, f64::from(*height));
            }
            let here = top.index(measured.len()) as u64;
            let top = heights.offset_of(here).min((heights.total() - viewport).max(0.0));
            let here = heights.row_at(top + UNSEEN);
            let [up, down, page_up, page_down, first, last] = firsts(&heights, top, viewport);
            prop_assert!(first == 0 && page_up <= up && up <= here && here <= down.max(last) && down <= page_down && page_down <= last.max(here));
            // What was seen last is still seen, and so is what was seen first.
            prop_assert!(heights.offset_of(page_down) <= top + viewport);
            prop_assert!(here == 0 || heights.offset_of(here) - heights.offset_of(page_up) <= viewport + 90.0);
            // The last row is seen in whole.
            prop_assert!(heights.total() - heights.offset_of(last) <= viewport + UNSEEN);
        }
    }
}
