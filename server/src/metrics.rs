//! Every metric, by name, in one place; and the functions that count.

use crate::valkey::functions::submit::{Counted, Outcome};
use metrics::{Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::interval;
use tokio_util::sync::CancellationToken;

/// Submissions, by their outcome.
pub const SUBMISSIONS: &str = "leaderport_submissions_total";
const BATCH: &str = "leaderport_submission_batch_size";
/// Requests, by method, route and status.
pub const REQUESTS: &str = "leaderport_http_requests_total";
const DURATION: &str = "leaderport_http_request_duration_seconds";
/// How many requests of a route were answered within what [`BUCKET`] says, in seconds.
pub const DURATION_BUCKET: &str = "leaderport_http_request_duration_seconds_bucket";
/// The label of a bucket that says its bound.
pub const BUCKET: &str = "le";
const SOCKETS: &str = "leaderport_live_sockets";
const BOARDS: &str = "leaderport_live_boards";
const PAGES: &str = "leaderport_live_pages";
const PLAYERS: &str = "leaderport_live_players";
/// Messages of the live feed.
pub const FRAMES: &str = "leaderport_live_frames_total";
const BYTES: &str = "leaderport_live_bytes_total";
const READS: &str = "leaderport_live_page_reads_total";
const CLOSES: &str = "leaderport_live_closes_total";
const DELIVERIES: &str = "leaderport_webhook_attempts_total";
const WAITING: &str = "leaderport_webhook_deliveries_waiting";
const FAILING: &str = "leaderport_webhooks_failing";
const JOBS: &str = "leaderport_jobs_total";
const RUNNING: &str = "leaderport_jobs_running";
const REFUSALS: &str = "leaderport_refusals_total";
const READY: &str = "leaderport_valkey_up";

/// All of them: what dashboards may ask for.
pub const ALL: [&str; 19] = [
    SUBMISSIONS,
    BATCH,
    REQUESTS,
    DURATION,
    SOCKETS,
    BOARDS,
    PAGES,
    PLAYERS,
    FRAMES,
    BYTES,
    READS,
    CLOSES,
    DELIVERIES,
    WAITING,
    FAILING,
    JOBS,
    RUNNING,
    REFUSALS,
    READY,
];

/// How often histograms are folded.
const UPKEEP: Duration = Duration::from_secs(5);

static RECORDER: OnceLock<Result<PrometheusHandle, String>> = OnceLock::new();

/// The process's recorder, installed on first use. The error says why there is none.
pub fn recorder() -> Result<PrometheusHandle, String> {
    RECORDER.get_or_init(install).clone()
}

fn install() -> Result<PrometheusHandle, String> {
    let latencies = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &latencies)
        .and_then(|builder| {
            builder.set_buckets_for_metric(Matcher::Full(BATCH.to_owned()), &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0])
        })
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())?;
    describe_counter!(SUBMISSIONS, "Submissions, by outcome: improved, kept (no improvement), replayed, conflict, refused, failed");
    describe_histogram!(BATCH, Unit::Count, "Submissions that went to Valkey in one call");
    describe_counter!(REQUESTS, "HTTP requests, by method, route and status");
    describe_histogram!(DURATION, Unit::Seconds, "Time to answer an HTTP request, by route");
    describe_gauge!(SOCKETS, "Live sockets that are open");
    describe_gauge!(BOARDS, "Boards that somebody watches, or did a moment ago");
    describe_gauge!(PAGES, "Pages of boards that somebody watches, or did a moment ago");
    describe_gauge!(PLAYERS, "Players whose standing somebody follows");
    describe_counter!(FRAMES, "Messages written to live sockets, by kind: snapshot, delta, whole (the plain feed), me, other");
    describe_counter!(BYTES, Unit::Bytes, "Bytes of messages written to live sockets");
    describe_counter!(READS, "Pages read from Valkey for live views");
    describe_counter!(CLOSES, "Live sockets that the server closed, by close code");
    describe_counter!(DELIVERIES, "Attempts to deliver to webhooks, by outcome: delivered, refused (another status than 2xx), unanswered");
    describe_gauge!(WAITING, "Deliveries that are to be sent, now or again, to the webhooks that this server looks after");
    describe_gauge!(FAILING, "Webhooks that this server looks after and whose last attempt has failed");
    describe_counter!(JOBS, "Jobs that this server has ended, by kind, and by outcome: done, failed, cancelled");
    describe_gauge!(RUNNING, "Jobs that this server is at");
    describe_counter!(
        REFUSALS,
        "Requests refused for reasons of security, by the problem's code: see the log's target leaderport::security"
    );
    describe_gauge!(READY, "1 if Valkey answered the last readiness check, else 0");
    // That nothing waits is to be told, too.
    [WAITING, FAILING, RUNNING].into_iter().for_each(|name| gauge!(name).set(0.0));
    Ok(handle)
}

/// Folds what histograms have recorded into their buckets now and then, until `ending`: unread, it would pile up.
pub async fn keep_up(recorder: PrometheusHandle, ending: CancellationToken) {
    let mut turn = interval(UPKEEP);
    while ending.run_until_cancelled(turn.tick()).await.is_some() {
        recorder.run_upkeep();
    }
}

