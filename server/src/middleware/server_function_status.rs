use app::error::AppError;
use axum::{
    body::{Body, to_bytes},
    http::{StatusCode, header},
    response::Response,
};

/// The longest error that is looked into, in bytes.
const MAX_ERROR: usize = 64 * 1024;
/// How a server function's answer says that it is an error.
const MARK: &str = "serverfnerror";

/// Gives a server function's failure the status of its error: leptos answers 500 to all of them.
pub async fn server_function_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || !response.headers().contains_key(MARK) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_ERROR).await else {
        parts.headers.remove(header::CONTENT_LENGTH);
        return Response::from_parts(parts, Body::empty());
    };
    let error = postcard::from_bytes::<AppError>(&bytes);
    if let Ok(error) = error {
        parts.status = error.status();
    }
    Response::from_parts(parts, Body::from(bytes))
}
