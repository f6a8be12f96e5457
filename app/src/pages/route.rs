use super::{admin, board, lobby, play};
use crate::{chunk::Unloaded, components::failure, error::AppError};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use leptos_router::ChooseView;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, Unloaded>>>>;

/// A page that is in a part of the browser's module which is loaded when the page is gone to. All other pages are in what every visitor loads.
#[derive(Clone, Copy)]
pub struct Page {
    part: &'static str,
    load: fn() -> Coming<()>,
    view: fn() -> Coming<AnyView>,
}

impl Page {
    /// The boards.
    pub const LOBBY: Self = Self { part: "lobby", load: || Box::pin(lobby::load()), view: || Box::pin(lobby::lobby()) };
    /// A board.
    pub const BOARD: Self = Self { part: "board", load: || Box::pin(board::load()), view: || Box::pin(board::board()) };
    /// The game.
    pub const PLAY: Self = Self { part: "desk", load: || Box::pin(play::load()), view: || Box::pin(play::play()) };
    /// The dashboard.
    pub const ADMIN: Self = Self { part: "desk", load: || Box::pin(admin::load()), view: || Box::pin(admin::admin()) };

    /// The page at this path, if it is one of these.
    pub fn at(path: &str) -> Option<Self> {
        // Routes take no notice of a slash at the end either.
        let mut names = path.split('/').filter(|name| !name.is_empty());
        match (names.next(), names.next(), names.next()) {
            (None, ..) => Some(Self::LOBBY),
            (Some("b"), Some(_), None) => Some(Self::BOARD),
            (Some("play"), None, _) => Some(Self::PLAY),
            (Some("admin"), ..) => Some(Self::ADMIN),
            _ => None,
        }
    }

    /// What the build calls the part of the module that it is in.
    pub fn part(self) -> &'static str {
        self.part
    }

    /// Loads its part, so that it is there once it is gone to.
    pub async fn load(self) -> Result<(), Unloaded> {
        (self.load)().await
    }
}

impl ChooseView for Page {
    async fn choose(self) -> AnyView {
        let mut coming = (self.view)();
        match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            // The only case on the server, and of a page that is taken over: it must be found as it was rendered.
            Poll::Ready(page) => come(page),
            Poll::Pending => later(coming),
        }
    }

    async fn preload(&self) {}
}

fn come(page: Result<AnyView, Unloaded>) -> AnyView {
    page.unwrap_or_else(|Unloaded| failure(&AppError::Network).into_any())
}

/// Whoever goes to a page sees at once that they do, and the page when its part is there.
fn later(coming: Coming<AnyView>) -> AnyView {
    let page = RwSignal::new_local(None);
    spawn_local_scoped_with_cancellation(async move {
        let come = come(coming.await);
        page.set(Some(come));
    });
    let shown = move || {
        page.track();
        page.try_update_untracked(Option::take).flatten().unwrap_or_else(|| super::loading().into_any())
    };
    shown.into_any()
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_are_in_parts() {
        let part = |path| Page::at(path).map(Page::part);
        for (path, is_in) in [
            ("/", Some("lobby")),
            ("/b/main", Some("board")),
            ("/b/main/p/ada", None),
            ("/b/main/", Some("board")),
            ("/play", Some("desk")),
            ("/admin", Some("desk")),
            ("/admin/boards/main", Some("desk")),
            ("/me", None),
            ("/docs/live", None),
        ] {
            assert_eq!(part(path), is_in, "{path}");
        }
    }
}
