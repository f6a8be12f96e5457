//! Scores that were refused where no page has them on it: they were sent from another one, or before it was loaded again. That is told above
//! whatever page one is on.

use super::waiting::its_board;
use crate::{
    dom::by_id,
    i18n::t,
    markup::{Markup, Tag, live, tag},
    state::Waiting,
};
use leptos::{
    prelude::{ArcRwSignal, Get, Render, Set, Update},
    tachys::view::Mountable,
};
use web_sys::Element;

/// Those of the tab, until whoever reads them puts them away.
pub struct Refusals {
    told: ArcRwSignal<Vec<(Waiting, String)>>,
    /// They are on the page as long as it is here.
    _region: <Markup as Render>::State,
}

impl Refusals {
    /// None yet: what tells of them is there before they are, or screen readers would not hear of the first one.
    pub fn listed() -> Self {
        let told = ArcRwSignal::new(Vec::new());
        let (shown, gone) = (told.clone(), told.clone());
        let list = move || {
            let told = shown.get();
            let gone = gone.clone();
            let close = move |_| gone.set(Vec::new());
            let close = tag("button").class("ghost small").attr("type", "button").on("click", close).put(t::send::CLOSE);
            (!told.is_empty()).then(|| {
                let list = tag("ul").put(told.iter().map(item).collect::<Markup>());
                tag("div").class("banner").attr("data-kind", "error").put(list).put(close)
            })
        };
        let region = Markup::from(tag("div").class("refused").attr("role", "alert").put(live(list)));
        let mut region = region.build();
        if let Some((parent, main)) = by_id::<Element>("main").and_then(|main| Some((main.parent_element()?, main))) {
            region.mount(&parent, Some(&*main));
        }
        Self { told, _region: region }
    }

    /// Tells of one, and why it was refused.
    pub fn tell(&self, score: Waiting, why: String) {
        self.told.update(|told| told.push((score, why)));
    }
}

fn item((score, why): &(Waiting, String)) -> Tag {
    tag("li")
        .put(tag("strong").put(tag("bdi").put(score.player.to_string())).put(format!(" · {}", score.score.text())))
        .put(" (")
        .put(its_board(score))
        .put("): ")
        .put(t::send::taken_back(why))
}
