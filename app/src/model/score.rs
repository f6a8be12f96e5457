use crate::error::{AppError, Field};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A score: a whole number, at most ±(2^53−1), so that it is exact as a JSON number, in JavaScript and as a sorted
/// set's score in Valkey (all IEEE 754 doubles).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Score(i64);

impl Score {
    /// The largest score, 2^53−1; the smallest is its negative.
    pub const MAX: i64 = (1 << 53) - 1;
    /// The longest text of a number that is looked at, in bytes.
    pub const MAX_TEXT: usize = 64;

    /// Checks the bounds.
    pub fn new(units: i64) -> Result<Self, AppError> {
        if units.unsigned_abs() > Self::MAX.unsigned_abs() {
            return Err(AppError::invalid(Field::Score, "A score lies between -9007199254740991 and 9007199254740991."));
        }
        Ok(Self(units))
    }

    /// Reads a decimal number (`1200`, `-3`, `1.2e3`, `1200.0`) exactly, never by way of a float. What is not a number, not
    /// whole, or out of bounds is an error that says so.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        match parse_whole(text) {
            Ok(units) => Self::new(units),
            Err(message) => Err(AppError::invalid(Field::Score, message)),
        }
    }

    /// Like [`Score::parse`], for what a person typed: spaces around it don't count.
    pub fn from_input(text: &str) -> Result<Self, AppError> {
        Self::parse(text.trim())
    }

    /// The score in its smallest units.
    pub fn units(self) -> i64 {
        self.0
    }
}

/// The whole number that a decimal text stands for; saturates at the ends of `i64`, which [`Score::new`] then refuses.
fn parse_whole(text: &str) -> Result<i64, &'static str> {
    const NOT_A_NUMBER: &str = "A score is a number, like 1200.";
    const NOT_WHOLE: &str = "This board takes whole numbers only.";
    if text.is_empty() {
        return Err("A score is missing.");
    }
    if text.len() > Score::MAX_TEXT {
        return Err(NOT_A_NUMBER);
    }
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| NOT_A_NUMBER)?),
        None => (text, 0),
    };
    let (negative, magnitude) = match mantissa.strip_prefix(['-', '+']) {
        Some(rest) => (mantissa.starts_with('-'), rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
    let digits: String = [whole, fraction].concat();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    // The value is `significant` × 10^zeros: how far its last digit stands left of the decimal point.
    let trailing = digits.len() - digits.trim_end_matches('0').len();
    let zeros = i64::from(exponent) - fraction.len() as i64 + trailing as i64;
    if zeros < 0 {
        return Err(NOT_WHOLE);
    }
    let magnitude = u32::try_from(zeros)
        .ok()
        .and_then(|zeros| 10_i64.checked_pow(zeros))
        .and_then(|scale| significant.parse::<i64>().ok()?.checked_mul(scale))
        .unwrap_or(i64::MAX);
    Ok(if negative { -magnitude } else { magnitude })
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Grouped by thousands with a plain comma: the same text on server and browser, whatever their locale.
        let digits = self.0.unsigned_abs().to_string();
        if self.0 < 0 {
            f.write_str("\u{2212}")?;
        }
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

impl TryFrom<i64> for Score {
    type Error = AppError;
    fn try_from(units: i64) -> Result<Self, AppError> {
        Self::new(units)
    }
}

impl From<Score> for i64 {
    fn from(score: Score) -> Self {
        score.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers_exactly() {
        let read = |text: &str| Score::parse(text).map(Score::units).ok();
        assert_eq!(read("1200"), Some(1200));
        assert_eq!(read("-3"), Some(-3));
        assert_eq!(read("1200.0"), Some(1200));
        assert_eq!(read("1.2e3"), Some(1200));
        assert_eq!(read("12000E-1"), Some(1200));
        assert_eq!(read("-0.0"), Some(0));
        assert_eq!(read("0e999"), Some(0));
        assert_eq!(read("9007199254740991"), Some(Score::MAX));
        assert_eq!(read("-9007199254740991"), Some(-Score::MAX));
    }

    #[test]
    fn refuses_what_it_cannot_hold() {
        for text in [
            "",
            " ",
            "abc",
            "NaN",
            "inf",
            "1e300",
            "-1e300",
            "1e99999999999",
            "9007199254740992",
            "1.5",
            "1e-1",
            "0x10",
            "1 2",
            "--1",
            ".",
            "-",
            "e5",
            "1e",
            "1200points",
            "١٢",
        ] {
            assert!(Score::parse(text).is_err(), "{text:?}");
        }
        assert!(Score::parse(&"1".repeat(65)).is_err());
    }

    #[test]
    fn shows_thousands() {
        let show = |units| Score::new(units).map(|s| s.to_string()).unwrap_or_default();
        assert_eq!(show(0), "0");
        assert_eq!(show(999), "999");
        assert_eq!(show(1000), "1,000");
        assert_eq!(show(-1_234_567), "\u{2212}1,234,567");
    }

    proptest! {
        #[test]
        fn any_units_come_back_from_their_text(units in -Score::MAX..=Score::MAX) {
            prop_assert_eq!(Score::parse(&units.to_string()).map(Score::units), Ok(units));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,80}") {
            let _ = Score::parse(&text);
        }
    }
}
