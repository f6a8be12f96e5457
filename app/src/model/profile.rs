use super::{Country, Metadata, PlayerId, PlayerName};
use crate::{
    error::{AppError, Field},
    i18n::t,
};
use serde::{Deserialize, Serialize};

/// What rows show of a player.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// What to call them: the name in their profile, or their id.
    pub name: String,
    /// Where they are at home.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The address of their picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<String>,
}

impl Face {
    /// That of a player without a profile.
    pub fn of(player: &PlayerId) -> Self {
        Self::named(player.to_string())
    }

    /// A name, and nothing else.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), country: None, avatar: None }
    }
}

/// The address of a player's picture: `https://`, at most [`AvatarUrl::MAX_LEN`] bytes of ASCII, without a user's name in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AvatarUrl(String);

impl AvatarUrl {
    /// The longest address, in bytes.
    pub const MAX_LEN: usize = 256;

    /// Checks `text`; the error says what an address may be like.
    pub fn parse(text: &str) -> Result<Self, AppError> {
        if is_https(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(AppError::invalid(Field::Avatar, t::error::AVATAR))
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a text is an address that begins with `https://`: at most [`AvatarUrl::MAX_LEN`] bytes of ASCII, without a user's name in it.
pub(super) fn is_https(text: &str) -> bool {
    let is_plain = text.len() <= AvatarUrl::MAX_LEN && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
    let url = text.parse::<http::Uri>().ok().filter(|_| is_plain);
    let has_host = |url: &http::Uri| url.authority().is_some_and(|whose| !whose.host().is_empty() && !whose.as_str().contains('@'));
    url.is_some_and(|url| url.scheme_str() == Some("https") && has_host(&url))
}

/// What is known of a player on all boards. Each part may be missing; a player without a name is called by their id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlayerProfile {
    /// What to call them.
    pub name: Option<PlayerName>,
    /// Where they are at home.
    pub country: Option<Country>,
    /// Their picture; without one, rows show the letters that their name begins with.
    pub avatar: Option<AvatarUrl>,
    /// What a game remembers with them.
    pub metadata: Option<Metadata>,
}
