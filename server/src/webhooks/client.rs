//! Sends a body to where a webhook wants it.

use super::{
    address::{Allowed, Reach},
    schedule::Schedule,
};
use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER, redirect::Policy};
use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

/// How much of an answer is kept, in bytes.
const MAX_ANSWER: usize = 512;
/// How long a connection may take to be there.
const CONNECT: Duration = Duration::from_secs(5);
/// How long a connection is kept for the next delivery.
const IDLE: Duration = Duration::from_secs(30);

/// What came of an attempt.
#[derive(Debug)]
pub struct Answered {
    /// The receiver's status, if it answered.
    pub status: Option<StatusCode>,
    /// The beginning of what it said, or why there is nothing.
    pub said: String,
    /// When it wants to be asked again.
    pub wish: Option<Duration>,
    /// How long that took, in ms.
    pub took_ms: u64,
}

/// Sends bodies.
pub struct Sender {
    allowed: Allowed,
    /// By TLS, to what is public or allowed.
    secure: Client,
    /// Without, to what is allowed alone.
    open: Client,
}

/// A body with what is said of it.
pub struct Signed<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub seconds: &'a str,
    /// Its signatures.
    pub signature: &'a str,
    /// The body.
    pub body: String,
}

impl Sender {
    /// A sender; the error says why there can't be one.
    pub fn new(allowed: Allowed, schedule: &Schedule) -> Result<Self, String> {
        let client = |is_public| {
            Client::builder()
                .user_agent(concat!("LeaderPort/", env!("CARGO_PKG_VERSION")))
                .redirect(Policy::none())
                .no_proxy()
                .referer(false)
                .https_only(is_public)
                .timeout(schedule.timeout)
                .connect_timeout(CONNECT.min(schedule.timeout))
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(1)
                .dns_resolver(Arc::new(Reach { allowed: allowed.clone(), is_public }))
                .build()
                .map_err(|error| error.to_string())
        };
        Ok(Self { secure: client(true)?, open: client(false)?, allowed })
    }

    /// Sends one body, once.
    pub async fn send(&self, url: &str, signed: Signed<'_>) -> Answered {
        let started = Instant::now();
        let outcome = self.try_send(url, signed).await;
        let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(response) => {
                let (status, wish) = (response.status(), wish(&response));
                Answered { status: Some(status), said: beginning(response).await, wish, took_ms }
            }
            Err(said) => Answered { status: None, said, wish: None, took_ms },
        }
    }

    async fn try_send(&self, url: &str, signed: Signed<'_>) -> Result<Response, String> {
        // What is allowed may have changed since it was set up.
        let url = self.allowed.check(url).map_err(|error| error.to_string())?;
        let client = if url.scheme() == "https" { &self.secure } else { &self.open };
        let request = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", signed.id)
            .header("webhook-timestamp", signed.seconds)
            .header("webhook-signature", signed.signature)
            .body(signed.body);
        // An address may be a secret, and is known to whoever reads this.
        request.send().await.map_err(|error| plain(&error.without_url()))
    }
}

/// What went wrong, said by whatever is at the bottom of it.
fn plain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer came in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cut(cause.to_string().as_bytes())
}

/// How an answer begins; what comes after that is not read.
async fn beginning(mut response: Response) -> String {
    let mut said = Vec::new();
    while said.len() < MAX_ANSWER {
        match response.chunk().await {
            Ok(Some(chunk)) => said.extend_from_slice(&chunk[..chunk.len().min(MAX_ANSWER)]),
            // One that breaks off says what it has said.
            Ok(None) | Err(_) => break,
        }
    }
    cut(&said)
}

fn cut(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_ANSWER)]).into_owned()
}

/// In how many seconds a receiver wants to be asked again; dates are for browsers.
fn wish(response: &Response) -> Option<Duration> {
    let seconds: f64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}
