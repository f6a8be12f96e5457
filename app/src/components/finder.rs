use crate::{
    api::find_players,
    error::AppError,
    model::{BoardId, Found, Period},
    pages::board_path,
    visitor::encode,
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
    let found = crate::pages::resource(
        {
            let (board, period) = (board.clone(), period.clone());
            move || (board.clone(), period.clone(), text.get())
        },
        async |(board, period, text): (BoardId, Period, String)| {
            if text.is_empty() { Ok(Found::default()) } else { find_players(board, period, text).await }
        },
    );
    let list = {
        let (board, period) = (board.clone(), period.clone());
        move || {
            let (board, period) = (board.clone(), period.clone());
            Suspend::new(async move {
                let found = found.await;
                (!text.get().is_empty()).then(|| view! { <List found board period /> })
            })
        }
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
                "Find a player"
            </label>
            <input
                id="find"
                name="find"
                type="search"
                placeholder="Find a player"
                maxlength="64"
                autocomplete="off"
                spellcheck="false"
                value=text.get_untracked()
                node_ref=input
            />
            {hidden}
            <button class="small" type="submit">
                "Find"
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

#[component]
fn List(found: Result<Found, AppError>, board: BoardId, period: Period) -> impl IntoView {
    let found = match found {
        Ok(found) => found,
        Err(error) => return view! { <p class="found hint" role="status">{error.to_string()}</p> }.into_any(),
    };
    let text = match (found.players.is_empty(), found.is_complete) {
        (true, true) => "Nobody is called like that.",
        (true, false) => "Nobody found among the players looked at. Type the whole name.",
        (false, false) => "There are more. Type more of the name.",
        (false, true) => "",
    };
    let player = move |found: crate::model::FoundPlayer| {
        let href = board_path(&board, &period, &format!("player={}", encode(found.player.as_str())));
        view! {
            <li>
                <a href=href>
                    <bdi>{found.player.to_string()}</bdi>
                    <span class="rank">{format!("#{}", found.rank)}</span>
                </a>
            </li>
        }
    };
    let players = found.players.into_iter().map(player).collect_view();
    view! {
        <ul class="found">{players}</ul>
        <p class="hint" role="status">{text}</p>
    }
    .into_any()
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
            <label for="jump">"Go to place"</label>
            <input id="jump" name="from" inputmode="numeric" pattern="[0-9]*" maxlength="12" autocomplete="off" node_ref=input />
            {hidden}
            <button class="small ghost" type="submit">
                "Go"
            </button>
        </form>
    }
}
