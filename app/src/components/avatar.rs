use crate::{
    model::Face,
    visitor::{hue_of, initials},
};
use leptos::prelude::*;

/// A player's mark: their picture, or the letters that their name begins with on a colour. A style sheet writes the letters: they are no
/// text of the page.
#[component]
pub fn Avatar(
    /// What is shown of them.
    face: Face,
    /// Which colour; none is the one that goes with the name.
    #[prop(into, optional)]
    hue: Option<u8>,
) -> impl IntoView {
    let Face { name, avatar, .. } = face;
    match avatar {
        Some(address) => {
            view! { <img class="avatar" src=address alt="" loading="lazy" decoding="async" referrerpolicy="no-referrer" /> }.into_any()
        }
        None => {
            let hue = hue.unwrap_or_else(|| hue_of(&name)).to_string();
            view! { <span class="avatar" data-hue=hue data-letters=initials(&name) aria-hidden="true"></span> }.into_any()
        }
    }
}

/// What is shown of a player in a row: their mark, their name and where they are at home.
pub fn who(face: Face) -> AnyView {
    let flag = flag(&face);
    let name = face.name.clone();
    view! {
        <Avatar face />
        <bdi>{name}</bdi>
        {flag}
    }
    .into_any()
}

/// A player's flag, if it is known where they are at home.
pub fn flag(face: &Face) -> Option<AnyView> {
    let flag = |country: crate::model::Country| {
        view! { <span class="flag" role="img" aria-label=country.to_string()>{country.flag()}</span> }.into_any()
    };
    face.country.map(flag)
}
