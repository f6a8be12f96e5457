//! The program `leaderport`.

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use server::{
    config::{Command, Config},
    telemetry::Traces,
};
use std::process::ExitCode;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// Exit codes: 0 after a clean stop, 1 after a failure with one clear line, 2 for bad usage.
#[tokio::main]
async fn main() -> ExitCode {
    let config = match server::config::parse() {
        Command::Serve(config) => *config,
        Command::Demo(demo) => demo.into_config(),
        // It waits as files and sockets do, not as tasks.
        Command::Tool(tool) => return ended(tokio::task::block_in_place(|| server::cli::run(&tool))),
    };
    let traces = config.traces().map(|endpoint| Traces::to(&endpoint)).transpose();
    let traces = match traces.and_then(|traces| server::logging::init(&config.log, traces.as_ref()).map(|()| traces)) {
        Ok(traces) => traces,
        Err(reason) => {
            eprintln!("leaderport: {reason}");
            return ExitCode::from(2);
        }
    };
    raise_file_limit(config.max_sockets);
    let outcome = start(config).await;
    if let Some(traces) = traces {
        tokio::task::block_in_place(|| traces.end());
    }
    ended(outcome)
}

fn ended(outcome: anyhow::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("leaderport: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Every socket is an open file: lets as many be open as the system allows us, and says so when that is too few.
fn raise_file_limit(sockets: u32) {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let files = if setrlimit(Resource::Nofile, raised).is_ok() { raised.current } else { limit.current };
    if files.is_some_and(|files| files < u64::from(sockets)) {
        tracing::warn!(files, sockets, "fewer files may be open than live sockets: raise the limit (ulimit -n), or lower --max-sockets");
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
