use super::{go_to_own, later::later, own_path, pager, row::ROW_HEIGHT, row::row, slides::Slides, stay_at};
use crate::{
    effect::effect,
    i18n::{number, t},
    live::{Live, News, Status, Stretch},
    markup::{Markup, Tag, each, live, live_of, tag},
    model::{Page, Period, PlayerId, Start, WindowName},
    protocol::{MAX_VIEW_ROWS, Me, MyStanding, PAGE_ROWS, Seen},
    query::{Key, Options as QueryOptions, Queries, Query, query},
    state::{BoardState, score_text},
    virtual_list::{Align, Anchor, Options, RowHeight, Scroll, VirtualList},
};
use leptos::{ev::KeyboardEvent, leptos_dom::helpers::request_animation_frame, prelude::*, wasm_bindgen::JsCast};
use litemap::LiteMap;
use std::{ops::Range, time::Duration};

/// How long the list is scrolled before rows are asked for: what has scrolled by by then never is.
const REST: Duration = Duration::from_millis(60);
/// How long a badge says that somebody moved.
const BADGE: Duration = Duration::from_millis(2_500);
/// The height of the head row with its border, in px, whatever the size of its text; style sheets have the same.
const HEADER: f64 = 33.0;

/// The standings, all of them: the rows around those that are seen are there, and kept as they are on the server.
pub struct Standings {
    /// What is known of them.
    pub state: BoardState,
    /// The place of the first row that the server rendered, and the one that was asked for, from 1.
    pub start: (u64, u64),
    /// How live the page is.
    pub status: Memo<Status>,
    /// Whether it is to stay as it is.
    pub paused: ReadSignal<bool>,
    /// How whoever looks stands.
    pub standing: ReadSignal<Option<MyStanding>>,
    /// Told why there is no more of it.
    pub gone: RwSignal<Option<String>>,
    /// The place to show, from 1, whenever it is set.
    pub jump: RwSignal<Option<u64>>,
}

/// Shows standings.
pub fn standings(of: Standings) -> Tag {
    let Standings { state, start, status, paused, standing, gone, jump } = of;
    let (from, place) = start;
    let list = VirtualList::new(Options {
        count: state.count().into(),
        row_height: RowHeight::Fixed(ROW_HEIGHT),
        overscan: 5,
        scroll: Scroll::Element,
        first: from - 1,
        initial_rows: PAGE_ROWS,
        header: HEADER,
    });
    effect(move || state.look_at(list.rows().get()));
    effect(move || {
        if let Some(place) = jump.get() {
            list.scroll_to(place.saturating_sub(1), Align::Center);
            jump.set(None);
        }
    });
    if place > from {
        // Before the page is laid out nobody knows where its middle is.
        effect(move || {
            request_animation_frame(move || {
                // It may be left by then.
                let _ = jump.try_set(Some(place));
            });
        });
    }
    watch(state, list, keep_facts(state, status), paused, gone);
    fill(state, list, status, paused);
    fade(state);
    let (rows, slides) = (state.rows(), Slides::new(list));
    let empty = live_of(move || state.count().get() == 0, |is_empty| is_empty.then(|| tag("p").class("empty").put(t::board::EMPTY)));
    let on_key = move |event: leptos::ev::Event| {
        if list.on_key(event.unchecked_ref::<KeyboardEvent>()) {
            event.prevent_default();
        }
    };
    let head = |class: &'static str, name: Markup| tag("th").attr("role", "columnheader").attr("scope", "col").class(class).put(name);
    let score = move || {
        state.facts().with(|facts| facts.tiebreaks.iter().fold(t::board::SCORE.text().to_owned(), |names, name| names + " · " + name))
    };
    let heads = tag("tr")
        .attr("role", "row")
        .attr("aria-rowindex", "1")
        .put(head("rank", tag("abbr").attr("title", t::board::RANK).put("#").into()))
        .put(head("name", t::board::PLAYER.into()))
        .put(head("score", live(score)));
    let body = tag("tbody")
        .attr("role", "rowgroup")
        .class("rows")
        .node_ref(list.body())
        .put(each(move || rows.numbers(), move |number| row(number, state, list, slides)));
    let table = tag("table")
        .attr("role", "table")
        .attr("aria-label", t::board::STANDINGS)
        .live_attr("aria-rowcount", move || Some((state.count().get() + 1).to_string()))
        .put(tag("thead").attr("role", "rowgroup").put(heads))
        .put(body);
    let scroller = tag("div")
        .class("scroller")
        .attr("tabindex", "0")
        .attr("role", "group")
        .attr("aria-label", t::board::ROWS)
        .node_ref(list.scroller())
        .on("keydown", on_key)
        .on("click", move |_| stay_at(list, state))
        .put(table);
    tag("section")
        .class("board")
        .attr("aria-label", t::board::STANDINGS)
        .put(scroller)
        .put(own_row(state, list, standing, jump))
        .put(empty)
        .put(pager(state, from))
}

