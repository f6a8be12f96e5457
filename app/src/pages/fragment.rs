use super::head::head;
use crate::{
    api::{Wanted, read_fragment},
    components::failure,
    error::AppError,
    model::{BoardId, PlayerId},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A page that is the server's text.
#[component]
pub(super) fn Text(wanted: impl Fn() -> Result<Wanted, AppError> + Send + Sync + 'static) -> impl IntoView {
    let fragment = super::resource(wanted, async |wanted: Result<Wanted, AppError>| read_fragment(wanted?).await);
    super::loaded(fragment, super::loading, |fragment| match fragment {
        Ok(fragment) => {
            head(move || fragment.title.clone(), fragment.description, fragment.image);
            view! { <div inner_html=fragment.html></div> }.into_any()
        }
        Err(error) => failure(&error).into_any(),
    })
}

/// A player on a board.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let params = use_params_map();
    let wanted = move || {
        params.with(|params| {
            let board = BoardId::parse(params.get_str("board").unwrap_or_default())?;
            Ok(Wanted::Profile { board, player: PlayerId::parse(params.get_str("player").unwrap_or_default())? })
        })
    };
    view! { <Text wanted /> }
}

/// Who plays in this browser.
#[component]
pub fn MePage() -> impl IntoView {
    let query = use_query_map();
    let pairs = move || query.with(|query| query.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect());
    view! { <Text wanted=move || Ok(Wanted::Me { query: pairs() }) /> }
}
