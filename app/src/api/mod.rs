//! The server functions, by resource. They are public endpoints: each checks what it is given.

#![allow(missing_docs, reason = "a server function's arguments become public fields, and can't carry documentation")]

mod boards;
mod scores;

pub use boards::{OpenBoard, open_board};
pub use scores::{Rejected, SubmitScore, submit_score};

/// Sets the answer's status to the error's, unless a plain form asks: that one is redirected with the error.
#[cfg(feature = "ssr")]
fn set_status(error: &crate::error::AppError) {
    use leptos::prelude::use_context;
    let from_form = use_context::<http::request::Parts>()
        .and_then(|parts| Some(parts.headers.get(http::header::ACCEPT)?.to_str().ok()?.contains("text/html")))
        .unwrap_or(false);
    if let (false, Some(response), Ok(status)) =
        (from_form, use_context::<leptos_axum::ResponseOptions>(), http::StatusCode::from_u16(error.status()))
    {
        response.set_status(status);
    }
}