/// The own row, at the edge, while it is out of sight.
fn own_row(state: BoardState, list: VirtualList, standing: ReadSignal<Option<MyStanding>>, jump: RwSignal<Option<u64>>) -> Tag {
    let away = move || {
        let (own, seen) = (state.own().get()?, list.visible().get());
        // Whom operators keep off the list has a place on it, and no row there. And who waits for a score may have a row elsewhere.
        let is_seen = state.rows().place(own.as_str()).is_some_and(|place| (seen.start + 1..=seen.end).contains(&place));
        (list.is_virtual().get() && !is_seen && standing.with(Option::is_some)).then_some(own)
    };
    let go = move |event: leptos::ev::Event| go_to_own(&event, state, standing, jump);
    let part = move |of: fn(&MyStanding) -> String| live(move || standing.with(|standing| standing.as_ref().map(of)));
    // The link stays while what it says changes: who has it in focus keeps that.
    let class = move || Some(if state.own_waits() { "row own pending" } else { "row own" });
    let row = move |away: &Option<PlayerId>| {
        let cell = |class: &'static str| tag("span").class(class);
        let score = cell("score").live_attr("title", move || state.own_waits().then(|| t::send::SENDING.text()));
        away.as_ref().map(|player| {
            tag("a")
                .live_attr("class", class)
                .attr("href", own_path(state, player.as_str()))
                .on("click", go)
                .put(cell("rank").put(tag("span").put(part(|standing| number(standing.rank)))))
                .put(cell("name").put(tag("bdi").put(part(|standing| standing.name.clone()))))
                .put(score.put(part(|standing| score_text(standing.score, &standing.tiebreaks))))
        })
    };
    tag("div").class("own-row").put(live_of(away, row))
}

/// Keeps the rows as they are on the server, those around the ones that are seen.
fn watch(state: BoardState, list: VirtualList, facts: Query<Page>, paused: ReadSignal<bool>, gone: RwSignal<Option<String>>) {
    let Some(live) = Live::of_tab() else { return };
    let stretch = move || stretch(&list.rows().get_untracked());
    let wanted = RwSignal::new(stretch());
    let ask = later(REST, move || wanted.set(stretch()));
    let anchor = StoredValue::new(Anchor::default());
    effect(move || {
        let (rows, (from, len)) = (list.rows().get(), wanted.get_untracked());
        let has_all = rows.start + 1 >= from && rows.end < from + u64::from(len);
        if !has_all {
            ask();
        }
    });
    let rows = move || {
        let (from, len) = wanted.get();
        (!paused.get()).then(|| Stretch { board: state.board(), period: state.period(), from, len })
    };
    live.watch(
        rows,
        move || state.pages(),
        move |news| match news {
            News::Pages(pages) => apply(state, list, anchor, pages),
            News::Edited => facts.refetch(),
            News::Gone(refused) => gone.set(Some(refused.text())),
            News::Standing(_) => {}
        },
    );
}

/// Reads the rules whenever the page is live, and not only when it is told that they were edited: of what was edited while it was not, or since
/// it was rendered, nobody tells.
fn keep_facts(state: BoardState, status: Memo<Status>) -> Query<Page> {
    let key = move || (status.get() == Status::Live).then(|| Key { board: None, name: format!("facts/{}", state.board()) });
    query(key, QueryOptions::AT_A_WORD, move |_| async move {
        let opened = crate::api::open_board(state.board(), Period::default(), Start::Place(1)).await?;
        state.set_facts(opened.facts);
        // What it is known by: a query for each type is a good part of the module.
        Ok(opened.page)
    })
}

