//! What a client knows, kept true by the frames that it takes. It neither sends nor receives: whoever has the socket does.

use super::{
    ClientMessage, Delta, Digest, Follow, Known, Me, Notice, PAGE_ROWS, Refused, Row, ServerMessage, Unwatch, Watch, apply, digest,
};
use crate::{
    flat::flat,
    model::{BoardId, WindowName},
};
use litemap::LiteMap;
use std::collections::HashMap;

/// A page, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageKey {
    /// Of which board.
    pub board: BoardId,
    /// Of which window.
    pub window: WindowName,
    /// Of which period; `None` is always the current one.
    pub period: Option<String>,
    /// The place of its first row, from 1.
    pub from: u64,
}

/// A page, as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The period.
    pub period: String,
    /// The board's version.
    pub version: u64,
    /// Stands for all of it.
    pub digest: Digest,
    /// Entries in the period.
    pub total: u64,
    /// The rows, best first.
    pub rows: Vec<Row>,
}

impl Seen {
    /// A page that was read elsewhere than from a frame, and begins at the place `from`.
    pub fn new(period: String, from: u64, version: u64, total: u64, rows: Vec<Row>) -> Self {
        Self { digest: digest(&period, from, total, &rows), period, version, total, rows }
    }
}

/// What a message changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Nothing that is shown.
    Nothing,
    /// A page has a newer state.
    Page(PageKey),
    /// A player's standing.
    Me(Me),
    /// Something to know.
    Notice(Notice),
    /// A view is gone.
    Refused(Refused),
    /// A frame did not fit what is known; this asks for the page again, whole.
    Lost(Vec<ClientMessage>),
}

/// What a client knows.
#[derive(Default)]
pub struct Mirror {
    views: LiteMap<u32, View>,
    /// What was wished for and is still to be answered, by view, in order: also for a view that is gone, because its number may be given again.
    unanswered: LiteMap<u32, Vec<Watch>>,
    follows: LiteMap<u32, Follow>,
    pages: LiteMap<PageKey, Option<Seen>>,
    /// What the server calls the pages, on this socket.
    handles: LiteMap<u64, PageKey>,
}

struct View {
    wanted: Watch,
}

impl View {
    fn keys(&self) -> impl Iterator<Item = PageKey> + '_ {
        let Watch { board, window, period, from, len, .. } = &self.wanted;
        pages_of(*from, *len).map(|from| PageKey { board: board.clone(), window: window.clone(), period: period.clone(), from })
    }
}

/// The first places of the pages that hold `len` rows from the place `from` on.
pub fn pages_of(from: u64, len: u32) -> impl Iterator<Item = u64> {
    let size = u64::from(PAGE_ROWS);
    let first = from.saturating_sub(1) / size;
    let end = from.saturating_sub(1).saturating_add(u64::from(len)).div_ceil(size);
    (first..end).map(move |page| page * size + 1)
}

impl Mirror {
    /// Knows a page from elsewhere, so that the first [`Mirror::watch`] for it, which is to follow at once, can say so. What a frame said stays.
    pub fn seed(&mut self, key: PageKey, seen: Seen) {
        self.pages.entry(key).or_default().get_or_insert(seen);
    }

    /// Wants rows; what is to be sent for it. What `wanted` says of known states does not matter.
    pub fn watch(&mut self, wanted: Watch) -> ClientMessage {
        self.unanswered.entry(wanted.view).or_default().push(wanted.clone());
        let view = View { wanted };
        for key in view.keys() {
            self.pages.entry(key).or_default();
        }
        let message = self.wish(&view);
        self.views.insert(view.wanted.view, view);
        self.forget();
        message
    }

    /// Wants to know how a player stands; what is to be sent for it.
    pub fn follow(&mut self, follow: Follow) -> ClientMessage {
        self.follows.insert(follow.view, follow.clone());
        ClientMessage::Follow(follow)
    }

    /// No longer wants a view, of rows or of a player; what is to be sent for it.
    pub fn unwatch(&mut self, view: u32) -> ClientMessage {
        self.views.remove(&view);
        self.follows.remove(&view);
        self.forget();
        ClientMessage::Unwatch(Unwatch { view })
    }

    /// What is to be sent on a new socket, to go on from what is known.
    pub fn resume(&mut self) -> Vec<ClientMessage> {
        self.handles.clear();
        self.unanswered = flat(self.views.iter().map(|(view, of)| (*view, vec![of.wanted.clone()])));
        let watches = self.views.values().map(|view| self.wish(view));
        watches.chain(self.follows.values().cloned().map(ClientMessage::Follow)).collect()
    }

    /// What a page shows, if it is watched and there was a frame for it.
    pub fn page(&self, key: &PageKey) -> Option<&Seen> {
        self.pages.get(key)?.as_ref()
    }

    /// The pages of a view.
    pub fn keys(&self, view: u32) -> Vec<PageKey> {
        self.views.get(&view).map(|view| view.keys().collect()).unwrap_or_default()
    }

    /// Whether a view has to do with a page.
    pub fn shows(&self, view: u32, key: &PageKey) -> bool {
        self.views.get(&view).is_some_and(|view| view.keys().any(|known| known == *key))
    }

