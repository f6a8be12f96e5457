//! The client of the live feed: one socket a tab, shared by all that is shown.
//!
//! - `line`: when the socket is opened and closed, without one: a state machine
//! - `browser`: the socket itself, and who is told what came

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(feature = "hydrate", test))]
mod line;
#[cfg(debug_assertions)]
mod report;

#[cfg(debug_assertions)]
pub use report::ViewReport;

use crate::{
    model::{BoardId, Period, PlayerId, WindowName},
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
    /// Nothing comes, because whoever looks wants it so.
    Paused,
    /// The server wants no more of it.
    Ended,
}

/// Rows to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// On which board.
    pub board: BoardId,
    /// In which window, and in which of its periods.
    pub period: Period,
    /// The first place, from 1.
    pub from: u64,
    /// How many rows, at most [`crate::protocol::MAX_VIEW_ROWS`].
    pub len: u32,
}

impl Stretch {
    /// The first page of a board.
    pub fn top(board: BoardId) -> Self {
        Self { board, period: Period::default(), from: 1, len: PAGE_ROWS }
    }
}

/// What somebody who watches or follows is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The newest states of pages, each with the place of its first row.
    Pages(Vec<(u64, Seen)>),
    /// How the player stands now.
    Standing(Box<Me>),
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
    pub fn status(self) -> ReadSignal<Status> {
        self.status.read_only()
    }

    /// All that is watched and followed.
    #[cfg(debug_assertions)]
    pub fn report(self) -> Vec<ViewReport> {
        #[cfg(feature = "hydrate")]
        return self.client.try_with_value(|client| client.report()).unwrap_or_default();
        #[cfg(not(feature = "hydrate"))]
        Vec::new()
    }

    /// Watches what `wanted` says, which is asked again whenever its signals change, until the calling component goes; nothing while
    /// it says `None`. `known` is what the page shows of it already: only what has changed since is sent. `on_news` gets the newest
    /// states at most once per animation frame; older ones that came in between are skipped.
    pub fn watch(
        self,
        wanted: impl Fn() -> Option<Stretch> + 'static,
        known: impl Fn() -> Vec<(u64, Seen)> + 'static,
        on_news: impl Fn(News) + 'static,
    ) {
        #[cfg(feature = "hydrate")]
        self.hold(on_news, move |client, view, tell| match wanted() {
            Some(stretch) => client.watch(view, &stretch, &known, tell),
            None => client.unwatch(view),
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, wanted, known, on_news);
    }

    /// Follows whom `wanted` says, in the current period of a window, likewise.
    pub fn follow(
        self,
        board: BoardId,
        window: WindowName,
        wanted: impl Fn() -> Option<PlayerId> + 'static,
        on_news: impl Fn(News) + 'static,
    ) {
        #[cfg(feature = "hydrate")]
        self.hold(on_news, move |client, view, tell| match wanted() {
            Some(player) => client.follow(view, board.clone(), window.clone(), player, tell),
            None => client.unwatch(view),
        });
        #[cfg(not(feature = "hydrate"))]
        let _ = (self, board, window, wanted, on_news);
    }

    /// Holds a view: from hydration on, so that the first render is the server's, until its owner goes.
    #[cfg(feature = "hydrate")]
    fn hold(self, on_news: impl Fn(News) + 'static, renew: impl Fn(&std::rc::Rc<browser::Client>, u32, browser::Tell) + 'static) {
        let Some(view) = self.client.try_with_value(|client| client.new_view()) else { return };
        let tell: browser::Tell = std::rc::Rc::new(on_news);
        crate::effect::effect(move || {
            self.client.try_with_value(|client| renew(client, view, tell.clone()));
        });
        on_cleanup(move || {
            self.client.try_with_value(|client| client.unwatch(view));
        });
    }
}
