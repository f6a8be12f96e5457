use crate::{
    markup::{Markup, Tag, tag},
    model::Face,
    visitor::{hue_of, initials},
};

/// A player's mark: their picture, or the letters that their name begins with on a colour, of which there are some; none is the one that
/// goes with the name. A style sheet writes the letters: they are no text of the page.
pub fn avatar(face: &Face, hue: Option<u8>) -> Tag {
    match &face.avatar {
        Some(address) => tag("img")
            .class("avatar")
            .attr("src", address.to_string())
            .attr("alt", "")
            .attr("loading", "lazy")
            .attr("decoding", "async")
            .attr("referrerpolicy", "no-referrer"),
        None => tag("span")
            .class("avatar")
            .attr("data-hue", hue.unwrap_or_else(|| hue_of(&face.name)).to_string())
            .attr("data-letters", initials(&face.name))
            .attr("aria-hidden", "true"),
    }
}

/// What is shown of a player in a row: their mark, their name and where they are at home.
pub fn who(face: &Face) -> Markup {
    [avatar(face, None).into(), tag("bdi").put(face.name.clone()).into(), flag(face)].into()
}

/// A player's flag, if it is known where they are at home.
pub fn flag(face: &Face) -> Markup {
    let country = face
        .country
        .map(|country| tag("span").class("flag").attr("role", "img").attr("aria-label", country.to_string()).put(country.flag()));
    country.into()
}
