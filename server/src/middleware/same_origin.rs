use crate::error::Problem;
use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses to change anything for a page of another site that asks in its visitor's name. Browsers say so in `Sec-Fetch-Site`, or
/// where that is missing in `Origin`; what sends neither is no browser.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if !request.method().is_safe() && is_foreign(request.headers()) {
        return Problem::new(StatusCode::FORBIDDEN, "cross-site", "Forms of other sites can't submit here; use POST /api/score.")
            .into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) != text(header::HOST.as_str()),
        (None, None) => false,
    }
}
