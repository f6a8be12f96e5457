//! Traces by OpenTelemetry, for whoever has a collector: what a request, a delivery or a job did, and how long each part of it took. Nothing of this is
//! there unless `--otlp-endpoint` names one.

use async_trait::async_trait;
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use opentelemetry::{
    KeyValue, global,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanContext, TraceContextExt, TracerProvider},
};
use opentelemetry_http::{HttpClient, HttpError, Request};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use reqwest::Url;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::runtime::Handle;
use tracing::{Metadata, Span, Subscriber, level_filters::LevelFilter};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, filter::filter_fn, registry::LookupSpan};

/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the last spans may take when the program ends.
const GOODBYE: Duration = Duration::from_secs(2);
/// The spans that one is linked to, at most: as many as write in one call.
const LINKS: u32 = 256;

static IS_ON: AtomicBool = AtomicBool::new(false);

/// Where traces go. While it is away, new spans are dropped once 2048 wait.
#[derive(Clone, Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// To the collector at this address, by OTLP over HTTP; the error says what is wrong with it. To be called within the runtime.
    pub fn to(endpoint: &str) -> Result<Self, String> {
        // An address may have a password in it.
        let wrong = |why: String| format!("--otlp-endpoint: {why}");
        let base = Url::parse(endpoint).map_err(|error| wrong(error.to_string()))?;
        if !matches!(base.scheme(), "http" | "https") {
            return Err(wrong("it is the http: or https: address of a collector, like http://localhost:4318".to_owned()));
        }
        let client = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| wrong(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client { client, runtime: Handle::current() })
            .with_endpoint(format!("{}/v1/traces", base.as_str().trim_end_matches('/')))
            .with_timeout(PATIENCE)
            .build()
            .map_err(|error| wrong(error.to_string()))?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder().with_service_name("leaderport").with_attribute(version).build();
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_max_links_per_span(LINKS).with_resource(resource).build();
        global::set_text_map_propagator(TraceContextPropagator::new());
        IS_ON.store(true, Ordering::Relaxed);
        Ok(Self(provider))
    }

    /// What makes traces of spans: of ours alone, and of no log lines, which may say more than others are to know.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let is_ours = |metadata: &Metadata<'_>| metadata.is_span() && metadata.target().starts_with("server");
        let spans = filter_fn(is_ours).with_max_level_hint(LevelFilter::DEBUG);
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("leaderport")).with_location(false).with_filter(spans)
    }

    /// Sends what is left, for a moment.
    pub fn end(&self) {
        // Whoever ends the program does not wait for a collector that is away.
        let _ = self.0.shutdown_with_timeout(GOODBYE);
    }
}

/// Whether anybody traces.
pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// Has a request's span go on with the trace that the request says it is part of (W3C Trace Context).
pub fn go_on(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&Headers(headers));
    // A span that nobody records has no parent to be given.
    let _ = span.set_parent(context);
}

/// The span that this is called in, to link another one to it; none if nobody traces.
pub fn here() -> Option<SpanContext> {
    is_on().then(|| Span::current().context().span().span_context().clone()).filter(SpanContext::is_valid)
}

/// Links a span to others, to each once; equal ones come one after the other.
pub fn link<'a>(span: &Span, others: impl Iterator<Item = &'a SpanContext>) {
    let mut last = None;
    for other in others.filter(|_| is_on()) {
        if last != Some(other.span_id()) {
            span.add_link(other.clone());
        }
        last = Some(other.span_id());
    }
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// The program's own HTTP client: spans are sent from a thread of their own, and the client lives in the runtime.
#[derive(Debug)]
struct Client {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, request) = (self.client.clone(), request.try_into()?);
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request).await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let (status, body) = sent.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}
