//! Times as the reader's language writes them. What the server writes is in UTC: it does not know where readers are.

#[cfg(feature = "ssr")]
mod of_server {
    use crate::i18n::language;
    use icu_calendar::{Date, Gregorian};
    use icu_datetime::{
        FixedCalendarDateTimeFormatter,
        fieldsets::{YMD, YMDT},
        input::{DateTime, Time},
        options::TimePrecision,
    };
    use icu_locale_core::{langid, locale};
    use std::sync::LazyLock;

    type Formatter<F> = Option<FixedCalendarDateTimeFormatter<Gregorian, F>>;

    static DAYS: LazyLock<[Formatter<YMD>; 4]> = LazyLock::new(|| {
        [langid!("en"), langid!("de"), langid!("ar"), langid!("ja")]
            .map(|language| FixedCalendarDateTimeFormatter::try_new(language.into(), YMD::medium()).ok())
    });
    static MINUTES: LazyLock<[Formatter<YMDT>; 4]> = LazyLock::new(|| {
        // The day's hours are 24 everywhere: standings from all over the world are read beside one another.
        [locale!("en-u-hc-h23"), locale!("de"), locale!("ar-u-hc-h23"), locale!("ja")].map(|language| {
            FixedCalendarDateTimeFormatter::try_new(language.into(), YMDT::medium().with_time_precision(TimePrecision::Minute)).ok()
        })
    });

    /// The day of a time in ms since 1970, in UTC.
    pub fn day(ms: u64) -> String {
        let written = DAYS[language() as usize].as_ref().and_then(|days| Some(days.format(&date(ms)?).to_string()));
        written.unwrap_or_else(|| crate::model::time::day(ms))
    }

    /// A time in ms since 1970 to the minute, in UTC.
    pub fn minute(ms: u64) -> String {
        let moment = || {
            let minutes = ms % crate::model::time::DAY_MS / 60_000;
            let time = Time::try_new((minutes / 60) as u8, (minutes % 60) as u8, 0, 0).ok()?;
            Some(DateTime { date: date(ms)?, time })
        };
        let written = MINUTES[language() as usize].as_ref().and_then(|minutes| Some(minutes.format(&moment()?).to_string()));
        written.unwrap_or_else(|| crate::model::time::minute(ms))
    }

    fn date(ms: u64) -> Option<Date<Gregorian>> {
        let (year, month, day) = crate::model::time::civil(ms / crate::model::time::DAY_MS);
        Date::try_new_gregorian(i32::try_from(year).ok()?, month as u8, day as u8).ok()
    }
}
#[cfg(feature = "ssr")]
pub use of_server::{day, minute};

/// The time of day of a time in ms since 1970, by the reader's clock; on the server, which has none, nothing.
pub fn time_of_day(ms: f64) -> String {
    #[cfg(feature = "hydrate")]
    {
        use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
        let options = Object::new();
        for name in ["hour", "minute"] {
            // An object that was made just now takes whatever it is given.
            let _set = Reflect::set(&options, &name.into(), &"2-digit".into());
        }
        // The day's hours are 24 here as well, and digits as in numbers.
        let locale = [super::language().code(), "-u-hc-h23-nu-latn"].concat();
        let format = DateTimeFormat::new(&Array::of1(&locale.into()), &options).format();
        let written = format.call1(&wasm_bindgen::JsValue::UNDEFINED, &Date::new(&ms.into()));
        written.ok().and_then(|text| text.as_string()).unwrap_or_default()
    }
    #[cfg(not(feature = "hydrate"))]
    {
        let _ = ms;
        String::new()
    }
}
