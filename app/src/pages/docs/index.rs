use leptos::prelude::*;

/// What there is to read.
pub fn text() -> impl IntoView {
    view! {
        <h1>"Documentation"</h1>
        <dl>
            <dt>
                <a href="/docs/live" rel="external">
                    "The live feed"
                </a>
            </dt>
            <dd>
                "Ranks as they move, in a program of your own: over a WebSocket or as server-sent events, with a client in 20 lines of \
                    JavaScript."
            </dd>
        </dl>
    }
}
