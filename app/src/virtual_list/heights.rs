//! How high the rows are, and so where each one begins, in px from the first.

use super::RowHeight;

/// The lowest height that a row is taken to have where none was measured: rows without one could not be counted.
const LOWEST: f64 = 1.0;

/// The heights of all rows. Rows of one height take no memory, whatever their number; measured ones take eight bytes a row, up to
/// the last that was measured.
#[derive(Clone, Debug)]
pub struct Heights {
    count: u64,
    /// The height of a row that was not measured.
    each: f64,
    is_measured: bool,
    /// By how much measured rows differ from `each`: a Fenwick tree. Heights on the screen are multiples of 1/64 px, so sums
    /// are exact.
    differences: Vec<f64>,
}

impl Heights {
    /// The heights of `count` rows, none of them measured yet.
    pub fn new(height: RowHeight, count: u64) -> Self {
        let (each, is_measured) = match height {
            RowHeight::Fixed(each) => (each, false),
            RowHeight::Measured { estimate } => (estimate, true),
        };
        Self { count, each: each.max(LOWEST), is_measured, differences: Vec::new() }
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds rows at the end, or takes them away there.
    pub fn set_count(&mut self, count: u64) {
        self.count = count;
        self.differences.truncate(usize::try_from(count).unwrap_or(usize::MAX));
    }

    /// The height of all rows together.
    pub fn total(&self) -> f64 {
        self.offset_of(self.count)
    }

    /// Where a row begins; rows behind the last one begin where it ends.
    pub fn offset_of(&self, row: u64) -> f64 {
        let row = row.min(self.count);
        row as f64 * self.each + self.difference_before(row)
    }

    /// How high a row is.
    pub fn height_of(&self, row: u64) -> f64 {
        self.offset_of(row.saturating_add(1)) - self.offset_of(row)
    }

    /// The row at a place: the last one that begins there or above; the first or the last row where there is none.
    pub fn row_at(&self, offset: f64) -> u64 {
        let last = self.count.saturating_sub(1);
        let row = self.guess(offset).min(last);
        // A quotient may be rounded across the edge of a row.
        if row < last && self.offset_of(row + 1) <= offset {
            row + 1
        } else if self.offset_of(row) > offset {
            row.saturating_sub(1)
        } else {
            row
        }
    }

    /// The first row that begins at a place or below it.
    pub fn row_from(&self, offset: f64) -> u64 {
        let row = self.row_at(offset);
        if self.offset_of(row) < offset { row.saturating_add(1).min(self.count.saturating_sub(1)) } else { row }
    }

    /// Takes the measured height of a row; by how much the rows below it move.
    pub fn measure(&mut self, row: u64, height: f64) -> f64 {
        if !self.is_measured || row >= self.count || !height.is_finite() {
            return 0.0;
        }
        let difference = height.max(0.0) - self.height_of(row);
        if difference != 0.0 {
            self.add(row as usize, difference);
        }
        difference
    }

    fn add(&mut self, row: usize, difference: f64) {
        while self.differences.len() <= row {
            // What a new node stands for is known already: nothing was measured at its own row.
            let at = self.differences.len() + 1;
            let sum = self.sum(at - 1) - self.sum(at - lowest_bit(at));
            self.differences.push(sum);
        }
        let mut at = row + 1;
        while let Some(node) = self.differences.get_mut(at - 1) {
            *node += difference;
            at += lowest_bit(at);
        }
    }

    fn difference_before(&self, row: u64) -> f64 {
        let known = self.differences.len();
        self.sum(usize::try_from(row).map_or(known, |row| row.min(known)))
    }

    /// The sum of the first `rows` differences.
    fn sum(&self, rows: usize) -> f64 {
        let mut at = rows;
        let mut sum = 0.0;
        while at > 0 {
            sum += self.differences[at - 1];
            at -= lowest_bit(at);
        }
        sum
    }

    /// Goes down the tree, then counts the rows behind it.
    fn guess(&self, offset: f64) -> u64 {
        let known = self.differences.len();
        let (mut row, mut top) = (0, 0.0);
        let mut step = known.checked_ilog2().map_or(0, |bits| 1_usize << bits);
        while step > 0 {
            let bottom = self.differences.get(row + step - 1).map(|difference| top + difference + step as f64 * self.each);
            if let Some(bottom) = bottom.filter(|bottom| *bottom <= offset) {
                (row, top) = (row + step, bottom);
            }
            step /= 2;
        }
        let behind = if row == known { ((offset - top) / self.each) as u64 } else { 0 };
        (row as u64).saturating_add(behind)
    }
}

fn lowest_bit(at: usize) -> usize {
    at & at.wrapping_neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A naive list of heights.
    fn offsets(heights: &[f64]) -> Vec<f64> {
        let mut offsets = vec![0.0];
        for height in heights {
            offsets.push(offsets[offsets.len() - 1] + height);
        }
        offsets
    }

    fn check(heights: &Heights, naive: &[f64]) {
        let offsets = offsets(naive);
        assert_eq!((heights.count(), heights.total()), (naive.len() as u64, offsets[naive.len()]));
        for (row, height) in naive.iter().enumerate() {
            assert_eq!((heights.offset_of(row as u64), heights.height_of(row as u64)), (offsets[row], *height));
            for offset in [offsets[row], offsets[row] + height / 2.0, offsets[row] - 0.25] {
                let naive_row = offsets[..naive.len()].iter().rposition(|top| *top <= offset).unwrap_or(0);
                assert_eq!(heights.row_at(offset), naive_row as u64);
                let from = offsets[..naive.len()].iter().position(|top| *top >= offset).unwrap_or(naive.len() - 1);
                assert_eq!(offsets[heights.row_from(offset) as usize], offsets[from]);
            }
        }
    }

    /// A height as a browser measures it, in steps of 1/64 px.
    fn height() -> impl Strategy<Value = f64> {
        (0..6_400_u32).prop_map(|steps| f64::from(steps) / 64.0)
    }

    proptest! {
        #[test]
        fn measured_heights_are_those_of_a_naive_list(
            count in 1..200_u64,
            then in 1..200_u64,
            estimate in 64..6_400_u32,
            measured in prop::collection::vec((0..220_u64, height()), 0..60),
        ) {
            let estimate = f64::from(estimate) / 64.0;
            let mut heights = Heights::new(RowHeight::Measured { estimate }, count);
            let mut naive = vec![estimate; count as usize];
            let half = measured.len() / 2;
            for (at, (row, height)) in measured.into_iter().enumerate() {
                if at == half {
                    heights.set_count(then);
                    naive.resize(then as usize, estimate);
                }
                let before = naive.get(row as usize).copied();
                prop_assert_eq!(heights.measure(row, height), before.map_or(0.0, |before| height - before));
                if let Some(naive) = naive.get_mut(row as usize) {
                    *naive = height;
                }
            }
            check(&heights, &naive);
        }

        #[test]
        fn every_row_is_where_it_begins(height in 1.0..200.0_f64, count in 1..1_000_000_000_u64, row: prop::sample::Index) {
            let row = row.index(count as usize) as u64;
            for kind in [RowHeight::Fixed(height), RowHeight::Measured { estimate: height }] {
                let heights = Heights::new(kind, count);
                prop_assert_eq!(heights.row_at(heights.offset_of(row)), row);
                prop_assert_eq!(heights.row_from(heights.offset_of(row)), row);
                prop_assert_eq!(heights.row_at(heights.offset_of(row) + height / 2.0), row);
            }
        }
    }

    #[test]
    fn a_million_rows_can_be_measured() {
        let count = 1_000_000;
        let mut heights = Heights::new(RowHeight::Measured { estimate: 50.0 }, count);
        for row in (0..count).rev().step_by(3) {
            assert_eq!(heights.measure(row, 60.0), 10.0);
            assert_eq!(heights.measure(row, 60.0), 0.0);
        }
        assert_eq!(heights.total(), 50.0 * 1e6 + 10.0 * 333_334.0);
        assert_eq!(heights.row_at(heights.offset_of(777_777)), 777_777);
        assert_eq!(heights.row_at(f64::INFINITY), count - 1);
    }

    #[test]
    fn strange_sizes_do_no_harm() {
        for height in [0.0, -1.0, f64::NAN] {
            assert_eq!(Heights::new(RowHeight::Fixed(height), 3).total(), 3.0);
        }
        let mut fixed = Heights::new(RowHeight::Fixed(44.0), 3);
        assert_eq!((fixed.measure(1, 60.0), fixed.total()), (0.0, 132.0));
        assert_eq!((fixed.row_at(-1.0), fixed.row_at(f64::NAN), fixed.row_at(132.0)), (0, 0, 2));
        let mut measured = Heights::new(RowHeight::Measured { estimate: 44.0 }, 3);
        assert_eq!((measured.measure(1, f64::NAN), measured.measure(3, 9.0), measured.total()), (0.0, 0.0, 132.0));
        let none = Heights::new(RowHeight::Fixed(44.0), 0);
        assert_eq!((none.total(), none.row_at(100.0), none.row_from(100.0), none.height_of(0)), (0.0, 0, 0, 0.0));
    }
}
