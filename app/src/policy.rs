//! What a page may load and run. The browser is told with every page (Content Security Policy, level 3): nothing but what comes from here,
//! the page's own script by a word that is another one each time, and players' pictures from wherever they are.

use http::{HeaderValue, header, request::Parts};
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// The sites whose pages may show ours in a frame, besides our own, as the policy lists them.
#[derive(Clone, Debug, Default)]
pub struct Embedders(pub Arc<str>);

/// Tells the browser, where a page is rendered for one.
pub fn tell() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let embedders = use_context::<Embedders>().unwrap_or_default();
    let path = use_context::<Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    // While it is watched for changes, the page is told of them on another port.
    let reload = if std::env::var_os("LEPTOS_WATCH").is_some() { " ws:" } else { "" };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: https:; \
         connect-src 'self'{reload}; frame-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {}",
        framed(&path, &embedders)
    );
    if let Ok(policy) = HeaderValue::from_str(policy.trim_end()) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Who may show a page in a frame. Nobody where something is done by a click in somebody's name that whoever has the frame could lay their own page over:
/// operators' pages, and those of one's own account.
fn framed(path: &str, embedders: &Embedders) -> String {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    // No page that may be in a frame begins with an escaped letter.
    let is_personal = ["admin", "me"].contains(&first) || first.contains('%');
    if is_personal { "'none'".to_owned() } else { format!("'self' {}", embedders.0) }
}

/// What a page within others' pages may load and run: what comes from here, and no more.
pub fn of_embedded(embedders: &Embedders) -> Option<HeaderValue> {
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self' {}",
        embedders.0
    );
    HeaderValue::from_str(policy.trim_end()).ok()
}
