//! The program `leaderport`.

use anyhow::Context;
use clap::Parser;
use server::config::{Cli, Config};
use std::process::ExitCode;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Exit codes: 0 after a clean stop, 1 after a failure with one clear line, 2 for bad usage.
#[tokio::main]
async fn main() -> ExitCode {
    let config = Cli::parse().into_config();
    if let Err(reason) = server::logging::init(&config.log) {
        eprintln!("leaderport: {reason}");
        return ExitCode::from(2);
    }
    match start(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leaderport: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn start(config: Config) -> anyhow::Result<()> {
    let address = config.address();
    let listener = TcpListener::bind(address).await.with_context(|| format!("can't listen on {address}"))?;
    let mut terminate = signal(SignalKind::terminate()).context("can't listen for signals")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("can't listen for signals")?;
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(server::run(config, listener, shutdown).await?)
}
