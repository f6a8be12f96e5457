//! Queries in views.

use super::{Key, Options};
use crate::error::AppError;
use leptos::prelude::*;
use std::future::Future;

#[cfg(feature = "hydrate")]
use super::{
    Queries, Seat,
    client::{Fetch, Tell},
    core::Shown,
    typed,
};

/// A query as a view sees it.
pub struct Query<T: Send + Sync + 'static> {
    data: RwSignal<Option<T>>,
    /// For which key, and the place among those who use it.
    #[cfg(feature = "hydrate")]
    place: StoredValue<Option<(Key, Option<Seat>)>, LocalStorage>,
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

/// Uses a query until the calling component goes. What is known is there right after hydration, so that the first render is the
/// server's, and is asked for again if it is stale. `key` is reactive; with `None` there is nothing to ask. `fetch` is called
/// untracked, for any component that uses the key. On the server nothing is asked: what the first paint shows is a resource's,
/// and is told with [`super::Queries::seed`].
pub fn query<T, F>(key: impl Fn() -> Option<Key> + 'static, options: Options, fetch: impl Fn(Key) -> F + 'static) -> Query<T>
where
    F: Future<Output = Result<T, AppError>> + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let query = Query {
        data: RwSignal::new(None),
        #[cfg(feature = "hydrate")]
        place: StoredValue::new_local(None),
    };
    #[cfg(feature = "hydrate")]
    if let Some(queries) = Queries::of_tab() {
        let tell = std::rc::Rc::new(move |shown: &Shown| query.show(shown));
        follow(queries, query.place, Box::new(key), options, typed::fetch(fetch), tell);
    }
    #[cfg(not(feature = "hydrate"))]
    let _ = (key, options, fetch);
    query
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Query<T> {
    /// The last good value. It stays while a newer one, or that of another key, is asked for.
    pub fn data(self) -> ReadSignal<Option<T>> {
        self.data.read_only()
    }

    /// Asks now, whatever its age. Where a request is under way already, there is one more after it.
    pub fn refetch(self) {
        #[cfg(feature = "hydrate")]
        if let Some(Some((queries, user))) = self.place.try_with_value(|place| Some(place.as_ref()?.1.as_ref()?.user())) {
            queries.refetch(user);
        }
    }

    #[cfg(feature = "hydrate")]
    fn show(self, shown: &Shown) {
        let value = typed::value(shown);
        // While another key is asked for, the value of the one before stays.
        if value.is_some() || !shown.is_fetching {
            put(self.data, value);
        }
    }
}

/// Uses whichever query the key tells.
#[cfg(feature = "hydrate")]
fn follow(
    queries: Queries,
    place: StoredValue<Option<(Key, Option<Seat>)>, LocalStorage>,
    key: Box<dyn Fn() -> Option<Key>>,
    options: Options,
    fetch: Fetch,
    tell: Tell,
) {
    crate::effect::effect(move || {
        let key = key();
        let is_same = place.try_with_value(|place| place.as_ref().map(|(key, _)| key) == key.as_ref());
        if is_same != Some(false) {
            return;
        }
        if key.is_none() {
            tell(&Shown::default());
        }
        let next = key.map(|key| (key.clone(), queries.join(key, options, fetch.clone(), tell.clone())));
        // Nobody may be told anything while the place is borrowed: the one before is left after that.
        drop(place.try_update_value(|place| std::mem::replace(place, next)));
    });
    on_cleanup(move || drop(place.try_update_value(Option::take)));
}

/// Sets a signal to something else, unless whoever has it is gone.
#[cfg(feature = "hydrate")]
fn put<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|known| *known != value) == Some(true) {
        signal.set(value);
    }
}
