use crate::{
    i18n::{number, t},
    markup::{Tag, tag},
};

/// Places gained; lost ones are negative.
pub fn moved(places: i64) -> Tag {
    let (direction, word) = match places.signum() {
        0 => ("none", t::board::NO_CHANGE),
        1 => ("up", t::board::UP),
        _ => ("down", t::board::DOWN),
    };
    let word = tag("span").class("visually-hidden").put(word);
    tag("span").class("moved").attr("data-dir", direction).put(word).put(number(places.unsigned_abs()))
}
