//! What happens in a second, out of the metrics: what is told of them is what Prometheus is told.

use crate::metrics::{BUCKET, DURATION_BUCKET, FRAMES, REQUESTS, SUBMISSIONS};
use app::model::status::Rates;

/// The routes by which scores are submitted.
const SUBMITTING: [&str; 3] = ["/api/score", "/api/boards/{board}/scores", "/b/{board}/scores"];

/// What was counted since the process began.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counts {
    submissions: f64,
    reads: f64,
    requests: f64,
    errors: f64,
    frames: f64,
    /// How many requests were answered within so many seconds, of each bucket, in their order.
    submitting: Vec<(f64, f64)>,
    reading: Vec<(f64, f64)>,
}

impl Counts {
    /// Out of metrics in Prometheus' text format.
    pub fn read(text: &str) -> Self {
        let mut counts = Self::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((series, value)) = line.rsplit_once(' ').and_then(|(series, value)| Some((series, value.parse::<f64>().ok()?))) else {
                continue;
            };
            let (name, labels) = series.split_once('{').unwrap_or((series, ""));
            counts.count(name, labels, value);
        }
        counts
    }

    fn count(&mut self, name: &str, labels: &str, value: f64) {
        match name {
            SUBMISSIONS if label(labels, "outcome") != "failed" => self.submissions += value,
            FRAMES => self.frames += value,
            REQUESTS => {
                self.requests += value;
                let (method, route) = (label(labels, "method"), label(labels, "route"));
                let is_read =
                    method == "GET" && route.starts_with("/api/") || route.starts_with("/fn/read") || route.starts_with("/fn/open");
                self.reads += if is_read { value } else { 0.0 };
                self.errors += if label(labels, "status").starts_with('5') { value } else { 0.0 };
            }
            DURATION_BUCKET => {
                let route = label(labels, "route");
                let within = label(labels, BUCKET).parse().unwrap_or(f64::INFINITY);
                if SUBMITTING.contains(&route) || route.starts_with("/fn/submit") {
                    add(&mut self.submitting, within, value);
                } else if route.starts_with("/api/") || route.starts_with("/fn/") {
                    add(&mut self.reading, within, value);
                }
            }
            _ => {}
        }
    }

    /// What happened in a second between two counts.
    pub fn since(&self, before: &Self, seconds: f64) -> Rates {
        let rate = |now: f64, then: f64| ((now - then).max(0.0) / seconds * 100.0).round() / 100.0;
        Rates {
            submissions: rate(self.submissions, before.submissions),
            reads: rate(self.reads, before.reads),
            requests: rate(self.requests, before.requests),
            errors: rate(self.errors, before.errors),
            frames: rate(self.frames, before.frames),
            submit_p50_ms: within(&self.submitting, &before.submitting, 0.5),
            submit_p99_ms: within(&self.submitting, &before.submitting, 0.99),
            read_p50_ms: within(&self.reading, &before.reading, 0.5),
            read_p99_ms: within(&self.reading, &before.reading, 0.99),
        }
    }
}

/// A label's value; empty if there is none of this name.
fn label<'a>(labels: &'a str, name: &str) -> &'a str {
    let found = labels.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix("=\""));
    found.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn add(buckets: &mut Vec<(f64, f64)>, within: f64, value: f64) {
    match buckets.binary_search_by(|(bound, _)| bound.total_cmp(&within)) {
        Ok(at) => buckets[at].1 += value,
        Err(at) => buckets.insert(at, (within, value)),
    }
}

/// Within how many ms a share of the requests between two counts was answered; between two bounds as if they were spread evenly, which is how
/// Prometheus' `histogram_quantile` reads it.
fn within(now: &[(f64, f64)], before: &[(f64, f64)], share: f64) -> Option<f64> {
    let then = |bound: f64| before.iter().find(|(other, _)| *other == bound).map_or(0.0, |(_, count)| *count);
    let grown: Vec<(f64, f64)> = now.iter().map(|(bound, count)| (*bound, count - then(*bound))).collect();
    let all = grown.last().map_or(0.0, |(_, count)| *count);
    if all <= 0.0 {
        return None;
    }
    let wanted = all * share;
    let at = grown.iter().position(|(_, count)| *count >= wanted)?;
    let (low, below) = if at == 0 { (0.0, 0.0) } else { grown[at - 1] };
    let (high, count) = grown[at];
    // Of what took longer than the last bound, no more is known.
    let seconds = if high.is_finite() { low + (high - low) * (wanted - below) / (count - below).max(1.0) } else { low };
    Some((seconds * 100_000.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# HELP leaderport_submissions_total Submissions
leaderport_submissions_total{outcome="improved"} 90
leaderport_submissions_total{outcome="failed"} 5
leaderport_http_requests_total{method="GET",route="/api/boards/{board}/entries",status="200"} 40
leaderport_http_requests_total{method="POST",route="/api/score",status="503"} 2
leaderport_live_frames_total{kind="delta"} 7
leaderport_http_request_duration_seconds_bucket{route="/api/score",le="0.001"} 50
leaderport_http_request_duration_seconds_bucket{route="/api/score",le="0.01"} 99
leaderport_http_request_duration_seconds_bucket{route="/api/score",le="+Inf"} 100
nonsense
"#;

    #[test]
    fn rates_are_differences() {
        let now = Counts::read(TEXT);
        let rates = now.since(&Counts::default(), 2.0);
        assert_eq!((rates.submissions, rates.reads, rates.requests, rates.errors, rates.frames), (45.0, 20.0, 21.0, 1.0, 3.5));
        assert_eq!((rates.submit_p50_ms, rates.submit_p99_ms, rates.read_p99_ms), (Some(1.0), Some(10.0), None));
        assert_eq!(now.since(&now, 1.0), Rates::default());
        // A process that was started anew has counted less.
        assert_eq!(Counts::default().since(&now, 1.0), Rates::default());
    }

    #[test]
    fn routes_with_braces_are_read() {
        assert_eq!(label(r#"route="/api/boards/{board}/scores",le="0.5"}"#, "le"), "0.5");
        assert_eq!(label(r#"method="GET",route="/api/boards/{board}/entries",status="200"}"#, "route"), "/api/boards/{board}/entries");
        assert_eq!(label("", "route"), "");
    }
}
