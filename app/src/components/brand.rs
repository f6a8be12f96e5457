use crate::markup::{Tag, tag};

/// Whose pages these are, and the way to the first of them.
pub fn brand() -> Tag {
    let mark = tag("img").attr("src", "/favicon.svg").attr("alt", "").attr("width", "28").attr("height", "28");
    tag("a").class("brand").attr("href", "/").put(mark).put("LeaderPort")
}
