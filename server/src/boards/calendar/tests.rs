use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const ZONES: [&str; 14] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/St_Johns",
    "America/Havana",
    "America/Nuuk",
    "Antarctica/Troll",
    "Pacific/Kwajalein",
];
const CRONS: [&str; 9] = [
    "0 12 * * 1-5",
    "30 2 * * *",
    "30 1 * * *",
    "*/15 * * * *",
    "0 0 29 2 *",
    "0 * * * *",
    "0 0 1 */3 *",
    "10,35 * * * *",
    "5 0,2,3 * * *",
];

fn cron(pattern: &str) -> Every {
    Every::Cron { pattern: pattern.to_owned() }
}

fn week(first_day: Weekday) -> Every {
    Every::Week { first_day }
}

fn calendar(every: &Every, zone: &str) -> Calendar {
    Calendar::new(every, zone).unwrap()
}

fn ms(instant: &str) -> i64 {
    instant.parse::<Timestamp>().unwrap().as_millisecond()
}

fn at(calendar: &Calendar, instant: &str) -> Period {
    calendar.period(ms(instant).try_into().unwrap()).unwrap()
}

fn period(id: &str, start: &str, end: &str) -> Period {
    Period { id: id.to_owned(), start_ms: ms(start), end_ms: ms(end) }
}

fn hours(period: &Period) -> i64 {
    (period.end_ms - period.start_ms) / 3_600_000
}

fn every_kind() -> Vec<Every> {
    let weeks = [Weekday::Monday, Weekday::Saturday, Weekday::Sunday].map(week);
    [Every::Day, Every::Month].into_iter().chain(weeks).chain(CRONS.map(cron)).collect()
}

/// A period holds the instant, and all that is said about it fits together.
fn check(calendar: &Calendar, at_ms: u64) -> Result<(), TestCaseError> {
    let of = |ms: i64| calendar.period_at(ms.div_euclid(1_000)).unwrap();
    let period = calendar.period(at_ms).unwrap();
    let at_ms = i64::try_from(at_ms).unwrap();
    prop_assert!(period.start_ms <= at_ms && at_ms < period.end_ms, "{:?} {}", period, at_ms);
    prop_assert_eq!(of(period.start_ms), period.clone());
    prop_assert_eq!(of(period.end_ms - 1), period.clone());
    prop_assert_eq!(of(period.end_ms).start_ms, period.end_ms);
    prop_assert_eq!(of(period.start_ms - 1).end_ms, period.start_ms);
    prop_assert_eq!(calendar.parse_period(&period.id), Some(period));
    Ok(())
}

