use crate::{
    api::{Fragment, Wanted, read_fragment},
    error::AppError,
    i18n::t,
    markup::{Markup, Tag, tag},
    model::{BoardId, Period},
    pages::loaded,
    paths::{board_path, encode},
};
use leptos::{html::Input, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Finds players in standings of a board. A plain form: what is looked for is in the address, with JavaScript and without.
pub fn finder(board: &BoardId, period: &Period) -> Tag {
    let query = use_query_map();
    let text = move || query.with(|query| query.get_str("find").unwrap_or_default().trim().to_owned());
    let wanted = {
        let (board, period) = (board.clone(), period.clone());
        move || Wanted::Found { board: board.clone(), period: period.clone(), text: text() }
    };
    let list = |found: Result<Fragment, AppError>| match found {
        Ok(found) => Markup::from(tag("div").html(found.html)),
        Err(error) => tag("p").class("hint").attr("role", "status").put(error.text()).into(),
    };
    let form = find_form(&untrack(text), board, period);
    tag("search").class("finder").put(form).put(loaded("found", wanted, read_fragment, Markup::default, list))
}

fn find_form(text: &str, board: &BoardId, period: &Period) -> Tag {
    let input = NodeRef::<Input>::new();
    let query = use_query_map();
    // Whoever looks for somebody stays where they are.
    let kept = move || ["from", "player"].map(|name| (name, query.with_untracked(|query| query.get_str(name).map(str::to_owned))));
    let find = {
        let (navigate, board, period) = (use_navigate(), board.clone(), period.clone());
        move |event: leptos::ev::Event| {
            event.prevent_default();
            let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
            let mut more = String::new();
            let mut say = |name: &str, value: &str| {
                for part in ["&", name, "=", &encode(value)] {
                    more.push_str(part);
                }
            };
            if !typed.trim().is_empty() {
                say("find", typed.trim());
            }
            for (name, value) in kept() {
                if let Some(value) = value {
                    say(name, &value);
                }
            }
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&board_path(&board, &period, more.trim_start_matches('&')), options);
        }
    };
    let field = tag("input")
        .attr("id", "find")
        .attr("name", "find")
        .attr("type", "search")
        .attr("placeholder", t::find::FIND_PLAYER)
        .attr("maxlength", "64")
        .attr("autocomplete", "off")
        .attr("spellcheck", "false")
        .attr("value", text.to_owned())
        .node_ref(input);
    tag("form")
        .class("find")
        .attr("method", "get")
        .attr("role", "search")
        .on("submit", find)
        .put(tag("label").class("visually-hidden").attr("for", "find").put(t::find::FIND_PLAYER))
        .put(field)
        .put(hidden(period))
        .put(kept().into_iter().map(|(name, value)| value.map(|value| hidden_field(name, value))).collect::<Markup>())
        .put(tag("button").class("small").attr("type", "submit").put(t::find::FIND))
}

/// What else a plain form must say to stay with the same standings.
fn hidden(period: &Period) -> Markup {
    let window = (!period.window.is_all()).then(|| hidden_field("window", period.window.to_string()));
    let id = period.period.clone().map(|id| hidden_field("period", id));
    [window.into(), id.into()].into()
}

fn hidden_field(name: &'static str, value: String) -> Tag {
    tag("input").attr("type", "hidden").attr("name", name).attr("value", value)
}

/// Goes to a rank: the list scrolls there, told the place. Without JavaScript the page comes with the rows around it; so it does where only the
/// server knows which place that is.
pub fn jump(state: BoardState, on_jump: impl Fn(u64) + Send + 'static) -> Tag {
    let input = NodeRef::<Input>::new();
    let go = move |event: leptos::ev::Event| {
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
