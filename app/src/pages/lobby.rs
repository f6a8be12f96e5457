use super::head::Head;
use crate::{
    api::open_lobby,
    chunk::chunk,
    components::{Failure, who},
    i18n::{number, t},
    live::{Live, News, Stretch},
    model::{BoardCard, BoardId, LEADERS, Lobby, Page, Period},
    protocol::Seen,
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// Boards that are kept live: a socket has room for so many views, and some to spare.
const LIVE: usize = 12;

chunk! {
    /// The page of all boards.
    pub fn lobby() -> AnyView {
        view! { <LobbyPage /> }.into_any()
    }
    in lobby load load
}

/// The boards, each with its leaders.
#[component]
fn LobbyPage() -> impl IntoView {
    let query = use_query_map();
    let after = move || query.with(|query| query.get_str("after").and_then(|id| BoardId::parse(id).ok()));
    let lobby = super::resource(after, open_lobby);
    view! {
        <Head title=String::new() description=t::lobby::DESCRIPTION.into() image=None />
        <Transition fallback=super::loading>
            {move || Suspend::new(async move {
                match lobby.await {
                    Ok(lobby) => view! { <Cards lobby /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Cards(lobby: Lobby) -> impl IntoView {
    let is_empty = lobby.cards.is_empty();
    let cards = lobby.cards.into_iter().enumerate().map(|(at, card)| view! { <Card card is_live=at < LIVE /> }).collect_view();
    view! {
        <div class="lobby">
            <div class="page-head">
                <h1>{t::site::BOARDS}</h1>
            </div>
            {is_empty.then(|| view! { <p class="empty">{t::lobby::NONE}</p> })}
            <ul class="cards">{cards}</ul>
            {lobby.next.map(|next| view! {
                <nav class="pager" aria-label=t::site::PAGES>
                    <a href="/">{t::lobby::FIRST}</a>
                    <a rel="next" href=format!("/?after={next}")>{t::lobby::MORE}</a>
                </nav>
            })}
        </div>
    }
}

#[component]
fn Card(card: BoardCard, is_live: bool) -> impl IntoView {
    let BoardCard { board, title, leaders } = card;
    let first_version = leaders.version;
    let page = RwSignal::new(leaders);
    if is_live {
        watch(&board, page);
    }
    let changes = Memo::new(move |_| page.with(|page| page.version.saturating_sub(first_version)));
    let players = move || t::board::players(page.with(|page| page.total)).text();
    let rows = move || {
        let row = |row: &crate::protocol::Row| {
            view! {
                <li data-rank=row.rank.to_string()>
                    <span class="rank">{number(row.rank)}</span>
                    <span class="name">{who(row.face.clone())}</span>
                    <span class="score">{row.score.text()}</span>
                </li>
            }
        };
        page.with(|page| page.rows.iter().map(row).collect_view())
    };
    let is_empty = move || page.with(|page| page.rows.is_empty());
    view! {
        <li class="card" data-board=board.to_string()>
            <div class="card-head">
                <h2>
                    <a href=format!("/b/{board}")>{title}</a>
                </h2>
                <span class="pulse" data-beat=move || (changes.get() % 2).to_string() aria-hidden="true"></span>
            </div>
            <p class="facts">
                <span class="players">{move || players()}</span>
                <span class="changes">{move || changes_text(changes.get())}</span>
            </p>
            {move || match is_empty() {
                true => view! { <p class="empty">{t::lobby::EMPTY}</p> }.into_any(),
                false => view! { <ol class="leaders">{move || rows()}</ol> }.into_any(),
            }}
        </li>
    }
}

/// How much has happened since the page was opened.
fn changes_text(changes: u64) -> String {
    if changes == 0 { String::new() } else { t::lobby::changes(changes).text() }
}

fn watch(board: &BoardId, page: RwSignal<Page>) {
    let Some(live) = Live::of_tab() else { return };
    let stretch = Stretch { board: board.clone(), period: Period::default(), from: 1, len: LEADERS };
    live.watch(
        move || Some(stretch.clone()),
        Vec::new,
        move |news| {
            if let News::Pages(pages) = news
                && let Some((from, Seen { version, total, rows, .. })) = pages.into_iter().next()
            {
                page.set(Page { from, version, total, rows: rows.into_iter().take(LEADERS as usize).collect() });
            }
        },
    );
}
