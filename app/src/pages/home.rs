use crate::{
    api::open_board,
    components::{Connection, Notices, Rows, ScoreForm},
    error::AppError,
    live,
    model::{BoardId, Rules},
    protocol::Leaderboard,
    state::BoardState,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The board, live, with the form to send a score in.
#[component]
pub fn Home() -> impl IntoView {
    let opened = Resource::new_blocking(|| (), |()| open_board(BoardId::main()));
    view! {
        <Suspense fallback=|| view! { <p class="message">"Loading…"</p> }>
            {move || Suspend::new(async move { view! { <Board opened=opened.await /> } })}
        </Suspense>
    }
}

#[component]
fn Board(opened: Result<(Rules, Leaderboard), AppError>) -> impl IntoView {
    let (rules, page) = match opened {
        Ok((rules, page)) => (rules, Some(page)),
        // The socket brings the rows as soon as the board can be reached again.
        Err(_) => (Rules::main(), None),
    };
    let title = rules.title.clone();
    let state = BoardState::new(rules, page);
    let status = live::watch(BoardId::main(), move |page| state.apply(page));
    let players = move || match state.total() {
        Some(1) => "1 player".to_owned(),
        Some(total) => format!("{total} players"),
        None => String::new(),
    };
    view! {
        <Title text=title.clone() />
        <div class="board-head">
            <h1>{title}</h1>
            <p class="facts">
                <span class="players">{players}</span>
                <Connection status />
            </p>
        </div>
        <div class="columns">
            <Rows state />
            <aside class="panel">
                <ScoreForm state />
                <Notices state />
                <noscript>
                    <p class="hint">"Without JavaScript the board is as of when you loaded it: load it again to see new scores."</p>
                </noscript>
            </aside>
        </div>
    }
}
