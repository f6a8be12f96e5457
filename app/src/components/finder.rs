use crate::{
    api::{Wanted, read_fragment},
    i18n::t,
    model::{BoardId, Period},
    pages::resource,
    paths::{board_path, encode},
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// Finds players. A plain form: what is looked for is in the address, with JavaScript and without.
#[component]
pub fn Finder(
    /// On which board.
    board: BoardId,
    /// In which standings.
    period: Period,
) -> impl IntoView {
    let query = use_query_map();
    let text = Memo::new(move |_| query.with(|query| query.get_str("find").unwrap_or_default().trim().to_owned()));
    let found = resource(
        {
            let (board, period) = (board.clone(), period.clone());
            move || Wanted::Found { board: board.clone(), period: period.clone(), text: text.get() }
        },
        read_fragment,
    );
    let list = move || {
        Suspend::new(async move {
            match found.await {
                Ok(found) => view! { <div inner_html=found.html></div> }.into_any(),
                Err(error) => view! { <p class="hint" role="status">{error.text()}</p> }.into_any(),
            }
        })
    };
    view! {
        <search class="finder">
            <FindForm text board period />
            <Transition>{list}</Transition>
        </search>
    }
}

#[component]
fn FindForm(text: Memo<String>, board: BoardId, period: Period) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let hidden = hidden(&period);
    let find = {
        let navigate = use_navigate();
        move |event: leptos::ev::SubmitEvent| {
            event.prevent_default();
            let typed = input.get_untracked().map(|input| input.value()).unwrap_or_default();
            let more = if typed.trim().is_empty() { String::new() } else { format!("find={}", encode(typed.trim())) };
            let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
            navigate(&board_path(&board, &period, &more), options);
        }
    };
    view! {
        <form class="find" method="get" role="search" on:submit=find>
            <label class="visually-hidden" for="find">
                {t::find::FIND_PLAYER}
            </label>
            <input
                id="find"
                name="find"
                type="search"
                placeholder=t::find::FIND_PLAYER
                maxlength="64"
                autocomplete="off"
                spellcheck="false"
                value=text.get_untracked()
                node_ref=input
            />
            {hidden}
            <button class="small" type="submit">
                {t::find::FIND}
            </button>
        </form>
    }
}

/// What else a plain form must say to stay with the same standings.
fn hidden(period: &Period) -> impl IntoView + use<> {
    let window = (!period.window.is_all()).then(|| view! { <input type="hidden" name="window" value=period.window.to_string() /> });
    let id = period.period.clone().map(|id| view! { <input type="hidden" name="period" value=id /> });
    (window, id)
}

/// Goes to a rank: the list scrolls there; without JavaScript the page comes with the rows around it.
#[component]
pub fn Jump(
    /// In which standings.
    period: Period,
    /// Told the place.
    on_jump: Callback<u64>,
) -> impl IntoView {
    let input = NodeRef::<leptos::html::Input>::new();
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(place) = input.get_untracked().and_then(|input| input.value().trim().parse().ok()).filter(|place| *place > 0) {
            on_jump.run(place);
        }
    };
    let hidden = hidden(&period);
    view! {
        <form class="jump" method="get" on:submit=go>
            <label for="jump">{t::find::PLACE}</label>
            <input id="jump" name="from" inputmode="numeric" pattern="[0-9]*" maxlength="12" autocomplete="off" node_ref=input />
            {hidden}
            <button class="small ghost" type="submit">
                {t::find::GO}
            </button>
        </form>
    }
}
