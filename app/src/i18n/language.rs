/// The cookie that holds the language that was chosen.
pub const COOKIE: &str = "language";

/// A language that pages are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German.
    German,
    /// Arabic, which is written from right to left.
    Arabic,
    /// Japanese.
    Japanese,
}

impl Language {
    /// All there are, in the order of the files of texts.
    pub const ALL: [Self; 4] = [Self::English, Self::German, Self::Arabic, Self::Japanese];

    /// Its tag (BCP 47), in HTML, headers and cookies.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Arabic => "ar",
            Self::Japanese => "ja",
        }
    }

    /// What those who speak it call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Arabic => "العربية",
            Self::Japanese => "日本語",
        }
    }

    /// Which way its text runs, as HTML says it.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    /// The language with this tag, or of this tag's language whatever its region and script.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.code().eq_ignore_ascii_case(primary))
    }

    /// The first of those that an `Accept-Language` header prefers that there is (RFC 9110, section 12.5.4).
    #[cfg(feature = "ssr")]
    pub fn accepted(header: &str) -> Option<Self> {
        let mut best = None;
        // A header of thousands of tags is nobody's wish.
        for range in header.split(',').take(32) {
            let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(1.0, |weight| weight.trim().parse::<f32>().unwrap_or(0.0));
            let is_better = weight > 0.0 && best.is_none_or(|(_, known)| weight > known);
            if let Some(language) = Self::parse(tag).filter(|_| is_better) {
                best = Some((language, weight));
            }
        }
        best.map(|(language, _)| language)
    }

    /// The language of whoever sent these headers: the one they chose, or one that their browser asks for.
    #[cfg(feature = "ssr")]
    pub fn of_headers(headers: &http::HeaderMap) -> Self {
        let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).unwrap_or_default();
        let chosen =
            crate::visitor::pairs(text(http::header::COOKIE)).filter(|(name, _)| *name == COOKIE).find_map(|(_, value)| Self::parse(value));
        chosen.or_else(|| Self::accepted(text(http::header::ACCEPT_LANGUAGE))).unwrap_or_default()
    }
}

/// Writes something for readers of a language, where no request tells which.
#[cfg(feature = "ssr")]
pub fn within<T>(language: Language, write: impl FnOnce() -> T) -> T {
    use leptos::prelude::{Owner, provide_context};
    let owner = Owner::new();
    let written = owner.with(|| {
        provide_context(language);
        write()
    });
    owner.cleanup();
    written
}

/// The language of whoever reads what is written at the moment: on the server the request's, which its handler has provided as a context, in the browser
/// the page's.
pub fn language() -> Language {
    #[cfg(feature = "ssr")]
    return leptos::prelude::use_context().unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    super::table::current().language
}
