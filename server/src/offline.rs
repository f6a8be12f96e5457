//! What a browser keeps for when the server can't be reached: the service worker of this build, and the page that it shows instead of one that it has
//! not kept, in each language; and what it is told of the app that it may install.

use crate::{hex::hex, router::plain};
use app::{
    built::Built,
    i18n::{Language, t, within},
    offline::{FALLBACK, fallback, said, text_files},
};
use axum::{
    Router,
    extract::Query,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const WORKER: &str = include_str!("offline/worker.js");
const MANIFEST: &str = include_str!("offline/manifest.json");
/// What the worker may load, whatever it is told.
const OF_WORKER: &str = "default-src 'none'; connect-src 'self'";
/// A manifest is no page.
const OF_MANIFEST: &str = "default-src 'none'";
/// What the page without a program may load.
const OF_FALLBACK: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the worker, of its page, and of the manifest. There is no worker where there is no front end to keep: pages work without.
pub fn routes<S: Clone + Send + Sync + 'static>(built: &Built) -> Router<S> {
    let manifests = Language::ALL.map(|language| Bytes::from(manifest(language)));
    let manifest = async move |wanted: Query<Wanted>, headers: HeaderMap| {
        let manifest = manifests[wanted.language(&headers) as usize].clone();
        asked_each_time("application/manifest+json", OF_MANIFEST, manifest)
    };
    let router = plain(Router::new(), app::offline::MANIFEST, get(manifest));
    let pages = Language::ALL.map(|language| Bytes::from(fallback(&built.style, language)));
    let Some(worker) = worker(built, &pages).map(Bytes::from) else { return router };
    let page = async move |wanted: Query<Wanted>, headers: HeaderMap| {
        let page = pages[wanted.language(&headers) as usize].clone();
        asked_each_time("text/html; charset=utf-8", OF_FALLBACK, page)
    };
    let worker = get(async move || asked_each_time("text/javascript; charset=utf-8", OF_WORKER, worker));
    plain(plain(router, "/sw.js", worker), FALLBACK, get(page))
}

/// In which language it is wanted: browsers ask for a manifest without cookies, and the worker keeps its page in all of them, since the reader's may be
/// another one by the time that it shows one.
#[derive(Deserialize)]
struct Wanted {
    lang: Option<String>,
}

impl Wanted {
    fn language(&self, headers: &HeaderMap) -> Language {
        self.lang.as_deref().and_then(Language::parse).unwrap_or_else(|| Language::of_headers(headers))
    }
}

/// What the app is, for whoever installs it.
fn manifest(language: Language) -> String {
    let mut manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap_or_default();
    let (description, play) = within(language, || (t::lobby::DESCRIPTION.text(), t::site::PLAY.text()));
    manifest["lang"] = language.code().into();
    manifest["dir"] = language.direction().into();
    manifest["description"] = description.into();
    manifest["shortcuts"] = serde_json::json!([{ "name": play, "url": "/play" }]);
    manifest.to_string()
}

fn asked_each_time(content_type: &'static str, policy: &'static str, body: Bytes) -> Response {
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("cookie, accept-language")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
    ];
    (headers, body).into_response()
}

/// The worker's text. It is another one for each build, and the same on all servers of one: that is how browsers learn of it.
fn worker(built: &Built, pages: &[Bytes]) -> Option<String> {
    let (shell, parts) = (built.shell(), built.parts());
    let mut whole = Sha256::new();
    for address in shell.iter().chain(&parts) {
        let file = built.file(address);
        whole.update(address);
        // The address says what is in it, but in a build without hashes.
        if built.for_good.is_some() {
            file.is_file().then_some(())?;
        } else {
            whole.update(std::fs::read(file).ok()?);
        }
    }
    for page in pages {
        whole.update(page);
    }
    let (built, texts) = (shell, text_files());
    let fallbacks = Language::ALL.map(|language| (language.code(), format!("{FALLBACK}?lang={}", language.code())));
    let shell: Vec<&str> = built
        .into_iter()
        .chain(texts.iter().map(String::as_str))
        .chain(["/favicon.svg"])
        .chain(fallbacks.iter().map(|(_, address)| &**address))
        .collect();
    let fallbacks = serde_json::to_string(&BTreeMap::from(fallbacks.clone())).ok()?;
    let said = said();
    let worker = format!(
        "const BUILT = {built:?};\nconst SHELL = {shell:?};\nconst PARTS = {parts:?};\nconst FALLBACKS = {fallbacks};\nconst SAID = {said};\n{WORKER}"
    );
    whole.update(&worker);
    let build = hex(&whole.finalize()[..8]);
    Some(format!("const BUILD = {build:?};\n{worker}"))
}
