//! Flat maps are made here: their own way of it sorts what comes out of order, and each kind of map would bring 4 KB of the browser's module for
//! that.

use litemap::LiteMap;

/// A map of these; of those with the same key the last.
pub fn flat<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> LiteMap<K, V> {
    let mut map = LiteMap::new_vec();
    put(&mut map, entries);
    map
}

/// Puts these into a map, in the place of those that have the same keys.
pub fn put<K: Ord, V>(map: &mut LiteMap<K, V>, entries: impl IntoIterator<Item = (K, V)>) {
    for (key, value) in entries {
        map.insert(key, value);
    }
}
