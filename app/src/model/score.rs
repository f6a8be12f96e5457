use crate::{
    error::{AppError, Field},
    i18n::{self, Language, Words, t},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use std::fmt;

/// A score: a fixed-point number, `units` × 10^−`decimals`. Its units are at most ±(2^53−1), so that they are exact in
/// JavaScript and as a sorted set's score in Valkey (IEEE 754 doubles). All scores of a board have the board's decimals.
///
/// On the wire it is a JSON number with exactly its decimals (`12.340`), written and read digit by digit, never by way of a float.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Score {
    units: i64,
    decimals: u8,
}

impl Score {
    /// The most units; the fewest are its negative.
    pub const MAX: i64 = (1 << 53) - 1;
    /// The most decimals.
    pub const MAX_DECIMALS: u8 = 6;
    /// The longest text of a number that is looked at, in bytes.
    pub const MAX_TEXT: usize = 64;

    /// Checks the bounds.
    pub fn new(units: i64, decimals: u8) -> Result<Self, AppError> {
        if units.unsigned_abs() > Self::MAX.unsigned_abs() {
            let [least, most] = [-Self::MAX, Self::MAX].map(|units| Self { units, decimals });
            return Err(AppError::invalid(Field::Score, t::error::score_range(least, most)));
        }
        Ok(Self { units, decimals })
    }

    /// A difference of two scores, or a sum: it may be larger than a score can be.
    pub fn unbounded(units: i64, decimals: u8) -> Self {
        Self { units, decimals }
    }

    /// Reads a decimal number (`1200`, `-3`, `1.2e3`, `12.50`) exactly. What is not a number, has more decimals than the board,
    /// or is out of bounds is an error that says so.
    pub fn parse(text: &str, decimals: u8) -> Result<Self, AppError> {
        match Decimal::parse(text).and_then(|number| number.units(decimals)) {
            Ok(units) => Self::new(units, decimals),
            Err(message) => Err(AppError::invalid(Field::Score, message)),
        }
    }

    /// Like [`Score::parse`], for what a person typed, as their language writes numbers: see [`i18n::from_typed`].
    pub fn from_input(text: &str, decimals: u8, language: Language) -> Result<Self, AppError> {
        Self::parse(&i18n::from_typed(text, language), decimals)
    }

    /// The score as the reader's language writes it.
    pub fn text(self) -> String {
        i18n::decimal(self.units, self.decimals)
    }

    /// The same number with other decimals; an error if it can't be written with them.
    pub fn rescale(self, decimals: u8) -> Result<Self, AppError> {
        Self::parse(&format!("{self:#}"), decimals)
    }

    /// The score in its smallest units.
    pub fn units(self) -> i64 {
        self.units
    }

    /// How many digits stand behind the decimal point.
    pub fn decimals(self) -> u8 {
        self.decimals
    }
}

/// A decimal number as it is written: ± `digits` × 10^`exponent`, without zeros at either end.
struct Decimal<'a> {
    negative: bool,
    digits: std::borrow::Cow<'a, str>,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a str) -> Result<Self, Words> {
        let not_a_number = || Words::from(t::error::NO_NUMBER);
        if text.is_empty() {
            return Err(t::error::SCORE_MISSING.into());
        }
        if text.len() > Score::MAX_TEXT {
            return Err(not_a_number());
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| not_a_number())?),
            None => (text, 0),
        };
        let magnitude = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = magnitude.split_once('.').unwrap_or((magnitude, ""));
        let digits = [whole, fraction].concat();
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(not_a_number());
        }
        let kept = digits.trim_end_matches('0');
        let exponent = i64::from(exponent) - fraction.len() as i64 + (digits.len() - kept.len()) as i64;
        Ok(Self { negative: mantissa.starts_with('-'), digits: kept.trim_start_matches('0').to_owned().into(), exponent })
    }

    /// How many digits stand behind the decimal point.
    fn decimals(&self) -> i64 {
        if self.digits.is_empty() { 0 } else { (-self.exponent).max(0) }
    }

    /// The number in units of 10^−`decimals`; saturates at the ends of `i64`, which [`Score::new`] then refuses.
    fn units(&self, decimals: u8) -> Result<i64, Words> {
        if self.digits.is_empty() {
            return Ok(0);
        }
        let zeros = self.exponent + i64::from(decimals);
        if zeros < 0 {
            return Err(match decimals {
                0 => t::error::WHOLE_NUMBERS.into(),
                _ => t::error::decimals(decimals.into()).into(),
            });
        }
        let magnitude = u32::try_from(zeros)
            .ok()
            .and_then(|zeros| 10_i64.checked_pow(zeros))
            .and_then(|scale| self.digits.parse::<i64>().ok()?.checked_mul(scale))
            .unwrap_or(i64::MAX);
        Ok(if self.negative { -magnitude } else { magnitude })
    }
}

