use super::{moved, slides::Slides, who};
use crate::{
    i18n::{number, t},
    markup::{Markup, Tag, live, live_of, tag},
    paths::player_path,
    state::{BoardState, ShownRow},
    virtual_list::VirtualList,
};
use leptos::{html::Tr, prelude::*};

/// The height of a row, in px, whatever the size of its text; style sheets have the same.
pub const ROW_HEIGHT: f64 = 44.0;

/// The last rank that has a medal; style sheets have the same.
const MEDALS: u64 = 3;

/// The row of a number. Its texts change; its node stays, and slides to wherever its place is. The roles are spelled out, because rows
/// that lay themselves out are no table to some browsers.
pub fn row(number: u64, state: BoardState, list: VirtualList, slides: Slides) -> Tag {
    let row = state.rows().row(number).unwrap_or_default();
    let player = row.with_untracked(|row| row.player.clone());
    let node = NodeRef::<Tr>::new();
    let place = read(&row, |row| row.place);
    slides.follow(node, place.clone());
    let is_known = !player.is_empty();
    let is_own = {
        let player = player.clone();
        move || state.own().with(|own| own.as_ref().is_some_and(|own| own.as_str() == player))
    };
    let class = {
        let (row, is_own) = (row.clone(), is_own.clone());
        move || {
            let is_own = is_own();
            row.with(|row| {
                let names = [("row", true), ("placeholder", !is_known), ("own", is_own), ("pending", row.pending), ("tie", row.tie)];
                let names: Vec<_> = names.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
                Some(names.join(" "))
            })
        }
    };
    let top = {
        let place = place.clone();
        move || list.is_virtual().get().then(|| format!("0 {}px", list.place(place().saturating_sub(1)).round() as i64))
    };
    // One row is a stop of the Tab key: or it would lead on through all rows there are, as each that comes in sight brings the next.
    let stop = {
        let place = place.clone();
        move || (list.is_virtual().get() && place() != list.visible().get().start + 1).then_some("-1")
    };
    let tie = read(&row, |row| row.tie.then(|| t::board::TIED.text()));
    let cells = if is_known { known(&row, &state, &player, stop) } else { unknown() };
    tag("tr")
        .attr("role", "row")
        .live_attr("class", class)
        .attr("data-player", player)
        // Only those that a style sheet asks for: when one changes, the browser looks at the styles of the whole row again.
        .live_attr("data-rank", read(&row, |row| (row.rank <= MEDALS).then(|| row.rank.to_string())))
        .live_attr("aria-rowindex", move || Some((place() + 1).to_string()))
        .live_attr("aria-current", move || is_own().then_some("true"))
        .attr("aria-busy", (!is_known).then_some("true"))
        .live_style("translate", top)
        .node_ref(node)
        // Style sheets say the titles where they draw a sign for them.
        .put(cell("rank").put(tag("span").live_attr("title", tie).put(live(read(&row, |row| number_of(row))))))
        .put(cells)
}

/// Reads something of a row.
fn read<T>(row: &ArcRwSignal<ShownRow>, pick: fn(&ShownRow) -> T) -> impl Fn() -> T + Clone + use<T> {
    let row = row.clone();
    move || row.with(pick)
}

fn number_of(row: &ShownRow) -> String {
    number(row.rank)
}

fn known(
    row: &ArcRwSignal<ShownRow>,
    state: &BoardState,
    player: &str,
    stop: impl Fn() -> Option<&'static str> + Send + 'static,
) -> Markup {
    // A style sheet plays an animation anew when its name changes.
    let tick = |row: &ShownRow| match row.tick {
        0 => None,
        1 => Some("1"),
        _ => Some("0"),
    };
    let profile = tag("a").attr("href", player_path(&state.board(), player)).live_attr("tabindex", stop);
    let badge = live_of(read(row, |row| row.moved), |places| (*places != 0).then(|| moved(*places)));
    let name = cell("name").put(profile.put(live_of(read(row, |row| row.face.clone()), who))).put(badge);
    let pending = read(row, |row| row.pending.then(|| t::send::SENDING.text()));
    let score =
        cell("score").live_attr("title", pending).live_attr("data-tick", read(row, tick)).put(live(read(row, |row| row.score_text())));
    [name.into(), score.into()].into()
}

/// The cells of a row that is still to come.
fn unknown() -> Markup {
    ["name", "score"].into_iter().map(|class| cell(class).put(tag("i").class("skeleton"))).collect()
}

fn cell(class: &'static str) -> Tag {
    tag("td").attr("role", "cell").class(class)
}
