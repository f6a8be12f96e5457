//! Where in the viewport a row is put that is scrolled to.

/// Where a row is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// At the top.
    Start,
    /// In the middle.
    Center,
    /// At the bottom.
    End,
    /// Where the list has to be moved least; not at all if the row is seen in whole.
    Nearest,
}

#[cfg(any(feature = "hydrate", test))]
impl Align {
    /// Where the viewport begins then: for a row that begins at `begin` and is `height` high, if it begins at `top` now.
    pub fn top(self, begin: f64, height: f64, top: f64, viewport: f64) -> f64 {
        let at_bottom = begin + height - viewport;
        match self {
            Self::Start => begin,
            // A row that is higher than the viewport shows how it begins.
            Self::Center | Self::End | Self::Nearest if height > viewport => begin,
            Self::Center => begin - (viewport - height) / 2.0,
            Self::End => at_bottom,
            Self::Nearest => top.max(at_bottom).min(begin),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Align; 4] = [Align::Start, Align::Center, Align::End, Align::Nearest];

    #[test]
    fn puts_a_row_where_it_is_wanted() {
        let tops = |begin, top| ALL.map(|align| align.top(begin, 40.0, top, 400.0));
        // Below, above, at an edge, and seen in whole.
        assert_eq!(tops(4_000.0, 0.0), [4_000.0, 3_820.0, 3_640.0, 3_640.0]);
        assert_eq!(tops(4_000.0, 9_000.0), [4_000.0, 3_820.0, 3_640.0, 4_000.0]);
        assert_eq!(tops(4_000.0, 4_020.0)[3], 4_000.0);
        assert_eq!(tops(4_000.0, 3_800.0)[3], 3_800.0);
        // Higher than the viewport.
        assert_eq!(ALL.map(|align| align.top(4_000.0, 500.0, 4_100.0, 400.0)), [4_000.0; 4]);
    }
}