/// `{}` is English, whoever reads it; a page says [`Score::text`]. `{:#}` is for programs: a JSON number.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return f.write_str(&i18n::written(Language::English, self.units, self.decimals));
        }
        let scale = 10_u64.pow(u32::from(self.decimals));
        let (whole, fraction) = (self.units.unsigned_abs() / scale, self.units.unsigned_abs() % scale);
        if self.units < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if self.decimals > 0 {
            write!(f, ".{fraction:0width$}", width = usize::from(self.decimals))?;
        }
        Ok(())
    }
}

impl Serialize for Score {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            // Both in one number: the decimals take three bits.
            return serializer.serialize_i64(self.units * 8 + i64::from(self.decimals));
        }
        if self.decimals == 0 {
            return serializer.serialize_i64(self.units);
        }
        let number = RawValue::from_string(format!("{self:#}")).map_err(serde::ser::Error::custom)?;
        number.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Score {
    /// The number says how many decimals it has.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let packed = i64::deserialize(deserializer)?;
            let decimals = packed.rem_euclid(8) as u8;
            return match decimals <= Self::MAX_DECIMALS {
                true => Ok(Self { units: packed.div_euclid(8), decimals }),
                false => Err(de::Error::custom("expected at most 6 decimals")),
            };
        }
        let number = Box::<RawValue>::deserialize(deserializer)?;
        let text = number.get();
        if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
            return Err(de::Error::custom("expected a number"));
        }
        let written = text.split_once('.').filter(|_| !text.contains(['e', 'E'])).map_or(0, |(_, fraction)| fraction.len() as i64);
        let number = Decimal::parse(text).map_err(de::Error::custom)?;
        let decimals = u8::try_from(number.decimals().max(written.min(Self::MAX_DECIMALS.into()))).unwrap_or(u8::MAX);
        if decimals > Self::MAX_DECIMALS {
            return Err(de::Error::custom("expected a number with at most 6 decimals"));
        }
        Ok(Self { units: number.units(decimals).map_err(de::Error::custom)?, decimals })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers_exactly() {
        let read = |text: &str| Score::parse(text, 0).map(Score::units).ok();
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
            assert!(Score::parse(text, 0).is_err(), "{text:?}");
        }
        assert!(Score::parse(&"1".repeat(65), 0).is_err());
    }

    #[test]
    fn shows_thousands() {
        let show = |units, decimals| Score::new(units, decimals).map(|s| s.to_string()).unwrap_or_default();
        assert_eq!(show(0, 0), "0");
        assert_eq!(show(999, 0), "999");
        assert_eq!(show(1000, 0), "1,000");
        assert_eq!(show(-1_234_567, 0), "\u{2212}1,234,567");
        assert_eq!(show(1_234_567, 3), "1,234.567");
        assert_eq!(show(-5, 2), "\u{2212}0.05");
    }

    #[test]
    fn decimals_are_exact() {
        let read = |text: &str| Score::parse(text, 3).map(Score::units).ok();
        assert_eq!(read("12.345"), Some(12_345));
        assert_eq!(read("12.3450"), Some(12_345));
        assert_eq!(read("12.3456"), None);
        assert_eq!(read("1e-3"), Some(1));
        assert_eq!(read("-9007199254740.991"), Some(-Score::MAX));
        assert_eq!(read("9007199254740.992"), None);
        assert_eq!(serde_json::to_string(&Score::unbounded(12_340, 3)).unwrap(), "12.340");
        assert!(Score::parse("1.5", 1).unwrap().rescale(0).is_err());
        assert_eq!(Score::parse("1.5", 1).unwrap().rescale(3), Score::new(1500, 3));
    }

    proptest! {
        #[test]
        fn any_score_comes_back_from_its_text(units in -Score::MAX..=Score::MAX, decimals in 0..=Score::MAX_DECIMALS) {
            let score = Score::new(units, decimals).unwrap();
            prop_assert_eq!(Score::parse(&format!("{score:#}"), decimals), Ok(score));
            let json = serde_json::to_string(&score).unwrap();
            prop_assert_eq!(serde_json::from_str::<Score>(&json).unwrap(), score);
        }

        #[test]
        fn parsing_never_panics(text in ".{0,80}", decimals in 0..=Score::MAX_DECIMALS) {
            let _ = Score::parse(&text, decimals);
            let _ = serde_json::from_str::<Score>(&text);
        }
    }
}
