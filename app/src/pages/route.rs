use super::{admin, board, docs, fragment, lobby, play};
use crate::{chunk::Unloaded, components::failure, error::AppError};
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use leptos_router::ChooseView;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

type Coming<T> = Pin<Box<dyn Future<Output = Result<T, Unloaded>>>>;

/// A page.
#[derive(Clone, Copy)]
pub struct Page {
    /// Which part of the browser's module it is in, if that is not what every visitor loads: it is loaded when the page is gone to.
    part: Option<Part>,
    view: fn() -> Coming<AnyView>,
}

#[derive(Clone, Copy)]
struct Part {
    name: &'static str,
    load: fn() -> Coming<()>,
}

impl Page {
    /// The boards.
    pub const LOBBY: Self = Self::of("lobby", || Box::pin(lobby::load()), || Box::pin(lobby::lobby()));
    /// A board.
    pub const BOARD: Self = Self::of("board", || Box::pin(board::load()), || Box::pin(board::board()));
    /// The game.
    pub const PLAY: Self = Self::of("desk", || Box::pin(play::load()), || Box::pin(play::play()));
    /// The dashboard.
    pub const ADMIN: Self = Self::of("desk", || Box::pin(admin::load()), || Box::pin(admin::admin()));
    /// A player on a board.
    pub const PROFILE: Self = Self { part: None, view: || here(fragment::profile()) };
    /// Who plays in this browser.
    pub const ME: Self = Self { part: None, view: || here(fragment::me()) };
    /// What there is to read.
    pub const DOCS: Self = Self { part: None, view: || here(docs::docs()) };
    /// The live feed, for third parties.
    pub const DOCS_LIVE: Self = Self { part: None, view: || here(docs::docs_live()) };

    const fn of(name: &'static str, load: fn() -> Coming<()>, view: fn() -> Coming<AnyView>) -> Self {
        Self { part: Some(Part { name, load }), view }
    }

    /// The page at this path, if it is one that is in a part.
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
    pub fn part(self) -> Option<&'static str> {
        self.part.map(|part| part.name)
    }

    /// Loads its part, so that it is there once it is gone to.
    pub async fn load(self) -> Result<(), Unloaded> {
        match self.part {
            Some(part) => (part.load)().await,
            None => Ok(()),
        }
    }
}

fn here(view: AnyView) -> Coming<AnyView> {
    Box::pin(std::future::ready(Ok(view)))
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

/// Whoever goes to a page sees at once that they do, and the page when its part is there. Where it is not, although the server is there, that has
/// another build by now, which has the page.
fn later(coming: Coming<AnyView>) -> AnyView {
    let page = RwSignal::new_local(None);
    spawn_local_scoped_with_cancellation(async move {
        let coming = coming.await;
        #[cfg(feature = "hydrate")]
        if coming.is_err() && is_server_there().await {
            // It is left: there is nothing to show.
            let _is_loading = location().reload();
            return;
        }
        let come = come(coming);
        page.set(Some(come));
    });
    let shown = move || {
        page.track();
        page.try_update_untracked(Option::take).flatten().unwrap_or_else(|| super::loading().into_any())
    };
    shown.into_any()
}

/// Whether the server answers.
#[cfg(feature = "hydrate")]
async fn is_server_there() -> bool {
    let answer = wasm_bindgen_futures::JsFuture::from(window().fetch_with_str("/healthz")).await;
    answer.is_ok_and(|answer| crate::dom::member(&answer, "ok").is_truthy())
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn pages_are_in_parts() {
        let part = |path| Page::at(path).and_then(Page::part);
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
