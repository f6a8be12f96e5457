//! How the server is set up, and all that helps to find a fault.

use super::{
    caller::{May, ToAdminister, ToOwn},
    problems::Asking,
    query::NoQuery,
};
use crate::{boards::from_store, config::Setting, error::Problem, logging::last_lines, state::AppState};
use app::model::{BoardId, Rules, status::Status};
use axum::{
    Json as Answer,
    extract::State,
    http::{HeaderName, header},
};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// How the server is set up.
#[derive(Serialize, ToSchema)]
pub struct Settings {
    /// Every setting, in the order of the help.
    settings: Vec<Setting>,
}

/// `GET /api/settings`: how the server is set up.
#[utoipa::path(
    get,
    path = "/api/settings",
    operation_id = "getSettings",
    tag = "server",
    summary = "How the server is set up",
    description = "Each setting with where it comes from: a flag, the environment, or the default. Of secrets only that there is one.",
    responses((status = 200, description = "All of them.", body = Settings), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn show_settings(State(settings): State<Arc<Vec<Setting>>>, _: May<ToAdminister>, _: NoQuery) -> Answer<Settings> {
    Answer(Settings { settings: settings.to_vec() })
}

/// A board, without those who play there.
#[derive(Serialize, ToSchema)]
pub struct BoardFound {
    /// Which.
    id: BoardId,
    /// Its version.
    version: u64,
    /// Its rules.
    rules: Rules,
}

/// All that helps to find a fault, without secrets and without players.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostics {
    /// LeaderPort's version.
    version: &'static str,
    /// The system it was built for.
    system: String,
    /// How it is set up.
    settings: Vec<Setting>,
    /// How all of it does.
    status: Status,
    /// The boards.
    boards: Vec<BoardFound>,
    /// The metrics, as Prometheus is told them.
    metrics: String,
    /// What Valkey says of itself.
    valkey: String,
    /// The last lines of this server's log, oldest first.
    log: Vec<String>,
}

/// `GET /api/diagnostics`: all that helps to find a fault.
#[utoipa::path(
    get,
    path = "/api/diagnostics",
    operation_id = "getDiagnostics",
    tag = "server",
    summary = "All that helps to find a fault",
    description = "To save as a file: settings, status, boards' rules, metrics, what Valkey says of itself, and the last thousand lines of the log from the level info on. No secrets, and no players.",
    responses((status = 200, description = "All of it, as a file.", body = Diagnostics), Asking),
    security(("key" = []), ("session" = []))
)]
pub async fn diagnose(
    State(state): State<AppState>,
    May(caller, _): May<ToOwn>,
    _: NoQuery,
) -> Result<([(HeaderName, &'static str); 1], Answer<Diagnostics>), Problem> {
    let list = state.boards.list(caller.clone(), None, 1_000).await?;
    let found = list.boards.into_iter().map(|board| BoardFound { id: board.id, version: board.version, rules: board.rules }).collect();
    let diagnostics = Diagnostics {
        version: env!("CARGO_PKG_VERSION"),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        settings: state.settings.to_vec(),
        status: state.health.show(caller).await?,
        boards: found,
        metrics: state.metrics.render(),
        valkey: state.boards.store().info().await.map_err(from_store)?,
        log: last_lines(),
    };
    Ok(([(header::CONTENT_DISPOSITION, "attachment; filename=\"leaderport-diagnostics.json\"")], Answer(diagnostics)))
}
