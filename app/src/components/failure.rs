use super::{message, title};
use crate::{error::AppError, i18n::t, markup::Markup};
#[cfg(feature = "ssr")]
use leptos::prelude::use_context;
#[cfg(feature = "ssr")]
use {http::StatusCode, leptos_axum::ResponseOptions};

/// What is shown instead of what can't be read, and why it can't.
pub fn failure(error: &AppError) -> Markup {
    #[cfg(feature = "ssr")]
    mark(error);
    let heading = match error {
        AppError::NotFound { .. } | AppError::Invalid { .. } => t::missing::NOTHING,
        AppError::Unavailable | AppError::Network | AppError::Busy => t::missing::AWAY,
        _ => t::missing::FAILED,
    };
    title(move || heading.text().to_owned());
    message(heading, error.text()).into()
}

/// A page that is not there says so by its status as well, also where the address alone tells, and the store was not asked.
#[cfg(feature = "ssr")]
pub fn mark(error: &AppError) {
    let status = if matches!(error, AppError::Invalid { .. }) { StatusCode::NOT_FOUND } else { error.status() };
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}
