use crate::{boards::caller::Caller, rest::player_of, state::AppState, visit::SignedIn};
use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

/// Finds out which player looks at a page, so that whatever writes it knows. Where that can't be told, the page says so.
pub async fn visitor(State(state): State<Arc<AppState>>, mut request: Request, next: Next) -> Response {
    let player = match request.extensions().get::<Caller>() {
        Some(Caller::Player(player)) => Ok(Some(player.clone())),
        Some(Caller::Anonymous) => Ok(None),
        _ => player_of(request.headers(), &state.auth).await,
    };
    request.extensions_mut().insert(SignedIn(player));
    next.run(request).await
}
