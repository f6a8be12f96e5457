//! Between those who know the type of a query's value and those who don't. A value of another type than expected, under a key
//! that is used for two questions, is as good as none.

use super::{
    Key,
    client::{Fetch, Tell},
    core::{Change, Shown, Value},
};
use crate::error::AppError;
use futures::channel::oneshot;
use std::{cell::Cell, future::Future, rc::Rc};

/// A way to ask.
pub fn fetch<T, F>(fetch: impl Fn(Key) -> F + 'static) -> Fetch
where
    T: 'static,
    F: Future<Output = Result<T, AppError>> + 'static,
{
    Rc::new(move |key| {
        let answer = fetch(key);
        Box::pin(async move { answer.await.map(|value| Rc::new(value) as Value) })
    })
}

/// A patch.
pub fn change<T: Clone + 'static>(change: impl Fn(&mut T) + 'static) -> Change {
    Rc::new(move |value| match value.downcast_ref::<T>() {
        Some(value) => {
            let mut value = value.clone();
            change(&mut value);
            Rc::new(value)
        }
        None => value.clone(),
    })
}

/// The last good value.
pub fn value<T: Clone + 'static>(shown: &Shown) -> Option<T> {
    shown.value.as_ref()?.downcast_ref().cloned()
}

/// Whom to tell, and the first answer that they are told.
pub fn first<T: Clone + 'static>() -> (Tell, oneshot::Receiver<Result<T, AppError>>) {
    let (sender, answer) = oneshot::channel();
    let sender = Cell::new(Some(sender));
    let tell = move |shown: &Shown| {
        if !shown.is_fetching
            && let Some(sender) = sender.take()
        {
            // Whoever waited may have left.
            let _ = sender.send(shown.error.clone().map_or_else(|| value(shown).ok_or(AppError::Internal), Err));
        }
    };
    (Rc::new(tell), answer)
}