/// The period of a cron by looking at every occurrence for days around: the rule itself, without the search's shortcuts.
fn plain_bounds(calendar: &Calendar, at: i64) -> (Option<i64>, Option<i64>) {
    let Rule::Cron(cron) = &calendar.rule else { panic!("a cron") };
    let first = next_time(cron, at - 4 * 86_400).unwrap();
    let times = std::iter::successors(Some(first), |time| next_time(cron, time + 1)).take_while(|time| *time < at + 4 * 86_400);
    let instants: Vec<i64> = times.map(|time| calendar.instant(time).unwrap().0).collect();
    (instants.iter().copied().filter(|i| *i <= at).max(), instants.iter().copied().filter(|i| *i > at).min())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn periods_are_contiguous(
        every in prop::sample::select(every_kind()),
        zone in prop::sample::select(&ZONES[..]),
        at_ms in 365 * 86_400_000_u64..130 * 365 * 86_400_000,
    ) {
        check(&calendar(&every, zone), at_ms)?;
    }

    /// The same near a change of the clocks, where it is hard.
    #[test]
    fn periods_are_contiguous_near_jumps(
        every in prop::sample::select(every_kind()),
        zone in prop::sample::select(&ZONES[1..]),
        before in 5 * 365 * 86_400_i64..90 * 365 * 86_400,
        away_ms in -90_000_000..90_000_000_i64,
    ) {
        let calendar = calendar(&every, zone);
        let jump = calendar.zone.preceding(Timestamp::from_second(before).unwrap()).next();
        let jump_ms = jump.map_or(before * 1_000, |jump| jump.timestamp().as_millisecond()).max(365 * 86_400_000);
        check(&calendar, (jump_ms + away_ms).try_into().unwrap())?;
        check(&calendar, (jump_ms + away_ms / 20).try_into().unwrap())?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn a_cron_follows_the_plain_rule(
        pattern in prop::sample::select(&["30 2 * * *", "7 * * * *", "10,35 * * * *", "5 0,2,3 * * *", "*/20 0-3 * * *"][..]),
        zone in prop::sample::select(&ZONES[1..]),
        before in 5 * 365 * 86_400_i64..60 * 365 * 86_400,
        away in -10_000..10_000_i64,
    ) {
        let calendar = calendar(&cron(pattern), zone);
        let jump = calendar.zone.preceding(Timestamp::from_second(before).unwrap()).next();
        let at = jump.map_or(before, |jump| jump.timestamp().as_second()).max(365 * 86_400) + away;
        let period = calendar.period_at(at).unwrap();
        prop_assert_eq!((Some(period.start_ms / 1_000), Some(period.end_ms / 1_000)), plain_bounds(&calendar, at));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is written as a cron is refused or gives periods.
    #[test]
    fn any_text_is_taken_or_refused(
        fields in prop::collection::vec("[0-9*]|[1-6]-[5-9]|[*1]/[0-9]|[0-9*,/#LW+?@é-]{1,4}|MON|feb", 5),
        zone in prop::sample::select(&ZONES[..]),
    ) {
        if let Ok(calendar) = Calendar::new(&cron(&fields.join(" ")), zone) {
            check(&calendar, 1_795_000_000_123)?;
        }
    }
}

/// Apia and Kwajalein left a whole day out: every quarter of an hour around it.
#[test]
fn periods_are_contiguous_around_a_missing_day() {
    for (zone, jump) in [("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Pacific/Kwajalein", "1993-08-21T12:00:00Z")] {
        for every in [Every::Day, cron("0 12 * * 1-5"), cron("10,35 */6 * * *")] {
            let calendar = calendar(&every, zone);
            for step in -120..120 {
                let at_ms = ms(jump) + step * 900_000;
                check(&calendar, at_ms.try_into().unwrap()).unwrap();
                if let Rule::Cron(_) = calendar.rule {
                    let period = calendar.period_at(at_ms / 1_000).unwrap();
                    let bounds = (Some(period.start_ms / 1_000), Some(period.end_ms / 1_000));
                    assert_eq!(bounds, plain_bounds(&calendar, at_ms / 1_000), "{zone} {every:?} {period:?}");
                }
            }
        }
    }
}

#[test]
fn days_follow_the_clocks() {
    let berlin = calendar(&Every::Day, "Europe/Berlin");
    let spring = at(&berlin, "2026-03-29T12:00:00Z");
    assert_eq!(spring, period("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"));
    assert_eq!(hours(&spring), 23);
    let autumn = at(&berlin, "2026-10-25T12:00:00Z");
    assert_eq!(autumn, period("2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"));
    assert_eq!(hours(&autumn), 25);
}

#[test]
fn a_leap_day_counts() {
    let days = calendar(&Every::Day, "UTC");
    assert_eq!(at(&days, "2028-02-29T23:59:59.999Z"), period("2028-02-29", "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z"));
    let months = calendar(&Every::Month, "UTC");
    let february = at(&months, "2028-02-10T00:00:00Z");
    assert_eq!((february.id.as_str(), hours(&february)), ("2028-02", 29 * 24));
    assert_eq!(days.parse_period("2026-02-29"), None);
}

#[test]
fn a_month_follows_the_clocks() {
    let berlin = calendar(&Every::Month, "Europe/Berlin");
    assert_eq!(at(&berlin, "2026-03-31T22:00:00Z").id, "2026-04");
    assert_eq!(at(&berlin, "2026-03-31T21:59:59Z"), period("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"));
}

#[test]
fn iso_weeks_have_their_own_year() {
    let weeks = calendar(&week(Weekday::Monday), "UTC");
    let last = period("2026-W53", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z");
    assert_eq!(at(&weeks, "2026-12-31T12:00:00Z"), last);
    assert_eq!(at(&weeks, "2027-01-01T12:00:00Z"), last);
    assert_eq!(at(&weeks, "2027-01-04T00:00:00Z").id, "2027-W01");
    assert_eq!(at(&weeks, "2026-11-21T12:00:00Z").id, "2026-W47");
    assert_eq!(weeks.parse_period("2026-W53"), Some(last));
    assert_eq!(weeks.parse_period("2025-W53"), None);
}

#[test]
fn a_week_may_start_on_any_day() {
    let sunday = calendar(&week(Weekday::Sunday), "UTC");
    let expected = period("2026-11-15", "2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z");
    assert_eq!(at(&sunday, "2026-11-21T12:00:00Z"), expected);
    assert_eq!(sunday.parse_period("2026-11-15"), Some(expected));
    assert_eq!(sunday.parse_period("2026-11-16"), None);
    assert_eq!(sunday.parse_period("2026-W47"), None);
    let saturday = calendar(&week(Weekday::Saturday), "UTC");
    assert_eq!(at(&saturday, "2026-11-21T12:00:00Z").id, "2026-11-21");
    assert_eq!(at(&saturday, "2026-11-20T12:00:00Z").id, "2026-11-14");
}

#[test]
fn a_day_without_midnight_starts_at_the_jump() {
    let sao_paulo = calendar(&Every::Day, "America/Sao_Paulo");
    let day = period("2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z");
    assert_eq!(at(&sao_paulo, "2018-11-04T03:00:00Z"), day);
    assert_eq!(sao_paulo.parse_period("2018-11-04"), Some(day));
    assert_eq!(at(&sao_paulo, "2018-11-04T02:59:59Z").id, "2018-11-03");
    let beirut = calendar(&Every::Day, "Asia/Beirut");
    assert_eq!(at(&beirut, "2022-03-27T12:00:00Z"), period("2022-03-27", "2022-03-26T22:00:00Z", "2022-03-27T21:00:00Z"));
}

/// Clocks go forward from 23:30 to 00:30: the only time this has happened in Toronto, and long ago.
#[test]
fn a_day_starts_at_a_jump_from_before_midnight() {
    let toronto = calendar(&Every::Day, "America/Toronto");
    let start = toronto.day_start("1919-03-31".parse().unwrap()).unwrap();
    assert_eq!(start * 1_000, ms("1919-03-31T04:30:00Z"));
}

/// Clocks went back from 00:01 to 23:01: the day that had begun goes on.
#[test]
fn a_day_that_has_begun_goes_on() {
    let st_johns = calendar(&Every::Day, "America/St_Johns");
    let day = period("2006-10-29", "2006-10-29T02:30:00Z", "2006-10-30T03:30:00Z");
    assert_eq!(at(&st_johns, "2006-10-29T02:45:00Z"), day);
    assert_eq!(at(&st_johns, "2006-10-29T02:29:59Z").id, "2006-10-28");
}

#[test]
fn a_day_that_the_zone_left_out_is_never_given() {
    let apia = calendar(&Every::Day, "Pacific/Apia");
    assert_eq!(at(&apia, "2011-12-30T09:59:59Z"), period("2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"));
    assert_eq!(at(&apia, "2011-12-30T10:00:00Z"), period("2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"));
    assert_eq!(apia.parse_period("2011-12-30"), None);
}

#[test]
fn a_cron_runs_from_one_occurrence_to_the_next() {
    let noon = calendar(&cron("0 12 * * MON-FRI"), "Europe/Berlin");
    let weekend = period("20261120T110000Z", "2026-11-20T11:00:00Z", "2026-11-23T11:00:00Z");
    assert_eq!(at(&noon, "2026-11-21T12:00:00Z"), weekend);
    assert_eq!(noon.parse_period("20261120T110000Z"), Some(weekend));
    assert_eq!(noon.parse_period("20261121T110000Z"), None);
    assert_eq!(noon.parse_period("20261120T110001Z"), None);
}

#[test]
fn a_cron_that_the_clocks_skip_comes_late() {
    let skipped = calendar(&cron("30 2 * * *"), "Europe/Berlin");
    assert_eq!(at(&skipped, "2026-03-29T12:00:00Z"), period("20260329T013000Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"));
    assert_eq!(at(&skipped, "2026-03-29T01:29:59Z").id, "20260328T013000Z");
}

#[test]
fn a_cron_that_the_clocks_show_twice_comes_once() {
    let twice = calendar(&cron("30 2 * * *"), "Europe/Berlin");
    let day = period("20261025T003000Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    for instant in ["2026-10-25T00:30:00Z", "2026-10-25T01:15:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:29:59Z"] {
        assert_eq!(at(&twice, instant), day);
    }
    let hourly = calendar(&cron("0 * * * *"), "Europe/Berlin");
    assert_eq!(at(&hourly, "2026-10-25T01:30:00Z"), period("20261025T000000Z", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z"));
}

#[test]
fn an_unknown_zone_is_refused() {
    for zone in ["Europe/Berln", "", "Etc/Unknown", "+02:00", "../etc/passwd"] {
        let error = Calendar::new(&Every::Day, zone).unwrap_err();
        assert!(matches!(error, CalendarError::Zone(_)), "{zone}");
        assert!(error.of_window("w").to_string().contains("IANA"), "{error:?}");
    }
}

#[test]
fn a_bad_cron_is_refused() {
    let refused = |pattern: &str| match Calendar::new(&cron(pattern), "UTC") {
        Err(error @ (CalendarError::Number(..) | CalendarError::Field(..))) => error.of_window("w").to_string(),
        other => panic!("{pattern}: {other:?}"),
    };
    for pattern in ["", "* * * *", "0 * * * * *", "0 0 12 * * * 2026", "@daily", "x"] {
        assert!(refused(pattern).contains("5 fields"), "{pattern}");
    }
    for (pattern, field) in [
        ("60 * * * *", "minute field \"60\""),
        ("*/0 * * * *", "minute"),
        (", * * * *", "minute"),
        ("MON * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* 1, * * *", "hour"),
        ("* * 0 * *", "day"),
        ("* * MON * *", "day"),
        ("* * * 13 *", "month"),
        ("* * * 1JAN *", "month"),
        ("* * * * 8", "weekday"),
        ("* * * * FRI-MON", "weekday"),
        ("@daily * * * *", "minute"),
        ("* * * * é", "weekday"),
    ] {
        assert!(refused(pattern).contains(&format!("The {field}")), "{pattern}: {}", refused(pattern));
    }
}

#[test]
fn a_cron_that_never_comes_is_refused_at_once() {
    for pattern in ["0 0 31 2 *", "0 0 30,31 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31W 2 *", "0 0 30 2 +1"] {
        let begun = Instant::now();
        let error = Calendar::new(&cron(pattern), "UTC").unwrap_err();
        assert!(matches!(error, CalendarError::Never(_)), "{error:?}");
        assert!(begun.elapsed() < Duration::from_millis(100), "{pattern} took {:?}", begun.elapsed());
    }
}

#[test]
fn names_and_rare_days_are_taken() {
    for pattern in ["0 0 l * *", "0 0 15W * *", "0 0 * * friL", "0 0 * JAN-mar SUN", "0 0 ? * 5#2", "0 0 29 2 +MON", "5/20 0 * * 7"] {
        check(&calendar(&cron(pattern), "Europe/Berlin"), 1_795_000_000_123).unwrap();
    }
}

#[test]
fn ids_are_looked_at_strictly() {
    let bad =
        ["2026-02-30", "2026-W54", "2026-W00", "2026-W1", "2026-1-1", "2026-13", "2026-1", "x", "", "2026-11-21T00:00", " 2026-11-21"];
    let more = ["+2026-W47", "+002026-11-21", "20261121", "2026-11-21 ", "1960-01-01", "1960-01", "1960-W05", "9999-12-31", "é-W47"];
    let times = ["20261121T120000", "20261121T126000Z", "2026-11-21T12:00:00Z", "19600101T000000Z", "99991231T235959Z", "00010101T000000Z"];
    for every in every_kind() {
        let calendar = calendar(&every, "Europe/Berlin");
        for id in bad.iter().chain(&more).chain(&times) {
            assert_eq!(calendar.parse_period(id), None, "{every:?} {id:?}");
        }
    }
}

/// In the west, 1970 begins on the last day of 1969.
#[test]
fn the_first_instant_has_a_period() {
    let new_york = calendar(&Every::Day, "America/New_York");
    let first = new_york.period(0).unwrap();
    assert_eq!(first, period("1969-12-31", "1969-12-31T05:00:00Z", "1970-01-01T05:00:00Z"));
    assert_eq!(new_york.parse_period("1969-12-31"), Some(first));
    assert_eq!(new_york.parse_period("1969-12-30"), None);
    assert_eq!(calendar(&cron("0 0 29 2 *"), "UTC").period(0).unwrap().id, "19680229T000000Z");
}

#[test]
fn an_instant_out_of_reach_has_no_period() {
    for every in every_kind() {
        for zone in ZONES {
            let calendar = calendar(&every, zone);
            for at_ms in [u64::MAX, i64::MAX as u64, 1 << 60, 253_402_300_799_999, 253_402_300_800_000, 253_402_207_200_000] {
                assert_eq!(calendar.period(at_ms), None, "{every:?} {zone} {at_ms}");
            }
            // Where a cron's reach ends, it may have an answer or none.
            for at_ms in [95_617_584_000_000, 95_649_119_999_999, 95_649_120_000_000] {
                let _ = calendar.period(at_ms);
            }
        }
    }
    let months = calendar(&Every::Month, "UTC");
    assert_eq!(at(&months, "9999-11-30T23:00:00Z").id, "9999-11");
}
