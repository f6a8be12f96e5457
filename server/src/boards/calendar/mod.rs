//! A window's calendar: which period an instant is in, and when that period starts and ends.
//!
//! Periods follow the civil time of the window's zone and leave no instant out: where one ends the next one starts.
//! The zones' rules come with the program, so every server gives the same answer.

use app::{
    i18n::{Said, t},
    model::{Every, Weekday},
};
use chrono::{DateTime, Utc};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use jiff::{
    Timestamp,
    civil::{self, Date, ISOWeekDate},
    tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase},
};

/// How long, in seconds, a jump of a zone's clocks can matter to the times around it: the longest jump since 1970 is a day.
const JUMP: i64 = 25 * 3_600;

/// Steps that a search near such a jump may take: a cron that comes every minute has 1,500 occurrences in `JUMP`.
const STEPS: usize = 4_000;

/// One run of a window, from its start up to but not including its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The period's name, unique in its window: `2026-11-21`, `2026-W47`, `2026-11` or `20261121T120000Z`.
    pub id: String,
    /// The first instant, in milliseconds since 1970.
    pub start_ms: i64,
    /// The instant after the last one, in milliseconds since 1970: the next period's start.
    pub end_ms: i64,
}

/// Why a window has no calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarError {
    /// The time zone is not known.
    Zone(String),
    /// The cron pattern has another number of fields than five.
    Number(String, usize),
    /// Of the cron pattern, the field at this place, which has this in it, can't be read.
    Field(String, usize, String),
    /// The cron pattern never comes.
    Never(String),
}

impl CalendarError {
    /// In words for the person who wrote the rule of a window of this name.
    pub fn of_window(&self, window: &str) -> Said {
        match self {
            Self::Zone(zone) => t::problem::zone_unknown(window, &format!("{zone:?}")),
            Self::Number(pattern, number) => t::problem::cron_fields(&number.to_string(), &format!("{pattern:?}"), window),
            Self::Field(pattern, at, part) => {
                let said = [t::problem::cron_minute, t::problem::cron_hour, t::problem::cron_day, t::problem::cron_month];
                let said = said.get(*at).copied().unwrap_or(t::problem::cron_weekday);
                said(&format!("{part:?}"), &format!("{pattern:?}"), window)
            }
            Self::Never(pattern) => t::problem::cron_never(&format!("{pattern:?}"), window),
        }
    }
}

/// A window's calendar: parsed once, asked often.
#[derive(Clone, Debug)]
pub struct Calendar {
    rule: Rule,
    zone: TimeZone,
}

#[derive(Clone, Debug)]
enum Rule {
    Dates(Dates),
    Cron(Box<Cron>),
}

/// Periods that are whole days.
#[derive(Clone, Copy, Debug)]
enum Dates {
    Day,
    Week(civil::Weekday),
    Month,
}

impl Calendar {
    /// The calendar of a window that runs again and again in a zone with this IANA name.
    ///
    /// # Errors
    ///
    /// The zone is not known, or the cron pattern is not one of five fields or never comes.
    pub fn new(every: &Every, zone: &str) -> Result<Self, CalendarError> {
        let zone = read_zone(zone)?;
        let rule = match every {
            Every::Day => Rule::Dates(Dates::Day),
            Every::Week { first_day } => Rule::Dates(Dates::Week(civil_weekday(*first_day))),
            Every::Month => Rule::Dates(Dates::Month),
            Every::Cron { pattern } => Rule::Cron(Box::new(read_cron(pattern)?)),
        };
        Ok(Self { rule, zone })
    }

    /// The period that an instant, in milliseconds since 1970, is in. None if that period is out of the calendar's reach, which
    /// is the end of the year 9999, for a cron the year 5000.
    pub fn period(&self, at_ms: u64) -> Option<Period> {
        self.period_at(i64::try_from(at_ms).ok()?.div_euclid(1_000))
    }

    /// The period with this id. None if the window never has one: the id is looked at strictly.
    pub fn parse_period(&self, id: &str) -> Option<Period> {
        let at = match &self.rule {
            Rule::Dates(dates) => self.day_start(dates.parse(id)?)?,
            Rule::Cron(_) => unix(civil::DateTime::strptime("%Y%m%dT%H%M%SZ", id).ok()?)?,
        };
        // A period that ended before 1970 is one that `period` never gives.
        self.period_at(at).filter(|period| period.id == id && period.end_ms > 0)
    }

    fn period_at(&self, at: i64) -> Option<Period> {
        let (id, start, end) = match &self.rule {
            Rule::Dates(dates) => self.dates_period(*dates, at)?,
            Rule::Cron(cron) => {
                let start = self.last_start(cron, at)?;
                let id = Timestamp::from_second(start).ok()?.strftime("%Y%m%dT%H%M%SZ").to_string();
                (id, start, self.next_start(cron, at)?)
            }
        };
        Some(Period { id, start_ms: start * 1_000, end_ms: end * 1_000 })
    }

