use super::head::head;
use crate::{
    api::{Fragment, Wanted, read_fragment},
    components::failure,
    error::AppError,
    markup::tag,
    model::{BoardId, PlayerId},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// A page that is the server's text.
pub(super) fn text(wanted: impl Fn() -> Result<Wanted, AppError> + Send + Sync + 'static) -> AnyView {
    written("text", Box::new(wanted))
}

fn written(name: &'static str, wanted: Box<dyn Fn() -> Result<Wanted, AppError> + Send + Sync>) -> AnyView {
    let fetch = async |wanted: Result<Wanted, AppError>| read_fragment(wanted?).await;
    super::loaded(name, wanted, fetch, super::loading, |fragment| match fragment {
        Ok(fragment) => {
            let Fragment { title, description, image, html } = fragment;
            head(move || title.clone(), || (description, image));
            tag("div").html(html).into()
        }
        Err(error) => failure(&error),
    })
}

/// A player on a board.
pub fn profile() -> AnyView {
    let params = use_params_map();
    let wanted = move || {
        params.with(|params| {
            let board = BoardId::parse(params.get_str("board").unwrap_or_default())?;
            Ok(Wanted::Profile { board, player: PlayerId::parse(params.get_str("player").unwrap_or_default())? })
        })
    };
    written(super::FOLLOWED, Box::new(wanted))
}

/// Who plays in this browser.
pub fn me() -> AnyView {
    let query = use_query_map();
    let pairs = move || query.with(|query| query.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect());
    text(move || Ok(Wanted::Me { query: pairs() }))
}
