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

/// Tells browsers that have come by TLS to come by nothing else any more (RFC 6797).
pub async fn strict_transport(State(proxies): State<TrustedProxies>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let is_secure = proxies.is_secure(peer, request.headers());
    let mut response = next.run(request).await;
    if is_secure {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, LASTING);
    }
    response
}