    fn dates_period(&self, dates: Dates, at: i64) -> Option<(String, i64, i64)> {
        let mut first = dates.first(self.zone.to_datetime(Timestamp::from_second(at).ok()?).date())?;
        let mut start = self.day_start(first)?;
        // Where clocks go back over midnight, a date goes on for a while after the next one has begun: hence a second look.
        for _ in 0..2 {
            let next = dates.next(first)?;
            let end = self.day_start(next)?;
            if at < end {
                return Some((dates.id(first), start, end));
            }
            (first, start) = (next, end);
        }
        None
    }

    /// The first instant of a date, in seconds since 1970.
    fn day_start(&self, date: Date) -> Option<i64> {
        let midnight = self.zone.to_ambiguous_timestamp(date.at(0, 0, 0, 0));
        let skipped = matches!(midnight.offset(), AmbiguousOffset::Gap { .. });
        let at = midnight.compatible().ok()?.as_second();
        if !skipped {
            return Some(at);
        }
        // The clocks jumped over midnight, maybe from before it: the date starts at the jump.
        let jump = self.zone.preceding(Timestamp::from_second(at + 1).ok()?).next()?;
        Some(jump.timestamp().as_second())
    }

    /// The last instant, up to and including `at`, at which a cron comes.
    fn last_start(&self, cron: &Cron, at: i64) -> Option<i64> {
        let (now, before) = (self.offset(at)?, self.offset(at - JUMP)?);
        // After clocks went back, the times between now's two offsets came already.
        let mut time = last_time(cron, at + now.max(before))?;
        let mut found = None;
        let mut floor = i64::MIN;
        for _ in 0..STEPS {
            let (instant, _) = self.instant(time)?;
            if instant <= at {
                // After clocks went forward, an earlier time that they skipped may have come at a later instant.
                if found.is_none() {
                    floor = time - (self.offset(instant)? - self.offset(instant - JUMP)?).max(0);
                }
                found = found.max(Some(instant));
            }
            if time <= floor {
                break;
            }
            match last_time(cron, time - 1) {
                Some(earlier) if earlier > floor => time = earlier,
                _ => break,
            }
        }
        found
    }

    /// The first instant after `at` at which a cron comes.
    fn next_start(&self, cron: &Cron, at: i64) -> Option<i64> {
        let (now, before) = (self.offset(at)?, self.offset(at - JUMP)?);
        // After clocks went forward, the times that they skipped are still to come.
        let mut time = at + now.min(before);
        let mut found: Option<i64> = None;
        for _ in 0..STEPS {
            let Some(later) = next_time(cron, time + 1) else { break };
            time = later;
            let (instant, skipped) = self.instant(time)?;
            if instant > at {
                found = Some(found.map_or(instant, |found| found.min(instant)));
                // A time that the clocks skip comes late: a later time may come before it.
                if !skipped {
                    break;
                }
            }
        }
        found
    }

    /// The zone's seconds ahead of UTC at an instant.
    fn offset(&self, at: i64) -> Option<i64> {
        Some(self.zone.to_offset(Timestamp::from_second(at).ok()?).seconds().into())
    }

    /// The instant at which clocks show a civil time, and whether they skip it. A skipped time comes as much later as the clocks
    /// jump; of a time that they show twice, the first one counts.
    fn instant(&self, time: i64) -> Option<(i64, bool)> {
        let time = Offset::UTC.to_datetime(Timestamp::from_second(time).ok()?);
        let shown = self.zone.to_ambiguous_timestamp(time);
        let skipped = matches!(shown.offset(), AmbiguousOffset::Gap { .. });
        Some((shown.compatible().ok()?.as_second(), skipped))
    }
}

impl Dates {
    /// The first date of the period that a date is in.
    fn first(self, date: Date) -> Option<Date> {
        match self {
            Self::Day => Some(date),
            Self::Week(first_day) => date.checked_sub(jiff::Span::new().days(date.weekday().since(first_day))).ok(),
            Self::Month => Some(date.first_of_month()),
        }
    }

    /// The first date of the period after the one that starts with `first`.
    fn next(self, first: Date) -> Option<Date> {
        let length = match self {
            Self::Day => 1,
            Self::Week(_) => 7,
            Self::Month => first.days_in_month(),
        };
        first.checked_add(jiff::Span::new().days(length)).ok()
    }

