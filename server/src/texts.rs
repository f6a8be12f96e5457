//! What pages say, as their program is given it: a file for each language, whose name changes when what is in it does.

use crate::router::plain;
use app::i18n::{FOLDER, Language, file, file_name};
use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    routing::get,
};
use bytes::Bytes;

/// The routes of the files.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Language::ALL.into_iter().fold(Router::new(), |router, language| {
        let (headers, body) = (headers.clone(), Bytes::from(file(language)));
        plain(router, &format!("{FOLDER}{}", file_name(language)), get(async move || (headers, body)))
    })
}
