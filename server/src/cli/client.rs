use crate::config::{AdminKey, admin_key};
use anyhow::{Context, Result, bail};
use app::model::BoardId;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::{io::Read, path::Path};
use ureq::{Agent, Body, RequestBuilder, SendBody, http::Response};

/// Which server, and by which right.
#[derive(Debug, Args)]
pub struct Server {
    /// Address of the LeaderPort
    #[arg(long, env = "LEADERPORT_URL", value_name = "URL", default_value = "http://127.0.0.1:3000")]
    url: String,

    /// Its admin key
    #[arg(long, env = "LEADERPORT_ADMIN_KEY", value_name = "KEY", hide_env_values = true, value_parser = admin_key)]
    admin_key: Option<AdminKey>,
}

/// What lines are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A JSON object on each line
    Ndjson,
    /// Values between commas
    Csv,
}

impl Format {
    /// What was asked for, else what a file's name says.
    pub fn chosen(asked: Option<Self>, file: Option<&Path>) -> Self {
        let is_csv = file.and_then(Path::extension).is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        asked.unwrap_or(if is_csv { Self::Csv } else { Self::Ndjson })
    }

    /// As a query says it.
    pub fn name(self) -> &'static str {
        if self == Self::Csv { "csv" } else { "ndjson" }
    }

    /// As a header says it.
    pub fn media_type(self) -> &'static str {
        if self == Self::Csv { "text/csv" } else { "application/x-ndjson" }
    }
}

/// A board's id on the command line.
pub fn board(text: &str) -> Result<BoardId, String> {
    BoardId::parse(text).map_err(|error| error.to_string())
}

impl Server {
    /// Asks for an address under `/api`.
    pub fn get(&self, path: &str) -> Result<Response<Body>> {
        let request = self.with_key(agent().get(self.address(path)));
        answered(request.call().with_context(|| self.away())?)
    }

    /// Sends a body as it is read.
    pub fn post(&self, path: &str, media_type: &str, body: &mut dyn Read) -> Result<Response<Body>> {
        let request = self.with_key(agent().post(self.address(path))).header("Content-Type", media_type);
        answered(request.send(SendBody::from_reader(body)).with_context(|| self.away())?)
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api{path}", self.url.trim_end_matches('/'))
    }

    fn away(&self) -> String {
        format!("{} did not answer", self.url)
    }

    fn with_key<T>(&self, request: RequestBuilder<T>) -> RequestBuilder<T> {
        match &self.admin_key {
            Some(key) => request.header("Authorization", key.header()),
            None => request,
        }
    }
}

fn agent() -> Agent {
    Agent::new_with_config(Agent::config_builder().http_status_as_error(false).build())
}

/// The answer, unless it is a problem: then what it says.
fn answered(mut response: Response<Body>) -> Result<Response<Body>> {
    if response.status().is_success() {
        return Ok(response);
    }
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let problem: Value = serde_json::from_str(&text).unwrap_or_default();
    bail!("{}: {}", response.status(), problem["detail"].as_str().unwrap_or(&text));
}

/// A JSON answer.
pub fn json(mut response: Response<Body>) -> Result<Value> {
    let text = response.body_mut().read_to_string().context("the answer broke off")?;
    serde_json::from_str(&text).context("the answer is no JSON")
}

/// How far it is, in bytes, on a terminal; of `total` if that is known.
pub fn progress(total: Option<u64>) -> Result<ProgressBar> {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go"),
        None => (ProgressBar::no_length(), "{spinner} {bytes}, {bytes_per_sec}"),
    };
    Ok(bar.with_style(ProgressStyle::with_template(template)?))
}
