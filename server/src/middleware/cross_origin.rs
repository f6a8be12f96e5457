use crate::{limits::asker, request_id, state::Origins};
use axum::{
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may go by what it was told before it asks again: two hours, the most that Chromium takes.
const MAX_AGE: Duration = Duration::from_secs(2 * 60 * 60);
/// What the layer says to everybody.
const GENERAL: [HeaderName; 4] = [
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

/// Lets pages of the origins that are allowed use the API, with a key of theirs but without cookies.
pub fn cross_origin(origins: Origins) -> CorsLayer {
    let allow = move |origin: &HeaderValue, _: &Parts| origin.to_str().is_ok_and(|origin| origins.include(origin));
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(allow))
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            request_id::HEADER,
            HeaderName::from_static(super::REASON),
        ])
        .expose_headers(
            [header::ETAG, header::LOCATION, header::RETRY_AFTER, request_id::HEADER].into_iter().chain(asker::HEADERS).collect::<Vec<_>>(),
        )
        .max_age(MAX_AGE)
}

/// Tells pages of other origins nothing at all.
pub async fn silent_to_others(mut response: Response) -> Response {
    if !response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        GENERAL.iter().for_each(|name| drop(response.headers_mut().remove(name)));
    }
    response
}
