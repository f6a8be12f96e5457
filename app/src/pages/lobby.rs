use super::head::head;
use crate::{
    api::open_lobby,
    chunk::chunk,
    components::{failure, pause, who},
    i18n::{number, t},
    live::{Live, News, Stretch},
    markup::{Markup, Tag, live, live_of, tag},
    model::{BoardCard, BoardId, LEADERS, Lobby, Page, Period},
    protocol::{Row, Seen},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

chunk! {
    /// The page of all boards.
    pub fn lobby() -> AnyView {
        page()
    }
    in lobby load load
}

/// The boards, each with its leaders.
fn page() -> AnyView {
    let query = use_query_map();
    let after = move || query.with(|query| query.get_str("after").and_then(|id| BoardId::parse(id).ok()));
    head(String::new, || (t::lobby::DESCRIPTION.into(), Some("/icon-512.png".to_owned())));
    super::loaded("lobby", after, open_lobby, super::loading, move |lobby| match lobby {
        Ok(lobby) => cards(lobby, untrack(after)),
        Err(error) => failure(&error),
    })
}

fn cards(lobby: Lobby, after: Option<BoardId>) -> Markup {
    let none = lobby.cards.is_empty().then(|| tag("p").class("empty").put(t::lobby::NONE));
    let paused = RwSignal::new(false);
    let button = (!lobby.cards.is_empty()).then(|| pause(paused));
    let cards: Markup = lobby.cards.into_iter().map(|of| card(of, after.clone(), paused.read_only())).collect();
    let next = lobby.next.map(|next| {
        let link = tag("a").attr("rel", "next").attr("href", format!("/?after={next}")).put(t::lobby::MORE);
        let nav = tag("nav").class("pager").attr("aria-label", t::site::PAGES);
        nav.put(tag("a").attr("href", "/").put(t::lobby::FIRST)).put(link)
    });
    let head = tag("div").class("page-head").put(tag("h1").put(t::site::BOARDS)).put(button);
    tag("div").class("lobby").put(head).put(none).put(tag("ul").class("cards").put(cards)).put(next).into()
}

/// A board, of those after this one, which is kept as it is on the server while the page is not paused.
fn card(card: BoardCard, after: Option<BoardId>, paused: ReadSignal<bool>) -> Tag {
    let BoardCard { board, title, leaders } = card;
    let first_version = leaders.version;
    let (page, title, is_watched) = (RwSignal::new(leaders), RwSignal::new(title), RwSignal::new(true));
    let reread = {
        let board = board.clone();
        move || read_title(board.clone(), after.clone(), title)
    };
    watch(&board, paused, page, reread, is_watched);
    let changes = Memo::new(move |_| page.with(|page| page.version.saturating_sub(first_version)));
    let players = move || t::board::players(page.with(|page| page.total)).text();
    let leaders = |rows: &Vec<Row>| match rows.is_empty() {
        true => tag("p").class("empty").put(t::lobby::EMPTY),
        false => tag("ol").class("leaders").put(rows.iter().map(leader).collect::<Markup>()),
    };
    let heading = tag("h2").put(tag("a").attr("href", format!("/b/{board}")).put(live(move || title.get())));
    let beat = move || Some(if changes.get() % 2 == 0 { "0" } else { "1" });
    let pulse = live_of(
        move || is_watched.get() && !paused.get(),
        move |is_live| is_live.then(|| tag("span").class("pulse").live_attr("data-beat", beat).attr("aria-hidden", "true")),
    );
    let facts = tag("p")
        .class("facts")
        .put(tag("span").class("players").put(live(players)))
        .put(tag("span").class("changes").put(live(move || changes_text(changes.get()))));
    tag("li")
        .class("card")
        .attr("data-board", board.to_string())
        .put(tag("div").class("card-head").put(heading).put(pulse))
        .put(facts)
        .put(live_of(move || page.with(|page| page.rows.clone()), leaders))
}

fn leader(row: &Row) -> Tag {
    tag("li")
        .attr("data-rank", row.rank.to_string())
        .put(tag("span").class("rank").put(number(row.rank)))
        .put(tag("span").class("name").put(who(&row.face)))
        .put(tag("span").class("score").put(row.score.text()))
}

/// How much has happened since the page was opened.
fn changes_text(changes: u64) -> String {
    if changes == 0 { String::new() } else { t::lobby::changes(changes).text() }
}

fn watch(board: &BoardId, paused: ReadSignal<bool>, page: RwSignal<Page>, reread: impl Fn() + 'static, is_watched: RwSignal<bool>) {
    let Some(live) = Live::of_tab() else { return };
    let stretch = Stretch { board: board.clone(), period: Period::default(), from: 1, len: LEADERS };
    live.watch(
        move || (!paused.get()).then(|| stretch.clone()),
        Vec::new,
        move |news| match news {
            News::Pages(pages) => {
                if let Some((from, Seen { version, total, rows, .. })) = pages.into_iter().next() {
                    page.set(Page { from, version, total, rows: rows.into_iter().take(LEADERS as usize).collect() });
                }
            }
            News::Edited => reread(),
            // It was closed, or is not for everybody any more.
            News::Gone(_) => is_watched.set(false),
            News::Standing(_) => {}
        },
    );
}

/// Reads what people call a board now. Where that fails, it is called what it was.
fn read_title(board: BoardId, after: Option<BoardId>, title: RwSignal<String>) {
    leptos::task::spawn_local(async move {
        let cards = open_lobby(after).await.map(|lobby| lobby.cards).unwrap_or_default();
        if let Some(card) = cards.into_iter().find(|card| card.board == board) {
            // The page may have been left meanwhile.
            let _ = title.try_set(card.title);
        }
    });
}
