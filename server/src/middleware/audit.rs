use crate::{
    auth::audit::{Answered, Witness},
    error::Problem,
    rest::ClientAddress,
    state::AppState,
};
use axum::{
    extract::{FromRequestParts, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The header by which whoever changes something may say why.
pub const REASON: &str = "x-reason";

/// Records every change by whoever has a right to it: no route can forget to.
pub async fn audit(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(ClientAddress(from)) = ClientAddress::from_request_parts(&mut parts, &*state).await;
    let mut request = Request::from_parts(parts, body);
    let witness = Witness::default();
    // Headers hold bytes; who writes another language sends it as UTF-8.
    let why = request.headers().get(REASON).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Err(error) = witness.because(why.as_deref()) {
        return Problem::from(error).into_response();
    }
    request.extensions_mut().insert(witness.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let act = format!("{} {route}", request.method());
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let response = next.run(request).await;
    let answered = Answered { from, act, path: &path, status: response.status().as_u16() };
    if let Err(error) = state.auth.record(&witness, answered).await {
        // It is done already, and can't be taken back for that.
        tracing::error!(%error, path, "what was done is not in the audit log");
    }
    response
}