    /// What a view shows, once there was a frame for each of its pages: the newest version among them, the total, and the rows that are in it.
    /// Two pages come in two frames; a player who is on both for the moment between is shown where the newer one has them.
    pub fn view(&self, view: u32) -> Option<Seen> {
        let view = self.views.get(&view)?;
        let pages: Vec<(PageKey, &Seen)> = view.keys().map(|key| Some((key.clone(), self.page(&key)?))).collect::<Option<_>>()?;
        let newest = pages.iter().map(|(_, seen)| *seen).max_by_key(|seen| seen.version)?;
        let mut players: HashMap<&str, u64> = HashMap::new();
        for (_, seen) in &pages {
            for row in &seen.rows {
                let version = players.entry(row.player_id.as_str()).or_default();
                *version = seen.version.max(*version);
            }
        }
        let (from, end) = (view.wanted.from, view.wanted.from.saturating_add(u64::from(view.wanted.len)));
        let rows = pages.iter().flat_map(|(key, seen)| {
            let placed = (key.from..).zip(&seen.rows).filter(move |(place, _)| (from..end).contains(place));
            placed.map(|(_, row)| (seen.version, row))
        });
        let mut shown = std::collections::HashSet::new();
        let rows = rows.filter(|(version, row)| players[row.player_id.as_str()] == *version && shown.insert(row.player_id.as_str()));
        let rows = rows.map(|(_, row)| row.clone()).collect();
        Some(Seen { period: newest.period.clone(), version: newest.version, digest: newest.digest, total: newest.total, rows })
    }

    /// Takes what the server said.
    pub fn take(&mut self, message: ServerMessage) -> Change {
        match message {
            ServerMessage::Hello(_) => Change::Nothing,
            ServerMessage::Me(me) => Change::Me(me),
            ServerMessage::Notice(notice) => Change::Notice(notice),
            ServerMessage::Refused(refused) => {
                let is_last = self.answered(refused.view).1;
                let is_known = self.views.contains_key(&refused.view) || self.follows.contains_key(&refused.view);
                if !is_last || !is_known {
                    return Change::Nothing;
                }
                self.views.remove(&refused.view);
                self.follows.remove(&refused.view);
                self.forget();
                Change::Refused(refused)
            }
            ServerMessage::Watching(watching) => {
                if let (Some(wanted), _) = self.answered(watching.view) {
                    // Pages of a wish that another has followed may be those of another view: it is by this answer that their frames are known.
                    let view = View { wanted };
                    for (key, page) in
                        view.keys().zip(&watching.pages).filter(|(key, page)| key.from == page.from && self.pages.contains_key(key))
                    {
                        self.handles.retain(|_, known| *known != key);
                        self.handles.insert(page.page, key);
                    }
                }
                Change::Nothing
            }
            ServerMessage::Snapshot(snapshot) => {
                let is_it = |key: &PageKey| (&key.board, &key.window, key.from) == (&snapshot.board, &snapshot.window, snapshot.from);
                if !self.handles.get(&snapshot.page).is_some_and(is_it) {
                    return Change::Nothing;
                }
                let seen = Seen {
                    period: snapshot.period,
                    version: snapshot.version,
                    digest: snapshot.digest,
                    total: snapshot.total,
                    rows: snapshot.rows,
                };
                self.show(snapshot.page, Some(seen))
            }
            ServerMessage::Delta(delta) => {
                let Some(key) = self.handles.get(&delta.page) else { return Change::Nothing };
                // A page that is not known was asked for: what comes before the answer is for a state that was lost.
                let Some(seen) = self.page(key) else { return Change::Nothing };
                let rows = apply(&seen.rows, &delta.edits, &delta.ranks, PAGE_ROWS as usize).ok();
                let (period, Delta { page, version, digest, total, .. }) = (seen.period.clone(), delta);
                self.show(page, rows.map(|rows| Seen { period, version, digest, total, rows }))
            }
        }
    }

    /// What this answer for a view is to, unless it is news; and whether no answer to a later wish follows.
    fn answered(&mut self, view: u32) -> (Option<Watch>, bool) {
        let Some(left) = self.unanswered.get_mut(&view) else { return (None, true) };
        let wanted = left.remove(0);
        let is_last = left.is_empty();
        if is_last {
            self.unanswered.remove(&view);
        }
        (Some(wanted), is_last)
    }

    /// Shows a new state of a page, if it is what it says it is.
    fn show(&mut self, page: u64, seen: Option<Seen>) -> Change {
        // What is still on its way for a view that was left.
        let Some(key) = self.handles.get(&page).cloned() else { return Change::Nothing };
        let seen = seen.filter(|seen| digest(&seen.period, key.from, seen.total, &seen.rows) == seen.digest);
        let is_whole = seen.is_some();
        self.pages.insert(key.clone(), seen);
        if is_whole {
            return Change::Page(key);
        }
        let views: Vec<u32> = self.views.iter().filter(|(_, view)| view.keys().any(|known| known == key)).map(|(id, _)| *id).collect();
        Change::Lost(views.into_iter().filter_map(|view| Some(self.watch(self.views.get(&view)?.wanted.clone()))).collect())
    }

    fn wish(&self, view: &View) -> ClientMessage {
        let known = |key: PageKey| self.page(&key).map(|seen| Known { version: seen.version, digest: seen.digest });
        ClientMessage::Watch(Watch { known: view.keys().map(known).collect(), ..view.wanted.clone() })
    }

    /// Drops pages that no view has.
    fn forget(&mut self) {
        let views = &self.views;
        self.pages.retain(|key, _| views.values().any(|view| view.keys().any(|known| known == *key)));
        self.handles.retain(|_, key| self.pages.contains_key(key));
    }
}

#[cfg(test)]
mod tests;
