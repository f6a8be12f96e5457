use super::{
    caller::bearer,
    problems::{Scraping, Waiting},
};
use crate::{boards::Boards, error::Problem, metrics as counters, state::MetricsToken};
use app::error::AppError;
use axum::{extract::State, http::HeaderMap};
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tracing::warn;

/// How long Valkey may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /healthz`: the program runs.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "isRunning",
    tag = "server",
    summary = "Whether the program runs",
    description = "",
    responses((status = 200, description = "It does.", body = String, content_type = "text/plain; charset=utf-8"))
)]
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the program can do its work; 503 while Valkey is away.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "isReady",
    tag = "server",
    summary = "Whether the program can do its work",
    description = "",
    responses((status = 200, description = "It can.", body = String, content_type = "text/plain; charset=utf-8"), Waiting)
)]
pub async fn readyz(State(boards): State<Arc<Boards>>) -> Result<&'static str, Problem> {
    let cause = match timeout(PATIENCE, boards.ready()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("no answer in time".to_owned()),
    };
    counters::ready(cause.is_none());
    match cause {
        None => Ok("ready\n"),
        Some(cause) => {
            warn!(cause, "not ready");
            Err(AppError::Unavailable.into())
        }
    }
}

/// `GET /metrics`: Prometheus text format.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "getMetrics",
    tag = "server",
    summary = "Prometheus metrics",
    description = "For everybody, or, where the server has `--metrics-token`, for whoever sends that as `Authorization: Bearer <token>`. No key is asked for: they are told also while Valkey is away.",
    responses((status = 200, description = "In the text format.", body = String, content_type = "text/plain; charset=utf-8"), Scraping)
)]
pub async fn metrics(
    State(handle): State<PrometheusHandle>,
    State(MetricsToken(token)): State<MetricsToken>,
    headers: HeaderMap,
) -> Result<String, Problem> {
    let may = token.is_none_or(|token| bearer(&headers).is_some_and(|given| token.is(given)));
    if !may {
        let message =
            "The metrics of this server are for whoever has its --metrics-token: send it as Authorization: Bearer <token>.".to_owned();
        return Err(AppError::Unauthorized { message: message.into() }.into());
    }
    Ok(handle.render())
}
