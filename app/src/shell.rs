use crate::{
    app::App,
    built::Built,
    i18n::{self, COOKIE, Language, language, t},
    offline::{KEEPING, MANIFEST},
    visitor::{Theme, Visitor},
};
use http::{HeaderValue, header};
use leptos::{config::LeptosOptions, html, nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use leptos_meta::MetaTags;
use std::sync::Arc;

/// The HTML document around the app; rendered on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    crate::policy::tell();
    if let Some(response) = use_context::<ResponseOptions>() {
        // One address has a page for each reader and language.
        response.append_header(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    }
    let built = use_context::<Arc<Built>>().unwrap_or_default();
    let theme = Visitor::of_request().theme;
    let bar = |(colour, media): &(&'static str, _)| html::meta().attr("name", "theme-color").attr("content", *colour).attr("media", *media);
    let bars = theme.bars().iter().map(bar);
    view! {
        <!DOCTYPE html>
        <html lang=language().code() dir=language().direction() data-theme=(theme != Theme::System).then(|| theme.name())>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content=theme.scheme() />
                {bars.collect_view()}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="apple-touch-icon" href="/icon-apple.png" />
                <link rel="manifest" href=format!("{MANIFEST}?lang={}", language().code()) />
                <AutoReload options />
                <link id="leptos" rel="stylesheet" href=built.style.clone() />
                <Start built />
                <MetaTags />
            </head>
            <body>
                <App />
                <Languages />
            </body>
        </html>
    }
}

/// Loads the module and lets it take the page over, once the page has been painted: what there is to see does not share the line with what
/// moves it. A page that nobody looks at is never painted: after a second its module is loaded all the same. What the page needs of the module's parts
/// comes at the same time, not when the module asks for it. Whoever is forgotten leaves nothing in the storage: one thing after the other goes, so that other
/// tabs are told of each, and send none of it. Whoever signs out leaves no runs to be played as them (`app/src/play/call.rs`), and those that wait to be sent
/// only to themself; whoever deletes their account leaves none of these either.
#[component]
fn Start(built: Arc<Built>) -> impl IntoView {
    let Built { script, module, .. } = &*built;
    let texts = texts_path(language());
    let path = use_context::<http::request::Parts>().map(|request| request.uri.path().to_owned()).unwrap_or_default();
    let needed = built.of_page(&path);
    let start = format!(
        "addEventListener(\"click\", (event) => {{
            const button = event.target.closest?.(\"[data-passkey]\");
            if (!button) return;
            event.preventDefault();
            import(\"/passkeys.js\").then(({{ use }}) => use(button));
        }});
        const ofPlayer = [\"spare-runs\", \"refused-runs\"];
        const left = {{ \"/me/sign-out\": ofPlayer, \"/me/delete\": [...ofPlayer, \"runs\"] }};
        addEventListener(\"submit\", ({{ target }}) => {{
            const form = target.getAttribute(\"action\");
            for (const key of form === \"/me/forget\" ? Object.keys(localStorage) : left[form] ?? []) localStorage.removeItem(key);
        }});
        const painted = new Promise((done) => new PerformanceObserver(done).observe({{ type: \"paint\", buffered: true }}));
        await Promise.race([painted, new Promise((done) => setTimeout(done, 1000))]);
        const module = fetch({module:?});
        const texts = fetch({texts:?}).then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)));
        for (const href of {needed:?}) {{
            document.head.append(Object.assign(document.createElement(\"link\"), {{ rel: \"preload\", as: \"fetch\", crossOrigin: \"\", href }}));
        }}
        const app = await import({script:?});
        await app.default({{ module_or_path: module }});
        app.hydrate(await texts);{KEEPING}"
    );
    view! {
        <script type="module" nonce=use_nonce()>
            {start}
        </script>
    }
}

/// Where a language is chosen, on every page. Not of the app: it never changes.
#[component]
fn Languages() -> impl IntoView {
    let one = |one: Language| {
        let is_this = one == language();
        view! {
            <button name=COOKIE value=one.code() lang=one.code() aria-pressed=is_this.to_string()>
                {one.name()}
            </button>
        }
    };
    view! {
        <footer class="site-end">
            <form method="post" action="/me/language" aria-label=t::site::LANGUAGE>
                {Language::ALL.map(one).into_iter().collect_view()}
            </form>
        </footer>
    }
}

/// Where the texts of a language are for the browser: the name changes when they do.
pub(crate) fn texts_path(language: Language) -> String {
    format!("{}{}", i18n::FOLDER, i18n::file_name(language))
}
