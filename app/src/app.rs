//! The app: contexts, frame and routes.

use crate::{
    live::Live,
    pages::{Docs, DocsLive, Home, NotFound},
};
use leptos::prelude::*;
use leptos_meta::{Meta, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The whole app, in the browser and on the server.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Live::provide();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "LeaderPort".to_owned() } else { format!("{title} · LeaderPort") } />
        <Meta name="description" content="A leaderboard that moves while you watch." />
        <Router>
            <header class="top">
                <a class="brand" href="/">
                    <img src="/favicon.svg" alt="" width="28" height="28" />
                    "LeaderPort"
                </a>
                // A page of its own: see `pages::docs`.
                <nav aria-label="Site">
                    <a href="/docs" rel="external">
                        "Docs"
                    </a>
                </nav>
            </header>
            <main>
                <Routes fallback=NotFound>
                    // The whole page in one piece: its rows must be there without JavaScript, and so must its status.
                    <Route path=path!("/") view=Home ssr=SsrMode::Async />
                    <Route path=path!("/docs") view=Docs ssr=SsrMode::Async />
                    <Route path=path!("/docs/live") view=DocsLive ssr=SsrMode::Async />
                </Routes>
            </main>
        </Router>
    }
}
