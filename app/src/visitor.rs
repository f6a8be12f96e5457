//! Who looks, as far as their browser remembers it for them: nothing here is proof of anything. Kept in cookies, so that the
//! server renders the first page as it is to be.

use crate::{
    model::{Country, PlayerId},
    paths::{decode, encode},
};
use leptos::prelude::use_context;

/// The cookie that holds the player's id, percent-encoded.
pub const PLAYER: &str = "player";
/// The cookie that holds country and avatar.
pub const LOOK: &str = "look";
/// The cookie that holds the theme.
pub const THEME: &str = "theme";
/// The cookies that tell a recovery code, once: where the connection is secure, browsers let only us set the first.
pub const CODE: [&str; 2] = ["__Host-code", "code"];
/// How long a recovery code waits to be shown, in seconds.
const CODE_AGE: u32 = 120;
/// How long a browser remembers, in seconds: a year.
const MAX_AGE: u32 = 365 * 24 * 60 * 60;
/// Colours that an avatar can have.
pub const HUES: u8 = 12;

/// What a page looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system does.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// White on black, with lines that are easily seen.
    Contrast,
}

impl Theme {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// The theme of this name; the system's where there is none.
    pub fn parse(name: &str) -> Self {
        Self::named(name).unwrap_or_default()
    }

    /// The theme of this name, if there is one.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// Its name in forms, cookies and style sheets.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }
}

#[cfg(feature = "ssr")]
impl Theme {
    /// What a page says of its colours before its style sheet is there, for the browser's own parts, as `color-scheme` has it.
    pub fn scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            Self::Light => "light",
            Self::Dark | Self::Contrast => "dark",
        }
    }

    /// The colour of the browser's bar, which is the ground's (`style/_tokens.scss`), and for whom, as media queries have it: for all, if it says nothing.
    pub fn bars(self) -> &'static [(&'static str, Option<&'static str>)] {
        const LIGHT: &str = "#f6f5f2";
        const DARK: &str = "#14151a";
        match self {
            Self::System => &[(LIGHT, Some("(prefers-color-scheme: light)")), (DARK, Some("(prefers-color-scheme: dark)"))],
            Self::Light => &[(LIGHT, None)],
            Self::Dark => &[(DARK, None)],
            Self::Contrast => &[("#000", None)],
        }
    }
}

/// What a browser remembers of who looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visitor {
    /// Who plays in it.
    pub player: Option<PlayerId>,
    /// Where they are at home.
    pub country: Option<Country>,
    /// Their avatar's colour, below [`HUES`]; none is the one of their name.
    pub hue: Option<u8>,
    /// What they want pages to look like.
    pub theme: Theme,
}

impl Visitor {
    /// Reads a `Cookie` header. What can't be read is left out.
    pub fn parse(cookies: &str) -> Self {
        let mut visitor = Self::default();
        for (name, value) in pairs(cookies) {
            match name {
                PLAYER => visitor.player = decode(value).and_then(|text| PlayerId::parse(&text).ok()),
                LOOK => {
                    let (country, hue) = value.split_once('.').unwrap_or((value, ""));
                    visitor.country = Country::parse(country).ok();
                    visitor.hue = hue.parse().ok().filter(|hue| *hue < HUES);
                }
                THEME => visitor.theme = Theme::parse(value),
                _ => {}
            }
        }
        visitor
    }

    /// Whoever made the request that is being answered; on the server only.
    pub fn of_request() -> Self {
        let parts = use_context::<http::request::Parts>();
        let cookies = parts.as_ref().and_then(|parts| parts.headers.get(http::header::COOKIE)?.to_str().ok());
        Self::parse(cookies.unwrap_or_default())
    }

    /// The cookies that make a browser remember all of this, as `name=value`.
    pub fn cookies(&self) -> [String; 3] {
        let hue = self.hue.map(|hue| hue.to_string()).unwrap_or_default();
        let country = self.country.as_ref().map_or("", Country::as_str);
        [player_cookie(self.player.as_ref()), format!("{LOOK}={country}.{hue}"), format!("{THEME}={}", self.theme.name())]
    }

