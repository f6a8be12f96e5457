//! What every handler can reach.

use crate::{boards::Boards, config::AdminKey, live::Hub};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Shared by all handlers; cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The domain service.
    pub boards: Arc<Boards>,
    /// The live views.
    pub hub: Hub,
    /// Where the front end's files are, and what they are called.
    pub leptos: LeptosOptions,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// How to stop.
    pub lifetime: Lifetime,
    /// Who may do what.
    pub keys: Keyring,
}

/// The keys that callers may have.
#[derive(Clone)]
pub struct Keyring(pub Option<AdminKey>);

/// The two steps of a shutdown: tell everyone, then wait for them.
#[derive(Clone, Default)]
pub struct Lifetime {
    /// Cancelled when it is time to go.
    pub ending: CancellationToken,
    /// Whoever must have gone before the program ends.
    pub tasks: TaskTracker,
}