    fn id(self, first: Date) -> String {
        let (year, month) = (first.year(), first.month());
        match self {
            Self::Week(civil::Weekday::Monday) => {
                let week = first.iso_week_date();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Self::Day | Self::Week(_) => format!("{year:04}-{month:02}-{:02}", first.day()),
            Self::Month => format!("{year:04}-{month:02}"),
        }
    }

    /// The first date of the period with this id. It may take more than `id` gives out: compare.
    fn parse(self, id: &str) -> Option<Date> {
        match self {
            Self::Week(civil::Weekday::Monday) => {
                let (year, week) = id.split_once("-W")?;
                Some(ISOWeekDate::new(year.parse().ok()?, week.parse().ok()?, civil::Weekday::Monday).ok()?.date())
            }
            Self::Day | Self::Week(_) => id.parse().ok(),
            Self::Month => format!("{id}-01").parse().ok(),
        }
    }
}

fn civil_weekday(day: Weekday) -> civil::Weekday {
    match day {
        Weekday::Monday => civil::Weekday::Monday,
        Weekday::Tuesday => civil::Weekday::Tuesday,
        Weekday::Wednesday => civil::Weekday::Wednesday,
        Weekday::Thursday => civil::Weekday::Thursday,
        Weekday::Friday => civil::Weekday::Friday,
        Weekday::Saturday => civil::Weekday::Saturday,
        Weekday::Sunday => civil::Weekday::Sunday,
    }
}

fn read_zone(name: &str) -> Result<TimeZone, CalendarError> {
    // Never the system's own zones: servers must agree.
    let zone = TimeZoneDatabase::bundled().get(name).ok().filter(|zone| !zone.is_unknown());
    zone.ok_or_else(|| CalendarError::Zone(name.to_owned()))
}

/// Seconds since 1970 of a civil time in UTC.
fn unix(time: civil::DateTime) -> Option<i64> {
    Some(Offset::UTC.to_timestamp(time).ok()?.as_second())
}

// Crons are searched in civil time, counted in seconds as if it were UTC. Their own idea of clock changes, which leaves
// times out or gives them twice, so never comes in.

/// The last civil time, up to and including `time`, at which a cron comes.
fn last_time(cron: &Cron, time: i64) -> Option<i64> {
    Some(cron.find_previous_occurrence(&civil_time(time)?, true).ok()?.timestamp())
}

/// The first civil time, from `time` on, at which a cron comes.
fn next_time(cron: &Cron, time: i64) -> Option<i64> {
    Some(cron.find_next_occurrence(&civil_time(time)?, true).ok()?.timestamp())
}

fn civil_time(time: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(time, 0)
}

/// The names that each field of a cron pattern may hold besides numbers: minute, hour, day of the month, month, weekday.
const NAMES: [&[&str]; 5] = [
    &[],
    &[],
    &[],
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
];

fn read_cron(pattern: &str) -> Result<Cron, CalendarError> {
    let fields: Vec<&str> = pattern.split_whitespace().collect();
    if fields.len() != NAMES.len() {
        return Err(CalendarError::Number(pattern.to_owned(), fields.len()));
    }
    for (at, (text, names)) in fields.iter().zip(NAMES).enumerate() {
        // Alone among stars, so that the error can say which one is wrong.
        let mut alone = ["*"; NAMES.len()];
        alone[at] = text;
        if !is_plain(text, names) || parse_cron(&alone.join(" ")).is_none() {
            return Err(CalendarError::Field(pattern.to_owned(), at, (*text).to_owned()));
        }
    }
    let cron = parse_cron(&fields.join(" ")).filter(ever_comes);
    cron.ok_or_else(|| CalendarError::Never(pattern.to_owned()))
}

fn parse_cron(pattern: &str) -> Option<Cron> {
    CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build().parse(pattern).ok()
}

/// Whether a field has only parts that mean what they seem to. The parser itself skips empty parts and reads names in every
/// field: to it, a day of the month `MON` is the first.
fn is_plain(text: &str, names: &[&str]) -> bool {
    let text = text.to_uppercase();
    let mut parts = text.trim_start_matches('+').split([',', '-', '/', '#']);
    parts.all(|part| {
        let stem = part.trim_end_matches(['L', 'W']);
        !part.is_empty() && (stem.bytes().all(|b| b.is_ascii_digit()) || ["*", "?"].contains(&stem) || names.contains(&stem))
    })
}

/// Whether a cron has any day at all. 28 years have every kind of year there is: each weekday for its first day, with and
/// without a leap day.
fn ever_comes(cron: &Cron) -> bool {
    let pattern = &cron.pattern;
    let in_month = |month| (2000..2028).any(|year| (1..=31).any(|day| matches!(pattern.day_match(year, month, day), Ok(true))));
    (1..=12).any(|month| matches!(pattern.month_match(month), Ok(true)) && in_month(month))
}

#[cfg(test)]
mod tests;
