//! What carries the dashboard: the API as its pages call it, within the program, and its forms.

use crate::{middleware::Refused, reader};
use app::{
    admin::{Form, Posted},
    backend::{Answer, Api, Call, Reply},
    error::AppError,
    i18n::{t, within},
};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tower::ServiceExt;

/// The longest answer that a page is made from, in bytes.
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// How long an answer may take: some, like an event stream, have no end.
const PATIENCE: Duration = Duration::from_secs(10);
/// The headers by which the API knows who asks, from where, in which language, and whether it is a page of another site that makes them.
const SAID: [HeaderName; 8] = [
    header::ACCEPT_LANGUAGE,
    header::COOKIE,
    header::HOST,
    header::ORIGIN,
    header::USER_AGENT,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("sec-fetch-site"),
];

/// The API as one request of a page may use it.
pub struct Inside {
    routes: Router,
    parts: Parts,
}

impl Inside {
    /// In the name of whoever sent a request, of which this is the head.
    pub fn of(routes: Router, parts: Parts) -> Self {
        Self { routes, parts }
    }

    fn request(&self, call: Call) -> Result<Request, AppError> {
        let Call { method, path, body, reason } = call;
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        let wrong = |_| AppError::invalid(app::error::Field::Request, t::problem::PATH_UNKNOWN);
        *request.uri_mut() = path.parse().map_err(wrong)?;
        *request.headers_mut() = self.headers();
        *request.extensions_mut() = self.asker();
        if let Some(reason) = reason.and_then(|reason| HeaderValue::from_bytes(reason.as_bytes()).ok()) {
            request.headers_mut().insert(crate::middleware::REASON, reason);
        }
        if let Some(body) = body {
            request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            *request.body_mut() = Body::from(body.to_string());
        }
        Ok(request)
    }

    fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for name in &SAID {
            for value in self.parts.headers.get_all(name) {
                headers.append(name, value.clone());
            }
        }
        headers
    }

    /// Where the request comes from.
    fn asker(&self) -> axum::http::Extensions {
        let mut extensions = axum::http::Extensions::new();
        if let Some(address) = self.parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>() {
            extensions.insert(*address);
        }
        extensions
    }
}

impl Api for Inside {
    fn call(&self, call: Call) -> Answer<'_, Reply> {
        Box::pin(async move {
            let request = self.request(call)?;
            let answer = async {
                let Ok(response) = self.routes.clone().oneshot(request).await;
                read(response).await
            };
            tokio::time::timeout(PATIENCE, answer).await.map_err(|_| AppError::Busy)?
        })
    }
}

async fn read(response: Response) -> Result<Reply, AppError> {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_ANSWER).await.map_err(|_| AppError::Busy)?;
    let text = || Value::from(String::from_utf8_lossy(&bytes).into_owned());
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| text());
    Ok(Reply { status: parts.status, body, cookies: parts.headers.get_all(header::SET_COOKIE).iter().cloned().collect() })
}

/// Does what a form of the dashboard says, and sends the browser on; where that is refused, or its answer is to be seen, the page is rendered with it.
pub async fn send<R>(routes: Router, request: Request, max: usize, render: R) -> Response
where
    R: AsyncFnOnce(Request, Arc<Posted>) -> Response,
{
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, max).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let form = read_form(&bytes);
    let inside = Inside::of(routes, parts.clone());
    let refused = |error| within(reader::language(), || Reply::refused(&error));
    let reply = if form.is_preview() { None } else { Some(done(&inside, &form).await.unwrap_or_else(refused)) };
    let cookies = reply.as_ref().map(|reply| reply.cookies.clone()).unwrap_or_default();
    let mut response = match &reply {
        Some(reply) if reply.status.is_success() && !form.shows_answer() => on(&form.then(reply)),
        _ => {
            let status = reply.as_ref().map_or(StatusCode::OK, |reply| reply.status);
            let refusal = Refused(reply.as_ref().and_then(Reply::problem).unwrap_or_default().to_owned());
            let mut response = render(page(parts), Arc::new(Posted { form, reply })).await;
            if !status.is_success() {
                *response.status_mut() = status;
                response.extensions_mut().insert(refusal);
            }
            response
        }
    };
    for cookie in cookies {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn done(inside: &Inside, form: &Form) -> Result<Reply, AppError> {
    inside.call(form.call()?).await
}

fn read_form(bytes: &Bytes) -> Form {
    Form { fields: form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect() }
}

/// The request for the page that a form was sent to.
fn page(parts: Parts) -> Request {
    let mut request = Request::from_parts(parts, Body::empty());
    *request.method_mut() = Method::GET;
    request
}

fn on(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/admin"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}
