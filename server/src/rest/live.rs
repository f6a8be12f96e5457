use super::{
    address::ClientAddress,
    problems::{Connecting, Following},
    query::{BoardPath, Query, limit},
};
use crate::{
    auth::{Auth, origin::is_foreign},
    boards::caller::Caller,
    error::Problem,
    live::{
        Hub, events,
        page::Feed,
        session::{Refusal, Session},
        socket,
    },
    state::AppState,
};
use app::{
    error::{AppError, Field},
    model::{BoardId, Limit, WindowName},
    protocol::{Format, MAX_VIEW_ROWS, PAGE_ROWS, Watch},
};
use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response, sse::Sse},
};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// The longest message that is read, to be refused with a word if it is longer than a client may send.
const MAX_READ: usize = 4 * app::protocol::MAX_MESSAGE;
/// What a socket reads at a time: clients send next to nothing.
const READ_BUFFER: usize = 1024;
/// The most bytes that wait to be written to a socket.
const MAX_WRITE_BUFFER: usize = 256 * 1024;

/// What the plain feed is to show.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedQuery {
    board: Option<String>,
    window: Option<String>,
    limit: Option<String>,
}

/// `GET /ws`: the live feed. With a subprotocol of the protocol, its messages; without one, the plain feed: the first rows of a board pushed
/// whole each time they changed.
#[utoipa::path(
    get,
    path = "/ws",
    operation_id = "openFeed",
    tag = "live",
    summary = "The live feed over a WebSocket",
    description = "",
    params(("board" = Option<String>, Query, description = "For the plain feed: which board."), ("window" = Option<WindowName>, Query, description = "For the plain feed: which of its windows, `all` if left out."), ("limit" = Option<u32>, Query, minimum = 1, maximum = 100, description = "For the plain feed: how many rows.")),
    responses((status = 101, description = "The socket is open: /docs/live says what goes over it."), Connecting),
    security((), ("key" = []), ("session" = []))
)]
pub async fn feed(
    State(AppState { hub, auth, origins, .. }): State<AppState>,
    ClientAddress(address): ClientAddress,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<FeedQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let is_bare = query == FeedQuery::default();
    let board = query.board.as_deref().map_or_else(|| Ok(BoardId::main()), BoardId::parse)?;
    let window = query.window.as_deref().map_or_else(|| Ok(WindowName::all()), WindowName::parse)?;
    let limit = limit(query.limit.as_deref(), Limit::MOST_LIVE)?;
    let upgrade = upgrade.map_err(|error| Problem::new(error.status().max(StatusCode::BAD_REQUEST), "no-websocket", error.body_text()))?;
    let upgrade = upgrade.protocols(Format::ALL.map(Format::subprotocol));
    let format = Format::ALL.into_iter().find(|format| upgrade.selected_protocol().is_some_and(|chosen| chosen == format.subprotocol()));
    // A page of another site watches, but not in its visitor's name: browsers send cookies along, and no keys.
    let is_lent = is_foreign(&headers) && !headers.contains_key(header::AUTHORIZATION);
    let caller = if is_lent { Caller::Anonymous } else { caller };
    let session = match format {
        Some(format) => {
            if !is_bare {
                return Err(AppError::invalid(
                    Field::Request,
                    "With a subprotocol, what to watch is said by messages: leave the query out.",
                )
                .into());
            }
            if !origins.allow(&headers) {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "cross-origin",
                    "Pages of this origin may not use the live feed; an operator can allow them by --allow-origin.",
                ));
            }
            Session::new(hub.clone(), caller, Feed::Frames(format), hub.seats().take(address)?).as_long_as_known(auth)
        }
        None if headers.contains_key(header::SEC_WEBSOCKET_PROTOCOL) => {
            let known = Format::ALL.map(Format::subprotocol).join(" and ");
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "no-subprotocol",
                format!("The subprotocols are {known}; without one this is the plain feed."),
            ));
        }
        None => {
            let mut session = Session::new(hub.clone(), caller, Feed::Plain, hub.seats().take(address)?).as_long_as_known(auth);
            session.watch_top(&board, window, limit).await?;
            session
        }
    };
    let tasks = hub.lifetime().tasks.clone();
    Ok(upgrade
        .max_message_size(MAX_READ)
        .max_frame_size(MAX_READ)
        .read_buffer_size(READ_BUFFER)
        // What is sent is flushed at once.
        .write_buffer_size(0)
        .max_write_buffer_size(MAX_WRITE_BUFFER)
        .on_upgrade(move |socket| async move {
            tasks.track_future(socket::run(session, socket)).await;
        }))
}

/// Which rows to watch by events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Which window, `all` if left out.
    #[param(value_type = WindowName, required = false)]
    window: Option<String>,
    /// Which of its periods; the current one if left out.
    #[param(value_type = String, example = "2026-11-21", required = false)]
    period: Option<String>,
    /// The first place.
    #[param(value_type = u64, minimum = 1, maximum = 9007199254740991u64, required = false)]
    from: Option<String>,
    /// How many rows, 50 if left out; the pages that they are on come whole.
    #[param(value_type = u32, minimum = 1, maximum = 200, required = false)]
    len: Option<String>,
}

/// `GET /api/boards/{board}/events`: the same feed as server-sent events.
#[utoipa::path(
    get,
    path = "/api/boards/{board}/events",
    operation_id = "followBoard",
    tag = "live",
    summary = "The live feed as server-sent events",
    description = "",
    params(("board" = BoardId, Path, description = "The board's id."), EventsQuery),
    responses((status = 200, description = "Events without end: /docs/live says what they are.", body = String, content_type = "text/event-stream"), Following),
    security((), ("key" = []), ("session" = []))
)]
pub async fn events(
    State(hub): State<Hub>,
    State(auth): State<Arc<Auth>>,
    ClientAddress(address): ClientAddress,
    caller: Caller,
    BoardPath(board): BoardPath,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Problem> {
    let window = query.window.as_deref().map_or_else(|| Ok(WindowName::all()), WindowName::parse)?;
    let whole = |text: Option<&str>, field, default, message: &str| match text {
        None => Ok(default),
        Some(text) => text.parse::<u64>().map_err(|_| AppError::invalid(field, message)),
    };
    let from = whole(query.from.as_deref(), Field::From, 1, "from is a place, from 1.")?;
    let len = whole(query.len.as_deref(), Field::Len, PAGE_ROWS.into(), &format!("len is 1 to {MAX_VIEW_ROWS}."))?;
    let known = headers.get("last-event-id").and_then(|id| events::known(id.to_str().ok()?));
    let is_one_page = app::protocol::pages_of(from, u32::try_from(len).unwrap_or(u32::MAX)).take(2).count() == 1;
    let known = if is_one_page && known.is_some() { vec![known] } else { Vec::new() };
    let len = u32::try_from(len).unwrap_or(u32::MAX);
    let mut session = Session::new(hub.clone(), caller, Feed::Frames(Format::Json), hub.seats().take(address)?).as_long_as_known(auth);
    session.watch(Watch { view: 0, board, window, period: query.period, from, len, known }).await.map_err(Refusal::into_error)?;
    Ok(Sse::new(events::stream(session)).into_response())
}
