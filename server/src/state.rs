//! What every handler can reach.

use crate::{
    auth::{Auth, accounts::Accounts},
    boards::{Boards, versions::Versions},
    cards::Cards,
    config::{AdminKey, Setting},
    front_end::FrontEnd,
    jobs::Jobs,
    limits::RateLimits,
    live::Hub,
    runs::Runs,
    status::Health,
    webhooks::Webhooks,
};
use app::policy::Embedders;
use axum::{
    extract::FromRef,
    http::{HeaderMap, header},
};
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Shared by all handlers; cheap to clone.
#[derive(Clone, FromRef)]
pub struct AppState {
    /// The domain service.
    pub boards: Arc<Boards>,
    /// What is known of their versions.
    pub versions: Arc<Versions>,
    /// Long work.
    pub jobs: Arc<Jobs>,
    /// Runs of the game.
    pub runs: Arc<Runs>,
    /// Whom boards tell.
    pub webhooks: Arc<Webhooks>,
    /// How much one address, and one player, may ask for.
    pub limits: Arc<RateLimits>,
    /// How it is set up.
    pub settings: Arc<Vec<Setting>>,
    /// When a request is slow.
    pub slow: SlowRequest,
    /// How all of it does.
    pub health: Arc<Health>,
    /// The live views.
    pub hub: Hub,
    /// Pictures of boards.
    pub cards: Arc<Cards>,
    /// Where the front end's files are, and what they are called.
    pub leptos: LeptosOptions,
    /// Their addresses.
    pub front_end: Arc<FrontEnd>,
    /// Renders the metrics.
    pub metrics: PrometheusHandle,
    /// Who is told them.
    pub metrics_token: MetricsToken,
    /// How to stop.
    pub lifetime: Lifetime,
    /// Who somebody is.
    pub auth: Arc<Auth>,
    /// Whose players' ids are.
    pub accounts: Arc<Accounts>,
    /// Whether no two players may have names that look the same.
    pub unique_names: UniqueNames,
    /// Whose pages may use the API and the live feed.
    pub origins: Origins,
    /// Whose word on addresses counts.
    pub proxies: TrustedProxies,
    /// Where the site is.
    pub public_url: PublicUrl,
}

/// Where the site is, as its operators say.
#[derive(Clone, Debug, Default)]
pub struct PublicUrl(pub Option<String>);

/// Pages of other origins that may use the API and the live feed; `*` is everybody's.
#[derive(Clone, Debug, Default)]
pub struct Origins(pub Vec<String>);

impl Origins {
    /// Whether the page that a request comes from may. What is no page says no origin.
    pub fn allow(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
        let Some(origin) = text(header::ORIGIN) else { return true };
        let is_own = origin.split_once("://").map(|(_, host)| host) == text(header::HOST);
        is_own || self.include(origin)
    }

    /// Those whose pages may show ours in a frame.
    pub fn embedders(&self) -> Embedders {
        Embedders(self.0.join(" ").into())
    }

    /// Whether an origin is one of them.
    pub fn include(&self, origin: &str) -> bool {
        self.0.iter().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(origin))
    }
}

/// The networks of proxies that are believed when they say whom they speak for.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(pub Vec<IpNet>);

impl TrustedProxies {
    /// Whether a request came by TLS. That ends at a proxy; one that is trusted says so in `X-Forwarded-Proto`.
    pub fn is_secure(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
        let protocol = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
        peer.is_some_and(|peer| self.include(peer)) && protocol.is_some_and(|protocol| protocol.eq_ignore_ascii_case("https"))
    }

    /// Whether a proxy at this address is one of them.
    pub fn include(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Whether no two players may have names that look the same in their profiles.
#[derive(Clone, Copy, Debug, Default)]
pub struct UniqueNames(pub bool);

/// What whoever asks for the metrics has to show; none: everybody is told them.
#[derive(Clone, Debug, Default)]
pub struct MetricsToken(pub Option<AdminKey>);

/// How long a request may take without a line in the log.
#[derive(Clone, Copy, Debug)]
pub struct SlowRequest(pub Duration);

/// The two steps of a shutdown: tell everyone, then wait for them.
#[derive(Clone, Default)]
pub struct Lifetime {
    /// Cancelled when it is time to go.
    pub ending: CancellationToken,
    /// Whoever must have gone before the program ends.
    pub tasks: TaskTracker,
}
