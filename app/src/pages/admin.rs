use super::fragment::text;
use crate::{api::Wanted, chunk::chunk};
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

chunk! {
    /// The page of the dashboard.
    pub fn admin() -> AnyView {
        page()
    }
    in desk load load
}

/// The dashboard: all of it is the server's text. What may change by itself is asked for anew every second; what is typed or chosen in the
/// meantime stays.
fn page() -> AnyView {
    let (path, query) = (use_location().pathname, use_query_map());
    let pairs = move || query.with(|query| query.clone().into_iter().map(|(name, value)| (name.into_owned(), value)).collect());
    let wanted = move || Wanted::Admin { path: path.get(), query: pairs() };
    #[cfg(feature = "hydrate")]
    crate::dashboard::keep_up(wanted);
    text(move || Ok(wanted()))
}
