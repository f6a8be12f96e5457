use crate::{error::AppError, markup::Markup};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin, sync::Arc};

type Bytes = Result<Vec<u8>, AppError>;
type Answer = Pin<Box<dyn Future<Output = Bytes> + Send>>;
type Source = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;
type Fetch = Arc<dyn Fn(Vec<u8>) -> Answer + Send + Sync>;
type Show = Arc<dyn Fn(Bytes) -> Markup + Send + Sync>;

/// Shows what `fetch` loads for what `source` says, anew whenever that changes, and until it is there the first time something else. What
/// the server has read for the first paint, the browser takes from there; on the way from page to page it asks for it. Inside all of it
/// is bytes, in postcard: one resource for every page is all that the browser's module has to hold, and nothing in it reads JSON.
pub fn loaded<S, T, F>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> F + Send + Sync + 'static,
    until: fn() -> Markup,
    show: impl Fn(Result<T, AppError>) -> Markup + Send + Sync + 'static,
) -> AnyView
where
    S: Serialize + DeserializeOwned + 'static,
    T: Serialize + DeserializeOwned + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let source = move || postcard::to_allocvec(&source()).unwrap_or_default();
    let fetch = move |source: Vec<u8>| -> Answer {
        let answer = postcard::from_bytes(&source).map(&fetch);
        Box::pin(async move {
            let value = answer.map_err(|_| AppError::Internal)?.await?;
            postcard::to_allocvec(&value).map_err(|_| AppError::Internal)
        })
    };
    let show = move |bytes: Bytes| show(bytes.and_then(|bytes| postcard::from_bytes(&bytes).map_err(|_| AppError::Internal)));
    wait(Arc::new(source), Arc::new(fetch), until, Arc::new(show))
}

fn wait(source: Source, fetch: Fetch, until: fn() -> Markup, show: Show) -> AnyView {
    let bytes: Resource<Bytes, PostcardCodec> = Resource::new_with_options(move || source(), move |source| fetch(source), true);
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move { show(bytes.await) })
    };
    view! { <Transition fallback=until>{shown}</Transition> }.into_any()
}
