use super::{Message, Title};
use crate::error::AppError;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {http::StatusCode, leptos_axum::ResponseOptions};

/// What is shown instead of what can't be read.
#[component]
pub fn Failure(
    /// Why it can't be read.
    error: AppError,
) -> impl IntoView {
    #[cfg(feature = "ssr")]
    mark(&error);
    let title = match &error {
        AppError::NotFound { .. } | AppError::Invalid { .. } => "There is nothing here",
        AppError::Unavailable | AppError::Network | AppError::Busy => "Not to be reached at the moment",
        _ => "That did not work",
    };
    view! {
        <Title text=title />
        <Message heading=title text=error.to_string() />
    }
}

/// A page that is not there says so by its status as well, also where the address alone tells, and the store was not asked.
#[cfg(feature = "ssr")]
pub fn mark(error: &AppError) {
    let status = if matches!(error, AppError::Invalid { .. }) { StatusCode::NOT_FOUND } else { error.status() };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
