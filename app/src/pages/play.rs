use super::fragment::Text;
use crate::{api::Wanted, model::BoardId};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// The game, on the board that the address names.
#[component]
pub fn PlayPage() -> impl IntoView {
    let query = use_query_map();
    let wanted = move || {
        let board = query.with(|query| query.get_str("board").map_or_else(|| Ok(BoardId::ring()), BoardId::parse))?;
        Ok(Wanted::Play { board })
    };
    #[cfg(feature = "hydrate")]
    crate::play::attend();
    view! { <Text wanted /> }
}
