//! Errors as they leave over HTTP: RFC 9457 problem details with a stable `type`.

use crate::{middleware::Refused, reader, request_id::RequestId};
use app::{
    error::{AppError, Field},
    i18n::{Language, Words, t},
};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A problem: what went wrong, for whoever sent the request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// `urn:leaderport:problem:<code>`; the code never changes its meaning.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    #[serde(serialize_with = "title")]
    #[schema(value_type = String)]
    title: StatusCode,
    /// The HTTP status.
    #[serde(serialize_with = "number")]
    #[schema(value_type = u16, minimum = 400, maximum = 599)]
    status: StatusCode,
    /// What is wrong, and what to change: in the language of whoever asked, if they have named one.
    #[serde(serialize_with = "said")]
    #[schema(value_type = String)]
    detail: Words,
    /// The input that it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Field>,
    /// When to send it again, in seconds.
    #[serde(skip)]
    retry_after: Option<u32>,
    /// The request that it is about, as the log has it; none for a problem within an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// A body or a query that can't be read, said by serde: where, and what is wrong. `noun` is what its parts are called.
pub fn unreadable(path: &str, message: &str, noun: &str) -> AppError {
    // The place in the text helps less than the path, and is wrong for a part of a body.
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message).trim_end_matches('.');
    let name = message.split('`').nth(1).unwrap_or_default();
    let mut path = path.trim_matches('.');
    if message.starts_with("unknown field ") {
        // The path goes as far as to what is not known.
        path = path.strip_suffix(name).unwrap_or(path).trim_end_matches('.');
    }
    // A path is made of names; what it starts with is the field.
    let is_outermost = path.is_empty() && ["missing field ", "duplicate field "].iter().any(|kind| message.starts_with(kind));
    let first = if is_outermost { name } else { path.split(['.', '[']).next().unwrap_or_default() };
    AppError::invalid(serde_json::from_value(first.into()).unwrap_or(Field::Request), plain(path, message, noun))
}

/// serde's words in plainer ones. Words that it does not say by itself stay as they are.
fn plain(path: &str, message: &str, noun: &str) -> String {
    let value = if path.is_empty() { "This" } else { path };
    let within = if path.is_empty() { String::new() } else { format!("{path}: ") };
    let after = |kinds: &[&str]| kinds.iter().find_map(|kind| message.strip_prefix(kind));
    if let Some((is, wanted)) = after(&["invalid type: ", "invalid value: ", "unknown variant "]).and_then(expected) {
        return format!("{value} must be {wanted}, not {is}.");
    }
    if let Some((is, known)) = after(&["unknown field "]).and_then(expected) {
        let known = known.trim_start_matches("one of ").replace(" or ", ", ");
        return format!("{within}There is no {noun} {is} here. What there is: {known}.");
    }
    if let Some(is) = after(&["unknown field "]).and_then(|rest| rest.strip_suffix(", there are no fields")) {
        return format!("{within}There is no {noun} {is} here: this takes none.");
    }
    if let Some(wanted) = after(&["expected "]) {
        return format!("{value} must be {wanted}.");
    }
    match (after(&["missing field "]), after(&["duplicate field "])) {
        (Some(name), _) => format!("{within}The {noun} {name} is missing."),
        (_, Some(name)) => format!("{within}The {noun} {name} is given twice."),
        _ => format!("{within}{message}."),
    }
}

/// What there is, and what was expected.
fn expected(rest: &str) -> Option<(&str, &str)> {
    rest.split_once(", expected ").map(|(is, wanted)| (json_words(is), json_words(wanted)))
}

/// What serde calls a list and the like, as JSON calls it.
fn json_words(words: &str) -> &str {
    match words {
        "a sequence" | "sequence" => "a list",
        "map" => "an object",
        "a boolean" => "true or false",
        words => words.trim_start_matches("boolean "),
    }
}

impl Problem {
    /// A problem with a code of its own; `detail` says what to change.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<Words>) -> Self {
        Self {
            kind: format!("urn:leaderport:problem:{code}"),
            title: status,
            status,
            detail: detail.into(),
            field: None,
            retry_after: None,
            request_id: None,
        }
    }

    /// A problem of a kind that is told by numbers, as an example.
    pub fn from_kind(status: u16, code: &str, detail: &str) -> Self {
        Self::new(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code, detail)
    }

    /// There is no such address.
    pub fn no_route() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-route", "There is nothing at this address. /docs lists the routes.")
    }

    /// The body is too large.
    pub fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The body is larger than this address takes: 1 MiB for boards, 16 KiB elsewhere.",
        )
    }

    /// The address exists, but not for this method.
    pub fn no_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "no-method", "This address doesn't take this method; see the Allow header.")
    }
}

/// A status in words.
fn title<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    let known = match *status {
        StatusCode::ACCEPTED => t::status::ACCEPTED,
        StatusCode::BAD_REQUEST => t::status::BAD_REQUEST,
        StatusCode::UNAUTHORIZED => t::status::UNAUTHORIZED,
        StatusCode::FORBIDDEN => t::status::FORBIDDEN,
        StatusCode::NOT_FOUND => t::status::NOT_FOUND,
        StatusCode::METHOD_NOT_ALLOWED => t::status::METHOD_NOT_ALLOWED,
        StatusCode::REQUEST_TIMEOUT => t::status::REQUEST_TIMEOUT,
        StatusCode::CONFLICT => t::status::CONFLICT,
        StatusCode::PAYLOAD_TOO_LARGE => t::status::PAYLOAD_TOO_LARGE,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => t::status::UNSUPPORTED_MEDIA_TYPE,
        StatusCode::UNPROCESSABLE_ENTITY => t::status::UNPROCESSABLE_ENTITY,
        StatusCode::TOO_MANY_REQUESTS => t::status::TOO_MANY_REQUESTS,
        StatusCode::INTERNAL_SERVER_ERROR => t::status::INTERNAL_SERVER_ERROR,
        StatusCode::SERVICE_UNAVAILABLE => t::status::SERVICE_UNAVAILABLE,
        status => return serializer.serialize_str(status.canonical_reason().unwrap_or("Error")),
    };
    said(&known.into(), serializer)
}

/// Words in the language of whoever reads the answer.
fn said<S: Serializer>(words: &Words, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&words.within(reader::language()))
}

fn number<S: Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let retry_after = match error {
            AppError::TooManyRequests { seconds } | AppError::TooManyTries { seconds } => Some(seconds),
            // Operators take their time.
            AppError::TooManyHeld => Some(60),
            _ => None,
        };
        Self { field: error.field(), retry_after, ..Self::new(error.status(), error.code(), error.words()) }
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let (status, retry_after) = (self.status, self.retry_after.unwrap_or(1));
        self.request_id = RequestId::current().map(|id| id.to_string());
        // What is for programs alone is English in every language.
        let written = match reader::language() {
            Language::English => Language::English.code().to_owned(),
            language if self.detail.is_text() => language.code().to_owned(),
            language => format!("{}, en", language.code()),
        };
        let refused = Refused(self.kind.rsplit(':').next().unwrap_or_default().to_owned());
        let mut response = (status, Json(self)).into_response();
        response.extensions_mut().insert(refused);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.append(header::VARY, HeaderValue::from_static("accept-language, cookie"));
        if let Ok(written) = HeaderValue::try_from(written) {
            headers.insert(header::CONTENT_LANGUAGE, written);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}
