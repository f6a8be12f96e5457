//! LeaderPort's server: an axum program over Valkey.
//!
//! # Layout
//!
//! - [`config`]: flags and environment · [`cli`]: subcommands that talk to a server which runs
//! - [`router`]: every route; [`rest`] has their handlers, [`middleware`] what happens around them, [`error`] how failures leave
//! - [`auth`]: who somebody is, and who did what
//! - [`demo`]: boards that play by themselves
//! - [`boards`]: the domain service that REST handlers and server functions call; [`visit`]: the latter, by who looks at a page
//! - [`cards`]: pictures of boards
//! - [`jobs`]: long work · [`limits`]: how much of everything · [`runs`]: what is played is played again
//! - [`live`]: the views that are pushed to sockets · [`webhooks`]: what is told to other servers
//! - [`valkey`]: the store; the only part that knows fred
//! - [`status`]: how servers and Valkey do · `dashboard`: what carries the pages for operators
//! - `connections`, `front_end`, `hex`, `offline`, `reader`, `request_id`, [`metrics`], [`logging`], [`telemetry`], [`state`]: what their names say
//!
//! [`run`] is the program: `main` calls it, and so do the tests.

pub mod auth;
pub mod boards;
pub mod cards;
pub mod cli;
pub mod config;
mod connections;
mod dashboard;
pub mod demo;
pub mod error;
mod front_end;
mod hex;
pub mod jobs;
pub mod limits;
pub mod live;
pub mod logging;
pub mod metrics;
pub mod middleware;
mod offline;
mod reader;
mod request_id;
pub mod rest;
pub mod router;
pub mod runs;
pub mod state;
pub mod status;
pub mod telemetry;
mod texts;
pub mod valkey;
pub mod visit;
pub mod webhooks;

use auth::{
    Auth,
    accounts::{Accounts, ChosenIds},
};
use boards::{Boards, versions::Versions};
use cards::Cards;
use config::Config;
use front_end::FrontEnd;
use jobs::Jobs;
use limits::RateLimits;
use live::Hub;
use runs::Runs;
use state::{AppState, Lifetime, MetricsToken, Origins, PublicUrl, SlowRequest, TrustedProxies, UniqueNames};
use status::Health;
use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::{net::TcpListener, time::timeout};
use tracing::{info, warn};
use valkey::{
    StoreError,
    embedded::{Embedded, EmbeddedError},
    feed::Feed,
    functions::Store,
    keys::Keys,
    pool::Address,
};
use webhooks::{Webhooks, address::Allowed};

