//! What a request is called: in its answer, in problem details, and in the log.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use std::{fmt, future::Future};

/// The header that says it.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest that is taken from outside, in bytes.
const MOST: usize = 128;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// A request's id: printable ASCII characters without spaces, at most 128.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// The one that the request brings along, from a proxy or from a client that looks for it in its own log; else a new one.
    pub fn of(headers: &HeaderMap) -> Self {
        let is_sound = |id: &&HeaderValue| (1..=MOST).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic);
        headers.get(HEADER).filter(is_sound).cloned().map_or_else(Self::new, Self)
    }

    /// One that nothing else has.
    fn new() -> Self {
        let id = HeaderValue::try_from(format!("{:032x}", rand::random::<u128>()));
        // Hexadecimal digits are a header's value.
        Self(id.unwrap_or(HeaderValue::from_static("-")))
    }

    /// The request that is being answered, if one is.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// Answers it under its id.
    pub async fn scope<T>(self, answer: impl Future<Output = T>) -> T {
        CURRENT.scope(self, answer).await
    }

    /// As a header's value.
    pub fn value(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.to_str().unwrap_or_default())
    }
}
