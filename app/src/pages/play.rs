use super::fragment::text;
use crate::{api::Wanted, chunk::chunk, model::BoardId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

chunk! {
    /// The page of the game.
    pub fn play() -> AnyView {
        page()
    }
    in desk load load
}

/// The game, on the board that the address names.
fn page() -> AnyView {
    let query = use_query_map();
    let wanted = move || {
        query.with(|query| {
            let board = query.get_str("board").map_or_else(|| Ok(BoardId::ring()), BoardId::parse)?;
            Ok(Wanted::Play { board, run: query.get_str("run").unwrap_or_default().to_owned() })
        })
    };
    #[cfg(feature = "hydrate")]
    crate::play::attend();
    text(wanted)
}
