use crate::error::Problem;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Makes problem details of the bare refusals that come from below our handlers, where a library answers with a status alone
/// or with a word of its own.
pub async fn spell_out(response: Response) -> Response {
    let problem = match response.status() {
        _ if response.headers().get("content-type").is_some_and(|kind| kind == "application/problem+json") => return response,
        StatusCode::METHOD_NOT_ALLOWED => Problem::no_method(),
        StatusCode::REQUEST_TIMEOUT => Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", "The request took too long to arrive."),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
        _ => return response,
    };
    let mut spelt_out = problem.into_response();
    if let Some(methods) = response.headers().get("allow") {
        spelt_out.headers_mut().insert("allow", methods.clone());
    }
    spelt_out
}
