use crate::{error::AppError, markup::Markup};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

/// What the server reads for a page's first paint and the browser takes from there; on the way from page to page the browser asks for
/// it.
pub struct Loading<T> {
    bytes: Resource<Bytes, PostcardCodec>,
    value: PhantomData<fn() -> T>,
}

type Bytes = Result<Vec<u8>, AppError>;
type Answer = Pin<Box<dyn Future<Output = Bytes> + Send>>;

impl<T> Clone for Loading<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Loading<T> {}

/// Loads what `fetch` says for what `source` says, anew whenever that changes. Inside all of it is bytes, in postcard: one resource for
/// every page is all that the browser's module has to hold, and nothing in it reads JSON.
pub fn resource<S, T, F>(source: impl Fn() -> S + Send + Sync + 'static, fetch: impl Fn(S) -> F + Send + Sync + 'static) -> Loading<T>
where
    S: Serialize + DeserializeOwned + 'static,
    T: Serialize + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let fetch = move |source: Vec<u8>| -> Answer {
        let answer = postcard::from_bytes(&source).map(&fetch);
        Box::pin(async move {
            let value = answer.map_err(|_| AppError::Internal)?.await?;
            postcard::to_allocvec(&value).map_err(|_| AppError::Internal)
        })
    };
    let bytes = load(Arc::new(move || postcard::to_allocvec(&source()).unwrap_or_default()), Arc::new(fetch));
    Loading { bytes, value: PhantomData }
}

fn load(
    source: Arc<dyn Fn() -> Vec<u8> + Send + Sync>,
    fetch: Arc<dyn Fn(Vec<u8>) -> Answer + Send + Sync>,
) -> Resource<Bytes, PostcardCodec> {
    Resource::new_with_options(move || source(), move |source| fetch(source), true)
}

/// Shows what is loaded, and until that is there the first time something else.
pub fn loaded<T: DeserializeOwned + 'static>(
    loading: Loading<T>,
    until: fn() -> Markup,
    show: impl Fn(Result<T, AppError>) -> Markup + Send + Sync + 'static,
) -> AnyView {
    let show = move |bytes: Bytes| show(bytes.and_then(|bytes| postcard::from_bytes(&bytes).map_err(|_| AppError::Internal)));
    wait(loading.bytes, until, Arc::new(show))
}

fn wait(bytes: Resource<Bytes, PostcardCodec>, until: fn() -> Markup, show: Arc<dyn Fn(Bytes) -> Markup + Send + Sync>) -> AnyView {
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move { show(bytes.await) })
    };
    view! { <Transition fallback=until>{shown}</Transition> }.into_any()
}
