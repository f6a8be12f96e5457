use super::query::{PageQuery, Query};
use crate::{
    error::Problem,
    live::{self, Hub},
};
use app::model::Limit;
use axum::{
    extract::{State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::StatusCode,
    response::Response,
};

/// The longest message a client may send. The plain feed takes none at all; this bounds what is read to say so.
const MAX_MESSAGE: usize = 16 * 1024;
/// What a socket reads at a time: clients send next to nothing.
const READ_BUFFER: usize = 4 * 1024;

/// `GET /ws`: the plain feed, the first rows of a board pushed whole each time they changed.
pub async fn feed(
    State(hub): State<Hub>,
    Query(query): Query<PageQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let (board, limit) = query.parse(Limit::MOST_LIVE)?;
    let upgrade = upgrade.map_err(|error| Problem::new(error.status().max(StatusCode::BAD_REQUEST), "no-websocket", error.body_text()))?;
    let seat = hub.seat()?;
    let frames = hub.view(&board, limit).await?;
    let tasks = hub.lifetime().tasks.clone();
    Ok(upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        // Each frame is flushed as it is sent.
        .write_buffer_size(0)
        .on_upgrade(move |socket| async move {
            tasks.track_future(live::open(hub, socket, frames, seat)).await;
        }))
}
