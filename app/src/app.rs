//! The app: contexts, frame and routes.

use crate::{
    components::brand,
    i18n::{Text, t},
    live::Live,
    markup::{Markup, tag},
    pages::{NotFound, Page},
    query::Queries,
    state::Outbox,
};
use leptos::prelude::*;
use leptos_router::{
    PossibleRouteMatch, SsrMode,
    components::{FlatRoutes, Route, Router},
    path,
};
use std::sync::Arc;

/// The whole app, in the browser and on the server.
#[component]
pub fn App() -> impl IntoView {
    #[cfg(feature = "ssr")]
    leptos_meta::provide_meta_context();
    Live::provide();
    Queries::provide();
    Outbox::provide();
    #[cfg(feature = "hydrate")]
    {
        crate::offline::live_is_now();
        crate::play::send_what_waits();
    }
    #[cfg(all(debug_assertions, feature = "hydrate"))]
    Effect::new(|_| crate::devtools::open());
    view! { <Router>{frame()}</Router> }
}

/// What is on every page, around it.
fn frame() -> Markup {
    let skip = tag("a").class("skip").attr("href", "#main").attr("rel", "external").put(t::site::SKIP);
    let link = |href: &'static str, text: Text| tag("a").attr("href", href).put(text);
    let nav = tag("nav")
        .attr("aria-label", t::site::NAV)
        .put(link("/", t::site::BOARDS))
        .put(link("/play", t::site::PLAY))
        // A page of its own: see `pages::docs`.
        .put(link("/docs", t::site::DOCS).attr("rel", "external"))
        .put(link("/me", t::site::ME));
    let top = tag("header").class("top").put(brand()).put(nav);
    let routes = view! {
        <FlatRoutes fallback=NotFound>
            // The whole page in one piece: its rows must be there without JavaScript, and so must its status.
            <Route path=at(path!("/")) view=Page::LOBBY ssr=SsrMode::Async />
            <Route path=at(path!("/b/:board")) view=Page::BOARD ssr=SsrMode::Async />
            <Route path=at(path!("/b/:board/p/:player")) view=Page::PROFILE ssr=SsrMode::Async />
            <Route path=at(path!("/me")) view=Page::ME ssr=SsrMode::Async />
            <Route path=at(path!("/play")) view=Page::PLAY ssr=SsrMode::Async />
            <Route path=at(path!("/admin")) view=Page::ADMIN ssr=SsrMode::Async />
            <Route path=at(path!("/admin/*page")) view=Page::ADMIN ssr=SsrMode::Async />
            <Route path=at(path!("/docs")) view=Page::DOCS ssr=SsrMode::Async />
            <Route path=at(path!("/docs/live")) view=Page::DOCS_LIVE ssr=SsrMode::Async />
        </FlatRoutes>
    };
    let main = tag("main").attr("id", "main").put(routes.into_any());
    [skip.into(), top.into(), main.into()].into()
}

/// Paths of one type: what routes are matched and listed by is then in the module once, not once for each shape of a path.
fn at(path: impl PossibleRouteMatch + Send + Sync + 'static) -> Arc<dyn PossibleRouteMatch + Send + Sync> {
    Arc::new(path)
}
