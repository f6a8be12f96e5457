use crate::error::{Problem, unreadable};
use app::{
    error::{AppError, Field},
    i18n::Words,
};
use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::fmt;

/// A body of JSON, as it came.
pub struct Json(Bytes);

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let message = "Send JSON, with the header Content-Type: application/json.";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", message));
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            status => Problem::new(status, "unreadable", "The body could not be read to its end."),
        })?;
        Ok(Self(body))
    }
}

impl Json {
    /// Reads an object as a `T`; the error says where it is none, or that it is not JSON at all.
    pub fn object<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        match self.0.trim_ascii_start().first() {
            Some(b'{') => self.read(),
            // serde would take an array for an object whose names are left out.
            _ => {
                self.read::<IgnoredAny>()?;
                Err(not_an_object().into())
            }
        }
    }

    /// Reads it as a `T`; the error says where it is none, or that it is not JSON at all.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        let mut json = serde_json::Deserializer::from_slice(&self.0);
        let value = serde_path_to_error::deserialize(&mut json);
        if value.is_err() || json.end().is_err() {
            serde_json::from_slice::<IgnoredAny>(&self.0).map_err(|error| malformed(&error))?;
        }
        Ok(value.map_err(|error| refused(&error))?)
    }

    /// As it came.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        self.0.trim_ascii_start().starts_with(b"[")
    }
}

/// An object of the same kind within a body.
pub fn object<'a, T: Deserialize<'a>>(json: &'a RawValue) -> Result<T, AppError> {
    if !json.get().starts_with('{') {
        return Err(not_an_object());
    }
    let mut json = serde_json::Deserializer::from_str(json.get());
    serde_path_to_error::deserialize(&mut json).map_err(|error| refused(&error))
}

fn not_an_object() -> AppError {
    AppError::invalid(Field::Request, "This must be a JSON object, { … }.")
}

fn malformed(error: &serde_json::Error) -> Problem {
    let why = error.to_string().replace("EOF while parsing", "it ends within");
    Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("The body isn't JSON: {why}."))
}

fn refused(error: &serde_path_to_error::Error<serde_json::Error>) -> AppError {
    unreadable(&error.path().to_string(), &error.inner().to_string(), "member")
}

/// Other content types can be sent by any page on the web without asking; JSON can't.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = |value: &str| value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json");
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(essence)
}

/// A value that may be left out, for where `null` says something else than that.
pub fn given<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// An object's members as they are written, also those that are given twice.
#[derive(Default)]
pub struct Members<'a>(pub Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Members(members))
    }
}

/// The text that a JSON string stands for.
pub fn text(value: Option<&RawValue>, field: Field, wrong: impl Into<Words>) -> Result<String, AppError> {
    serde_json::from_str(value.map_or("null", RawValue::get)).map_err(|_| AppError::invalid(field, wrong))
}

/// A JSON number as it is written.
pub fn number(value: &RawValue, field: Field, wrong: impl Into<Words>) -> Result<&str, AppError> {
    let written = value.get();
    if written.starts_with(|c: char| c == '-' || c.is_ascii_digit()) { Ok(written) } else { Err(AppError::invalid(field, wrong)) }
}
