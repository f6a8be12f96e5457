use crate::{
    boards::{cursor::no_cursor, read::Period},
    error::{Problem, unreadable},
};
use app::{
    error::{AppError, Field},
    i18n::{Language, Words},
    model::{BoardId, Limit, PlayerId, WindowName},
};
use axum::{
    extract::{FromRequestParts, Path},
    http::{StatusCode, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

/// A query string read as a `T`.
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs)
            .map(Self)
            .map_err(|error| unreadable("", &error.inner().to_string(), "query parameter").into())
    }
}

/// No query parameters.
pub struct NoQuery;

impl<S: Send + Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Query::<Nothing>::from_request_parts(parts, state).await.map(|_| Self)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// The board in a path.
pub struct BoardPath(pub BoardId);

impl<S: Send + Sync> FromRequestParts<S> for BoardPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(BoardId::parse(&path::<S, String>(parts, state).await?)?))
    }
}

/// The board and the player in a path.
pub struct PlayerPath(pub BoardId, pub PlayerId);

impl<S: Send + Sync> FromRequestParts<S> for PlayerPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, player): (String, String) = path(parts, state).await?;
        Ok(Self(BoardId::parse(&board)?, PlayerId::parse(&player)?))
    }
}

/// The board and the run in a path.
pub struct RunPath(pub BoardId, pub String);

impl<S: Send + Sync> FromRequestParts<S> for RunPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, run): (String, String) = path(parts, state).await?;
        Ok(Self(BoardId::parse(&board)?, run))
    }
}

/// The player in a path.
pub struct OnePlayer(pub PlayerId);

impl<S: Send + Sync> FromRequestParts<S> for OnePlayer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Ok(Self(PlayerId::parse(&path::<S, String>(parts, state).await?)?))
    }
}

/// What stands in a path, as text.
pub async fn path<S: Send + Sync, T: DeserializeOwned + Send>(parts: &mut Parts, state: &S) -> Result<T, Problem> {
    let path = Path::<T>::from_request_parts(parts, state).await;
    path.map(|Path(path)| path).map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "malformed", error.body_text()))
}

/// Which part of a board to read, in the short forms: `?board=…&limit=…`, each with a default.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Which board, `main` if left out.
    #[param(value_type = BoardId, required = false)]
    board: Option<String>,
    /// How many, 50 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 1000, required = false)]
    limit: Option<String>,
}

impl PageQuery {
    /// The board and the number of rows.
    pub fn parse(self, most: Limit) -> Result<(BoardId, Limit), AppError> {
        let board = self.board.as_deref().map_or_else(|| Ok(BoardId::main()), BoardId::parse)?;
        Ok((board, limit(self.limit.as_deref(), most)?))
    }
}

/// A number of rows; a page unless told otherwise.
pub fn limit(text: Option<&str>, most: Limit) -> Result<Limit, AppError> {
    text.map_or(Ok(Limit::PAGE), |text| Limit::parse(text, most))
}

/// A language by its tag; English if none is named. What is embedded or linked elsewhere has an address for each.
pub fn language(tag: Option<&str>) -> Result<Language, AppError> {
    let Some(tag) = tag else { return Ok(Language::default()) };
    let known = Language::ALL.into_iter().find(|language| language.code() == tag);
    known.ok_or_else(|| AppError::invalid(Field::Lang, format!("lang is one of: {}.", Language::ALL.map(Language::code).join(", "))))
}

/// A board after which a list goes on.
pub fn board_cursor(text: &str) -> Result<BoardId, AppError> {
    BoardId::parse(text).map_err(|_| no_cursor())
}

/// A whole number below 2^53, written in digits alone; else an error that says `message`.
pub fn whole(text: &str, field: Field, message: impl Into<Words>) -> Result<u64, AppError> {
    let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number.filter(|number| *number < 1 << 53).ok_or_else(|| AppError::invalid(field, message))
}

/// A time in ms since 1970.
pub fn milliseconds(text: &str, field: Field) -> Result<u64, AppError> {
    whole(text, field, "A time here is in milliseconds since 1970.")
}

/// A period that is named by window and id, if any is.
pub fn period(window: Option<&str>, period: Option<&str>) -> Result<Option<Period>, AppError> {
    let window = window.map(WindowName::parse).transpose()?;
    Ok(match (window, period) {
        (None, None) => None,
        (window, period) => Some(Period { window: window.unwrap_or_else(WindowName::all), period: period.map(str::to_owned) }),
    })
}
