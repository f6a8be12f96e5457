//! The client of the live feed: one socket a tab, shared by all that is shown.
//!
//! - `line`: when the socket is opened and closed, without one: a state machine · `backoff`: how long to wait in between
//! - `browser`: the socket itself, and who is told what came

#[cfg(any(feature = "hydrate", test))]
mod backoff;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
mod line;

use crate::{
    model::{BoardId, PlayerId, WindowName},
    protocol::{Me, PAGE_ROWS, Refused, Seen},
};
use leptos::prelude::*;

/// How live the page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing comes: the page is as the server rendered it, or nobody looks at it.
    Still,
    /// The socket is being opened.
    Connecting,
    /// Changes arrive as they happen.
    Live,
    /// The connection is lost; it will be tried again.
    Lost,
    /// The server wants no more of it.
    Ended,
}

/// Rows to watch, of the current period of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// On which board.
    pub board: BoardId,
    /// In which window.
    pub window: WindowName,
    /// The first place, from 1.
    pub from: u64,
    /// How many rows, at most [`crate::protocol::MAX_VIEW_ROWS`].
    pub len: u32,
}

impl Stretch {
    /// The first page of a board.
    pub fn top(board: BoardId) -> Self {
        Self { board, window: WindowName::all(), from: 1, len: PAGE_ROWS }
    }
}

/// What somebody who watches or follows is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The newest state of the rows.
    Rows(Seen),
    /// How the player stands now.
    Standing(Me),
    /// The board's rules have changed.
    Edited,
    /// There is nothing to watch (any more), and this is the last of the news.
    Gone(Refused),
}

/// The tab's socket. It is open while something is watched or followed, and somebody looks at the page. On the server all of
/// it does nothing.
#[derive(Clone, Copy)]
pub struct Live {
    status: RwSignal<Status>,
    #[cfg(feature = "hydrate")]
    client: StoredValue<std::rc::Rc<browser::Client>, LocalStorage>,
}

impl Live {
    /// Makes one and gives it to everything below the calling component.
    pub fn provide() {
        let status = RwSignal::new(Status::Still);
        provide_context(Self {
            status,
            #[cfg(feature = "hydrate")]
            client: StoredValue::new_local(browser::Client::new(status)),
        });
    }

    /// The one that was provided; `None` outside of the app.
    pub fn of_tab() -> Option<Self> {
        use_context()
    }

    /// How live the tab is.
    pub fn status(self) -> Signal<Status> {
        self.status.into()
    }

    /// Watches rows until the calling component goes. `known` is what the page shows already: only what has changed since is sent.
    /// `on_news` gets the newest state at most once per animation frame; older ones that came in between are skipped.
    pub fn watch(self, rows: Stretch, known: Option<Seen>, on_news: impl Fn(News) + 'static) {
        #[cfg(feature = "hydrate")]
        self.hold(on_news, move |client, tell| client.watch(&rows, known.clone(), tell));
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, rows, known, on_news);
    }

    /// Follows a player in the current period of a window, until the calling component goes, or the effect it is called in runs again.
    pub fn follow(self, board: BoardId, window: WindowName, player: PlayerId, on_news: impl Fn(News) + 'static) {
        #[cfg(feature = "hydrate")]
        self.hold(on_news, move |client, tell| client.follow(board.clone(), window.clone(), player.clone(), tell));
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, board, window, player, on_news);
    }

    /// Begins a view after hydration, so that the first render is the server's, and ends it with its owner.
    #[cfg(feature = "hydrate")]
    fn hold(self, on_news: impl Fn(News) + 'static, begin: impl Fn(&std::rc::Rc<browser::Client>, browser::Tell) -> u32 + 'static) {
        let tell: browser::Tell = std::rc::Rc::new(on_news);
        Effect::new(move |_| {
            let view = self.client.try_with_value(|client| begin(client, tell.clone()));
            on_cleanup(move || {
                self.client.try_with_value(|client| view.map(|view| client.unwatch(view)));
            });
        });
    }
}
