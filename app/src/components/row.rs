use super::{Moved, slides::Slides, who};
use crate::{
    i18n::number,
    paths::player_path,
    state::{Board, BoardState, ShownRow, ShownRowStoreFields},
    virtual_list::VirtualList,
};
use leptos::{html::Tr, prelude::*};
use reactive_stores::{AtKeyed, Store};

/// The height of a row, in px; style sheets have the same.
pub const ROW_HEIGHT: f64 = 44.0;

/// A row of the store.
pub type RowField = AtKeyed<Store<Board>, Board, String, Vec<ShownRow>>;

/// One row. Its texts change; its node stays, and slides to wherever its place is. The roles are spelled out, because rows that lay
/// themselves out are no table to some browsers.
#[component]
pub fn Row(
    /// The row.
    row: RowField,
    /// Of these standings.
    state: BoardState,
    /// In this list.
    list: VirtualList,
    /// How it gets to its place.
    slides: Slides,
) -> impl IntoView {
    let (place, rank) = (part(row.clone().place()), part(row.clone().rank()));
    let (pending, tie) = (part(row.clone().pending()), part(row.clone().tie()));
    let player = row.clone().player().get_untracked();
    let node = NodeRef::<Tr>::new();
    slides.follow(node, place);
    let top = move || list.is_virtual().get().then(|| format!("0 {}px", list.place(place.get().saturating_sub(1)).round() as i64));
    let id = player.clone();
    let is_own = Memo::new(move |_| state.own().with(|own| own.as_ref().is_some_and(|own| own.as_str() == id)));
    let cells = if player.is_empty() { unknown().into_any() } else { known(row.clone(), &state, &player).into_any() };
    view! {
        <tr
            role="row"
            class="row"
            class:placeholder=player.is_empty()
            class:own=move || is_own.get()
            class:pending=move || pending.get()
            class:tie=move || tie.get()
            data-player=player.clone()
            data-rank=move || rank.get().to_string()
            aria-rowindex=move || (place.get() + 1).to_string()
            aria-busy=move || pending.get().to_string()
            style:translate=move || top()
            node_ref=node
        >
            <td role="cell" class="rank">
                <span>{move || number(rank.get())}</span>
            </td>
            {cells}
        </tr>
    }
}

/// A part of a row. A row that is gone from the store is asked once more before it is gone from the page: then it is nothing.
fn part<T: Default + Send + Sync + 'static>(field: impl Get<Value = T> + Send + Sync + 'static) -> Signal<T> {
    Signal::derive(move || field.try_get().unwrap_or_default())
}

fn known(row: RowField, state: &BoardState, player: &str) -> impl IntoView + use<> {
    let (face, score, moved) = (part(row.clone().face()), part(row.clone().score()), part(row.moved()));
    let profile = player_path(&state.board(), player);
    // Nothing at first, then one and the other in turn: a style sheet plays an animation anew when its name changes.
    let tick = Memo::new(move |before: Option<&(crate::model::Score, u8)>| {
        let now = score.get();
        let ticks = before.map_or(0, |(known, ticks)| if *known == now { *ticks } else { ticks % 2 + 1 });
        (now, ticks)
    });
    let tick = move || match tick.with(|(_, ticks)| *ticks) {
        0 => None,
        1 => Some("1"),
        _ => Some("0"),
    };
    let has_moved = Memo::new(move |_| moved.get() != 0);
    let badge = move || has_moved.get().then(|| view! { <Moved places=moved /> }.into_any());
    view! {
        <td role="cell" class="name">
            <a href=profile>
                {move || who(face.get())}
            </a>
            {move || badge()}
        </td>
        <td role="cell" class="score" data-tick=move || tick()>
            {move || score.get().text()}
        </td>
    }
}

/// The cells of a row that is still to come.
fn unknown() -> impl IntoView {
    view! {
        <td role="cell" class="name">
            <i class="skeleton"></i>
        </td>
        <td role="cell" class="score">
            <i class="skeleton"></i>
        </td>
    }
}
