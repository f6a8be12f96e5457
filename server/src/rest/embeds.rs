//! Boards within other pages.

use super::{
    conditional::{hash, kept_for_a_while},
    problems::Drawing,
    query::{BoardPath, Query, language, limit, path, period},
};
use crate::{
    boards::{Boards, caller::Caller, glance::Glance},
    cards::cache::name,
    error::Problem,
    state::AppState,
};
use app::{
    embeds::{Embedded, Kind, badge},
    error::{AppError, Field},
    i18n::within,
    model::{BoardId, Limit, PlayerId, WindowName},
    policy,
    visitor::Theme,
};
use axum::{
    body::Bytes,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What keeps rows up to date in pages of others.
const SCRIPT: &str = include_str!("embeds/embed.js");
/// How many rows a board elsewhere has if nobody says.
const ROWS: &str = "10";
/// For how long others may keep what everybody may see.
const PUBLIC: &str = "public, max-age=10, stale-while-revalidate=60";
/// For how long others' pages may go on with the script that they have of us: its address stays the same for ever, and they ask for it all day.
const OF_SCRIPT: HeaderValue = HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400");

/// What a board looks like elsewhere.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EmbedQuery {
    /// Which window, `all` if left out: its current period.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// How many rows, 10 if left out.
    #[param(value_type = u32, minimum = 1, maximum = 50, required = false)]
    limit: Option<String>,
    /// In which colours: `light`, `dark`, `contrast`, or `system`, as whoever looks has it.
    #[param(value_type = String, example = "dark", required = false)]
    theme: Option<String>,
    /// In which language its words and numbers are: `en`, `de`, `ar` or `ja`; `en` if left out.
    #[param(value_type = String, example = "de", required = false)]
    lang: Option<String>,
}

/// The script of pages of others, `/embed.js`: without what is there for those alone who read it.
pub fn embed_script<S: Clone + Send + Sync + 'static>() -> MethodRouter<S> {
    let lines = SCRIPT.lines().map(str::trim_start).filter(|line| !line.starts_with("//"));
    let script = Bytes::from(lines.collect::<Vec<_>>().join("\n"));
    let headers: [(HeaderName, HeaderValue); 2] =
        [(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8")), (header::CACHE_CONTROL, OF_SCRIPT)];
    get(async move || (headers, script))
}

/// `GET /embed/{board}`: a board for a frame in another page.
#[utoipa::path(
    get,
    path = "/embed/{board}",
    operation_id = "getEmbed",
    tag = "server",
    summary = "A board for a frame in another page, live",
    description = "What to write is in `/docs`, under “In other pages”. Only pages of the origins in `--allow-origin` may have it in a frame; it tells them by a message, `{leaderport: 320}`, how high it is.",
    params(("board" = BoardId, Path, description = "The board's id."), EmbedQuery),
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn embed(
    State(state): State<AppState>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<EmbedQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(&state, Kind::Frame, caller, board, query, &headers).await
}

/// `GET /overlay/{board}`: a board to lay over a stream.
#[utoipa::path(
    get,
    path = "/overlay/{board}",
    operation_id = "getOverlay",
    tag = "server",
    summary = "A board to lay over a stream, live",
    description = "Rows in large type on nothing, which move as ranks do: for a browser source in OBS.",
    params(("board" = BoardId, Path, description = "The board's id."), EmbedQuery),
    responses((status = 200, description = "A page without a ground.", body = String, content_type = "text/html"), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn overlay(
    State(state): State<AppState>,
    caller: Caller,
    BoardPath(board): BoardPath,
    Query(query): Query<EmbedQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    page(&state, Kind::Overlay, caller, board, query, &headers).await
}

async fn page(
    state: &AppState,
    kind: Kind,
    caller: Caller,
    board: BoardId,
    query: EmbedQuery,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let limit = limit(query.limit.as_deref().or(Some(ROWS)), Limit::PAGE)?.get();
    let theme = match query.theme.as_deref() {
        None => Theme::System,
        Some(name) => {
            Theme::named(name).ok_or_else(|| AppError::invalid(Field::Theme, "theme is one of: system, light, dark, contrast."))?
        }
    };
    let language = language(query.lang.as_deref())?;
    let period = period(query.window.as_deref(), None)?.unwrap_or_default();
    let glance = state.boards.glance(caller, &board, &period, None, limit).await?;
    let policy = policy::of_embedded(&state.origins.embedders()).ok_or(AppError::Internal)?;
    let style = state.front_end.built().style.clone();
    // A board that rests is sent anew all the same once its page is another one: by a newer program, with another style sheet, or for other sites' frames.
    let look = hash(&(env!("CARGO_PKG_VERSION"), &style, policy.as_bytes()));
    let tag = format!("\"{kind:?}.{limit}.{}.{look:016x}.{}\"", theme.name(), name(&glance, language));
    let Glance { title, decimals, rows, is_open, .. } = glance;
    let whole = async {
        let said =
            [(header::CONTENT_SECURITY_POLICY, policy), (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
        let embedded = Embedded { board, window: period.window, title, decimals, rows, limit, kind, theme };
        Ok((said, embedded.page(language, &style)).into_response())
    };
    kept_for_a_while(headers, &tag, is_open.then_some(PUBLIC), whole).await
}

/// The board and the player of a badge, whose address ends like a picture's.
pub struct BadgePath(BoardId, PlayerId);

impl<S: Send + Sync> FromRequestParts<S> for BadgePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let (board, player): (String, String) = path(parts, state).await?;
        let player = player.strip_suffix(".svg").ok_or_else(Problem::no_route)?;
        Ok(Self(BoardId::parse(&board)?, PlayerId::parse(player)?))
    }
}

/// What is on a badge.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BadgeQuery {
    /// Which window, `all` if left out: its current period.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// In which language its words and numbers are: `en`, `de`, `ar` or `ja`; `en` if left out.
    #[param(value_type = String, example = "de", required = false)]
    lang: Option<String>,
}

/// `GET /badge/{board}/{player}.svg`: what a player has on a board, in a line.
#[utoipa::path(
    get,
    path = "/badge/{board}/{player}",
    operation_id = "getBadge",
    tag = "server",
    summary = "What a player has on a board, as a badge",
    description = "For a profile or a README: the board's title, the player's rank and score.",
    params(("board" = BoardId, Path, description = "The board's id."), ("player" = String, Path, description = "The player's id, and `.svg`."), BadgeQuery, ("if-none-match" = Option<String>, Header, description = "The `etag` of an answer that you have.")),
    responses((status = 200, description = "A picture, 20 high.", body = String, content_type = "image/svg+xml"), (status = 304, description = "Nothing has changed: you have it already."), Drawing),
    security((), ("key" = []), ("session" = []))
)]
pub async fn show_badge(
    State(boards): State<Arc<Boards>>,
    caller: Caller,
    BadgePath(board, player): BadgePath,
    Query(query): Query<BadgeQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let language = language(query.lang.as_deref())?;
    let period = period(query.window.as_deref(), None)?.unwrap_or_default();
    let glance = boards.glance_at(caller, &board, &period, player).await?;
    let row = glance.rows.first().ok_or(AppError::Internal)?;
    let badge = within(language, || badge(&glance.title, &period.window, row));
    let whole = async { Ok(([(header::CONTENT_TYPE, "image/svg+xml")], badge).into_response()) };
    kept_for_a_while(&headers, &format!("\"badge.{}\"", name(&glance, language)), glance.is_open.then_some(PUBLIC), whole).await
}
