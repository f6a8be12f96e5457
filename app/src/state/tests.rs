//! What a patch of the store tells, and whom: a row's text changes when it has to, and nothing else does.

use super::{Board, BoardStoreFields, ShownRow, ShownRowStoreFields};
use crate::model::{Face, Score};
use leptos::{prelude::*, reactive::computed::ArcMemo};
use reactive_stores::Store;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

fn row(player: &str, rank: u64, score: i64) -> ShownRow {
    ShownRow {
        key: player.to_owned(),
        player: player.to_owned(),
        face: Face::named(player),
        rank,
        score: Score::new(score, 0).unwrap(),
        ..ShownRow::default()
    }
}

/// Somebody who reads one thing, and reads it again only when told that it has changed.
struct Reader {
    /// Of whose row; empty for what is of none.
    player: String,
    what: &'static str,
    memo: ArcMemo<String>,
    has_read: Arc<AtomicBool>,
}

impl Reader {
    fn new(player: &str, what: &'static str, read: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let has_read = Arc::new(AtomicBool::new(false));
        let note = has_read.clone();
        let memo = ArcMemo::new(move |_| {
            note.store(true, Ordering::Relaxed);
            read()
        });
        Self { player: player.to_owned(), what, memo, has_read }
    }

    /// Whether it was told to read again since this was asked before.
    fn was_told(&self) -> bool {
        self.memo.get_untracked();
        self.has_read.swap(false, Ordering::Relaxed)
    }
}

/// A board, and who reads it as a page does: every field of every row, and which rows there are.
struct Shown {
    store: Store<Board>,
    readers: Vec<Reader>,
    /// Arenas live as long as their owner.
    _owner: Owner,
}

impl Shown {
    fn new(rows: &[ShownRow]) -> Self {
        let owner = Owner::new();
        owner.set();
        let store = Store::new(Board { rows: rows.to_vec() });
        let list = move || store.rows().into_iter().map(|row| row.player().get_untracked()).collect();
        let mut readers = vec![Reader::new("", "list", list)];
        // The store knows its keys from here on: before it was walked over once, a patch can't tell the rows apart.
        for at in store.rows() {
            let player = at.clone().player().get_untracked();
            let (rank, name, score, pending) = (at.clone().rank(), at.clone().face(), at.clone().score(), at.pending());
            readers.push(Reader::new(&player, "rank", move || rank.get().to_string()));
            readers.push(Reader::new(&player, "name", move || name.get().name));
            readers.push(Reader::new(&player, "score", move || score.get().to_string()));
            readers.push(Reader::new(&player, "pending", move || pending.get().to_string()));
        }
        let shown = Self { store, readers, _owner: owner };
        assert_eq!(shown.told().len(), shown.readers.len());
        shown
    }

    /// Who is told something by a patch. The readers of a row go with it, as on a page: the store gives its place to the next that is new.
    fn patch(&mut self, rows: &[ShownRow]) -> Vec<String> {
        self.store.rows().patch(rows.to_vec());
        assert_eq!(self.store.rows().get_untracked(), rows);
        let told = self.told();
        self.readers.retain(|reader| reader.player.is_empty() || rows.iter().any(|row| row.player == reader.player));
        told
    }

    fn told(&self) -> Vec<String> {
        let told = self.readers.iter().filter(|reader| reader.was_told());
        told.map(|reader| format!("{} {}", reader.player, reader.what).trim().to_owned()).collect()
    }
}

// Whoever walks over the list is told of every change in it. Only who reads a field of a row is spared the others.

#[test]
fn only_who_reads_the_score_that_changed_is_told() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5), row("cid", 3, 1)]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 7), row("cid", 3, 1)]), ["list", "bob score"]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 7), row("cid", 3, 1)]), Vec::<String>::new());
}

#[test]
fn a_row_that_waits_tells_only_that() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5)]);
    let waits = ShownRow { pending: true, ..row("bob", 2, 5) };
    assert_eq!(shown.patch(&[row("ada", 1, 9), waits]), ["list", "bob pending"]);
    assert_eq!(shown.patch(&[row("ada", 1, 9), row("bob", 2, 5)]), ["list", "bob pending"]);
}

#[test]
fn rows_that_change_places_tell_what_is_other_about_them() {
    let mut shown = Shown::new(&[row("ada", 1, 9), row("bob", 2, 5), row("cid", 3, 1)]);
    let told = shown.patch(&[row("bob", 1, 20), row("ada", 2, 9), row("cid", 3, 1)]);
    assert_eq!(told, ["list", "ada rank", "bob rank", "bob score"]);
    // Somebody new, and somebody who is gone.
    let told = shown.patch(&[row("bob", 1, 20), row("dan", 2, 10), row("ada", 3, 9)]);
    assert_eq!(told, ["list", "ada rank"]);
    // The rows are told apart as well afterwards.
    assert_eq!(shown.patch(&[row("bob", 1, 20), row("dan", 2, 11), row("ada", 3, 8)]), ["list", "ada score"]);
}

#[test]
fn the_last_row_is_told_that_another_came_in_above() {
    let owner = Owner::new();
    owner.set();
    let store = Store::new(Board { rows: vec![row("a", 1, 9), row("b", 2, 8)] });
    let ranks: Vec<_> = store
        .rows()
        .into_iter()
        .map(|row| {
            let rank = row.rank();
            ArcMemo::new(move |_| rank.try_get())
        })
        .collect();
    let read = || ranks.iter().map(|rank| rank.get_untracked()).collect::<Vec<_>>();
    assert_eq!(read(), [Some(1), Some(2)]);
    store.rows().patch(vec![row("c", 1, 10), row("a", 2, 9), row("b", 3, 8)]);
    assert_eq!(read(), [Some(2), Some(3)]);
}
