use super::fragment::Text;
use crate::{api::Wanted, chunk::chunk, model::BoardId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

chunk! {
    /// The page of the game.
    pub fn play() -> AnyView {
        view! { <PlayPage /> }.into_any()
    }
    in desk load load
}

/// The game, on the board that the address names.
#[component]
fn PlayPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = move || {
        let board = query.with(|query| query.get_str("board").map_or_else(|| Ok(BoardId::ring()), BoardId::parse))?;
        Ok(Wanted::Play { board })
    };
    #[cfg(feature = "hydrate")]
    crate::play::attend();
    view! { <Text wanted /> }
}
