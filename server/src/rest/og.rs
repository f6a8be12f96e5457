use super::{
    conditional::kept_for_a_while,
    problems::Drawing,
    query::{BoardPath, PlayerPath, Query, RunPath, language, period},
};
use crate::{
    boards::{Boards, caller::Caller, glance::Glance},
    cards::{
        Cards,
        cache::{name, run_name},
        svg::ROWS,
    },
    error::Problem,
    runs::{Runs, card::Shown},
};
use app::{
    error::AppError,
    i18n::Language,
    model::{BoardId, PlayerId, WindowName},
};
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use std::{future::Future, sync::Arc};
use utoipa::IntoParams;

/// Which period of a board.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CardQuery {
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// In which language it is: `en`, `de`, `ar` or `ja`; `en` if left out, and where there is no font for another.
    #[param(value_type = String, example = "de", required = false)]
    lang: Option<String>,
}

/// `GET /b/{board}/og.png`: a picture of the board, for links that are shared.
#[utoipa::path(
    get,
    path = "/b/{board}/og.png",
    operation_id = "getCard",
    tag = "server",
    summary = "A picture of a board, for links that are shared",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), CardQuery),
    responses((status = 200, description = "A picture of 1200 × 630.", body = Vec<u8>, content_type = "image/png", headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn card(
    State(boards): State<Arc<Boards>>,
    State(cards): State<Arc<Cards>>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<CardQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let language = language(query.lang.as_deref())?;
    picture_of(&cards, boards.glance(caller, &board, &period, None, ROWS).await?, language, &headers).await
}

/// `GET /b/{board}/p/{player}/og.png`: a picture of where a player stands, for links that are shared.
#[utoipa::path(
    get,
    path = "/b/{board}/p/{player}/og.png",
    operation_id = "getPlayerCard",
    tag = "server",
    summary = "A picture of where a player stands, for links that are shared",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = PlayerId, Path, description = "The player's id."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), CardQuery),
    responses((status = 200, description = "A picture of 1200 × 630.", body = Vec<u8>, content_type = "image/png", headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn player_card(
    State(boards): State<Arc<Boards>>,
    State(cards): State<Arc<Cards>>,
    caller: Caller,
    PlayerPath(board, player): PlayerPath,
    Query(query): Query<CardQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let period = period(query.window.as_deref(), query.period.as_deref())?.unwrap_or_default();
    let language = language(query.lang.as_deref())?;
    picture_of(&cards, boards.glance(caller, &board, &period, Some(player), ROWS).await?, language, &headers).await
}

/// In which language a picture is.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LanguageQuery {
    /// In which language it is: `en`, `de`, `ar` or `ja`; `en` if left out, and where there is no font for another.
    #[param(value_type = String, example = "de", required = false)]
    lang: Option<String>,
}

/// `GET /b/{board}/runs/{run}/og.png`: a picture of a run that was counted.
#[utoipa::path(
    get,
    path = "/b/{board}/runs/{run}/og.png",
    operation_id = "getRunCard",
    tag = "server",
    summary = "A picture of a run that was counted, to share",
    description = "What is on it is in the address, signed by the server; it is shown for as long as its player is on the board.",
    params(("board" = BoardId, Path, description = "The board's id."), ("run" = String, Path, description = "As the answer to its end had it, in `picture`."), ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have."), LanguageQuery),
    responses((status = 200, description = "A picture of 1200 × 630.", body = Vec<u8>, content_type = "image/png", headers(("etag" = String, description = "Stands for this answer: send it back as `If-None-Match`."))), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn run_card(
    State(runs): State<Arc<Runs>>,
    State(cards): State<Arc<Cards>>,
    caller: Caller,
    RunPath(board, run): RunPath,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = language(query.lang.as_deref())?;
    let Shown { played, is_open } = runs.shown(caller, &board, &run).await?;
    let name = run_name(&played, language);
    picture(&headers, &name, is_open, cards.run_png(played, language)).await
}

/// A picture by the name of what is on it; whether everybody may see it says who keeps it for a while.
async fn picture(
    headers: &HeaderMap,
    name: &str,
    is_open: bool,
    png: impl Future<Output = Result<Bytes, AppError>>,
) -> Result<Response, Problem> {
    let (tag, public) = (format!("\"{name}\""), is_open.then_some("public, max-age=60"));
    let whole = async { Ok(([(header::CONTENT_TYPE, "image/png")], png.await?).into_response()) };
    kept_for_a_while(headers, &tag, public, whole).await
}

async fn picture_of(cards: &Cards, glance: Glance, language: Language, headers: &HeaderMap) -> Result<Response, Problem> {
    let (name, is_open) = (name(&glance, language), glance.is_open);
    picture(headers, &name, is_open, cards.png(glance, language)).await
}
