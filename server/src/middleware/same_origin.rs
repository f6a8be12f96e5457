use crate::{auth::origin::is_foreign, error::Problem};
use axum::{
    extract::Request,
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Refuses to change anything for a page of another site that asks in its visitor's name.
pub async fn same_origin(request: Request, next: Next) -> Response {
    if !request.method().is_safe() && is_foreign(request.headers()) {
        return Problem::new(StatusCode::FORBIDDEN, "cross-site", "Forms of other sites can't submit here; use POST /api/score.")
            .into_response();
    }
    next.run(request).await
}