/// How long Valkey may take to be there at start.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How long requests and sockets may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the program could not run. The texts are for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// LeaderPort's own Valkey.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// The Valkey it was given.
    #[error("Valkey can't be used (is VALKEY_URL right, and is it Valkey 8 or newer?)")]
    Store(#[from] StoreError),
    /// The socket it listens on.
    #[error("the server stopped")]
    Serve(#[from] std::io::Error),
    /// The demo.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    /// The metrics recorder.
    #[error("metrics can't be recorded: {0}")]
    Metrics(String),
    /// What sends webhooks' deliveries.
    #[error("webhooks can't be sent: {0}")]
    Webhooks(String),
}

/// Serves on `listener` until `shutdown`, then ends in two steps: everyone is told, then waited for.
pub async fn run(config: Config, listener: TcpListener, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), RunError> {
    let mut shutdown = pin!(shutdown);
    if let Some(address) = config.valkey() {
        return serve(&config, address, listener, shutdown).await;
    }
    let embedded = tokio::select! {
        started = Embedded::start(&config.data_dir, config.durability) => started?,
        () = &mut shutdown => return Ok(()),
    };
    let served = serve(&config, embedded.address(), listener, shutdown).await;
    embedded.stop().await;
    served
}

async fn serve(
    config: &Config,
    address: Address,
    listener: TcpListener,
    mut shutdown: Pin<&mut impl Future<Output = ()>>,
) -> Result<(), RunError> {
    let opened = async {
        let (store, subscriber) = Store::connect(&address, Keys::new(&config.valkey_prefix), START_PATIENCE).await?;
        let feed = Feed::start(subscriber, store.keys().clone());
        if let Some(demo) = &config.demo {
            demo.fill(store.clone()).await?;
        }
        Ok::<_, RunError>((Arc::new(Boards::open(store, config.clock.clone()).await?), feed))
    };
    let (boards, feed) = tokio::select! {
        opened = opened => opened?,
        () = &mut shutdown => return Ok(()),
    };
    let metrics = metrics::recorder().map_err(RunError::Metrics)?;
    let lifetime = Lifetime::default();
    lifetime.tasks.spawn(metrics::keep_up(metrics.clone(), lifetime.ending.clone()));
    lifetime.tasks.spawn(boards.clone().keep_closing(lifetime.ending.clone()));
    if let Some(demo) = config.demo {
        lifetime.tasks.spawn(demo.keep_playing(boards.clone(), lifetime.ending.clone()));
    }
    let (store, clock, admin) = (boards.store().clone(), config.clock.clone(), config.admin_key.clone());
    let auth = Arc::new(Auth::new(store, clock, admin, config.require_second_factor, config.kept));
    auth.offer_setup().await?;
    lifetime.tasks.spawn(auth.clone().keep_telling(lifetime.ending.clone()));
    let unique_names = UniqueNames(config.unique_names);
    let accounts = Arc::new(Accounts::new(auth.clone(), boards.clone(), unique_names, ChosenIds(config.chosen_ids)));
    let versions = Arc::new(Versions::new(boards.clone(), feed.clone()));
    lifetime.tasks.spawn(versions.clone().keep_tidy(lifetime.ending.clone()));
    lifetime.tasks.spawn(boards.clone().keep_following(feed.clone(), lifetime.ending.clone()));
    let jobs = Arc::new(Jobs::new(boards.clone()));
    lifetime.tasks.spawn(jobs.clone().keep_running(lifetime.ending.clone()));
    let allowed = Allowed(config.webhook_allow_private.clone());
    let webhooks = Arc::new(Webhooks::new(boards.clone(), allowed, config.webhooks.clone()).map_err(RunError::Webhooks)?);
    lifetime.tasks.spawn(webhooks.clone().keep_sending(feed.clone(), lifetime.ending.clone()));
    let limits = Arc::new(RateLimits::new(boards.clone(), config.unlimited.clone()));
    lifetime.tasks.spawn(limits.clone().keep_up(lifetime.ending.clone()));
    let source = live::source::Store { boards: boards.clone(), feed: feed.clone() };
    let hub = Hub::new(Arc::new(source), config.limits(), lifetime.clone());
    let health =
        Health::new(boards.clone(), jobs.clone(), webhooks.clone(), hub.clone(), metrics.clone(), lifetime.clone(), listener.local_addr()?);
    let health = Arc::new(health);
    lifetime.tasks.spawn(health.clone().keep_telling());
    let leptos = front_end::options(config);
    let state = AppState {
        boards: boards.clone(),
        settings: Arc::new(config.settings.clone()),
        slow: SlowRequest(Duration::from_millis(config.slow_request)),
        health,
        versions,
        jobs,
        runs: Arc::new(Runs::new(boards.clone())),
        webhooks,
        limits,
        hub,
        cards: Arc::new(Cards::default()),
        front_end: Arc::new(FrontEnd::new(leptos.clone())),
        leptos,
        metrics,
        metrics_token: MetricsToken(config.metrics_token.clone()),
        lifetime: lifetime.clone(),
        auth,
        accounts,
        unique_names,
        origins: Origins(config.allow_origin.clone()),
        proxies: TrustedProxies(config.trusted_proxy.clone()),
        public_url: PublicUrl(config.public_url.clone()),
    };
    info!("LeaderPort is at http://{}", listener.local_addr()?);

    let router = router::router(state);
    let mut server = tokio::spawn(connections::serve(listener, router, config.head_patience, lifetime.ending.clone()));
    tokio::select! {
        ended = &mut server => ended.map_err(std::io::Error::other)?,
        () = shutdown => drain(&lifetime, server).await,
    }
    feed.close().await;
    boards.close().await;
    info!("stopped");
    Ok(())
}

/// Tells everyone to go, then waits for them, within reason.
async fn drain(lifetime: &Lifetime, mut server: tokio::task::JoinHandle<()>) {
    info!("stopping");
    lifetime.ending.cancel();
    lifetime.tasks.close();
    let gone = async {
        // A defect there is in the log already.
        let _ = (&mut server).await;
        lifetime.tasks.wait().await;
    };
    if timeout(DRAIN, gone).await.is_err() {
        warn!("some connections did not end in time; leaving them");
        server.abort();
    }
}
