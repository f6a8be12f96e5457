use super::security_log::{self, Refused};
use crate::{
    metrics, reader,
    request_id::{HEADER, RequestId},
    rest::ClientAddress,
    state::AppState,
    telemetry,
};
use app::i18n::Language;
use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};
use std::{sync::Arc, time::Instant};
use tracing::{Instrument, debug, error_span, field::Empty, warn};

/// Gives every request an id, counts it, and logs it once it is answered, louder if that took long; a refusal that has to do with security in a log of its own. What is logged meanwhile carries the id.
pub async fn observe(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::of(request.headers());
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    let (mut parts, body) = request.into_parts();
    let Ok(ClientAddress(from)) = ClientAddress::from_request_parts(&mut parts, &*state).await;
    let request = Request::from_parts(parts, body);
    let span = error_span!(
        "request",
        request.id = %id,
        otel.kind = Empty,
        otel.name = Empty,
        otel.status_code = Empty,
        http.response.status_code = Empty
    );
    if telemetry::is_on() {
        telemetry::go_on(&span, request.headers());
        // What stands in a route, and no more of the path: there are names in it.
        span.record("otel.kind", "server").record("otel.name", format!("{method} {route}"));
    }
    let answer = reader::scope(Language::of_headers(request.headers()), next.run(request));
    let mut response = id.clone().scope(answer.instrument(span.clone())).await;
    response.headers_mut().insert(HEADER, id.value());
    let (status, took) = (response.status().as_u16(), started.elapsed());
    metrics::request(method, &route, status, took);
    if telemetry::is_on() {
        span.record("http.response.status_code", status);
        if status >= 500 {
            span.record("otel.status_code", "ERROR");
        }
    }
    let _in_span = span.entered();
    debug!(http.method = method, http.path = path, http.status = status, duration_ms = took.as_secs_f64() * 1e3, "request");
    if let Some(refused) = response.extensions().get::<Refused>() {
        security_log::note(refused, from, method, &route);
    }
    if took >= state.slow.0 {
        // Without the query, which may have somebody's name in it.
        warn!(http.method = method, http.route = route, http.status = status, duration_ms = took.as_secs_f64() * 1e3, "slow request");
    }
    response
}

/// A method's name; methods can be made up, and every name is a series of its own.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
