use crate::{
    boards::caller::Caller,
    error::Problem,
    limits::{Class, asker::Asker},
    rest::ClientAddress,
    state::AppState,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::Method,
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Counts a request against the limits of whoever sent it, and refuses it if it is too much. Operators, and networks that are not limited, are not
/// counted; whoever has a key is counted by it, and not by address. A wrong key is counted.
pub async fn rate_limit(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let Some(class) = class(request.method(), request.uri().path()) else { return next.run(request).await };
    let (mut parts, body) = request.into_parts();
    let Ok(ClientAddress(address)) = ClientAddress::from_request_parts(&mut parts, &*state).await;
    let limits = || state.limits.clone();
    let asker = match Caller::from_request_parts(&mut parts, &*state).await {
        Ok(Caller::Key(grant)) => Asker::of_key(limits(), &grant.key, !state.limits.is_unlimited(address)),
        Ok(caller) if !caller.is_of_the_public() => return next.run(Request::from_parts(parts, body)).await,
        _ if state.limits.is_unlimited(address) => return next.run(Request::from_parts(parts, body)).await,
        _ => Asker::take(limits(), class, address),
    };
    let request = Request::from_parts(parts, body);
    let (said, mut response) = match asker {
        Ok(asker) => {
            let response = asker.clone().scope(next.run(request)).await;
            (asker.said(), response)
        }
        Err(said) => {
            let refused = Problem::from(said.error()).into_response();
            (Some(said), refused)
        }
    };
    if let Some(said) = said {
        said.write(response.headers_mut());
    }
    response
}

/// Which kind of request this is; none for what browsers ask beforehand, and for the compiled front end, which is as many files as it is.
fn class(method: &Method, path: &str) -> Option<Class> {
    let is_read = method.is_safe() || path.starts_with("/fn/") && path != "/fn/submit_score";
    let is_api = path.starts_with("/api/") || path.starts_with("/fn/");
    match path {
        _ if *method == Method::OPTIONS => None,
        "/ws" => Some(Class::Live),
        _ if is_api && path.ends_with("/events") => Some(Class::Live),
        _ if !is_read => Some(Class::Write),
        _ if is_api => Some(Class::Read),
        _ => Some(Class::Page),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        for (method, path, kind) in [
            (Method::GET, "/", Some(Class::Page)),
            (Method::GET, "/b/main/og.png", Some(Class::Page)),
            (Method::GET, "/b/main/p/ada/og.png", Some(Class::Page)),
            (Method::POST, "/b/main/scores", Some(Class::Write)),
            (Method::POST, "/me", Some(Class::Write)),
            (Method::GET, "/api/boards", Some(Class::Read)),
            (Method::HEAD, "/api/boards/main/entries", Some(Class::Read)),
            (Method::POST, "/api/score", Some(Class::Write)),
            (Method::DELETE, "/api/boards/main", Some(Class::Write)),
            (Method::POST, "/fn/read_page", Some(Class::Read)),
            (Method::POST, "/fn/submit_score", Some(Class::Write)),
            (Method::GET, "/ws", Some(Class::Live)),
            (Method::GET, "/api/boards/main/events", Some(Class::Live)),
            (Method::OPTIONS, "/api/score", None),
        ] {
            assert_eq!(class(&method, path), kind, "{method} {path}");
        }
    }
}
