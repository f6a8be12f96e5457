use crate::{boards::Boards, error::Problem, metrics as counters};
use app::error::AppError;
use axum::extract::State;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tracing::warn;

/// How long Valkey may take before it counts as away.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /healthz`: the program runs.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the program can do its work; 503 while Valkey is away.
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
pub async fn metrics(State(handle): State<PrometheusHandle>) -> String {
    handle.render()
}
