//! Which rows fit into the viewport, and which are rendered around them.

use super::{Fit, heights::Heights};
use std::ops::Range;

/// The most rows that are rendered, however high the viewport is.
const MOST: u64 = 60;
/// What shows less of itself than this is not seen, in px: browsers round where they are scrolled to.
pub const UNSEEN: f64 = 1.0;

/// What fits where the viewport begins at `top`, with `overscan` rows more on both sides. It may begin above the first row or end
/// below the last one.
pub fn fit(heights: &Heights, top: f64, viewport: f64, overscan: u32) -> Fit {
    let visible = visible(heights, top, viewport);
    let spare = MOST.saturating_sub(visible.end - visible.start);
    let above = u64::from(overscan).min(spare / 2);
    let below = u64::from(overscan).min(spare - above);
    let rows = visible.start.saturating_sub(above)..visible.end.saturating_add(below).min(heights.count());
    Fit { rows, visible }
}

fn visible(heights: &Heights, top: f64, viewport: f64) -> Range<u64> {
    let (first_px, last_px) = (top + UNSEEN, top + viewport - UNSEEN);
    let begin = if first_px < heights.total() { heights.row_at(first_px) } else { heights.count() };
    let end = if last_px < first_px || last_px < 0.0 { begin } else { heights.row_at(last_px).saturating_add(1) };
    begin..end.clamp(begin, begin.saturating_add(MOST).min(heights.count()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::virtual_list::RowHeight;
    use proptest::prelude::*;

    fn fixed(count: u64) -> Heights {
        Heights::new(RowHeight::Fixed(44.0), count)
    }

    proptest! {
            #[test]
            fn is_what_a_look_at_every_row_gives(
                count in 0..300_u64,
                measured in prop::collection::vec((0..300_u64, 2..120_u32), 0..100),
                top in -2_000..15_000_i32,
                viewport in 0..3_000_u32,
                overscan in 0..80_u32,
            ) {
                let mut heights = Heights::new(RowHeight::Measured { estimate: 44.0 }, count);
                for (row, height) in measured {
    heights.measure(row, height.into());
    }
                let (top, viewport) = (f64::from(top), f64::from(viewport));
                let Fit { rows, visible } = fit(&heights, top, viewport, overscan);
                let is_seen = |row: &u64| {
                    let begin = heights.offset_of(*row).max(top + UNSEEN);
                    let end = (heights.offset_of(*row) + heights.height_of(*row)).min(top + viewport);
                    begin + UNSEEN <= end && viewport >= 2.0 * UNSEEN
                };
                let seen: Vec<u64> = (0..count).filter(is_seen).take(MOST as usize).collect();
                prop_assert_eq!(visible.clone().collect::<Vec<_>>(), seen);
                prop_assert!(rows.start <= visible.start && visible.end <= rows.end && rows.end <= count);
                prop_assert!(rows.end - rows.start <= MOST);
                let (above, below) = (visible.start - rows.start, rows.end - visible.end);
                prop_assert!(above <= u64::from(overscan) && below <= u64::from(overscan));
                if u64::from(overscan) * 2 + visible.end - visible.start <= MOST {
                    prop_assert_eq!(above, u64::from(overscan).min(visible.start));
                    prop_assert_eq!(below, u64::from(overscan).min(count - visible.end));
                }
            }
        }

    #[test]
    fn overscans_on_both_sides() {
        let middle = fit(&fixed(10_000_000), 44.0 * 5e6, 440.0, 5);
        assert_eq!(middle, Fit { rows: 4_999_995..5_000_015, visible: 5_000_000..5_000_010 });
        assert_eq!(fit(&fixed(10_000_000), 0.0, 441.5, 5), Fit { rows: 0..16, visible: 0..11 });
        assert_eq!(fit(&fixed(10_000_000), 44e7 - 440.0, 440.0, 5).rows, 9_999_985..10_000_000);
        // A browser may not take parts of px.
        assert_eq!(fit(&fixed(100), 43.5, 440.0, 0).visible, 1..11);
    }

    #[test]
    fn renders_few_rows_in_whatever_viewport() {
        assert_eq!(fit(&fixed(1_000), 4_400.0, 44.0 * 58.0, 5), Fit { rows: 99..159, visible: 100..158 });
        assert_eq!(fit(&fixed(1_000), 4_400.0, 1e6, 5), Fit { rows: 100..160, visible: 100..160 });
    }

    #[test]
    fn sees_nothing_beside_the_list() {
        let above = fit(&fixed(1_000), -900.0, 600.0, 5);
        assert_eq!(above, Fit { rows: 0..5, visible: 0..0 });
        assert_eq!(fit(&fixed(1_000), -300.0, 600.0, 5).visible, 0..7);
        assert_eq!(fit(&fixed(1_000), 44_000.0, 600.0, 5), Fit { rows: 995..1_000, visible: 1_000..1_000 });
        assert_eq!(fit(&fixed(0), 0.0, 600.0, 5), Fit::default());
        assert_eq!(fit(&fixed(1_000), 440.0, 0.0, 5).visible, 10..10);
    }
}
