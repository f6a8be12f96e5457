use crate::{
    paths::{board_path, encode},
    protocol::MyStanding,
    state::BoardState,
    virtual_list::VirtualList,
};
use leptos::{ev::Event, prelude::*};

/// What else an address says that tells of another place: whom one looks for.
const FIND: &[&str] = &["find"];

/// The address of where a player is in the standings that are shown.
pub fn own_path(state: BoardState, player: &str) -> String {
    board_path(&state.board(), &state.period(), &own(player))
}

fn own(player: &str) -> String {
    format!("player={}", encode(player))
}

/// Goes to the own row instead of where a link leads, if it is known where that is.
pub fn go_to_own(event: &Event, state: BoardState, standing: ReadSignal<Option<MyStanding>>, jump: RwSignal<Option<u64>>) {
    let Some(player) = state.own().get_untracked() else { return };
    let told = standing.with_untracked(|standing| standing.as_ref().map(|standing| standing.place));
    if let Some(place) = untrack(|| state.rows().place(player.as_str())).or(told) {
        event.prevent_default();
        jump.set(Some(place));
        note(state, own(player.as_str()), FIND);
    }
}

/// Goes to a place, from 1.
pub fn go_to(place: u64, state: BoardState, jump: RwSignal<Option<u64>>) {
    jump.set(Some(place));
    note(state, format!("from={place}"), FIND);
}

/// Whoever follows a link comes back to what they see now: its middle, as a place that is gone to comes to be there.
pub fn stay_at(list: VirtualList, state: BoardState) {
    let seen = list.visible().get_untracked();
    let place = if seen.start == 0 { String::new() } else { format!("from={}", (seen.start + seen.end).div_ceil(2)) };
    note(state, place, FIND);
}

/// Has the address say where one is, or whom one looks for, and what it says already by the names that are `kept`: the page stays, and whoever
/// loads it again, or sends its address to somebody, comes to the same. The router is not told: what is there already is not to be read again.
pub fn note(state: BoardState, mut more: String, kept: &[&str]) {
    #[cfg(feature = "hydrate")]
    if let Ok(history) = window().history() {
        let said = location().search().and_then(|search| web_sys::UrlSearchParams::new_with_str(&search));
        for name in kept {
            if let Some(value) = said.as_ref().ok().and_then(|said| said.get(name)) {
                more = [&more, "&", name, "=", &encode(&value)].concat();
            }
        }
        let address = board_path(&state.board(), &state.period(), more.trim_start_matches('&'));
        // A browser that is asked too often in a while says no, and keeps the one that it has.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (state, &mut more, kept);
}
