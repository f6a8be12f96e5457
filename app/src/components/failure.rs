use super::{Message, Title};
use crate::{error::AppError, i18n::t};
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
        AppError::NotFound { .. } | AppError::Invalid { .. } => t::missing::NOTHING,
        AppError::Unavailable | AppError::Network | AppError::Busy => t::missing::AWAY,
        _ => t::missing::FAILED,
    };
    view! {
        <Title text=title.text() />
        <Message heading=title text=error.text() />
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
