//! What a browser keeps for when the server can't be reached: the service worker of this build, and the page that it shows instead of one that it has
//! not kept, in each language.

use crate::hex::hex;
use app::{
    built::Built,
    i18n::Language,
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
/// What the worker may load, whatever it is told.
const OF_WORKER: &str = "default-src 'none'; connect-src 'self'";
/// What the page without a program may load.
const OF_FALLBACK: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the worker and of its page. There are none where there is no front end to keep: pages work without.
pub fn routes<S: Clone + Send + Sync + 'static>(built: &Built) -> Router<S> {
    let pages = Language::ALL.map(|language| Bytes::from(fallback(&built.style, language)));
    let Some(worker) = worker(built, &pages).map(Bytes::from) else { return Router::new() };
    let page = async move |Query(Wanted { lang }): Query<Wanted>, headers: HeaderMap| {
        let language = lang.as_deref().and_then(Language::parse).unwrap_or_else(|| Language::of_headers(&headers));
        let page = pages[language as usize].clone();
        asked_each_time("text/html; charset=utf-8", OF_FALLBACK, page)
    };
    Router::new()
        .route("/sw.js", get(async move || asked_each_time("text/javascript; charset=utf-8", OF_WORKER, worker)))
        .route(FALLBACK, get(page))
}

/// Which page the worker wants: it keeps all of them, since the language may be another one by the time that it shows one.
#[derive(Deserialize)]
struct Wanted {
    lang: Option<String>,
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