/// The pages that some rows, from 0, are on.
fn stretch(rows: &Range<u64>) -> (u64, u32) {
    let size = u64::from(PAGE_ROWS);
    let from = rows.start / size * size;
    let len = rows.end.max(from + 1).div_ceil(size) * size - from;
    (from + 1, u32::try_from(len).unwrap_or(MAX_VIEW_ROWS).min(MAX_VIEW_ROWS))
}

/// Shows newer rows. Whoever looks at some of them keeps seeing them when others come in above.
fn apply(state: BoardState, list: VirtualList, anchor: StoredValue<Anchor<String>>, pages: Vec<(u64, Seen)>) {
    let Some(seen) = list.visible().try_get_untracked() else { return };
    let places = seen.start + 1..=seen.end;
    let begin = seen.start;
    anchor.update_value(|anchor| {
        anchor.hold(seen, || {
            let rows = state.rows().get_untracked().into_iter();
            rows.filter(|row| row.is_theirs() && places.contains(&row.place)).map(|row| (row.place, row.player)).collect()
        });
    });
    state.apply(pages);
    if let Some(queries) = Queries::of_tab() {
        queries.invalidate_version(&state.board(), state.version().get_untracked());
    }
    let places: LiteMap<String, u64> = state.places();
    let shift = anchor.try_update_value(|anchor| anchor.shift(|player| places.get(player).copied())).flatten();
    // From the top one sees who leads.
    if let Some(rows) = shift.filter(|_| begin > 0) {
        list.shift_by(rows);
    }
}

/// Asks for rows that are not known while no socket brings them.
fn fill(state: BoardState, list: VirtualList, status: Memo<Status>, paused: ReadSignal<bool>) {
    let missing = move || {
        let rows = list.rows().get();
        // Whatever was filled in changes the version, or the rows that are shown.
        state.version().track();
        state.filled().track();
        let is_still = paused.get() || !matches!(status.get(), Status::Live | Status::Still);
        if is_still { state.first_unknown(&rows) } else { None }
    };
    let key = move || {
        let from = missing()?;
        let period = state.period();
        let name = format!("page/{}/{}/{from}", period.window, period.period.unwrap_or_default());
        Some(Key::of_board(state.board(), name))
    };
    let page = query(key, QueryOptions::default(), move |_| {
        let from = untrack(missing).unwrap_or(1);
        crate::api::read_page(state.board(), state.period(), Start::Place(from))
    });
    effect(move || {
        if let Some(page) = page.data().get().filter(|page| Some(page.from) == untrack(missing)) {
            state.fill_in(page);
        }
    });
}

/// Takes badges away again.
fn fade(state: BoardState) {
    let is_left = RwSignal::new(());
    let fade = later(BADGE, move || {
        if state.fade() {
            is_left.set(());
        }
    });
    effect(move || {
        is_left.track();
        if state.has_badges().get() {
            fade();
        }
    });
}

/// Follows whoever plays in this browser; how they stand.
pub fn follow(state: BoardState, first: Option<MyStanding>, paused: ReadSignal<bool>) -> ReadSignal<Option<MyStanding>> {
    let standing = RwSignal::new(first);
    if let (Some(live), true) = (Live::of_tab(), state.is_current()) {
        let player = state.own();
        // What is said of one player is not true of another.
        let mut known = None;
        effect(move || {
            let now = player.get();
            if known.replace(now.clone()).is_some_and(|before| before != now) {
                state.tell(None);
            }
        });
        effect(move || {
            let now = state.own_standing();
            if standing.with_untracked(|known| *known != now) {
                standing.set(now);
            }
        });
        let window: WindowName = state.period().window;
        live.follow(
            state.board(),
            window,
            move || player.get().filter(|_| !paused.get()),
            move |news| match news {
                News::Standing(me) if player.get_untracked().as_ref() == Some(&me.player) => {
                    let Me { version, standing, .. } = *me;
                    state.tell(standing.map(|standing| (version, standing)));
                }
                News::Gone(_) => state.tell(None),
                News::Standing(_) | News::Pages(_) | News::Edited => {}
            },
        );
    }
    standing.read_only()
}