/// Counts a batch of submissions.
pub fn batch(outcomes: &[Outcome]) {
    histogram!(BATCH).record(outcomes.len() as f64);
    outcomes.iter().filter_map(label).for_each(|outcome| counter!(SUBMISSIONS, "outcome" => outcome).increment(1));
}

/// Counts submissions that came to nothing because the store was away.
pub fn failed(submissions: usize) {
    counter!(SUBMISSIONS, "outcome" => "failed").increment(submissions as u64);
}

fn label(outcome: &Outcome) -> Option<&'static str> {
    Some(match outcome {
        // It is not decided yet.
        Outcome::Back(_) => return None,
        Outcome::Conflict => "conflict",
        Outcome::TooLarge | Outcome::Barred => "refused",
        Outcome::Counted(Counted { replayed: true, .. }) => "replayed",
        Outcome::Counted(counted) if counted.standings.iter().any(|standing| standing.improved) => "improved",
        Outcome::Counted(_) => "kept",
    })
}

/// Counts an HTTP request. `route` is the pattern that matched, so that there are as many series as routes.
pub fn request(method: &'static str, route: &str, status: u16, took: Duration) {
    counter!(REQUESTS, "method" => method, "route" => route.to_owned(), "status" => status.to_string()).increment(1);
    histogram!(DURATION, "route" => route.to_owned()).record(took);
}

/// What a message on a live socket was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A page, whole.
    Snapshot,
    /// A page, as what changed.
    Delta,
    /// A leaderboard of the plain feed.
    Whole,
    /// A player's standing.
    Me,
    /// Anything else.
    Other,
}

/// Counts a message of so many bytes written to a live socket.
pub fn frame(kind: Kind, bytes: usize) {
    let kind = match kind {
        Kind::Snapshot => "snapshot",
        Kind::Delta => "delta",
        Kind::Whole => "whole",
        Kind::Me => "me",
        Kind::Other => "other",
    };
    counter!(FRAMES, "kind" => kind).increment(1);
    counter!(BYTES).increment(bytes as u64);
}

/// Counts a live socket that the server closed.
pub fn closed(code: u16) {
    counter!(CLOSES, "code" => code.to_string()).increment(1);
}

/// Counts pages read for the live views.
pub fn pages_read(pages: usize) {
    counter!(READS).increment(pages as u64);
}

/// A kind of thing that is watched.
#[derive(Clone, Copy, Debug)]
pub enum Watch {
    /// A board.
    Board,
    /// A page of a board.
    Page,
    /// A player.
    Player,
}

impl Watch {
    fn name(self) -> &'static str {
        match self {
            Self::Board => BOARDS,
            Self::Page => PAGES,
            Self::Player => PLAYERS,
        }
    }
}

/// Counts a thing as watched for as long as it lives, here and in a number of the counter's own.
pub struct Gauge(Watch, Arc<AtomicUsize>);

impl Gauge {
    /// One more.
    pub fn one(watch: Watch, number: &Arc<AtomicUsize>) -> Self {
        gauge!(watch.name()).increment(1.0);
        number.fetch_add(1, Ordering::Relaxed);
        Self(watch, number.clone())
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        gauge!(self.0.name()).decrement(1.0);
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Counts an attempt to deliver to a webhook.
pub fn attempt(outcome: &'static str) {
    counter!(DELIVERIES, "outcome" => outcome).increment(1);
}

/// Notes that more or fewer webhooks fail, and that more or fewer deliveries wait.
pub fn backlog(failing: f64, waiting: f64) {
    gauge!(FAILING).increment(failing);
    gauge!(WAITING).increment(waiting);
}

/// Counts a job that has ended.
pub fn job_ended(kind: &'static str, outcome: &'static str) {
    counter!(JOBS, "kind" => kind, "outcome" => outcome).increment(1);
}

/// Counts a job as one that this server is at, until what is given back is dropped, however the job ends.
pub fn running_job() -> RunningJob {
    gauge!(RUNNING).increment(1.0);
    RunningJob(())
}

/// A job that is counted as running.
#[must_use]
pub struct RunningJob(());

impl Drop for RunningJob {
    fn drop(&mut self) {
        gauge!(RUNNING).decrement(1.0);
    }
}

/// Counts a refusal that has to do with security.
pub fn refused(code: &'static str) {
    counter!(REFUSALS, "code" => code).increment(1);
}

/// Notes whether Valkey answered.
pub fn ready(up: bool) {
    gauge!(READY).set(if up { 1.0 } else { 0.0 });
}

/// Counts a live socket as open for as long as it lives, however it ends.
pub struct OpenSocket(());

impl OpenSocket {
    /// One more is open.
    pub fn new() -> Self {
        gauge!(SOCKETS).increment(1.0);
        Self(())
    }
}

impl Default for OpenSocket {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        gauge!(SOCKETS).decrement(1.0);
    }
}
