use super::{
    conditional::is_known,
    query::{BoardPath, Query, period},
};
use crate::{
    boards::{Boards, caller::Caller, glance::Glance},
    cards::{Cards, cache::name, svg::ROWS},
    error::Problem,
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::sync::Arc;

/// Which period of a board.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardQuery {
    window: Option<String>,
    period: Option<String>,
}

/// `GET /b/{board}/og.png`: a picture of the board, for links that are shared.
pub async fn card(
    State(boards): State<Arc<Boards>>,
    State(cards): State<Arc<Cards>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<CardQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let glance = boards.glance(caller, &board, &period, ROWS).await?;
    let tag = format!("\"{}\"", name(&glance));
    let caching = [(header::CACHE_CONTROL, caching(&glance)), (header::ETAG, &tag)];
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(header::CONTENT_TYPE, "image/png")], cards.png(glance).await?).into_response())
}

/// What only operators see is kept by nobody but them.
fn caching(glance: &Glance) -> &'static str {
    if glance.is_open { "public, max-age=60" } else { "private, no-store" }
}
