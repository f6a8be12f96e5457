use crate::{
    app::App,
    visitor::{Theme, Visitor},
};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::{HashedStylesheet, MetaTags};

/// The HTML document around the app; rendered on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    crate::policy::tell();
    let theme = match Visitor::of_request().theme {
        Theme::System => None,
        theme => Some(theme.name()),
    };
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" content="#f6f5f2" media="(prefers-color-scheme: light)" />
                <meta name="theme-color" content="#14151a" media="(prefers-color-scheme: dark)" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <AutoReload options=options.clone() />
                <HydrationScripts options=options.clone() />
                <HashedStylesheet id="leptos" options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