    /// Makes this browser remember who plays in it.
    #[cfg(feature = "hydrate")]
    pub fn remember(player: &PlayerId) {
        use wasm_bindgen::JsCast;
        let document =
            web_sys::window().and_then(|window| window.document()).and_then(|document| document.dyn_into::<web_sys::HtmlDocument>().ok());
        if let Some(document) = document {
            let is_secure = web_sys::window().is_some_and(|window| window.location().protocol().as_deref() == Ok("https:"));
            // A browser that takes no cookies remembers nothing; all else works.
            let _ = document.set_cookie(&lasting(&player_cookie(Some(player)), is_secure));
        }
    }
}

/// The names and values in a `Cookie` header.
pub(crate) fn pairs(cookies: &str) -> impl Iterator<Item = (&str, &str)> {
    cookies.split(';').filter_map(|pair| pair.trim().split_once('='))
}

/// The cookie that makes a browser remember who plays in it, as `name=value`.
pub fn player_cookie(player: Option<&PlayerId>) -> String {
    format!("{PLAYER}={}", player.map(|player| encode(player.as_str())).unwrap_or_default())
}

/// A cookie, given as `name=value`, with what makes it last on all pages. One that was set over a secure connection is sent over no other.
pub fn lasting(cookie: &str, is_secure: bool) -> String {
    format!("{cookie}; Path=/; Max-Age={MAX_AGE}; SameSite=Lax{}", secure(is_secure))
}

/// What makes a browser forget a cookie.
pub fn gone(name: &str, is_secure: bool) -> String {
    format!("{name}=; Path=/; Max-Age=0; SameSite=Lax{}", secure(is_secure))
}

fn secure(is_secure: bool) -> &'static str {
    if is_secure { "; Secure" } else { "" }
}

/// The cookie that tells the next page a recovery code, whole.
pub fn told_code(code: &str, is_secure: bool) -> String {
    let name = if is_secure { CODE[0] } else { CODE[1] };
    format!("{name}={}; Path=/; Max-Age={CODE_AGE}; HttpOnly; SameSite=Lax{}", encode(code), secure(is_secure))
}

/// The recovery code that a `Cookie` header tells, and what makes a browser forget it.
pub fn code_of(cookies: &str) -> Option<(String, String)> {
    let (name, value) = CODE.iter().find_map(|wanted| pairs(cookies).find(|(name, _)| name == wanted))?;
    Some((decode(value)?, format!("{}; HttpOnly", gone(name, name == CODE[0]))))
}

/// The avatar's colour that goes with a name.
pub fn hue_of(name: &str) -> u8 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (hash % u32::from(HUES)) as u8
}

/// The letters on an avatar: the first of the first two words of a name, or the first two. A style sheet makes capitals of them: the
/// browser has the tables for it.
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    match (words.next(), words.next()) {
        (Some(first), Some(second)) => first.chars().take(1).chain(second.chars().take(1)).collect(),
        // A second character may be a mark on the first.
        (Some(first), None) => {
            let mut chars = first.chars();
            chars.next().into_iter().chain(chars.next().filter(char::is_ascii)).collect()
        }
        (None, _) => name.chars().take(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_read_back() {
        for name in ["ada", "Ada Lovelace", "a;b=c, \"d\"%20", "王芳 🎲", "100 %"] {
            let visitor =
                Visitor { player: PlayerId::parse(name).ok(), country: Country::parse("NZ").ok(), hue: Some(3), theme: Theme::Dark };
            let header = visitor.cookies().join("; ");
            assert!(header.is_ascii() && !header.contains(','), "{header}");
            assert_eq!(Visitor::parse(&header), visitor);
        }
    }

    #[test]
    fn a_code_is_told_once() {
        for is_secure in [true, false] {
            let cookie = told_code("p-1-AB", is_secure);
            let (code, forget) = code_of(&format!("x=1; {}", cookie.split(';').next().unwrap())).unwrap();
            assert_eq!(code, "p-1-AB");
            assert!(forget.contains("Max-Age=0") && forget.contains("Secure") == is_secure, "{forget}");
        }
        assert_eq!(code_of("x=1"), None);
    }

    #[test]
    fn nonsense_is_nobody() {
        let nonsense = "player=%zz; look=xx.99; theme=pink; other=1; player; =; look";
        assert_eq!(Visitor::parse(nonsense), Visitor::default());
        assert_eq!(Visitor::parse("player=%20%20"), Visitor::default());
    }

    #[test]
    fn avatars() {
        assert_eq!(["Ada Lovelace", "bob", "x", "…", "-a-b-", "王芳", "+"].map(initials), ["AL", "bo", "x", "…", "ab", "王", "+"]);
        assert!(hue_of("ada") < HUES);
    }
}
