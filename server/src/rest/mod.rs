//! The REST handlers, by resource.

mod boards;
mod health;
mod live;
mod short;

pub use boards::entry;
pub use health::{healthz, metrics, readyz};
pub use live::feed;
pub use short::{leaderboard, score};

use crate::error::Problem;
use app::{
    error::AppError,
    model::{BoardId, Limit},
};
use axum::{
    extract::{Query, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;

/// Which part of a board to read: `?board=…&limit=…`, each with a default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    board: Option<String>,
    limit: Option<String>,
}

impl PageQuery {
    fn parse(query: Result<Query<Self>, QueryRejection>, most: Limit) -> Result<(BoardId, Limit), Problem> {
        let Query(query) = query.map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", error.body_text()))?;
        let read = || -> Result<_, AppError> {
            let board = query.board.as_deref().map_or_else(|| Ok(BoardId::main()), BoardId::parse)?;
            let limit = query.limit.as_deref().map_or(Ok(Limit::PAGE), |limit| Limit::parse(limit, most))?;
            Ok((board, limit))
        };
        read().map_err(Problem::from)
    }
}
