use crate::{
    auth::audit::{Answered, Witness},
    error::Problem,
    limits::asker::Asker,
    reader,
    request_id::RequestId,
    rest::ClientAddress,
    state::AppState,
};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{FromRequestParts, MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt;
use hyper::body::{Frame, SizeHint};
use std::{
    future::Future,
    panic::{AssertUnwindSafe, resume_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// The header by which whoever changes something may say why.
pub const REASON: &str = "x-reason";

/// Records every change by whoever has a right to it: no route can forget to. What changes something goes on, and is recorded, also when nobody
/// waits for its answer any more, because the connection is closed or it took too long: the store may have done it by then.
pub async fn audit(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(ClientAddress(from)) = ClientAddress::from_request_parts(&mut parts, &*state).await;
    let gone = CancellationToken::new();
    let mut request = Request::from_parts(parts, Body::new(Attended { body, gone: gone.clone() }));
    let witness = Witness::default();
    // Headers hold bytes; who writes another language sends it as UTF-8.
    let why = request.headers().get(REASON).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    if let Err(error) = witness.because(why.as_deref()) {
        return Problem::from(error).into_response();
    }
    request.extensions_mut().insert(witness.clone());
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let act = format!("{} {route}", request.method());
    let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
    let tasks = state.lifetime.tasks.clone();
    let done = async move {
        let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let status = response.as_ref().map_or(StatusCode::INTERNAL_SERVER_ERROR, Response::status).as_u16();
        if let Err(error) = state.auth.record(&witness, Answered { from, act, path: &path, status }).await {
            // It is done already, and can't be taken back for that.
            tracing::error!(%error, path, "what was done is not in the audit log");
        }
        response
    };
    let _waits = gone.drop_guard();
    match tasks.spawn(accompanied(done)).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Problem::from(app::error::AppError::Internal).into_response(),
    }
}

/// What is known of the request that is being answered goes along into a task of its own.
fn accompanied<T: Send + 'static>(answer: impl Future<Output = T> + Send + 'static) -> impl Future<Output = T> + Send + 'static {
    let mut answer = reader::scope(reader::language(), answer).boxed();
    if let Some(id) = RequestId::current() {
        answer = id.scope(answer).boxed();
    }
    if let Some(asker) = Asker::current() {
        answer = asker.scope(answer).boxed();
    }
    answer.in_current_span()
}

/// A body that breaks off when nobody waits for the answer any more: what is left of it will not come, and what came is not all.
struct Attended {
    body: Body,
    gone: CancellationToken,
}

impl HttpBody for Attended {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(_) if self.gone.is_cancelled() => Poll::Ready(Some(Err(axum::Error::new("whoever sent it is gone")))),
            polled => polled,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
