use super::{Moved, who};
use crate::{
    model::grouped,
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
) -> impl IntoView {
    let (place, rank) = (part(row.clone().place()), part(row.clone().rank()));
    let (pending, tie) = (part(row.clone().pending()), part(row.clone().tie()));
    let player = row.clone().player().get_untracked();
    let node = NodeRef::<Tr>::new();
    #[cfg(feature = "hydrate")]
    slide::on_moves(node, list, state, place);
    let top =
        move || list.is_virtual().get().then(|| format!("translateY({}px)", list.place(place.get().saturating_sub(1)).round() as i64));
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
            style:transform=move || top()
            node_ref=node
        >
            <td role="cell" class="rank">
                <span>{move || grouped(rank.get())}</span>
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
    let badge = move || Some(moved.get()).filter(|moved| *moved != 0).map(|places| view! { <Moved places /> }.into_any());
    view! {
        <td role="cell" class="name">
            <a href=profile>
                {move || who(face.get())}
            </a>
            {move || badge()}
        </td>
        <td role="cell" class="score" data-tick=move || tick()>
            {move || score.get().to_string()}
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

/// Rows that slide. The page is laid out as it is to be at once; each row that moved is shown where it was, and let go from there.
/// Animations add up, so one that moves again while it slides does not jump.
#[cfg(feature = "hydrate")]
mod slide {
    use super::ROW_HEIGHT;
    use crate::{state::BoardState, virtual_list::VirtualList};
    use js_sys::{Array, Function, Object, Reflect};
    use leptos::{html::Tr, prelude::*};
    use wasm_bindgen::{JsCast, JsValue};

    /// How long a row slides, in milliseconds.
    const SLIDE_MS: f64 = 220.0;

    pub fn on_moves(node: NodeRef<Tr>, list: VirtualList, state: BoardState, place: Signal<u64>) {
        Effect::new(move |before: Option<u64>| {
            let now = place.get();
            if let Some(before) = before.filter(|before| *before != now) {
                let seen = list.visible().get_untracked();
                let screen = (seen.end - seen.start).max(1);
                // What comes from farther away, or when half of the screen is on the move, is just there.
                let is_calm = before.abs_diff(now) <= screen && state.movers().get_untracked() as u64 <= screen / 2;
                if is_calm && !list.is_still().get_untracked() && !is_motion_unwanted() {
                    slide(node, (before as f64 - now as f64) * ROW_HEIGHT);
                }
            }
            now
        });
    }

    fn is_motion_unwanted() -> bool {
        let query = web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
        query.is_some_and(|query| query.matches())
    }

    fn slide(node: NodeRef<Tr>, from: f64) {
        let Some(node) = node.get_untracked() else { return };
        let (frames, options) = (Object::new(), Object::new());
        let transforms = Array::of2(&format!("translateY({}px)", from as i64).into(), &"none".into());
        let set = |object: &Object, name: &str, value: &JsValue| drop(Reflect::set(object, &name.into(), value));
        set(&frames, "transform", &transforms);
        set(&options, "duration", &SLIDE_MS.into());
        set(&options, "easing", &"cubic-bezier(0.2, 0, 0, 1)".into());
        set(&options, "composite", &"add".into());
        // web-sys has no stable binding for it. A browser that can't animate shows the row where it is.
        if let Some(animate) = Reflect::get(&node, &"animate".into()).ok().and_then(|animate| animate.dyn_into::<Function>().ok()) {
            drop(animate.call2(&node, &frames, &options));
        }
    }
}
