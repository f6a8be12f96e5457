use super::{note, own_path};
use crate::{
    api::{Fragment, Wanted, read_fragment},
    error::AppError,
    i18n::t,
    markup::{Markup, Tag, tag},
    model::{Period, RankMode},
    pages::loaded,
    paths::encode,
    state::BoardState,
};
use leptos::{
    ev::{Event, KeyboardEvent},
    html::Input,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::Element,
};
use leptos_router::hooks::use_query_map;

/// What an address says of where one is.
const KEPT: [&str; 3] = ["from", "player", "rank"];

/// Finds players in the standings. A plain form: what is looked for is in the address, with JavaScript and without.
pub fn finder(state: BoardState) -> Tag {
    let query = use_query_map();
    let said = move |name: &str| query.with_untracked(|query| query.get_str(name).map(str::to_owned));
    let text = RwSignal::new(said("find").unwrap_or_default().trim().to_owned());
    let wanted = move || Wanted::Found { board: state.board(), period: state.period(), text: text.get() };
    let list = |found: Result<Fragment, AppError>| match found {
        Ok(found) => Markup::from(tag("div").html(found.html)),
        Err(error) => tag("p").class("hint").attr("role", "status").put(error.text()).into(),
    };
    let input = NodeRef::<Input>::new();
    // Whoever looks for somebody stays where they are.
    let find = move || {
        let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default().trim().to_owned();
        let looked_for = if typed.is_empty() { String::new() } else { format!("find={}", encode(&typed)) };
        note(state, looked_for, &KEPT);
        text.set(typed);
    };
    let on_key = move |event: Event| {
        if let Some(input) = input.get_untracked().filter(|_| event.unchecked_ref::<KeyboardEvent>().key() == "Escape") {
            input.set_value("");
            // What had the focus may go with the list.
            let _ = input.focus();
            find();
        }
    };
    // The router takes a link to where it thinks that one is for no way at all: the browser follows that one by itself.
    let on_click = move |event: Event| {
        let link = event.target().and_then(|target| target.unchecked_into::<Element>().closest("a").ok().flatten());
        let here = said("player").map(|player| own_path(state, &player));
        if here.is_some() && link.and_then(|link| link.get_attribute("href")) == here {
            event.stop_propagation();
        }
    };
    let on_submit = move |event: Event| {
        event.prevent_default();
        find();
    };
    let kept = KEPT.into_iter().map(|name| said(name).map(|value| hidden_field(name, value))).collect::<Markup>();
    let form = find_form(text.get_untracked(), input, &state.period()).put(kept).on("submit", on_submit);
    let found = loaded("found", wanted, read_fragment, Markup::default, list);
    tag("search").class("finder").on("keydown", on_key).on("click", on_click).put(form).put(found)
}

fn find_form(text: String, input: NodeRef<Input>, period: &Period) -> Tag {
    let field = tag("input")
        .attr("id", "find")
        .attr("name", "find")
        .attr("type", "search")
        .attr("placeholder", t::find::FIND_PLAYER)
        .attr("maxlength", "64")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("value", text)
        .node_ref(input);
    tag("form")
        .class("find")
        .attr("method", "get")
        .attr("role", "search")
        .put(tag("label").class("visually-hidden").attr("for", "find").put(t::find::FIND_PLAYER))
        .put(field)
        .put(hidden(period))
        .put(tag("button").class("small").attr("type", "submit").put(t::find::FIND))
}

/// What else a plain form must say to stay with the same standings.
pub(super) fn hidden(period: &Period) -> Markup {
    let window = (!period.window.is_all()).then(|| hidden_field("window", period.window.to_string()));
    let id = period.period.clone().map(|id| hidden_field("period", id));
    [window.into(), id.into()].into()
}

pub(super) fn hidden_field(name: &'static str, value: String) -> Tag {
    tag("input").attr("type", "hidden").attr("name", name).attr("value", value)
}

/// Goes to a rank: the list scrolls there, told the place. Without JavaScript the page comes with the rows around it; so it does where only the
/// server knows which place that is.
pub fn jump(state: BoardState, on_jump: impl Fn(u64) + Send + 'static) -> Tag {
    let input = NodeRef::<Input>::new();
    let go = move |event: Event| {
        if state.facts().with_untracked(|facts| facts.rank_mode == RankMode::Dense) {
            return;
        }
        event.prevent_default();
        if let Some(place) = input.get_untracked().and_then(|input| input.value().trim().parse().ok()).filter(|place| *place > 0) {
            on_jump(place);
        }
    };
    let field = tag("input")
        .attr("id", "jump")
        .attr("name", "rank")
        .attr("inputmode", "numeric")
        .attr("pattern", "[0-9]*")
        .attr("maxlength", "12")
        .attr("autocomplete", "off")
        .node_ref(input);
    tag("form")
        .class("jump")
        .attr("method", "get")
        .on("submit", go)
        .put(tag("label").attr("for", "jump").put(t::find::RANK))
        .put(field)
        .put(hidden(&state.period()))
        .put(tag("button").class("small ghost").attr("type", "submit").put(t::find::GO))
}
