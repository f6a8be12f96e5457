//! What a browser has of the app when the server can't be reached. The service worker (`server/src/offline/worker.js`) keeps pages; here is what these
//! add to it.

#[cfg(feature = "ssr")]
pub(crate) use told::KEEPING;
#[cfg(feature = "ssr")]
pub use told::{FALLBACK, MANIFEST, fallback, said, text_files};

#[cfg(feature = "ssr")]
mod told {
    use crate::{
        components::brand,
        i18n::{Language, t, within},
        shell::texts_path,
    };
    use leptos::prelude::*;

    /// Where the page is that is shown instead of one that nobody kept.
    pub const FALLBACK: &str = "/offline";

    /// Where it is told what there is to install, in the language that `lang` names.
    pub const MANIFEST: &str = "/manifest.webmanifest";

    /// Registers the worker, where browsers have one: in secure contexts only. Links of a page whose build is not the newest any more, or that is offline,
    /// load pages instead of changing what is shown: the worker answers. A page that was reached without being loaded is told to it, so that it is kept as
    /// well. Whoever comes back to a tab that was open for long, or to a server that was away, asks whether there is
    /// another build.
    pub(crate) const KEEPING: &str = r#"
        const workers = navigator.serviceWorker;
        if (workers) {
            let isOld = false;
            if (workers.controller) workers.addEventListener("controllerchange", () => (isOld = true));
            document.addEventListener("click", (event) => {
                const loads = workers.controller && (isOld || !navigator.onLine);
                if (loads && !event.defaultPrevented && event.target.closest?.("a[href]")) event.stopPropagation();
            });
            window.navigation?.addEventListener("currententrychange", ({ navigationType }) => {
                if (navigationType === "push") workers.controller?.postMessage(location.href);
            });
            const worker = await workers.register("/sw.js").catch(() => null);
            const ask = () => document.hidden || worker?.update().catch(() => null);
            for (const kind of ["visibilitychange", "live-again"]) document.addEventListener(kind, ask);
        }"#;

    /// The addresses of the texts that pages say, in each language.
    pub fn text_files() -> [String; 4] {
        Language::ALL.map(texts_path)
    }

    /// What the worker says in each language, as JSON: `{time}` is when a page was kept.
    pub fn said() -> String {
        let said = |language: Language| {
            let texts = within(language, || {
                [
                    ("asOf", t::offline::as_of("{time}").text()),
                    ("keptAsOf", t::offline::kept_as_of("{time}").text()),
                    ("load", t::offline::LOAD.into()),
                    ("kept", t::offline::KEPT.into()),
                    ("boards", t::site::BOARDS.into()),
                ]
            });
            let texts = texts.map(|(name, text)| (name.to_owned(), text.into()));
            (language.code().to_owned(), serde_json::Value::Object(texts.into_iter().collect()))
        };
        serde_json::Value::Object(Language::ALL.map(said).into_iter().collect()).to_string()
    }

    /// The page that is shown instead of one that nobody kept, in a language. It has no program: it stands at addresses that the app would render
    /// otherwise.
    pub fn fallback(style: &str, language: Language) -> String {
        within(language, || written(style.to_owned(), language))
    }

    fn written(style: String, language: Language) -> String {
        let page = view! {
            <html lang=language.code() dir=language.direction()>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    <title>{format!("{} · LeaderPort", t::offline::TITLE.text())}</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <link rel="stylesheet" href=style />
                </head>
                <body>
                    <header class="top">
                        {brand()}
                    </header>
                    <main>
                        <section class="message">
                            <h1>{t::offline::HEADING}</h1>
                            <p>{t::offline::TEXT}</p>
                            <div id="kept"></div>
                            <p>
                                <a class="button" href="">
                                    {t::offline::AGAIN}
                                </a>
                            </p>
                        </section>
                    </main>
                </body>
            </html>
        };
        format!("<!DOCTYPE html>{}", crate::fragments::html(page))
    }
}

/// What is live is of no moment before: the worker's mark goes. Live again, the server may be of another build: the page is told, to ask for its worker.
#[cfg(feature = "hydrate")]
pub fn live_is_now() {
    use crate::live::{Live, Status};
    use leptos::prelude::*;
    let Some(live) = Live::of_tab() else { return };
    let mut was = false;
    crate::effect::effect(move || {
        if live.status().get() != Status::Live {
            return;
        }
        if let Some(mark) = crate::dom::by_id::<web_sys::Element>("as-of") {
            mark.remove();
        }
        if let (true, Ok(again)) = (was, web_sys::Event::new("live-again")) {
            // Nobody prevents what is only said.
            let _is_not_prevented = document().dispatch_event(&again);
        }
        was = true;
    });
}
