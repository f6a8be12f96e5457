//! The dashboard: pages that the server writes, out of what the API says, with forms that are calls of it.
//!
//! - `desk`: who works at which page, and what the API says to them · `form`: forms as calls
//! - `frame`: what is around every page · `parts`, `fields`, `table`: what they are built from
//! - the rest: one page, or a family of them, a file

mod audit;
mod board;
mod boards;
mod console;
mod desk;
mod entries;
mod fields;
mod form;
mod frame;
mod jobs;
mod keys;
mod live;
mod log;
mod operators;
mod overview;
mod parts;
mod players;
mod review;
mod rules;
mod settings;
mod sign_in;
mod table;
mod webhooks;

pub use form::{Form, Posted};

use crate::{api::Fragment, components::mark, error::AppError, i18n::t};
use desk::Desk;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

/// Writes the page at a path.
pub async fn write(path: &str, query: &[(String, String)]) -> Result<Fragment, AppError> {
    // What operators see is kept nowhere.
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    }
    if path == "/admin/setup" {
        return Ok(sign_in::set_up());
    }
    let Some(desk) = Desk::open(path, query).await? else { return Ok(sign_in::sign_in(path, query)) };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).skip(1).collect();
    let page = page(&desk, &parts).await;
    let (title, content) = match page {
        Ok(page) => page,
        Err(error) => failed(&error),
    };
    Ok(fragment(&title, frame::framed(&desk, &title, content)))
}

/// A page that can't be shown says why, and so does its status.
fn failed(error: &AppError) -> Page {
    mark(error);
    let text = match error {
        // What the API says to those who may not is said to operators as it is.
        AppError::Unauthorized { message } | AppError::Forbidden { message } => message.text(),
        error => error.text(),
    };
    (t::desk_frame::NOT_SHOWN.into(), view! { <parts::Empty text /> }.into_any())
}

/// A page's title, and what it is about.
type Page = (String, AnyView);

async fn page(desk: &Desk, parts: &[&str]) -> Result<Page, AppError> {
    match parts {
        // Whoever may do nothing else yet is at the page where that is mended.
        _ if desk.needs_second_factor => operators::show(desk, &desk.name).await,
        [] => overview::show(desk).await,
        ["boards"] => boards::list(desk).await,
        ["boards", "new"] => Ok(rules::new(desk)),
        ["boards", board] => board::show(desk, board).await,
        ["boards", board, "entries"] => entries::list(desk, board).await,
        ["boards", board, "entries", player] => entries::show(desk, board, &decoded(player)?).await,
        ["boards", board, "moderation"] => entries::moderated(desk, board).await,
        ["boards", board, "review"] => review::list(desk, board).await,
        ["boards", board, "log"] => log::list(desk, board).await,
        ["boards", board, "webhooks"] => webhooks::list(desk, board).await,
        ["boards", board, "webhooks", webhook] => webhooks::show(desk, board, webhook).await,
        ["boards", board, "rules"] => rules::edit(desk, board).await,
        ["boards", board, "data"] => board::data(desk, board).await,
        ["players"] => players::find(desk).await,
        ["players", player] => players::show(desk, &decoded(player)?).await,
        ["review"] => review::everywhere(desk).await,
        ["webhooks"] => webhooks::everywhere(desk).await,
        ["jobs"] => jobs::list(desk).await,
        ["live"] => live::show(desk).await,
        ["keys"] => keys::list(desk).await,
        ["operators"] => operators::list(desk).await,
        ["operators", operator] => operators::show(desk, operator).await,
        ["audit"] => audit::list(desk).await,
        ["console"] => Ok(console::show(desk)),
        ["settings"] => settings::show(desk).await,
        _ => Err(AppError::invalid(crate::error::Field::Request, t::desk_frame::NO_PAGE)),
    }
}

fn decoded(part: &str) -> Result<String, AppError> {
    crate::paths::decode(part).ok_or_else(|| AppError::invalid(crate::error::Field::Player, t::desk_frame::NO_PLAYER))
}

fn fragment(title: &str, content: impl IntoView) -> Fragment {
    Fragment {
        title: format!("{title} · {}", t::desk_frame::DASHBOARD.text()),
        description: String::new(),
        image: None,
        html: crate::fragments::html(content),
    }
}
