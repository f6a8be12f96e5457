//! Whether a page of another site asks in its visitor's name. Browsers say so in `Sec-Fetch-Site`, or where that is missing in `Origin`;
//! what sends neither is no browser.

use axum::http::{HeaderMap, header};

/// Whether it does.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text(header::HOST.as_str()),
        (None, None) => false,
    }
}
