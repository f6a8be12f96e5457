//! Errors as they leave over HTTP: RFC 9457 problem details with a stable `type`.

use app::error::{AppError, Field};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};

/// A problem: what went wrong, for whoever sent the request.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// `urn:leaderport:problem:<code>`; the code never changes its meaning.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Field>,
}

/// A body or a query that can't be read, said by serde: where, and what is wrong. `noun` is what its parts are called.
pub fn unreadable(path: &str, message: &str, noun: &str) -> AppError {
    // A path is made of names; what it starts with is the field.
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let field = serde_json::from_value(first.into()).unwrap_or(Field::Request);
    AppError::invalid(field, plain(path.trim_matches('.'), message, noun))
}

/// serde's words in plainer ones. Words that it does not say by itself stay as they are.
fn plain(path: &str, message: &str, noun: &str) -> String {
    // The place in the text helps less than the path, and is wrong for a part of a body.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message).trim_end_matches('.');
    let value = if path.is_empty() { "This" } else { path };
    let within = if path.is_empty() { String::new() } else { format!("{path}: ") };
    let expected = |rest: &str| rest.split_once(", expected ").map(|(is, wanted)| (is.to_owned(), json_words(wanted)));
    if let Some((is, wanted)) = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: ")).and_then(expected) {
        return format!("{value} must be {wanted}, not {}.", json_words(&is));
    }
    if let Some((is, wanted)) = message.strip_prefix("unknown variant ").and_then(expected) {
        return format!("{value} must be {wanted}, not {is}.");
    }
    if let Some((is, wanted)) = message.strip_prefix("unknown field ").and_then(expected) {
        // The path may go as far as to what is not known.
        let within = within.trim_end_matches(&format!("{}: ", is.trim_matches('`'))).trim_end_matches('.');
        let within = if within.is_empty() || within.ends_with(": ") { within.to_owned() } else { format!("{within}: ") };
        return format!("{within}There is no {noun} {is} here. What there is: {}.", wanted.trim_start_matches("one of "));
    }
    if let Some(name) = message.strip_prefix("unknown field ").and_then(|rest| rest.strip_suffix(", there are no fields")) {
        return format!("{within}There is no {noun} {name} here: this takes none.");
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{within}The {noun} {name} is missing.");
    }
    match message.strip_prefix("duplicate field ") {
        Some(name) => format!("{within}The {noun} {name} is given twice."),
        None => format!("{within}{message}."),
    }
}

/// What serde calls a list and the like, as JSON calls it.
fn json_words(words: &str) -> String {
    match words {
        "a sequence" => "a list",
        "sequence" => "a list",
        "map" => "an object",
        "a boolean" => "true or false",
        words => words.trim_start_matches("boolean "),
    }
    .to_owned()
}

impl Problem {
    /// A problem with a code of its own; `detail` says what to change.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:leaderport:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            field: None,
        }
    }

    /// There is no such address.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-route", "There is nothing at this address. README.md lists the routes.")
    }

    /// The body is too large.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is larger than this address takes.")
    }

    /// The address exists, but not for this method.
    pub fn no_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no-method", "This address doesn't take this method; see the Allow header.")
    }
}

fn number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        Self { field: error.field(), ..Self::new(error.status(), error.code(), error.to_string()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
