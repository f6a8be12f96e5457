use crate::{
    model::PlayerId,
    paths::{board_path, encode},
    protocol::MyStanding,
    state::BoardState,
};
use leptos::{ev::Event, prelude::*};

/// The address of where a player is in the standings that are shown.
pub fn own_path(state: BoardState, player: &PlayerId) -> String {
    board_path(&state.board(), &state.period(), &format!("player={}", encode(player.as_str())))
}

/// Goes to the own row instead of where a link leads, if it is known where that is.
pub fn go_to_own(event: &Event, state: BoardState, standing: ReadSignal<Option<MyStanding>>, jump: RwSignal<Option<u64>>) {
    let place = standing.with_untracked(|standing| standing.as_ref().map(|standing| standing.place));
    if let (Some(place), Some(player)) = (place, state.own().get_untracked()) {
        event.prevent_default();
        jump.set(Some(place));
        note(&own_path(state, &player));
    }
}

/// Goes to a place, from 1.
pub fn go_to(place: u64, state: BoardState, jump: RwSignal<Option<u64>>) {
    jump.set(Some(place));
    note(&board_path(&state.board(), &state.period(), &format!("from={place}")));
}

/// Has the address say where one is: the page stays, and whoever loads it again, or sends its address to somebody, comes to the same.
fn note(address: &str) {
    #[cfg(feature = "hydrate")]
    if let Ok(history) = window().history() {
        // A browser that is asked too often in a while says no, and keeps the one that it has.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(address));
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = address;
}
