//! Who watches what.

use super::{
    caller::{May, ToRead},
    problems::Asking,
    query::NoQuery,
};
use crate::{
    boards::rights::Right,
    error::Problem,
    live::{
        Hub,
        census::{Census, Closed},
    },
};
use axum::{Json as Answer, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

/// Who watches what on this server.
#[derive(Serialize, ToSchema)]
pub struct Watchers {
    /// Clients that are connected.
    sockets: usize,
    /// What they watch, board by board, the most watched first.
    boards: Vec<Census>,
    /// Clients that it has sent away since it was started, by the reason.
    closed: Vec<Closed>,
}

/// `GET /api/live`: who watches what.
#[utoipa::path(
    get,
    path = "/api/live",
    operation_id = "listWatchers",
    tag = "server",
    summary = "Who watches what",
    description = "On the server that answers, at this moment: clients by board and page. Of several servers each tells its own.",
    responses((status = 200, description = "All of them.", body = Watchers), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn list_watchers(State(hub): State<Hub>, May(caller, _): May<ToRead>, _: NoQuery) -> Result<Answer<Watchers>, Problem> {
    let boards = hub.census().into_iter().filter(|census| caller.may(Right::Read, Some(&census.board))).collect();
    Ok(Answer(Watchers { sockets: hub.seats().taken(), boards, closed: hub.closed() }))
}
