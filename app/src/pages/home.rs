use crate::{
    api::open_board,
    components::{Connection, Notices, Rows, ScoreForm, Standing},
    error::AppError,
    live::{Live, News, Status, Stretch},
    model::{BoardId, Rules},
    protocol::{Leaderboard, Seen},
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
        Ok((rules, page)) => (rules, Some(Seen::from(&page))),
        // The socket brings the rows as soon as the board can be reached again.
        Err(_) => (Rules::main(), None),
    };
    let state = BoardState::new(rules, page.clone());
    let (status, why) = watch(state, page);
    let players = move || match state.total() {
        Some(1) => "1 player".to_owned(),
        Some(total) => format!("{total} players"),
        None => String::new(),
    };
    // The server writes the head when the page's signals may be gone.
    #[cfg(feature = "ssr")]
    let title = state.title();
    #[cfg(not(feature = "ssr"))]
    let title = move || state.title();
    view! {
        <Title text=title />
        <div class="board-head">
            <h1>{move || state.title()}</h1>
            <p class="facts">
                <span class="players">{players}</span>
                <Connection status why />
            </p>
        </div>
        <div class="columns">
            <Rows state />
            <aside class="panel">
                <ScoreForm state />
                <Standing state />
                <Notices state />
                <noscript>
                    <p class="hint">"Without JavaScript the board is as of when you loaded it: load it again to see new scores."</p>
                </noscript>
            </aside>
        </div>
    }
}

/// Keeps the board as it is on the server; how live it is, and why it is not any more.
fn watch(state: BoardState, page: Option<Seen>) -> (Signal<Status>, Signal<Option<String>>) {
    let gone = RwSignal::new(None::<String>);
    let Some(live) = Live::of_tab() else { return (Signal::stored(Status::Still), gone.into()) };
    live.watch(Stretch::top(BoardId::main()), page, move |news| match news {
        News::Rows(seen) => {
            // A page that was rendered while the board could not be reached has no rules either.
            if untrack(|| state.total()).is_none() {
                state.reload_rules();
            }
            state.apply(seen);
        }
        News::Edited => state.reload_rules(),
        News::Gone(refused) => gone.set(Some(refused.detail)),
        News::Standing(_) => {}
    });
    let status = Signal::derive(move || if gone.with(Option::is_some) { Status::Ended } else { live.status().get() });
    (status, gone.into())
}
