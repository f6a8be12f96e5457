use super::written::{maybe_word, whole, word};
use crate::{
    error::{AppError, Field},
    i18n::{Text, t},
};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use std::fmt;

/// A window's name: a slug of 1–32 characters out of `a-z`, `0-9` and `-`. `all` is the window that counts everything; every
/// board has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WindowName(String);

impl WindowName {
    /// The longest name, in bytes.
    pub const MAX_LEN: usize = 32;

    /// Checks `text`; the error says what a name may be made of.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if text.is_empty() || text.len() > Self::MAX_LEN || !text.bytes().all(allowed) {
            return Err(AppError::invalid(Field::Window, t::error::WINDOW_NAME));
        }
        Ok(Self(text.to_owned()))
    }

    /// The window that counts everything.
    pub fn all() -> Self {
        Self("all".to_owned())
    }

    /// Whether this is the window that counts everything.
    pub fn is_all(&self) -> bool {
        self.0 == "all"
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WindowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for WindowName {
    type Error = AppError;
    fn try_from(text: String) -> Result<Self, AppError> {
        Self::parse(&text)
    }
}

impl From<WindowName> for String {
    fn from(name: WindowName) -> Self {
        name.0
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "days need no explanation")]
pub enum Weekday {
    #[default]
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// How often a window starts anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Every {
    /// At local midnight.
    Day,
    /// At local midnight of a day of the week; Monday makes ISO weeks.
    Week {
        /// The day that a week starts on.
        first_day: Weekday,
    },
    /// At local midnight of the first.
    Month,
    /// Whenever a cron pattern of five fields comes up, in local time.
    Cron {
        /// The pattern.
        pattern: String,
    },
}

/// A stretch of time that entries count in, over and over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenWindow", into = "WrittenWindow")]
pub struct Window {
    /// What it is called.
    pub name: WindowName,
    /// How often it starts anew.
    pub every: Every,
    /// The IANA time zone its calendar is in.
    pub zone: String,
    /// How long a closed period stays readable, in days.
    pub keep_days: u16,
    /// How long after its end a period still takes late submissions, in seconds.
    pub late_seconds: u32,
}

impl Window {
    /// Windows that a board may have besides `all`.
    pub const MOST: usize = 8;
    /// The longest time a closed period can be kept, in days.
    pub const MAX_KEEP_DAYS: u16 = 3_650;
    /// The longest time a period can wait for late submissions, in seconds: a week.
    pub const MAX_LATE_SECONDS: u32 = 7 * 24 * 60 * 60;

    /// Each day by UTC, as `daily`.
    pub fn daily() -> Self {
        Self { name: WindowName("daily".to_owned()), every: Every::Day, zone: utc(), keep_days: keep_days(), late_seconds: 0 }
    }

    /// Whether the two give out the same periods.
    pub fn same_calendar(&self, other: &Self) -> bool {
        self.every == other.every && self.zone == other.zone
    }
}

/// A window as it is written: by its parts, or `"daily"`, `"weekly"` and `"monthly"` for those in UTC.
#[derive(Serialize)]
#[serde(untagged)]
enum WrittenWindow {
    Short(String),
    Parts(Parts),
}

impl<'de> Deserialize<'de> for WrittenWindow {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WrittenVisitor)
    }
}

/// Told apart by hand, so that an error says what is wrong with the parts.
struct WrittenVisitor;

impl<'de> Visitor<'de> for WrittenVisitor {
    type Value = WrittenWindow;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"daily\", \"weekly\", \"monthly\", or a window's parts")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<WrittenWindow, E> {
        Ok(WrittenWindow::Short(name.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WrittenWindow, A::Error> {
        Parts::deserialize(MapAccessDeserializer::new(map)).map(WrittenWindow::Parts)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parts {
    name: WindowName,
    #[serde(deserialize_with = "word")]
    every: Unit,
    #[serde(default, deserialize_with = "maybe_word", skip_serializing_if = "Option::is_none")]
    first_day: Option<Weekday>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    #[serde(default = "utc")]
    zone: String,
    #[serde(default = "keep_days", deserialize_with = "whole")]
    keep_days: u16,
    #[serde(default, deserialize_with = "whole")]
    late_seconds: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Unit {
    Day,
    Week,
    Month,
    Cron,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn keep_days() -> u16 {
    90
}

impl TryFrom<WrittenWindow> for Window {
    type Error = AppError;

    fn try_from(written: WrittenWindow) -> Result<Self, AppError> {
        let wrong = |message: Text| Err(AppError::invalid(Field::Windows, message));
        let parts = match written {
            WrittenWindow::Short(name) => return short(&name),
            WrittenWindow::Parts(parts) => parts,
        };
        if parts.name.is_all() {
            return wrong(t::problem::WINDOW_ALL);
        }
        if parts.keep_days == 0 || parts.keep_days > Self::MAX_KEEP_DAYS {
            return wrong(t::problem::KEEP_DAYS);
        }
        if parts.late_seconds > Self::MAX_LATE_SECONDS {
            return wrong(t::problem::LATE_SECONDS);
        }
        if parts.late_seconds > u32::from(parts.keep_days) * 24 * 60 * 60 {
            return wrong(t::problem::LATE_LONG);
        }
        if parts.zone.len() > 64 || parts.cron.as_ref().is_some_and(|cron| cron.len() > 100) {
            return wrong(t::problem::ZONE_LONG);
        }
        let every = match (parts.every, parts.first_day, parts.cron) {
            (Unit::Day, None, None) => Every::Day,
            (Unit::Month, None, None) => Every::Month,
            (Unit::Week, first_day, None) => Every::Week { first_day: first_day.unwrap_or_default() },
            (Unit::Cron, None, Some(pattern)) => Every::Cron { pattern },
            (Unit::Cron, ..) => {
                return wrong(t::problem::CRON_WANTED);
            }
            _ => return wrong(t::problem::FIRST_DAY),
        };
        Ok(Self { name: parts.name, every, zone: parts.zone, keep_days: parts.keep_days, late_seconds: parts.late_seconds })
    }
}

fn short(name: &str) -> Result<Window, AppError> {
    let every = match name {
        "daily" => return Ok(Window::daily()),
        "weekly" => Every::Week { first_day: Weekday::Monday },
        "monthly" => Every::Month,
        _ => {
            let message = "A window is \"daily\", \"weekly\", \"monthly\", or its parts: name, every, and zone, firstDay, cron.";
            return Err(AppError::invalid(Field::Windows, message));
        }
    };
    Ok(Window { name: WindowName::parse(name)?, every, zone: utc(), keep_days: keep_days(), late_seconds: 0 })
}

impl From<Window> for WrittenWindow {
    fn from(window: Window) -> Self {
        let (every, first_day, cron) = match window.every {
            Every::Day => (Unit::Day, None, None),
            Every::Week { first_day } => (Unit::Week, Some(first_day), None),
            Every::Month => (Unit::Month, None, None),
            Every::Cron { pattern } => (Unit::Cron, None, Some(pattern)),
        };
        let Window { name, zone, keep_days, late_seconds, .. } = window;
        Self::Parts(Parts { name, every, first_day, cron, zone, keep_days, late_seconds })
    }
}
