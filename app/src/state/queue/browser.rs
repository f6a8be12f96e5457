//! Where scores are stored in the browser. A browser that stores nothing, because it may not or has no room, is no error: scores
//! then wait for as long as the page is open.

use super::{Waiting, storage};
use leptos::leptos_dom::helpers::window_event_listener_untyped;
use wasm_bindgen::JsCast;
use web_sys::{Storage, StorageEvent};

/// The scores that are stored. What can't be read stays: a tab of another build may be about to send it.
pub fn load() -> Vec<Waiting> {
    let Some(store) = store() else { return Vec::new() };
    let read = |key: String| storage::read(&key, &store.get_item(&key).ok()??);
    keys(&store).into_iter().filter_map(read).collect()
}

/// Stores a score; whether that worked.
pub fn keep(waiting: &Waiting) -> bool {
    let stored = store().zip(storage::write(waiting)).map(|(store, (key, text))| store.set_item(&key, &text));
    matches!(stored, Some(Ok(())))
}

/// Removes a score that is settled, or covered by another.
pub fn remove(id: &str) {
    if let Some(store) = store() {
        // Where nothing can be removed, it is sent again after the next load, with the same id: it counts once.
        drop(store.remove_item(&storage::key(id)));
    }
}

/// Whether any are.
pub fn is_any_kept() -> bool {
    store().is_some_and(|store| !keys(&store).is_empty())
}

/// Tells the ids of scores that another tab has removed, for as long as the page is there.
pub fn on_removed(tell: impl Fn(&str) + 'static) {
    let _lasts_as_long_as_the_page = window_event_listener_untyped("storage", move |event| {
        let Ok(event) = event.dyn_into::<StorageEvent>() else { return };
        // A key with a new text was stored; no key at all says that everything was removed, by hand: those are still to be sent.
        if let (Some(key), None) = (event.key(), event.new_value())
            && let Some(id) = storage::id_of(&key)
        {
            tell(id);
        }
    });
}

/// Our keys, as they are now: removing one while walking over them would skip another.
fn keys(store: &Storage) -> Vec<String> {
    let all = (0..store.length().unwrap_or(0)).filter_map(|at| store.key(at).ok().flatten());
    all.filter(|key| storage::id_of(key).is_some()).collect()
}

fn store() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
