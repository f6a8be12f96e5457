use super::head::head;
use crate::{
    api::open_lobby,
    chunk::chunk,
    components::{connection, failure, pause, status, stopped, who},
    effect::effect,
    i18n::{number, t},
    live::{Live, News, Status, Stretch},
    markup::{Markup, Tag, live, live_of, tag},
    model::{BoardCard, BoardId, LEADERS, Lobby, Page, Period},
    protocol::{Row, Seen},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use std::time::Duration;

/// How long after the last try cards that could not be read are read again.
const AGAIN: Duration = Duration::from_secs(5);

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
    let (paused, gone) = (RwSignal::new(false), RwSignal::new(None));
    let status = status(gone, paused);
    let button = (!lobby.cards.is_empty()).then(|| {
        let facts = tag("p").class("facts").put(connection(status, gone.read_only()));
        facts.put(pause(paused))
    });
    let now = Cards::kept(lobby.cards.clone(), after, status);
    let cards: Markup = lobby.cards.into_iter().map(|of| card(of, now, status, paused.read_only())).collect();
    let next = lobby.next.map(|next| {
        let link = tag("a").attr("rel", "next").attr("href", format!("/?after={next}")).put(t::lobby::MORE);
        let nav = tag("nav").class("pager").attr("aria-label", t::site::PAGES);
        nav.put(tag("a").attr("href", "/").put(t::lobby::FIRST)).put(link)
    });
    let head = tag("div").class("page-head").put(tag("h1").put(t::site::BOARDS)).put(button);
    let banners = tag("div").class("banners").attr("role", "status").put(stopped(status));
    tag("div").class("lobby").put(head).put(banners).put(none).put(tag("ul").class("cards").put(cards)).put(next).into()
}

/// Reads the cards again whenever the page is live, as boards do their rules: who leads is told over the socket, what is edited while there is
/// none is not. Not as a query: what those take of the module would be shared with boards, and in pieces.
#[derive(Clone, Copy)]
struct Cards {
    now: RwSignal<Vec<BoardCard>>,
    after: StoredValue<Option<BoardId>>,
    /// How often they were asked for: an answer that comes late is older than the last.
    asked: StoredValue<u32>,
}

impl Cards {
    fn kept(first: Vec<BoardCard>, after: Option<BoardId>, status: Memo<Status>) -> Self {
        let cards = Self { now: RwSignal::new(first), after: StoredValue::new(after), asked: StoredValue::new(0) };
        effect(move || {
            if status.get() == Status::Live {
                cards.read();
            }
        });
        cards
    }

    /// Reads them; once more in a while where that fails.
    fn read(self) {
        let Some(number) = self.asked.try_update_value(|asked| {
            *asked = asked.wrapping_add(1);
            *asked
        }) else {
            return;
        };
        let after = self.after.get_value();
        leptos::task::spawn_local(async move {
            let lobby = open_lobby(after).await;
            // The page may have been left meanwhile.
            if self.asked.try_get_value() != Some(number) {
                return;
            }
            match lobby {
                Ok(lobby) => self.now.set(lobby.cards),
                Err(error) if error.may_pass() => set_timeout(
                    move || {
                        if self.asked.try_get_value() == Some(number) {
                            self.read();
                        }
                    },
                    AGAIN,
                ),
                Err(_) => {}
            }
        });
    }
}

/// A board, which is kept as it is on the server while the page is not paused.
fn card(card: BoardCard, all: Cards, status: Memo<Status>, paused: ReadSignal<bool>) -> Tag {
    let BoardCard { board, title, is_frozen, leaders } = card;
    let first_version = leaders.version;
    let (page, is_watched) = (RwSignal::new(leaders), RwSignal::new(true));
    watch(&board, paused, page, all, is_watched);
    // One that is not listed any more is called what it was.
    let known = {
        let board = board.clone();
        let first = (title, is_frozen);
        Memo::new(move |_| {
            let card = all.now.with(|cards| cards.iter().find(|card| card.board == board).map(|card| (card.title.clone(), card.is_frozen)));
            card.unwrap_or_else(|| first.clone())
        })
    };
    let changes = Memo::new(move |_| page.with(|page| page.version.saturating_sub(first_version)));
    let players = move || t::board::players(page.with(|page| page.total)).text();
    let leaders = |rows: &Vec<Row>| match rows.is_empty() {
        true => tag("p").class("empty").put(t::lobby::EMPTY),
        false => tag("ol").class("leaders").put(rows.iter().map(leader).collect::<Markup>()),
    };
    let heading = tag("h2").put(tag("a").attr("href", format!("/b/{board}")).put(live(move || known.get().0)));
    let beat = move || Some(if changes.get() % 2 == 0 { "0" } else { "1" });
    let pulse = live_of(
        move || is_watched.get() && status.get() == Status::Live,
        move |is_live| is_live.then(|| tag("span").class("pulse").live_attr("data-beat", beat).attr("aria-hidden", "true")),
    );
    let facts = tag("p")
        .class("facts")
        .put(tag("span").class("players").put(live(players)))
        .put(live(move || known.get().1.then(|| tag("span").put(t::lobby::FROZEN))))
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

fn watch(board: &BoardId, paused: ReadSignal<bool>, page: RwSignal<Page>, all: Cards, is_watched: RwSignal<bool>) {
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
            News::Edited => all.read(),
            // It was closed, or is not for everybody any more.
            News::Gone(_) => is_watched.set(false),
            News::Standing(_) => {}
        },
    );
}
