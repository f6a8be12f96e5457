#[cfg(feature = "hydrate")]
use crate::query::{Key, Options, Queries};
use crate::{error::AppError, markup::Markup};
use codee::binary::PostcardCodec;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin, sync::Arc};

/// How long after the last try a page that could not be read is read again.
#[cfg(feature = "hydrate")]
const AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// The name of pages that nothing else keeps as they are on the server, and that have nothing on them that could be lost.
pub const FOLLOWED: &str = "followed";

type Bytes = Result<Vec<u8>, AppError>;
type Answer = Pin<Box<dyn Future<Output = Bytes> + Send>>;
type Source = Arc<dyn Fn() -> Vec<u8> + Send + Sync>;
type Fetch = Arc<dyn Fn(Vec<u8>) -> Answer + Send + Sync>;
type Show = Arc<dyn Fn(Bytes) -> Markup + Send + Sync>;

/// Shows what `fetch` loads for what `source` says, anew whenever that changes, and until it is there the first time something else. What
/// the server has read for the first paint, the browser takes from there; on the way from page to page it asks for it, as a query of this
/// `name`: what was read just now is shown again at once, and what could not be read for a reason that may pass is read when it has passed.
/// Inside all of it is bytes, in postcard: one resource for every page is all that the browser's module has to hold, and nothing in it
/// reads JSON.
///
/// What is [`FOLLOWED`] is read again when whoever left it is back, and shown anew if it is another one by then.
pub fn loaded<S, T, F>(
    name: &'static str,
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
    wait(name, Arc::new(source), Arc::new(fetch), until, Arc::new(show))
}

fn wait(name: &'static str, source: Source, fetch: Fetch, until: fn() -> Markup, show: Show) -> AnyView {
    let fetch = kept(name, fetch);
    let (its_source, its_fetch) = (source.clone(), fetch.clone());
    let bytes: Resource<Bytes, PostcardCodec> = Resource::new_with_options(move || its_source(), move |source| its_fetch(source), true);
    #[cfg(feature = "hydrate")]
    if name == FOLLOWED {
        follow(source, fetch, bytes);
    }
    #[cfg(not(feature = "hydrate"))]
    drop((source, fetch));
    let shown = move || {
        let show = show.clone();
        Suspend::new(async move {
            let read = bytes.await;
            if matches!(&read, Err(error) if error.may_pass()) {
                read_again(bytes);
            }
            show(read)
        })
    };
    view! { <Transition fallback=until>{shown}</Transition> }.into_any()
}

/// The same by way of the tab's queries.
#[cfg(feature = "hydrate")]
fn kept(name: &'static str, fetch: Fetch) -> Fetch {
    let Some(queries) = Queries::of_tab() else { return fetch };
    Arc::new(move |source| {
        let fetch = fetch.clone();
        // One character for each byte: the same question is the same text.
        let mut question = name.to_owned();
        source.iter().for_each(|byte| question.push(char::from(*byte)));
        let key = Key { board: None, name: question };
        Box::pin(queries.fetch(key, Options::default(), move |_| fetch(source.clone())))
    })
}

#[cfg(not(feature = "hydrate"))]
fn kept(_: &'static str, fetch: Fetch) -> Fetch {
    fetch
}

/// Reads a page again when whoever left it is back, or the network is. What is as it was is not shown anew, nor what can't be read.
#[cfg(feature = "hydrate")]
fn follow(source: Source, fetch: Fetch, shown: Resource<Bytes, PostcardCodec>) {
    use crate::query::{BACK, is_visible};
    for event in BACK {
        let (source, fetch) = (source.clone(), fetch.clone());
        crate::dom::on_window(event, move |_| {
            if !is_visible() {
                return;
            }
            let (answer, before) = (fetch(untrack(|| source())), shown.into_future());
            leptos::task::spawn_local(async move {
                let answer = answer.await;
                if answer.is_ok() && answer != before.await {
                    // It is known by now.
                    shown.refetch();
                }
            });
        });
    }
}

/// Reads a page again in a while, if whoever was told why it could not be read is still there.
fn read_again(read: Resource<Bytes, PostcardCodec>) {
    #[cfg(feature = "hydrate")]
    set_timeout(move || read.refetch(), AGAIN);
    #[cfg(not(feature = "hydrate"))]
    let _ = read;
}
