use crate::{
    i18n::{Text, t},
    markup::{Markup, Tag, tag},
};

/// What is shown instead of a page, what there is to say of it, and the way on.
pub fn message(heading: Text, text: impl Into<Markup>) -> Tag {
    let way = tag("a").class("button").attr("href", "/").put(t::site::TO_BOARDS);
    tag("section").class("message").put(tag("h1").put(heading)).put(tag("p").put(text)).put(tag("p").put(way))
}
