use crate::{
    boards::caller::Caller,
    rest::{Secure, player_of},
    state::AppState,
    visit::SignedIn,
};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::{net::SocketAddr, sync::Arc};

/// Finds out which player looks at a page, so that whatever writes it knows. Where that can't be told, the page says so. What a player who has signed in
/// sees is kept by no browser.
pub async fn visitor(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let player = match request.extensions().get::<Caller>() {
        Some(Caller::Player(player)) => Ok(Some(player.clone())),
        Some(Caller::Anonymous) => Ok(None),
        _ => {
            let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
            let secure = Secure(state.proxies.is_secure(peer, request.headers()));
            player_of(request.headers(), &state.auth, &secure).await
        }
    };
    let is_known = matches!(player, Ok(Some(_)));
    request.extensions_mut().insert(SignedIn(player));
    let mut response = next.run(request).await;
    if is_known {
        // It has somebody's name in it, and what is theirs alone.
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}
