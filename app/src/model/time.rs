//! Times as text: in UTC, so that server and browser write the same.

/// Milliseconds of a day.
pub const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The day of a time in ms since 1970, like `2026-11-24`.
pub fn day(ms: u64) -> String {
    let (year, month, day) = civil(ms / DAY_MS);
    format!("{year}-{month:02}-{day:02}")
}

/// A time in ms since 1970 to the minute, like `2026-11-24 14:02`.
pub fn minute(ms: u64) -> String {
    let minutes = ms % DAY_MS / 60_000;
    format!("{} {:02}:{:02}", day(ms), minutes / 60, minutes % 60)
}

/// Year, month and day of a day since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
pub(crate) fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_minutes() {
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(minute(1_795_262_400_000), "2026-11-21 12:00");
        assert_eq!(
            [951_782_400_000, 951_868_800_000, 1_709_164_800_000, 4_107_542_399_999].map(day),
            ["2000-02-29", "2000-03-01", "2024-02-29", "2100-02-28"]
        );
    }
}
