use crate::state::TrustedProxies;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::net::SocketAddr;

/// A year, in seconds.
const LASTING: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Tells browsers that have come by TLS to come by nothing else any more (RFC 6797). TLS ends at a proxy; one that is trusted says so in
/// `X-Forwarded-Proto`.
pub async fn strict_transport(State(proxies): State<TrustedProxies>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let protocol = request.headers().get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    let is_secure =
        peer.is_some_and(|peer| proxies.include(peer)) && protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("https"));
    let mut response = next.run(request).await;
    if is_secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, LASTING);
    }
    response
}
